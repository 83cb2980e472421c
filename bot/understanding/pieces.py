"""A message in pieces: people tell of danger in half a sentence, between two others."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDTH = 16
"""Words of a piece of a long sentence: many people write without any full stop."""
STEP = 8

_END_OF_SENTENCE = re.compile(r"(?<=[.!?؟;؛…])\s+|\n+")


def pieces_of(text: str) -> Iterator[str]:
    """Yield the sentences of a text, long ones in pieces that overlap."""
    for sentence in _END_OF_SENTENCE.split(text):
        words = sentence.split()
        if len(words) <= WIDTH + STEP:
            if words:
                yield sentence
            continue
        for start in range(0, len(words) - STEP, STEP):
            yield " ".join(words[start : start + WIDTH])
