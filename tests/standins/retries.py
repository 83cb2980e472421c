"""When a provider tries a webhook again: Telegram until it is taken, Twilio as the URL asks, a gateway a few times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Attempt:
    """One try: the status, or why there is none (``connect``, ``timeout``, ``closed``), how long it took, and the answer."""

    status: int | None
    seconds: float
    failure: str = ""
    content_type: str = ""
    body: str = ""

    @property
    def is_taken(self) -> bool:
        """The answer was a 2xx."""
        return self.status is not None and 200 <= self.status < 300


class RetryRule(Protocol):
    """When to try again."""

    def seconds_for_try(self, elapsed: float) -> float:
        """How long the next try may take."""

    def pause(self, attempts: Sequence[Attempt], elapsed: float) -> float | None:
        """How long to wait before the next try; None to stop."""


class UntilTaken:
    """Telegram: whatever is not a 2xx comes again, with longer and longer pauses."""

    PAUSES = (0.2, 0.5, 1.0, 2.0)

    def seconds_for_try(self, elapsed: float) -> float:
        """Telegram waits a minute for an answer."""
        return 60

    def pause(self, attempts: Sequence[Attempt], elapsed: float) -> float | None:
        """Go on until it is taken."""
        if attempts[-1].is_taken:
            return None
        return self.PAUSES[min(len(attempts), len(self.PAUSES)) - 1]


@dataclass(frozen=True)
class FewTimes:
    """A plain gateway: some more tries with one pause, then the message is lost."""

    count: int = 2
    wait: float = 0.3

    def seconds_for_try(self, elapsed: float) -> float:
        """A gateway waits half a minute for an answer."""
        return 30

    def pause(self, attempts: Sequence[Attempt], elapsed: float) -> float | None:
        """Stop when it is taken or was tried often enough."""
        return None if attempts[-1].is_taken or len(attempts) > self.count else self.wait


@dataclass(frozen=True)
class AsUrlAsks:
    """Twilio: ``#rc=3&rp=all`` in the URL; without it one more try, and only when connecting failed."""

    count: int = 1
    policies: frozenset[str] = frozenset({"ct"})
    total: float = 15.0

    @classmethod
    def of(cls, url: str) -> AsUrlAsks:
        """Read the rule out of a webhook's URL."""
        asked = parse_qs(urlsplit(url).fragment)
        count = int(asked["rc"][0]) if "rc" in asked else 1
        policies = frozenset(asked["rp"][0].split(",")) if "rp" in asked else frozenset({"ct"})
        return cls(min(count, 5), policies, int(asked.get("tt", ["15000"])[0]) / 1000)

    def seconds_for_try(self, elapsed: float) -> float:
        """All tries share one limit."""
        return max(0.05, self.total - elapsed)

    def pause(self, attempts: Sequence[Attempt], elapsed: float) -> float | None:
        """Stop when it is taken, was tried often enough, failed in a way that is not listed, or time is over."""
        wait = 0.1 * 2 ** (len(attempts) - 1)
        if attempts[-1].is_taken or len(attempts) > self.count or elapsed + wait >= self.total:
            return None
        return wait if {"all", _policy(attempts[-1])} & self.policies else None


def _policy(attempt: Attempt) -> str:
    if attempt.status is None:
        return "ct" if attempt.failure == "connect" else "rt"
    return f"{attempt.status // 100}xx"
