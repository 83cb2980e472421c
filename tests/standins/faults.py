"""The failures that a stand-in answers with: by chance from a seed, or one after the other as a test wrote them down.

What a failure looks like on the wire (``{"ok": false, …}`` or ``{"code": …}``) is the stand-in's business.
"""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

ANY = "*"
"""For ``Faults.next``: a fault that meets whatever call comes next."""


class FaultKind(Enum):
    """What goes wrong with one call."""

    SERVER_ERROR = "server_error"
    TOO_MANY = "too_many"
    CLOSED = "closed"
    NO_ANSWER = "no_answer"
    DELAY = "delay"
    REFUSED = "refused"


@dataclass(frozen=True)
class Fault:
    """One failure. ``is_taken`` says that the call was processed although its answer never said so."""

    kind: FaultKind
    seconds: float = 0.0
    status: int = 500
    code: int | None = None
    reason: str = ""
    is_taken: bool = False


def server_error(status: int = 500, *, is_taken: bool = False) -> Fault:
    """An HTTP 5xx."""
    return Fault(FaultKind.SERVER_ERROR, status=status, is_taken=is_taken)


def too_many(seconds: float = 1) -> Fault:
    """A 429 that asks to wait so many seconds; never processed."""
    return Fault(FaultKind.TOO_MANY, seconds=seconds, status=429)


def closed(*, is_taken: bool = False) -> Fault:
    """The connection is closed without an answer, before the call was processed or after."""
    return Fault(FaultKind.CLOSED, is_taken=is_taken)


def no_answer(seconds: float = 60, *, is_taken: bool = False) -> Fault:
    """Silence until the caller gives up, or until the seconds are over and the connection is closed."""
    return Fault(FaultKind.NO_ANSWER, seconds=seconds, is_taken=is_taken)


def delayed(seconds: float) -> Fault:
    """A right answer that comes late."""
    return Fault(FaultKind.DELAY, seconds=seconds)


def refused(status: int, reason: str, *, code: int | None = None) -> Fault:
    """The provider's own error, with the code that it has for it."""
    return Fault(FaultKind.REFUSED, status=status, code=code, reason=reason)


# None of these was processed, so whoever repeats the call sends nothing twice.
HARMLESS: Mapping[Fault, float] = {
    server_error(): 4,
    too_many(1): 2,
    closed(): 2,
    delayed(0.5): 2,
}


def _key(recipient: object) -> str:
    return str(recipient).removeprefix("whatsapp:")


class Faults:
    """The source of failures of one stand-in; switched off until a test asks for some.

    Each recipient has a random sequence of its own, so that a seed gives the same faults however calls interleave.
    """

    def __init__(self, seed: int = 0, *, sending: Collection[str] = ()) -> None:
        self._seed = seed
        self._sending = frozenset(sending)
        self._lock = threading.Lock()
        self._chances: dict[str, random.Random] = {}
        self._scripts: dict[str | None, deque[tuple[Fault | None, frozenset[str]]]] = defaultdict(deque)
        self.counts: Counter[Fault] = Counter()
        self.switch_off()

    def switch_on(
        self,
        probability: float,
        *,
        mix: Mapping[Fault, float] = HARMLESS,
        lost_answers: float = 0.0,
        only: Collection[str] | None = None,
    ) -> None:
        """Let calls fail by chance.

        Args:
            probability: how often a call fails with one of ``mix``.
            mix: faults and their weights.
            lost_answers: how often, besides, a call is taken and its connection closed without an answer.
            only: the operations that may fail; all when left out.
        """
        with self._lock:
            self._probability, self._mix, self._lost = probability, dict(mix), lost_answers
            self._only = None if only is None else frozenset(only)

    def switch_off(self) -> None:
        """Let no call fail by chance; what a test wrote down still happens."""
        with self._lock:
            self._probability, self._mix, self._lost, self._only = 0.0, {}, 0.0, None

    def next(self, *faults: Fault | None, to: object = None, times: int = 1, operation: str | None = None) -> None:
        """Fail the next calls like this, in order; ``None`` lets one through.

        Args:
            faults: what happens to the next call, and to the one after it.
            to: only calls for this chat or number.
            times: how often the whole list is played.
            operation: only this operation, or ``ANY``; sending a message when left out.
        """
        operations = self._sending if operation is None else frozenset({operation})
        with self._lock:
            script = self._scripts[None if to is None else _key(to)]
            script.extend((fault, operations) for _ in range(times) for fault in faults)

    def draw(self, operation: str, recipient: object) -> Fault | None:
        """Return what happens to a call that has just come, or None."""
        with self._lock:
            fault = self._decide(operation, _key(recipient))
            if fault is not None:
                self.counts[fault] += 1
            return fault

    @property
    def waiting(self) -> int:
        """How many written faults have not met a call yet."""
        with self._lock:
            return sum(map(len, self._scripts.values()))

    def _decide(self, operation: str, key: str) -> Fault | None:
        for name in (key, None):
            script = self._scripts.get(name)
            if script and (operation in script[0][1] or ANY in script[0][1]):
                return script.popleft()[0]
        if self._only is not None and operation not in self._only:
            return None
        chance = self._chances.setdefault(key, random.Random(f"{self._seed} {key}"))
        # Both are drawn each time, so that switching one on does not shift the other.
        lost, failed = chance.random() < self._lost, chance.random() < self._probability
        if lost:
            return closed(is_taken=True)
        return chance.choices(list(self._mix), list(self._mix.values()))[0] if failed and self._mix else None
