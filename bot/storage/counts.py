"""The daily counts over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case as sql_case
from sqlalchemy import select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.domain.conversations import InboundState
from bot.domain.deliveries import OutboundState
from bot.services.oversight_ports import NEVER_LEFT, Countable, CountKey
from bot.storage import tables
from bot.storage.types import EncryptedText

TURN = "counting"
"""Mark whose row makes two workers take turns."""

_DONE = (
    InboundState.HANDLED.value, OutboundState.SENT.value, OutboundState.DELIVERED.value, OutboundState.READ.value,
    OutboundState.UNDELIVERED.value, *NEVER_LEFT,
)  # fmt: skip
_message, _conversation, _count = tables.message.c, tables.conversation.c, tables.daily_count.c


class SqlCounts:
    """The daily counts; fulfils ``bot.services.oversight_ports.Counts``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, *, now: datetime, limit: int) -> Sequence[Countable]:
        """Return messages that were not counted yet, the oldest first, and mark them.

        One that somebody changes at this moment is left for the next time, so that nobody waits for another.
        """
        mark = self._insert(tables.mark).values(name=TURN, at=now)
        self._session.execute(mark.on_conflict_do_update(index_elements=["name"], set_={"at": now}))
        answered = type_coerce(sql_case((_message.decision == "answer", _message.topic), else_=None), EncryptedText)
        query = (
            select(
                _message.position, _message.created_at.label("at"), _message.direction, _message.state, _conversation.channel,
                _conversation.language, _message.decision, answered.label("topic"),
                _message.author_id.is_not(None).label("is_by_staff"),
            )
            .join(tables.conversation, _conversation.id == _message.conversation_id)
            .where(_message.counted_at.is_(None), _message.state.in_(_DONE))
            .order_by(_message.position)
            .limit(limit)
            .with_for_update(of=tables.message, skip_locked=True)
        )  # fmt: skip
        rows = [dict(row) for row in self._session.execute(query).mappings()]
        positions = [row.pop("position") for row in rows]
        if positions:
            self._session.execute(
                update(tables.message)
                .where(_message.position.in_(positions))
                .values(counted_at=now)
                .execution_options(synchronize_session=False)
            )
        return [Countable(**{**row, "is_by_staff": bool(row["is_by_staff"])}) for row in rows]

    def add(self, counts: Mapping[CountKey, int]) -> None:
        """Add to the counts."""
        if not counts:
            return
        insert = self._insert(tables.daily_count)
        keys = ["day", "of", "by", "value"]
        adding = insert.on_conflict_do_update(index_elements=keys, set_={"count": _count["count"] + insert.excluded["count"]})
        self._session.execute(adding, [{**vars(key), "count": count} for key, count in counts.items()])

    def _insert(self, table: Any) -> Any:
        dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
        return dialect.insert(table)
