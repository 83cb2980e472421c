"""Sends SMS and WhatsApp messages by Twilio, and finds out whether one was taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient

from bot.channels.twilio.addresses import MESSAGES_PER_LIST, with_prefix
from bot.channels.twilio.errors import is_bad_content, refusal
from bot.channels.twilio.http_client import ApiHttpClient, api_client
from bot.channels.twilio.look_up import find_message
from bot.channels.twilio.outbound import message_request
from bot.domain.contacts import ChannelAddress
from bot.domain.errors import Rejected, TryLater, Uncertain
from bot.provider_settings import TwilioSettings
from bot.services.ports import Outgoing, Sent

SEND_SECONDS = 12.0
"""For one message, whatever happens; the outbox's claim lasts longer."""

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError)
"""What the library raises over an answer that is not Twilio's."""
_T = TypeVar("_T")


class TwilioClient:
    """Fulfils ``bot.services.ports.ChannelClient``.

    Args:
        public_url: Where Twilio reports what became of a message.
        list_labels: The word that opens a list of choices on WhatsApp, by language.
        http_client: For tests.
    """

    can_look_up = True

    def __init__(
        self,
        settings: TwilioSettings,
        *,
        public_url: str,
        list_labels: Mapping[str, str] | None = None,
        http_client: AsyncHttpClient | None = None,
    ) -> None:
        self._settings, self._public_url = settings, public_url
        self._list_labels = list_labels or {}
        self._http = http_client or ApiHttpClient(settings)
        self._api = api_client(settings, self._http)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand over one message; as in ``ChannelClient``."""
        try:
            return await asyncio.wait_for(self._send(outgoing), SEND_SECONDS)
        except asyncio.TimeoutError as error:
            raise Uncertain("answer_lost") from error

    async def look_up(self, outgoing: Outgoing) -> Sent | None:
        """Find a message in Twilio's list; as in ``ChannelClient``."""
        try:
            return await asyncio.wait_for(self._look_up(outgoing), SEND_SECONDS)
        except asyncio.TimeoutError as error:
            raise TryLater("provider_away") from error

    async def erase(self, address: ChannelAddress, provider_id: str) -> None:
        """Refuse: neither SMS nor WhatsApp lets Twilio delete from a phone."""
        raise Rejected("expired")

    async def close(self) -> None:
        """Let go of connections."""
        close = getattr(self._http, "close", None)
        if close is not None:
            await close()

    async def _send(self, outgoing: Outgoing) -> Sent:
        request = self._request(outgoing, with_template=True)
        try:
            return await self._create(request)
        except TwilioRestException as error:
            if "content_variables" not in request or not is_bad_content(error.code):
                raise refusal(error.status, error.code) from error
        # The template was deleted or changed. It was refused, so it can be sent again at once, without buttons.
        try:
            return await self._create(self._request(outgoing, with_template=False))
        except TwilioRestException as error:
            raise refusal(error.status, error.code) from error

    def _request(self, outgoing: Outgoing, *, with_template: bool) -> dict[str, Any]:
        return message_request(
            outgoing,
            self._settings,
            public_url=self._public_url,
            list_labels=self._list_labels,
            with_template=with_template,
        )

    async def _create(self, request: dict[str, Any]) -> Sent:
        """Ask once.

        Raises:
            TwilioRestException: If Twilio refuses.
            TryLater: If the request did not leave, or Twilio asks to slow down.
            Uncertain: If Twilio may have taken it.
        """
        try:
            message = await self._api.messages.create_async(**request)
        except _NOT_SENT as error:
            raise TryLater("provider_away") from error
        except (httpx.HTTPError, httpx.InvalidURL, *_UNREADABLE) as error:
            raise Uncertain("answer_lost") from error
        if not message.sid:
            raise Uncertain("answer_lost")
        return Sent(message.sid)

    async def _look_up(self, outgoing: Outgoing) -> Sent | None:
        """Look into the messages to this person since yesterday, then into the newest ones without a date.

        Twilio filters by the day on which it sent, in UTC; a message that still waits in its queue has none.
        """
        address = outgoing.address
        to = with_prefix(address.address, address.channel)
        since = outgoing.message.created_at - timedelta(days=1)
        lists = self._api.messages
        for query in ({"date_sent_after": since.date(), "limit": 3 * MESSAGES_PER_LIST}, {"limit": MESSAGES_PER_LIST}):
            listed = await answered(lists.list_async(to=to, page_size=MESSAGES_PER_LIST, **query))
            sid = find_message(outgoing, listed)
            if sid is not None:
                return Sent(sid)
        return None


async def answered(question: Awaitable[_T]) -> _T:
    """Wait for an answer to a question that changes nothing at Twilio.

    Raises:
        TryLater: If there is none.
    """
    try:
        return await question
    except (TwilioException, httpx.HTTPError, httpx.InvalidURL, *_UNREADABLE) as error:
        raise TryLater("provider_away") from error
