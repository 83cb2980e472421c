"""What Twilio's endpoints answer, on checked fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from tests.standins.twilio_records import API, Media, Refused, TwilioMessage, rfc2822

if TYPE_CHECKING:
    from tests.standins.twilio import TwilioStandIn

Fields = dict[str, Any]


async def create_message(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Send a message."""
    message = await twilio.send(fields)
    # The answer shows the first state, also when the status calls were faster.
    first = {"status": "accepted" if message.service_sid else "queued", "date_sent": None, "error_code": None}
    return web.json_response({**message.as_json(), **first, "error_message": None}, status=201)


async def list_messages(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """List messages, the newest first."""
    found = [m for m in list(twilio.messages.values()) if m.is_asked_for(fields)]
    found = sorted(reversed(found), key=lambda message: message.created, reverse=True)
    return web.json_response(_page(request, fields, "messages", [message.as_json() for message in found]))


async def fetch_message(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Return one message."""
    return web.json_response(_message(twilio, request.match_info["Sid"]).as_json())


async def update_message(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Empty a message's text, or cancel it."""
    message = _message(twilio, request.match_info["Sid"])
    if fields.get("Body", ""):
        raise Refused(20001, "a text can only be emptied", is_violation=True)
    if "Body" in fields:
        message.text = ""
    if "Status" in fields:
        message.status = fields["Status"]
    return web.json_response(message.as_json())


async def delete_message(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Delete a message."""
    _message(twilio, request.match_info["Sid"])
    del twilio.messages[request.match_info["Sid"]]
    return web.Response(status=204)


async def list_media(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """List what came with a message."""
    message = _message(twilio, request.match_info["MessageSid"])
    rows = [message.media_json(media) for media in message.media if not media.is_deleted]
    return web.json_response(_page(request, fields, "media_list", rows))


async def fetch_media(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Describe one file of a message."""
    message, media = _media(twilio, request)
    return web.json_response(message.media_json(media))


async def read_media(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Send the reader on to the storage, which is another host."""
    _, media = _media(twilio, request)
    return web.Response(status=307, headers={"Location": f"{twilio.storage_url}/storage/{media.sid}"})


async def delete_media(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Delete one file of a message."""
    _media(twilio, request)[1].is_deleted = True
    return web.Response(status=204)


async def list_numbers(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """List the account's numbers."""
    wanted = fields.get("PhoneNumber")
    numbers = [number for number in twilio.sms_numbers if wanted in (None, number)]
    rows = [_number_json(twilio, number) for number in numbers]
    return web.json_response(_page(request, fields, "incoming_phone_numbers", rows))


async def fetch_account(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Describe the account, without its token."""
    uri = f"{API}/{twilio.account_sid}.json"
    created = rfc2822(twilio.clock.now())
    return web.json_response({
        "sid": twilio.account_sid, "friendly_name": "Hotline", "status": "active", "type": "Full", "uri": uri,
        "owner_account_sid": twilio.account_sid, "date_created": created, "date_updated": created, "subresource_uris": {},
    })  # fmt: skip


async def create_content(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Make a content template."""
    more = {name: fields[name] for name in ("friendly_name", "variables") if name in fields}
    content = twilio.contents.add(fields["types"], language=fields["language"], **more)
    return web.json_response(content.as_json(), status=201)


async def list_contents(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """List the content templates."""
    with_approvals = request.path.endswith("AndApprovals")
    rows = [
        {**content.as_json(), **({"approval_requests": content.approval_json()} if with_approvals else {})}
        for content in twilio.contents.by_sid.values()
    ]
    url = f"https://content.twilio.com{request.path}"
    links = {"first_page_url": url, "previous_page_url": None, "next_page_url": None, "url": url}
    meta = {"page": 0, "page_size": max(50, len(rows)), "key": "contents", **links}
    return web.json_response({"meta": meta, "contents": rows})


async def fetch_content(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Return one content template."""
    return web.json_response(twilio.contents.get(request.match_info["Sid"]).as_json())


async def delete_content(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Delete a content template."""
    twilio.contents.get(request.match_info["Sid"])
    del twilio.contents.by_sid[request.match_info["Sid"]]
    return web.Response(status=204)


async def fetch_approval(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Say how far the approval is."""
    content = twilio.contents.get(request.match_info["Sid"])
    url = f"https://content.twilio.com/v1/Content/{content.sid}/ApprovalRequests"
    whatsapp = content.approval_json()
    body = {"sid": content.sid, "account_sid": content.account_sid, "whatsapp": whatsapp, "url": url}
    return web.json_response(body)


async def create_approval(twilio: TwilioStandIn, request: web.Request, fields: Fields) -> web.Response:
    """Ask for approval."""
    content = twilio.contents.submit(request.match_info["ContentSid"], fields["name"], fields["category"])
    return web.json_response(content.approval_json(), status=201)


def _message(twilio: TwilioStandIn, sid: str) -> TwilioMessage:
    if sid not in twilio.messages:
        raise Refused(20404, status=404)
    return twilio.messages[sid]


def _media(twilio: TwilioStandIn, request: web.Request) -> tuple[TwilioMessage, Media]:
    message = _message(twilio, request.match_info["MessageSid"])
    found = [media for media in message.media if media.sid == request.match_info["Sid"] and not media.is_deleted]
    if not found:
        raise Refused(20404, status=404)
    return message, found[0]


def _number_json(twilio: TwilioStandIn, number: str) -> Fields:
    url = twilio.webhook("sms")[0] if twilio.has_webhook("sms") else ""
    sid = f"PN{int(number[1:]):032x}"
    return {
        "sid": sid, "account_sid": twilio.account_sid, "phone_number": number, "friendly_name": number, "sms_url": url,
        "sms_method": "POST", "sms_fallback_url": "", "status_callback": "", "api_version": "2010-04-01", "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False}, "status": "in-use",
        "uri": f"{API}/{twilio.account_sid}/IncomingPhoneNumbers/{sid}.json",
    }  # fmt: skip


def _page(request: web.Request, fields: Mapping[str, Any], key: str, rows: list[Fields]) -> Fields:
    size, page = fields.get("PageSize", 50), fields.get("Page", 0)
    start, end = page * size, min(len(rows), (page + 1) * size)

    def uri(number: int) -> str:
        query = {**{name: request.query[name] for name in request.query}, "PageSize": size, "Page": number}
        token = {"PageToken": f"PASM{number}"} if number else {}
        return f"{request.path}?{urlencode({**query, **token})}"

    return {
        "first_page_uri": uri(0), "uri": uri(page), "page": page, "page_size": size, "start": start, "end": max(0, end - 1),
        "next_page_uri": uri(page + 1) if end < len(rows) else None,
        "previous_page_uri": uri(page - 1) if page else None, key: rows[start:end],
    }  # fmt: skip
