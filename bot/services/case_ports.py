"""What cases, and those who follow them, need from outside, as protocols."""
# ruff: noqa: D102 - the names say it; a class's docstring says what they have in common.

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.cases import Case, CaseEntry, CaseKind
from bot.domain.opening_hours import OpeningHours


class Cases(Protocol):
    """Cases and their history. ``lock`` gives a case as it is now and keeps others from changing it."""

    def add(self, case: Case) -> None: ...

    def find_by_message(self, message_id: str, kind: CaseKind) -> Case | None: ...

    def find_open(self, contact_id: str, kind: CaseKind) -> Case | None: ...

    def find_by_reference(self, reference: str) -> Case | None: ...

    def lock(self, case_id: str) -> Case: ...

    def of_contact(self, contact_id: str) -> Sequence[Case]: ...

    def followed_by(self, staff_id: int) -> Sequence[Case]: ...

    def open_in(self, conversation_id: str) -> Sequence[Case]: ...

    def add_entry(self, entry: CaseEntry) -> bool: ...

    def entries_of(self, conversation_id: str) -> Sequence[CaseEntry]: ...

    def late(self, now: datetime, *, limit: int) -> Sequence[Case]: ...

    def waiting(self, kinds: frozenset[CaseKind], *, limit: int) -> Sequence[Case]: ...


class Duty(Protocol):
    """Who of the staff is on duty, and when the office is open."""

    hours: OpeningHours

    def count(self) -> int: ...

    def set(self, staff_id: int, *, is_on_duty: bool) -> bool: ...
