"""What a turn changes in Rasa's trackers: held back while the turn runs, and written in the transaction that finishes it.

So a turn leaves all of its traces or none, and costs one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy.orm import Session


class TrackerChanges:
    """The changes of one turn, in order."""

    def __init__(self) -> None:
        self._changes: list[tuple[Callable[[Session], None], Callable[[], None]]] = []

    def hold(self, write: Callable[[Session], None], written: Callable[[], None]) -> None:
        """Keep a change; ``written`` is called once what ``write`` wrote is permanent."""
        self._changes.append((write, written))

    def write(self, session: Session) -> None:
        """Write all in a transaction, which the caller commits."""
        for write, _ in self._changes:
            write(session)

    def written(self) -> None:
        """Take note that the transaction was committed."""
        for _, written in self._changes:
            written()


_HELD: ContextVar[TrackerChanges | None] = ContextVar("tracker_changes", default=None)


@contextmanager
def holding_changes() -> Iterator[TrackerChanges]:
    """Hold back what this task changes in trackers until the block ends; what was not written by then is forgotten."""
    changes = TrackerChanges()
    token = _HELD.set(changes)
    try:
        yield changes
    finally:
        _HELD.reset(token)


def held_changes() -> TrackerChanges | None:
    """Return where this task's changes go, or None if each is to be written at once."""
    return _HELD.get()
