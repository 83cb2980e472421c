"""The methods of the Bot API that the stand-in knows, on checked fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.standins.telegram_chats import Refusal, TelegramMessage
from tests.standins.telegram_keyboards import keyboard_problem
from tests.standins.telegram_text import MAX_TEXT, CannotParseEntities, parsed, utf16_units

if TYPE_CHECKING:
    from tests.standins.telegram import TelegramStandIn

DELETABLE = timedelta(hours=48)
PRESS_LIVES = timedelta(minutes=15)
_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
# What a method other than sendMessage puts into the chat.
CONTENTS = {
    "sendVoice": "voice", "sendAudio": "audio", "sendPhoto": "photo", "sendDocument": "document",
    "sendLocation": "location", "sendVenue": "venue", "sendContact": "contact",
}  # fmt: skip
SENDING = frozenset({"sendMessage", *CONTENTS})


class TelegramMethods:
    """Runs a method and returns its result; methods that the API description has and this class has not just say yes."""

    def __init__(self, standin: TelegramStandIn) -> None:
        self._standin = standin

    async def run(self, method: str, fields: Mapping[str, Any]) -> Any:
        """Run a method.

        Raises:
            Refusal: Telegram says no.
        """
        if method == "getUpdates":
            return await self._standin.updates.fetch(fields)
        if method in CONTENTS:
            return self._send(fields, fields.get("caption", ""), kind=CONTENTS[method], limit=1024)
        function = getattr(self, f"_{method}", None)
        return True if function is None else function(fields)

    def _getMe(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        more = {"can_join_groups": False, "can_read_all_group_messages": False, "supports_inline_queries": False}
        return {**self._standin.bot, **more}

    def _getWebhookInfo(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return self._standin.updates.info()

    def _setWebhook(self, fields: Mapping[str, Any]) -> bool:
        self._standin.updates.set_webhook(fields)
        return True

    def _deleteWebhook(self, fields: Mapping[str, Any]) -> bool:
        self._standin.updates.set_webhook({**fields, "url": ""})
        return True

    def _getChat(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": {}}
        return {**self._standin.chats.reachable(fields["chat_id"]).as_json(), **more}

    def _sendMessage(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return self._send(fields, fields["text"], kind="text", limit=MAX_TEXT)

    def _send(self, fields: Mapping[str, Any], text: str, *, kind: str, limit: int) -> dict[str, Any]:
        shown = self._checked(fields, text, kind=kind, limit=limit)
        chat = self._standin.chats.reachable(fields["chat_id"])
        content: dict[str, Any] = {"text": shown} if kind == "text" else {kind: fields.get(kind, {}), "caption": shown}
        markup = fields.get("reply_markup")
        if markup and "inline_keyboard" in markup:
            content["reply_markup"] = markup
        now = self._standin.clock.now()
        message = self._standin.chats.add(
            chat, now, sender=self._standin.bot, content=content, markup=markup, request=dict(fields)
        )
        # Uploaded media would need sizes and ids here; the hotline sends none, so the answer leaves them out.
        return {k: v for k, v in message.content.items() if k not in CONTENTS.values()}

    def _checked(self, fields: Mapping[str, Any], text: str, *, kind: str, limit: int) -> str:
        try:
            shown = parsed(text, fields.get("parse_mode")).strip()
        except CannotParseEntities as error:
            raise Refusal(400, f"Bad Request: {error}", is_violation=True) from error
        if kind == "text" and not shown:
            raise Refusal(400, "Bad Request: message text is empty", is_violation=True)
        if utf16_units(shown) > limit:
            raise Refusal(400, "Bad Request: message is too long", is_violation=True)
        self._check_keyboard(fields)
        return shown

    def _check_keyboard(self, fields: Mapping[str, Any]) -> None:
        problem = keyboard_problem(fields.get("reply_markup") or {})
        if problem:
            raise Refusal(400, problem, is_violation=True)

    def _editMessageText(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        shown = self._checked(fields, fields.get("text", ""), kind="text", limit=MAX_TEXT)
        message = self._own_message(fields, what="edit")
        return self._edit(message, shown, fields.get("reply_markup"))

    def _editMessageReplyMarkup(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        self._check_keyboard(fields)
        message = self._own_message(fields, what="edit")
        return self._edit(message, message.text, fields.get("reply_markup"))

    def _edit(self, message: TelegramMessage, text: str, markup: Mapping[str, Any] | None) -> dict[str, Any]:
        if message.text == text and (message.markup or None) == (markup or None):
            reason = "specified new message content and reply markup are exactly the same as a current content"
            raise Refusal(400, f"Bad Request: message is not modified: {reason} and reply markup of the message")
        message.text, message.markup = text, markup
        message.content.pop("reply_markup", None)
        changed = {"text": text, "edit_date": int(self._standin.clock.now().timestamp())}
        message.content.update(changed, **({"reply_markup": markup} if markup else {}))
        return message.content

    def _deleteMessage(self, fields: Mapping[str, Any]) -> bool:
        message = self._message(fields, what="delete")
        if self._standin.clock.now() - message.date > DELETABLE:
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")
        message.is_deleted = True
        return True

    def _own_message(self, fields: Mapping[str, Any], *, what: str) -> TelegramMessage:
        message = self._message(fields, what=what)
        if not message.is_from_bot:
            raise Refusal(400, f"Bad Request: message can't be {what}ed")
        return message

    def _message(self, fields: Mapping[str, Any], *, what: str) -> TelegramMessage:
        chat = self._standin.chats.reachable(fields["chat_id"])
        found = [m for m in chat.messages if m.id == fields["message_id"] and not m.is_deleted]
        if not found:
            raise Refusal(400, f"Bad Request: message to {what} not found")
        return found[0]

    def _leaveChat(self, fields: Mapping[str, Any]) -> bool:
        chat = self._standin.chats.reachable(fields["chat_id"])
        if chat.type == "private":
            raise Refusal(400, "Bad Request: chat member status can't be changed in private chats", is_violation=True)
        chat.has_bot = False
        return True

    def _sendChatAction(self, fields: Mapping[str, Any]) -> bool:
        if fields["action"] not in _ACTIONS:
            raise Refusal(400, "Bad Request: wrong parameter action in request", is_violation=True)
        self._standin.chats.reachable(fields["chat_id"]).actions.append(fields["action"])
        return True

    def _answerCallbackQuery(self, fields: Mapping[str, Any]) -> bool:
        pressed = self._standin.presses.get(fields["callback_query_id"])
        if pressed is None or self._standin.clock.now() - pressed > PRESS_LIVES:
            reason = "query is too old and response timeout expired or query ID is invalid"
            raise Refusal(400, f"Bad Request: {reason}")
        self._standin.press_answers[fields["callback_query_id"]] = fields.get("text", "")
        return True

    def _getFile(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return self._standin.files.download(fields["file_id"])
