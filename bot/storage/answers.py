"""Marks on answers over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.answers import AnswerMark
from bot.domain.errors import NotFound
from bot.storage import tables
from bot.storage.prepared import Prepared

_mark = tables.answer_mark.c
_ALL = select(*_mark)
_IS_WITHDRAWN = Prepared(
    select(_mark.id)
    .where(
        _mark.ended_at.is_(None),
        _mark.answer_id == bindparam("answer_id"),
        _mark.is_withdrawn.is_(True),
        or_(_mark.language.is_(None), _mark.language == bindparam("language")),
    )
    .limit(1)
)


class SqlAnswerMarks:
    """Marks on answers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, answer_id: str, *, language: str | None, is_withdrawn: bool, reason: str, at: datetime, by: int | None
    ) -> None:
        """Keep a new mark."""
        values = {"answer_id": answer_id, "language": language, "is_withdrawn": is_withdrawn, "reason": reason}
        self._session.execute(insert(tables.answer_mark).values(**values, at=at, by=by))

    def get(self, mark_id: int) -> AnswerMark:
        """Return one mark.

        Raises:
            NotFound: If there is none.
        """
        found = self._marks(_ALL.where(_mark.id == mark_id))
        if not found:
            raise NotFound("mark_not_found")
        return found[0]

    def open(self) -> Sequence[AnswerMark]:
        """Return the marks that hold, the newest first."""
        return self._marks(_ALL.where(_mark.ended_at.is_(None)))

    def of(self, answer_id: str) -> Sequence[AnswerMark]:
        """Return all marks of an answer, the newest first."""
        return self._marks(_ALL.where(_mark.answer_id == answer_id))

    def is_withdrawn(self, answer_id: str, language: str) -> bool:
        """Say whether an open mark takes an answer back in a language."""
        return _IS_WITHDRAWN.row(self._session, {"answer_id": answer_id, "language": language}) is not None

    def end(self, mark: AnswerMark, *, at: datetime, by: int | None) -> bool:
        """End a mark; say whether it still held. Of withdrawals all of the same answer and language end."""
        same: list[Any] = [_mark.id == mark.id]
        if mark.is_withdrawn:
            # Two supervisors at once may have withdrawn it twice: restored means that people are told it again.
            language = _mark.language.is_(None) if mark.language is None else _mark.language == mark.language
            same = [_mark.answer_id == mark.answer_id, _mark.is_withdrawn.is_(True), language]
        ended = update(tables.answer_mark).where(*same, _mark.ended_at.is_(None)).values(ended_at=at, ended_by=by)
        return bool(self._session.execute(ended).rowcount)

    def _marks(self, query: Any) -> list[AnswerMark]:
        rows = self._session.execute(query.order_by(_mark.at.desc(), _mark.id.desc())).mappings()
        return [AnswerMark(**row) for row in rows]
