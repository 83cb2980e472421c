"""Repositories over one SQLAlchemy session; they fulfil the protocols of ``bot.services.ports``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case as sql_case
from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.cases import URGENCY, Case, CaseKind, QueueState
from bot.domain.contacts import Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import Conversation, Direction, InboundState, Message
from bot.domain.directory import DirectoryEntry
from bot.domain.media import Media
from bot.storage import tables
from bot.storage.cipher import Cipher
from bot.storage.rows import get, lock


class SqlContacts:
    """Contacts, channel addresses and leases."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def add(self, contact: Contact) -> None:
        self._session.add(contact)
        self._session.flush()

    def get(self, contact_id: str) -> Contact:
        return get(self._session, Contact, "contact_not_found", id=contact_id)

    def add_address(self, address: ChannelAddress) -> None:
        self._session.add(address)
        self._session.flush()

    def get_address(self, address_id: str) -> ChannelAddress:
        return get(self._session, ChannelAddress, "address_not_found", id=address_id)

    def find_address(self, provider: Provider, channel: Channel, address: str) -> ChannelAddress | None:
        query = select(ChannelAddress).filter_by(provider=provider, channel=channel, address_hash=self.hash_address(address))
        return self._session.execute(query).scalar_one_or_none()

    def hash_address(self, address: str) -> str:
        return self._cipher.hash(address)

    def lease(self, contact_id: str, *, owner: str, until: datetime, now: datetime) -> bool:
        table = tables.contact.c
        # A lease that ends later than any lease given now was given before the clock jumped back.
        is_over = or_(table.lease_until < now, table.lease_until > until)
        is_free = or_(table.lease_until.is_(None), is_over, table.lease_owner == owner)
        taken = self._session.execute(
            update(tables.contact).where(table.id == contact_id, is_free).values(lease_owner=owner, lease_until=until)
        )
        return bool(taken.rowcount)

    def release(self, contact_id: str, *, owner: str) -> None:
        table = tables.contact.c
        self._session.execute(
            update(tables.contact)
            .where(table.id == contact_id, table.lease_owner == owner)
            .values(lease_owner=None, lease_until=None)
        )


class SqlConversations:
    """Conversations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, conversation: Conversation) -> None:
        self._session.add(conversation)
        self._session.flush()

    def get(self, conversation_id: str) -> Conversation:
        return get(self._session, Conversation, "conversation_not_found", id=conversation_id)

    def lock(self, conversation_id: str) -> Conversation:
        return lock(self._session, tables.conversation, Conversation, "conversation_not_found", conversation_id)

    def find_for_address(self, address_id: str) -> Conversation | None:
        query = select(Conversation).filter_by(channel_address_id=address_id)
        return self._session.execute(query).scalar_one_or_none()


class SqlMessages:
    """The inbox, what was said, and what came with it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, message: Message) -> None:
        self._session.add(message)
        self._session.flush()

    def get(self, message_id: str) -> Message:
        return get(self._session, Message, "message_not_found", id=message_id)

    def find_inbound(self, provider: Provider, provider_id: str) -> str | None:
        table = tables.inbound_id.c
        query = select(table.message_id).where(table.provider == provider, table.provider_id == provider_id)
        return self._session.execute(query).scalar_one_or_none()

    def record_inbound_id(self, provider: Provider, provider_id: str, message_id: str) -> None:
        self._session.execute(
            insert(tables.inbound_id).values(provider=provider, provider_id=provider_id, message_id=message_id)
        )

    def find_by_provider_id(self, conversation_id: str, provider_id: str) -> Message | None:
        query = select(Message).filter_by(conversation_id=conversation_id, provider_id=provider_id).limit(1)
        return self._session.execute(query).scalar_one_or_none()

    def contacts_waiting(self, *, limit: int) -> Sequence[str]:
        table = tables.message.c
        query = (
            select(table.contact_id)
            .where(table.direction == Direction.INBOUND, table.state == InboundState.RECEIVED.value)
            .group_by(table.contact_id)
            .order_by(func.min(table.position))
            .limit(limit)
        )
        return list(self._session.execute(query).scalars())

    def claim_received(self, message_id: str) -> bool:
        table = tables.message.c
        # In the database, not in Python: of two processes that finish the same turn, one gets no row.
        taken = self._session.execute(
            update(tables.message)
            .where(table.id == message_id, table.state == InboundState.RECEIVED.value)
            .values(state=InboundState.HANDLED.value)
            .execution_options(synchronize_session=False)
        )
        return bool(taken.rowcount)

    def next_received(self, contact_id: str) -> Message | None:
        table = tables.message.c
        query = (
            select(Message)
            .filter_by(contact_id=contact_id, direction=Direction.INBOUND, state=InboundState.RECEIVED.value)
            # By the provider's own order where it has one: deliveries may overtake each other.
            .order_by(table.sequence, table.position)
            .limit(1)
        )
        return self._session.execute(query).scalar_one_or_none()

    def latest_choices(self, conversation_id: str) -> Message | None:
        table = tables.message.c
        query = (
            select(Message)
            .where(
                table.conversation_id == conversation_id,
                table.direction == Direction.OUTBOUND,
                table.choices.is_not(None),
            )
            .order_by(table.position.desc())
            .limit(1)
        )
        return self._session.execute(query).scalar_one_or_none()

    def latest_outbound(self, conversation_id: str) -> Message | None:
        table = tables.message.c
        query = (
            select(Message)
            .where(table.conversation_id == conversation_id, table.direction == Direction.OUTBOUND)
            .order_by(table.position.desc())
            .limit(1)
        )
        return self._session.execute(query).scalar_one_or_none()

    def in_conversation(self, conversation_id: str, *, after: int) -> Sequence[Message]:
        table = tables.message.c
        query = select(Message).where(table.conversation_id == conversation_id, table.position > after).order_by(table.position)
        return list(self._session.execute(query).scalars())

    def add_media(self, media: Media) -> None:
        self._session.add(media)
        self._session.flush()

    def get_media(self, media_id: str) -> Media:
        return get(self._session, Media, "media_not_found", id=media_id)

    def media_of(self, message_id: str) -> Sequence[Media]:
        query = select(Media).filter_by(message_id=message_id).order_by(tables.media.c.id)
        return list(self._session.execute(query).scalars())


class SqlCases:
    """Cases."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, case: Case) -> None:
        self._session.add(case)
        self._session.flush()

    def find_by_message(self, message_id: str, kind: CaseKind) -> Case | None:
        query = select(Case).filter_by(opened_by_message_id=message_id, kind=kind)
        return self._session.execute(query).scalar_one_or_none()

    def find_open(self, contact_id: str, kind: CaseKind) -> Case | None:
        table = tables.case.c
        query = (
            select(Case)
            .where(
                table.contact_id == contact_id,
                table.kind == kind,
                table.queue_state != QueueState.RESOLVED,
            )
            .order_by(table.opened_at)
            .limit(1)
        )
        return self._session.execute(query).scalar_one_or_none()

    def find_by_reference(self, reference: str) -> Case | None:
        return self._session.execute(select(Case).filter_by(reference=reference)).scalar_one_or_none()

    def of_contact(self, contact_id: str) -> Sequence[Case]:
        query = select(Case).filter_by(contact_id=contact_id).order_by(tables.case.c.opened_at)
        return list(self._session.execute(query).scalars())

    def waiting(self, kinds: frozenset[CaseKind], *, limit: int) -> Sequence[Case]:
        table = tables.case.c
        urgency = sql_case({p.value: rank for rank, p in enumerate(URGENCY)}, value=table.priority)
        query = (
            select(Case)
            .where(table.kind.in_(kinds), table.queue_state != QueueState.RESOLVED)
            .order_by(urgency, table.opened_at)
            .limit(limit)
        )
        return list(self._session.execute(query).scalars())


class SqlMarks:
    """Until when something was looked through."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> datetime | None:
        table = tables.mark.c
        return self._session.execute(select(table.at).where(table.name == name)).scalar_one_or_none()

    def set(self, name: str, at: datetime) -> None:
        changed = self._session.execute(update(tables.mark).where(tables.mark.c.name == name).values(at=at))
        if not changed.rowcount:
            self._session.execute(insert(tables.mark).values(name=name, at=at))


class SqlDirectory:
    """Directory entries."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[DirectoryEntry]:
        query = select(DirectoryEntry).order_by(tables.directory_entry.c.id)
        return list(self._session.execute(query).scalars())

    def get(self, entry_id: str) -> DirectoryEntry:
        return get(self._session, DirectoryEntry, "directory_entry_not_found", id=entry_id)

    def add(self, entry: DirectoryEntry) -> None:
        self._session.add(entry)
        self._session.flush()


class SqlDuty:
    """Who of the staff is on duty."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self) -> int:
        table = tables.staff.c
        query = select(func.count()).where(table.is_on_duty.is_(True), table.active.is_(True))
        return int(self._session.execute(query).scalar_one())
