"""The stand-in of Telegram posts updates as Telegram does."""

from __future__ import annotations

import time

import pytest

from tests.e2e.standin_hotline import PUBLIC, Hotline, call
from tests.standins import TelegramStandIn
from tests.standins.clock import wait_until


@pytest.fixture
def hotline():
    with Hotline() as server:
        yield server


@pytest.fixture
def telegram():
    with TelegramStandIn() as server:
        yield server


def hook(telegram, hotline, **more):
    telegram.route(PUBLIC, hotline.url)
    assert call(telegram, "setWebhook", url=f"{PUBLIC}/webhooks/telegram", secret_token="s3", **more)["ok"]


def test_updates_come_with_the_secret_and_in_order_until_they_are_taken(telegram, hotline):
    telegram.person(42).writes("before the webhook")
    hotline.statuses = [500, 503]
    hook(telegram, hotline)
    telegram.person(42).writes("two")
    telegram.person(43).writes("other chat")
    telegram.wait_until_idle()
    texts = [update["message"]["text"] for update in hotline.updates()]
    assert [t for t in texts if t != "other chat"][-2:] == ["before the webhook", "two"]
    assert {headers["X-Telegram-Bot-Api-Secret-Token"] for _, headers, _ in hotline.taken} == {"s3"}
    assert {path for path, _, _ in hotline.taken} == {"/webhooks/telegram"}
    deliveries = telegram.sender.deliveries
    assert sum(len(d.attempts) for d in deliveries) == 5 and all(d.is_taken for d in deliveries)
    assert call(telegram, "getWebhookInfo")["result"]["pending_update_count"] == 0


def test_updates_come_twice_late_or_swapped_when_a_test_asks(telegram, hotline):
    hook(telegram, hotline)
    amina = telegram.person(42)
    amina.writes("one", repeat=1)
    amina.writes("two", swap=True)
    amina.writes("three", delay=0.1)
    telegram.wait_until_idle()
    assert [u["message"]["text"] for u in hotline.updates()] == ["one", "one", "three", "two"]
    ids = [u["update_id"] for u in hotline.updates()]
    assert ids == [ids[0], ids[0], ids[0] + 2, ids[0] + 1]


def test_updates_wait_while_the_hotline_is_away(telegram, hotline):
    hook(telegram, hotline)
    with hotline.down():
        telegram.person(42).writes("hello")
        wait_until(lambda: telegram.sender.last_attempt)
        assert telegram.sender.last_attempt.failure == "connect"
    telegram.wait_until_idle()
    assert [u["message"]["text"] for u in hotline.updates()] == ["hello"]


def test_two_hundred_conversations_at_once(telegram, hotline):
    hotline.slow = 0.2
    hook(telegram, hotline, max_connections=100)
    start = time.monotonic()
    for number in range(200):
        telegram.person(1000 + number).writes("hello")
    telegram.wait_until_idle()
    assert len(hotline.taken) == 200 and time.monotonic() - start < 4
    assert all(delivery.seconds >= 0.2 for delivery in telegram.sender.deliveries)
