"""Groups and channels, which the hotline ignores or leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standins.telegram_people import Person, Update, membership
from tests.standins.webhooks import Options

if TYPE_CHECKING:
    from tests.standins.telegram import TelegramStandIn


class Group:
    """A group with the bot in it, once somebody has added it."""

    kind = "supergroup"

    def __init__(self, telegram: TelegramStandIn, chat_id: int, title: str) -> None:
        assert chat_id < 0, "ids of groups and channels are negative"
        self._telegram = telegram
        self.chat = telegram.chats.open(chat_id, self.kind, title=title)

    @property
    def received(self) -> list[str]:
        """The bot's texts there: better none."""
        return [message.text for message in list(self.chat.messages) if message.is_from_bot]

    @property
    def has_bot(self) -> bool:
        """The bot has not left."""
        return self.chat.has_bot

    def writes(self, by: Person, text: str, **options: Any) -> Update:
        """Somebody writes there."""
        self.chat.is_known = True
        return self._hands_on("message", {"text": text}, by.user(), **options)

    def adds_bot(self, by: Person, **options: Any) -> Update:
        """Somebody adds the bot."""
        self.chat.is_known = self.chat.has_bot = True
        return self._membership(by, "left", "member", **options)

    def removes_bot(self, by: Person, **options: Any) -> Update:
        """Somebody removes the bot."""
        self.chat.has_bot = False
        return self._membership(by, "member", "left", **options)

    def _membership(self, by: Person, old: str, new: str, **options: Any) -> Update:
        content = membership(self._telegram, self.chat.as_json(), by.user(), old=old, new=new)
        return self._telegram.updates.add("my_chat_member", content, chat_id=self.chat.id, options=Options(**options))

    def _hands_on(self, kind: str, content: dict[str, Any], sender: dict[str, Any], **options: Any) -> Update:
        with self._telegram.lock:
            now = self._telegram.clock.now()
            message = self._telegram.chats.add(self.chat, now, sender=sender, content=content)
            return self._telegram.updates.add(kind, message.content, chat_id=self.chat.id, options=Options(**options))


class Channel(Group):
    """A channel that the bot is in."""

    kind = "channel"

    def posts(self, text: str, **options: Any) -> Update:
        """Something is published there."""
        self.chat.is_known = True
        return self._hands_on("channel_post", {"text": text}, {}, **options)
