"""One port served by several processes: Python runs one thread at a time, and a page would wait for other people's pages."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bot.commands.child import die_with_parent


@contextmanager
def several_processes(count: int) -> Iterator[None]:
    """Go through the block in so many processes; each leaves it by itself.

    Connections to a database must be closed before. The process that came here ends the others when it leaves the block. When
    one of them dies, it leaves the block with SystemExit, so that whoever started it starts all anew.
    """
    first, others = os.getpid(), []
    while os.getpid() == first and len(others) < count - 1:
        if child := os.fork():
            others.append(child)
        else:
            others.clear()
            die_with_parent()
            if os.getppid() != first:
                # It went away before the kernel was told.
                raise SystemExit(0)
    if others:
        signal.signal(signal.SIGCHLD, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for child in others:
            _stop(child)


def _stop(child: int) -> None:
    """End a process, and wait until what it was doing is done."""
    try:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(1)
