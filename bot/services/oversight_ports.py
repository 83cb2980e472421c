"""What the daily counts and the dashboard need from the storage: numbers only, and of nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.domain.cases import CaseKind, Priority
from bot.domain.contacts import Channel
from bot.domain.conversations import Direction
from bot.domain.deliveries import OutboundState

UNKNOWN = "unknown"
INBOUND, OUTBOUND = "inbound", "outbound"
NEVER_LEFT = (OutboundState.FAILED.value, OutboundState.WITHDRAWN.value)
"""States of outbound messages that no counting waits for, and that count as nothing."""


@dataclass(frozen=True)
class Countable:
    """What is counted of one message.

    Attributes:
        decision, topic: Of an inbound message; the topic only where it was answered, not guessed.
        is_by_staff: Whether a staff member wrote an outbound message.
    """

    at: datetime
    direction: Direction
    state: str
    channel: Channel
    language: str | None
    decision: str | None
    topic: str | None
    is_by_staff: bool


@dataclass(frozen=True)
class CountKey:
    """What a number counts, on which day."""

    day: date
    of: str
    by: str
    value: str


class Counts(Protocol):
    """The daily counts. ``take`` gives messages that were not counted yet and marks them as counted."""

    def take(self, *, now: datetime, limit: int) -> Sequence[Countable]: ...

    def add(self, counts: Mapping[CountKey, int]) -> None: ...


@dataclass(frozen=True)
class CaseCount:
    """How many cases were opened of one kind, in one place, and met their promise or not.

    Attributes:
        in_time: None while a case is neither answered nor late.
    """

    kind: CaseKind
    place: str | None
    in_time: bool | None
    count: int


class DashboardNumbers(Protocol):
    """What the dashboard shows, counted in the database; exact, and therefore for the service alone.

    ``kinds`` are those of the cases that are counted.
    """

    def waiting(
        self, kinds: frozenset[CaseKind], *, now: datetime, ages: Sequence[timedelta]
    ) -> Mapping[tuple[int, Priority], int]: ...

    def opened(self, kinds: frozenset[CaseKind], *, since: datetime, now: datetime) -> Sequence[CaseCount]: ...

    def minutes_to_reply(self, kinds: frozenset[CaseKind], *, since: datetime) -> Mapping[int, int]: ...

    def helped(self, kinds: frozenset[CaseKind], *, since: datetime) -> Mapping[bool, int]: ...

    def conversations(self, kinds: frozenset[CaseKind], *, since: datetime) -> tuple[int, int]: ...

    def messages(self, *, since: date) -> Mapping[tuple[str, str], Mapping[str, int]]: ...

    def messages_by_day(self, *, since: date) -> Mapping[date, int]: ...
