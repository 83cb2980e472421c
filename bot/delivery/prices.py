"""What an SMS costs, by the operator's price list (the setting ``SMS_PRICES``)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.contacts import ChannelAddress
from bot.domain.conversations import Message
from bot.language.number_country import price_of_part


class SmsPrices:
    """Prices of one SMS part by country."""

    def __init__(self, prices: Mapping[str, Decimal]) -> None:
        self._prices = prices

    def price_of(self, address: ChannelAddress, message: Message) -> str | None:
        """Return what a message costs, as a decimal number; None where it is no SMS or no price is set."""
        if message.sms_parts is None:
            return None
        price = price_of_part(self._prices, address.address)
        return None if price is None else str(price * message.sms_parts)
