"""How long a text is on SMS: alphabet, units and parts, as the networks count and charge.

GSM-7 (3GPP TS 23.038): 160 septets, or 153 in each part of a longer text; the characters of its extension
table take two. Anything else makes the whole text UCS-2: 70 UTF-16 units, or 67 per part.
"""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = set("^{}\\[~]|€")
MAX_PARTS = 3
"""A reply takes at most three parts: more costs too much and arrives out of order."""


@dataclass(frozen=True)
class SmsSize:
    """Size of a text on SMS: ``encoding`` (``GSM-7`` or ``UCS-2``), ``units`` in it, and ``parts``."""

    encoding: str
    units: int
    parts: int


def sms_size(text: str) -> SmsSize:
    """Count a text as the network does."""
    if not_gsm7(text):
        units = len(text.encode("utf-16-le")) // 2
        return SmsSize("UCS-2", units, _parts(_ucs2_widths(text), single=70, joined=67))
    widths = [2 if character in _EXTENSION else 1 for character in text]
    return SmsSize("GSM-7", sum(widths), _parts(widths, single=160, joined=153))


def not_gsm7(text: str) -> list[str]:
    """Return the characters of a text that GSM-7 does not hold, each once."""
    return sorted(set(text) - _BASIC - _EXTENSION)


def _ucs2_widths(text: str) -> list[int]:
    return [len(character.encode("utf-16-le")) // 2 for character in text]


def _parts(widths: list[int], *, single: int, joined: int) -> int:
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        # A character of two units is never torn between two parts.
        if used + width > joined:
            parts, used = parts + 1, 0
        used += width
    return parts
