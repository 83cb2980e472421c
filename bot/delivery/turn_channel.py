"""Rasa's output during one turn: nothing is sent, everything is collected for the outbox."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.domain.conversations import Choice
from bot.services.turns import Reply, Understood


class TurnChannel(OutputChannel):
    """Collects the replies of a turn. Its name is the channel, so that answers fit the phone."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.replies: list[Reply] = []
        self.understood: Understood | None = None

    def name(self) -> str:  # type: ignore[override]
        """Return the channel: ``telegram``, ``whatsapp`` or ``sms``."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one reply that the answer generator made."""
        if message.get("understood"):
            self.understood = Understood(**message["understood"])
        self.replies.append(
            Reply(
                answer_id=message.get("answer_id") or "",
                text=message.get("text") or "",
                choices=tuple(Choice(b["payload"], b["title"]) for b in message.get("buttons") or []),
                sms_parts=message.get("sms_parts"),
            )
        )
