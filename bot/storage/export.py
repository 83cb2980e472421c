"""Reading all requests, cases and messages for an export, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import String, select, type_coerce
from sqlalchemy.orm import Session

from bot.domain.cases import Case
from bot.domain.conversations import Message
from bot.domain.requests import Request, RequestStatus
from bot.services.privacy_ports import ExportOnly, InConversation
from bot.storage import request_tables, tables

BATCH = 500
_WHERE = (tables.conversation.c.channel, tables.conversation.c.language)


class SqlExports:
    """What there is, over one session, which is one view of the database in time.

    Each object leaves the session once it was given, so that a long export needs no more memory than a short one.
    """

    def __init__(self, session: Session, only: ExportOnly | None = None) -> None:
        self._session = session
        self._only = only or ExportOnly()

    def requests(self) -> Iterator[Request]:
        """Give the requests, the oldest first."""
        of = request_tables.request.c
        query = select(Request).where(*self._limits(of.kind, of.status, of.created_at)).order_by(of.created_at, of.id)
        if self._only.kinds is not None:
            # Whoever sees some kinds only is staff, and a draft is not for staff yet.
            query = query.where(of.status != RequestStatus.DRAFT)
        for request in self._session.execute(query.execution_options(yield_per=BATCH)).scalars():
            self._session.expunge(request)
            yield request

    def cases(self) -> Iterator[tuple[Case, InConversation]]:
        """Give the cases, the oldest first."""
        conversation = tables.conversation
        query = select(Case, *_WHERE).join(conversation, conversation.c.id == tables.case.c.conversation_id)
        of = tables.case.c
        query = query.where(*self._limits(of.kind, of.queue_state, of.opened_at))
        query = query.order_by(of.opened_at, of.id).execution_options(yield_per=BATCH)
        for case, channel, language in self._session.execute(query):
            self._session.expunge(case)
            yield case, InConversation(channel, language)

    def _limits(self, kind: Any, status: Any, at: Any) -> Iterator[Any]:
        only = self._only
        if only.kinds is not None:
            # Request kinds have the names of case kinds.
            yield type_coerce(kind, String).in_(sorted(one.value for one in only.kinds))
        if only.status is not None:
            yield type_coerce(status, String) == only.status
        yield from self._period(at)

    def _period(self, at: Any) -> Iterator[Any]:
        if self._only.since is not None:
            yield at >= self._only.since
        if self._only.until is not None:
            yield at < self._only.until

    def messages(self) -> Iterator[tuple[Message, InConversation]]:
        """Give the messages, the oldest first."""
        conversation = tables.conversation
        query = select(Message, *_WHERE).join(conversation, conversation.c.id == tables.message.c.conversation_id)
        query = query.where(*self._period(tables.message.c.created_at))
        query = query.order_by(tables.message.c.position).execution_options(yield_per=BATCH)
        for message, channel, language in self._session.execute(query):
            self._session.expunge(message)
            yield message, InConversation(channel, language)

    def references_by_message(self) -> Mapping[str, str]:
        """Return the reference of the case that each message opened."""
        query = select(tables.case.c.opened_by_message_id, tables.case.c.reference)
        return {message_id: reference for message_id, reference in self._session.execute(query)}
