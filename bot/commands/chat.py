"""``daleel chat``: write to the running hotline from the terminal, through the same inbox and outbox as a phone."""

from __future__ import annotations

import secrets
import time
import urllib.error
import urllib.request

from rich.console import Console

from bot.delivery.receiver import StoringReceiver
from bot.domain.contacts import LANGUAGES, Channel, Provider
from bot.domain.conversations import Direction, InboundState
from bot.domain.deliveries import is_on_its_way
from bot.domain.errors import ConfigurationError, InvalidInput
from bot.language.sms import sms_size
from bot.services.messages import Incoming
from bot.settings import Settings
from bot.wiring import Parts, build, new_id

PATIENCE_SECONDS = 20.0
POLL_SECONDS = 0.1


def chat(settings: Settings, *, channel: str, language: str | None) -> None:
    """Read lines from the terminal until Ctrl-D, send each, print the replies.

    Raises:
        InvalidInput: If the channel or the language is none of ours.
        ConfigurationError: If the hotline is not running.
    """
    if channel not in {c.value for c in Channel}:
        raise InvalidInput("channel_unknown", f"unknown channel {channel}: use sms, whatsapp or telegram")
    if language is not None and language not in LANGUAGES:
        raise InvalidInput("language_unknown", f"unknown language {language}: use ar, fr or en")
    _check_running(settings)
    out = Console(highlight=False, soft_wrap=True)
    phone = _Phone(build(settings), Channel(channel))
    if language:
        phone.say(out, "", pressed=f"choose_language_{language}")
    out.print("Write to the hotline; a number picks a choice; Ctrl-D ends.", style="dim")
    while True:
        try:
            text = input("> ")
        except (EOFError, KeyboardInterrupt):
            out.print()
            return
        phone.say(out, text)


def _check_running(settings: Settings) -> None:
    try:
        with urllib.request.urlopen(f"{settings.assistant_url}/readyz", timeout=3):  # noqa: S310
            return
    except (urllib.error.URLError, OSError) as error:
        raise ConfigurationError("not_running", "the hotline is not running here; start it with: make run") from error


class _Phone:
    def __init__(self, parts: Parts, channel: Channel) -> None:
        self._parts = parts
        self._channel = channel
        self._address = f"terminal:{secrets.token_hex(6)}"
        self._seen = 0

    def say(self, out: Console, text: str, *, pressed: str | None = None) -> None:
        incoming = Incoming(Provider.SIMULATOR, self._channel, self._address, new_id(), text=text, pressed=pressed)
        message_id, _ = StoringReceiver(self._parts).receive(incoming)
        with self._parts.unit_of_work() as uow:
            conversation_id = uow.messages.get(message_id).conversation_id
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if self._show_new(out, conversation_id):
                return
            time.sleep(POLL_SECONDS)
        out.print("No reply yet; it will show after your next line.", style="dim")

    def _show_new(self, out: Console, conversation_id: str) -> bool:
        with self._parts.unit_of_work() as uow:
            messages = uow.messages.in_conversation(conversation_id, after=self._seen)
        outbound = [m for m in messages if m.direction is Direction.OUTBOUND]
        is_answered = all(m.state == InboundState.HANDLED.value for m in messages if m.direction is Direction.INBOUND)
        if not is_answered or any(is_on_its_way(m.state) for m in outbound):
            return False
        for message in outbound:
            text = message.numbered_text if self._channel is Channel.WHATSAPP else message.text
            out.print(text, markup=False, style="green")
            if self._channel is Channel.TELEGRAM:
                for number, choice in enumerate(message.choices, start=1):
                    out.print(f"  [{number}] {choice.title}", markup=False, style="cyan")
            if self._channel is Channel.SMS:
                size = sms_size(message.text)
                out.print(f"({size.parts} SMS, {size.encoding})", style="dim")
        self._seen = messages[-1].position or self._seen
        return True
