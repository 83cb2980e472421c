"""Messages that came while we were away: Twilio brings a message once, and lists it afterwards.

A message found here has the id that the webhook brought, or would have brought: storing it twice changes nothing. Which
button was pressed is not in the list, only its words; and a place is not in it at all. A reaction to one of our messages
cannot be told from a message with that sign alone, so WhatsApp's usual reactions are left out.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from twilio.http import AsyncHttpClient
from twilio.rest import Client

from bot.channels.twilio.addresses import MESSAGES_PER_LIST, channel_of, with_prefix
from bot.channels.twilio.client import answered
from bot.channels.twilio.http_client import ApiHttpClient, api_client
from bot.channels.twilio.inbound import MAX_MEDIA, read_message
from bot.domain.contacts import Channel
from bot.domain.errors import InvalidInput
from bot.provider_settings import TWILIO_API_URL, TwilioSettings
from bot.services.messages import Incoming

MAX_MESSAGES = 5000
"""Of one number and one call. The newest come first; after a longer silence, older ones are left out."""

_REACTIONS = frozenset("👍❤😂😮😢🙏")
_VARIANTS = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")
"""Signs for the look and the skin colour of the one before."""


async def missed_messages(
    settings: TwilioSettings, *, since: datetime, http_client: AsyncHttpClient | None = None
) -> list[Incoming]:
    """Return the messages to our numbers since a time, the oldest first.

    Raises:
        TryLater: If Twilio does not say now.
    """
    http = http_client or ApiHttpClient(settings)
    api = api_client(settings, http)
    found: list[tuple[datetime, Incoming]] = []
    try:
        for query in _lines(settings):
            listed = await answered(
                api.messages.list_async(date_sent_after=since.date(), page_size=MESSAGES_PER_LIST, limit=MAX_MESSAGES, **query)
            )
            for message in listed:
                if _is_missed(message, settings, since):
                    incoming = await _read(api, message)
                    if incoming is not None:
                        found.append((message.date_created, incoming))
    finally:
        if http_client is None:
            await http.close()
    return [incoming for _, incoming in sorted(found, key=lambda pair: pair[0])]


def _lines(settings: TwilioSettings) -> list[dict[str, str]]:
    """Return how to ask for the messages to each of our numbers; the numbers of a messaging service are not known here."""
    queries = []
    if settings.whatsapp_from:
        queries.append({"to": with_prefix(settings.whatsapp_from, Channel.WHATSAPP)})
    if settings.messaging_service_sid:
        queries.append({})
    elif settings.sms_from:
        queries.append({"to": settings.sms_from})
    return queries


def _is_missed(message: Any, settings: TwilioSettings, since: datetime) -> bool:
    if message.direction != "inbound" or message.date_created is None or message.date_created < since:
        return False
    if channel_of(message.to or "") is Channel.WHATSAPP:
        return not _is_reaction(message.body or "") and message.to == with_prefix(
            settings.whatsapp_from or "", Channel.WHATSAPP
        )
    service = settings.messaging_service_sid
    return message.to == settings.sms_from or (service is not None and message.messaging_service_sid == service)


def _is_reaction(body: str) -> bool:
    return _VARIANTS.sub("", body.strip()) in _REACTIONS


async def _read(api: Client, message: Any) -> Incoming | None:
    """Put a listed message into the form of a webhook, and read that."""
    fields = {
        "MessageSid": message.sid or "",
        "From": message.from_ or "",
        "To": message.to or "",
        "Body": message.body or "",
        "NumMedia": str(message.num_media or "0"),
    }
    if fields["NumMedia"] != "0":
        files = await answered(api.messages(message.sid).media.list_async(limit=MAX_MEDIA))
        for number, file in enumerate(files):
            fields[f"MediaUrl{number}"] = TWILIO_API_URL + (file.uri or "").removesuffix(".json")
            fields[f"MediaContentType{number}"] = file.content_type or ""
    try:
        return read_message(fields)
    except InvalidInput:
        # A sender that nobody could answer.
        return None
