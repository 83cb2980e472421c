"""What the marks on answers need from the storage."""
# ruff: noqa: D102 - the names say it; the class says what they have in common.

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.answers import AnswerMark


class AnswerMarks(Protocol):
    """Marks on answers. None is ever deleted: it ends."""

    def add(
        self, answer_id: str, *, language: str | None, is_withdrawn: bool, reason: str, at: datetime, by: int | None
    ) -> None: ...

    def get(self, mark_id: int) -> AnswerMark: ...

    def open(self) -> Sequence[AnswerMark]: ...

    def of(self, answer_id: str) -> Sequence[AnswerMark]: ...

    def is_withdrawn(self, answer_id: str, language: str) -> bool: ...

    def end(self, mark: AnswerMark, *, at: datetime, by: int | None) -> bool: ...
