"""In which country a phone number is: prices go by it."""

from __future__ import annotations

import phonenumbers


def country_of_number(number: str) -> str:
    """Return the code of the country (ISO 3166-1 alpha-2) of a number in E.164; empty where it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""
