"""Reads a message that Twilio brings: the fields of its webhook become an ``Incoming``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from bot.channels.twilio.addresses import channel_of, without_prefix
from bot.domain.contacts import Provider
from bot.domain.conversations import MessageKind
from bot.domain.errors import InvalidInput
from bot.provider_settings import TWILIO_API_URL
from bot.services.messages import Incoming, IncomingMedia

MAX_MEDIA = 10
"""Files in one message, at most (Twilio's limit)."""

_SENDER = re.compile(r"\+[1-9]\d{4,14}|\d{3,8}|[A-Za-z0-9](?:[A-Za-z0-9 ._&+-]{0,62}[A-Za-z0-9._&+-])?")
"""A number, a short code, or a name: an SMS sender id, or the id of a person whose number WhatsApp hides."""
_CHOICE = re.compile(r"[A-Za-z0-9_/-]{1,64}")
_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_KINDS = {"image": MessageKind.PHOTO, "audio": MessageKind.VOICE, "video": MessageKind.VIDEO}
_CONTACT_CARDS = ("text/vcard", "text/x-vcard")


def read_message(fields: Mapping[str, str]) -> Incoming | None:
    """Return the message in a webhook's fields, already known to be Twilio's.

    Returns:
        None for what is no message: a reaction to one of ours, or Twilio's note that somebody opted out.

    Raises:
        InvalidInput: If the sender is none.
    """
    sender = without_prefix(fields.get("From", "")).strip()
    if not _SENDER.fullmatch(sender):
        raise InvalidInput("sender_unreadable")
    content = _read_content(fields)
    if content is None:
        return None
    kind, text, pressed = content
    return Incoming(
        provider=Provider.TWILIO,
        channel=channel_of(fields["From"]),
        address=sender,
        provider_id=fields["MessageSid"],
        message_ref=fields["MessageSid"],
        kind=kind,
        text=_UNSAFE.sub("\ufffd", text),
        pressed=pressed,
        line=without_prefix(fields.get("To", "")) or None,
        media=_media(fields),
    )


def content_type_of(text: str) -> str:
    """Return a content type in lower case, without parameters."""
    return text.partition(";")[0].strip().lower()


def _read_content(fields: Mapping[str, str]) -> tuple[MessageKind, str, str | None] | None:
    """Return the kind, the text and the pressed choice; None if this is no message."""
    body = fields.get("Body", "")
    if fields.get("MessageType") == "reaction":
        return None
    if _has_media(fields):
        return _media_kind(fields), body, None
    place = _place(fields)
    if place is not None:
        return MessageKind.LOCATION, place, None
    for id_name, title_name in (("ButtonPayload", "ButtonText"), ("ListId", "ListTitle")):
        pressed = fields.get(id_name, "")
        if _CHOICE.fullmatch(pressed):
            return MessageKind.TEXT, fields.get(title_name) or body, pressed
    if body.strip():
        return MessageKind.TEXT, body, None
    # Something that Twilio does not describe (a poll, an order): it gets the honest reply that we cannot read it.
    return None if fields.get("OptOutType") else (MessageKind.FILE, "", None)


def _has_media(fields: Mapping[str, str]) -> bool:
    return fields.get("NumMedia", "0").strip() not in ("", "0") or bool(fields.get("MediaUrl0"))


def _media_kind(fields: Mapping[str, str]) -> MessageKind:
    content_type = content_type_of(fields.get("MediaContentType0", ""))
    if fields.get("MessageType") == "sticker":
        return MessageKind.STICKER
    if content_type in _CONTACT_CARDS:
        return MessageKind.CONTACT_CARD
    return _KINDS.get(content_type.partition("/")[0], MessageKind.FILE)


def _media(fields: Mapping[str, str]) -> tuple[IncomingMedia, ...]:
    """Return the files; only addresses of Twilio's own API, since we will send it our credentials."""
    return tuple(
        IncomingMedia(content_type_of(fields.get(f"MediaContentType{i}", "")), None, url)
        for i in range(MAX_MEDIA)
        if (url := fields.get(f"MediaUrl{i}", "")).startswith(f"{TWILIO_API_URL}/")
    )


def _place(fields: Mapping[str, str]) -> str | None:
    """Return ``latitude,longitude``, or None where there is no place on earth."""
    try:
        latitude, longitude = float(fields["Latitude"]), float(fields["Longitude"])
    except (KeyError, ValueError):
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)) or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return f"{latitude:.5f},{longitude:.5f}"
