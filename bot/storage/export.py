"""Reading all requests, cases and messages for an export, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.cases import Case
from bot.domain.conversations import Message
from bot.domain.requests import Request
from bot.services.privacy_ports import InConversation
from bot.storage import request_tables, tables

BATCH = 500
_WHERE = (tables.conversation.c.channel, tables.conversation.c.language)


class SqlExports:
    """What there is, over one session, which is one view of the database in time.

    Each object leaves the session once it was given, so that a long export needs no more memory than a short one.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def requests(self) -> Iterator[Request]:
        """Give the requests, the oldest first."""
        query = select(Request).order_by(request_tables.request.c.created_at, request_tables.request.c.id)
        for request in self._session.execute(query.execution_options(yield_per=BATCH)).scalars():
            self._session.expunge(request)
            yield request

    def cases(self) -> Iterator[tuple[Case, InConversation]]:
        """Give the cases, the oldest first."""
        conversation = tables.conversation
        query = select(Case, *_WHERE).join(conversation, conversation.c.id == tables.case.c.conversation_id)
        query = query.order_by(tables.case.c.opened_at, tables.case.c.id).execution_options(yield_per=BATCH)
        for case, channel, language in self._session.execute(query):
            self._session.expunge(case)
            yield case, InConversation(channel, language)

    def messages(self) -> Iterator[tuple[Message, InConversation]]:
        """Give the messages, the oldest first."""
        conversation = tables.conversation
        query = select(Message, *_WHERE).join(conversation, conversation.c.id == tables.message.c.conversation_id)
        query = query.order_by(tables.message.c.position).execution_options(yield_per=BATCH)
        for message, channel, language in self._session.execute(query):
            self._session.expunge(message)
            yield message, InConversation(channel, language)

    def references_by_message(self) -> Mapping[str, str]:
        """Return the reference of the case that each message opened."""
        query = select(tables.case.c.opened_by_message_id, tables.case.c.reference)
        return {message_id: reference for message_id, reference in self._session.execute(query)}
