"""The worker's book: what it asks of the database and records there goes through one thread, in groups.

While one group is being committed, the claims and outcomes of other messages gather for the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from bot.delivery.together import Piece, Transactions, do_together
from bot.services.ports import UnitOfWork

T = TypeVar("T")


class Ledger:
    """Does pieces of work for one event loop, those that wait at the same time in one transaction."""

    def __init__(self, parts: Transactions) -> None:
        self._parts = parts
        self._waiting: list[tuple[Piece[Any], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        # One thread: more would only wait for each other, and hand the interpreter to and fro.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")

    async def do(self, work: Callable[[UnitOfWork], T], *, key: str = "", is_durable: bool = False) -> T:
        """Do a piece of work as ``Piece`` describes it; return once it is permanent."""
        loop = asyncio.get_running_loop()
        piece, done = Piece(work, is_durable, key), loop.create_future()
        self._waiting.append((piece, done))
        if self._writer is None:
            self._writer = loop.create_task(self._write())
        await done
        return piece.outcome()

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=False)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                await loop.run_in_executor(self._thread, do_together, self._parts, [piece for piece, _ in group])
                for _, done in group:
                    if not done.done():
                        done.set_result(None)
        finally:
            self._writer = None
