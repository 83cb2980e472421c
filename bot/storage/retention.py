"""What has grown old in the tables and in Rasa's trackers: found, and taken away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.cases import QueueState
from bot.domain.conversations import InboundState
from bot.domain.deliveries import UNSETTLED
from bot.domain.requests import RequestStatus
from bot.storage import request_tables, tables
from bot.storage.privacy import EVENTS, NOTHING_KNOWN, empty_entries, has_events, overwrite_deleted

ENDED = (RequestStatus.CLOSED, RequestStatus.WITHDRAWN, RequestStatus.NOT_ELIGIBLE)
KEPT_EVENTS = 100
"""Events that a conversation which still goes on keeps whatever their age: the tracker store reads fewer."""

_WAITING = [InboundState.RECEIVED.value, *(state.value for state in UNSETTLED)]
_KEY = "\n"


class SqlRetention:
    """What is older than it may be."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def old_forms(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return forms that nobody touched since."""
        of = request_tables.form.c
        return self._ids(select(of.id).where(of.updated_at < before).order_by(of.updated_at), limit)

    def drop_forms(self, form_ids: Collection[str]) -> None:
        """Delete forms, and the drafts of requests that they were filling."""
        form, request = request_tables.form.c, request_tables.request.c
        filled = select(form.request_id).where(form.id.in_(form_ids), form.request_id.is_not(None))
        drafts = self._ids(select(request.id).where(request.id.in_(filled), request.status == RequestStatus.DRAFT), None)
        self._change(delete(request_tables.form).where(form.id.in_(form_ids)))
        # A draft that another form still asks about stays with that one.
        others = set(self._ids(select(form.request_id).where(form.request_id.in_(drafts)), None))
        self.drop_drafts([draft for draft in drafts if draft not in others])

    def drop_replies(self) -> None:
        """Delete what forms said last, where the turn was finished: it was kept for a repeated turn only."""
        of, message = request_tables.form_reply.c, tables.message.c
        waits = message.state == InboundState.RECEIVED.value
        is_waiting = select(message.id).where(message.id == of.message_id, waits).exists()
        self._change(delete(request_tables.form_reply).where(~is_waiting))

    def old_drafts(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return drafts that no form fills."""
        of, form = request_tables.request.c, request_tables.form.c
        is_filled = select(form.id).where(form.request_id == of.id).exists()
        query = select(of.id).where(of.status == RequestStatus.DRAFT, of.updated_at < before, ~is_filled)
        return self._ids(query.order_by(of.updated_at), limit)

    def drop_drafts(self, request_ids: Collection[str]) -> None:
        """Delete drafts."""
        for attached in (request_tables.request_step, tables.request_name_key):
            self._change(delete(attached).where(attached.c.request_id.in_(request_ids)))
        self._change(delete(tables.request_name_key).where(tables.request_name_key.c.request_id.in_(request_ids)))
        self._change(delete(request_tables.request).where(request_tables.request.c.id.in_(request_ids)))

    def old_requests(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return requests that ended before, and are no shells yet: a shell was submitted at no time."""
        of = request_tables.request.c
        query = select(of.id).where(of.status.in_(ENDED), of.updated_at < before, of.submitted_at.is_not(None))
        return self._ids(query.order_by(of.updated_at), limit)

    def old_cases(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return cases that were resolved before, and are no shells yet: no message opened a shell."""
        of = tables.case.c
        is_over = and_(of.queue_state == QueueState.RESOLVED, of.opened_by_message_id != "")
        # Of cases from before the console nobody knows when they ended.
        is_old = or_(of.resolved_at < before, and_(of.resolved_at.is_(None), of.opened_at < before))
        return self._ids(select(of.id).where(is_over, is_old).order_by(of.opened_at), limit)

    def empty_cases(self, case_ids: Collection[str]) -> None:
        """Leave shells of cases."""
        overwrite_deleted(self._session)
        empty_entries(self._session, tables.case_entry.c.case_id.in_(case_ids))
        self._change(update(tables.case).where(tables.case.c.id.in_(case_ids)).values(**NOTHING_KNOWN))

    def old_trackers(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return senders with events that are too old and not needed to go on."""
        if not has_events(self._session):
            return []
        of, found = EVENTS.c, []
        query = select(of.sender_id, func.max(of.timestamp)).group_by(of.sender_id)
        query = query.having(func.min(of.timestamp) < before.timestamp()).order_by(of.sender_id)
        for sender_id, newest in self._session.execute(query).all():
            if newest < before.timestamp() or self._count_old_events(sender_id, before):
                found.append(sender_id)
            if limit is not None and len(found) >= limit:
                break
        return found

    def drop_trackers(self, sender_ids: Collection[str], before: datetime) -> None:
        """Delete events that are too old; a tracker in which nothing is newer goes as a whole."""
        of = EVENTS.c
        for sender_id in sender_ids:
            newest = self._session.execute(select(func.max(of.timestamp)).where(of.sender_id == sender_id)).scalar()
            is_over = newest is None or newest < before.timestamp()
            which = of.sender_id == sender_id if is_over else self._old_events(sender_id, before)
            self._change(delete(EVENTS).where(which))
            if is_over:
                self._change(delete(tables.tracker_state).where(tables.tracker_state.c.sender_id == sender_id))

    def old_media(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return references of files that came before."""
        of = tables.media.c
        return self._ids(select(of.id).where(of.created_at < before).order_by(of.created_at), limit)

    def drop_media(self, media_ids: Collection[str]) -> None:
        """Delete references of files."""
        self._change(delete(tables.media).where(tables.media.c.id.in_(media_ids)))

    def old_messages(self, before: datetime, *, shells_before: datetime, limit: int | None) -> Sequence[str]:
        """Return messages that wait for nothing; shells that erasing left go by a time of their own."""
        of, contact = tables.message.c, tables.contact.c
        is_shell = select(contact.id).where(contact.id == of.contact_id, contact.erased_at.is_not(None)).exists()
        is_old = and_(of.created_at < before, of.state.not_in(_WAITING))
        query = select(of.id).where(or_(is_old, and_(of.created_at < shells_before, is_shell)))
        return self._ids(query.order_by(of.position), limit)

    def drop_messages(self, message_ids: Collection[str]) -> None:
        """Delete messages with what came with them and what was reported of them."""
        of, report = tables.message.c, tables.delivery_report.c
        named = select(of.provider_id).where(of.id.in_(message_ids), of.provider_id.is_not(None))
        is_theirs = or_(report.message_id.in_(message_ids), report.provider_id.in_(named))
        self._change(delete(tables.delivery_report).where(is_theirs))
        for attached in (tables.inbound_id, tables.media, tables.training_label):
            self._change(delete(attached).where(attached.c.message_id.in_(message_ids)))
        self._change(delete(tables.message).where(of.id.in_(message_ids)))

    def old_reports(self, before: datetime, *, strays_before: datetime, limit: int | None) -> Sequence[str]:
        """Return keys of delivery reports; strays, whose message nobody knows, go by a time of their own."""
        report, of = tables.delivery_report.c, tables.message.c
        is_known = select(of.id).where(of.provider_id == report.provider_id).exists()
        is_old = or_(report.received_at < before, and_(report.received_at < strays_before, ~is_known))
        query = select(report.provider, report.provider_id, report.state).where(is_old).order_by(report.received_at)
        rows = self._session.execute(query if limit is None else query.limit(limit)).all()
        return [_KEY.join((provider.value, state.value, provider_id)) for provider, provider_id, state in rows]

    def drop_reports(self, keys: Collection[str]) -> None:
        """Delete delivery reports."""
        report = tables.delivery_report.c
        for key in keys:
            provider, state, provider_id = key.split(_KEY, 2)
            is_it = and_(report.provider == provider, report.state == state, report.provider_id == provider_id)
            self._change(delete(tables.delivery_report).where(is_it))

    def old_contacts(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return contacts that wrote nothing since, and of whom nothing but the address is left."""
        of, conversation, request, case = (
            tables.contact.c, tables.conversation.c, request_tables.request.c, tables.case.c,
        )  # fmt: skip
        left = (
            select(conversation.id).where(conversation.contact_id == of.id, conversation.last_inbound_at >= before),
            select(tables.message.c.id).where(tables.message.c.contact_id == of.id),
            select(request_tables.form.c.id).where(request_tables.form.c.contact_id == of.id),
            select(request.id).where(
                request.contact_id == of.id, or_(request.submitted_at.is_not(None), request.status == RequestStatus.DRAFT)
            ),
            select(case.id).where(case.contact_id == of.id, case.opened_by_message_id != ""),
        )
        query = select(of.id).where(of.erased_at.is_(None), of.created_at < before, *(~one.exists() for one in left))
        return self._ids(query.order_by(of.created_at), limit)

    def _count_old_events(self, sender_id: str, before: datetime) -> int:
        query = select(func.count()).select_from(EVENTS).where(self._old_events(sender_id, before))
        return int(self._session.execute(query).scalar_one())

    def _old_events(self, sender_id: str, before: datetime) -> Any:
        of = EVENTS.c
        kept = select(of.id).where(of.sender_id == sender_id).order_by(of.id.desc()).offset(KEPT_EVENTS - 1).limit(1)
        first_kept = self._session.execute(kept).scalar()
        return and_(of.sender_id == sender_id, of.timestamp < before.timestamp(), of.id < (first_kept or 0))

    def _ids(self, query: Any, limit: int | None) -> list[str]:
        return list(self._session.execute(query if limit is None else query.limit(limit)).scalars())

    def _change(self, statement: Any) -> None:
        overwrite_deleted(self._session)
        self._session.execute(statement.execution_options(synchronize_session=False))
