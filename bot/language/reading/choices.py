"""Which of a closed question's choices a text picks: by number or by the words of three languages and their dialects.

The words are data (``data/choices.yml``). What a negated choice means differs by question: "no passport" is a choice of its
own, "not pregnant" drops one, and "no food" asks for food.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.language.normalise import normalise, to_ascii_digits
from bot.language.reading.numbers import number_of_words, ordinals
from bot.language.reading.spellings import Found, PhraseBook, load, without_courtesies, words_of

REACH = 3
"""How many words after a negation it still holds ("I do not have any passport")."""

_ALIASES = {"yes_no_unsure": "yes_no"}
_RANGE = re.compile(r"^\s*(\d)\s*[-–—]\s*(\d)\s*$")


@dataclass(frozen=True)
class _Picked:
    """What a text's words pick.

    Attributes:
        values: The values named, each once, in the order of the text.
        negated: The values named as not being the case.
        is_whole: Whether no word is left that says something else.
    """

    values: tuple[str, ...]
    negated: tuple[str, ...] = ()
    is_whole: bool = True


def read_choice(text: str, *, field: str, values: Sequence[str]) -> Reading:
    """Read the one choice that a text picks.

    Args:
        text: As typed.
        field: A field of ``data/choices.yml`` (``sex``, ``travel_document``; ``yes_no_unsure`` shares the words of ``yes_no``).
        values: The choices in the order of their numbers.

    Returns:
        One of the values; unclear where several fit; ``not_a_choice``.
    """
    exact = _said_exactly(text, field=field)
    # "Les deux" is "both" where that is a choice, before it is the second one.
    numbers = _numbers(text, most=len(values), is_several=False) if exact not in values else None
    if exact in values:
        picked = _Picked((exact,))
    elif numbers is not None:
        picked = _Picked(tuple(dict.fromkeys(values[number - 1] for number in numbers)))
    else:
        picked = _picked(text, field=field, values=values)
    named = _resolved(field, picked, values=values)
    if len(named) == 1:
        return Read(named[0], is_whole=picked.is_whole)
    return Unclear(named) if named else Unread("not_a_choice")


def read_choices(text: str, *, field: str, values: Sequence[str]) -> Reading:
    """Read the choices that a text picks, of which there may be several or none.

    Returns:
        A tuple of values in the order of ``values``, empty where none applies; ``not_a_choice``.
    """
    written_range = _RANGE.match(to_ascii_digits(text))
    if written_range:
        return _from_range(int(written_range[1]), int(written_range[2]), values=values)
    words = words_of(text)
    stripped = {" ".join(words), " ".join(without_courtesies(words))}
    if stripped & _spellings("none") or stripped & _field_none(field):
        return Read(())
    if stripped & _spellings("all"):
        return Read(tuple(values))
    numbers = _numbers(text, most=len(values), is_several=True)
    if numbers is not None:
        return Read(tuple(value for number, value in enumerate(values, start=1) if number in numbers))
    picked = _picked(text, field=field, values=values)
    if picked.values:
        return Read(tuple(value for value in values if value in picked.values), is_whole=picked.is_whole)
    if picked.negated or PhraseBook(dict.fromkeys(_field_none(field), "none"), corrects=False).find(words):
        return Read((), is_whole=picked.is_whole and bool(picked.negated))
    return Unread("not_a_choice")


@lru_cache(maxsize=1)
def relation_words() -> Mapping[str, str]:
    """Return relations (``spouse``, ``child`` ...) by evened-out spelling, for reading a household."""
    return _exact("relation")


def _from_range(first: int, last: int, *, values: Sequence[str]) -> Reading:
    """Return what "1-3" may mean: the two, or all between them."""
    if not 1 <= first <= len(values) or not 1 <= last <= len(values):
        return Unread("not_a_choice")
    both = tuple(value for number, value in enumerate(values, start=1) if number in (first, last))
    between = tuple(values[first - 1 : last])
    return Read(both) if last - first < 2 else Unclear((both, between))


def _numbers(text: str, *, most: int, is_several: bool) -> list[int] | None:
    """Return the numbers that a text is made of, or None if it says anything else."""
    words = without_courtesies(words_of(text))
    choosing = _spellings("choosing")
    bare = [word for word in words if word not in choosing] or words
    has_ordinal = any(word in ordinals() for word in bare)
    numbers: list[int] = []
    for word in words:
        value = ordinals().get(word)
        value = number_of_words(word) if value is None else value
        if value is None and word not in choosing:
            value = number_of_words(word.removeprefix("و"))
        if value is None and word in choosing:
            continue
        if value is None:
            return None
        # "The first one": the second word counts nothing.
        if not (has_ordinal and word in ("one", "un", "une", "واحد", "واحده")):
            numbers.append(value)
    # "14" where there are five choices: two numbers without a sign between them.
    if is_several and len(numbers) == 1 and numbers[0] > most:
        numbers = [int(digit) for digit in str(numbers[0])]
    if not numbers or not all(1 <= number <= most for number in numbers):
        return None
    return numbers


def _said_exactly(text: str, *, field: str) -> str:
    """Return the value that has the whole text as one of its spellings, or an empty string."""
    words = words_of(text)
    for whole in (" ".join(words), " ".join(without_courtesies(words))):
        value = _exact(field).get(whole) or _whole_only(field).get(whole)
        if value:
            return value
    return ""


def _picked(text: str, *, field: str, values: Sequence[str]) -> _Picked:
    words = words_of(text)
    found = _book(field).find(words)
    marks = [mark for mark in _marks(field).find(words) if not any(_overlap(mark, phrase) for phrase in found)]
    named: list[str] = []
    negated: list[str] = []
    meaning = _field(field).get("negated", {})
    for place, phrase in enumerate(found):
        if phrase.meaning not in values:
            continue
        after = found[place + 1].start if place + 1 < len(found) else -1
        if meaning != "keep" and _is_negated(phrase, marks=marks, next_start=after):
            negated.append(phrase.meaning)
        else:
            named.append(phrase.meaning)
    known = set(chain.from_iterable(range(phrase.start, phrase.end) for phrase in [*found, *marks]))
    left = [word for index, word in enumerate(words) if index not in known]
    told = [word for word in without_courtesies(left, may_empty=True) if not word.isdigit()]
    is_whole = all(word in _spellings("filler") or word.removeprefix("و") in _spellings("filler") for word in told)
    return _Picked(tuple(dict.fromkeys(named)), tuple(dict.fromkeys(negated)), is_whole)


def _is_negated(phrase: Found, *, marks: Sequence[Found], next_start: int) -> bool:
    """Say whether a negation stands shortly before a phrase, with no "but" between, or right after it."""
    before = [mark for mark in marks if mark.end <= phrase.start and phrase.start - mark.end < REACH]
    if before and before[-1].meaning == "negation":
        return True
    # "Passport no dey"; in "food, no shelter" the "no" belongs to what follows.
    return any(mark.start == phrase.end and mark.meaning == "negation" and mark.end != next_start for mark in marks)


def _resolved(field: str, picked: _Picked, *, values: Sequence[str]) -> tuple[str, ...]:
    """Return the values that stay when stronger ones beat weaker ones and negations have had their say."""
    spec = _field(field)
    named = list(picked.values)
    if not named and isinstance(spec.get("negated"), dict):
        named = list(dict.fromkeys(spec["negated"][value] for value in picked.negated if value in spec["negated"]))
    # "A passport, but not expired" and "a passport, expired": what is said of it counts.
    for strong, weak in spec.get("beats", {}).items():
        if strong in named:
            named = [value for value in named if value not in weak]
    for both, parts in spec.get("together", {}).items():
        # "My husband reads my messages, so call" names both ways and means one: in a longer text it is asked back.
        if both in values and (both in named or (picked.is_whole and set(parts) <= set(named))):
            named = [both]
    return tuple(value for value in named if value in values)


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _field(field: str) -> dict:
    return load("choices.yml")["fields"][_ALIASES.get(field, field)]


@cache
def _exact(field: str) -> dict[str, str]:
    """Return values by spelling; what is in two lists belongs to the first."""
    found: dict[str, str] = {}
    for value, spellings in _field(field)["values"].items():
        for spelling in spellings:
            if not spelling.startswith("="):
                found.setdefault(normalise(spelling), value)
    return found


@cache
def _whole_only(field: str) -> dict[str, str]:
    values = _field(field)["values"].items()
    return {normalise(spelling): value for value, spellings in values for spelling in spellings if spelling.startswith("=")}


@cache
def _book(field: str) -> PhraseBook:
    nothing = dict.fromkeys((normalise(phrase) for phrase in _field(field).get("nothing", [])), "nothing")
    return PhraseBook(nothing | _exact(field))


@cache
def _marks(field: str) -> PhraseBook:
    """Return the negations of a field, and the words that end them."""
    lists = load("choices.yml")
    negations = lists["refusals" if _field(field).get("negated") == "refusals_only" else "negations"]
    meanings = {normalise(word): "negation" for word in negations} | {normalise(word): "turn" for word in lists["turns"]}
    return PhraseBook(meanings, corrects=False)


@cache
def _field_none(field: str) -> frozenset[str]:
    return frozenset(normalise(spelling.removeprefix("=")) for spelling in _field(field).get("none", []))


@cache
def _spellings(name: str) -> frozenset[str]:
    return frozenset(normalise(spelling) for spelling in load("choices.yml")[name])
