"""Sends to the simulated phones: the browser reads the stored messages, so sending is delivering."""

from __future__ import annotations

from bot.domain.contacts import ChannelAddress
from bot.services.ports import Outgoing, Sent


class SimulatorClient:
    """A provider that always answers yes."""

    can_look_up = True

    async def send(self, outgoing: Outgoing) -> Sent:
        """Take the message; it is shown on the phone as soon as it is marked delivered."""
        return Sent(provider_id=f"sim-{outgoing.message.id}", is_delivered=True)

    async def look_up(self, outgoing: Outgoing) -> Sent | None:
        """Take it now: a message that was not marked delivered was never shown."""
        return await self.send(outgoing)

    async def erase(self, address: ChannelAddress, provider_id: str) -> None:
        """Agree: a message marked erased is no longer shown."""

    async def close(self) -> None:
        """Hold nothing."""
