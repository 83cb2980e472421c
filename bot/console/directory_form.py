"""What an editor writes into an entry of the directory: as typed, what is wrong with it, and as the services take it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from flask_babel import get_timezone, gettext, ngettext, pgettext
from werkzeug.datastructures import MultiDict

from bot.console.days import today
from bot.console.directory_list import SPOKEN
from bot.domain.contacts import LANGUAGES
from bot.domain.directory import KINDS, TRANSLATED, DirectoryEntry
from bot.language.gazetteer import place_names
from bot.language.reading.office_phones import read_office_phone
from bot.services.directory import MAX_LENGTH, MAX_PHONES, MAX_SOURCE, Contents, words_of

USUAL_DAYS = 90
MAX_DAYS = 366
_ISOLATED = "\u2068{}\u2069"
# They turn around what stands beside them, also in the message that names the office.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@dataclass(frozen=True)
class Draft:
    """An entry as it stands in the form.

    Attributes:
        words: By language, all of ``TRANSLATED``; empty where nothing is written.
        phones: One on each line, as typed.
        is_checked, valid_until: Whether the editor says to have checked it, and until which day that holds.
    """

    words: dict[str, dict[str, str]]
    kinds: tuple[str, ...] = ()
    phones: str = ""
    places: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    source: str = ""
    source_as_of: str = ""
    is_checked: bool = False
    valid_until: str = ""


@dataclass(frozen=True)
class Problem:
    """Why a draft cannot be saved: in which part of the form (``hours-fr``, ``phones``), by code, and what the words name."""

    part: str
    code: str
    value: str = ""
    number: int = 0


def of_entry(entry: DirectoryEntry | None) -> Draft:
    """Return an entry as the form shows it; an empty form for none."""
    words = words_of(entry) if entry else {}
    every = {language: {name: words.get(language, {}).get(name, "") for name in TRANSLATED} for language in LANGUAGES}
    day = (today() + timedelta(days=USUAL_DAYS)).isoformat()
    if entry is None:
        return Draft(every, valid_until=day)
    return Draft(
        every, entry.kinds, "\n".join(entry.phones), entry.places, entry.languages,
        entry.source, entry.source_as_of, valid_until=day,
    )  # fmt: skip


def typed(form: MultiDict[str, str], before: DirectoryEntry | None) -> Draft:
    """Return what was typed; choices that nobody was offered are left out."""
    return Draft(
        words={one: {name: _clean(form.get(f"{name}-{one}", "")) for name in TRANSLATED} for one in LANGUAGES},
        kinds=_chosen(form.getlist("kinds"), KINDS, before.kinds if before else ()),
        phones="\n".join(line for line in map(_clean, form.get("phones", "").splitlines()) if line),
        places=_chosen(form.getlist("places"), place_names("en"), before.places if before else ()),
        languages=_chosen(form.getlist("languages"), SPOKEN, before.languages if before else ()),
        source=_clean(form.get("source", "")),
        source_as_of=_clean(form.get("source_as_of", "")),
        is_checked=form.get("is_checked") == "1",
        valid_until=form.get("valid_until", ""),
    )


def problems(draft: Draft, before: DirectoryEntry | None) -> list[Problem]:
    """Return what is wrong, in the order of the form."""
    found = [problem for name in TRANSLATED for problem in _problems_of_word(draft, name)]
    if not draft.kinds:
        found.append(Problem("kinds", "kind_missing"))
    lines = draft.phones.splitlines()
    found += [Problem("phones", "phone_wrong", line) for line in lines if _phone(line, before) is None]
    if len(_phones(draft, before)) > MAX_PHONES:
        found.append(Problem("phones", "too_many_phones", number=MAX_PHONES))
    if not draft.source:
        found.append(Problem("source", "source_missing"))
    for name in ("source", "source_as_of"):
        if len(getattr(draft, name)) > MAX_SOURCE:
            found.append(Problem(name, "text_too_long", number=MAX_SOURCE))
    if draft.is_checked and check_day(draft.valid_until) is None:
        found.append(Problem("valid_until", "day_wrong"))
    return found


def contents(draft: Draft, before: DirectoryEntry | None) -> Contents:
    """Return a draft without problems as the services take it."""
    words = {language: {name: text for name, text in one.items() if text} for language, one in draft.words.items()}
    return Contents(
        words=words,
        kinds=draft.kinds,
        phones=_phones(draft, before),
        places=draft.places,
        languages=draft.languages,
        source=draft.source,
        source_as_of=draft.source_as_of,
    )


def checked_until(draft: Draft) -> datetime | None:
    """Return until when the editor's check holds; None if nothing was checked."""
    day = check_day(draft.valid_until) if draft.is_checked else None
    return end_of(day) if day else None


def changed_parts(saved: DirectoryEntry, draft: Draft) -> list[str]:
    """Return the parts of the form in which a draft differs from what is saved."""
    theirs = of_entry(saved)
    words = [f"{name}-{one}" for name in TRANSLATED for one in LANGUAGES if theirs.words[one][name] != draft.words[one][name]]
    plain = ("kinds", "phones", "places", "languages", "source", "source_as_of")
    return words + [name for name in plain if getattr(theirs, name) != getattr(draft, name)]


def problem_words(problem: Problem) -> str:
    """Return what is wrong, and what helps."""
    if problem.code == "text_too_long":
        return ngettext("At most %(num)s character, please.", "At most %(num)s characters, please.", problem.number)
    if problem.code == "too_many_phones":
        return ngettext("At most %(num)s number, please.", "At most %(num)s numbers, please.", problem.number)
    if problem.code == "phone_wrong":
        line = _ISOLATED.format(problem.value)
        return gettext(
            "%(line)s is not a phone number. Write one on each line, with the country code if not Libyan.", line=line
        )
    return {
        "organisation_missing": gettext("Write the name in at least one language."),
        "purpose_missing": gettext("Say in at least one language what people find there."),
        "kind_missing": gettext("Tick at least one: answers find the entry by it."),
        "source_missing": gettext("Say where this comes from."),
        "day_wrong": gettext("Choose a day after today, at most a year ahead."),
    }.get(problem.code, gettext("This cannot be saved as it is."))


def part_name(part: str) -> str:
    """Return what a part of the form is called."""
    return {
        "organisation": pgettext("directory", "Name"),
        "purpose": pgettext("directory", "What people find there"),
        "hours": gettext("Hours"),
        "address": gettext("Address"),
        "kinds": pgettext("directory", "What it is for"),
        "phones": pgettext("directory", "Phones"),
        "places": gettext("Places"),
        "languages": gettext("Languages spoken there"),
        "source": gettext("Source"),
        "source_as_of": gettext("How old the source is"),
        "valid_until": gettext("The check holds until"),
    }[part]


def check_day(text: str) -> date | None:
    """Return the day until which a check holds; None if it is no day after today, at most a year ahead."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if today() < day <= today() + timedelta(days=MAX_DAYS) else None


def end_of(day: date) -> datetime:
    """Return the last second of a day in Libya."""
    local = get_timezone().localize(datetime.combine(day, time(23, 59, 59)))
    return local.astimezone(timezone.utc)


def _clean(text: str) -> str:
    seen = (c for c in text if c.isspace() or (unicodedata.category(c) != "Cc" and c not in _TURNING))
    return " ".join("".join(seen).split())


def _chosen(wanted: Iterable[str], known: Iterable[str], before: Sequence[str]) -> tuple[str, ...]:
    """Return what is ticked. What was there before keeps its order, so that an untouched form changes nothing."""
    ticked = set(wanted)
    return tuple(one for one in dict.fromkeys([*before, *known]) if one in ticked)


def _problems_of_word(draft: Draft, name: str) -> list[Problem]:
    texts = {language: draft.words[language][name] for language in LANGUAGES}
    if name in ("organisation", "purpose") and not any(texts.values()):
        return [Problem(name, f"{name}_missing")]
    most = MAX_LENGTH[name]
    return [Problem(f"{name}-{one}", "text_too_long", number=most) for one, text in texts.items() if len(text) > most]


def _phone(line: str, before: DirectoryEntry | None) -> str | None:
    # What was there before stays as it is: to look at an entry must not change it.
    return line if before and line in before.phones else read_office_phone(line)


def _phones(draft: Draft, before: DirectoryEntry | None) -> tuple[str, ...]:
    read = [_phone(line, before) for line in draft.phones.splitlines()]
    return tuple(dict.fromkeys(phone for phone in read if phone))
