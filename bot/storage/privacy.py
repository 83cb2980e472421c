"""Erasing one contact in the tables, and in Rasa's trackers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Float, Integer, String, Text, and_, delete, func, inspect, or_, select, table, update
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from bot.domain.cases import QueueState
from bot.domain.conversations import Direction, InboundState
from bot.domain.deliveries import UNSETTLED, OutboundState
from bot.storage import request_tables, tables

EVENTS = table(
    "events",
    Column("id", Integer),
    Column("sender_id", String(255)),
    Column("timestamp", Float),
    Column("data", Text),
)
"""Rasa makes this table itself (``SQLTrackerStore``); the data are encrypted by ``bot.storage.tracker_store``."""

_UNSETTLED = [state.value for state in UNSETTLED]
_NOTHING_SAID: dict[str, Any] = {
    "text": "",
    **dict.fromkeys(
        (
            "provider_id", "pressed", "sequence", "edited_at", "answer_id", "choices", "template", "topic", "decision",
            "confidence", "sms_parts", "price", "reply_to_id", "next_attempt_at", "failure", "erase_asked_at", "erased_at",
            "claim_owner", "claimed_until", "author_id", "client_id",
        )
    ),
}  # fmt: skip

NOTHING_KNOWN: dict[str, Any] = {"topic": "", "opened_by_message_id": "", "place": None}
"""What stays of a case of which nothing personal may stay: a shell, which counts."""


def empty_entries(session: Session, which: Any) -> None:
    """Empty entries of cases' histories: who did what stays, what they wrote goes."""
    change = update(tables.case_entry).where(which).values(text="", client_id=None)
    session.execute(change.execution_options(synchronize_session=False))


def has_events(session: Session) -> bool:
    """Say whether Rasa has made its table yet."""
    return inspect(session.connection()).has_table(EVENTS.name)


def overwrite_deleted(session: Session) -> None:
    """Have SQLite overwrite what is deleted in this connection; PostgreSQL's vacuum does it in its own time."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


class SqlPrivacy:
    """What is kept of one contact, taken away."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def asked(self, *, limit: int) -> Sequence[tuple[str, datetime]]:
        """Return contacts that asked to be erased, with the time, the longest wait first."""
        of = tables.contact.c
        query = select(of.id, of.erase_asked_at).where(of.erase_asked_at.is_not(None), of.erased_at.is_(None))
        return [tuple(row) for row in self._session.execute(query.order_by(of.erase_asked_at).limit(limit))]

    def is_waiting(self, contact_id: str) -> bool:
        """Say whether something waits: in the inbox, in the outbox, or to be cleaned from the phone."""
        of = tables.message.c
        is_unread = and_(of.direction == Direction.INBOUND, of.state == InboundState.RECEIVED.value)
        is_leaving = or_(
            of.state.in_([OutboundState.QUEUED.value, OutboundState.SENDING.value]),
            and_(of.state == OutboundState.UNKNOWN.value, of.next_attempt_at.is_not(None)),
        )
        is_on_phone = and_(of.erase_asked_at.is_not(None), of.erased_at.is_(None))
        query = select(of.id).where(of.contact_id == contact_id, or_(is_unread, is_leaving, is_on_phone)).limit(1)
        return self._session.execute(query).first() is not None

    def lock(self, contact_id: str) -> None:
        """Keep others from changing a contact and its conversations until the transaction ends."""
        overwrite_deleted(self._session)
        for of, key in ((tables.contact, tables.contact.c.id), (tables.conversation, tables.conversation.c.contact_id)):
            self._change(update(of).where(key == contact_id).values(id=of.c.id))

    def forget_messages(self, contact_id: str, *, keep_shells_since: datetime) -> int:
        """Delete messages with all that came with them; newer ones are emptied, and stay for the ids against repeats."""
        of = tables.message.c
        mine = select(of.id).where(of.contact_id == contact_id)
        count = int(self._session.execute(select(func.count()).select_from(mine.subquery())).scalar_one())
        old = mine.where(of.created_at < keep_shells_since)
        self._change(delete(tables.inbound_id).where(tables.inbound_id.c.message_id.in_(old)))
        self._change(delete(tables.training_label).where(tables.training_label.c.message_id.in_(mine)))
        self._change(delete(tables.media).where(tables.media.c.message_id.in_(mine)))
        self._change(delete(tables.message).where(of.contact_id == contact_id, of.created_at < keep_shells_since))
        # Nothing of what stays is answered or sent any more.
        state = sql_case(
            (of.state == InboundState.RECEIVED.value, InboundState.HANDLED.value),
            (of.state.in_(_UNSETTLED), OutboundState.WITHDRAWN.value),
            else_=of.state,
        )
        values = {**_NOTHING_SAID, "state": state}
        self._change(update(tables.message).where(of.contact_id == contact_id).values(**values))
        return count

    def forget_media(self, contact_id: str) -> int:
        """Delete the references of files."""
        mine = select(tables.message.c.id).where(tables.message.c.contact_id == contact_id)
        return self._change(delete(tables.media).where(tables.media.c.message_id.in_(mine)))

    def forget_reports(self, contact_id: str) -> int:
        """Delete what providers reported; before the messages, which lead to the reports."""
        of, report = tables.message.c, tables.delivery_report.c
        mine = select(of.id).where(of.contact_id == contact_id)
        named = select(of.provider_id).where(of.contact_id == contact_id, of.provider_id.is_not(None))
        providers = select(tables.channel_address.c.provider).where(tables.channel_address.c.contact_id == contact_id)
        is_mine = or_(report.message_id.in_(mine), and_(report.provider.in_(providers), report.provider_id.in_(named)))
        return self._change(delete(tables.delivery_report).where(is_mine))

    def forget_forms(self, contact_id: str) -> int:
        """Delete the forms, and what was said last in one."""
        self._change(delete(request_tables.form_reply).where(request_tables.form_reply.c.contact_id == contact_id))
        return self._change(delete(request_tables.form).where(request_tables.form.c.contact_id == contact_id))

    def forget_reasons(self, request_id: str) -> None:
        """Empty the reasons of a request's steps, and forget by what names it is found."""
        self._change(delete(tables.request_name_key).where(tables.request_name_key.c.request_id == request_id))
        of = request_tables.request_step
        self._change(update(of).where(of.c.request_id == request_id).values(reason=""))

    def forget_cases(self, contact_id: str) -> int:
        """Resolve and empty the cases, with what staff wrote about them."""
        of, conversation = tables.case.c, tables.conversation.c
        empty_entries(self._session, tables.case_entry.c.case_id.in_(select(of.id).where(of.contact_id == contact_id)))
        mine = select(conversation.id).where(conversation.contact_id == contact_id)
        self._change(delete(tables.presence).where(tables.presence.c.conversation_id.in_(mine)))
        values = {**NOTHING_KNOWN, "queue_state": QueueState.RESOLVED, "waiting_since": None}
        return self._change(update(tables.case).where(of.contact_id == contact_id).values(**values))

    def forget_tracker(self, contact_id: str) -> int:
        """Delete Rasa's events and what earlier ones left behind."""
        self._change(delete(tables.tracker_state).where(tables.tracker_state.c.sender_id == contact_id))
        if not has_events(self._session):
            return 0
        return self._change(delete(EVENTS).where(EVENTS.c.sender_id == contact_id))

    def forget_addresses(self, contact_id: str, *, now: datetime) -> int:
        """Replace addresses by nothing, so that the same number starts anew."""
        of = tables.channel_address.c
        # The hashes of a provider's addresses differ: an id of ours is as unique as a hash, and never equals one.
        values = {"address": "", "address_hash": of.id, "stopped_at": now, "stop_reason": "opted_out", "line": None}
        count = self._change(update(tables.channel_address).where(of.contact_id == contact_id).values(**values))
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        conversation: dict[str, Any] = {"opened_at": month, "last_inbound_at": month, "language_hint": None}
        conversation |= {"with_staff_since": None, "with_staff_id": None}
        self._change(update(tables.conversation).where(tables.conversation.c.contact_id == contact_id).values(**conversation))
        return count

    def forget_contact(self, contact_id: str, *, now: datetime) -> None:
        """Leave the id and the time of the erasure."""
        values = {"erased_at": now, "erase_asked_at": None, "is_shared": False, "wrong_tries": 0, "locked_until": None}
        self._change(update(tables.contact).where(tables.contact.c.id == contact_id).values(**values))

    def settle(self) -> None:
        """After the commit: empty SQLite's write-ahead log, which still holds what was overwritten in the file."""
        if self._session.get_bind().dialect.name == "sqlite":
            self._session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def _change(self, statement: Any) -> int:
        return int(self._session.execute(statement.execution_options(synchronize_session=False)).rowcount)
