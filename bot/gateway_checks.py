"""Checks the settings of an SMS gateway: what its fields, words and patterns may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from bot.provider_settings import GatewaySettings

STATES = ("sent", "delivered", "undelivered", "failed")
REASONS = (
    "opted_out", "blocked", "unreachable", "bad_number", "phone_off", "network_fault", "filtered", "content_refused",
    "too_long", "expired", "unknown_reason",
)  # fmt: skip
"""Codes of ``bot.domain.deliveries`` that a gateway can mean."""
CODINGS = {"gsm7": "0", "ucs2": "2"}
"""Kannel's words for the two alphabets of SMS."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
"""It may stand in an address, where a gateway would take a percent sign for its own."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

Check = tuple[bool, str]
"""Whether something is wrong, and the line that says what."""


def gateway_problems(settings: GatewaySettings) -> list[str]:
    """Return a line for each setting that is wrong; each names its setting."""
    return [problem for is_wrong, problem in (*_sending(settings), *_proof(settings), *_names(settings)) if is_wrong]


def _sending(settings: GatewaySettings) -> tuple[Check, ...]:
    return (
        (not _is_address(settings.send_url), "SMS_GATEWAY_URL must be an address like https://gateway.example/send"),
        (settings.format not in ("query", "form", "json"), "SMS_GATEWAY_FORMAT must be query, form or json"),
        (settings.numbers not in ("plus", "zeros", "bare"), "SMS_GATEWAY_NUMBERS must be plus, zeros or bare"),
        (settings.codings.keys() != CODINGS.keys(), "SMS_GATEWAY_CODINGS must be gsm7=…,ucs2=…"),
        (
            not settings.authorization.isascii() or not settings.authorization.isprintable(),
            "SMS_GATEWAY_AUTHORIZATION must be plain letters, digits and signs (Basic dXNlcjpwYXNz, or Bearer…)",
        ),
        (not _is_expression(settings.answer_id), "SMS_GATEWAY_ID must be a path into JSON or a regular expression"),
        (not _is_expression(settings.accepted), "SMS_GATEWAY_ACCEPTED must be a regular expression"),
    )


def _proof(settings: GatewaySettings) -> tuple[Check, ...]:
    return (
        (
            not _SECRET.fullmatch(settings.secret),
            "SMS_GATEWAY_SECRET must be 16 to 256 letters, digits, _ or -: it is the only proof that the gateway calls",
        ),
        (not _NAME.fullmatch(settings.secret_name), "SMS_GATEWAY_SECRET_NAME must be letters, digits, _ or -"),
    )


def _names(settings: GatewaySettings) -> tuple[Check, ...]:
    query, meanings = settings.report_query, [meaning.partition(":") for meaning in settings.statuses.values()]
    return (
        (
            _are_wrong(settings.fields, ("to", "text"), ("from", "coding", "report_url")),
            "SMS_GATEWAY_FIELDS may name to, text, from, coding and report_url, and to and text need a name (to=msisdn)",
        ),
        (
            _are_wrong(settings.inbound_fields, ("from", "text"), ("to", "id", "time", "charset")),
            "SMS_GATEWAY_INBOUND_FIELDS may name from, text, to, id, time and charset, and from and text need a name",
        ),
        (
            _are_wrong(settings.report_fields, ("status", "message"), ("id",)),
            "SMS_GATEWAY_REPORT_FIELDS may name status, message and id, and status and message need a name",
        ),
        (
            any(state not in STATES or (colon and code not in REASONS) for state, colon, code in meanings),
            "SMS_GATEWAY_STATUSES must map to sent, delivered, undelivered or failed (1=delivered,2=undelivered), with a"
            f" reason after a colon or none (2=undelivered:expired): {', '.join(REASONS)}",
        ),
        (
            not (query.isascii() and query.isprintable()) or " " in query or "#" in query,
            "SMS_GATEWAY_REPORT_QUERY must be the end of an address, like status=%d",
        ),
    )


def _are_wrong(fields: Mapping[str, str], needed: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return not all(fields.get(name) for name in needed) or bool(fields.keys() - {*needed, *others})


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        # Reading the port checks it. Labels of other lengths are no names, and looking them up fails in odd ways.
        is_right = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return False
    labels = (parts.hostname or "").split(".")
    return is_right and all(0 < len(label) < 64 for label in labels) and text.isprintable() and not re.search(r"[ #]", text)


def _is_expression(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True
