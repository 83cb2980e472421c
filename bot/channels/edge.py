"""What the webhooks of all channels share: how a request is refused, read, and handed on to be stored."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import parse_qsl

from flask import request

from bot.domain.contacts import Channel, Provider
from bot.domain.errors import HotlineError
from bot.services.messages import Incoming
from bot.services.ports import DeliveryReport

MAX_BODY_BYTES = 256 * 1024
"""Far more than any provider's longest message; a file is never in a webhook, only its reference."""


class Refused(HotlineError):
    """A webhook that is not taken; nothing was stored.

    Args:
        code: What is wrong with it, for the log.
        status: The HTTP status: 400 unreadable, 403 forged or too old.
    """

    def __init__(self, code: str, *, status: int) -> None:
        super().__init__(code)
        self.status = status


class Receiver(Protocol):
    """Stores what an edge parsed. Whatever it raises, the provider must send the webhook again."""

    def message(self, incoming: Incoming) -> bool:
        """Store a message; False if it is a repeat."""
        ...

    def correction(self, incoming: Incoming) -> bool:
        """Store a corrected text; False if the message is unknown."""
        ...

    def report(self, report: DeliveryReport) -> bool:
        """Store a delivery report; False if it is a repeat."""
        ...

    def stop(self, provider: Provider, channel: Channel, address: str, *, reason: str) -> None:
        """Record that nothing can be sent to an address any more."""
        ...

    def resume(self, provider: Provider, channel: Channel, address: str) -> None:
        """Record that an address takes messages again."""
        ...


def public_address(public_url: str) -> str:
    """Return the address that the provider called, query included, as it was given to it.

    It is built from ``PUBLIC_URL``, never from the request: behind a proxy, scheme and host differ.
    """
    query = request.environ.get("QUERY_STRING", "")
    return f"{public_url}{request.path}{'?' + query if query else ''}"


def form_fields() -> dict[str, str]:
    """Return the fields of a form-encoded body, empty ones included: they are part of a signature.

    Raises:
        Refused: If the body is no UTF-8 form, or names a field twice.
    """
    try:
        pairs = parse_qsl(
            request.get_data().decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=200,
        )
    except ValueError as error:
        raise Refused("form_unreadable", status=400) from error
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Refused("form_doubled_field", status=400)
    return fields
