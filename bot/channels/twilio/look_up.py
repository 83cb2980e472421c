"""Recognises a message of ours in Twilio's list, after the answer to our request was lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.contacts import Channel
from bot.services.ports import Outgoing

CLOCKS_DIFFER = timedelta(minutes=15)
"""Our clock may be ahead of Twilio's. What was sent before is accounted for, so that this may be generous."""

_TRIAL = "Sent from your Twilio trial account - "


class Listed(Protocol):
    """A message as Twilio lists it."""

    sid: str | None
    direction: str | None
    body: str | None
    date_created: datetime | None


def find_message(outgoing: Outgoing, listed: Iterable[Listed]) -> str | None:
    """Return the id of the message that was taken, or None if none of these is it.

    The same text may have been sent twice on purpose, so a message that is accounted for is no candidate; of several, the
    oldest is taken, since the outbox sends them in order.
    """
    earliest = outgoing.message.created_at - CLOCKS_DIFFER
    fitting = [
        (likeness, found.date_created, found.sid)
        for found in listed
        if found.direction == "outbound-api"
        and found.sid
        and found.sid not in outgoing.known_provider_ids
        and found.date_created is not None
        and found.date_created >= earliest
        and (likeness := _likeness(outgoing, found.body or "")) is not None
    ]
    return min(fitting)[2] if fitting else None


def _likeness(outgoing: Outgoing, body: str) -> int | None:
    """Return 0 for our very text, 1 for what may be ours, None for another one."""
    message, found = outgoing.message, _evened(body.removeprefix(_TRIAL))
    if found in (_evened(message.text), _evened(message.numbered_text)):
        return 0
    if outgoing.address.channel is not Channel.WHATSAPP:
        return None
    if message.template is not None:
        # The template's own words are at WhatsApp; ours are only a copy of them.
        return 1
    # Of buttons and lists, Twilio shows the text, with or without the choices, or nothing.
    return 1 if message.choices and (not found or found.startswith(_evened(message.text))) else None


def _evened(text: str) -> str:
    """Return a text without what may change on its way through: spaces and line ends."""
    return " ".join(text.split())
