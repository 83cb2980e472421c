"""Reads one update of Telegram: pure functions from its JSON to what is to be done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType
from telegram.ext import filters

from bot.channels.edge import Refused
from bot.channels.telegram.contents import clean, content_of
from bot.channels.telegram.readings import (
    AnswerPress,
    Blocked,
    Corrected,
    Ignored,
    LeaveGroup,
    Reading,
    Received,
    Unblocked,
)
from bot.domain.contacts import LANGUAGES, Channel, Provider
from bot.domain.conversations import MessageKind
from bot.domain.topics import FAQ
from bot.services.messages import Incoming

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that are read; Telegram is told to send no others."""

MAX_AGE = timedelta(hours=25)
"""Telegram keeps what it could not deliver for 24 hours. Older is a copy that somebody kept."""

_UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, OSError, RecursionError)
"""What python-telegram-bot, which trusts its input, raises on JSON that no Telegram would send."""

_UNREAD_PARTS = frozenset(
    {"reply_to_message", "external_reply", "quote", "forward_origin", "entities", "caption_entities", "link_preview_options"}
)
"""Parts of a message that nothing here reads. They may hold what is newer than the library, and would spoil the rest."""

_CHOICE = re.compile(r"[A-Za-z0-9_/-]{1,64}")
_START = re.compile(r"/start(?:@\w+)?\s+([A-Za-z0-9_-]{1,64})\s*")
_LARGEST_ID = 2**63 - 1


def read_update(data: object, *, bot_id: str, now: datetime | None) -> Reading:
    """Return what an update asks for.

    Args:
        data: The update's JSON.
        bot_id: Which bot it came to; updates of two bots count by themselves.
        now: The time, to refuse what is too old. None where we fetched it ourselves: then nobody can have kept it.

    Raises:
        Refused: If it is no update of Telegram, or too old.
    """
    try:
        update = Update.de_json(_checked(data), None)
        return _read(update, key=f"{bot_id}:{update.update_id}", now=now)
    except _UNREADABLE as error:
        raise Refused("update_unreadable", status=400) from error


def update_id_of(data: object) -> int:
    """Return the number of an update.

    Raises:
        TypeError, ValueError: If it has none.
    """
    if not isinstance(data, Mapping):
        raise TypeError("no object")
    return _whole(data.get("update_id"))


def _read(update: Update, *, key: str, now: datetime | None) -> Reading:
    if update.message is not None:
        return _read_message(update, update.message, key=key, now=now)
    if update.edited_message is not None:
        return _read_edit(update, update.edited_message, key=key, now=now)
    if update.callback_query is not None:
        return _read_press(update, update.callback_query, key=key)
    if update.my_chat_member is not None:
        return _read_membership(update.my_chat_member, now=now)
    return Reading(Ignored("kind_not_read"))


def _read_message(update: Update, message: Message, *, key: str, now: datetime | None) -> Reading:
    is_service = filters.StatusUpdate.ALL.check_update(update)
    if message.chat.type != ChatType.PRIVATE:
        if is_service or not message.from_user or message.from_user.is_bot:
            return Reading(Ignored("group"))
        return Reading(Ignored("group"), LeaveGroup(_whole(message.chat.id)))
    _refuse_old(message.date, now)
    if is_service:
        return Reading(Ignored("service_message"))
    if message.from_user is None or message.from_user.is_bot:
        return Reading(Ignored("from_bot"))
    return Reading(Received(_incoming(update, message, message.from_user, key=key)))


def _read_edit(update: Update, message: Message, *, key: str, now: datetime | None) -> Reading:
    if message.chat.type != ChatType.PRIVATE:
        return Reading(Ignored("group"))
    _refuse_old(message.edit_date or message.date, now)
    if message.from_user is None or message.from_user.is_bot:
        return Reading(Ignored("from_bot"))
    if message.location is not None:
        # The point of a live location moves every few seconds; the first one is stored.
        return Reading(Ignored("live_location"))
    return Reading(Corrected(_incoming(update, message, message.from_user, key=key)))


def _read_press(update: Update, press: CallbackQuery, *, key: str) -> Reading:
    courtesy = AnswerPress(clean(press.id))
    message = press.message
    if message is not None and message.chat.type != ChatType.PRIVATE:
        return Reading(Ignored("group"), courtesy)
    if press.from_user.is_bot:
        return Reading(Ignored("from_bot"), courtesy)
    if not isinstance(press.data, str) or not _CHOICE.fullmatch(press.data):
        return Reading(Ignored("choice_unreadable"), courtesy)
    incoming = Incoming(
        Provider.TELEGRAM,
        Channel.TELEGRAM,
        str(_whole(press.from_user.id)),
        key,
        text=_title(message, press.data) if isinstance(message, Message) else "",
        pressed=press.data,
        language_hint=_language(press.from_user),
        sequence=update.update_id,
    )
    return Reading(Received(incoming), courtesy)


def _read_membership(change: ChatMemberUpdated, *, now: datetime | None) -> Reading:
    chat = change.chat
    if chat.type == ChatType.PRIVATE:
        _refuse_old(change.date, now)
        address = str(_whole(chat.id))
        if change.new_chat_member.status == ChatMember.BANNED:
            return Reading(Blocked(address))
        if change.new_chat_member.status == ChatMember.MEMBER:
            return Reading(Unblocked(address))
        return Reading(Ignored("membership"))
    if not _is_inside(change.new_chat_member):
        return Reading(Ignored("group"))
    says_why = chat.type in (ChatType.GROUP, ChatType.SUPERGROUP) and not _is_inside(change.old_chat_member)
    return Reading(Ignored("group"), LeaveGroup(_whole(chat.id), _language(change.from_user), says_why))


def _is_inside(member: ChatMember) -> bool:
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status in (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER)


def _incoming(update: Update, message: Message, writer: User, *, key: str) -> Incoming:
    content = content_of(message)
    text, pressed = _deep_link(content.text) if content.kind is MessageKind.TEXT else (content.text, None)
    return Incoming(
        Provider.TELEGRAM,
        Channel.TELEGRAM,
        _address(message.chat),
        key,
        kind=content.kind,
        text=text,
        pressed=pressed,
        language_hint=_language(writer),
        message_ref=str(_whole(message.message_id)),
        sequence=update.update_id,
        media=content.media,
    )


def _deep_link(text: str) -> tuple[str, str | None]:
    """Return the words and the choice of a link like ``t.me/<bot>?start=fr``; other texts as they are.

    A link's parameter is one word of Latin letters. Whoever types more than that after ``/start`` means it as words.
    """
    link = _START.fullmatch(text)
    if link is None:
        return text, None
    parameter = link[1]
    if parameter in LANGUAGES:
        return "/start", f"choose_language_{parameter}"
    return "/start", parameter if parameter in FAQ else None


def _title(message: Message, choice: str) -> str:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((clean(button.text) for row in rows for button in row if button.callback_data == choice), "")


def _refuse_old(date: datetime, now: datetime | None) -> None:
    # Only the past is refused: a date in the future means that one of two clocks is wrong, and it may be ours.
    if now is not None and date < now - MAX_AGE:
        raise Refused("webhook_too_old", status=403)


def _address(chat: Chat) -> str:
    return str(_whole(chat.id))


def _language(person: User) -> str | None:
    return person.language_code if isinstance(person.language_code, str) else None


def _checked(data: object) -> dict[str, Any]:
    """Return an update without the parts that are not read."""
    update_id_of(data)
    assert isinstance(data, Mapping)
    return {kind: _read_parts(value) for kind, value in data.items()}


def _read_parts(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    parts = {name: part for name, part in value.items() if name not in _UNREAD_PARTS}
    if isinstance(parts.get("message"), Mapping):
        parts["message"] = _read_parts(parts["message"])
    return parts


def _whole(number: object) -> int:
    """Return an id as Telegram gives them.

    Raises:
        TypeError, ValueError: If it is none.
    """
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError("no id")
    if abs(number) > _LARGEST_ID:
        raise ValueError("no id")
    return number
