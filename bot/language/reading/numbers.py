"""Whole numbers as people write them: digits of any script, and words of three languages, their dialects and Arabizi.

Leaves dates and ages to ``dates``, and counting the members of a named household to ``household``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.language.normalise import normalise, to_ascii_digits
from bot.language.reading.spellings import PhraseBook, load, unglued, without_courtesies, words_of

LONGEST = 6
"""Words in the longest number up to 99 ("quatre vingt et dix sept" has five, and some write "et" twice)."""

_AND = frozenset({"and", "et", "و", "w", "wa", "u", "ou", "o"})
_NEGATIVE = re.compile(r"^\s*[-−–]\s*\d")
_DECIMAL = re.compile(r"\d[.,٫]\d{1,2}(?!\d)")
_THOUSANDS = re.compile(r"(?<!\d)(\d{1,3})((?:[ .,  ٬]\d{3})+)(?!\d)")


@lru_cache(maxsize=1)
def _spellings() -> dict[str, dict[str, int]]:
    """Return values by evened-out word, for each language; Arabizi belongs to Arabic."""
    return {
        language: {normalise(word): int(value) for value, words in values.items() for word in words}
        for language, values in load("numbers.yml")["words"].items()
    }


@lru_cache(maxsize=1)
def number_spellings() -> frozenset[str]:
    """Return every single word that is a number or a part of one."""
    return frozenset(word for words in _spellings().values() for word in words)


@lru_cache(maxsize=1)
def ordinals() -> dict[str, int]:
    """Return numbers by evened-out ordinal ("third", "premier", "الثاني")."""
    return {normalise(word): int(value) for value, words in load("numbers.yml")["ordinals"].items() for word in words}


@lru_cache(maxsize=3)
def _book(language: str) -> PhraseBook:
    return PhraseBook({word: str(value) for word, value in _spellings()[language].items()})


def number_of_words(normalised: str) -> int | None:
    """Return the number from 0 to 100 that an evened-out text is as a whole, in digits (of any length) or words, or None."""
    words = normalised.split()
    if len(words) == 1 and words[0].isdigit():
        return int(words[0])
    if not 0 < len(words) <= LONGEST:
        return None
    for language in ("en", "fr", "ar"):
        # Some are written in two words and no sum ("اثنا عشر").
        value = _spellings()[language].get(" ".join(words))
        value = value if value is not None else _composed(language, _values(language, words))
        if value is not None:
            return value
    return None


def numbers_in(words: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return the numbers in evened-out words, each as value, index of its first word, and index after its last."""
    found: list[tuple[int, int, int]] = []
    index = 0
    while index < len(words):
        step = 1
        for length in range(min(LONGEST, len(words) - index), 0, -1):
            group = words[index : index + length]
            # "and" may stand inside a number, never at its edge.
            if group[0] in _AND or group[-1] in _AND:
                continue
            value = number_of_words(" ".join(group))
            if value is not None:
                found.append((value, index, index + length))
                step = length
                break
        index += step
    return found


def read_number(text: str, *, least: int, most: int) -> Reading:
    """Read a whole number, such as how many people someone is with.

    Args:
        text: As typed.
        least: The smallest number that makes sense.
        most: The largest.

    Returns:
        An int; unclear where two are named ("3 or 4"), or where "5 with me" may count the person or not. Unread with
        ``not_a_number``, ``number_too_small`` or ``number_too_large``.
    """
    plain = to_ascii_digits(text)
    if _NEGATIVE.match(plain):
        return Unread("number_too_small")
    joined = _THOUSANDS.sub(lambda match: match.group(1) + re.sub(r"\D", "", match.group(2)), plain)
    if _DECIMAL.search(joined):
        return Unread("not_a_number")
    words = without_courtesies(unglued(words_of(joined), partners=_stands_at_number))
    fixed = _phrases().find(words)
    # "The two of us" is a number as a phrase; the "two" in it is not another one.
    counted = {index for phrase in fixed if phrase.meaning.isdigit() for index in range(phrase.start, phrase.end)}
    numbers = [number for number in numbers_in(words) if not counted & set(range(number[1], number[2]))]
    taken = {index for _, start, end in numbers for index in range(start, end)}
    fixed = [phrase for phrase in fixed if not taken & set(range(phrase.start, phrase.end))]
    values = [value for value, _, _ in numbers]
    kinds = {phrase.meaning for phrase in fixed}
    counts = sorted(int(kind) for kind in kinds if kind.isdigit())
    known = taken | {index for phrase in fixed for index in range(phrase.start, phrase.end)}
    is_whole = all(index in known or word in _AND for index, word in enumerate(words))
    options = _options(values, kinds=kinds, counts=counts, is_whole=is_whole)
    return _within(options, least=least, most=most, is_whole=is_whole)


def _options(values: list[int], *, kinds: set[str], counts: list[int], is_whole: bool) -> list[int]:
    if not values:
        # "Moi" is one person as an answer, but not inside "call moi later".
        return counts[-1:] or ([1] if "me" in kinds and is_whole else [])
    if "or" in kinds:
        return values
    # "5 with me", "me + 2": the person may be among them or not.
    if kinds & {"with_me", "me"} and len(values) == 1 and "me_and" not in kinds and "people" not in kinds:
        return [values[0] + 1, values[0]]
    # "2 adults and 3 children" are five people; other numbers side by side are not added up.
    total = [sum(values)] if len(values) == 1 or "people" in kinds else values
    # "Just me and my two kids" are three.
    return [total[0] + 1] if kinds & {"me_and", "1"} and len(total) == 1 else total


def _within(options: list[int], *, least: int, most: int, is_whole: bool) -> Reading:
    fitting = tuple(dict.fromkeys(value for value in options if least <= value <= most))
    if len(fitting) > 1:
        return Unclear(fitting)
    if fitting:
        return Read(fitting[0], is_whole=is_whole)
    if not options:
        return Unread("not_a_number")
    return Unread("number_too_small" if max(options) < least else "number_too_large")


def _stands_at_number(word: str) -> bool:
    return word in number_spellings() or word in _phrases() or word in _AND


@lru_cache(maxsize=1)
def _phrases() -> PhraseBook:
    return PhraseBook(
        {normalise(word): str(kind) for kind, words in load("numbers.yml")["around"].items() for word in words}, corrects=False
    )


def _values(language: str, words: Sequence[str]) -> list[int] | None:
    """Return what each word stands for, the "and" between them left out; None if one is no number."""
    spellings, book = _spellings()[language], _book(language)
    values: list[int] = []
    for index, word in enumerate(words):
        if word in spellings:
            values.append(spellings[word])
        elif word in _AND and 0 < index < len(words) - 1:
            continue
        elif language == "ar" and word[0] == "و" and word[1:] in spellings:
            values.append(spellings[word[1:]])
        elif language != "ar" and (parts := _run_together(spellings, word)):
            values.extend(parts)
        else:
            found = book.at([word], 0) if word not in load("numbers.yml")["other_words"] else None
            if found is None:
                return None
            values.append(int(found.meaning))
    return values


def _run_together(spellings: dict[str, int], word: str) -> list[int] | None:
    """Return the tens and the unit of "twentyfive" or "vingtcinq"."""
    for length in range(4, len(word) - 1):
        tens, unit = spellings.get(word[:length], 0), spellings.get(word[length:], 0)
        if tens in range(20, 100, 10) and 1 <= unit <= 9:
            return [tens, unit]
    return None


def _composed(language: str, values: list[int] | None) -> int | None:
    """Return the number that words make together in a language: tens before units, in Arabic units before tens."""
    if not values:
        return None
    if len(values) == 1:
        return values[0]
    if language == "ar":
        unit, rest = values[0], values[1:]
        return unit + rest[0] if len(rest) == 1 and 1 <= unit <= 9 and rest[0] in range(10, 100, 10) else None
    if values == [1, 100]:
        return 100
    if language == "fr" and values[:2] == [4, 20]:
        return _composed(language, [80, *values[2:]])
    if language == "fr" and values[0] in (60, 80) and len(values) in (2, 3):
        more = _composed(language, values[1:])
        return values[0] + more if more is not None and 1 <= more <= 19 else None
    if len(values) == 2 and values[0] in range(20, 100, 10) and 1 <= values[1] <= 9:
        return sum(values)
    if language == "fr" and len(values) == 2 and values[0] == 10 and values[1] in (7, 8, 9):
        return sum(values)
    return None
