"""Takes out of a text what may tell who wrote it, before people read it who need not know."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from bot.domain.masks import DOTS
from bot.domain.references import PATTERN as REFERENCE

KeysOf = Callable[[str], Collection[str]]
"""Gives a key for each part of a name, the same in Arabic and in Latin script."""

MOST_DIGITS = 4
"""Digits that may stand together: a year, a sum, how many children. More may be a phone number, a paper or a day of birth."""

_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|int|ly|me|info|fr|io|co)\b(?:/\S*)?",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<!\w)@\w+")
_NUMBER = re.compile(r"\+?\d(?:[\s.,/\-–()\u200e\u200f\u2066-\u2069]{0,3}\d)+")
_INTRODUCED = re.compile(
    r"\b(my name(?: is)?|i am called|they call me|je m['’ ]?appelle|mon nom(?: est)?|و?[إا]سمي(?: هو)?)(\s*:?\s+)"
    r"(\w[\w'’-]*(?:\s+\w[\w'’-]*)?)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w[\w'’-]*")
_SPACES = re.compile(r"\s+")


def scrub(text: str, names: Collection[str], *, keys_of: KeysOf) -> str:
    """Return a text in one line, with dots in place of addresses, numbers, references and names.

    Args:
        names: Those known of the person.
        keys_of: Compares names; they are found in whatever script and spelling they are written.
    """
    for pattern in (_MAIL, _LINK, _HANDLE):
        text = pattern.sub(DOTS, text)
    # "Request" has the letters of a reference, too.
    text = REFERENCE.sub(lambda found: DOTS if any(not one.isalpha() for one in found[0]) else found[0], text)
    text = _NUMBER.sub(lambda found: DOTS if _digits(found[0]) > MOST_DIGITS else found[0], text)
    text = _INTRODUCED.sub(lambda found: f"{found[1]}{found[2]}{DOTS}", text)
    known = {key for name in names for part in (name, *name.split()) for key in keys_of(part)}
    if known:
        text = _WORD.sub(lambda found: DOTS if _is_name(found[0], known, keys_of) else found[0], text)
    return _SPACES.sub(" ", text).strip()


def has_words(text: str) -> bool:
    """Say whether anything is left of a text that somebody can understand."""
    return any(character.isalpha() for character in text)


def without_dots(text: str) -> str:
    """Return a text without the places from which something was taken."""
    return _SPACES.sub(" ", text.replace("•", " ")).strip()


def _is_name(word: str, known: Collection[str], keys_of: KeysOf) -> bool:
    # Arabic writes "and", "to" and "with" together with the word that follows.
    forms = (word, word[1:]) if word[0] in "ولبفك" and len(word) > 3 else (word,)
    return len(word) > 1 and any(key in known for form in forms for key in keys_of(form))


def _digits(text: str) -> int:
    return sum(character.isdecimal() for character in text)
