"""What an SMS costs by the operator's price list, kept exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.delivery.prices import SmsPrices
from bot.domain.contacts import Channel
from bot.domain.conversations import Direction
from tests.builders import make_address, make_message

LISTED = {"LY": Decimal("0.085"), "TN": Decimal("0.06"), "*": Decimal("0.10")}


def _price(prices, address, parts):
    message = make_message(Direction.OUTBOUND, sms_parts=parts)
    return SmsPrices(prices).price_of(make_address(channel=Channel.SMS, address=address), message)


@pytest.mark.parametrize(
    ("address", "parts", "price"),
    [
        ("+218912345678", 1, "0.085"),
        ("+218912345678", 3, "0.255"),
        ("+21620123456", 2, "0.12"),
        ("+2348031234567", 1, "0.10"),
        ("no number", 2, "0.20"),
    ],
)
def test_each_part_costs_what_its_country_costs(address, parts, price):
    assert _price(LISTED, address, parts) == price


def test_what_is_no_sms_or_not_listed_has_no_price():
    assert _price(LISTED, "+218912345678", None) is None
    assert _price({"LY": Decimal("0.085")}, "+21620123456", 1) is None
    assert _price({}, "+218912345678", 1) is None
