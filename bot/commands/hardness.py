"""What makes a set of messages harder than it looks: how far each is from the training sentences, and what noise does to it."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.preprocessing import normalize

from bot.domain.contacts import LANGUAGES
from bot.language.normalise import has_arabic_script
from bot.understanding.features import Sample, make_vectoriser
from bot.understanding.message import training_sample

THIRDS = ("nearest", "middle", "farthest")
NOISE_SHARE = 0.1
"""Share of the characters that a typing error hits."""
_LATIN_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ARABIC_KEYS = ("ضصثقفغعهخحج", "شسيبلاتنمكط", "ئءؤرىةوزظ")


def thirds_of(samples: Sequence[Sample], data: Path) -> list[str]:
    """Return for each text in which third of them it is by its likeness to the training sentence that is nearest to it.

    Args:
        data: Folder of the training sentences.
    """
    from rasa.shared.nlu.training_data.loading import load_data

    if not samples:
        return []
    vectoriser = make_vectoriser()
    examples = [one for language in LANGUAGES for one in load_data(str(data / language)).intent_examples]
    known = normalize(vectoriser.fit_transform([training_sample(one) for one in examples]))
    asked = normalize(vectoriser.transform(samples))
    nearest = np.asarray((asked @ known.T).max(axis=1).todense()).ravel()
    order = np.argsort(-nearest, kind="stable")
    places = np.empty(len(samples), dtype=int)
    places[order] = np.arange(len(samples)) * len(THIRDS) // len(samples)
    return [THIRDS[place] for place in places]


def noisy(text: str, seed: int) -> str:
    """Return a text as a hurried thumb would send it: a tenth of the characters wrong, accents and some spaces lost.

    Args:
        seed: The same text and seed give the same noise.
    """
    rng = random.Random(f"{seed} {text}")  # noqa: S311
    bare = "".join(c if has_arabic_script(c) else _without_accents(c) for c in unicodedata.normalize("NFC", text))
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
