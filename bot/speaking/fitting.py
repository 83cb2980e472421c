"""Fits a reply to what a channel carries: a text that is too long becomes several messages, cut at sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.domain.contacts import Channel
from bot.language.sms import sms_size
from bot.services.turns import Reply

MAX_UNITS = {Channel.TELEGRAM: 4096, Channel.WHATSAPP: 1600, Channel.SMS: 1600}
"""UTF-16 units of one message: Bot API, sendMessage; Twilio, parameter Body."""

ROOM_FOR_CHOICES = 400
ROOM_FOR_NUMBER = 8
_BREAKS = (re.compile(r"\n+"), re.compile(r"(?<=[.!?؟…])\s+"), re.compile(r"(?<=[,;،؛:])\s+"), re.compile(r"\s+"))


def fit(reply: Reply, channel: Channel) -> list[Reply]:
    """Return a reply as one or more messages; the choices go with the last one.

    On SMS the messages carry numbers, since they may arrive out of order.
    """
    room = ROOM_FOR_CHOICES if reply.choices and channel is Channel.WHATSAPP else 0
    if units(reply.text) + room <= MAX_UNITS[channel]:
        return [reply]
    is_numbered = channel is Channel.SMS
    texts = list(split_text(reply.text, MAX_UNITS[channel] - room - (ROOM_FOR_NUMBER if is_numbered else 0)))
    if is_numbered:
        texts = [f"{number}/{len(texts)} {text}" for number, text in enumerate(texts, start=1)]
    return [
        replace(
            reply,
            text=text,
            choices=reply.choices if number == len(texts) else (),
            sms_parts=sms_size(text).parts if channel is Channel.SMS else None,
        )
        for number, text in enumerate(texts, start=1)
    ]


def split_text(text: str, limit: int) -> Iterator[str]:
    """Yield pieces of at most ``limit`` UTF-16 units: paragraphs, else sentences, clauses, words, and at worst letters."""
    rest = text.strip()
    while units(rest) > limit:
        end = _last_break(rest, limit)
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    if rest:
        yield rest


def units(text: str) -> int:
    """Return the length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _last_break(text: str, limit: int) -> int:
    longest = next(i for i in range(min(len(text), limit), 0, -1) if units(text[:i]) <= limit)
    for pattern in _BREAKS:
        # A break in the first half would leave many short messages.
        ends = [m.start() for m in pattern.finditer(text, 0, longest + 1) if longest // 2 <= m.start() <= longest]
        if ends:
            return ends[-1]
    return longest
