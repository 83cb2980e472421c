"""What becomes of an outbound message: its states, in which order they may follow, and why one may fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class OutboundState(str, Enum):
    """An outbound message is stored first, and sent later."""

    QUEUED = "queued"
    HELD = "held"
    """It waits for the person to write: WhatsApp's window is shut."""
    SENDING = "sending"
    """A worker is handing it to the provider. If that worker dies, nobody knows whether it went out."""
    UNKNOWN = "unknown"
    """The provider may have taken it. With a time for the next attempt, it will be looked up."""
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    """Before it was sent, the person asked for silence, a colleague began to write, or its answer was withdrawn."""


_STEPS = {
    OutboundState.QUEUED: 0,
    OutboundState.HELD: 0,
    OutboundState.SENDING: 1,
    OutboundState.UNKNOWN: 2,
    OutboundState.SENT: 3,
    OutboundState.DELIVERED: 4,
    OutboundState.UNDELIVERED: 4,
    OutboundState.FAILED: 4,
    OutboundState.READ: 5,
    OutboundState.WITHDRAWN: 6,
}
UNSETTLED = (OutboundState.QUEUED, OutboundState.HELD, OutboundState.SENDING, OutboundState.UNKNOWN)
"""States in which a message may still be sent."""


def is_on_its_way(state: str) -> bool:
    """Say whether a message will be sent without anybody doing anything."""
    return state in (OutboundState.QUEUED.value, OutboundState.SENDING.value)


def is_step_forward(before: str, after: OutboundState) -> bool:
    """Say whether a report moves a message on; reports come late, twice and out of order."""
    return _STEPS[after] > _STEPS[OutboundState(before)]


@dataclass(frozen=True)
class Failure:
    """A reason why a message did not arrive; the console has the words for its code.

    Attributes:
        stops_address: Nothing is sent to this address until the person writes again.
        retry_after: How long to wait before it is sent once more, where that may help.
    """

    code: str
    stops_address: bool = False
    retry_after: timedelta | None = None


FAILURES = {
    failure.code: failure
    for failure in (
        Failure("opted_out", stops_address=True),
        Failure("blocked", stops_address=True),
        Failure("unreachable", stops_address=True),
        Failure("bad_number", stops_address=True),
        Failure("not_on_whatsapp", stops_address=True),
        Failure("phone_off", retry_after=timedelta(minutes=10)),
        Failure("network_fault", retry_after=timedelta(minutes=10)),
        Failure("window_shut"),
        Failure("window_open"),
        Failure("with_staff"),
        Failure("answer_withdrawn"),
        Failure("filtered"),
        Failure("content_refused"),
        Failure("too_long"),
        Failure("expired"),
        Failure("slow_down", retry_after=timedelta(minutes=10)),
        Failure("provider_away"),
        Failure("answer_lost"),
        Failure("worker_died"),
        Failure("account_refused"),
        Failure("sender_refused"),
        Failure("country_refused"),
        Failure("channel_off"),
        Failure("client_error"),
        Failure("unknown_reason"),
    )
}
"""Every reason, by its code. The codes are stored with the message."""

MAX_RESENDS = 2
"""How often a message that the network reported lost is sent again (Twilio 30003, 30008: "later, few times")."""

ERASABLE = timedelta(hours=48)
"""How far back a bot can delete messages (Bot API, deleteMessage)."""

MAX_ATTEMPTS = 16
LONGEST_BACKOFF = timedelta(minutes=30)
"""With the doubling from five seconds, sixteen attempts span about four hours."""
LONGEST_PAUSE = timedelta(minutes=45)
"""Whatever a provider asks for: a wait of more than an hour is taken for a clock that jumped."""


def failure_of(code: str) -> Failure:
    """Return the reason behind a code; one that nobody listed is final and concerns this message only."""
    return FAILURES.get(code) or Failure(code)


def backoff(attempts: int, *, after: float, jitter: float) -> timedelta:
    """Return how long to wait: doubled with each attempt, capped, and spread so that retries do not march in step.

    It is never longer than ``LONGEST_PAUSE`` and a quarter.

    Args:
        attempts: How many were made before this one.
        after: Seconds that the provider asks for, or the first pause.
        jitter: From 0 to 1; adds up to a quarter.
    """
    seconds = min(after * 2.0**attempts, LONGEST_BACKOFF.total_seconds())
    asked = min(after, LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=max(asked, seconds) * (1 + jitter / 4))
