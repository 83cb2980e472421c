"""WhatsApp's window of 24 hours: what comes too late waits, and one template asks the person to write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction, InboundState
from bot.domain.errors import Rejected
from bot.services.outbox import Task
from tests.integration.outbox_steps import Hotline

TEMPLATES = {"en": "Your reply is ready. Write OPEN.", "fr": "Votre réponse est prête. Écrivez OUVRIR."}
ASKS = TEMPLATES["fr"]
WHATSAPP = {"provider": Provider.TWILIO, "channel": Channel.WHATSAPP, "address": "+218910000001"}
A_DAY = timedelta(hours=24)


@pytest.fixture
def hotline(database):
    """The services over the database, with templates in two languages."""
    return Hotline(database, templates=TEMPLATES)


def _templates(hotline, message):
    with hotline.database.unit_of_work() as uow:
        said = uow.messages.in_conversation(message.conversation_id, after=0)
    return [(m.template, m.state) for m in said if m.template is not None]


def test_inside_the_window_a_reply_goes_out(hotline):
    message = hotline.write("hello", "one", **WHATSAPP)
    hotline.clock.time += A_DAY - timedelta(minutes=3)
    assert hotline.claim("one").task is Task.SEND
    assert _templates(hotline, message) == []


def test_outside_it_a_reply_is_held_and_one_template_overtakes_it(hotline):
    message = hotline.write("hello", "one", "two", **WHATSAPP)
    hotline.clock.time += A_DAY
    assert hotline.claim("one") is None
    assert hotline.state("one") == ("held", "window_shut")
    assert _templates(hotline, message) == [("reply_ready_fr", "queued")]
    assert hotline.ready() == [ASKS]
    hotline.send(ASKS)
    # Neither time nor another message brings a second one.
    hotline.start(message, "three")
    hotline.clock.time += 3 * A_DAY
    assert hotline.ready() == []
    assert [hotline.claim(text) for text in ("one", "two", "three")] == [None] * 3
    assert _templates(hotline, message) == [("reply_ready_fr", "sent")]


def test_when_the_person_writes_what_waited_goes_out_in_order(hotline):
    hotline.write("hello", "one", "two", **WHATSAPP)
    hotline.clock.time += A_DAY
    hotline.claim("one")
    hotline.send(ASKS)
    wrote = hotline.write("are you there?", **WHATSAPP)
    assert wrote.state == InboundState.RECEIVED.value
    hotline.answer(wrote, "three")
    for text in ("one", "two", "three"):
        assert hotline.ready() == [text]
        hotline.send(text)


def test_a_template_that_was_not_sent_yet_has_no_more_use(hotline):
    message = hotline.write("hello", "one", **WHATSAPP)
    hotline.clock.time += A_DAY
    hotline.claim("one")
    hotline.write("hello again", **WHATSAPP)
    assert _templates(hotline, message) == [("reply_ready_fr", "withdrawn")]
    assert hotline.ready() == ["one"]


@pytest.mark.parametrize("word", ["OPEN", "Ouvrir !", "افتح"])
def test_open_is_answered_by_what_waited(hotline, word):
    message = hotline.write("hello", "one", **WHATSAPP)
    hotline.clock.time += A_DAY
    hotline.claim("one")
    wrote = hotline.write(word, **WHATSAPP)
    assert (wrote.state, wrote.direction) == (InboundState.HANDLED.value, Direction.INBOUND)
    with hotline.database.unit_of_work() as uow:
        assert uow.messages.next_received(message.contact_id) is None
    assert hotline.ready() == ["one"]


def test_open_with_nothing_that_waits_is_a_message_like_any_other(hotline):
    assert hotline.write("OPEN", **WHATSAPP).state == InboundState.RECEIVED.value


def test_without_a_template_a_reply_is_only_held(database):
    hotline = Hotline(database)
    message = hotline.write("hello", "one", **WHATSAPP)
    hotline.clock.time += A_DAY
    assert hotline.claim("one") is None
    assert hotline.state("one") == ("held", "window_shut")
    assert (hotline.ready(), _templates(hotline, message)) == ([], [])
    hotline.write("hello again", **WHATSAPP)
    assert hotline.ready() == ["one"]


def test_without_a_template_in_the_persons_language_another_one_asks(hotline):
    message = hotline.write("hello", "one", language="ar", **WHATSAPP)
    hotline.clock.time += A_DAY
    hotline.claim("one")
    assert _templates(hotline, message) == [("reply_ready_en", "queued")]


def test_a_window_that_shuts_again_asks_again(hotline):
    message = hotline.write("hello", "one", **WHATSAPP)
    hotline.clock.time += A_DAY
    hotline.claim("one")
    hotline.send(ASKS)
    hotline.clock.advance(minutes=1)
    hotline.write("hello again", **WHATSAPP)
    hotline.clock.time += A_DAY
    assert hotline.claim("one") is None
    assert _templates(hotline, message) == [("reply_ready_fr", "sent"), ("reply_ready_fr", "queued")]


def test_a_template_that_was_refused_does_not_count_as_asking(hotline):
    message = hotline.write("hello", "one", **WHATSAPP)
    hotline.clock.time += A_DAY
    hotline.claim("one")
    hotline.fail(ASKS, Rejected("content_refused"))
    assert _templates(hotline, message) == [("reply_ready_fr", "failed")]
    assert hotline.state("one") == ("held", "window_shut")


def test_who_asked_for_silence_gets_no_template(hotline):
    message = hotline.write("hello", "one", **WHATSAPP)
    hotline.write("stop", "goodbye", answer_id="stop_messages", **WHATSAPP)
    hotline.clock.time += A_DAY
    assert hotline.claim("goodbye") is None
    assert hotline.claim(ASKS) is None
    assert _templates(hotline, message) == [("reply_ready_fr", "withdrawn")]


def test_a_simulated_phone_has_no_window(hotline):
    hotline.write("hello", "one", provider=Provider.SIMULATOR, channel=Channel.WHATSAPP)
    hotline.clock.time += 9 * A_DAY
    assert hotline.claim("one").task is Task.SEND
