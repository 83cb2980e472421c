"""Reads Twilio's status callbacks: what became of a message that we sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.channels.twilio.errors import failure_code
from bot.domain.contacts import Provider
from bot.domain.deliveries import OutboundState
from bot.services.ports import DeliveryReport

MESSAGE_PARAMETER = "message"
"""Name of the parameter that brings our own id back; the address, query included, is signed."""

_MESSAGE_ID = re.compile(r"[0-9a-f]{1,32}")
_STATES = {
    "sent": OutboundState.SENT,
    "delivered": OutboundState.DELIVERED,
    "read": OutboundState.READ,
    "undelivered": OutboundState.UNDELIVERED,
    "failed": OutboundState.FAILED,
    "canceled": OutboundState.FAILED,
}
"""States that tell something. The others (queued, accepted, sending…) say that Twilio is still at it."""


def read_report(fields: Mapping[str, str], *, message_id: str | None) -> DeliveryReport | None:
    """Return the report in a callback's fields, already known to be Twilio's; None where nothing is learnt from it.

    Args:
        message_id: The parameter ``message`` of the address that was called.
    """
    state = _STATES.get((fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower())
    if state is None:
        return None
    has_failed = state in (OutboundState.UNDELIVERED, OutboundState.FAILED)
    return DeliveryReport(
        provider=Provider.TWILIO,
        provider_id=fields["MessageSid"],
        state=state,
        failure=failure_code(fields.get("ErrorCode")) if has_failed else None,
        message_id=message_id if message_id and _MESSAGE_ID.fullmatch(message_id) else None,
    )
