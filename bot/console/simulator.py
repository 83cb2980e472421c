"""The simulator: the page with the phones, and the small JSON interface they use as their network."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from bot.console import simulator_words
from bot.console.outside import parts
from bot.console.outside import receive as store
from bot.console.permissions import open_to_all
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import MAX_TEXT_LENGTH, Direction, Message, MessageKind
from bot.domain.errors import InvalidInput
from bot.language.sms import sms_size
from bot.services.messages import Incoming
from bot.services.simulator import PhoneView, read_phone

_PHONE = re.compile(r"[0-9a-f]{20}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHOICE_ID = re.compile(r"[A-Za-z0-9_/-]{1,64}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_POSITION = re.compile(r"\d{1,9}")
_PLACE = re.compile(r"-?\d{1,2}(\.\d{1,8})?,-?\d{1,3}(\.\d{1,8})?")

pages = Blueprint("simulator", __name__, url_prefix="/simulator")


@pages.errorhandler(InvalidInput)
def _refuse(error: InvalidInput) -> ResponseReturnValue:
    return jsonify(error={"code": error.code, "detail": error.detail}), 400


@pages.get("")
@open_to_all("on only where DALEEL_SIMULATOR=1; a phone has no login")
def show() -> ResponseReturnValue:
    """Show the phones."""
    return render_template("simulator.html", words=simulator_words.words(), max_length=MAX_TEXT_LENGTH)


@pages.post("/phones")
@open_to_all("as the page")
def add_phone() -> ResponseReturnValue:
    """Give out the random id of a new phone; nothing is stored until it writes."""
    _channel(_body().get("channel"))
    return jsonify(phone=secrets.token_hex(10)), 201


@pages.post("/phones/<string:phone>/messages")
@open_to_all("as the page")
def send(phone: str) -> ResponseReturnValue:
    """Store what a phone sent, once, like any provider's message."""
    message_id, _is_new = store(_incoming(_known_phone(phone), _body()))
    return jsonify(message=message_id), 202


@pages.get("/phones/<string:phone>/messages")
@open_to_all("as the page; a phone's id cannot be guessed")
def receive(phone: str) -> ResponseReturnValue:
    """Return what the phone shows after a position."""
    after = request.args.get("after", "0")
    if not _POSITION.fullmatch(after):
        raise InvalidInput("after_invalid", "after must be a position, 0 or more")
    channel = _channel(request.args.get("channel"))
    with parts().unit_of_work() as uow:
        view = read_phone(uow, channel=channel, address=_address(_known_phone(phone)), after=int(after))
        messages = [_shown(message, view, channel) for message in view.messages]
    return jsonify(messages=messages, waiting=view.is_waiting, after=view.after, erased=view.erased)


def _incoming(phone: str, body: dict[str, Any]) -> Incoming:
    kind, text, pressed, own_id = body.get("kind", "text"), body.get("text", ""), body.get("pressed"), body.get("id")
    if kind not in [k.value for k in MessageKind]:
        raise InvalidInput("kind_unknown", f"kind must be one of: {', '.join(k.value for k in MessageKind)}")
    if not isinstance(text, str) or len(text) > MAX_TEXT_LENGTH:
        raise InvalidInput("text_too_long", f"text must be a string of at most {MAX_TEXT_LENGTH} characters")
    if _LONE_SURROGATE.search(text):
        raise InvalidInput("text_invalid", "text holds half a surrogate pair")
    if kind == MessageKind.TEXT.value and not text.strip():
        raise InvalidInput("text_missing", "a message of kind text needs a text")
    if kind == MessageKind.LOCATION.value and text and not _PLACE.fullmatch(text):
        raise InvalidInput("text_invalid", "the text of a location is latitude,longitude")
    if pressed is not None and not (isinstance(pressed, str) and _CHOICE_ID.fullmatch(pressed)):
        raise InvalidInput("pressed_invalid", "pressed must be the id of a choice, or null")
    if not (isinstance(own_id, str) and _MESSAGE_ID.fullmatch(own_id)):
        raise InvalidInput("id_invalid", "id must be 1 to 64 letters, digits, - or _")
    return Incoming(
        provider=Provider.SIMULATOR,
        channel=_channel(body.get("channel")),
        address=_address(phone),
        provider_id=f"{phone}:{own_id}",
        message_ref=f"{phone}:{own_id}",
        kind=MessageKind(kind),
        text=text,
        pressed=pressed,
    )


def _shown(message: Message, view: PhoneView, channel: Channel) -> dict[str, Any]:
    is_sms = channel is Channel.SMS and message.direction is Direction.OUTBOUND
    size = sms_size(message.text) if is_sms else None
    own_id = message.provider_id.partition(":")[2] if message.direction is Direction.INBOUND and message.provider_id else None
    return {
        "position": message.position,
        "id": message.id,
        "own_id": own_id,
        "direction": message.direction.value,
        "kind": message.kind.value,
        "text": message.numbered_text if channel is Channel.WHATSAPP else message.text,
        "choices": [{"id": choice.id, "title": choice.title} for choice in message.choices],
        "sms": {"encoding": size.encoding, "units": size.units, "parts": size.parts} if size else None,
        "state": message.state,
        "language": view.language,
        "at": message.created_at.isoformat(),
    }


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInput("json_invalid", "the body must be a JSON object")
    return body


def _channel(value: object) -> Channel:
    if value not in [channel.value for channel in Channel]:
        raise InvalidInput("channel_unknown", f"channel must be one of: {', '.join(c.value for c in Channel)}")
    return Channel(value)


def _known_phone(phone: str) -> str:
    if not _PHONE.fullmatch(phone):
        raise InvalidInput("phone_invalid", "ask POST /simulator/phones for an id first")
    return phone


def _address(phone: str) -> str:
    return f"sim:{phone}"
