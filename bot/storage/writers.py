"""Writers of one SQLite file take turns, over all threads and processes.

SQLite lets one connection write at a time. Whoever finds it taken sleeps and tries again, by and by up to a tenth of a
second, so that under load the lock is free most of the time and everybody sleeps. Here a writer first takes a turn: a lock
within the process, and then a lock on a file beside the database, which the kernel gives back when a process dies. It only
shortens the wait. What keeps the data whole is SQLite's own lock.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections import defaultdict
from typing import Any

SHORT_SLEEP, LONG_SLEEP, GROWTH = 0.0003, 0.001, 1.25
"""Between two tries for the turn. Each costs as much computing as a tenth of the short sleep: who has to wait for several
others, as under load, looks less often.
"""
LONGEST_WAIT = 5.0
"""Then SQLite's own lock is tried, with its own patience: a process that stands still must not stop the others for ever."""

_within_process: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class TurnTaking(sqlite3.Connection):
    """A connection whose turn ends with its transaction."""

    turns_path: str | None = None
    _lock_file: int | None = None
    _has_process: bool = False

    def take_turn(self) -> None:
        """Wait for the turn to write, but not for ever."""
        if self.turns_path is None or self._has_process:
            return
        until = time.monotonic() + LONGEST_WAIT
        self._has_process = _within_process[self.turns_path].acquire(timeout=LONGEST_WAIT)
        if self._lock_file is None:
            self._lock_file = _opened(self.turns_path)
        pause = SHORT_SLEEP
        while self._has_process and not self._locks() and time.monotonic() < until:
            time.sleep(pause)
            pause = min(LONG_SLEEP, pause * GROWTH)

    def commit(self) -> None:
        """Commit, and let the next one write."""
        try:
            super().commit()
        finally:
            self._end_turn()

    def rollback(self) -> None:
        """Roll back, and let the next one write."""
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        """Close the database and the file of turns."""
        try:
            super().close()
        finally:
            self._end_turn()
            if self._lock_file is not None:
                os.close(self._lock_file)
                self._lock_file = None

    def _locks(self) -> bool:
        if self._lock_file is None:
            return True
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _end_turn(self) -> None:
        if not self._has_process:
            return
        self._has_process = False
        if self._lock_file is not None:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)
        if self.turns_path is not None:
            _within_process[self.turns_path].release()


def _opened(path: str) -> int | None:
    """Return the file of turns, or None where it belongs to somebody else: then SQLite's own lock has to do."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None


def take_turn_to_write(_connection: Any, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    """Take a turn before a transaction's first change; for SQLAlchemy's ``before_cursor_execute``."""
    changes = context is not None and (context.isinsert or context.isupdate or context.isdelete)
    if changes and not cursor.connection.in_transaction:
        cursor.connection.take_turn()
