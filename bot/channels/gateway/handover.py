"""Builds the request that hands a message to the gateway, from the settings."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx

from bot.channels.gateway.webhook import REPORT_PATH
from bot.language.sms import not_gsm7
from bot.provider_settings import GatewaySettings
from bot.services.ports import Outgoing

_PREFIXES = {"plus": "+", "zeros": "00", "bare": ""}


def build_request(settings: GatewaySettings, outgoing: Outgoing, *, public_url: str) -> httpx.Request:
    """Return the request for one message; the fixed parameters first, what the message brings over them."""
    values = dict(settings.parameters)
    for name, value in _values(settings, outgoing, public_url=public_url).items():
        if value and settings.fields.get(name):
            values[settings.fields[name]] = value
    # The connection is not kept. A gateway may close an idle one just when the next message is written to it, and then
    # nobody knows whether that message was taken.
    headers = {"User-Agent": "daleel", "Connection": "close"}
    if settings.authorization:
        headers["Authorization"] = settings.authorization
    if settings.format == "query":
        return httpx.Request("GET", httpx.URL(settings.send_url).copy_merge_params(values), headers=headers)
    if settings.format == "json":
        return httpx.Request("POST", settings.send_url, json=values, headers=headers)
    return httpx.Request("POST", settings.send_url, data=values, headers=headers)


def _values(settings: GatewaySettings, outgoing: Outgoing, *, public_url: str) -> dict[str, str]:
    message, address = outgoing.message, outgoing.address
    return {
        "to": _PREFIXES[settings.numbers] + address.address.removeprefix("+"),
        "text": message.text,
        "from": settings.sender or address.line or "",
        "coding": settings.codings["ucs2" if not_gsm7(message.text) else "gsm7"],
        "report_url": report_url(settings, message.id, public_url=public_url),
    }


def report_url(settings: GatewaySettings, message_id: str, *, public_url: str) -> str:
    """Return the address for reports of one message.

    It holds the secret, since a gateway that is given an address can as a rule do no more than call it. The pattern of
    the settings stays as it is: the gateway fills it in (Kannel's ``%d``).
    """
    ours = urlencode({settings.report_fields["message"]: message_id, settings.secret_name: settings.secret})
    pattern = f"&{settings.report_query}" if settings.report_query else ""
    return f"{public_url}{REPORT_PATH}?{ours}{pattern}"
