"""Pieces of work that come at the same moment are done in one transaction: one wait for the database's writer, one commit.

Nobody is told that a piece is done before that commit. If one of them fails, nothing of the group is stored, and each is
done again alone, so that none suffers for another.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from sqlalchemy.exc import OperationalError

from bot.services.ports import UnitOfWork

T = TypeVar("T")


class Transactions(Protocol):
    """As much of ``bot.wiring.Parts`` as is needed here."""

    def unit_of_work(self, *, is_durable: bool = False) -> Any:
        """Return a new transaction."""
        ...


@dataclass
class Piece(Generic[T]):
    """A piece of work over the database, and what came of it.

    Attributes:
        do: Does it. It must commit whatever it changes, must not rely on what it commits being permanent before it
            returns, and may be called again.
        is_durable: Whether it must survive a power cut.
        key: Of the row it locks. Groups of different processes lock their rows in the same order.
    """

    do: Callable[[UnitOfWork], T]
    is_durable: bool = False
    key: str = ""
    is_done: bool = False
    result: T | None = None
    error: Exception | None = None

    def outcome(self) -> T:
        """Return what ``do`` returned, or raise what it raised."""
        if self.error is not None:
            raise self.error
        if not self.is_done:
            # The thread that took it along was ended: nobody may be told that it is stored.
            raise RuntimeError("not done")
        return cast(T, self.result)


def do_together(parts: Transactions, pieces: Sequence[Piece[Any]]) -> None:
    """Do pieces of work in one transaction, or each in its own if that fails."""
    try:
        with parts.unit_of_work(is_durable=any(piece.is_durable for piece in pieces)) as uow:
            for piece in sorted(pieces, key=lambda piece: piece.key):
                with uow.part():
                    piece.result = piece.do(uow)
            uow.commit()
    except Exception as error:  # noqa: BLE001 - whoever asked for the piece gets it
        if len(pieces) > 1:
            _do_each(parts, pieces)
            return
        pieces[0].result, pieces[0].error = None, error
    for piece in pieces:
        piece.is_done = True


def _do_each(parts: Transactions, pieces: Sequence[Piece[Any]]) -> None:
    error: Exception | None = None
    for piece in pieces:
        if isinstance(error, OperationalError):
            # The database is away: to wait for it once more for each piece would take minutes.
            piece.error, piece.is_done = error, True
        else:
            do_together(parts, [piece])
            error = piece.error


class Together:
    """Groups the work of several threads: while one commits, the others' pieces gather for the next transaction."""

    def __init__(self, parts: Transactions) -> None:
        self._parts = parts
        self._waiting: deque[Piece[Any]] = deque()
        self._turn = threading.Lock()

    def do(self, piece: Piece[T]) -> T:
        """Do a piece of work, with those that wait, and return once it is permanent."""
        self._waiting.append(piece)
        with self._turn:
            # Only who has the turn takes pieces away; one who finds its own taken has nothing left to do.
            group = [self._waiting.popleft() for _ in range(len(self._waiting))] if not piece.is_done else []
            if group:
                do_together(self._parts, group)
        return piece.outcome()
