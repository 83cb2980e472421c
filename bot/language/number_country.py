"""In which country a phone number is: prices go by it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import phonenumbers

ANY_COUNTRY = "*"
"""A price list has this for all countries that it does not name."""


def country_of_number(number: str) -> str:
    """Return the code of the country (ISO 3166-1 alpha-2) of a number in E.164; empty where it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def price_of_part(prices: Mapping[str, Decimal], number: str) -> Decimal | None:
    """Return what one part of an SMS to a number costs; None where the list has no price for it.

    Args:
        prices: By country, as the setting ``SMS_PRICES`` gives them.
    """
    return prices.get(country_of_number(number), prices.get(ANY_COUNTRY)) if prices else None
