"""Lanes: how many messages of a channel are handed over side by side, and how fast the provider takes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiolimiter import AsyncLimiter

from bot.domain.contacts import Channel, Provider
from bot.services.ports import Ready

SIDE_BY_SIDE = 8
WHATSAPP_PER_SECOND = 80
"""What Twilio takes for one WhatsApp sender."""


@dataclass
class Lane:
    """A provider's channel.

    Attributes:
        slots: Messages that may be on their way at once. One where the provider cannot be asked afterwards whether it took
            a message: then at most one is uncertain when the worker is killed.
        limiter: The provider's rate, in SMS parts or messages; None where its own client keeps it.
        queue: Messages that were ready when the outbox was last read, and have no slot yet.
        in_hand: Ids of messages in a slot or in the queue.
    """

    slots: int
    limiter: AsyncLimiter | None = None
    queue: deque[Ready] = field(default_factory=deque)
    in_hand: set[str] = field(default_factory=set)

    def add(self, ready: Ready) -> None:
        """Put a message in the queue, unless it is in hand already."""
        if ready.message_id not in self.in_hand:
            self.in_hand.add(ready.message_id)
            self.queue.append(ready)

    def next(self) -> Ready | None:
        """Take the next message if there is a free slot."""
        is_busy = len(self.in_hand) - len(self.queue) >= self.slots
        return None if is_busy or not self.queue else self.queue.popleft()

    def done(self, ready: Ready) -> None:
        """Free a message's slot."""
        self.in_hand.discard(ready.message_id)


class Lanes:
    """All lanes, made when first used; they belong to one event loop."""

    def __init__(self, *, can_look_up: Mapping[Provider, bool], sms_parts_per_minute: int) -> None:
        self._can_look_up = can_look_up
        self._sms_parts_per_minute = sms_parts_per_minute
        self._lanes: dict[tuple[Provider, Channel], Lane] = {}

    def of(self, provider: Provider, channel: Channel) -> Lane:
        """Return the lane of a channel."""
        key = (provider, channel)
        if key not in self._lanes:
            self._lanes[key] = Lane(self._slots(provider), self._limiter(provider, channel))
        return self._lanes[key]

    def _slots(self, provider: Provider) -> int:
        return SIDE_BY_SIDE if self._can_look_up.get(provider, True) else 1

    def _limiter(self, provider: Provider, channel: Channel) -> AsyncLimiter | None:
        if provider is Provider.SIMULATOR:
            return None
        if channel is Channel.SMS:
            # A minute's worth may go at once: the provider has a queue, and a conversation should not crawl.
            return AsyncLimiter(self._sms_parts_per_minute, 60)
        if channel is Channel.WHATSAPP:
            return AsyncLimiter(WHATSAPP_PER_SECOND, 1)
        return None
