"""How many parts a text takes on SMS, and Twilio's words for leaving and coming back."""

from __future__ import annotations

MAX_BODY = 1600
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€")


def segments(text: str) -> int:
    """Return the number of parts; an empty text is one, too."""
    if set(text) <= _BASIC | _DOUBLE:
        return _parts([2 if sign in _DOUBLE else 1 for sign in text], 160, 153)
    return _parts([len(sign.encode("utf-16-le")) // 2 for sign in text], 70, 67)


def _parts(widths: list[int], single: int, joined: int) -> int:
    if sum(widths) <= single:
        return 1
    parts, room = 1, joined
    for width in widths:
        # A character is not cut in two.
        if width > room:
            parts, room = parts + 1, joined
        room -= width
    return parts
