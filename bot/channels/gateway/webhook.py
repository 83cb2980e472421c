"""The pages that a gateway calls: messages and delivery reports, by POST or, as Kannel does, by GET."""

from __future__ import annotations

import hmac
import threading

from flask import Blueprint, Response, request

from bot.channels.edge import Receiver, Refused
from bot.channels.gateway.fields import Fields, read_fields
from bot.channels.gateway.inbound import read_message
from bot.channels.gateway.repeats import Repeats
from bot.channels.gateway.reports import read_report
from bot.domain.contacts import Channel, Provider
from bot.logs import get_logger
from bot.provider_settings import GatewaySettings
from bot.services.ports import Clock

MESSAGE_PATH = "/webhooks/sms/webhook"
REPORT_PATH = "/webhooks/sms/status"
MAX_UNKNOWN = 100


def pages(settings: GatewaySettings, receiver: Receiver, *, clock: Clock) -> Blueprint:
    """Return the gateway's two pages. What they take is stored by the receiver before it is acknowledged."""
    blueprint = Blueprint("sms_gateway", __name__)
    repeats, unknown = Repeats(settings.secret), _UnknownStatuses()

    @blueprint.route(MESSAGE_PATH, methods=["GET", "POST"])
    def message() -> Response:
        fields = _proven_fields(settings)
        receiver.message(read_message(fields, settings, repeats=repeats, now=clock()))
        return _taken()

    @blueprint.route(REPORT_PATH, methods=["GET", "POST"])
    def status() -> Response:
        report = read_report(_proven_fields(settings), settings)
        if isinstance(report, str):
            unknown.notice(report)
        else:
            receiver.report(report)
        return _taken()

    return blueprint


def _proven_fields(settings: GatewaySettings) -> Fields:
    """Return the fields of a request that brings the secret.

    Raises:
        Refused: If the secret is missing or wrong, before anything else; then if the request cannot be read.
    """
    fields = read_fields(request)
    header = request.headers.get(settings.secret_name)
    brought = fields.raw(settings.secret_name) if header is None else header.encode("utf-8", "surrogatepass")
    # Bytes, since compare_digest refuses text that is not ASCII.
    if brought is None or not hmac.compare_digest(brought, settings.secret.encode()):
        raise Refused("secret_wrong", status=403)
    if fields.problem is not None:
        raise Refused(fields.problem, status=400)
    return fields


def _taken() -> Response:
    # Empty for a reason: Kannel, and others like it, send any text in the answer to the person as an SMS.
    return Response("", status=200, content_type="text/plain; charset=utf-8")


class _UnknownStatuses:
    """Says once for each of a gateway's words for a state that the settings do not know it, without the word."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def notice(self, word: str) -> None:
        with self._lock:
            if word in self._seen or len(self._seen) >= MAX_UNKNOWN:
                return
            self._seen.add(word)
            count = len(self._seen)
        get_logger().warning("status_unknown", channel=Channel.SMS.value, provider=Provider.GATEWAY.value, count=count)
