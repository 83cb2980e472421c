"""Polling: nothing is confirmed before it is stored, and no trouble ends it."""

from __future__ import annotations

import asyncio
import json
import time

import httpx
import pytest

from bot.channels.telegram.polling import Poller
from bot.channels.telegram.readings import AnswerPress
from tests.unit.telegram_samples import SETTINGS, FakeCourtesies, FakeReceiver, failure, press, success, update


class Telegram:
    """Plays Telegram: a script of answers to ``getUpdates``, then silence."""

    def __init__(self, *script):
        self.script = list(script)
        self.asked = []

    async def __call__(self, request):
        method = request.url.path.rpartition("/")[2]
        fields = json.loads(request.content)
        self.asked.append((method, fields))
        if method == "getUpdates" and not self.script:
            await asyncio.sleep(60)
        answer = success(True) if method == "deleteWebhook" else self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer[0], content=answer[1])

    @property
    def offsets(self):
        return [fields.get("offset") for method, fields in self.asked if method == "getUpdates"]


def make_poller(telegram, receiver=None, courtesies=None):
    return Poller(
        SETTINGS,
        receiver or FakeReceiver(),
        courtesies=courtesies or FakeCourtesies(),
        transport=httpx.MockTransport(telegram),
        first_pause=0.01,
    )


@pytest.fixture
def poll(process_log):
    """Poll a script to its end; give back what came of it."""

    def poll(telegram, receiver=None):
        receiver, courtesies = receiver or FakeReceiver(), FakeCourtesies()
        poller = make_poller(telegram, receiver, courtesies)
        asks = len(telegram.script) + 1
        poller.start()
        end = time.monotonic() + 5
        while len(telegram.offsets) < asks and time.monotonic() < end:
            time.sleep(0.005)
        began = time.monotonic()
        poller.stop()
        assert time.monotonic() - began < 2, "a long poll does not hold up the end"
        assert not poller._thread.is_alive()
        return receiver, courtesies

    return poll


def test_the_webhook_goes_first_and_what_waits_is_kept(poll):
    telegram = Telegram(success([]))
    poll(telegram)
    assert telegram.asked[0] == ("deleteWebhook", {"drop_pending_updates": False})
    assert telegram.asked[1][0] == "getUpdates"
    assert telegram.asked[1][1] == {
        "timeout": 25,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
    }


def test_updates_take_the_same_way_as_those_of_the_webhook(poll):
    telegram = Telegram(success([update(text="one", update_id=7), press() | {"update_id": 8}]), success([]))
    receiver, courtesies = poll(telegram)
    assert [incoming.text for incoming in receiver.received] == ["one", "Yes, it did"]
    assert courtesies.asked == [AnswerPress("press-1")]
    assert telegram.offsets == [None, 9, 9]


def test_what_could_not_be_stored_is_asked_for_again(poll, process_log):
    batch = [update(text="one", update_id=7), update(text="two", update_id=8), update(text="three", update_id=9)]
    receiver, failures = FakeReceiver(), iter([True, True])

    def fail_at_two(incoming, keep=receiver.message):
        if incoming.text == "two" and next(failures, False):
            raise ConnectionError("no database")
        return keep(incoming)

    receiver.message = fail_at_two
    telegram = Telegram(success(batch), success(batch[1:]), success(batch[1:]))
    poll(telegram, receiver)
    assert [incoming.text for incoming in receiver.received] == ["one", "two", "three"]
    assert telegram.offsets == [None, 8, 8, 10]
    assert process_log.getvalue().count("update_not_stored channel=telegram error_class=ConnectionError") == 2


def test_an_update_that_cannot_be_read_does_not_hold_up_the_others(poll, process_log):
    poison = [{"update_id": 7, "message": 5}, "nothing", update(text="after", update_id=8)]
    telegram = Telegram(success(poison), success([]))
    receiver, _ = poll(telegram)
    assert [incoming.text for incoming in receiver.received] == ["after"]
    assert telegram.offsets[-1] == 9
    assert process_log.getvalue().count("update_skipped channel=telegram error_code=update_unreadable") == 2


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("away"),
        httpx.ReadTimeout("slow"),
        failure(409, "Conflict: terminated by other getUpdates request"),
        failure(500, "Internal Server Error"),
        failure(401, "Unauthorized"),
        (502, b"<html>"),
        (200, b"not JSON"),
        success("no list"),
        success(5),
        success(["no update"]),
    ],
)
def test_trouble_is_waited_out(poll, trouble):
    telegram = Telegram(trouble, trouble, success([update(text="after", update_id=7)]))
    receiver, _ = poll(telegram)
    assert [incoming.text for incoming in receiver.received] == ["after"]
    assert telegram.offsets[-1] == 8


def test_trouble_is_logged_by_its_class_only(poll, process_log):
    poll(Telegram(httpx.ConnectError(f"bot{SETTINGS.token}"), failure(409, "Conflict")))
    log = process_log.getvalue()
    assert "polling_failed channel=telegram error_class=ConnectError" in log
    assert "polling_failed channel=telegram error_class=ApiRefusal" in log
    assert SETTINGS.token not in log


def test_an_old_message_is_taken_since_we_fetched_it_ourselves(poll):
    old = update(text="old", update_id=7)
    old["message"]["date"] = 1_600_000_000
    receiver, _ = poll(Telegram(success([old])))
    assert [incoming.text for incoming in receiver.received] == ["old"]


def test_the_wait_that_telegram_asks_for_is_kept(process_log):
    telegram = Telegram(failure(429, "Too Many Requests", retry_after=30), success([]))
    poller = make_poller(telegram)
    poller.start()
    end = time.monotonic() + 5
    while not telegram.offsets and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(0.2)
    assert len(telegram.offsets) == 1, "it waits, and does not ask again"
    poller.stop()
    assert not poller._thread.is_alive()


def test_stopping_before_it_began_is_no_trouble(process_log):
    make_poller(Telegram()).stop()
    poller = make_poller(Telegram())
    poller.start()
    poller.stop()
    assert not poller._thread.is_alive()
