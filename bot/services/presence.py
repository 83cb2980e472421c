"""Who has a conversation open, and who writes in it, so that two colleagues do not answer at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.services.ports import Clock, UnitOfWork
from bot.services.thread_ports import Watcher

SHOWN = timedelta(seconds=30)
"""How long a sign of somebody counts."""
LOOKING_EVERY = timedelta(seconds=20)
WRITING_EVERY = timedelta(seconds=10)
"""How often a page that asks every two seconds is written down."""
KEPT = timedelta(minutes=10)
"""After that nothing says that somebody was here, and to come back is to open the conversation again."""


@dataclass(frozen=True)
class Colleague:
    """Somebody else who has the conversation open."""

    staff_id: int
    is_writing: bool


@dataclass(frozen=True)
class Visit:
    """What somebody finds who looks at a conversation.

    Attributes:
        colleagues: Who else has it open.
        is_new: Whether they had it not open before, or left it.
    """

    colleagues: Sequence[Colleague]
    is_new: bool


def look(uow: UnitOfWork, conversation_id: str, *, staff_id: int, is_writing: bool, clock: Clock) -> Visit:
    """Record that somebody has a conversation open, where that is not known yet, and return who else has."""
    now = clock()
    known = uow.presences.of(conversation_id, since=now - KEPT)
    mine = next((one for one in known if one.staff_id == staff_id), None)
    every = WRITING_EVERY if is_writing else LOOKING_EVERY
    was_writing = mine is not None and mine.writing_at is not None
    if mine is None or now - mine.seen_at >= every or was_writing is not is_writing:
        uow.presences.record(conversation_id, Watcher(staff_id, now, now if is_writing else None))
        uow.presences.forget(before=now - KEPT)
        uow.commit()
    colleagues = [
        Colleague(one.staff_id, is_writing=one.writing_at is not None and now - one.writing_at < SHOWN)
        for one in known
        if one.staff_id != staff_id and now - one.seen_at < SHOWN
    ]
    return Visit(colleagues, is_new=mine is None)
