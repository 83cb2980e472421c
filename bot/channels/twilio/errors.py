"""Twilio's error codes: one table for refused requests and for delivery reports.

The meaning of each code stands at https://www.twilio.com/docs/api/errors/<code>.
"""

from __future__ import annotations

from bot.domain.deliveries import failure_of
from bot.domain.errors import ChannelDown, DeliveryError, Rejected, TryLater, Uncertain, Unreachable

_CODES: dict[str, tuple[int, ...]] = {
    "opted_out": (21610,),
    "blocked": (63014, 63033),
    "unreachable": (30005, 63015),
    "bad_number": (21211, 21214, 21217, 21265, 21614, 21635, 30006, 63031),
    "not_on_whatsapp": (63003, 63024),
    "phone_off": (30003,),
    "network_fault": (30008, 30017, 30410, 30500, 63009, 63010, 63012, 63023),
    "window_shut": (63016,),
    # 30004 is "filtered" and not "blocked": it also comes for one text only, and "blocked" would silence the address.
    "filtered": (30004, 30007, 30038, 30453, 63032, 63049),
    "content_refused": (
        21602, 21619, 21655, 21656, 63005, 63013, 63019, 63021, 63027, 63028, 63029, 63030, 63040, 63041, 63042,
    ),
    "too_long": (21605, 21617, 30019),
    "expired": (30036,),
    "slow_down": (20429, 21611, 30001, 30022, 30023, 30027, 63017, 63018, 63038),
    # 21609: the address for delivery reports, and so PUBLIC_URL, is one that Twilio does not call.
    "account_refused": (10001, 20003, 20005, 20006, 20404, 21609, 30002, 63001, 63020, 63051, 63112),
    "sender_refused": (
        21212, 21603, 21606, 21607, 21612, 21661, 21701, 21703, 21704, 21910,
        30024, 30032, 30034, 30035, 30040, 63002, 63007, 63008, 63022,
    ),
    # 21608: a trial account, which sends to a few numbers only.
    "country_refused": (21408, 21608),
}  # fmt: skip
FAILURE_CODES = {code: failure for failure, codes in _CODES.items() for code in codes}
"""Our code for each of Twilio's."""

_BAD_CONTENT = frozenset({21655, 21656})
_OF_THIS_RECIPIENT = frozenset({21612})
"""Refusals that sound like a setting, but come with one recipient's number: they must not hold up everybody's messages."""

LONGER_PAUSE = 30.0


def failure_code(code: object) -> str:
    """Return our code for an error code of Twilio's: a number, the same as text, or whatever else was sent."""
    return FAILURE_CODES.get(_number(code), "unknown_reason")


def is_bad_content(code: object) -> bool:
    """Say whether a content template, or what was put into it, was not taken: the words can still go as plain text."""
    return _number(code) in _BAD_CONTENT


def refusal(status: int, code: object) -> DeliveryError:
    """Return what an error answer to a message means for it.

    Args:
        status: Of the HTTP answer.
        code: Twilio's own, from the body; where there was none, the library repeats the status.
    """
    if status == 429 or _number(code) == 20429:
        return TryLater("slow_down", after=LONGER_PAUSE)
    if status >= 500 or status == 408:
        return Uncertain("answer_lost")
    if 300 <= status < 400:
        # Not Twilio, but something on the way to it.
        return TryLater("provider_away", after=LONGER_PAUSE)
    failure = failure_code(code)
    if failure == "unknown_reason" and status in (401, 403, 404):
        return ChannelDown("account_refused")
    if failure in ("account_refused", "sender_refused") and _number(code) not in _OF_THIS_RECIPIENT:
        return ChannelDown(failure)
    if failure in ("slow_down", "phone_off", "network_fault"):
        return TryLater(failure, after=LONGER_PAUSE)
    return Unreachable(failure) if failure_of(failure).stops_address else Rejected(failure)


def _number(code: object) -> int:
    try:
        return int(str(code))
    except ValueError:
        return 0
