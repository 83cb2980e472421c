"""Words around an answer: openings, fillers, questions and commands of the forms, kept in ``data/phrases.yml``."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from rapidfuzz.distance import OSA

from bot.language.normalise import has_arabic_script, normalise
from bot.language.reading.spellings import load

_LINK = re.compile(r"https?:|www\.|\w@|@\w|\w\.(?:com|org|net|ly|me|fr)\b", re.IGNORECASE)
_QUESTION_MARKS = "?؟¿"


@cache
def phrases(name: str) -> frozenset[str]:
    """Return the evened-out phrases of one list of ``phrases.yml``."""
    return frozenset(normalise(str(phrase)) for line in load("phrases.yml")[name] for phrase in line)


@cache
def words_of(name: str) -> frozenset[str]:
    """Return the single words of all phrases of one list."""
    return frozenset(word for phrase in phrases(name) for word in phrase.split())


def trimmed(words: list[str], fillers: frozenset[str]) -> list[str]:
    """Return words without fillers at both ends; one word always stays."""
    start, end = 0, len(words)
    while start < end - 1 and words[start] in fillers:
        start += 1
    while end > start + 1 and words[end - 1] in fillers:
        end -= 1
    return words[start:end]


def is_link(text: str) -> bool:
    """Say whether a text holds a link, an e-mail address or an account's name."""
    return _LINK.search(text) is not None


def is_question(text: str) -> bool:
    """Say whether a text asks: by its mark, or by the word it opens with."""
    if any(mark in text for mark in _QUESTION_MARKS):
        return True
    words = normalise(text).split()
    return any(" ".join(words[:length]) in phrases("questions") for length in (1, 2, 3) if len(words) >= length)


def is_form_word(text: str) -> bool:
    """Say whether a text is a command of a form, a yes or no, or a greeting, and nothing else."""
    return normalise(text) in phrases("form_words")


def nearest_spelling(spelling: str, among: dict[str, Any], *, cutoff: float) -> list[str]:
    """Return the known spellings nearest to a written one, the nearest first; empty if none is near enough.

    Likeness is one minus the share of letters to change, add, drop or swap with a neighbour. Known spellings of fewer than
    five letters are left out: one slip makes another word of them. All that are as near as the nearest, or nearly, are given.

    Args:
        spelling: Evened out.
        among: Keyed by evened-out spelling.
        cutoff: The least likeness, 0 to 1.
    """
    if len(spelling) < 5:
        return []
    arabic = has_arabic_script(spelling)
    found = [
        (likeness, known)
        for known in among
        if len(known) >= 5
        and has_arabic_script(known) == arabic
        and (likeness := OSA.normalized_similarity(spelling, known)) >= cutoff
    ]
    found.sort(key=lambda pair: -pair[0])
    return [known for likeness, known in found if likeness >= found[0][0] - 0.02]
