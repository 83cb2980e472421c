"""Looking up known spellings, of one word or several, in the words of a text.

Used by the readers of answers. Texts and spellings are evened out by ``normalise`` before they come here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml
from rapidfuzz.distance import OSA

from bot.language.normalise import has_arabic_script, normalise, without_clitics

_DATA = Path(__file__).parent / "data"

LATIN_LENGTH = 6
ARABIC_LENGTH = 5
"""Shorter words are never corrected: one letter makes another word of them."""

# "Sk" signs such as ` and ^ stay in an evened-out text as words of their own, but say nothing.
_SIGNS = frozenset("`^¨´~|_")
_RUNS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class Found:
    """A known spelling in a text.

    Attributes:
        meaning: What the spelling stands for.
        start: Index of its first word.
        end: Index after its last word.
    """

    meaning: str
    start: int
    end: int


class PhraseBook:
    """Meanings by evened-out spelling; the longest spelling wins where several begin at the same word."""

    def __init__(self, meanings: Mapping[str, str], *, corrects: bool = True) -> None:
        self._meanings = {tuple(spelling.split()): meaning for spelling, meaning in meanings.items() if spelling}
        self._longest = max((len(words) for words in self._meanings), default=0)
        self._long_words = [words[0] for words in self._meanings if len(words) == 1 and _is_long(words[0])] if corrects else []

    def at(self, words: Sequence[str], start: int) -> Found | None:
        """Return the longest spelling that begins at a word, also behind Arabic articles and prepositions, or with a slip."""
        for length in range(min(self._longest, len(words) - start), 0, -1):
            group = tuple(words[start : start + length])
            behind_and = (group[0].removeprefix("و"), *group[1:])
            without = tuple(without_clitics(word) for word in group)
            for form in (group, behind_and, (without[0], *group[1:]), without):
                if form in self._meanings:
                    return Found(self._meanings[form], start, start + length)
        corrected = self._corrected(words[start])
        return Found(corrected, start, start + 1) if corrected else None

    def __contains__(self, word: object) -> bool:
        """Say whether a spelling of one word is known."""
        return (word,) in self._meanings

    def find(self, words: Sequence[str]) -> list[Found]:
        """Return all spellings in a text, from left to right, without overlap."""
        found: list[Found] = []
        index = 0
        while index < len(words):
            here = self.at(words, index)
            if here:
                found.append(here)
            index = here.end if here else index + 1
        return found

    def _corrected(self, word: str) -> str | None:
        if not _is_long(word):
            return None
        near = {self._meanings[(known,)] for known in self._long_words if OSA.distance(word, known, score_cutoff=1) <= 1}
        return near.pop() if len(near) == 1 else None


@cache
def load(name: str) -> dict:
    """Return one of the lists of spellings beside this module; read once."""
    return yaml.safe_load((_DATA / name).read_text(encoding="utf-8"))


def words_of(text: str) -> list[str]:
    """Return the evened-out words of a typed text, without signs that say nothing."""
    return [word for word in normalise(text).split() if word not in _SIGNS]


def says(file: str, name: str, words: Sequence[str], *, is_inside: bool = False) -> bool:
    """Say whether words are one of a list of phrases, politeness aside, or hold one of them."""
    known = _phrases(file, name)
    if is_inside:
        return any(f" {phrase} " in f" {' '.join(words)} " for phrase in known)
    return " ".join(words) in known or " ".join(without_courtesies(words)) in known


@cache
def _phrases(file: str, name: str) -> frozenset[str]:
    return frozenset(normalise(str(phrase)) for phrase in load(file)[name])


def unglued(words: Sequence[str], *, partners: Callable[[str], bool]) -> list[str]:
    """Return words with digits and letters parted ("25ans", "3mai98").

    Args:
        words: Evened-out words.
        partners: Whether a group of letters may stand at a number; and a whole word that it knows is Arabizi ("3am", "5amsa").
    """
    parts: list[str] = []
    for word in words:
        runs = _RUNS.findall(word)
        is_glued = len(runs) > 1 and not partners(word) and all(run.isdigit() or partners(run) for run in runs)
        parts.extend(runs if is_glued else [word])
    return parts


def without_courtesies(words: Sequence[str], *, may_empty: bool = False) -> list[str]:
    """Return words without politeness around them; a text that is politeness alone stays, unless it may become empty."""
    book = _courtesies()
    kept: list[str] = []
    index = 0
    while index < len(words):
        found = book.at(words, index)
        if found is None:
            kept.append(words[index])
        index = found.end if found else index + 1
    return kept if kept or may_empty else list(words)


@lru_cache(maxsize=1)
def _courtesies() -> PhraseBook:
    return PhraseBook({normalise(phrase): "courtesy" for phrase in load("courtesies.yml")["courtesies"]}, corrects=False)


def _is_long(word: str) -> bool:
    return len(word) >= (ARABIC_LENGTH if has_arabic_script(word) else LATIN_LENGTH)
