"""What a message of Telegram holds: its kind, its words, and what came with it.

The types of python-telegram-bot do not check what JSON brought, so what is stored is checked here: a wrong type raises
``TypeError`` or ``ValueError``, and the caller refuses the update.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from telegram import Location, Message, PhotoSize

from bot.domain.conversations import MessageKind
from bot.services.messages import IncomingMedia

LARGEST_STORED_SIZE = 2**31 - 1
"""A file may be larger than the column for its size; it is not fetched anyway."""

_FILES = (
    # A GIF comes as animation and as document, so animation is looked for first.
    ("animation", MessageKind.VIDEO, "video/mp4"),
    ("voice", MessageKind.VOICE, "audio/ogg"),
    ("audio", MessageKind.VOICE, "audio/mpeg"),
    ("video", MessageKind.VIDEO, "video/mp4"),
    ("video_note", MessageKind.VIDEO, "video/mp4"),
    ("document", MessageKind.FILE, ""),
)
_KIND_OF_TYPE = {"image": MessageKind.PHOTO, "video": MessageKind.VIDEO, "audio": MessageKind.VOICE}
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")


@dataclass(frozen=True)
class Content:
    """What is in a message."""

    kind: MessageKind
    text: str = ""
    media: tuple[IncomingMedia, ...] = ()


def content_of(message: Message) -> Content:
    """Return what a message holds; of what nobody knows yet at least that it came, so that it gets an honest reply.

    Raises:
        TypeError, ValueError: If it cannot be from Telegram.
    """
    if message.text is not None:
        return Content(MessageKind.TEXT, clean(message.text))
    text = clean(message.caption) if message.caption is not None else ""
    if message.photo:
        return Content(MessageKind.PHOTO, text, (_media(_largest(message.photo), "image/jpeg"),))
    for name, kind, usual_type in _FILES:
        file = getattr(message, name)
        if file is not None:
            media = _media(file, _content_type(file) or usual_type)
            if name == "document":
                kind = _KIND_OF_TYPE.get(media.content_type.partition("/")[0], kind)
            return Content(kind, text, (media,))
    if message.sticker is not None:
        return Content(MessageKind.STICKER)
    if message.contact is not None:
        # It is somebody else's name and number, who did not ask us to keep them.
        return Content(MessageKind.CONTACT_CARD)
    if message.location is not None:
        # A venue brings its location along.
        return Content(MessageKind.LOCATION, _coordinates(message.location))
    return Content(MessageKind.FILE, text)


def clean(text: object) -> str:
    """Return a text without halves of characters, which JSON can carry and nothing can store.

    Raises:
        TypeError: If it is no text.
    """
    if not isinstance(text, str):
        raise TypeError("no text")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _largest(sizes: tuple[PhotoSize, ...]) -> PhotoSize:
    return max(sizes, key=lambda size: size.width * size.height)


def _media(file: Any, content_type: str) -> IncomingMedia:
    size = file.file_size
    is_size = isinstance(size, int) and size >= 0
    reference = clean(file.file_id)
    return IncomingMedia(content_type, min(size, LARGEST_STORED_SIZE) if is_size else None, reference)


def _content_type(file: Any) -> str:
    """Return the type as the sender's app names it, or nothing if that is no type."""
    named = getattr(file, "mime_type", None) or ""
    plain = clean(named).partition(";")[0].strip().lower()
    return plain if _CONTENT_TYPE.fullmatch(plain) else ""


def _coordinates(location: Location) -> str:
    latitude, longitude = float(location.latitude), float(location.longitude)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("no place on earth")
    return f"{latitude:.5f},{longitude:.5f}"
