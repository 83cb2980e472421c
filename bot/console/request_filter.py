"""The filter of the requests in the address of the page: read from it, written to it again, and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, TypeVar

from flask_babel import ngettext, pgettext

from bot.console.queue_filter import Narrowing
from bot.console.request_words import request_kind, status_name
from bot.console.ways import list_address
from bot.console.words import channel_name, language_name
from bot.console.words_of_places import place_words
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.requests import RequestKind, RequestStatus
from bot.language.gazetteer import place_names
from bot.services.request_list import DAYS
from bot.services.request_ports import RequestFilter, RequestSort

Choice = TypeVar("Choice", bound=Enum)
UNKNOWN = "unknown"
ALL = "all"
STATUSES = tuple(status for status in RequestStatus if status is not RequestStatus.DRAFT)


def read(args: Mapping[str, str]) -> RequestFilter:
    """Return what an address asks for; what it asks wrongly counts as not asked."""
    language, place, page = args.get("language"), args.get("place"), args.get("page", "")
    status = _choice(RequestStatus, args.get("status"))
    return RequestFilter(
        sort=_choice(RequestSort, args.get("sort")) or RequestSort.URGENT,
        status=status if status in STATUSES else None,
        is_all=args.get("status") == ALL,
        kind=_choice(RequestKind, args.get("kind")),
        language=language if language in LANGUAGES else None,
        channel=_choice(Channel, args.get("channel")),
        place=place if place == UNKNOWN or place in place_names("en") else None,
        has_fear=args.get("fear") == "1",
        ends=_days(args.get("ends")),
        older=_days(args.get("older")),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def address(wanted: RequestFilter, **changes: Any) -> str:
    """Return the address of the list with this filter, changed so; another filter begins at its first page."""
    changed = replace(wanted, **{"page": 1, **changes})
    others = ({"status": ALL} if changed.is_all else {}) | ({"fear": "1"} if changed.has_fear else {})
    return list_address("requests.show_all", changed, without=("is_all", "has_fear"), **others)


def narrowings(wanted: RequestFilter) -> list[Narrowing]:
    """Return by what the list is narrowed, in words."""
    names: dict[str, Callable[[Any], str]] = {
        "status": status_name,
        "kind": request_kind,
        "language": language_name,
        "channel": channel_name,
        "place": place_words,
        "ends": ends_words,
        "older": older_words,
    }
    found = [(name, getattr(wanted, name)) for name in names]
    chips = [Narrowing(names[name](value), address(wanted, **{name: None})) for name, value in found if value is not None]
    if wanted.is_all:
        chips.insert(0, Narrowing(pgettext("statuses of requests", "All statuses"), address(wanted, is_all=False)))
    if wanted.has_fear:
        chips.append(Narrowing(pgettext("requests", "Sign of fear"), address(wanted, has_fear=False)))
    return chips


def sort_name(sort: RequestSort) -> str:
    """Return what comes first."""
    return {
        RequestSort.URGENT: pgettext("order of requests", "Signs of fear, then the oldest"),
        RequestSort.OLDEST: pgettext("order of requests", "The oldest first"),
        RequestSort.NEWEST: pgettext("order of requests", "The newest first"),
        RequestSort.UNTOUCHED: pgettext("order of requests", "Untouched for longest first"),
    }[sort]


def ends_words(days: int) -> str:
    """Return that something runs out within so many days."""
    return ngettext("Runs out within %(num)s day", "Runs out within %(num)s days", days)


def older_words(days: int) -> str:
    """Return that something was sent more than so many days ago."""
    return ngettext("Sent more than %(num)s day ago", "Sent more than %(num)s days ago", days)


def _days(value: str | None) -> int | None:
    return next((days for days in DAYS if value == str(days)), None)


def _choice(choices: type[Choice], value: str | None) -> Choice | None:
    return next((one for one in choices if one.value == value), None)
