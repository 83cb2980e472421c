"""What a person's phone has in common on all channels: texts arrive, and a test waits for them."""

from __future__ import annotations

from collections.abc import Callable

from tests.standins.clock import wait_until


class Receiver:
    """Somebody who gets texts."""

    @property
    def received(self) -> list[str]:
        """The texts, in order."""
        raise NotImplementedError

    def waits_for(self, wanted: int | str | Callable[[list[str]], object], seconds: float = 10) -> list[str]:
        """Wait for so many messages, for a text that holds some words, or for a condition; return all texts.

        Raises:
            AssertionError: it did not come within so many seconds.
        """
        if isinstance(wanted, int):
            wait_until(lambda: len(self.received) >= wanted, seconds, what=f"message number {wanted}")
        elif isinstance(wanted, str):
            wait_until(lambda: any(wanted in text for text in self.received), seconds, what=f"a message with {wanted!r}")
        else:
            wait_until(lambda: wanted(self.received), seconds)
        return self.received
