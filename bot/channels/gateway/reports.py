"""Reads what a gateway says later of a message: its delivery reports."""

from __future__ import annotations

from bot.channels.edge import Refused
from bot.channels.gateway.fields import Fields
from bot.channels.gateway.repeats import MAX_ID_LENGTH
from bot.domain.contacts import Provider
from bot.domain.deliveries import OutboundState
from bot.provider_settings import GatewaySettings
from bot.services.ports import DeliveryReport

_FAILED = (OutboundState.UNDELIVERED, OutboundState.FAILED)


def read_report(fields: Fields, settings: GatewaySettings) -> DeliveryReport | str:
    """Return the report in a request, or the gateway's word for a state that the settings do not know.

    A gateway that gives no id for a message knows it by ours, which stands in the address that it calls.

    Raises:
        Refused: If a field is missing or unreadable.
    """
    names = settings.report_fields
    ours = _id(fields, names.get("message", ""))
    theirs = _id(fields, names.get("id", "")) or ours
    if theirs is None:
        raise Refused("field_missing", status=400)
    word = fields.needed(names["status"]).strip()
    meaning = settings.statuses.get(word)
    if meaning is None:
        return word
    name, _, code = meaning.partition(":")
    state = OutboundState(name)
    failure = (code or "unknown_reason") if state in _FAILED else None
    return DeliveryReport(Provider.GATEWAY, theirs, state, failure, message_id=ours)


def _id(fields: Fields, name: str) -> str | None:
    text = (fields.text(name) or "").strip()
    if len(text) > MAX_ID_LENGTH or not (text.isascii() and text.isprintable()):
        raise Refused("field_unreadable", status=400)
    return text or None
