"""What hurried people write in one breath, made of training sentences: a plea between other matters, without a full stop."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bot.understanding.features import Sample
from bot.understanding.pieces import STEP, WIDTH

WORDS = range(2, 13)
"""How many words a sentence has that stands beside others."""
TIMES = 2
"""How often each plea is used."""
_STOPS = ".!?؟…,،; "


def run_ons(samples: Sequence[Sample], is_plea: Sequence[bool], rng: random.Random) -> Iterator[tuple[Sample, tuple[int, ...]]]:
    """Yield messages of several matters, each with the numbers of the samples whose labels it has.

    A message with a plea has the plea's label alone. As many have none, and the labels of both their matters.
    """
    short = [n for n, (text, _) in enumerate(samples) if len(text.split()) in WORDS]
    for language in dict.fromkeys(language for _, language in samples):
        own = [n for n in short if samples[n][1] == language]
        others = [n for n in own if not is_plea[n]]
        for plea in [n for n in own if is_plea[n]] * TIMES if others else ():
            before, after = rng.choice(others), rng.choice(others)
            yield (_between(samples, before, plea, after, rng), language), (plea,)
            one, two = rng.choice(others), rng.choice(others)
            yield (" ".join([*_words(samples, one), *_words(samples, two)]), language), (one, two)


def _between(samples: Sequence[Sample], before: int, plea: int, after: int, rng: random.Random) -> str:
    first, middle, last = (_words(samples, n) for n in (before, plea, after))
    words = rng.choice(([*first, *middle], [*middle, *last], [*first, *middle, *last]))
    if len(words) <= WIDTH + STEP:
        return " ".join(words)
    # As long messages are cut: a piece with the plea's beginning, or what comes close before it.
    start = min(max(0, len(first) - rng.randrange(STEP)), len(words) - WIDTH)
    return " ".join(words[start : start + WIDTH])


def _words(samples: Sequence[Sample], number: int) -> list[str]:
    return samples[number][0].rstrip(_STOPS).split()
