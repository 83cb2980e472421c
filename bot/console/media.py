"""Opens a file that a contact sent: fetched from the provider, handed to the browser to save, kept nowhere here."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, flash, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, pgettext

from bot.console.delivery_words import media_error
from bot.console.outside import actor, media_sources, now, parts
from bot.console.permissions import requires
from bot.console.pictures import cleaned
from bot.console.sessions import asks_in_background
from bot.domain.conversations import MessageKind
from bot.domain.errors import ChannelDown, NotFound, Rejected, TryLater
from bot.domain.media import MAX_MEDIA_BYTES, OPENED_TYPES, Fetched
from bot.logs import get_logger
from bot.services.media import MEDIA_GONE, MediaItem, open_media

ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/amr": "amr",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "application/pdf": "pdf",
}
"""How the name of a file ends, for each type in ``OPENED_TYPES``."""

pages = Blueprint("media", __name__)


def install(app: Flask) -> None:
    """Let templates use the words for files."""
    app.jinja_env.globals.update(can_open=can_open, media_kind=media_kind, media_size=media_size, media_type=media_type)


@pages.post("/media/<string:media_id>")
@requires("open_media")
def open_one(media_id: str) -> ResponseReturnValue:
    """Hand out a file, to be shown in the page or saved; where that fails, say why."""
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            fetched = cleaned(open_media(uow, media_id, actor=actor(), sources=media_sources(), clock=now))
            message_id = uow.messages.get_media(media_id).message_id
    except NotFound as error:
        if error.code != MEDIA_GONE:
            raise
        return _back("gone")
    except Rejected:
        return _back("refused")
    except TryLater:
        return _back("later")
    except ChannelDown:
        return _back("off")
    get_logger().info("media_opened", message_id=message_id)
    return _file(media_id, fetched)


def _file(media_id: str, fetched: Fetched) -> Response:
    # Like every answer, it carries "nosniff" and "no-store": see bot.console.security.
    response = make_response(fetched.data)
    response.headers["Content-Type"] = fetched.content_type
    # The name says nothing of the person or the matter: it stays in a list of downloads.
    name = f"file-{media_id[:8]}.{ENDINGS[fetched.content_type]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _back(reason: str) -> ResponseReturnValue:
    if asks_in_background():
        return jsonify(error=media_error(reason)), 409
    flash(media_error(reason), "error")
    reference = request.form.get("case", "")
    return redirect(url_for("cases.show", reference=reference) if reference else url_for("queue.show"), 303)


def media_kind(kind: MessageKind) -> str:
    """Return what a file is."""
    return {
        MessageKind.PHOTO: pgettext("media", "Photo"),
        MessageKind.VOICE: pgettext("media", "Voice note"),
        MessageKind.VIDEO: pgettext("media", "Video"),
        MessageKind.STICKER: pgettext("media", "Sticker"),
        MessageKind.CONTACT_CARD: pgettext("media", "Contact card"),
    }.get(kind, pgettext("media", "File"))


def media_type(content_type: str) -> str:
    """Return the type as the end of a file's name; empty where it is not known."""
    return ENDINGS.get(content_type, "").upper()


def media_size(size: int) -> str:
    """Return a size that can be compared at a glance."""
    kilobytes = max(1, round(size / 1024))
    if kilobytes < 1024:
        return pgettext("size of a file", "%(number)s KB", number=format_decimal(kilobytes))
    return pgettext("size of a file", "%(number)s MB", number=format_decimal(round(size / 1024 / 1024, 1)))


def can_open(item: MediaItem) -> bool:
    """Say whether it makes sense to offer opening."""
    is_small_enough = item.size is None or item.size <= MAX_MEDIA_BYTES
    is_known = not item.content_type or item.content_type in OPENED_TYPES
    return is_known and is_small_enough
