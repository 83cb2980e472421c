"""The directory as a list: its filter in the address of the page, and its entries in the words of the page's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from babel.lists import format_list
from flask import url_for
from flask_babel import get_locale, pgettext

from bot.console.queue_filter import Narrowing
from bot.console.words import directory_kind, language_name
from bot.console.words_of_places import place_words
from bot.domain.contacts import LANGUAGES
from bot.domain.directory import KINDS, TRANSLATED, DirectoryEntry, EntryState
from bot.language.gazetteer import place_names
from bot.language.normalise import normalise
from bot.services.directory import BASE_LANGUAGES, words_of

SPOKEN = (*LANGUAGES, "am", "bn", "ha", "so", "ti")
"""Languages that an office may be said to speak: those of the hotline, and others that many people here speak at home."""
MAX_SOUGHT = 100
_HOME_CODE = "+218"
_URGENT = (EntryState.EXPIRED, EntryState.EXPIRING)
STATES = (*_URGENT, EntryState.TOLD, EntryState.NOT_VERIFIED)
"""In the order of the list: what needs a check comes first."""


@dataclass(frozen=True)
class DirectoryFilter:
    """What of the directory is shown.

    Attributes:
        place: Entries that serve it, those of the whole country included.
        language: Entries where it is spoken.
        text: Words that all occur somewhere in an entry.
    """

    state: EntryState | None = None
    kind: str | None = None
    place: str | None = None
    language: str | None = None
    text: str = ""


@dataclass(frozen=True)
class Word:
    """One of the words of an entry, and the language it is in; empty where that is not known."""

    text: str
    language: str


@dataclass(frozen=True)
class Row:
    """An entry as the list shows it.

    Attributes:
        words: Those of ``TRANSLATED``, in the language of the page where they are there.
        missing: Languages in which a word is missing that the entry has in another.
    """

    entry: DirectoryEntry
    state: EntryState
    words: Mapping[str, Word]
    missing: tuple[str, ...]


def read(args: Mapping[str, str]) -> DirectoryFilter:
    """Return what an address asks for; what it asks wrongly counts as not asked."""
    state, kind, place, language = (args.get(name) for name in ("state", "kind", "place", "language"))
    return DirectoryFilter(
        state=next((one for one in STATES if one.value == state), None),
        kind=kind if kind in KINDS else None,
        place=place if place in place_names("en") else None,
        language=language if language in SPOKEN else None,
        text=" ".join(args.get("text", "").split())[:MAX_SOUGHT],
    )


def address(wanted: DirectoryFilter, **changes: Any) -> str:
    """Return the address of the list with this filter, changed so."""
    changed = replace(wanted, **changes)
    values = {field.name: getattr(changed, field.name) for field in fields(changed)}
    query = {name: value.value if isinstance(value, EntryState) else value for name, value in values.items() if value}
    return url_for("directory.show") + (f"?{urlencode(query)}" if query else "")


def narrowings(wanted: DirectoryFilter) -> list[Narrowing]:
    """Return by what the list is narrowed, in words; the state has its own links."""
    names = {"text": lambda text: text, "kind": directory_kind, "place": place_words, "language": language_name}
    found = [(name, getattr(wanted, name)) for name in names]
    return [Narrowing(names[name](value), address(wanted, **{name: _NOTHING[name]})) for name, value in found if value]


def choose(
    entries: Sequence[DirectoryEntry], wanted: DirectoryFilter, *, at: datetime
) -> tuple[list[Row], dict[EntryState, int]]:
    """Return the rows to show, and how many there would be of each state."""
    found = [entry for entry in entries if _is_wanted(entry, wanted)]
    counts = Counter(entry.state(at) for entry in found)
    rows = [row_of(entry, at=at) for entry in found if wanted.state in (None, entry.state(at))]
    rows.sort(key=lambda row: _rank(row, wanted.place))
    return rows, {state: counts[state] for state in STATES}


def row_of(entry: DirectoryEntry, *, at: datetime) -> Row:
    """Return an entry in the words of the page's language."""
    here, words = get_locale().language, words_of(entry)
    shown = {}
    for name in TRANSLATED:
        text = entry.word(name, here)
        own = (one for one in (here, *BASE_LANGUAGES) if words[one].get(name) == text)
        shown[name] = Word(text, next(own, ""))
    had = {name for found in words.values() for name, text in found.items() if text}
    return Row(entry, entry.state(at), shown, tuple(one for one in LANGUAGES if not had <= set(words[one])))


def languages_in_words(languages: Sequence[str]) -> str:
    """Return the names of languages as one phrase."""
    return format_list([language_words(one) for one in languages], locale=get_locale())


def language_words(language: str) -> str:
    """Return the name of a language; a code that has none stays as it is."""
    return str(get_locale().languages.get(language, language))


def state_name(state: EntryState) -> str:
    """Return in a word whether people are told of an entry."""
    return {
        EntryState.TOLD: pgettext("state of a directory entry", "Told"),
        EntryState.EXPIRING: pgettext("state of a directory entry", "Ends soon"),
        EntryState.EXPIRED: pgettext("state of a directory entry", "Ended"),
        EntryState.NOT_VERIFIED: pgettext("state of a directory entry", "Not verified"),
    }[state]


_NOTHING = {field.name: field.default for field in fields(DirectoryFilter)}


def _rank(row: Row, place: str | None) -> tuple[Any, ...]:
    entry, is_urgent = row.entry, row.state in _URGENT
    # Of the urgent ones that which ended first; of the others, the offices of the place before those of the whole country.
    until = entry.valid_until.timestamp() if is_urgent and entry.valid_until else 0
    is_elsewhere = place is not None and place not in entry.places
    rank = 0 if is_urgent else STATES.index(row.state)
    return rank, until, is_elsewhere, row.words["organisation"].text.casefold(), entry.id


def _is_wanted(entry: DirectoryEntry, wanted: DirectoryFilter) -> bool:
    return (
        wanted.kind in (None, *entry.kinds)
        and (wanted.place is None or not entry.places or wanted.place in entry.places)
        and wanted.language in (None, *entry.languages)
        and _has_all(entry, normalise(wanted.text).split())
    )


def _has_all(entry: DirectoryEntry, sought: Sequence[str]) -> bool:
    if not sought:
        return True
    texts = [text for words in words_of(entry).values() for text in words.values()]
    texts += [phone.replace(_HOME_CODE, "0", 1) for phone in entry.phones] + [*entry.phones, entry.source]
    texts += [names.get(place, place) for names in map(place_names, LANGUAGES) for place in entry.places]
    texts += [directory_kind(kind) for kind in entry.kinds]
    everything = normalise(" \n ".join(texts))
    return all(word in everything for word in sought)
