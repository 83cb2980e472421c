"""What a row of the queue says: how long somebody waits, against what was promised, and who follows the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import pgettext

from bot.console.words import length_of, time_from
from bot.domain.cases import QueueState
from bot.services.queue_ports import QueueRow

_NEARLY_OVER = 75


@dataclass(frozen=True)
class Clock:
    """The clock of a case.

    Attributes:
        waits: How long the person has waited.
        promise: How that stands against what was promised.
        share: How much of the promised time is over, from 0 to 100; None where nobody waits.
        tone: ``late``, ``soon``, ``fine`` or ``calm``; it colours what the words say.
    """

    waits: str
    promise: str
    share: int | None
    tone: str


def clock_of(row: QueueRow, now: datetime) -> Clock:
    """Return how long somebody waits in a case, against what was promised."""
    if row.resolved_at is not None and not row.is_open:
        return Clock(pgettext("clock", "Resolved %(time)s", time=time_from(row.resolved_at, now)), "", None, "calm")
    if row.waiting_since is None:
        words = {
            QueueState.WITH_STAFF: pgettext("clock", "Answered"),
            QueueState.ASSIGNED: pgettext("clock", "Waits for nothing from us"),
        }
        return Clock(words.get(row.queue_state, ""), "", None, "calm")
    waits = pgettext("clock", "Waits %(time)s", time=length_of(now - row.waiting_since))
    if row.due_at <= now:
        return Clock(waits, pgettext("clock", "late by %(time)s", time=length_of(now - row.due_at)), 100, "late")
    whole = (row.due_at - row.waiting_since).total_seconds()
    share = round(100 * (now - row.waiting_since).total_seconds() / whole) if whole > 0 else 0
    promise = pgettext("clock", "due in %(time)s", time=length_of(row.due_at - now))
    return Clock(waits, promise, max(0, min(share, 100)), "soon" if share >= _NEARLY_OVER else "fine")
