"""Exports that staff make in the console: what they may contain, why, and that the audit log has both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from bot.domain.audit import Act
from bot.domain.cases import CaseKind, QueueState
from bot.domain.errors import InvalidInput
from bot.domain.requests import Actor, RequestStatus
from bot.domain.staff import Authority
from bot.services import export, statistics
from bot.services.cases import visible_kinds
from bot.services.ports import Clock, UnitOfWork
from bot.services.privacy_ports import ExportOnly, Exports

SHORTEST_REASON = 10
LONGEST_REASON = 300
FORMATS = {
    "requests": ("xlsx", "csv", "json"),
    "cases": ("xlsx", "csv", "json"),
    "statistics": ("xlsx", "csv", "json", "hxl"),
}


class Subject(str, Enum):
    """What can be exported here. Messages cannot: their texts stay in the house, or leave by the command line."""

    REQUESTS = "requests"
    CASES = "cases"
    STATISTICS = "statistics"

    @property
    def is_personal(self) -> bool:
        """Whether it is about single persons, so that the file must be encrypted."""
        return self is not Subject.STATISTICS


@dataclass(frozen=True)
class Wish:
    """What somebody wants to export, and why."""

    subject: Subject
    format: str
    reason: str
    kind: CaseKind | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def limits_of(wish: Wish, roles: Iterable[Authority]) -> ExportOnly:
    """Return what an export is limited to: the kinds that the roles see, and what was wished.

    Raises:
        InvalidInput: ``reason_too_short``, ``reason_too_long``, ``format_unknown``, ``status_unknown``, ``period_invalid``.
    """
    if len(wish.reason) < SHORTEST_REASON:
        raise InvalidInput("reason_too_short")
    if len(wish.reason) > LONGEST_REASON:
        raise InvalidInput("reason_too_long")
    if wish.format not in FORMATS[wish.subject.value]:
        raise InvalidInput("format_unknown")
    if wish.status is not None and wish.status not in statuses_of(wish.subject):
        raise InvalidInput("status_unknown")
    if wish.since is not None and wish.until is not None and wish.since >= wish.until:
        raise InvalidInput("period_invalid")
    seen = visible_kinds(roles)
    kinds = seen if wish.kind is None else seen & {wish.kind}
    return ExportOnly(kinds, wish.status, wish.since, wish.until)


def statuses_of(subject: Subject) -> list[str]:
    """Return the statuses that an export can be limited to."""
    if subject is Subject.REQUESTS:
        return [one.value for one in RequestStatus if one is not RequestStatus.DRAFT]
    return [one.value for one in QueueState] if subject is Subject.CASES else []


def fields_of(subject: Subject) -> tuple[str, ...]:
    """Return the columns of an export."""
    return statistics.FIELDS if subject is Subject.STATISTICS else export.FIELDS[subject.value]


def rows_of(exports: Exports, subject: Subject, *, places: Collection[str]) -> Iterator[dict[str, Any]]:
    """Give the rows of an export, one by one.

    Args:
        places: Ids of known places; others are counted together.
    """
    if subject is Subject.REQUESTS:
        return export.request_rows(exports)
    if subject is Subject.CASES:
        return export.case_rows(exports)
    return statistics.statistics(exports, places=places)


def record_export(uow: UnitOfWork, wish: Wish, *, count: int, actor: Actor, clock: Clock) -> None:
    """Record for good who exports what and why, and how many rows; before anything is handed out."""
    limits = [wish.kind.value if wish.kind else "", wish.status or "", _day(wish.since), _day(wish.until)]
    detail = " ".join([wish.format, str(count), *(one for one in limits if one)]) + f": {wish.reason}"
    uow.audit.add(Act.EXPORTED, staff_id=actor.staff_id, at=clock(), subject=wish.subject.value, detail=detail)
    uow.commit()


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
