"""The supervisor's dashboard: numbers that say how the hotline does, and of nobody who they are.

How small numbers are kept secret. A count of one or two, together with what people know of each other, tells who it was. So:

- One to four is shown as ``<5``, in tables, charts and totals alike. None is none.
- All other numbers are rounded to the nearest five, each by itself, totals included. A total then says what the hidden number
  of its table is no better than "one to four": taking the shown numbers from the shown total leaves an error of two for each
  of them. To hide a second number instead would not do: the same messages are counted by channel, by language, by day, and
  the total of one table would undo the hiding of another, or the page of seven days that of thirty.
- A share is given only of ``FEWEST`` or more, in whole percent of the rounded numbers; where one side is one to four, only as
  "under" or "over" what five would give. So are the times, of ``FEWEST`` replies or more.
- No two properties are crossed but waiting time and priority.
- Rows stand in the order of the numbers as they are shown, and of their names: the order tells nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from bot.domain.cases import CASE_OF_TOPIC, URGENCY, CaseKind, Priority
from bot.domain.staff import Authority
from bot.services.cases import visible_kinds
from bot.services.oversight_ports import INBOUND, OUTBOUND, UNKNOWN, CaseCount
from bot.services.ports import Clock, UnitOfWork
from bot.services.statistics import SMALLEST

PERIODS = (7, 30, 90)
"""Days, of which today is the last."""
AGES = (timedelta(minutes=15), timedelta(hours=2), timedelta(hours=24), timedelta(days=3))
"""Where a wait passes into the next group of ages."""
FEWEST = 20
"""Of fewer, a share or a middle says little of the hotline and too much of people."""
STEP = 5


@dataclass(frozen=True)
class Figure:
    """A number as it is shown.

    Attributes:
        rounded: To the nearest five; 0 for none, and for a hidden one.
        is_hidden: Whether it is one to four.
    """

    rounded: int
    is_hidden: bool = False


@dataclass(frozen=True)
class Share:
    """A part of a whole, in percent; ``under`` and ``over`` tell that it is only that."""

    percent: int
    bound: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a breakdown: the id of a value, and its number."""

    value: str
    figure: Figure


@dataclass(frozen=True)
class Dashboard:
    """All that the page shows.

    Attributes:
        waiting: For each group of ages, the shortest first, the people who wait by priority.
        waiting_totals: By priority, and in all.
        answered, in_time: Of the cases opened: which of them were answered or late, and how many of these in time.
        median, ninth: Time within which half, and nine tenths, of those who had a reply had it.
        conversations, alone: In which people wrote, and in which no case was opened.
        breakdowns: By a name such as ``inbound.channel``.
        days: Messages from people, for each day.
    """

    period: int
    since: date
    as_of: datetime
    waiting: tuple[Mapping[Priority, Figure], ...]
    waiting_by_age: tuple[Figure, ...]
    waiting_by_priority: Mapping[Priority, Figure]
    waiting_all: Figure
    opened: Figure
    answered: Figure
    in_time: Share | None
    median: timedelta | None
    ninth: timedelta | None
    replied: Figure
    conversations: Figure
    alone: Share | None
    said: Figure
    helped: Share | None
    breakdowns: Mapping[str, tuple[Row, ...]]
    days: tuple[tuple[date, Figure], ...]
    counts_complaints: bool


def figure(count: int) -> Figure:
    """Return a number as it may be shown."""
    if 0 < count < SMALLEST:
        return Figure(0, is_hidden=True)
    return Figure((count + STEP // 2) // STEP * STEP)


def share(part: int, whole: int) -> Share | None:
    """Return a part of a whole as it may be shown; None where the whole is too small to say."""
    if whole < FEWEST:
        return None
    rest = whole - part
    bound = -(-100 * SMALLEST // whole)
    if 0 < part < SMALLEST:
        return Share(bound, "under")
    if 0 < rest < SMALLEST:
        return Share(100 - bound, "over")
    rounded = figure(part).rounded
    return Share(round(100 * rounded / (rounded + figure(rest).rounded)))


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """Return the smallest value that so many percent of all are not above (the nearest rank); None where there are too few.

    Args:
        counts: How often each value occurs.
    """
    whole = sum(counts.values())
    if whole < FEWEST:
        return None
    passed, rank = 0, -(-whole * percent // 100)
    for value in sorted(counts):
        passed += counts[value]
        if passed >= rank:
            return value
    raise AssertionError("the rank is among the values")


def make_dashboard(uow: UnitOfWork, roles: Iterable[Authority], *, period: int, clock: Clock) -> Dashboard:
    """Count for the last days. Complaints about staff are left out for all but those who are named for them.

    Args:
        period: Days, of which today is the last; by the office's own time.
    """
    now, kinds = clock(), counted_kinds(roles)
    since_day = now.astimezone(uow.duty.hours.zone).date() - timedelta(days=period - 1)
    since = datetime.combine(since_day, time(), uow.duty.hours.zone).astimezone(timezone.utc)
    numbers = uow.dashboard
    waiting = numbers.waiting(kinds, now=now, ages=AGES)
    opened = numbers.opened(kinds, since=since, now=now)
    minutes = numbers.minutes_to_reply(kinds, since=since)
    conversations, with_case = numbers.conversations(kinds, since=since)
    said = numbers.helped(kinds, since=since)
    messages = numbers.messages(since=since_day)
    by_day = numbers.messages_by_day(since=since_day)
    kept, broken = _sum(opened, in_time=True), _sum(opened, in_time=False)
    ages = range(len(AGES) + 1)
    return Dashboard(
        period=period,
        since=since_day,
        as_of=now,
        waiting=tuple({each: figure(waiting.get((age, each), 0)) for each in URGENCY} for age in ages),
        waiting_by_age=tuple(figure(sum(waiting.get((age, each), 0) for each in URGENCY)) for age in ages),
        waiting_by_priority={each: figure(sum(waiting.get((age, each), 0) for age in ages)) for each in URGENCY},
        waiting_all=figure(sum(waiting.values())),
        opened=figure(sum(one.count for one in opened)),
        answered=figure(kept + broken),
        in_time=share(kept, kept + broken),
        median=_minutes(percentile(minutes, 50)),
        ninth=_minutes(percentile(minutes, 90)),
        replied=figure(sum(minutes.values())),
        conversations=figure(conversations),
        alone=share(conversations - with_case, conversations),
        said=figure(sum(said.values())),
        helped=share(said.get(True, 0), sum(said.values())),
        breakdowns=_breakdowns(opened, said, messages, kinds),
        days=tuple((day, figure(by_day.get(day, 0))) for day in (since_day + timedelta(days=n) for n in range(period))),
        counts_complaints=CaseKind.COMPLAINT in kinds,
    )


def counted_kinds(roles: Iterable[Authority]) -> frozenset[CaseKind]:
    """Return the kinds of cases that are counted for these roles: a number is seen by more than the matter, a complaint not."""
    return frozenset(CaseKind) - ({CaseKind.COMPLAINT} - visible_kinds(roles))


def _breakdowns(
    opened: Iterable[CaseCount],
    said: Mapping[bool, int],
    messages: Mapping[tuple[str, str], Mapping[str, int]],
    kinds: frozenset[CaseKind],
) -> dict[str, tuple[Row, ...]]:
    by_kind: Counter[str] = Counter()
    by_place: Counter[str] = Counter()
    for one in opened:
        by_kind[one.kind.value] += one.count
        by_place[one.place or UNKNOWN] += one.count
    found = {
        "case.kind": rows(by_kind),
        "case.place": rows(by_place),
        "case.helped": tuple(Row(name, figure(said.get(value, 0))) for name, value in (("yes", True), ("no", False))),
        "inbound.hour": tuple(
            Row(hour, figure(messages.get((INBOUND, "hour"), {}).get(hour, 0))) for hour in (f"{n:02}" for n in range(24))
        ),
    }
    for of, by in (
        (INBOUND, "language"),
        (INBOUND, "channel"),
        (INBOUND, "topic"),
        (INBOUND, "decision"),
        (OUTBOUND, "author"),
    ):
        counts = messages.get((of, by), {})
        found[f"{of}.{by}"] = rows({value: count for value, count in counts.items() if _is_told(by, value, kinds)})
    return found


def rows(counts: Mapping[str, int]) -> tuple[Row, ...]:
    """Return the lines of a breakdown, in an order that tells no more than the shown numbers."""
    shown = [Row(value, figure(count)) for value, count in counts.items() if count]
    return tuple(sorted(shown, key=lambda row: (-row.figure.rounded, row.value)))


def _is_told(by: str, value: str, kinds: frozenset[CaseKind]) -> bool:
    # A topic that opens complaints tells as much as their number.
    return by != "topic" or value not in CASE_OF_TOPIC or CASE_OF_TOPIC[value][0] in kinds


def _sum(opened: Iterable[CaseCount], *, in_time: bool) -> int:
    return sum(one.count for one in opened if one.in_time is in_time)


def _minutes(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
