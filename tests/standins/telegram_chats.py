"""Chats of the Telegram stand-in, the messages in them, and the files that were sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.standins.telegram_keyboards import Button, buttons_of

LARGEST_DOWNLOAD = 20 * 1024 * 1024


class Refusal(Exception):
    """Telegram says no: a status and a description. ``is_violation`` if the caller should have known better."""

    def __init__(self, status: int, description: str, *, is_violation: bool = False) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.is_violation = is_violation


@dataclass
class TelegramMessage:
    """A message in a chat, from the bot or to it."""

    id: int
    chat_id: int
    text: str
    date: datetime
    is_from_bot: bool
    content: dict[str, Any]
    markup: Mapping[str, Any] | None = None
    request: Mapping[str, Any] = field(default_factory=dict)
    is_deleted: bool = False

    @property
    def buttons(self) -> list[Button]:
        """The buttons below it."""
        return buttons_of(self.markup)


@dataclass
class Chat:
    """A chat and what the bot may do in it."""

    id: int
    type: str
    names: dict[str, str]
    is_known: bool = False
    is_blocked: bool = False
    has_bot: bool = True
    messages: list[TelegramMessage] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the ``Chat`` of the Bot API."""
        return {"id": self.id, "type": self.type, **self.names}


class Chats:
    """All chats of one bot. Message ids grow over all of them, as they do for private chats."""

    def __init__(self) -> None:
        self.by_id: dict[int, Chat] = {}
        self._last_message_id = 100

    def open(self, chat_id: int, kind: str, **names: str) -> Chat:
        """Return a chat, and make it when it is new."""
        return self.by_id.setdefault(chat_id, Chat(chat_id, kind, names))

    def reachable(self, chat_id: int | str) -> Chat:
        """Return a chat that the bot may write to.

        Raises:
            Refusal: nobody is there, or they do not want the bot.
        """
        chat = self.by_id.get(int(chat_id)) if str(chat_id).lstrip("-").isdigit() else None
        if chat is None or not chat.is_known:
            raise Refusal(400, "Bad Request: chat not found")
        if chat.is_blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not chat.has_bot:
            raise Refusal(403, f"Forbidden: bot is not a member of the {chat.type} chat")
        return chat

    def add(
        self, chat: Chat, date: datetime, *, sender: Mapping[str, Any], content: Mapping[str, Any], **more: Any
    ) -> TelegramMessage:
        """Store a message; ``content`` is what its kind adds to a ``Message`` of the Bot API."""
        self._last_message_id += 1
        common = {"message_id": self._last_message_id, "chat": chat.as_json(), "date": int(date.timestamp())}
        who = {"sender_chat": chat.as_json()} if chat.type == "channel" else {"from": dict(sender)}
        text = content.get("text") or content.get("caption") or ""
        is_from_bot = bool(sender.get("is_bot"))
        whole = {**common, **who, **content}
        message = TelegramMessage(self._last_message_id, chat.id, text, date, is_from_bot, whole, **more)
        chat.messages.append(message)
        return message


@dataclass(frozen=True)
class StoredFile:
    """A file that someone sent. ``size`` may be claimed, so that no test needs 20 MB."""

    id: str
    path: str
    data: bytes
    size: int

    @property
    def unique_id(self) -> str:
        """The id that stays the same over time and bots."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:15]


class Files:
    """Files by id and by path."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredFile] = {}
        self.by_path: dict[str, StoredFile] = {}

    def add(self, folder: str, data: bytes, *, ending: str, size: int | None = None) -> StoredFile:
        """Keep a file; its path gives neither name nor type away."""
        number = len(self.by_id)
        mark = hashlib.sha256(data + str(number).encode()).hexdigest()
        stored = StoredFile(
            f"AwACAgQ{mark[:48]}", f"{folder}/file_{number}.{ending}", data, len(data) if size is None else size
        )
        self.by_id[stored.id] = self.by_path[stored.path] = stored
        return stored

    def download(self, file_id: str) -> dict[str, Any]:
        """Return the ``File`` of the Bot API.

        Raises:
            Refusal: unknown, or larger than a bot may fetch.
        """
        stored = self.by_id.get(file_id)
        if stored is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if stored.size > LARGEST_DOWNLOAD:
            raise Refusal(400, "Bad Request: file is too big")
        return {
            "file_id": stored.id, "file_unique_id": stored.unique_id, "file_size": stored.size, "file_path": stored.path,
        }  # fmt: skip
