"""A plain SMS gateway, as a network operator or an aggregator runs one: HTTP in and out, with field names of its own."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.standins.gateway_phones import GatewayPhone
from tests.standins.retries import FewTimes
from tests.standins.server import StandIn
from tests.standins.webhooks import Options, Webhook


@dataclass(frozen=True)
class Names:
    """How one request is made: where the fields go, what they are called, and how the secret is shown.

    Attributes:
        encoding: ``query`` (GET), ``form`` or ``json`` (POST).
        to, sender, text, id, status: names of the fields.
        secret_in: ``field``, ``header``, ``basic`` or ``none``.
        secret_name: of the field or header; the user's name for ``basic``.
        secret: the secret itself.
        fixed: fields that are always there, with their values.
    """

    encoding: str = "form"
    to: str = "to"
    sender: str = "from"
    text: str = "text"
    id: str = "id"
    status: str = "status"
    secret_in: str = "none"
    secret_name: str = "secret"
    secret: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)

    def proof(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the fields and headers that show the secret."""
        if self.secret_in == "field":
            return {self.secret_name: self.secret}, {}
        if self.secret_in == "header":
            return {}, {self.secret_name: self.secret}
        if self.secret_in == "basic":
            token = base64.b64encode(f"{self.secret_name}:{self.secret}".encode()).decode()
            return {}, {"Authorization": f"Basic {token}"}
        return {}, {}


@dataclass
class GatewayMessage:
    """An SMS that the gateway took from us."""

    id: str
    to: str
    sender: str
    text: str
    fields: Mapping[str, str]


class GatewayStandIn(StandIn):
    """A gateway.

    Args:
        outbound: how we must ask it to send.
        inbound: how it hands us a message.
        report: how it tells what became of ours.
        answers: ``json`` (``{"id": …}``) or ``plain`` (``0: Accepted for delivery``, as Kannel does).
        optional: fields that a request to send may hold besides.
        path: where it takes requests to send.
        seed: for all that is random.

    Attributes:
        reports_automatically: the word with which it reports each message, or None.
        numbers: its own numbers; the first one is written to.
    """

    provider = "gateway"
    sending = frozenset({"send"})

    def __init__(
        self,
        *,
        outbound: Names = Names(),
        inbound: Names = Names(),
        report: Names = Names(),
        answers: str = "json",
        optional: frozenset[str] = frozenset(),
        path: str = "/send",
        seed: int = 0,
    ) -> None:
        super().__init__(seed=seed)
        self.names, self.inbound_names, self.report_names = outbound, inbound, report
        self.answers, self.optional, self.path = answers, optional, path
        self.numbers = ["13100"]
        self.messages: list[GatewayMessage] = []
        self.reports_automatically: str | None = "delivered"
        self.refused_numbers: set[str] = set()
        self.refused_logins = 0
        self._inbound_url = self._report_url = ""
        self._ids = itertools.count(1)

    def set_webhooks(self, inbound_url: str, report_url: str = "") -> None:
        """Say where messages and reports go; no report without an address."""
        self._inbound_url, self._report_url = inbound_url, report_url

    def phone(self, number: str) -> GatewayPhone:
        """Return a phone."""
        return GatewayPhone(self, number)

    def hand_on(self, number: str, text: str, *, to: str | None = None, **options: Any) -> str:
        """Post a message from a phone to us; returns its id."""
        names, message_id = self.inbound_names, self._new_id()
        fields = {names.sender: number, names.to: to or self.numbers[0], names.text: text, names.id: message_id}
        self._post(self._inbound_url, names, fields, key=message_id, lane=number, options=Options(**options))
        return message_id

    def reports(self, message: GatewayMessage, status: str, **options: Any) -> None:
        """Tell what became of a message of ours."""
        names = self.report_names
        fields = {names.id: message.id, names.status: status, names.to: message.to}
        key = f"{message.id} {status}"
        self._post(self._report_url, names, fields, key=key, lane=message.id, options=Options(**options))

    def routes(self) -> list[web.RouteDef]:
        """The one address."""
        return [web.route("GET" if self.names.encoding == "query" else "POST", self.path, self._send)]

    def error(self, status: int, reason: str, *, code: int | None = None, seconds: float | None = None) -> web.Response:
        """An error as JSON or as a line."""
        headers = {} if seconds is None else {"Retry-After": str(max(1, round(seconds)))}
        if self.answers == "plain":
            return web.Response(text=f"{code or 3}: {reason}", status=status, headers=headers)
        return web.json_response({"error": reason, "code": code or status}, status=status, headers=headers)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        try:
            fields = await self._fields(request)
        except ValueError as error:
            self.violate("send", str(error))
            return self.error(400, str(error))
        proof, headers = self.names.proof()
        if any(fields.pop(name, None) != value for name, value in proof.items()) or any(
            request.headers.get(name) != value for name, value in headers.items()
        ):
            self.refused_logins += 1
            return self.error(403, "Authorization failed", code=1)
        problem = self._problem(fields)
        if problem:
            self.violate("send", problem)
            return self.error(400, problem)

        async def process() -> web.StreamResponse:
            return self._take(fields)

        return await self.answer(request, "send", recipient=fields[self.names.to], fields=fields, process=process)

    async def _fields(self, request: web.Request) -> dict[str, str]:
        if self.names.encoding == "json":
            given = json.loads(await request.text())
            if request.content_type != "application/json" or not isinstance(given, dict):
                raise ValueError("a JSON object is wanted")
            return given
        values = request.query if self.names.encoding == "query" else await request.post()
        if len(set(values)) < len(values):
            raise ValueError("a field is given twice")
        return {name: str(value) for name, value in values.items()}

    def _problem(self, fields: Mapping[str, Any]) -> str | None:
        needed = {self.names.to, self.names.sender, self.names.text, *self.names.fixed}
        unknown, missing = fields.keys() - needed - self.optional, needed - fields.keys()
        if unknown or missing:
            return f"unknown fields {sorted(unknown)}, missing fields {sorted(missing)}"
        if any(not isinstance(value, str) for value in fields.values()):
            return "all fields are texts"
        wrong = [name for name, value in self.names.fixed.items() if fields[name] != value]
        if wrong:
            return f"wrong value of {sorted(wrong)}"
        return None if fields[self.names.text] else "the text is empty"

    def _take(self, fields: Mapping[str, str]) -> web.Response:
        names = self.names
        if fields[names.to] in self.refused_numbers:
            return self.error(400, "Invalid destination", code=4)
        message = GatewayMessage(self._new_id(), fields[names.to], fields[names.sender], fields[names.text], dict(fields))
        self.messages.append(message)
        if self.reports_automatically and self._report_url:
            self.reports(message, self.reports_automatically)
        if self.answers == "plain":
            return web.Response(text="0: Accepted for delivery", status=202)
        return web.json_response({"id": message.id, "status": "accepted"})

    def _new_id(self) -> str:
        return f"g{next(self._ids)}-{self.random.getrandbits(32):08x}"

    def _post(self, url: str, names: Names, fields: dict[str, str], *, key: str, lane: str, options: Options) -> None:
        proof, headers = names.proof()
        whole = {**fields, **names.fixed, **proof}
        address, body = self.routed(url), b""
        if names.encoding == "query":
            address += ("&" if "?" in address else "?") + urlencode(whole)
        elif names.encoding == "json":
            headers, body = {**headers, "Content-Type": "application/json"}, json.dumps(whole).encode()
        else:
            headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(whole).encode()
        method = "GET" if names.encoding == "query" else "POST"
        webhook = Webhook(key, address, body, headers, FewTimes(), method=method)
        self.sender.post(webhook, lane=lane, options=options)
