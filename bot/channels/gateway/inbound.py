"""Reads what a gateway brings: a message that a person sent."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from bot.channels.edge import Refused
from bot.channels.gateway.fields import Fields
from bot.channels.gateway.numbers import to_e164
from bot.channels.gateway.repeats import Repeats
from bot.domain.contacts import Channel, Provider
from bot.provider_settings import GatewaySettings
from bot.services.messages import Incoming

OLDEST = timedelta(hours=25)
"""Gateways try again for a day at most; what is older was recorded by somebody and is played again."""
MAX_LINE_LENGTH = 64

_EPOCH = re.compile(r"\d{9,11}(\.\d{1,9})?|\d{13}", re.ASCII)


def read_message(fields: Fields, settings: GatewaySettings, *, repeats: Repeats, now: datetime) -> Incoming:
    """Return the message in a request.

    Raises:
        Refused: If a field is missing or unreadable, the sender is no phone number, or the message is too old.
    """
    names = settings.inbound_fields
    charset = fields.text(names.get("charset", "")) or ""
    sender = to_e164(fields.needed(names["from"]))
    if sender is None:
        raise Refused("sender_invalid", status=400)
    text = fields.needed(names["text"], charset=charset)
    line = (fields.text(names.get("to", "")) or "").strip()
    time = fields.text(names.get("time", ""))
    sent_at = read_time(time or "")
    if sent_at is not None and now - sent_at > OLDEST:
        raise Refused("webhook_too_old", status=403)
    given = (fields.text(names.get("id", "")) or "").strip()
    found = repeats.clean_id(given) if given else None
    return Incoming(
        provider=Provider.GATEWAY,
        channel=Channel.SMS,
        address=sender,
        provider_id=found or repeats.key(sender, line, text, time=time, now=now),
        message_ref=found,
        text=text,
        line=line if line.isprintable() and 0 < len(line) <= MAX_LINE_LENGTH else None,
    )


def read_time(text: str) -> datetime | None:
    """Return a time in UTC from seconds or milliseconds since 1970, or ISO 8601; a time without a zone is in UTC.

    What cannot be read gives None: a person's message is worth more than its time.
    """
    text = text.strip()
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text) / (1000 if len(text) == 13 and text.isdigit() else 1)
            return datetime.fromtimestamp(seconds, timezone.utc)
        found = datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", text))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)
