"""The numbers and months in a text about someone's birth, with what the words beside them make of them.

Leaves to ``dates`` what they mean together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.language.dates import month_spellings
from bot.language.normalise import normalise
from bot.language.reading.numbers import number_spellings, numbers_in
from bot.language.reading.spellings import Found, PhraseBook, load, unglued, without_courtesies, words_of

_SHORT_YEAR = re.compile(r"(?<![\w'’`‘´])['’`‘´](\d\d)(?!\d)")
_KINDS = ("hijri_months", "hijri", "elsewhere", "filler", "or", "year", "age_after", "age_before", "born")
_DAY_WORDS = {
    "first": "one", "second": "two", "third": "three", "fourth": "four", "fifth": "five", "sixth": "six", "seventh": "seven",
    "eighth": "eight", "ninth": "nine", "tenth": "ten", "eleventh": "eleven", "twelfth": "twelve", "thirteenth": "thirteen",
    "fourteenth": "fourteen", "fifteenth": "fifteen", "sixteenth": "sixteen", "seventeenth": "seventeen",
    "eighteenth": "eighteen", "nineteenth": "nineteen", "twentieth": "twenty", "thirtieth": "thirty", "premier": "un",
}  # fmt: skip
_MONTH_WORDS = frozenset({"شهر", "month", "mois", "shahr", "chahr", "shahar"})


@dataclass(frozen=True)
class Atom:
    """A number or a month of a text.

    Attributes:
        value: The number, or the month's.
        digits: How many digits were typed; for words, how many the number has.
        mark: "age" or "year" where the words beside it say so, else empty.
    """

    value: int
    is_month: bool = False
    digits: int = 0
    mark: str = ""


def atoms_of(text: str) -> tuple[list[Atom], set[str], int]:
    """Return a typed text's numbers and months in order, the kinds of words around them, and how many words are unknown."""
    words = _words(text)
    phrases, months = _book().find(words), _months().find(words)
    months = [month for month in months if not any(p.meaning == "hijri_months" and _overlap(p, month) for p in phrases)]
    atoms, taken = _atoms(words, months=months)
    phrases = [phrase for phrase in phrases if not taken & set(range(phrase.start, phrase.end))]
    known = taken | {index for phrase in phrases if phrase.meaning != "elsewhere" for index in range(phrase.start, phrase.end)}
    return atoms, {phrase.meaning for phrase in phrases}, len(words) - len(known)


def _words(text: str) -> list[str]:
    marked = _SHORT_YEAR.sub(r" سنه \1", text)
    parted = unglued(words_of(marked), partners=_stands_at_number)
    # "The twenty first of May": an ordinal is read like its number.
    return without_courtesies([_DAY_WORDS.get(word, word) for word in parted])


def _atoms(words: Sequence[str], *, months: Sequence[Found]) -> tuple[list[Atom], set[int]]:
    """Return the numbers and months of a text in order, and the indexes of the words that they use."""
    taken = {index for month in months for index in range(month.start, month.end)}
    free = [word if index not in taken else "|" for index, word in enumerate(words)]
    placed: list[tuple[int, int, Atom]] = [(m.start, m.end, Atom(int(m.meaning), is_month=True)) for m in months]
    for value, start, end in _with_centuries(free):
        digits = len(words[start]) if end == start + 1 and words[start].isdigit() else len(str(value))
        before, after = _meaning_before(words, start), _meaning_after(words, end)
        if before == "month" and 1 <= value <= 12:
            placed.append((start, end, Atom(value, is_month=True)))
            continue
        # "In 25" says nothing, "in 98" and "in 05" do: nobody writes an age below ten with a zero.
        is_year = before == "born" or (before == "year" and (value > 31 or words[start].startswith("0")))
        mark = "age" if "age" in (before, after) and digits <= 3 else ""
        mark = "year" if is_year and after != "age" and digits == 2 else mark
        placed.append((start, end, Atom(value, digits=digits, mark=mark)))
    placed.sort(key=lambda item: item[0])
    return [atom for _, _, atom in placed], {index for start, end, _ in placed for index in range(start, end)}


def _with_centuries(words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the numbers of a text, years in words ("deux mille trois") among them."""
    numbers = numbers_in(words)
    used = 0
    for index in range(len(words)):
        century = _centuries().at(words, index) if index >= used else None
        if century is None:
            yield from ((value, start, end) for value, start, end in numbers if start == index and start >= used)
            continue
        rest = next(iter(numbers_in([w.removeprefix("و") for w in words[century.end : century.end + 5]])), None)
        if rest and rest[1] == 0 and rest[0] < 100 and (rest[0] > 9 or words[index] != "nineteen"):
            used = century.end + rest[2]
            yield int(century.meaning) + rest[0], index, used
        elif century.meaning == "2000":
            used = century.end
            yield 2000, index, used
        else:
            yield from ((value, start, end) for value, start, end in numbers if start == index)


def _meaning_before(words: Sequence[str], start: int) -> str:
    """Return what the words right before a number make of it: "born", "year", "age", "month" or nothing."""
    if start and words[start - 1] in _MONTH_WORDS:
        return "month"
    for length in (4, 3, 2, 1):
        if length <= start:
            kind = _kinds().get(" ".join(words[start - length : start]), set())
            for mark, meaning in (("born", "born"), ("age_before", "age"), ("year", "year")):
                if mark in kind:
                    return meaning
    return ""


def _meaning_after(words: Sequence[str], end: int) -> str:
    return "age" if end < len(words) and "age_after" in _kinds().get(words[end], set()) else ""


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _stands_at_number(word: str) -> bool:
    return word in number_spellings() or word in _kinds() or word in _months()


@lru_cache(maxsize=1)
def _kinds() -> dict[str, set[str]]:
    """Return all kinds of each evened-out phrase: "an" stands before a year and after an age."""
    kinds: dict[str, set[str]] = {}
    for kind in _KINDS:
        for phrase in load("dates.yml")[kind]:
            kinds.setdefault(normalise(phrase), set()).add(kind)
    return kinds


@lru_cache(maxsize=1)
def _book() -> PhraseBook:
    # Later kinds win: "عمري" is an age before it is filler.
    return PhraseBook({normalise(phrase): kind for kind in _KINDS for phrase in load("dates.yml")[kind]}, corrects=False)


@lru_cache(maxsize=1)
def _months() -> PhraseBook:
    return PhraseBook({name: str(number) for name, number in month_spellings(normalise).items()})


@lru_cache(maxsize=1)
def _centuries() -> PhraseBook:
    centuries = load("dates.yml")["centuries"].items()
    return PhraseBook({normalise(phrase): str(year) for year, phrases in centuries for phrase in phrases}, corrects=False)
