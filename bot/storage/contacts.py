"""Contacts, their channel addresses and conversations over one SQLAlchemy session.

An address and its conversation are asked for together in nearly every transaction, so whichever comes first brings the
other along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.contacts import Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import Conversation
from bot.storage import tables
from bot.storage.cipher import Cipher
from bot.storage.prepared import Prepared, Row
from bot.storage.rows import add, columns_of, get, lock, one, shape_of, write_changes
from bot.storage.types import UtcDateTime

_contact, _address, _conversation = tables.contact.c, tables.channel_address.c, tables.conversation.c

_ADDRESS_COLUMNS, _CONVERSATION_COLUMNS = columns_of(ChannelAddress), columns_of(Conversation)
_BOTH = select(*_ADDRESS_COLUMNS, *_CONVERSATION_COLUMNS)
_FIND_ADDRESS = Prepared(
    _BOTH.select_from(tables.channel_address)
    .outerjoin(tables.conversation, _conversation.channel_address_id == _address.id)
    .where(
        _address.provider == bindparam("provider"),
        _address.channel == bindparam("channel"),
        _address.address_hash == bindparam("address_hash"),
    )
)
_CONVERSATION = Prepared(
    _BOTH.select_from(tables.conversation)
    .join(tables.channel_address, _address.id == _conversation.channel_address_id)
    .where(_conversation.id == bindparam("conversation_id"))
)
_CONVERSATION_OF = Prepared(select(*_CONVERSATION_COLUMNS).where(_conversation.channel_address_id == bindparam("address_id")))

_UNTIL = bindparam("until", type_=UtcDateTime)
# A lease that ends later than any lease given now was given before the clock jumped back.
_IS_OVER = or_(_contact.lease_until < bindparam("now", type_=UtcDateTime), _contact.lease_until > _UNTIL)
_LEASE = Prepared(
    update(tables.contact)
    .where(
        _contact.id == bindparam("contact_id"),
        or_(_contact.lease_until.is_(None), _IS_OVER, _contact.lease_owner == bindparam("owner")),
    )
    .values(lease_owner=bindparam("owner"), lease_until=_UNTIL)
)
_RELEASE = Prepared(
    update(tables.contact)
    .where(_contact.id == bindparam("contact_id"), _contact.lease_owner == bindparam("owner"))
    .values(lease_owner=None, lease_until=None)
)


class SqlContacts:
    """Contacts, channel addresses and leases."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def add(self, contact: Contact) -> None:
        add(self._session, contact)

    def get(self, contact_id: str) -> Contact:
        return get(self._session, Contact, "contact_not_found", id=contact_id)

    def add_address(self, address: ChannelAddress) -> None:
        add(self._session, address)

    def get_address(self, address_id: str) -> ChannelAddress:
        return get(self._session, ChannelAddress, "address_not_found", id=address_id)

    def find_address(self, provider: Provider, channel: Channel, address: str) -> ChannelAddress | None:
        values = {"provider": provider, "channel": channel, "address_hash": self.hash_address(address)}
        found = _both(self._session, _FIND_ADDRESS, values)
        return None if found is None else found[0]

    def same_number(self, address: ChannelAddress) -> Sequence[str]:
        """Return the contacts that write from the number of an address, on whatever channel; its own comes first."""
        query = select(tables.channel_address.c.contact_id).where(
            tables.channel_address.c.address_hash == address.address_hash,
            tables.channel_address.c.contact_id != address.contact_id,
        )
        return [address.contact_id, *self._session.execute(query).scalars()]

    def hash_address(self, address: str) -> str:
        return self._cipher.hash(address)

    def lease(self, contact_id: str, *, owner: str, until: datetime, now: datetime) -> bool:
        values = {"contact_id": contact_id, "owner": owner, "until": until, "now": now}
        return bool(_LEASE.count(self._session, values))

    def release(self, contact_id: str, *, owner: str) -> None:
        _RELEASE.count(self._session, {"contact_id": contact_id, "owner": owner})


class SqlConversations:
    """Conversations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, conversation: Conversation) -> None:
        add(self._session, conversation)

    def get(self, conversation_id: str) -> Conversation:
        for _, conversation in _brought(self._session).values():
            if conversation.id == conversation_id:
                return conversation
        found = _both(self._session, _CONVERSATION, {"conversation_id": conversation_id})
        if found is None or found[1] is None:
            return get(self._session, Conversation, "conversation_not_found", id=conversation_id)
        return found[1]

    def lock(self, conversation_id: str) -> Conversation:
        return lock(self._session, tables.conversation, Conversation, "conversation_not_found", conversation_id)

    def find_for_address(self, address_id: str) -> Conversation | None:
        brought = _brought(self._session).get(address_id)
        if brought is not None:
            return brought[1]
        return one(self._session, _CONVERSATION_OF, Conversation, {"address_id": address_id})


def _brought(session: Session) -> dict[str, tuple[ChannelAddress, Conversation]]:
    """Return what came along, by the address's id. It is held here since a session forgets what nobody holds."""
    brought: dict[str, tuple[ChannelAddress, Conversation]] = session.info.setdefault("brought_along", {})
    return brought


def _both(session: Session, query: Prepared, values: Mapping[str, Any]) -> tuple[ChannelAddress, Conversation | None] | None:
    """Return the address and the conversation in a query's row, and keep them together for this transaction."""
    write_changes(session)
    row = query.row(session, values)
    if row is None:
        return None
    address = shape_of(ChannelAddress).thing(session, row[: len(_ADDRESS_COLUMNS)])
    of_conversation: Row = row[len(_ADDRESS_COLUMNS) :]
    if of_conversation[0] is None:
        return address, None
    conversation = shape_of(Conversation).thing(session, of_conversation)
    _brought(session)[address.id] = (address, conversation)
    return address, conversation
