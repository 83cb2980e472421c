"""Courtesies: made in the background, in any trouble silent but for one line in the log."""

from __future__ import annotations

import threading
import time

import pytest

from bot.channels.telegram import courtesies as module
from bot.channels.telegram.courtesies import Courtesies
from bot.channels.telegram.readings import AnswerPress, LeaveGroup
from bot.language.catalogues import Catalogues
from bot.settings import PROJECT
from tests.unit.telegram_samples import NOON_STAMP, SETTINGS, FakeRequest, failure, success


def wait_until(is_so):
    """Wait for the other thread, but not for ever."""
    end = time.monotonic() + 5
    while not is_so() and time.monotonic() < end:
        time.sleep(0.005)


class Requests(FakeRequest):
    """Answers each method; some with an error."""

    def __init__(self, **outcomes):
        super().__init__(None)
        self.outcomes = outcomes
        self.gate = threading.Event()
        self.gate.set()
        self.threads = set()

    async def do_request(self, url, method, request_data=None, **timeouts):
        self.gate.wait(5)
        self.threads.add(threading.current_thread().name)
        name = url.rpartition("/")[2]
        self.outcome = self.outcomes.get(name, success(True))
        return await super().do_request(url, method, request_data, **timeouts)

    @property
    def methods(self):
        return [asked[0] for asked in self.asked if asked != "shutdown"]

    def wait_for(self, count):
        wait_until(lambda: len(self.methods) >= count)
        return self.methods


SENT = success({"message_id": 1, "date": NOON_STAMP, "chat": {"id": -500, "type": "group"}, "text": "x"})


@pytest.fixture(scope="module")
def catalogues():
    return Catalogues.load(PROJECT / "locales")


@pytest.fixture
def start(catalogues, process_log):
    running = []

    def start(requests):
        running.append(Courtesies(SETTINGS, catalogues, request=requests))
        return running[-1]

    yield start
    for courtesies in running:
        courtesies.close()


def test_a_press_is_answered_from_another_thread(start):
    requests = Requests()
    start(requests).submit(AnswerPress("press-1"))
    assert requests.wait_for(1) == ["answerCallbackQuery"]
    assert requests.asked[0][1] == {"callback_query_id": "press-1"}
    assert requests.threads == {"telegram-courtesies"}


@pytest.mark.parametrize(("tag", "language"), [("fr-CA", "fr"), ("ar", "ar"), ("de", "en"), (None, "en")])
def test_a_group_is_told_why_in_the_language_of_who_added_us(start, catalogues, tag, language):
    requests = Requests(sendMessage=SENT)
    start(requests).submit(LeaveGroup(-500, tag, True))
    assert requests.wait_for(2) == ["sendMessage", "leaveChat"]
    assert requests.asked[0][1] == {"chat_id": "-500", "text": catalogues.text(language, "group_refused")}
    assert requests.asked[1][1] == {"chat_id": "-500"}


def test_a_group_is_left_without_a_word_otherwise(start):
    requests = Requests()
    start(requests).submit(LeaveGroup(-500))
    assert requests.wait_for(1) == ["leaveChat"]


def test_a_group_that_does_not_let_us_write_is_left_all_the_same(start, process_log):
    requests = Requests(sendMessage=failure(400, "Bad Request: not enough rights to send text messages to the chat"))
    start(requests).submit(LeaveGroup(-500, "ar", True))
    assert requests.wait_for(2) == ["sendMessage", "leaveChat"]


def test_a_failure_costs_one_line_without_anything_personal(start, process_log):
    requests = Requests(answerCallbackQuery=failure(400, "Bad Request: query is too old"), leaveChat=failure(403, "Forbidden"))
    courtesies = start(requests)
    courtesies.submit(AnswerPress("press-1"))
    courtesies.submit(LeaveGroup(-500))
    requests.wait_for(2)
    wait_until(lambda: "courtesy_failed" in process_log.getvalue())
    courtesies.close()
    log = process_log.getvalue()
    assert log.count("courtesy_failed") == 1 and "channel=telegram error_class=BadRequest" in log
    assert "press-1" not in log and "-500" not in log and SETTINGS.token not in log


def test_beyond_its_room_a_courtesy_is_dropped_and_nobody_waits(start, process_log, monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING", 3)
    requests = Requests()
    requests.gate.clear()
    courtesies = start(requests)
    began = time.monotonic()
    for number in range(10):
        courtesies.submit(AnswerPress(f"press-{number}"))
    assert time.monotonic() - began < 1
    requests.gate.set()
    assert len(requests.wait_for(3)) == 3
    courtesies.close()
    assert process_log.getvalue().count("error_class=Full") == 7


def test_room_is_given_back(start, monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING", 1)
    requests = Requests(answerCallbackQuery=failure(500, "x"))
    courtesies = start(requests)
    for number in range(1, 5):
        wait_until(lambda: courtesies._room._value == 1)
        courtesies.submit(AnswerPress("x"))
        assert len(requests.wait_for(number)) == number


def test_it_starts_with_the_first_courtesy_and_closing_ends_it(start):
    before = threading.active_count()
    courtesies = start(Requests())
    assert threading.active_count() == before
    courtesies.close()
    courtesies.submit(AnswerPress("x"))
    assert threading.active_count() == before + 1
    courtesies.close()
    assert threading.active_count() == before
