"""Takes one update, from the webhook or from polling: reads it, has it stored, and then does what is polite."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.channels.edge import Receiver
from bot.channels.telegram.readings import Action, Blocked, Corrected, Courtesy, Ignored, Received, Unblocked
from bot.channels.telegram.updates import read_update
from bot.domain.contacts import Channel, Provider
from bot.logs import get_logger
from bot.provider_settings import TelegramSettings


class Polite(Protocol):
    """Does courtesies in the background, as ``bot.channels.telegram.courtesies`` does."""

    def submit(self, courtesy: Courtesy) -> None:
        """Take a courtesy, and never raise."""
        ...


class Intake:
    """The one way of an update into the hotline."""

    def __init__(self, settings: TelegramSettings, receiver: Receiver, *, courtesies: Polite) -> None:
        self._bot_id = settings.bot_id
        self._receiver = receiver
        self._courtesies = courtesies

    def take(self, data: object, *, now: datetime | None) -> None:
        """Store what an update brings. Courtesies come after that, so that a repeat of the update brings them again.

        Args:
            data: The update's JSON.
            now: The time, to refuse what is too old; None for what we fetched ourselves.

        Raises:
            Refused: If it is no update, or too old. What the receiver raises comes through.
        """
        reading = read_update(data, bot_id=self._bot_id, now=now)
        self._store(reading.action)
        if reading.courtesy is not None:
            self._courtesies.submit(reading.courtesy)

    def _store(self, action: Action) -> None:
        if isinstance(action, Received):
            self._receiver.message(action.incoming)
        elif isinstance(action, Corrected):
            self._receiver.correction(action.incoming)
        elif isinstance(action, Blocked):
            self._receiver.stop(Provider.TELEGRAM, Channel.TELEGRAM, action.address, reason="blocked")
        elif isinstance(action, Unblocked):
            self._receiver.resume(Provider.TELEGRAM, Channel.TELEGRAM, action.address)
        elif isinstance(action, Ignored):
            get_logger().info("update_ignored", channel=Channel.TELEGRAM.value, error_code=action.reason)
