"""Twilio's REST endpoints: credentials, the check against Twilio's own description, and then the answer."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins import twilio_resources as resources
from tests.standins.schemas import TWILIO, TWILIO_CONTENT, Description, read_description
from tests.standins.twilio_records import API, Refused

if TYPE_CHECKING:
    from tests.standins.twilio import TwilioStandIn

_OF_ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
_MESSAGE = f"{_OF_ACCOUNT}/Messages/{{Sid}}.json"
_MEDIA = f"{_OF_ACCOUNT}/Messages/{{MessageSid}}/Media"
_CONTENT = "/v1/Content"
Handler = Callable[["TwilioStandIn", web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Endpoint:
    """One operation: its name and path in Twilio's description, and what answers it."""

    method: str
    path: str
    operation: str
    handler: Handler
    described_at: str = ""
    sends_json: bool = False

    @property
    def description(self) -> Description:
        """The document that the path is from."""
        return read_description(TWILIO_CONTENT if self.path.startswith("/v1") else TWILIO)

    def schema(self) -> dict[str, Any]:
        """What the request may hold."""
        path, method = self.described_at or self.path, self.method.lower()
        if self.method != "POST":
            return self.description.query(path, method)
        kind = "application/json" if self.sends_json else "application/x-www-form-urlencoded"
        return self.description.body(path, method, kind=kind)


ENDPOINTS = (
    Endpoint("POST", f"{_OF_ACCOUNT}/Messages.json", "CreateMessage", resources.create_message),
    Endpoint("GET", f"{_OF_ACCOUNT}/Messages.json", "ListMessage", resources.list_messages),
    Endpoint("GET", _MESSAGE, "FetchMessage", resources.fetch_message),
    Endpoint("POST", _MESSAGE, "UpdateMessage", resources.update_message),
    Endpoint("DELETE", _MESSAGE, "DeleteMessage", resources.delete_message),
    Endpoint("GET", f"{_MEDIA}.json", "ListMedia", resources.list_media),
    Endpoint("GET", f"{_MEDIA}/{{Sid}}.json", "FetchMedia", resources.fetch_media),
    Endpoint("DELETE", f"{_MEDIA}/{{Sid}}.json", "DeleteMedia", resources.delete_media),
    Endpoint("GET", f"{_MEDIA}/{{Sid}}", "ReadMedia", resources.read_media, f"{_MEDIA}/{{Sid}}.json"),
    Endpoint("DELETE", f"{_MEDIA}/{{Sid}}", "DeleteMedia", resources.delete_media, f"{_MEDIA}/{{Sid}}.json"),
    Endpoint("GET", f"{_OF_ACCOUNT}/IncomingPhoneNumbers.json", "ListIncomingPhoneNumber", resources.list_numbers),
    Endpoint("GET", "/2010-04-01/Accounts/{Sid}.json", "FetchAccount", resources.fetch_account),
    Endpoint("POST", _CONTENT, "CreateContent", resources.create_content, sends_json=True),
    Endpoint("GET", _CONTENT, "ListContent", resources.list_contents),
    Endpoint("GET", f"{_CONTENT}AndApprovals", "ListContentAndApprovals", resources.list_contents),
    Endpoint("GET", f"{_CONTENT}/{{Sid}}", "FetchContent", resources.fetch_content),
    Endpoint("DELETE", f"{_CONTENT}/{{Sid}}", "DeleteContent", resources.delete_content),
    Endpoint("GET", f"{_CONTENT}/{{Sid}}/ApprovalRequests", "FetchApprovalFetch", resources.fetch_approval),
    Endpoint(
        "POST", f"{_CONTENT}/{{ContentSid}}/ApprovalRequests/whatsapp", "CreateApprovalCreate",
        resources.create_approval, sends_json=True,
    ),
)  # fmt: skip


def routes_of(twilio: TwilioStandIn) -> list[web.RouteDef]:
    """Return the routes of all endpoints; any other path is a violation."""
    routes = [web.route(endpoint.method, endpoint.path, _bound(twilio, endpoint)) for endpoint in ENDPOINTS]

    async def unknown(request: web.Request) -> web.Response:
        twilio.violate(request.method, f"no such resource: {request.path}")
        return twilio.error(404, "", code=20404)

    return [*routes, web.route("*", "/{path:.*}", unknown)]


def _bound(twilio: TwilioStandIn, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        open_to_all = endpoint.operation == "ReadMedia" and not twilio.protects_media
        if not open_to_all and not _has_credentials(twilio, request):
            twilio.refused_logins += 1
            return twilio.error(401, "Authenticate", code=20003)
        account = request.match_info.get("AccountSid") or request.path.removeprefix(f"{API}/").removesuffix(".json")
        if request.path.startswith(API) and account != twilio.account_sid:
            return twilio.error(404, "", code=20404)
        try:
            fields = await _fields(request, endpoint)
        except ValueError as error:
            twilio.violate(endpoint.operation, str(error))
            return twilio.error(400, str(error), code=_code_for(endpoint, str(error)))
        process = _processed(twilio, request, endpoint, fields)
        recipient = fields.get("To", "") if isinstance(fields, dict) else ""
        return await twilio.answer(request, endpoint.operation, recipient=recipient, fields=fields, process=process)

    return handle


def _processed(
    twilio: TwilioStandIn, request: web.Request, endpoint: Endpoint, fields: dict[str, Any]
) -> Callable[[], Awaitable[web.StreamResponse]]:
    async def process() -> web.StreamResponse:
        try:
            return await endpoint.handler(twilio, request, fields)
        except Refused as refused:
            if refused.is_violation:
                twilio.violate(endpoint.operation, f"{refused.code} {refused}")
            return twilio.error(refused.status, str(refused), code=refused.code)

    return process


def _has_credentials(twilio: TwilioStandIn, request: web.Request) -> bool:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme.lower() == "basic" and given == f"{twilio.account_sid}:{twilio.auth_token}"


async def _fields(request: web.Request, endpoint: Endpoint) -> dict[str, Any]:
    schema = endpoint.schema()
    if endpoint.sends_json:
        fields = json.loads(await request.text())
    else:
        given = await request.post() if request.method == "POST" else request.query
        texts = {name: [str(value) for value in given.getall(name)] for name in given}
        fields = endpoint.description.typed(schema, texts, repeats=True)
    problem = endpoint.description.problem(schema, fields)
    if problem:
        raise ValueError(problem)
    return fields


def _code_for(endpoint: Endpoint, problem: str) -> int:
    return 21604 if endpoint.operation == "CreateMessage" and "'To' is a required" in problem else 20001
