"""Remembers for a moment which answers staff have withdrawn, so that not every answer asks the database."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST = 1.0
"""Seconds after which a withdrawn answer is said no more."""

Withdrawn = frozenset[tuple[str, "str | None"]]
"""Answer ids with a language, or None for all."""


class WithdrawnAnswers:
    """Says whether an answer is withdrawn, by what was read within the last second.

    Args:
        read: Reads what is withdrawn now.
        clock: Seconds that never go back.
    """

    def __init__(self, read: Callable[[], Withdrawn], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._known: Withdrawn = frozenset()
        self._read_at: float | None = None

    def __call__(self, answer_id: str, language: str) -> bool:
        """Say whether people are not told this answer in this language."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= LONGEST:
            # The time before the reading: what it finds may be withdrawn while it reads.
            self._known, self._read_at = self._read(), now
        return (answer_id, None) in self._known or (answer_id, language) in self._known
