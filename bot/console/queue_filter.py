"""The filter of the queue in the address of the page: read from it, and written to it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from flask_babel import pgettext

from bot.console.ways import list_address
from bot.console.words import channel_name, kind_name, language_name, priority_name, queue_state_name
from bot.console.words_of_places import place_words
from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.contacts import LANGUAGES, Channel
from bot.language.gazetteer import place_names
from bot.services.queue_ports import QueueFilter, Sort, Tab, Timing

Choice = TypeVar("Choice", bound=Enum)
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Narrowing:
    """One thing by which the list is narrowed, and the address of the list without it."""

    words: str
    without: str


def read(args: Mapping[str, str]) -> QueueFilter:
    """Return what an address asks for; what it asks wrongly counts as not asked."""
    language, place, page = args.get("language"), args.get("place"), args.get("page", "")
    return QueueFilter(
        tab=_choice(Tab, args.get("tab")) or Tab.ALL,
        sort=_choice(Sort, args.get("sort")) or Sort.URGENT,
        priority=_choice(Priority, args.get("priority")),
        timing=_choice(Timing, args.get("timing")),
        language=language if language in (*LANGUAGES, UNKNOWN) else None,
        place=place if place == UNKNOWN or place in place_names("en") else None,
        kind=_choice(CaseKind, args.get("kind")),
        channel=_choice(Channel, args.get("channel")),
        state=_choice(QueueState, args.get("state")),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def address(wanted: QueueFilter, **changes: Any) -> str:
    """Return the address of the queue with this filter, changed so; another filter begins at its first page."""
    return list_address("queue.show", replace(wanted, **{"page": 1, **changes}))


def narrowings(wanted: QueueFilter) -> list[Narrowing]:
    """Return by what the list is narrowed, in words."""
    names = {
        "priority": priority_name,
        "timing": timing_name,
        "kind": kind_name,
        "state": queue_state_name,
        "language": lambda value: language_name(None if value == UNKNOWN else value),
        "place": place_words,
        "channel": channel_name,
    }
    found = [(name, getattr(wanted, name)) for name in names]
    return [Narrowing(names[name](value), address(wanted, **{name: None})) for name, value in found if value is not None]


def tab_name(tab: Tab) -> str:
    """Return whose cases a tab lists."""
    return {
        Tab.MINE: pgettext("tab of the queue", "Mine"),
        Tab.TEAM: pgettext("tab of the queue", "My team's"),
        Tab.UNASSIGNED: pgettext("tab of the queue", "Unassigned"),
        Tab.ALL: pgettext("tab of the queue", "All"),
    }[tab]


def timing_name(timing: Timing) -> str:
    """Return how the promise stands."""
    return {
        Timing.LATE: pgettext("promise", "Late"),
        Timing.SOON: pgettext("promise", "Due within an hour"),
    }[timing]


def sort_name(sort: Sort) -> str:
    """Return what comes first."""
    return {
        Sort.URGENT: pgettext("order of the queue", "The most urgent first"),
        Sort.LONGEST: pgettext("order of the queue", "The longest wait first"),
        Sort.NEWEST: pgettext("order of the queue", "The newest first"),
    }[sort]


def _choice(choices: type[Choice], value: str | None) -> Choice | None:
    return next((one for one in choices if one.value == value), None)
