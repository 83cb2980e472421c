"""Hands messages to Telegram, with buttons for the choices, and deletes them again where a person asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, TelegramError
from telegram.request import BaseRequest

from bot.channels.telegram.api import make_bot
from bot.channels.telegram.refusals import delivery_error
from bot.domain.contacts import ChannelAddress
from bot.domain.conversations import Choice
from bot.domain.errors import ChannelDown, Rejected, TryLater, Uncertain, Unreachable
from bot.provider_settings import TelegramSettings
from bot.services.ports import Outgoing, Sent

LONGEST_CALL_SECONDS = 12.0
"""A worker has a message in hand for 20 seconds; it must know the outcome by then."""
SHORT_TITLE = 18
"""Two titles up to this many characters stand side by side on a small phone without being cut."""
MAX_CHOICE_BYTES = 64
REFUSED_ACCOUNT_SECONDS = 60.0

_UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, OSError)


class TelegramClient:
    """Fulfils ``bot.services.ports.ChannelClient`` over the Bot API."""

    can_look_up = False

    def __init__(self, settings: TelegramSettings, *, request: BaseRequest | None = None) -> None:
        self._bot = make_bot(settings, request=request)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand over one message.

        Raises:
            TryLater, Uncertain, Unreachable, Rejected, ChannelDown: As in ``bot.domain.errors``.
        """
        message = outgoing.message
        sending = self._bot.send_message(
            chat_id=outgoing.address.address,
            # Plain text: with a parse mode one stray "<" fails the whole message.
            text=message.text,
            reply_markup=keyboard(message.choices),
            # Telegram would fetch the page, and a preview shows on the phone what the person reads about.
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        try:
            sent = await self._call(sending)
        except TelegramError as error:
            raise delivery_error(error) from error
        return Sent(provider_id=str(sent.message_id))

    async def look_up(self, outgoing: Outgoing) -> Sent | None:
        """Say that nobody knows: the Bot API cannot be asked what it sent."""
        raise TryLater("answer_lost")

    async def erase(self, address: ChannelAddress, provider_id: str) -> None:
        """Delete one message from the person's phone; what is not there any more counts as deleted.

        Raises:
            Rejected: If Telegram will not delete it (after 48 hours), or the bot is blocked there.
            TryLater: If it may later. Deleting twice does no harm, so an uncertain outcome is tried again.
        """
        if not provider_id.isdecimal():
            raise Rejected("unknown_reason")
        deleting = self._bot.delete_message(chat_id=address.address, message_id=int(provider_id))
        try:
            await self._call(deleting)
        except Uncertain as error:
            raise TryLater(error.code) from error
        except TelegramError as error:
            if isinstance(error, BadRequest) and "message to delete not found" in error.message.lower():
                return
            if isinstance(error, BadRequest) and "can't be deleted" in error.message.lower():
                raise Rejected("expired") from error
            reason = delivery_error(error)
            if isinstance(reason, TryLater):
                raise reason from error
            if isinstance(reason, (Unreachable, Rejected)):
                raise Rejected(reason.code) from error
            after = REFUSED_ACCOUNT_SECONDS if isinstance(reason, ChannelDown) else 5.0
            raise TryLater(reason.code, after=after) from error

    async def close(self) -> None:
        """Let go of connections."""
        await self._bot.request.shutdown()

    async def _call(self, call: Awaitable[Any]) -> Any:
        try:
            return await asyncio.wait_for(call, LONGEST_CALL_SECONDS)
        except asyncio.TimeoutError as error:
            raise Uncertain("answer_lost") from error
        except _UNREADABLE as error:
            # The library found something else than it expects in Telegram's success.
            raise Uncertain("answer_lost") from error


def keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    """Return buttons for the choices, two short ones in a row; None without choices.

    A choice whose id is too long for a button is left out, since Telegram would refuse the whole message.
    """
    rows: list[list[Choice]] = []
    for choice in choices:
        if len(choice.id.encode()) > MAX_CHOICE_BYTES:
            continue
        row = rows[-1] if rows else []
        if len(row) == 1 and all(len(c.title) <= SHORT_TITLE for c in (*row, choice)):
            row.append(choice)
        else:
            rows.append([choice])
    if not rows:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(c.title, callback_data=c.id) for c in row] for row in rows])
