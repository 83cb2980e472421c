"""What the queue and the saved views need from the storage, and how both are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.contacts import Channel
from bot.domain.requests import RequestStatus


class Tab(str, Enum):
    """Whose cases are listed."""

    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"
    ALL = "all"


class Timing(str, Enum):
    """How the promise stands, where a person waits."""

    LATE = "late"
    SOON = "soon"


class Sort(str, Enum):
    """What comes first. Resolved cases come by the time they were resolved, whatever was chosen."""

    URGENT = "urgent"
    LONGEST = "longest"
    NEWEST = "newest"


@dataclass(frozen=True)
class QueueFilter:
    """What somebody wants to see of the queue.

    Attributes:
        state: None for all that are open.
        language: Of the conversation; ``unknown`` where it is not known yet.
        place: Id of a town; ``unknown`` where none is known.
        page: From 1.
    """

    tab: Tab = Tab.ALL
    sort: Sort = Sort.URGENT
    priority: Priority | None = None
    timing: Timing | None = None
    language: str | None = None
    place: str | None = None
    kind: CaseKind | None = None
    channel: Channel | None = None
    state: QueueState | None = None
    page: int = 1


@dataclass(frozen=True)
class Reader:
    """Who looks: what they may see, which cases are theirs, and when."""

    kinds: frozenset[CaseKind]
    staff_id: int
    team: str | None
    now: datetime


@dataclass(frozen=True)
class QueueRow:
    """One case in the queue. It names nobody, and nothing of it was encrypted.

    Attributes:
        status: Of the request that the case was opened for, if it was for one.
        has_open_fear: Whether that request waits for a protection caseworker.
    """

    reference: str
    kind: CaseKind
    priority: Priority
    queue_state: QueueState
    opened_at: datetime
    due_at: datetime
    assignee_id: int | None
    team: str | None
    place: str | None
    waiting_since: datetime | None
    escalated_at: datetime | None
    touched_at: datetime | None
    resolved_at: datetime | None
    channel: Channel
    language: str | None
    status: RequestStatus | None
    has_open_fear: bool

    @property
    def is_open(self) -> bool:
        """True until staff resolved it."""
        return self.queue_state is not QueueState.RESOLVED

    @property
    def waits(self) -> bool:
        """Whether the person waits for a word from staff."""
        return self.waiting_since is not None and self.is_open

    @property
    def is_escalated(self) -> bool:
        """Whether it came back because nobody touched it in its time, and nobody has touched it since."""
        return self.escalated_at is not None and (self.touched_at is None or self.touched_at <= self.escalated_at)

    def is_late(self, now: datetime) -> bool:
        """Whether the promise to the person who waits is broken."""
        return self.waits and self.due_at <= now


@dataclass(frozen=True)
class Alarms:
    """What must be seen and heard at once, wherever in the console somebody is.

    Attributes:
        critical: Critical cases in which a person waits and that nobody follows, or the reader does.
        unclaimed: Those of them that nobody follows.
        newest: Since when the last of them waits.
        reference: Of that one.
        mine: Cases of the reader in which a person waits for a word.
    """

    critical: int
    unclaimed: int
    newest: datetime | None
    reference: str | None
    mine: int
    as_of: datetime


class Queue(Protocol):
    """The queue as it is read: by one statement for the rows and one for the counts."""

    def rows(self, wanted: QueueFilter, reader: Reader, *, limit: int) -> Sequence[QueueRow]: ...

    def counts(self, wanted: QueueFilter, reader: Reader, *, most: int) -> Mapping[str, int]: ...

    def kinds_of(self, references: Sequence[str]) -> Mapping[str, CaseKind]: ...

    def alarms(self, reader: Reader) -> Alarms: ...


@dataclass(frozen=True)
class SavedView:
    """A filter that a staff member keeps under a name.

    Attributes:
        page: Which list it is of.
        query: The part of the address after the question mark.
    """

    id: int
    staff_id: int
    page: str
    name: str
    query: str


class SavedViews(Protocol):
    """The saved views; everybody reaches their own only."""

    def of(self, staff_id: int, page: str) -> Sequence[SavedView]: ...

    def save(self, staff_id: int, page: str, *, name: str, query: str, at: datetime) -> None: ...

    def delete(self, staff_id: int, view_id: int) -> bool: ...
