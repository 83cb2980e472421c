"""Canned replies over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.domain.canned_replies import CannedReply
from bot.domain.errors import NotFound
from bot.storage import tables

_reply = tables.canned_reply.c
_COLUMNS = (_reply.id, _reply.titles, _reply.texts, _reply.is_active, _reply.updated_at, _reply.updated_by)


class SqlCannedReplies:
    """Canned replies."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, *, only_active: bool = False) -> Sequence[CannedReply]:
        """Return all replies, or those that are offered."""
        query = select(*_COLUMNS).order_by(_reply.id)
        if only_active:
            query = query.where(_reply.is_active)
        return [CannedReply(**row) for row in self._session.execute(query).mappings()]

    def get(self, reply_id: str) -> CannedReply:
        """Return a reply; ``NotFound`` if there is none."""
        row = self._session.execute(select(*_COLUMNS).where(_reply.id == reply_id)).mappings().one_or_none()
        if row is None:
            raise NotFound("canned_reply_not_found", reply_id)
        return CannedReply(**row)

    def lock(self, reply_id: str) -> CannedReply:
        """Return a reply as it is now, which nobody else changes before this transaction ends."""
        # A change that changes nothing locks the row in PostgreSQL and the database in SQLite.
        self._session.execute(update(tables.canned_reply).where(_reply.id == reply_id).values(is_active=_reply.is_active))
        return self.get(reply_id)

    def add(self, reply: CannedReply) -> None:
        """Store a new reply."""
        self._session.execute(insert(tables.canned_reply).values(**vars(reply)))

    def save(self, reply: CannedReply) -> None:
        """Store what was changed."""
        self._session.execute(update(tables.canned_reply).where(_reply.id == reply.id).values(**vars(reply)))
