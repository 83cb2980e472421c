"""People who write to the bot: each helper makes one update as Telegram would and hands it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standins.receivers import Receiver
from tests.standins.telegram_chats import TelegramMessage
from tests.standins.telegram_media import OGG, PNG, media_content
from tests.standins.webhooks import Options

if TYPE_CHECKING:
    from tests.standins.telegram import TelegramStandIn

Update = dict[str, Any]


class Person(Receiver):
    """One person and their private chat with the bot.

    All helpers that send take ``repeat``, ``delay`` and ``swap`` as in ``Options`` and return the update.
    """

    def __init__(self, telegram: TelegramStandIn, chat_id: int, *, first_name: str, language_code: str | None) -> None:
        self._telegram = telegram
        self.chat_id = chat_id
        self.first_name = first_name
        self.language_code = language_code
        self.chat = telegram.chats.open(chat_id, "private", first_name=first_name)

    # What they have got.

    @property
    def messages(self) -> list[TelegramMessage]:
        """The bot's messages, in order."""
        return [message for message in list(self.chat.messages) if message.is_from_bot]

    @property
    def received(self) -> list[str]:
        """The bot's texts, in order."""
        return [message.text for message in self.messages]

    # What they do.

    def writes(self, text: str, **options: Any) -> Update:
        """Write a text."""
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        return self._sends(content, **options)

    def starts(self, payload: str = "", **options: Any) -> Update:
        """Press START, perhaps after a link that carries a word."""
        return self.writes(f"/start {payload}".strip(), **options)

    def edits(self, text: str, *, message_id: int | None = None, **options: Any) -> Update:
        """Correct an own message, the latest when no other is named."""
        own = [m for m in self.chat.messages if not m.is_from_bot and (message_id is None or m.id == message_id)]
        changed = {**own[-1].content, "text": text, "edit_date": int(self._telegram.clock.now().timestamp())}
        own[-1].text, own[-1].content = text, changed
        return self._hands_on("edited_message", changed, **options)

    def presses(self, data: str, *, on: TelegramMessage | str | None = None, **options: Any) -> Update:
        """Press a button.

        Args:
            data: its callback data, or its title.
            on: the message, when it is not the latest that has the button; ``"inaccessible"`` when Telegram no longer
                shows it, ``"absent"`` when the update has no message. With any of these the data may be forged.
            options: as everywhere.
        """
        press_id = str(self._telegram.random.randrange(10**17, 10**18))
        query: dict[str, Any] = {"id": press_id, "from": self.user(), "chat_instance": str(-self.chat_id * 7), "data": data}
        if on == "inaccessible":
            query["message"] = {"message_id": 1, "date": 0, "chat": self.chat.as_json()}
        elif on != "absent":
            message = on if isinstance(on, TelegramMessage) else self._with_button(data)
            query["message"] = message.content
            query["data"] = next((b.data for b in message.buttons if data in (b.data, b.title)), data)
        with self._telegram.lock:
            self._telegram.presses[press_id] = self._telegram.clock.now()
        self.chat.is_known = True
        return self._hands_on("callback_query", query, **options)

    def _with_button(self, data: str) -> TelegramMessage:
        for message in reversed(self.messages):
            if any(data in (button.data, button.title) for button in message.buttons):
                return message
        raise AssertionError(f"no message of the bot has a button {data!r}")

    def shares_contact(self, number: str = "+218910000001", **options: Any) -> Update:
        """Share the own number."""
        contact = {"phone_number": number, "first_name": self.first_name, "user_id": self.chat_id}
        return self._sends({"contact": contact}, **options)

    def shares_location(self, latitude: float = 32.8872, longitude: float = 13.1913, **options: Any) -> Update:
        """Share a place."""
        return self._sends({"location": {"latitude": latitude, "longitude": longitude}}, **options)

    def shares_venue(self, title: str = "Port", address: str = "Tripoli", **options: Any) -> Update:
        """Share a place with a name; Telegram adds the bare location."""
        location = {"latitude": 32.9, "longitude": 13.2}
        return self._sends(
            {"venue": {"location": location, "title": title, "address": address}, "location": location}, **options
        )

    def sends_voice(self, data: bytes = OGG, *, size: int | None = None, **options: Any) -> Update:
        """Send a voice note."""
        return self.sends("voice", data, size=size, **options)

    def sends_photo(self, caption: str = "", data: bytes = PNG, **options: Any) -> Update:
        """Send a photo, with or without words."""
        return self.sends("photo", data, caption=caption, **options)

    def sends(self, kind: str, data: bytes = OGG, *, caption: str = "", size: int | None = None, **options: Any) -> Update:
        """Send ``voice``, ``audio``, ``video``, ``video_note``, ``photo``, ``document``, ``sticker`` or ``animation``."""
        content = media_content(self._telegram.files, kind, data, size=size)
        return self._sends({**content, **({"caption": caption} if caption else {})}, **options)

    def sends_album(self, count: int = 2, caption: str = "", **options: Any) -> list[Update]:
        """Send several photos at once: several messages with one group id."""
        group = {"media_group_id": str(self._telegram.random.randrange(10**16, 10**17))}
        captions = [{"caption": caption} if caption and not i else {} for i in range(count)]
        photos = [media_content(self._telegram.files, "photo", PNG, size=None) for _ in range(count)]
        return [self._sends({**photo, **group, **words}, **options) for photo, words in zip(photos, captions)]

    def sends_poll(self, question: str = "When?", **options: Any) -> Update:
        """Send a poll."""
        votes = [{"text": word, "voter_count": 0} for word in ("today", "tomorrow")]
        flags = {"total_voter_count": 0, "is_closed": False, "is_anonymous": True, "allows_multiple_answers": False}
        return self._sends({"poll": {"id": "5", "question": question, "options": votes, "type": "regular", **flags}}, **options)

    def sends_something_new(self, **options: Any) -> Update:
        """Send a kind of message that did not exist when the hotline was written."""
        return self._sends({"hologram": {"depth": 3}}, **options)

    def reacts(self, emoji: str = "👍", *, on: TelegramMessage | None = None, **options: Any) -> Update:
        """Put a sign below a message, the bot's latest when no other is named."""
        message = on or self.messages[-1]
        content = {
            "chat": self.chat.as_json(), "message_id": message.id, "user": self.user(), "old_reaction": [],
            "date": int(self._telegram.clock.now().timestamp()), "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }  # fmt: skip
        return self._hands_on("message_reaction", content, **options)

    def blocks(self, *, quietly: bool = False, **options: Any) -> Update | None:
        """Block the bot; ``quietly`` without an update, as when it was lost."""
        self.chat.is_blocked = True
        return None if quietly else self._membership("member", "kicked", **options)

    def unblocks(self, **options: Any) -> Update:
        """Let the bot write again."""
        self.chat.is_blocked, self.chat.is_known = False, True
        return self._membership("kicked", "member", **options)

    def user(self) -> dict[str, Any]:
        """Return the ``User`` of the Bot API."""
        user: dict[str, Any] = {"id": self.chat_id, "is_bot": False, "first_name": self.first_name}
        return {**user, "language_code": self.language_code} if self.language_code else user

    def _membership(self, old: str, new: str, **options: Any) -> Update:
        content = membership(self._telegram, self.chat.as_json(), self.user(), old=old, new=new)
        return self._hands_on("my_chat_member", content, **options)

    def _sends(self, content: dict[str, Any], **options: Any) -> Update:
        with self._telegram.lock:
            self.chat.is_known = True
            now = self._telegram.clock.now()
            message = self._telegram.chats.add(self.chat, now, sender=self.user(), content=content)
            return self._hands_on("message", message.content, **options)

    def _hands_on(self, kind: str, content: dict[str, Any], **options: Any) -> Update:
        return self._telegram.updates.add(kind, content, chat_id=self.chat_id, options=Options(**options))


def membership(telegram: TelegramStandIn, chat: dict[str, Any], user: dict[str, Any], *, old: str, new: str) -> dict[str, Any]:
    """Return the ``ChatMemberUpdated`` that says what became of the bot in a chat."""

    def member(status: str) -> dict[str, Any]:
        return {"user": telegram.bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}

    date = int(telegram.clock.now().timestamp())
    return {"chat": chat, "from": user, "date": date, "old_chat_member": member(old), "new_chat_member": member(new)}
