"""The account: the webhook is set as it is read, and what is wrong is said in one line."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from rich.console import Console

from bot.channels.telegram import account
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.commands import telegram as commands
from bot.domain.errors import ConfigurationError
from bot.provider_settings import TELEGRAM_API_URL
from bot.settings import load_settings
from tests.builders import NOON
from tests.unit.telegram_samples import NOON_STAMP, SETTINGS, failure, success

PUBLIC = "https://hotline.example"
URL = "https://hotline.example/webhooks/telegram/webhook"
POLLING = replace(SETTINGS, mode="polling")


class Telegram:
    """Plays the Bot API."""

    def __init__(self, info=None, **outcomes):
        self.outcomes = {
            "getMe": success({"id": 1, "is_bot": True, "username": "hotline_bot"}),
            "getWebhookInfo": success({"url": URL, "pending_update_count": 0, **(info or {})}),
            **outcomes,
        }
        self.asked = []

    def __call__(self, request):
        method = request.url.path.rpartition("/")[2]
        self.asked.append((method, json.loads(request.content)))
        outcome = self.outcomes.get(method, success(True))
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(outcome[0], content=outcome[1])


def examine(telegram, settings=SETTINGS, public_url=PUBLIC):
    return account.examine(settings, public_url, now=NOON, transport=httpx.MockTransport(telegram))


def test_all_is_well():
    info = {"allowed_updates": list(ALLOWED_UPDATES), "last_error_date": NOON_STAMP - 7200, "last_error_message": "x"}
    assert examine(Telegram(info)) == "@hotline_bot, webhook set, 0 updates waiting"
    assert examine(Telegram({"url": "", "pending_update_count": 3}), POLLING) == "@hotline_bot, polling, 3 updates waiting"


@pytest.mark.parametrize(
    ("telegram", "settings", "words"),
    [
        (Telegram({"url": ""}), SETTINGS, "no webhook is set"),
        (Telegram({"url": "https://old.example/x"}), SETTINGS, "not https://hotline.example"),
        (Telegram({"allowed_updates": ["message"]}), SETTINGS, "callback_query, edited_message, my_chat_member"),
        (
            Telegram({"last_error_date": NOON_STAMP - 60, "last_error_message": "Connection refused"}),
            SETTINGS, "Connection refused",
        ),
        (Telegram({"pending_update_count": 101}), SETTINGS, "101 updates wait"),
        (Telegram(), POLLING, "delete-webhook"),
        (Telegram(getMe=failure(401, "Unauthorized")), SETTINGS, "TELEGRAM_TOKEN"),
        (Telegram(getMe=failure(404, "Not Found")), SETTINGS, "TELEGRAM_TOKEN"),
        (Telegram(getMe=httpx.ConnectError("x")), SETTINGS, "does not answer (ConnectError)"),
        (Telegram(getMe=(200, b"<html>")), SETTINGS, "not the Bot API"),
        (Telegram(getMe=success(True)), SETTINGS, "not the Bot API"),
        (Telegram(getMe=failure(500, "")), SETTINGS, "500"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(telegram, settings, words):
    with pytest.raises(ConfigurationError) as raised:
        examine(telegram, settings)
    assert words in raised.value.detail
    assert "\n" not in raised.value.detail and SETTINGS.token not in raised.value.detail


def test_an_error_of_last_hour_is_history():
    old = int((NOON - timedelta(minutes=20)).timestamp())
    assert "webhook set" in examine(Telegram({"last_error_date": old, "last_error_message": "x"}))


def test_the_webhook_is_set_with_its_secret_and_only_what_is_read():
    telegram = Telegram()
    assert account.set_webhook(SETTINGS, PUBLIC, transport=httpx.MockTransport(telegram)) == URL
    assert telegram.asked == [
        (
            "setWebhook",
            {
                "url": URL,
                "secret_token": "told-to-nobody",
                "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
                "max_connections": 40,
            },
        )
    ]


@pytest.mark.parametrize(
    ("settings", "public_url", "words"),
    [
        (SETTINGS, None, "PUBLIC_URL is missing"),
        (replace(SETTINGS, api_url=TELEGRAM_API_URL), "http://hotline.example", "https://"),
        (POLLING, PUBLIC, "TELEGRAM_MODE"),
    ],
)
def test_an_address_that_telegram_cannot_call_is_not_sent(settings, public_url, words):
    telegram = Telegram()
    with pytest.raises(ConfigurationError) as raised:
        account.set_webhook(settings, public_url, transport=httpx.MockTransport(telegram))
    assert words in raised.value.detail and telegram.asked == []


def test_telegrams_own_words_are_passed_on():
    words = "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
    with pytest.raises(ConfigurationError) as raised:
        account.set_webhook(SETTINGS, PUBLIC, transport=httpx.MockTransport(Telegram(setWebhook=failure(400, words))))
    assert raised.value.detail == f"Telegram refuses setWebhook: {words}"


def test_deleting_the_webhook_keeps_what_waits():
    telegram = Telegram()
    account.delete_webhook(SETTINGS, transport=httpx.MockTransport(telegram))
    assert telegram.asked == [("deleteWebhook", {"drop_pending_updates": False})]


def test_the_commands_print_one_line_each(environment, monkeypatch):
    given = {"TELEGRAM_TOKEN": SETTINGS.token, "TELEGRAM_SECRET_TOKEN": "x", "PUBLIC_URL": PUBLIC}
    settings = load_settings({**environment, **given})
    telegram = Telegram()
    client = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: client(**{**options, "transport": httpx.MockTransport(telegram)}))
    shown = io.StringIO()
    commands.set_webhook(settings, Console(file=shown, soft_wrap=True))
    commands.delete_webhook(settings, Console(file=shown, soft_wrap=True))
    assert [asked[0] for asked in telegram.asked] == ["setWebhook", "deleteWebhook"]
    assert len(shown.getvalue().splitlines()) == 2 and URL in shown.getvalue()
    assert SETTINGS.token not in shown.getvalue()


def test_the_commands_say_that_telegram_is_off(environment):
    for command in (commands.set_webhook, commands.delete_webhook):
        with pytest.raises(ConfigurationError) as raised:
            command(load_settings(environment), Console(file=io.StringIO()))
        assert "TELEGRAM_TOKEN is missing" in raised.value.detail
