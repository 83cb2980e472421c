"""What makes a set of messages harder than it looks: how far each is from the training sentences, and what
another matter in the same message does. What noise does, see ``bot.understanding.noise``."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.preprocessing import normalize

from bot.domain.contacts import LANGUAGES
from bot.understanding.features import Sample, make_vectoriser
from bot.understanding.message import training_sample

THIRDS = ("nearest", "middle", "farthest")


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


def beside(text: str, other: str, seed: int) -> str:
    """Return two messages as one: either may come first, and what stands between them may be no more than a space.

    Args:
        seed: The same texts and seed give the same message.
    """
    rng = random.Random(f"{seed} {text} {other}")  # noqa: S311
    first, second = rng.sample((text, other), 2)
    return rng.choice((". ", " ", "\n")).join((first, second))
