"""Messages over one SQLAlchemy session: the inbox, what was said, and what came with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.contacts import Provider
from bot.domain.conversations import Direction, InboundState, Message
from bot.domain.media import Media
from bot.storage import tables
from bot.storage.prepared import Prepared
from bot.storage.rows import add, columns_of, get, one

_message, _inbound_id = tables.message.c, tables.inbound_id.c

_WHOLE = select(*columns_of(Message))
_FIND_INBOUND = Prepared(
    select(_inbound_id.message_id).where(
        _inbound_id.provider == bindparam("provider"), _inbound_id.provider_id == bindparam("provider_id")
    )
)
_RECORD_INBOUND = Prepared(insert(tables.inbound_id))
_WAITING = Prepared(
    select(_message.contact_id)
    .where(_message.direction == Direction.INBOUND, _message.state == InboundState.RECEIVED.value)
    .group_by(_message.contact_id)
    .order_by(func.min(_message.position))
    .limit(bindparam("limit"))
)
# In the database, not in Python: of two processes that finish the same turn, one gets no row.
_CLAIM_RECEIVED = Prepared(
    update(tables.message)
    .where(_message.id == bindparam("message_id"), _message.state == InboundState.RECEIVED.value)
    .values(state=InboundState.HANDLED.value)
)
_NEXT_RECEIVED = Prepared(
    _WHOLE.where(
        _message.contact_id == bindparam("contact_id"),
        _message.direction == Direction.INBOUND,
        _message.state == InboundState.RECEIVED.value,
    )
    # By the provider's own order where it has one: deliveries may overtake each other.
    .order_by(_message.sequence, _message.position)
    .limit(1)
)
_OUTBOUND = (
    _WHOLE.where(_message.conversation_id == bindparam("conversation_id"), _message.direction == Direction.OUTBOUND)
    .order_by(_message.position.desc())
    .limit(1)
)
_LATEST_OUTBOUND = Prepared(_OUTBOUND)
# What staff wrote ends what was offered before: "2" answers their question then, not an old list.
_LATEST_CHOICES = Prepared(_OUTBOUND.where(or_(_message.choices.is_not(None), _message.author_id.is_not(None))))


class SqlMessages:
    """The inbox, what was said, and what came with it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, message: Message) -> None:
        add(self._session, message)

    def get(self, message_id: str) -> Message:
        return get(self._session, Message, "message_not_found", id=message_id)

    def find_inbound(self, provider: Provider, provider_id: str) -> str | None:
        values = {"provider": provider, "provider_id": provider_id}
        row = _FIND_INBOUND.row(self._session, values)
        return None if row is None else str(row[0])

    def record_inbound_id(self, provider: Provider, provider_id: str, message_id: str) -> None:
        values = {"provider": provider, "provider_id": provider_id, "message_id": message_id}
        _RECORD_INBOUND.count(self._session, values)

    def find_by_provider_id(self, conversation_id: str, provider_id: str) -> Message | None:
        query = select(Message).filter_by(conversation_id=conversation_id, provider_id=provider_id).limit(1)
        return self._session.execute(query).scalar_one_or_none()

    def contacts_waiting(self, *, limit: int) -> Sequence[str]:
        return [contact_id for (contact_id,) in _WAITING.rows(self._session, {"limit": limit})]

    def claim_received(self, message_id: str) -> bool:
        return bool(_CLAIM_RECEIVED.count(self._session, {"message_id": message_id}))

    def next_received(self, contact_id: str) -> Message | None:
        return one(self._session, _NEXT_RECEIVED, Message, {"contact_id": contact_id})

    def latest_choices(self, conversation_id: str) -> Message | None:
        """Return the last message that offered choices, or the last one by staff where that came later."""
        return one(self._session, _LATEST_CHOICES, Message, {"conversation_id": conversation_id})

    def latest_outbound(self, conversation_id: str) -> Message | None:
        return one(self._session, _LATEST_OUTBOUND, Message, {"conversation_id": conversation_id})

    def find_by_client_id(self, client_id: str) -> Message | None:
        return self._session.execute(select(Message).filter_by(client_id=client_id)).scalar_one_or_none()

    def newest(self, conversation_id: str, *, before: int | None, limit: int) -> Sequence[Message]:
        """Return the newest messages, or the newest before a position; the oldest of them first."""
        query = select(Message).where(_message.conversation_id == conversation_id)
        if before is not None:
            query = query.where(_message.position < before)
        found = self._session.execute(query.order_by(_message.position.desc()).limit(limit)).scalars()
        return list(found)[::-1]

    def state_of(self, conversation_id: str, *, limit: int) -> str:
        """Return a word that changes whenever one of the newest messages does, without opening any."""
        query = (
            select(_message.position, _message.state, _message.failure, _message.edited_at)
            .where(_message.conversation_id == conversation_id)
            .order_by(_message.position.desc())
            .limit(limit)
        )
        rows = repr([tuple(row) for row in self._session.execute(query)])
        return hashlib.sha256(rows.encode()).hexdigest()[:16]

    def in_conversation(self, conversation_id: str, *, after: int) -> Sequence[Message]:
        query = (
            select(Message)
            .where(_message.conversation_id == conversation_id, _message.position > after)
            .order_by(_message.position)
        )
        return list(self._session.execute(query).scalars())

    def add_media(self, media: Media) -> None:
        self._session.add(media)
        self._session.flush()

    def get_media(self, media_id: str) -> Media:
        return get(self._session, Media, "media_not_found", id=media_id)

    def media_of(self, message_id: str) -> Sequence[Media]:
        query = select(Media).filter_by(message_id=message_id).order_by(tables.media.c.id)
        return list(self._session.execute(query).scalars())
