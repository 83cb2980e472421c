"""Reads what the gateway answered when it was handed a message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from bot.channels.gateway.paths import find_value
from bot.channels.gateway.repeats import MAX_ID_LENGTH
from bot.domain.deliveries import LONGEST_BACKOFF
from bot.domain.errors import ChannelDown, Rejected, TryLater, Uncertain
from bot.provider_settings import GatewaySettings

_PATH = re.compile(r"[\w-]+(\.[\w-]+)*", re.ASCII)
_FOR_THE_OPERATOR = (401, 402, 403, 405)


def check_status(status: int, headers: Mapping[str, str]) -> None:
    """Do nothing if the gateway took the message.

    Raises:
        TryLater: If it is too busy, and says so before it took anything.
        Uncertain: If it broke over the message, and may have taken it.
        ChannelDown: If the account or the address is wrong; 402 means that the account is empty.
        Rejected: If it refuses this message.
    """
    if 200 <= status < 300:
        return
    if status == 429:
        raise TryLater("slow_down", after=_retry_after(headers))
    if status in (408, 503):
        raise TryLater("provider_away", after=_retry_after(headers))
    if status >= 500:
        raise Uncertain("answer_lost", f"status {status}")
    if status < 400 or status in _FOR_THE_OPERATOR:
        raise ChannelDown("account_refused", f"status {status}: check SMS_GATEWAY_URL and its user, password and balance")
    raise Rejected("content_refused", f"status {status}")


def check_body(body: str, settings: GatewaySettings) -> None:
    """Do nothing if an answer with a good status is one.

    Raises:
        Rejected: If it does not look as an accepted one must by the settings; some gateways answer 200 to anything.
    """
    if settings.accepted and not re.search(settings.accepted, body):
        raise Rejected("unknown_reason", "the answer does not match SMS_GATEWAY_ACCEPTED")


def find_id(body: str, pattern: str) -> str | None:
    """Return the gateway's id of the message, or None where its answer has none.

    Args:
        pattern: A dotted path into JSON, or a regular expression whose first group (or all of it) is the id.
    """
    if _PATH.fullmatch(pattern):
        try:
            found = find_value(json.loads(body), pattern)
        except (ValueError, RecursionError):
            return None
    else:
        match = re.search(pattern, body)
        found = (match[1] if match.re.groups else match[0]) if match else None
    found = (found or "").strip()
    is_usable = 0 < len(found) <= MAX_ID_LENGTH and found.isascii() and found.isprintable()
    return found if is_usable else None


def _retry_after(headers: Mapping[str, str]) -> float:
    text = headers.get("Retry-After", "").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return 5.0
    return min(max(float(text), 1.0), LONGEST_BACKOFF.total_seconds())
