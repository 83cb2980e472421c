"""Fetches files that people sent: from Twilio, once, and deletes them there."""

from __future__ import annotations

import time

import httpx

from bot.channels.twilio.addresses import api_address
from bot.channels.twilio.http_client import TIMEOUT
from bot.channels.twilio.inbound import content_type_of
from bot.domain.errors import NotFound, Rejected, TryLater
from bot.domain.media import MAX_MEDIA_BYTES, OPENED_TYPES, Fetched, Media
from bot.logs import get_logger
from bot.provider_settings import TWILIO_API_URL, TwilioSettings

MAX_REDIRECTS = 3
FETCH_SECONDS = 60.0
"""For one file, however slowly it drips."""


class TwilioMedia:
    """Fulfils ``bot.services.ports.MediaSource``.

    Args:
        transport: Of httpx; tests answer with it.
    """

    def __init__(self, settings: TwilioSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        self._settings, self._transport = settings, transport

    def fetch(self, media: Media) -> Fetched:
        """Return the file and delete it at Twilio; as in ``MediaSource``."""
        if not media.reference.startswith(f"{TWILIO_API_URL}/"):
            raise Rejected("content_refused")
        address = api_address(self._settings, media.reference)
        try:
            with httpx.Client(timeout=TIMEOUT, transport=self._transport) as session:
                fetched = self._follow(session, address, media.content_type)
                self._delete(session, address)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TryLater("provider_away") from error
        return fetched

    @property
    def _credentials(self) -> tuple[str, str]:
        return self._settings.account_sid, self._settings.auth_tokens[0]

    def _follow(self, session: httpx.Client, address: str, expected_type: str) -> Fetched:
        """Read the file; only Twilio's API gets our credentials, and not the storage that it sends us on to."""
        auth: tuple[str, str] | None = self._credentials
        for _ in range(1 + MAX_REDIRECTS):
            with session.stream("GET", address, auth=auth, headers={"Accept-Encoding": "identity"}) as answer:
                if not answer.has_redirect_location:
                    return _read(answer, expected_type)
                url = answer.url.join(answer.headers["Location"])
            if url.scheme != "https" and not self._settings.api_url.startswith("http://"):
                break
            address, auth = str(url), None
        raise Rejected("content_refused")

    def _delete(self, session: httpx.Client, address: str) -> None:
        """Delete the file at Twilio, where it would stay for good; if that fails, an operator has to."""
        try:
            status = session.delete(f"{address.removesuffix('.json')}.json", auth=self._credentials).status_code
        except httpx.HTTPError as error:
            get_logger().warning("media_not_deleted", provider="twilio", error_class=type(error).__name__)
            return
        if status not in (200, 204, 404):
            get_logger().warning("media_not_deleted", provider="twilio", error_code=status)


def _read(answer: httpx.Response, expected_type: str) -> Fetched:
    if answer.status_code in (404, 410):
        raise NotFound("media_not_found")
    if answer.status_code != 200:
        raise TryLater("provider_away")
    content_type = content_type_of(answer.headers.get("Content-Type", ""))
    if content_type not in OPENED_TYPES or _main_type(content_type) != _main_type(expected_type or content_type):
        raise Rejected("content_refused")
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > MAX_MEDIA_BYTES:
        raise Rejected("too_long")
    end, data = time.monotonic() + FETCH_SECONDS, bytearray()
    for chunk in answer.iter_bytes():
        data += chunk
        if len(data) > MAX_MEDIA_BYTES:
            raise Rejected("too_long")
        if time.monotonic() > end:
            raise TryLater("provider_away")
    return Fetched(content_type, bytes(data))


def _main_type(content_type: str) -> str:
    return content_type.partition("/")[0]
