"""Left-to-right pieces inside right-to-left text: phone numbers, references and Latin names.

The isolate characters are those of Unicode Standard Annex 9. Old phones show them as boxes on SMS, so
they are used on Telegram and WhatsApp only.
"""

from __future__ import annotations

from bot.domain.contacts import Channel

_FIRST_STRONG_ISOLATE = "\u2068"
_LEFT_TO_RIGHT_ISOLATE = "\u2066"
_POP_ISOLATE = "\u2069"
RIGHT_TO_LEFT = frozenset({"ar"})


def isolate(value: str, language: str, channel: Channel) -> str:
    """Wrap a value for use inside a sentence of ``language`` shown on ``channel``."""
    if language not in RIGHT_TO_LEFT or channel is Channel.SMS:
        return value
    is_number = value[:1] in "+0123456789"
    return f"{_LEFT_TO_RIGHT_ISOLATE if is_number else _FIRST_STRONG_ISOLATE}{value}{_POP_ISOLATE}"


def direction(language: str) -> str:
    """Return ``rtl`` or ``ltr`` for a page or a message in a language."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
