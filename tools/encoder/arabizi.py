"""Arabic as people write it in Latin letters: made from Arabic text, since parallel text in it is rare."""

from __future__ import annotations

import random

from bot.language.normalise import has_arabic_script, normalise

_LETTERS = {
    "ا": ("a", "a", "e"), "ب": ("b",), "ت": ("t",), "ث": ("th", "t", "s"), "ج": ("j", "g"), "ح": ("7", "7", "h"),
    "خ": ("5", "kh", "kh"), "د": ("d",), "ذ": ("d", "z", "th"), "ر": ("r",), "ز": ("z",), "س": ("s",), "ش": ("sh", "sh", "ch"),
    "ص": ("s",), "ض": ("d",), "ط": ("t",), "ظ": ("z", "d"), "ع": ("3", "3", "a"), "غ": ("gh", "gh", "8"), "ف": ("f",),
    "ق": ("g", "9", "q", "2"), "ك": ("k",), "ل": ("l",), "م": ("m",), "ن": ("n",), "ه": ("h",), "و": ("w", "o", "ou"),
    "ي": ("y", "i", "ee"),
}  # fmt: skip
_VOWELS = ("a", "a", "e", "i", "o", "u", "", "", "")
_FULL = frozenset("اوي")
_ARTICLES = ("el", "al", "l", "el ")


def to_arabizi(text: str, seed: int) -> str:
    """Return an Arabic text in Latin letters, with short vowels guessed; words in other scripts stay.

    Args:
        seed: The same text and seed give the same spelling; people spell the same word in many ways.
    """
    rng = random.Random(f"{seed} {text}")  # noqa: S311
    return " ".join(_word(word, rng) if has_arabic_script(word) else word for word in normalise(text).split())


def _word(word: str, rng: random.Random) -> str:
    made = ""
    if word.startswith("ال") and len(word) > 4:
        made, word = rng.choice(_ARTICLES), word[2:]
    for place, letter in enumerate(word):
        last = place == len(word) - 1
        if last and letter == "ه":
            # The feminine ending was evened out to it.
            return made + rng.choice(("a", "a", "eh", "e"))
        made += rng.choice(_LETTERS.get(letter, (letter,)))
        following = "" if last else word[place + 1]
        if following and letter not in _FULL and following not in _FULL:
            made += rng.choice(_VOWELS)
    return made
