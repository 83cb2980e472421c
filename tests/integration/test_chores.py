"""The worker's chores over SQLite: chats are cleaned on request, and what was missed is fetched."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from bot.delivery.chores import OVERLAP, catch_up, erase_on_request
from bot.domain.contacts import Channel, Provider
from bot.domain.errors import Rejected, TryLater
from bot.wiring import now
from tests.builders import make_incoming
from tests.fakes import FakeClient
from tests.integration.outbox_steps import Hotline
from tests.integration.worker_steps import PartsOver, run_until

TELEGRAM = {"provider": Provider.TELEGRAM, "channel": Channel.TELEGRAM, "address": "4711"}
SMS = {"provider": Provider.TWILIO, "channel": Channel.SMS, "address": "+218910000001"}


@pytest.fixture
def hotline(sqlite_database):
    """The services over a SQLite file, with the real clock, which is the chores'."""
    made = Hotline(sqlite_database)
    made.clock = now
    return made


def _asked(hotline, *texts):
    return [hotline.find(text).erase_asked_at is not None for text in texts]


def _erased(hotline, *texts):
    return [hotline.find(text).erased_at is not None for text in texts]


@pytest.fixture
def wish(hotline):
    """A person who wants the chat clean."""
    hotline.write("hello", message_ref="1", **TELEGRAM)
    hotline.answer(hotline.find("hello"), "noted")
    hotline.write("erase", "cleaned", message_ref="2", **TELEGRAM)


async def test_what_a_person_wants_gone_is_erased_at_the_provider(hotline, wish):
    client = FakeClient()
    start = partial(erase_on_request, PartsOver(hotline.database), {Provider.TELEGRAM: client})
    await run_until(start, lambda: all(_erased(hotline, "hello", "erase")))
    assert client.erased == [("4711", "1"), ("4711", "2")]


@pytest.mark.parametrize("has_client", [True, False])
async def test_what_the_provider_will_not_erase_is_not_asked_for_again(hotline, wish, has_client):
    client = FakeClient()
    client.refuses_to_erase = Rejected("too_old")
    clients = {Provider.TELEGRAM: client} if has_client else {}
    start = partial(erase_on_request, PartsOver(hotline.database), clients)
    await run_until(start, lambda: not any(_asked(hotline, "hello", "erase")))
    assert _erased(hotline, "hello", "erase") == [False, False]


async def test_what_the_provider_may_erase_later_is_tried_again(hotline, wish):
    client = FakeClient()
    client.refuses_to_erase = TryLater("slow_down")
    tried = []

    async def erase(address, provider_id):
        tried.append(provider_id)
        if len(tried) == 2:
            client.refuses_to_erase = None
        await FakeClient.erase(client, address, provider_id)

    client.erase = erase
    start = partial(erase_on_request, PartsOver(hotline.database), {Provider.TELEGRAM: client})
    await run_until(start, lambda: all(_erased(hotline, "hello", "erase")))
    assert tried == ["1", "1", "2"]


async def test_a_fault_while_erasing_is_logged_by_its_class_and_tried_again(hotline, wish, process_log):
    client = FakeClient()
    client.refuses_to_erase = KeyError("4711")
    start = partial(erase_on_request, PartsOver(hotline.database), {Provider.TELEGRAM: client})
    await run_until(start, lambda: "erasing_failed error_class=KeyError" in process_log.getvalue())
    assert "4711" not in process_log.getvalue()
    assert _asked(hotline, "hello", "erase") == [True, True]


# What came while nobody opened the door


def _look(hotline):
    with hotline.database.unit_of_work() as uow:
        return uow.marks.get("caught_up_twilio")


async def test_a_hotline_that_starts_for_the_first_time_has_missed_nothing(hotline):
    asked = []

    async def missed(since):
        asked.append(since)
        return []

    start = partial(catch_up, PartsOver(hotline.database), Provider.TWILIO, missed)
    await run_until(start, lambda: _look(hotline) is not None)
    assert asked == []


async def test_what_was_missed_since_the_last_look_is_stored_once(hotline, process_log):
    # Given a hotline that was away for three hours, and one message that a webhook brought since it came back
    last_look = now() - timedelta(hours=3)
    with hotline.database.unit_of_work() as uow:
        uow.marks.set("caught_up_twilio", last_look)
        uow.commit()
    known = hotline.write("hello", provider_id="SM1", **SMS)
    asked = []

    async def missed(since):
        asked.append(since)
        return [make_incoming("hello", provider_id="SM1", **SMS), make_incoming("are you there?", provider_id="SM2", **SMS)]

    start = partial(catch_up, PartsOver(hotline.database), Provider.TWILIO, missed)
    await run_until(start, lambda: _look(hotline) > last_look)
    assert asked == [last_look - OVERLAP]
    assert "caught_up provider=twilio count=1" in process_log.getvalue()
    with hotline.database.unit_of_work() as uow:
        said = uow.messages.in_conversation(known.conversation_id, after=0)
    assert [m.text for m in said] == ["hello", "are you there?"]


async def test_a_provider_that_cannot_be_asked_ends_nothing(hotline, process_log):
    with hotline.database.unit_of_work() as uow:
        uow.marks.set("caught_up_twilio", now())
        uow.commit()

    async def missed(since):
        raise TryLater("provider_away", "+218910000001")

    start = partial(catch_up, PartsOver(hotline.database), Provider.TWILIO, missed)
    await run_until(start, lambda: "catch_up_failed" in process_log.getvalue())
    assert "catch_up_failed provider=twilio error_class=TryLater" in process_log.getvalue()
    assert "+218910000001" not in process_log.getvalue()
