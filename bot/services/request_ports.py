"""What the list of requests and the search need from the storage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from bot.domain.contacts import Channel
from bot.domain.requests import LIVE, RequestKind, RequestStatus


class RequestSort(str, Enum):
    """What comes first."""

    URGENT = "urgent"
    OLDEST = "oldest"
    NEWEST = "newest"
    UNTOUCHED = "untouched"


@dataclass(frozen=True)
class RequestFilter:
    """What somebody wants to see.

    Attributes:
        status: None for those that are worked on, unless ``is_all``.
        place: Id of a town; ``unknown`` where none is known.
        has_fear: Only those with an open sign of fear.
        ends: Only those of which something runs out within so many days.
        older: Only those sent more than so many days ago.
        page: From 1.
    """

    sort: RequestSort = RequestSort.URGENT
    status: RequestStatus | None = None
    is_all: bool = False
    kind: RequestKind | None = None
    language: str | None = None
    channel: Channel | None = None
    place: str | None = None
    has_fear: bool = False
    ends: int | None = None
    older: int | None = None
    page: int = 1

    @property
    def statuses(self) -> frozenset[RequestStatus]:
        """Those that are wanted; never drafts, which are not sent yet, and may never be."""
        wanted = frozenset(RequestStatus) if self.is_all else LIVE if self.status is None else frozenset({self.status})
        return wanted - {RequestStatus.DRAFT}


@dataclass(frozen=True)
class RequestReader:
    """Who looks: which kinds they see, and when."""

    kinds: frozenset[RequestKind]
    today: date
    now: datetime


@dataclass(frozen=True)
class RequestRow:
    """One request in the list. It names nobody, and nothing of it was encrypted.

    Attributes:
        ends: The next day on which something runs out.
        is_merged: Ended because staff made it one with another.
        has_open_case: Whether a case stands open for it, which can be given to somebody.
    """

    reference: str
    kind: RequestKind
    status: RequestStatus
    channel: Channel
    language: str
    sent_at: datetime
    updated_at: datetime
    has_open_fear: bool
    is_merged: bool
    ends: date | None
    place: str | None
    assignee_id: int | None
    has_open_case: bool


class RequestLists(Protocol):
    """Requests as lists are read: bounded, and from what stands in clear."""

    def rows(self, wanted: RequestFilter, reader: RequestReader, *, limit: int) -> Sequence[RequestRow]: ...

    def by_phone(self, phone: str, kinds: Collection[RequestKind], *, limit: int) -> Sequence[str]: ...

    def by_name(self, keys: Collection[str], kinds: Collection[RequestKind], *, limit: int) -> Sequence[str]: ...

    def contacts_with(self, addresses: Collection[str], *, limit: int) -> Sequence[str]: ...
