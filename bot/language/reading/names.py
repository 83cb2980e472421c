"""Reads a person's full name as written, in any script, without what is said around it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.language.normalise import normalise
from bot.language.reading.countries import read_country
from bot.language.reading.name_keys import name_key
from bot.language.reading.phrases import is_form_word, is_link, is_question
from bot.language.reading.spellings import load

__all__ = ["LONGEST_NAME", "MOST_WORDS", "name_key", "read_name"]

MOST_WORDS = 8
LONGEST_NAME = 80
SENTENCE_WORDS = 5
"""A name in small letters without "my name is" that is as long as this may be a sentence in a language we do not know."""
_INSIDE = "-'’ʼ‘`.,،()·፡\"«»“”\u200c\u200d"
_SPACES = re.compile(r"\s+")
_EDGES = ' -.,;:!"«»“”=،؛…*_~'
_LAUGHTER = re.compile(r"(?:ha|he|hi|hé|ah|lo|ه|خ|k|w){2,}l?|(.)\1*")


def read_name(text: str) -> Reading:
    """Read a full name as written, trimmed, without "my name is" and its like.

    Returns:
        ``Read`` with 1 to ``MOST_WORDS`` words in at most ``LONGEST_NAME`` characters; ``is_whole`` is False where words that
        look like a sentence were left out or may be in it. ``Unread("name_too_long")``, or ``Unread("not_a_name")`` for
        digits, links, questions, sentences, yes and no, greetings and commands of the forms.
    """
    if is_link(text) or is_form_word(text) or is_question(text):
        return Unread("not_a_name")
    words = _SPACES.sub(" ", "".join(_shown(character) for character in unicodedata.normalize("NFC", text))).split()
    bare = _without_endings(_without_openings(words))
    name_words, was_cut = _before_clause(bare)
    name = " ".join(name_words).strip(_EDGES)
    if name.count("(") != name.count(")") or name[:1] == "(":
        name = name.strip("()" + _EDGES)
    has_sentence = any(word in _evened("sentence") for word in normalise(name).split())
    if has_sentence or not _is_name_like(name) or is_form_word(name):
        return Unread("not_a_name")
    if len(name) > LONGEST_NAME or len(name_words) > MOST_WORDS:
        return Unread("name_too_long")
    may_be_sentence = len(bare) == len(words) and len(words) >= SENTENCE_WORDS and name == name.lower() != name.upper()
    return Read(name, is_whole=not (was_cut or may_be_sentence))


def is_introduced(text: str) -> bool:
    """Say whether a text is "my name is" and a name that cannot be a plea: its words are capitalised, or well-known names."""
    words = text.split()
    rest = _without_openings(words)
    opening = normalise(" ".join(words[: len(words) - len(rest)])).split()
    is_name = isinstance(reading := read_name(text), Read) and reading.is_whole
    shown = all(word[0].isupper() or normalise(word) in _evened("same") for word in rest)
    return is_name and shown and 0 < len(rest) <= MOST_WORDS // 2 and not _evened("naming").isdisjoint(opening)


def _shown(character: str) -> str:
    """Return a character as it may stand in a name: no signs and emoji, and no marks of direction."""
    category = unicodedata.category(character)
    if character in ":=":
        return f"{character} "
    if character not in _INSIDE and category in ("So", "Sk", "Cf", "Cc", "Cs", "Co"):
        return " " if category in ("So", "Cc") else ""
    return character


def _without_openings(words: list[str]) -> list[str]:
    openings = _evened("openings")
    for _ in range(3):
        fitting = [length for length in range(min(6, len(words)), 0, -1) if normalise(" ".join(words[:length])) in openings]
        if not fitting:
            break
        words = words[fitting[0] :]
    return words


def _without_endings(words: list[str]) -> list[str]:
    endings = _evened("endings")
    fitting = [length for length in range(min(5, len(words) - 1), 0, -1) if normalise(" ".join(words[-length:])) in endings]
    return words[: -fitting[0]] if fitting else words


def _before_clause(words: list[str]) -> tuple[list[str], bool]:
    """Return the words before a sentence goes on ("… and I am from Mali"), and whether one did."""
    clauses = _evened("clauses")
    for index in range(1, len(words)):
        if any(normalise(" ".join(words[index : index + length])) in clauses for length in (1, 2, 3)):
            return words[:index], True
        # "Mohamed Ali, Sudanese".
        if words[index - 1].endswith((",", "،")) and _is_country(" ".join(words[index:])):
            return words[:index], True
    return words, False


def _is_country(text: str) -> bool:
    reading = read_country(text)
    return isinstance(reading, Unclear) or (isinstance(reading, Read) and reading.is_whole)


def _is_name_like(name: str) -> bool:
    letters = [character for character in name if character.isalpha()]
    written = all(c.isalpha() or unicodedata.category(c)[0] == "M" or c == " " or c in _INSIDE for c in name)
    return written and len(letters) > 1 and _LAUGHTER.fullmatch("".join(letters).casefold()) is None


@cache
def _evened(name: str) -> frozenset[str]:
    return frozenset(normalise(str(phrase)) for line in load("names.yml")[name] for phrase in _as_list(line))


def _as_list(line: object) -> list[object]:
    return line if isinstance(line, list) else [line]
