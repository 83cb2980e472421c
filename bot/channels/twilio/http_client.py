"""The HTTP client under Twilio's own library: with time-outs, without retries, and for stand-ins."""

from __future__ import annotations

import logging
from typing import Any

import httpx
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.channels.twilio.addresses import api_address
from bot.channels.twilio.errors import LONGER_PAUSE
from bot.domain.errors import TryLater
from bot.provider_settings import TwilioSettings

TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class ApiHttpClient(AsyncHttpClient):
    """Asks Twilio's API, or a stand-in. It connects when it is first used and belongs to that event loop.

    Args:
        transport: Of httpx; tests answer with it.
    """

    def __init__(self, settings: TwilioSettings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), is_async=True)
        self._settings, self._transport = settings, transport
        self._session: httpx.AsyncClient | None = None

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Ask once. It logs nothing: addresses hold phone numbers, and the library would write them down.

        Raises:
            httpx.HTTPError: If there is no answer.
            TryLater: If Twilio asks to slow down; with the pause that it wants.
        """
        if self._session is None:
            self._session = httpx.AsyncClient(timeout=TIMEOUT, transport=self._transport)
        arguments: dict[str, Any] = {"data": data, "headers": headers, "auth": auth}
        if params:
            # An empty mapping would take away the query of a next page's address.
            arguments["params"] = params
        answer = await self._session.request(method.upper(), api_address(self._settings, uri), **arguments)
        if answer.status_code == 429:
            raise TryLater("slow_down", after=_pause(answer.headers.get("Retry-After", "")))
        return Response(answer.status_code, answer.text, answer.headers)

    async def close(self) -> None:
        """Let go of connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.aclose()


def api_client(settings: TwilioSettings, http_client: AsyncHttpClient) -> Client:
    """Return Twilio's client for our account.

    Its environment is empty but for the account: it would read a region from the process's.
    """
    sid, token = settings.account_sid, settings.auth_tokens[0]
    return Client(sid, token, http_client=http_client, environment={"TWILIO_ACCOUNT_SID": sid})


def _pause(text: str) -> float:
    """Return the seconds of a Retry-After header, within reason."""
    return min(max(float(text), 1.0), 600.0) if text.isascii() and text.isdigit() else LONGER_PAUSE
