"""The directory: people are told only what staff verified, and only while that holds; staff edit and verify it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.contacts import LANGUAGES
from bot.domain.directory import EXPIRING, KINDS, TRANSLATED, DirectoryEntry
from bot.domain.errors import InvalidInput, WrongState
from bot.services.ports import Clock, UnitOfWork

MAX_SHOWN = 2
MAX_LENGTH = {"organisation": 120, "purpose": 300, "hours": 200, "address": 300}
MAX_SOURCE = 500
MAX_PHONES = 5
MAX_SLUG = 40
BASE_LANGUAGES = ("en", "fr", "ar")
"""The words of an entry itself, told where a language has none of its own, are the first of these."""


@dataclass(frozen=True)
class Editor:
    """Who edits: the account, and what stands on the entry as the one who checked it."""

    staff_id: int
    name: str


@dataclass(frozen=True)
class Contents:
    """What staff write into an entry.

    Attributes:
        words: By language, those of ``TRANSLATED`` that it has; without empty ones.
        phones: In E.164 or as a short code.
    """

    words: Mapping[str, Mapping[str, str]]
    kinds: tuple[str, ...]
    phones: tuple[str, ...]
    places: tuple[str, ...]
    languages: tuple[str, ...]
    source: str
    source_as_of: str


def entries_to_tell(
    uow: UnitOfWork, kinds: Iterable[str], *, clock: Clock, place: str | None = None
) -> Sequence[DirectoryEntry]:
    """Return at most two verified entries of these kinds that can be called: people are told a name and its numbers.

    Those of the person's place come first, then those of the whole country, then those of other places.

    Args:
        place: Id of where the person is, as far as that is known.
    """
    wanted = set(kinds)
    now = clock()
    verified = uow.directory.all(only_verified=True)
    told = [entry for entry in verified if wanted & set(entry.kinds) and entry.phones and entry.is_shown(now)]
    told.sort(key=lambda entry: (place not in entry.places, bool(entry.places)))
    return told[:MAX_SHOWN]


def list_entries(uow: UnitOfWork) -> Sequence[DirectoryEntry]:
    """Return all entries for the staff, verified or not, by name."""
    return sorted(uow.directory.all(), key=lambda entry: (entry.organisation.casefold(), entry.id))


def count_to_check(uow: UnitOfWork, *, clock: Clock) -> int:
    """Return how many entries need a new check: theirs has ended, or soon does."""
    return uow.directory.count_ending(by=clock() + EXPIRING)


def find_entry(uow: UnitOfWork, entry_id: str) -> DirectoryEntry:
    """Return one entry.

    Raises:
        NotFound: If there is no such entry.
    """
    return uow.directory.get(entry_id)


def verify_entry(
    uow: UnitOfWork, entry_id: str, *, by: Editor, valid_until: datetime | None, clock: Clock, seen: str | None = None
) -> DirectoryEntry:
    """Record that a staff member checked an entry; from now on people are told of it.

    Args:
        seen: What ``mark_of`` gave when the page was made; None where nothing was shown.

    Raises:
        NotFound: If there is no such entry.
        WrongState: ``changed_meanwhile`` if a colleague changed what was checked.
    """
    entry = _locked(uow, entry_id, seen)
    entry.verify(by=by.name, now=clock(), valid_until=valid_until)
    uow.audit.add(Act.ENTRY_VERIFIED, staff_id=by.staff_id, at=clock(), subject=entry_id)
    uow.commit()
    return entry


def take_back_entry(uow: UnitOfWork, entry_id: str, *, by: Editor, clock: Clock) -> DirectoryEntry:
    """Stop telling people of an entry, until somebody checks it again.

    Raises:
        NotFound: If there is no such entry.
    """
    entry = uow.directory.lock(entry_id)
    entry.take_back()
    uow.audit.add(Act.ENTRY_TAKEN_BACK, staff_id=by.staff_id, at=clock(), subject=entry_id)
    uow.commit()
    return entry


def add_entry(
    uow: UnitOfWork, contents: Contents, *, by: Editor, clock: Clock, valid_until: datetime | None = None
) -> DirectoryEntry:
    """Add an entry; people are told of it only if the editor checked it.

    Args:
        valid_until: Until when the editor's own check holds; None if nothing was checked.

    Raises:
        InvalidInput: As ``change_entry``.
    """
    _require_valid(contents)
    known = {entry.id for entry in uow.directory.all()}
    entry = DirectoryEntry(
        id=free_id(_base(contents)["organisation"], known), organisation="", purpose="", hours="", address="",
        kinds=(), phones=(), places=(), source="", source_as_of="",
    )  # fmt: skip
    _fill(entry, contents, by=by, now=clock())
    uow.audit.add(Act.ENTRY_ADDED, staff_id=by.staff_id, at=clock(), subject=entry.id)
    if valid_until is not None:
        entry.verify(by=by.name, now=clock(), valid_until=valid_until)
        uow.audit.add(Act.ENTRY_VERIFIED, staff_id=by.staff_id, at=clock(), subject=entry.id)
    uow.directory.add(entry)
    uow.commit()
    return entry


def change_entry(
    uow: UnitOfWork,
    entry_id: str,
    contents: Contents,
    *,
    by: Editor,
    clock: Clock,
    seen: str,
    valid_until: datetime | None = None,
) -> DirectoryEntry:
    """Write new contents. What was checked before no longer counts: the new contents need a check of their own.

    Args:
        seen: What ``mark_of`` gave when the page was made.
        valid_until: Until when the editor's own check of the new contents holds; None if nothing was checked.

    Raises:
        NotFound: If there is no such entry.
        WrongState: ``changed_meanwhile`` if a colleague changed it since the page was made.
        InvalidInput: ``organisation_missing``, ``purpose_missing``, ``kind_missing``, ``source_missing``, ``text_too_long``,
            ``too_many_phones``, ``kind_unknown``.
    """
    _require_valid(contents)
    entry = _locked(uow, entry_id, seen)
    if _contents_of(entry) != _plain(contents):
        _fill(entry, contents, by=by, now=clock())
        entry.take_back()
        uow.audit.add(Act.ENTRY_CHANGED, staff_id=by.staff_id, at=clock(), subject=entry_id)
    if valid_until is not None:
        entry.verify(by=by.name, now=clock(), valid_until=valid_until)
        uow.audit.add(Act.ENTRY_VERIFIED, staff_id=by.staff_id, at=clock(), subject=entry_id)
    uow.commit()
    return entry


def mark_of(entry: DirectoryEntry) -> str:
    """Return what names the state of an entry's contents; it changes with each change of them."""
    return entry.updated_at.isoformat() if entry.updated_at else ""


def words_of(entry: DirectoryEntry) -> dict[str, dict[str, str]]:
    """Return the words of an entry by language, as an editor sees them; its own words count as English."""
    found = {language: dict(entry.translations.get(language, {})) for language in LANGUAGES}
    for name in TRANSLATED:
        own = str(getattr(entry, name))
        if own and not found["en"].get(name) and own not in [found[language].get(name) for language in LANGUAGES]:
            found["en"][name] = own
    return found


def free_id(name: str, known: Iterable[str]) -> str:
    """Return an id made from a name that no other entry has; it never changes afterwards."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_SLUG].strip("_") or "entry"
    taken, number, wanted = set(known), 1, slug
    while wanted in taken:
        number += 1
        wanted = f"{slug}_{number}"
    return wanted


def _locked(uow: UnitOfWork, entry_id: str, seen: str | None) -> DirectoryEntry:
    entry = uow.directory.lock(entry_id)
    if seen is not None and seen != mark_of(entry):
        raise WrongState("changed_meanwhile", entry_id)
    return entry


def _require_valid(contents: Contents) -> None:
    base = _base(contents)
    for name, code in (("organisation", "organisation_missing"), ("purpose", "purpose_missing")):
        if not base[name]:
            raise InvalidInput(code)
    if not contents.kinds:
        raise InvalidInput("kind_missing")
    if not contents.source:
        raise InvalidInput("source_missing")
    if len(contents.phones) > MAX_PHONES:
        raise InvalidInput("too_many_phones")
    lengths = [(text, MAX_LENGTH[name]) for words in contents.words.values() for name, text in words.items()]
    lengths += [(contents.source, MAX_SOURCE), (contents.source_as_of, MAX_SOURCE)]
    if any(len(text) > most for text, most in lengths):
        raise InvalidInput("text_too_long")


def _base(contents: Contents) -> dict[str, str]:
    """Return the words that are told where a language has none of its own."""
    return {
        name: next((text for one in BASE_LANGUAGES if (text := contents.words.get(one, {}).get(name))), "")
        for name in TRANSLATED
    }


def _fill(entry: DirectoryEntry, contents: Contents, *, by: Editor, now: datetime) -> None:
    for name, value in {**_plain(contents), **_base(contents)}.items():
        if name != "words":
            setattr(entry, name, value)
    entry.translations = {language: dict(words) for language, words in contents.words.items() if words}
    entry.updated_at, entry.updated_by = now, by.name


def _plain(contents: Contents) -> dict[str, object]:
    words = {language: {k: v for k, v in words.items() if v} for language, words in contents.words.items()}
    return {**vars(contents), "words": {language: found for language, found in words.items() if found}}


def _contents_of(entry: DirectoryEntry) -> dict[str, object]:
    words = {language: found for language, found in words_of(entry).items() if found}
    names = ("kinds", "phones", "places", "languages", "source", "source_as_of")
    return {"words": words, **{name: getattr(entry, name) for name in names}}


def require_known_kinds(kinds: Iterable[str], before: Iterable[str] = ()) -> tuple[str, ...]:
    """Return kinds in their order.

    Raises:
        InvalidInput: ``kind_unknown`` if one is neither ours nor was there before.
    """
    wanted, earlier = set(kinds), list(before)
    known = [*KINDS, *(kind for kind in earlier if kind not in KINDS)]
    if not wanted <= set(known):
        raise InvalidInput("kind_unknown")
    return tuple(kind for kind in known if kind in wanted)
