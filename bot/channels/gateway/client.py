"""Hands messages to an SMS gateway over HTTP."""

from __future__ import annotations

import asyncio

import httpx

from bot.channels.gateway.answers import check_body, check_status, find_id
from bot.channels.gateway.handover import build_request
from bot.domain.contacts import ChannelAddress
from bot.domain.errors import ChannelDown, Rejected, TryLater, Uncertain
from bot.provider_settings import GatewaySettings
from bot.services.ports import Outgoing, Sent

LONGEST_SEND = 12.0
"""Seconds for one message, from the first try to connect to the end of the answer."""
TIMEOUTS = httpx.Timeout(10.0, connect=5.0, pool=5.0)
MAX_ANSWER_BYTES = 64 * 1024


class GatewayClient:
    """Fulfils ``bot.services.ports.ChannelClient``. A gateway cannot tell later whether it took a message."""

    can_look_up = False

    def __init__(
        self, settings: GatewaySettings, *, public_url: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._public_url = public_url
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand over one message. Where the gateway gives no id, ours is the id: its reports bring it back."""
        try:
            request = build_request(self._settings, outgoing, public_url=self._public_url)
        except UnicodeError as error:
            raise Rejected("content_refused") from error
        except httpx.InvalidURL as error:
            raise ChannelDown("account_refused", "SMS_GATEWAY_URL is not an address") from error
        try:
            body = await asyncio.wait_for(self._hand_over(request), LONGEST_SEND)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise TryLater("provider_away") from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise ChannelDown("account_refused", "SMS_GATEWAY_URL or SMS_GATEWAY_AUTHORIZATION cannot be used") from error
        except (httpx.HTTPError, asyncio.TimeoutError) as error:
            raise Uncertain("answer_lost") from error
        check_body(body, self._settings)
        return Sent(provider_id=find_id(body, self._settings.answer_id) or outgoing.message.id)

    async def look_up(self, outgoing: Outgoing) -> Sent | None:
        """Say that it is not known; nobody should ask."""
        raise TryLater("provider_away")

    async def erase(self, address: ChannelAddress, provider_id: str) -> None:
        """Refuse: nobody can take an SMS back from a phone."""
        raise Rejected("expired")

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _hand_over(self, request: httpx.Request) -> str:
        if self._client is None:
            # Here, since it belongs to the running event loop.
            limits = httpx.Limits(max_keepalive_connections=0)
            self._client = httpx.AsyncClient(transport=self._transport, timeout=TIMEOUTS, limits=limits)
        response = await self._client.send(request, stream=True)
        try:
            check_status(response.status_code, response.headers)
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    break
        finally:
            await response.aclose()
        return body[:MAX_ANSWER_BYTES].decode("utf-8", "replace")
