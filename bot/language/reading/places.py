"""Reads where a person is, as one of our places or a town as written, and which town at home they go to."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.language.gazetteer import place_spellings
from bot.language.normalise import has_arabic_script, normalise, without_clitics
from bot.language.reading.phrases import (
    is_form_word,
    is_link,
    is_question,
    nearest_spelling,
    phrases,
    trimmed,
    words_of,
)
from bot.language.reading.spellings import load

LONGEST_TOWN = 60
MOST_TOWN_WORDS = 5
LONGEST_PLACE = 4
WHOLE_LIKENESS = 0.8
"""One slip in five letters, where the answer is nothing else: "Sebba", "Zliten" as "Zlitan"."""
PART_LIKENESS = 0.84
"""One slip in seven letters inside a longer text."""
_SEGMENTS = re.compile(r"[,،;؛/\n|()]+")
_LATIN_ARTICLE = re.compile(r"^(?:al|el|az|ash) ")
_EDGES = " -.,!:'’\"«»“”…*_~"
# In English the street's name comes before the word, so the whole part goes; elsewhere it comes after.
_AFTER_A_STREET = frozenset(["street", "st", "road", "rd", "lane", "ave"])
_ARTICLES = frozenset(["la", "le", "les", "los", "las"])


def read_place(text: str) -> Reading:
    """Read where a person is: a place we know, or a town on no list.

    A quarter is taken before its town. Streets and numbers are left out, since they tell too much about where someone sleeps.

    Returns:
        ``Read({"id": …})`` with an id of ``places.yml``, ``Read({"text": …})`` with a town as written, ``Unclear`` with several
        ``{"id": …}``, or ``Unread("not_a_place")``.
    """
    if is_link(text):
        return Unread("not_a_place")
    words = [word for word in normalise(text).split() if not word.isdigit()]
    fillers = words_of("place") | words_of("streets")
    found, rest = _known_places(words, fillers)
    asks = is_question(text)
    if found and not (asks and rest):
        options = tuple({"id": place} for place in found)
        return Read(options[0], is_whole=not rest and not asks) if len(options) == 1 else Unclear(options)
    town = None if asks else _town(text)
    return Unread("not_a_place") if town is None else Read({"text": town}, is_whole=len(town.split()) <= 3)


def read_town_abroad(text: str) -> Reading:
    """Read the town at home where a person goes, as written, without what is said around it.

    Returns:
        ``Read`` with at most ``LONGEST_TOWN`` characters, or ``Unread("not_a_place")``.
    """
    town = None if is_link(text) or is_question(text) else _town(text)
    return Unread("not_a_place") if town is None else Read(town, is_whole=len(town.split()) <= 3)


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    found = dict(place_spellings(normalise))
    for place, spellings in load("towns.yml")["spellings"].items():
        for spelling in spellings:
            found.setdefault(normalise(spelling), place)
    for spelling, place in list(found.items()):
        found.setdefault(_LATIN_ARTICLE.sub("", spelling), place)
    return {spelling: place for spelling, place in found.items() if spelling not in _evened("never")}


@cache
def _evened(name: str) -> frozenset[str]:
    return frozenset(normalise(word) for word in load("towns.yml")[name])


def _known_places(words: list[str], fillers: frozenset[str]) -> tuple[list[str], list[str]]:
    """Return the ids of the places named, towns left out whose quarter is named too, and the other words but fillers."""
    core = trimmed(words, fillers)
    whole = _spellings().get(" ".join(words)) or _look_up(" ".join(core))
    if whole:
        return [whole], []
    found: dict[str, None] = {}
    rest: list[str] = []
    index = 0
    while index < len(words):
        for length in range(min(LONGEST_PLACE, len(words) - index), 0, -1):
            spelling = " ".join(words[index : index + length])
            place = None if spelling in _evened("only_whole") or spelling in fillers else _look_up(spelling)
            if place:
                found[place] = None
                index += length
                break
        else:
            if words[index] not in fillers:
                rest.append(words[index])
            index += 1
    if not found:
        return _near(core, rest)
    within = load("towns.yml")["within"]
    for place in list(found):
        found.pop(within.get(place, ""), None)
    return list(found), rest


def _look_up(spelling: str) -> str | None:
    known = _spellings()
    bare = without_clitics(spelling) if has_arabic_script(spelling) else _LATIN_ARTICLE.sub("", spelling)
    forms = (spelling, bare)
    return next((known[form] for form in forms if form in known), None)


def _near(core: list[str], rest: list[str]) -> tuple[list[str], list[str]]:
    """Return the places nearest in spelling to the whole answer, or to a word of it, and the words that are neither."""
    known = _spellings()
    whole = " ".join(core)
    if whole in phrases("form_words") or whole in phrases("nowhere") or _is_sentence(core):
        return [], rest
    forms = (whole, without_clitics(whole)) if has_arabic_script(whole) else (whole,)
    for form in forms:
        near = nearest_spelling(form, known, cutoff=WHOLE_LIKENESS)
        if near:
            return list(dict.fromkeys(known[spelling] for spelling in near)), []
    for word in rest:
        near = nearest_spelling(word, known, cutoff=PART_LIKENESS) if len(word) > 5 else []
        if near:
            return list(dict.fromkeys(known[spelling] for spelling in near)), [other for other in rest if other != word]
    return [], rest


def _town(text: str) -> str | None:
    """Return a plausible town as written, without fillers, streets and numbers; None if nothing plausible is left."""
    if is_form_word(text):
        return None
    parts = [part for segment in _SEGMENTS.split(unicodedata.normalize("NFC", text)) if (part := _without_street(segment))]
    if not parts:
        return None
    words = _without_fillers(" , ".join(parts).split())
    town = " ".join(words).replace(" ,", ",").strip(_EDGES)
    spelling = normalise(town)
    letters = sum(character.isalpha() for character in town)
    is_nowhere = spelling in phrases("nowhere") or spelling in words_of("place") or spelling in phrases("form_words")
    if (
        letters < 2
        or len(town) > LONGEST_TOWN
        or len(spelling.split()) > MOST_TOWN_WORDS
        or is_nowhere
        or _is_sentence(spelling.split())
    ):
        return None
    written = all(c.isalpha() or unicodedata.category(c)[0] == "M" or c in " -'’,.·፡" for c in town)
    return town if written else None


def _without_street(segment: str) -> str:
    """Return a part of an address without its street, its numbers, and signs that are no letters."""
    kept: list[str] = []
    for word in segment.split():
        spelling = normalise(word)
        if spelling in _AFTER_A_STREET and kept:
            return ""
        if spelling in words_of("streets"):
            break
        if spelling and not any(character.isdigit() for character in spelling):
            kept.append("".join(c for c in word if unicodedata.category(c)[0] not in "SC").strip(_EDGES.replace("'", "")))
    return " ".join(word for word in kept if word)


_WHOLE_NAMES = frozenset({"benin city"})
"""Names that lose their meaning without the filler in them: Benin is a country, Benin City a town of Nigeria."""


def _without_fillers(words: list[str]) -> list[str]:
    fillers = words_of("place")
    start, end = 0, len(words)
    while start < end - 1 and (words[start] == "," or all(part in fillers for part in normalise(words[start]).split())):
        start += 1
    # "La Marsa" keeps the article that is part of its name.
    if start and normalise(words[start - 1]) in _ARTICLES and words[start - 1][0].isupper():
        start -= 1
    while end > start + 1 and (words[end - 1] == "," or normalise(words[end - 1]) in fillers):
        if normalise(" ".join(words[end - 2 : end])) in _WHOLE_NAMES:
            break
        end -= 1
    return words[start:end]


def _is_sentence(words: list[str]) -> bool:
    return any(word in _sentence_words() or without_clitics(word) in _sentence_words() for word in words)


@lru_cache(maxsize=1)
def _sentence_words() -> frozenset[str]:
    # What no name of a person holds, no town's name holds either, but for prepositions and "bint".
    return frozenset(normalise(word) for line in load("names.yml")["sentence"] for word in line) - words_of("place")
