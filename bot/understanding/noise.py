"""What a hurried thumb makes of a text: the understanding is taught with it, and measured under it on other texts."""

from __future__ import annotations

import random
import unicodedata

from bot.language.normalise import has_arabic_script

NOISE_SHARE = 0.1
"""Share of the characters that a typing error hits."""
_LATIN_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ARABIC_KEYS = ("ضصثقفغعهخحج", "شسيبلاتنمكط", "ئءؤرىةوزظ")


def noisy(text: str, seed: int) -> str:
    """Return a text as a hurried thumb would send it: a tenth of the characters wrong, accents and some spaces lost.

    Args:
        seed: The same text and seed give the same noise.
    """
    rng = random.Random(f"{seed} {text}")  # noqa: S311
    bare = "".join(
        c if c.isascii() or has_arabic_script(c) else _without_accents(c) for c in unicodedata.normalize("NFC", text)
    )
    made = "".join(_hit(character, rng) if rng.random() < NOISE_SHARE else character for character in bare)
    return made if made.strip() else text


def _without_accents(character: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))


def _hit(character: str, rng: random.Random) -> str:
    if character.isspace():
        return ""
    if not character.isalpha():
        return character
    way = rng.choice(("beside", "lost", "twice"))
    if way == "lost":
        return ""
    return _beside(character, rng) if way == "beside" else character * 2


def _beside(character: str, rng: random.Random) -> str:
    for row in (*_LATIN_KEYS, *_ARABIC_KEYS):
        place = row.find(character.casefold())
        if place >= 0:
            return rng.choice([row[n] for n in (place - 1, place + 1) if 0 <= n < len(row)])
    return character
