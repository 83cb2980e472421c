"""The key against repeats of a message for which the gateway has no id.

The rule, in this order:

1. The gateway brings an id: that id. A gateway's second try brings the same one.
2. No id, but the time at which the message was sent: a keyed hash over from, to, text and that time.
3. Neither: a keyed hash over from, to, text and the minute in which it first came. For ``WINDOW`` after that the same
   text between the same numbers counts as the same message; later it is a new one. What came first is remembered in
   the process, so after a restart a second try is only told within the same minute.

The hash is keyed, since a key is stored in clear: without the secret nobody can try numbers and texts against it.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=3)
"""Long enough for a gateway's second and third try, short enough for a person who picks the same number twice."""
MAX_REMEMBERED = 10_000
MAX_ID_LENGTH = 128


class Repeats:
    """Makes keys, and remembers for a while what came without id and time."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._first: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def key(self, *parts: str, time: str | None, now: datetime) -> str:
        """Return the key of a message without an id.

        Args:
            parts: From, to and text.
            time: When it was sent, in the gateway's own words; None where it does not say.
            now: When it arrived.
        """
        if time:
            return self._hash("time", *parts, time)
        content = self._hash("content", *parts)
        with self._lock:
            first = self._first.get(content)
            if first is None or abs(now - first) >= WINDOW:
                self._first.pop(content, None)
                first = self._first[content] = now
            self._forget(now)
        return self._hash("minute", *parts, first.strftime("%Y-%m-%dT%H:%M"))

    def clean_id(self, text: str) -> str:
        """Return a gateway's id as it is, or its hash if it is longer, or stranger, than ids are."""
        if len(text) <= MAX_ID_LENGTH and text.isascii() and text.isprintable():
            return text
        return self._hash("id", text)

    def _forget(self, now: datetime) -> None:
        while self._first:
            # The first one came first, since a dictionary keeps its order.
            content, first = next(iter(self._first.items()))
            if abs(now - first) < WINDOW and len(self._first) <= MAX_REMEMBERED:
                return
            del self._first[content]

    def _hash(self, *parts: str) -> str:
        # With the lengths, so that no two lists of parts look alike.
        whole = "".join(f"{len(part)}:{part}" for part in parts)
        return "sum-" + hmac.new(self._secret, whole.encode(), hashlib.sha256).hexdigest()[:40]
