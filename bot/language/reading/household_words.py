"""Takes a sentence about who travels along apart: relations, numbers, units of age, and the words between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.language.normalise import normalise
from bot.language.reading.numbers import number_of_words
from bot.language.reading.phrases import nearest_spelling, phrases
from bot.language.reading.spellings import load

LONGEST_PHRASE = 4
LIKENESS = 0.8
"""One slip in five letters: "brothr", "dauhter"."""
_DECIMALS = re.compile(r"(?<=\d)[.٫]\d+")
_SEPARATORS = re.compile(r"[,،;؛/\n|()\[\]:.!…]+")
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])")
_GLUED_AND = re.compile(r"^(?:و|w|wa)(?=\d+$)")


@dataclass(frozen=True)
class Token:
    """A word or phrase with what it says.

    Attributes:
        kind: ``relation``, ``number``, ``age_unit``, ``whole_age``, ``separator``, ``denied``, ``other``, or the name of
            a list of ``relations.yml``.
        relation: The relation's code, None for people of no known relation.
        count: How many people a relation's word means; None for a plural.
        number: The number; for a ``whole_age`` the age.
        is_month: Whether a unit of age is shorter than a year.
    """

    kind: str
    relation: str | None = None
    count: int | None = None
    number: int = 0
    is_month: bool = False


def tokens_of(text: str) -> list[Token]:
    """Return the words and phrases of a text in their order; what is filler is left out."""
    spaced = _SEPARATORS.sub(" , ", _DECIMALS.sub("", text)).replace("+", " & ").replace("&", " and ")
    words: list[str] = []
    for word in spaced.split():
        words.extend([","] if word == "," else _apart(normalise(word)))
    found: list[Token] = []
    index = 0
    while index < len(words):
        length, token = _token_at(words, index)
        if token is not None:
            found.append(token)
        index += length
    return found


def is_phrase_of(text: str, name: str) -> bool:
    """Say whether a text is one phrase of a list of ``relations.yml``, and nothing else."""
    return normalise(text) in _evened(name)


def _apart(spelling: str) -> list[str]:
    """Return a word with numbers cut from their units ("5ans") and from a conjunction ("w3", "و5")."""
    parts: list[str] = []
    for word in spelling.split():
        if match := _GLUED_AND.match(word):
            parts += ["و", word[match.end() :]]
        elif word[0].isdigit() and word not in _known():
            parts += _GLUED.sub(" ", word, count=1).split()
        else:
            parts.append(word)
    return parts


def _token_at(words: list[str], index: int) -> tuple[int, Token | None]:
    """Return how many words the next token takes, and the token; None for a filler."""
    if words[index] == ",":
        return 1, Token("separator")
    if words[index] == "moi" and index and words[index - 1].isdigit() and not "".join(words[index + 1 : index + 2]).isdigit():
        return 1, Token("age_unit", is_month=True, number=12)  # "8 moi", by ear; but "30, moi 34".
    length = _kin_of_kin(words[index : index + LONGEST_PHRASE])
    if length:
        return length, Token("relation", relation="other_relative", count=1)
    for length in range(min(LONGEST_PHRASE, len(words) - index), 0, -1):
        spelling = " ".join(words[index : index + length])
        token = _known().get(spelling)
        following = words[index + length] if index + length < len(words) else ""
        if spelling == "son" and getattr(_known().get(following), "kind", "") == "relation":
            # French "son fils" names one person.
            return 1, None
        if token is not None:
            return length, token if token.kind != "fillers" else None
        number = None if "," in spelling else number_of_words(spelling)
        if number is not None and (length == 1 or not spelling.replace(" ", "").isdigit()):
            return length, Token("number", number=number)
    word = words[index]
    # The conjunction is written onto the Arabic word: وزوجتي, وثلاثة.
    if word[0] == "و" and len(word) > 2:
        rest = [word[1:], *words[index + 1 :]]
        length, token = _token_at(rest, 0)
        if token is None or token.kind != "other":
            words[index] = word[1:]
            return 0, Token("and")
    if word in phrases("negations"):
        return 1, Token("denied")
    near = nearest_spelling(word, _relation_words(), cutoff=LIKENESS)
    meant = {_known()[spelling] for spelling in near}
    return 1, meant.pop() if len(meant) == 1 else Token("other")


def _kin_of_kin(words: list[str]) -> int:
    """Return how many words name a relation's relation ("my brother's wife", "la femme de mon frère"), or 0."""
    related = [word in _relation_words() for word in words]
    if words[1:2] == ["s"] and related[0] and related[2:3] == [True]:
        return 3
    if words[1:2] == ["de"] and words[2:3] in (["mon"], ["ma"]) and related[0] and related[3:4] == [True]:
        return 4
    return 0


@cache
def _evened(name: str) -> frozenset[str]:
    return frozenset(normalise(str(word)) for word in load("relations.yml")[name])


@lru_cache(maxsize=1)
def _relation_words() -> dict[str, Token]:
    return {spelling: token for spelling, token in _known().items() if token.kind == "relation" and " " not in spelling}


@lru_cache(maxsize=1)
def _known() -> dict[str, Token]:
    """Return the token of every spelling we know."""
    words = load("relations.yml")
    found: dict[str, Token] = {}
    groups = [*words["relations"].items(), (None, words["people"])]
    # Longer phrases are asked for first by the reader, so "ابن عمي" is no son.
    for relation, group in groups:
        for name, count in (("one", 1), ("two", 2), ("many", None)):
            for spelling in group[name]:
                found.setdefault(normalise(str(spelling)), Token("relation", relation=relation, count=count))
    for spelling in words["newborn"]:
        found[normalise(spelling)] = Token("newborn", relation="child", count=1)
    for spelling in words["twins"]:
        found[normalise(spelling)] = Token("twins", relation="child", count=2)
    for name, is_month in (("years", False), ("months", True), ("days", True)):
        for spelling in words[name]:
            # Days and weeks are no year either.
            found.setdefault(normalise(spelling), Token("age_unit", is_month=is_month, number=12 if name == "months" else 0))
    for name, age in (("two_months", 0), ("two_years", 2), ("one_and_half", 1)):
        for spelling in words[name]:
            found.setdefault(normalise(spelling), Token("whole_age", number=age))
    for name in ("gone", "age_marks", "both", "total", "self", "family", "and", "with", "alone", "fillers"):
        for spelling in words[name]:
            found.setdefault(normalise(str(spelling)), Token(name))
    return found
