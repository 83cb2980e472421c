"""Statistics: how many, by one property at a time, with small numbers hidden.

A count of one or two together with what people know of each other tells who it was: one woman of a rare nationality in a
small town. Numbers under ``SMALLEST`` are therefore shown as ``<5``, and no two properties are ever crossed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any

from bot.domain.requests import Request, age_on
from bot.services.privacy_ports import Exports

SMALLEST = 5
"""Smaller counts are hidden; the threshold that humanitarian and official statistics use most."""

FIELDS = ("of", "by", "value", "count")
UNKNOWN = "unknown"
OTHER_PLACE = "other"

_AGE_GROUPS = ((4, "0-4"), (11, "5-11"), (17, "12-17"), (59, "18-59"))
"""Last age of each group: those of UNHCR's statistics, so that numbers of partners can be laid side by side."""
_OLDEST = "60+"

Row = dict[str, Any]


def statistics(exports: Exports, *, places: Collection[str]) -> Iterator[Row]:
    """Give the counts, by what is counted and by property, the largest first.

    Args:
        places: Ids of known places. A place in a person's own words may tell where one family lives: it counts as ``other``.
    """
    yield from _rows("requests", _request_counts(exports, places))
    yield from _rows("cases", _case_counts(exports))
    yield from _rows("messages", _message_counts(exports))


def shown(count: int) -> int | str:
    """Return a count, or ``<5`` where it is too small to be told."""
    return count if count >= SMALLEST else f"<{SMALLEST}"


def age_group(request: Request) -> str:
    """Return the group of the person's age on the day of the request."""
    age = age_on(request.created_at.date(), request.answers)
    if age is None:
        return UNKNOWN
    return next((name for last, name in _AGE_GROUPS if age <= last), _OLDEST)


def _rows(of: str, counts: dict[str, Counter[str]]) -> Iterator[Row]:
    for by, counter in counts.items():
        # By name among equals, and hidden ones by name alone: their order must not tell their size.
        for value, count in sorted(counter.items(), key=lambda item: (-item[1] if item[1] >= SMALLEST else 0, item[0])):
            yield {"of": of, "by": by, "value": value, "count": shown(count)}


def _request_counts(exports: Exports, places: Collection[str]) -> dict[str, Counter[str]]:
    def place(request: Request) -> str:
        found = request.answers.get("current_place")
        return UNKNOWN if not found else str(found) if found in places else OTHER_PLACE

    properties: dict[str, Callable[[Request], str]] = {
        "status": lambda request: request.status.value,
        "kind": lambda request: request.kind.value,
        "nationality": lambda request: str(request.answers.get("nationality") or UNKNOWN),
        "place": place,
        "sex": lambda request: str(request.answers.get("sex") or UNKNOWN),
        "age_group": age_group,
        "channel": lambda request: request.channel.value,
        "language": lambda request: request.language,
        "month": lambda request: f"{request.created_at:%Y-%m}",
    }
    counts: dict[str, Counter[str]] = {name: Counter() for name in properties}
    for request in exports.requests():
        for name, value_of in properties.items():
            counts[name][value_of(request)] += 1
    return counts


def _case_counts(exports: Exports) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("status", "kind", "priority", "channel", "language", "month")
    }
    for case, where in exports.cases():
        counts["status"][case.queue_state.value] += 1
        counts["kind"][case.kind.value] += 1
        counts["priority"][case.priority.value] += 1
        counts["channel"][where.channel.value] += 1
        counts["language"][where.language or UNKNOWN] += 1
        counts["month"][f"{case.opened_at:%Y-%m}"] += 1
    return counts


def _message_counts(exports: Exports) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("direction", "topic", "channel", "language", "month")}
    for message, where in exports.messages():
        counts["direction"][message.direction.value] += 1
        if message.topic:
            counts["topic"][message.topic] += 1
        counts["channel"][where.channel.value] += 1
        counts["language"][where.language or UNKNOWN] += 1
        counts["month"][f"{message.created_at:%Y-%m}"] += 1
    return counts
