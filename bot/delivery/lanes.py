"""Lanes: how many messages of a channel are handed over side by side, and how fast the provider takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiolimiter import AsyncLimiter

from bot.domain.contacts import Channel, Provider

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
    """

    slots: int
    limiter: AsyncLimiter | None = None
    in_hand: set[str] = field(default_factory=set)

    def has_room(self) -> bool:
        """Say whether one more may start."""
        return len(self.in_hand) < self.slots


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

    def in_hand(self) -> set[str]:
        """Return the ids of all messages on their way."""
        return set().union(*(lane.in_hand for lane in self._lanes.values())) if self._lanes else set()

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
