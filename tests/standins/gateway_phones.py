"""Phones behind the plain SMS gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standins.receivers import Receiver

if TYPE_CHECKING:
    from tests.standins.gateway import GatewayMessage, GatewayStandIn


class GatewayPhone(Receiver):
    """One person's phone."""

    def __init__(self, gateway: GatewayStandIn, number: str) -> None:
        self._gateway = gateway
        self.number = number

    @property
    def messages(self) -> list[GatewayMessage]:
        """Messages to the phone, in order."""
        return [message for message in list(self._gateway.messages) if message.to == self.number]

    @property
    def received(self) -> list[str]:
        """Texts to the phone, in order."""
        return [message.text for message in self.messages]

    def texts(self, text: str, **options: Any) -> str:
        """Send an SMS; takes ``repeat``, ``delay`` and ``swap`` as in ``Options``, and returns the gateway's id of it."""
        return self._gateway.hand_on(self.number, text, **options)
