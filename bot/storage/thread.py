"""The thread of a person and who has it open, over one SQLAlchemy session; what is not shown is not decrypted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.domain.cases import Case, CaseEntry
from bot.domain.conversations import Conversation, Message
from bot.domain.media import Media
from bot.services.thread_ports import EntryHead, Head, Watcher
from bot.storage import tables

_message, _entry, _presence = tables.message.c, tables.case_entry.c, tables.presence.c
_HEAD = (
    _message.position, _message.conversation_id, _message.contact_id, _message.created_at.label("at"), _message.state,
    _message.failure, _message.edited_at,
)  # fmt: skip
_ENTRY = [_entry[field.name] for field in fields(CaseEntry)]


class SqlThreads:
    """What was written and done, over all channels of a person."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def conversations(self, contact_ids: Collection[str]) -> Sequence[Conversation]:
        query = select(Conversation).where(tables.conversation.c.contact_id.in_(contact_ids))
        return list(self._session.execute(query).scalars())

    def cases(self, contact_ids: Collection[str]) -> Sequence[Case]:
        table = tables.case.c
        query = select(Case).where(table.contact_id.in_(contact_ids)).order_by(table.opened_at)
        return list(self._session.execute(query).scalars())

    def heads(self, conversation_id: str, *, before: int | None, limit: int) -> Sequence[Head]:
        # One conversation at a time: only so does the index give the newest without reading the rest.
        query = select(*_HEAD).where(_message.conversation_id == conversation_id)
        if before is not None:
            query = query.where(_message.position < before)
        rows = self._session.execute(query.order_by(_message.position.desc()).limit(limit))
        return [Head(*row) for row in rows]

    def messages(self, positions: Collection[int]) -> Mapping[int, Message]:
        if not positions:
            return {}
        found = self._session.execute(select(Message).where(_message.position.in_(positions))).scalars()
        return {one.position: one for one in found if one.position is not None}

    def entry_heads(
        self, conversation_ids: Collection[str], *, since: datetime | None, until: datetime | None, limit: int
    ) -> Sequence[EntryHead]:
        query = select(_entry.id, _entry.case_id, _entry.at).where(_entry.conversation_id.in_(conversation_ids))
        if since is not None:
            query = query.where(_entry.at >= since)
        if until is not None:
            query = query.where(_entry.at < until)
        rows = self._session.execute(query.order_by(_entry.at.desc(), _entry.id.desc()).limit(limit))
        return [EntryHead(*row) for row in rows][::-1]

    def entries(self, ids: Collection[int]) -> Mapping[int, CaseEntry]:
        if not ids:
            return {}
        rows = self._session.execute(select(_entry.id.label("row_id"), *_ENTRY).where(_entry.id.in_(ids)))
        return {row[0]: CaseEntry(*row[1:]) for row in rows}

    def media(self, message_ids: Collection[str]) -> Sequence[Media]:
        if not message_ids:
            return []
        table = tables.media.c
        query = select(Media).where(table.message_id.in_(message_ids)).order_by(table.created_at, table.id)
        return list(self._session.execute(query).scalars())


class SqlPresences:
    """Who has which conversation open."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, conversation_id: str, *, since: datetime) -> Sequence[Watcher]:
        query = select(_presence.staff_id, _presence.seen_at, _presence.writing_at).where(
            _presence.conversation_id == conversation_id, _presence.seen_at >= since
        )
        return [Watcher(*row) for row in self._session.execute(query.order_by(_presence.staff_id))]

    def record(self, conversation_id: str, watcher: Watcher) -> None:
        # Two pages of the same person may say it at once.
        insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[self._session.get_bind().dialect.name]
        values = {"seen_at": watcher.seen_at, "writing_at": watcher.writing_at}
        new = insert(tables.presence).values(conversation_id=conversation_id, staff_id=watcher.staff_id, **values)
        self._session.execute(new.on_conflict_do_update(index_elements=["conversation_id", "staff_id"], set_=values))

    def forget(self, *, before: datetime) -> None:
        self._session.execute(delete(tables.presence).where(_presence.seen_at < before))
