"""Cleaning a chat on request: what is asked for, what the provider did, what it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.contacts import Channel
from bot.domain.deliveries import ERASABLE
from bot.services.erasure import messages_to_erase, record_erased
from tests.integration.outbox_steps import Hotline


@pytest.fixture
def hotline(database):
    """The services over the database."""
    return Hotline(database)


def _asked(hotline):
    with hotline.database.unit_of_work() as uow:
        return [(uow.messages.get(e.message_id).text, e.provider_id) for e in messages_to_erase(uow, limit=50)]


def _record(hotline, text, *, is_erased):
    message_id = hotline.find(text).id
    with hotline.database.unit_of_work() as uow:
        record_erased(uow, message_id, is_erased=is_erased, clock=hotline.clock)


def test_everything_of_two_days_that_the_provider_knows_is_to_be_erased_the_oldest_first(hotline):
    # Given a message that is too old, an answer that was sent and one that was not
    hotline.write("long ago", "old answer", message_ref="1")
    hotline.send("old answer")
    hotline.clock.time += ERASABLE + timedelta(seconds=1)
    hotline.write("recent", "answer", "unsent", message_ref="2")
    hotline.send("answer")
    hotline.write("somebody else", message_ref="9", address="sim:bilal")
    # When the person asks to clean the chat
    hotline.write("/erase", "cleaned", message_ref="3", answer_id="erase_telegram")
    assert _asked(hotline) == [("recent", "2"), ("answer", "out-answer"), ("/erase", "3")]


def test_what_is_erased_is_not_asked_for_again_and_what_cannot_be_neither(hotline):
    hotline.write("one", message_ref="1")
    wish = hotline.write("two", message_ref="2")
    hotline.answer(wish, "noted")
    hotline.write("erase", message_ref="3")
    hotline.answer(wish, "noted too")
    hotline.answer(wish, "cleaned")
    assert [text for text, _ in _asked(hotline)] == ["one", "two", "erase"]
    _record(hotline, "one", is_erased=True)
    _record(hotline, "two", is_erased=False)
    assert [text for text, _ in _asked(hotline)] == ["erase"]
    assert (hotline.find("one").erased_at, hotline.find("two").erased_at) == (hotline.clock(), None)
    with hotline.database.unit_of_work() as uow:
        assert uow.outbox.erased(wish.conversation_id) == [hotline.find("one").id]


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_where_nobody_can_erase_nothing_is_asked_for(hotline, channel):
    hotline.write("erase", "how to do it", channel=channel, answer_id=f"erase_{channel.value}")
    assert _asked(hotline) == []
