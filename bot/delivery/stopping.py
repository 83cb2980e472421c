"""A stop that a signal handler may ask for at any moment.

``threading.Event.set`` takes a lock, and a second signal inside the first one's handler waits for that lock for ever: the
kernel sends one signal for each thread of a parent that dies. A plain flag needs no lock.
"""

from __future__ import annotations

import signal
import time
from types import FrameType

SLICE_SECONDS = 0.1


class Stop:
    """Becomes true once a signal came; waits meanwhile."""

    def __init__(self) -> None:
        self.is_asked = False

    def on(self, *signals: signal.Signals) -> None:
        """Ask to stop when one of these signals comes."""
        for number in signals:
            signal.signal(number, self._ask)

    def wait(self, seconds: float) -> bool:
        """Wait, but not longer than until a stop is asked for; say whether it is."""
        until = time.monotonic() + seconds
        while not self.is_asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(SLICE_SECONDS, left))
        return self.is_asked

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True
