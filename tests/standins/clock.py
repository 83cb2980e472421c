"""A clock that a test can put forward: windows of 24 or 48 hours pass without waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone


class Clock:
    """The real time plus what a test added."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the stand-in's time, in UTC."""
        return datetime.now(timezone.utc) + self._ahead

    def advance(self, **duration: float) -> None:
        """Put the clock forward, as ``advance(hours=25)``."""
        self._ahead += timedelta(**duration)

    def set(self, moment: datetime) -> None:
        """Put the clock to a moment; it goes on from there."""
        self._ahead = moment - datetime.now(timezone.utc)


def wait_until(condition: Callable[[], object], seconds: float = 10, *, what: str = "it") -> object:
    """Return the condition's value as soon as it is true.

    Raises:
        AssertionError: when it stays false for so many seconds.
    """
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds} seconds")
        time.sleep(0.01)
