"""Addresses at Twilio: the prefix of WhatsApp numbers, and where the account's API is."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.domain.contacts import Channel
from bot.provider_settings import TWILIO_API_URL, TwilioSettings

CONTENT_API_URL = "https://content.twilio.com"
MESSAGING_API_URL = "https://messaging.twilio.com"
MESSAGES_PER_LIST = 200
"""Records in one page of a list; Twilio gives up to 1000."""

_PREFIX = "whatsapp:"


def channel_of(address: str) -> Channel:
    """Return the channel that an address of Twilio belongs to."""
    return Channel.WHATSAPP if address.startswith(_PREFIX) else Channel.SMS


def without_prefix(address: str) -> str:
    """Return the number alone."""
    return address.removeprefix(_PREFIX)


def with_prefix(number: str, channel: Channel) -> str:
    """Return a number as Twilio wants it on a channel."""
    return f"{_PREFIX}{number}" if channel is Channel.WHATSAPP else number


def webhook_url(public_url: str, channel: Channel) -> str:
    """Return where Twilio brings the messages of a channel."""
    return f"{public_url}/webhooks/{channel.value}/webhook"


def status_url(public_url: str, channel: Channel) -> str:
    """Return where Twilio reports what became of a message."""
    return f"{public_url}/webhooks/{channel.value}/status"


def api_address(settings: TwilioSettings, url: str) -> str:
    """Return where an address of Twilio is really asked: elsewhere only with a stand-in.

    Twilio has several hosts (``api``, ``content``, ``messaging``); a stand-in answers for all of them.
    """
    parts = urlsplit(url)
    if settings.api_url == TWILIO_API_URL or not (parts.hostname or "").endswith(".twilio.com"):
        return url
    return f"{settings.api_url}{parts.path}{'?' + parts.query if parts.query else ''}"
