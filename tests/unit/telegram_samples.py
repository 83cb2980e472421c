"""Updates as Telegram sends them, an invented bot, and a receiver that only remembers."""

from __future__ import annotations

import json
from datetime import timedelta

from telegram.request import BaseRequest

from bot.provider_settings import TelegramSettings
from tests.builders import NOON

BOT_ID = "777000111"
SETTINGS = TelegramSettings(
    token=f"{BOT_ID}:AAE-invented-token", secret_token="told-to-nobody", api_url="https://api.example", mode="webhook"
)
NOON_STAMP = int(NOON.timestamp())
AMINA = {"id": 4100, "is_bot": False, "first_name": "Amina", "language_code": "fr-CA"}
OTHER_BOT = {"id": 99, "is_bot": True, "first_name": "Spam"}
PRIVATE = {"id": 4100, "type": "private", "first_name": "Amina"}
GROUP = {"id": -500, "type": "group", "title": "Neighbours"}
SUPERGROUP = {"id": -1002000, "type": "supergroup", "title": "Neighbours"}
BROADCAST = {"id": -1003000, "type": "channel", "title": "News"}


def message(*, chat=PRIVATE, sender=AMINA, age=timedelta(), **content):
    """A message, without an update around it."""
    return {"message_id": 71, "date": NOON_STAMP - int(age.total_seconds()), "chat": chat, "from": sender, **content}


def update(kind="message", content=None, *, update_id=9001, **parts):
    """An update; the parts are those of its message unless its content is given."""
    return {"update_id": update_id, kind: message(**parts) if content is None else content}


def edit(**parts):
    """An update with a corrected message, written a day ago and corrected now."""
    return update("edited_message", {**message(age=timedelta(hours=30)), "edit_date": NOON_STAMP, **parts})


def press(data="helped_yes", *, sender=AMINA, title="Yes, it did", chat=PRIVATE, **parts):
    """An update with a pressed button."""
    rows = [[{"text": "Other", "callback_data": "other"}], [{"text": title, "callback_data": data}]]
    shown = {**message(chat=chat, text="Did it help?"), "reply_markup": {"inline_keyboard": rows}}
    values = {"id": "press-1", "from": sender, "chat_instance": "1", "data": data, "message": shown, **parts}
    return update("callback_query", {name: value for name, value in values.items() if value is not None})


def membership(status, *, before="member", chat=PRIVATE, **now):
    """An update that says what the bot is in a chat now."""
    bot = {"id": int(BOT_ID), "is_bot": True, "first_name": "Hotline"}

    def member(status, **parts):
        extra = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": bot, **extra, **parts}

    return update(
        "my_chat_member",
        {
            "chat": chat, "from": AMINA, "date": NOON_STAMP,
            "old_chat_member": member(before), "new_chat_member": member(status, **now),
        },
    )  # fmt: skip


class FakeReceiver:
    """Remembers what it was given, or fails as often as it is told."""

    def __init__(self):
        self.calls = []
        self.failures = 0

    def _note(self, *call, **also):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no database")
        self.calls.append((*call, *also.values()))
        return True

    def message(self, incoming):
        return self._note("message", incoming)

    def correction(self, incoming):
        return self._note("correction", incoming)

    def report(self, report):
        return self._note("report", report)

    def stop(self, provider, channel, address, *, reason):
        self._note("stop", provider, channel, address, reason=reason)

    def resume(self, provider, channel, address):
        self._note("resume", provider, channel, address)

    @property
    def received(self):
        """The messages that it was given."""
        return [call[1] for call in self.calls if call[0] == "message"]


class FakeCourtesies:
    """Remembers courtesies."""

    def __init__(self):
        self.asked = []

    def submit(self, courtesy):
        self.asked.append(courtesy)


def success(result):
    """What the Bot API answers when all is well: status and content."""
    return 200, json.dumps({"ok": True, "result": result}).encode()


def failure(status, description="", **parameters):
    """What the Bot API answers when it is not."""
    body = {"ok": False, "error_code": status, "description": description}
    return status, json.dumps({**body, "parameters": parameters} if parameters else body).encode()


class FakeRequest(BaseRequest):
    """Takes the place of the network: answers with what it was given, or raises it."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.asked = []

    @property
    def read_timeout(self):
        return 1.0

    async def initialize(self):
        pass

    async def shutdown(self):
        self.asked.append("shutdown")

    async def do_request(self, url, method, request_data=None, **_timeouts):
        assert url.startswith(f"https://api.example/bot{SETTINGS.token}/")
        self.asked.append((url.rpartition("/")[2], request_data.json_parameters))
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome
