"""Fetches files that people sent by Telegram, when a caseworker opens one. Nothing is kept here."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import httpx

from bot.channels.telegram.api import TIMEOUT, ApiRefusal, method_url, result_of
from bot.domain.errors import NotFound, Rejected, TryLater
from bot.domain.media import MAX_MEDIA_BYTES, OPENED_TYPES, Fetched, Media
from bot.provider_settings import TelegramSettings

LONGEST_FETCH_SECONDS = 60.0
"""Somebody waits in front of the screen."""


class TelegramFiles:
    """Fulfils ``bot.services.ports.MediaSource`` over the Bot API.

    The address of a file holds the bot's token, so it goes nowhere but into the request.
    """

    def __init__(self, settings: TelegramSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport

    def fetch(self, media: Media) -> Fetched:
        """Return the file.

        Raises:
            NotFound: If Telegram no longer has it.
            Rejected: If it is too large, or of a type that is not opened.
            TryLater: If Telegram does not answer.
        """
        if media.content_type not in OPENED_TYPES:
            raise Rejected("content_refused")
        _check_size(media.size)
        try:
            with httpx.Client(timeout=TIMEOUT, transport=self._transport) as http:
                path = self._path(http, media.reference)
                return Fetched(media.content_type, self._download(http, path))
        except httpx.HTTPError as error:
            raise TryLater("provider_away") from error

    def _path(self, http: httpx.Client, file_id: str) -> str:
        try:
            file: Any = result_of(http.post(method_url(self._settings, "getFile"), json={"file_id": file_id}))
        except ApiRefusal as refusal:
            raise _reason(refusal) from refusal
        if not isinstance(file, dict) or not isinstance(file.get("file_path"), str):
            raise NotFound("file_not_found")
        size = file.get("file_size")
        _check_size(size if isinstance(size, int) else None)
        return str(file["file_path"])

    def _download(self, http: httpx.Client, path: str) -> bytes:
        url = f"{self._settings.api_url}/file/bot{self._settings.token}/{quote(path)}"
        end = time.monotonic() + LONGEST_FETCH_SECONDS
        data = bytearray()
        with http.stream("GET", url) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise NotFound("file_not_found")
            if answer.status_code != httpx.codes.OK:
                raise TryLater("provider_away")
            for part in answer.iter_bytes():
                data += part
                _check_size(len(data))
                if time.monotonic() > end:
                    raise TryLater("provider_away")
        return bytes(data)


def _check_size(size: int | None) -> None:
    if size is not None and size > MAX_MEDIA_BYTES:
        raise Rejected("too_long")


def _reason(refusal: ApiRefusal) -> Exception:
    words = refusal.detail.lower()
    if "too big" in words:
        return Rejected("too_long")
    if refusal.retry_after is not None or refusal.status == httpx.codes.TOO_MANY_REQUESTS:
        return TryLater("slow_down", after=refusal.retry_after or 30.0)
    if refusal.status in (httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND):
        return TryLater("account_refused", after=60.0)
    if refusal.status == httpx.codes.BAD_REQUEST and "temporarily unavailable" not in words:
        return NotFound("file_not_found")
    return TryLater("provider_away")
