"""The outbox over one SQLAlchemy session: what is ready, who has it in hand, and what the providers report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from bot.domain.cases import CaseKind, QueueState
from bot.domain.contacts import Provider
from bot.domain.conversations import Message
from bot.domain.deliveries import UNSETTLED, OutboundState
from bot.services.ports import DeliveryReport, Ready
from bot.storage import tables
from bot.storage.prepared import Prepared
from bot.storage.rows import columns_of, lock, many, read_again
from bot.storage.types import UtcDateTime

LONGEST_WAIT = timedelta(hours=1)
"""No wait is longer; one that seems so was set before the clock jumped back, and is over."""

_QUEUED, _HELD = OutboundState.QUEUED.value, OutboundState.HELD.value
_SENDING, _UNKNOWN = OutboundState.SENDING.value, OutboundState.UNKNOWN.value
_UNSETTLED = [state.value for state in UNSETTLED]
_LOST = [_UNKNOWN, OutboundState.UNDELIVERED.value, OutboundState.FAILED.value]
_TROUBLED = [_HELD, _UNKNOWN, OutboundState.UNDELIVERED.value, OutboundState.FAILED.value, OutboundState.WITHDRAWN.value]


_NOW, _FAR = bindparam("now", type_=UtcDateTime), bindparam("far", type_=UtcDateTime)


def _has_come(column: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= _NOW, column > _FAR)


def _is_claimable() -> ColumnElement[bool]:
    """Say which rows are the next of their conversation, due, and in nobody's hands."""
    table, earlier = tables.message.c, tables.message.alias("earlier")
    # What waits holds back what follows it, so that order is kept. What stays unknown for good holds back nothing.
    is_behind = (
        select(earlier.c.id)
        .where(
            earlier.c.conversation_id == table.conversation_id,
            or_(
                earlier.c.state.in_([_QUEUED, _HELD, _SENDING]),
                and_(earlier.c.state == _UNKNOWN, earlier.c.next_attempt_at.is_not(None)),
            ),
            earlier.c.position < table.position,
        )
        .exists()
    )
    return and_(
        or_(
            and_(table.state == _QUEUED, _has_come(table.next_attempt_at)),
            and_(table.state == _UNKNOWN, table.next_attempt_at.is_not(None), _has_come(table.next_attempt_at)),
            table.state == _SENDING,
        ),
        _has_come(table.claimed_until),
        # "Your reply is ready" overtakes the reply that waits for the window to open.
        or_(table.template.is_not(None), ~is_behind),
    )


_READY = Prepared(
    select(tables.message.c.id, tables.channel_address.c.provider, tables.channel_address.c.channel, tables.message.c.sms_parts)
    .join(tables.conversation, tables.conversation.c.id == tables.message.c.conversation_id)
    .join(tables.channel_address, tables.channel_address.c.id == tables.conversation.c.channel_address_id)
    # Spelled out, so that the index on the state is used: only few messages are ever in these.
    .where(
        tables.message.c.direction == "outbound",
        tables.message.c.state.in_([_QUEUED, _SENDING, _UNKNOWN]),
        _is_claimable(),
    )
    .order_by(tables.message.c.position)
    .limit(bindparam("limit"))
)
_CLAIM = Prepared(
    update(tables.message)
    .where(tables.message.c.id == bindparam("message_id"), _is_claimable())
    .values(claim_owner=bindparam("owner"), claimed_until=bindparam("until"))
)

_TAKE_BACK = Prepared(
    update(tables.message)
    .where(tables.message.c.id == bindparam("message_id"), tables.message.c.claim_owner == bindparam("owner"))
    .values(claim_owner=None, claimed_until=None)
)

_RELEASE = Prepared(
    update(tables.message).where(tables.message.c.id == bindparam("message_id")).values(claim_owner=None, claimed_until=None)
)
# In the database, not in Python: what a worker has just taken in hand goes out, and must not be called withdrawn.
_WITHDRAW = Prepared(
    update(tables.message)
    .where(tables.message.c.id == bindparam("message_id"), tables.message.c.state.in_([_QUEUED, _HELD]))
    .values(
        state=OutboundState.WITHDRAWN.value,
        failure=bindparam("failure"),
        handled_at=bindparam("now", type_=UtcDateTime),
        next_attempt_at=None,
    )
)
_OF_UNSETTLED = Prepared(
    select(*columns_of(Message))
    .where(tables.message.c.conversation_id == bindparam("conversation_id"), tables.message.c.state.in_(_UNSETTLED))
    .order_by(tables.message.c.position)
)
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ADD_REPORT = Prepared(lambda dialect: _INSERT[dialect](tables.delivery_report).on_conflict_do_nothing())


class SqlOutbox:
    """Outbound messages on their way."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ready(self, now: datetime, *, limit: int) -> Sequence[Ready]:
        rows = _READY.rows(self._session, {"now": now, "far": now + LONGEST_WAIT, "limit": limit})
        return [Ready(message_id, provider, channel, parts or 1) for message_id, provider, channel, parts in rows]

    def claim(self, message_id: str, *, owner: str, until: datetime, now: datetime) -> bool:
        values = {"message_id": message_id, "owner": owner, "until": until, "now": now, "far": now + LONGEST_WAIT}
        return bool(_CLAIM.count(self._session, values))

    def take_back(self, message_id: str, *, owner: str) -> Message | None:
        if not _TAKE_BACK.count(self._session, {"message_id": message_id, "owner": owner}):
            return None
        return read_again(self._session, Message, message_id)

    def release(self, message_id: str) -> None:
        _RELEASE.count(self._session, {"message_id": message_id})

    def withdraw(self, message: Message, *, failure: str, now: datetime) -> bool:
        """Take back what no worker has sent or is sending; say whether it was taken back."""
        values = {"message_id": message.id, "failure": failure, "now": now}
        if not _WITHDRAW.count(self._session, values):
            return False
        read_again(self._session, Message, message.id)
        return True

    def unsettled(self, conversation_id: str) -> Sequence[Message]:
        return many(self._session, _OF_UNSETTLED, Message, {"conversation_id": conversation_id})

    def lock(self, message_id: str) -> Message:
        return lock(self._session, tables.message, Message, "message_not_found", message_id)

    def find_sent(self, provider: Provider, provider_id: str) -> str | None:
        address = tables.channel_address.c
        query = (
            select(tables.message.c.id)
            .join(tables.conversation, tables.conversation.c.id == tables.message.c.conversation_id)
            .join(tables.channel_address, address.id == tables.conversation.c.channel_address_id)
            .where(
                tables.message.c.provider_id == provider_id,
                tables.message.c.direction == "outbound",
                address.provider == provider,
            )
            .limit(1)
        )
        return self._session.execute(query).scalar_one_or_none()

    def has_template_since(self, conversation_id: str, since: datetime) -> bool:
        table = tables.message.c
        query = select(table.id).where(
            table.conversation_id == conversation_id,
            table.template.is_not(None),
            table.created_at >= since,
            table.state != OutboundState.FAILED.value,
        )
        return self._session.execute(query).first() is not None

    def known_provider_ids(self, conversation_id: str) -> frozenset[str]:
        table = tables.message.c
        query = select(table.provider_id).where(table.conversation_id == conversation_id, table.provider_id.is_not(None))
        return frozenset(self._session.execute(query).scalars())

    def add_report(self, report: DeliveryReport, *, now: datetime) -> bool:
        values = {
            "provider": report.provider,
            "provider_id": report.provider_id,
            "state": report.state,
            "failure": report.failure,
            "message_id": report.message_id,
            "received_at": now,
        }
        return bool(_ADD_REPORT.count(self._session, values))

    def reports_of(self, provider: Provider, provider_id: str) -> Sequence[DeliveryReport]:
        table = tables.delivery_report.c
        query = (
            select(table.provider, table.provider_id, table.state, table.failure, table.message_id)
            .where(table.provider == provider, table.provider_id == provider_id)
            .order_by(table.received_at)
        )
        return [DeliveryReport(*row) for row in self._session.execute(query)]

    def ask_to_erase(self, conversation_id: str, *, since: datetime, now: datetime) -> None:
        table = tables.message.c
        self._session.execute(
            update(tables.message)
            .where(
                table.conversation_id == conversation_id,
                table.provider_id.is_not(None),
                table.created_at >= since,
                table.erased_at.is_(None),
            )
            .values(erase_asked_at=now)
            .execution_options(synchronize_session=False)
        )

    def to_erase(self, *, limit: int) -> Sequence[Message]:
        table = tables.message.c
        query = (
            select(Message)
            .where(table.erase_asked_at.is_not(None), table.erased_at.is_(None))
            .order_by(table.position)
            .limit(limit)
        )
        return list(self._session.execute(query).scalars())

    def erased(self, conversation_id: str) -> Sequence[str]:
        table = tables.message.c
        query = select(table.id).where(table.conversation_id == conversation_id, table.erased_at.is_not(None))
        return list(self._session.execute(query).scalars())

    def troubled(self, *, limit: int) -> Sequence[Message]:
        table = tables.message.c
        is_waiting_with_reason = and_(table.state == _QUEUED, table.failure.is_not(None))
        query = (
            select(Message)
            .where(table.direction == "outbound", or_(table.state.in_(_TROUBLED), is_waiting_with_reason))
            # "Your reply is ready" that was not needed any more is no trouble.
            .where(or_(table.template.is_(None), table.state != OutboundState.WITHDRAWN.value))
            .order_by(table.position.desc())
            .limit(limit)
        )
        return list(self._session.execute(query).scalars())

    def count_lost(self, since: datetime, *, hidden: frozenset[CaseKind]) -> int:
        [(count,)] = _lost_beside(hidden).rows(self._session, {"since": since})
        return int(count)


@lru_cache(maxsize=64)
def _lost_beside(hidden: frozenset[CaseKind]) -> Prepared:
    """Return the count of lost messages, without those of people with an open case of these kinds."""
    table, case = tables.message.c, tables.case.c
    since = bindparam("since", type_=UtcDateTime)
    is_hidden = (
        select(case.id)
        .where(case.contact_id == table.contact_id, case.kind.in_(sorted(hidden)), case.queue_state != QueueState.RESOLVED)
        .exists()
    )
    return Prepared(
        select(func.count()).where(
            table.direction == "outbound",
            table.state.in_(_LOST),
            # In this form the database can use the index ix_message_lost.
            or_(table.handled_at >= since, and_(table.handled_at.is_(None), table.created_at >= since)),
            ~is_hidden,
        )
    )
