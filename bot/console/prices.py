"""What SMS cost, in words: with the currency that the operator named, as the page's language writes amounts of money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import format_currency, format_decimal
from flask import Flask
from flask_babel import get_locale

from bot.console.outside import parts
from bot.language.number_country import price_of_part


def install(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.globals.update(price_words=price_words)


def price_words(price: Decimal | str) -> str:
    """Return an amount with all its digits; prices of SMS are parts of a cent."""
    currency = parts().settings.sms_currency
    if currency is None:
        return str(format_decimal(price, locale=get_locale(), decimal_quantization=False))
    return str(format_currency(price, currency, locale=get_locale(), decimal_quantization=False))


def prices_by_parts(number: str, *, most: int) -> Sequence[str]:
    """Return what an SMS to a number costs that takes one part, two parts and so on; nothing where no price is set."""
    price = price_of_part(parts().settings.sms_prices, number)
    return [] if price is None else [price_words(price * count) for count in range(1, most + 1)]
