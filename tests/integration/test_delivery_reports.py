"""Delivery reports: late, twice, out of order, or before the answer to our own request."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from bot.domain.contacts import Channel, Provider
from bot.domain.deliveries import MAX_RESENDS, OutboundState
from bot.domain.errors import TryLater, Uncertain
from bot.services.outbox import CLAIM, LOOK_UP_AFTER, Task
from tests.integration.database import in_threads
from tests.integration.outbox_steps import OTHER, Hotline

TEMPLATES = {"fr": "Votre réponse est prête. Écrivez OUVRIR."}
SMS = {"provider": Provider.TWILIO, "channel": Channel.SMS, "address": "+218910000001"}
WHATSAPP = {**SMS, "channel": Channel.WHATSAPP}
SENT, DELIVERED, READ = OutboundState.SENT, OutboundState.DELIVERED, OutboundState.READ
UNDELIVERED, FAILED = OutboundState.UNDELIVERED, OutboundState.FAILED


@pytest.fixture
def hotline(database):
    """The services over the database."""
    return Hotline(database, templates=TEMPLATES)


@pytest.fixture
def report(hotline):
    """A function that brings a report of Twilio's."""
    return partial(hotline.report, provider=Provider.TWILIO)


# Order


def test_reports_move_a_message_on(hotline, report):
    hotline.write("hello", "one", **SMS)
    hotline.send("one")
    for state in (SENT, DELIVERED, READ):
        assert report("one", state)
        assert hotline.state("one") == (state.value, None)


@pytest.mark.parametrize("later", [SENT, DELIVERED, UNDELIVERED, FAILED])
def test_a_report_that_comes_late_never_steps_back(hotline, report, later):
    hotline.write("hello", "one", **SMS)
    hotline.send("one")
    report("one", READ)
    report("one", later, failure="phone_off" if later in (UNDELIVERED, FAILED) else None)
    assert hotline.state("one") == ("read", None)


def test_a_repeated_report_is_none(hotline, report):
    hotline.write("hello", "one", **SMS)
    hotline.send("one")
    assert report("one", UNDELIVERED, failure="phone_off")
    assert not report("one", UNDELIVERED, failure="phone_off")
    assert hotline.find("one").resends == 1


def test_the_same_id_of_another_provider_is_another_message(hotline):
    hotline.write("hello", "one", **SMS)
    hotline.send("one")
    assert hotline.report("one", DELIVERED, provider=Provider.GATEWAY)
    assert hotline.state("one") == ("sent", None)


def test_a_report_of_nothing_that_we_know_is_kept_and_changes_nothing(report):
    assert report("elsewhere", DELIVERED)
    assert report("elsewhere", DELIVERED, message_id="nowhere") is False


# Before the answer to our request


def test_a_report_that_overtakes_the_answer_counts_once_the_message_is_known(hotline, report):
    hotline.write("hello", "one", **SMS)
    hotline.claim("one")
    assert report("one", DELIVERED)
    assert report("one", SENT)
    assert hotline.state("one") == ("sending", None)
    hotline.was_sent("one")
    assert hotline.state("one") == ("delivered", None)


def test_a_failure_that_overtakes_the_answer_has_its_consequences(hotline, report):
    message = hotline.write("hello", "one", **WHATSAPP)
    hotline.claim("one")
    report("one", SENT)
    report("one", FAILED, failure="window_shut")
    hotline.was_sent("one")
    assert hotline.state("one") == ("held", "window_shut")
    assert hotline.ready() == [TEMPLATES["fr"]]
    assert hotline.address_of(message).stopped_at is None


def _in_hand(hotline):
    hotline.claim("one")


def _to_be_looked_up(hotline):
    hotline.fail("one", Uncertain("answer_lost"))


def _unknown_for_good(hotline):
    hotline.fail("one", Uncertain("answer_lost"), can_look_up=False)


def _waits(hotline):
    hotline.fail("one", TryLater("provider_away"))


@pytest.mark.parametrize("before", [_in_hand, _to_be_looked_up, _unknown_for_good, _waits])
@pytest.mark.parametrize("state", [SENT, DELIVERED])
def test_our_own_id_proves_that_a_message_went_out_whose_answer_was_lost(hotline, report, before, state):
    hotline.write("hello", "one", **SMS)
    before(hotline)
    report("one", state, message_id=hotline.find("one").id)
    message = hotline.find("one")
    assert (message.state, message.provider_id, message.failure) == (state.value, "out-one", None)
    hotline.clock.advance(hours=1)
    assert hotline.ready() == []
    # Later reports bring the provider's id only.
    report("one", READ)
    assert hotline.state("one") == ("read", None)


def test_a_safety_answer_that_was_queued_once_more_is_not_sent_again_after_the_proof(hotline, report):
    hotline.write("hello", "one", answer_id="emergency_sea", **SMS)
    hotline.fail("one", Uncertain("answer_lost"), can_look_up=False)
    assert hotline.ready() == ["one"]
    report("one", SENT, message_id=hotline.find("one").id)
    assert hotline.ready() == []


@pytest.mark.parametrize("can_look_up", [True, False])
@pytest.mark.parametrize("answer_id", ["return_cost", "emergency_sea"])
def test_an_answer_that_is_lost_after_the_report_came_takes_nothing_back(hotline, report, can_look_up, answer_id):
    hotline.write("hello", "one", answer_id=answer_id, **SMS)
    hotline.claim("one", can_look_up=can_look_up)
    report("one", DELIVERED, message_id=hotline.find("one").id)
    assert hotline.failed("one", Uncertain("answer_lost"), can_look_up=can_look_up) is DELIVERED
    hotline.clock.advance(minutes=1)
    assert (hotline.state("one"), hotline.ready()) == (("delivered", None), [])


def test_a_report_and_a_lost_answer_in_the_same_moment_take_nothing_back_from_each_other(hotline, report):
    # Both read the message before they write; whoever is second must see what the first one wrote.
    for number in range(12):
        text = f"reply {number}"
        hotline.write(f"hello {number}", text, **SMS)
        hotline.claim(text)
        brought = partial(report, text, READ, message_id=hotline.find(text).id)
        calls = iter([brought, partial(hotline.failed, text, Uncertain("answer_lost"))])
        outcomes = in_threads(2, lambda calls=calls: next(calls)())
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        assert (text, hotline.find(text).state) == (text, "read")


@pytest.mark.parametrize("outcome", ["not found", "not told"])
def test_a_look_up_that_is_slower_than_the_report_takes_nothing_back(hotline, report, outcome):
    hotline.write("hello", "one", **SMS)
    hotline.fail("one", Uncertain("answer_lost"))
    hotline.clock.time += LOOK_UP_AFTER
    assert hotline.claim("one").task is Task.LOOK_UP
    report("one", SENT, message_id=hotline.find("one").id)
    if outcome == "not found":
        hotline.was_not_found("one")
    else:
        hotline.failed("one", TryLater("provider_away"), task=Task.LOOK_UP)
    hotline.clock.advance(minutes=1)
    assert (hotline.state("one"), hotline.ready()) == (("sent", None), [])


def test_our_own_id_brought_by_another_provider_or_before_any_attempt_proves_nothing(hotline, report):
    inbound = hotline.write("hello", "one", **SMS)
    message_id = hotline.find("one").id
    report("one", DELIVERED, message_id=message_id)
    assert hotline.state("one") == ("queued", None)
    hotline.claim("one")
    hotline.report("one", DELIVERED, provider=Provider.GATEWAY, message_id=message_id)
    assert hotline.state("one") == ("sending", None)
    report("two", DELIVERED, message_id=inbound.id)
    assert hotline.find("hello").state == "handled"


def test_a_worker_that_takes_over_after_the_proof_finds_nothing_to_do(hotline, report):
    hotline.write("hello", "one", **SMS)
    hotline.claim("one")
    report("one", SENT, message_id=hotline.find("one").id)
    hotline.clock.time += CLAIM
    assert hotline.claim("one", owner=OTHER) is None


# What a failure means


def test_outside_the_window_a_message_is_held_and_a_template_sent(hotline, report):
    hotline.write("hello", "one", "two", **WHATSAPP)
    hotline.send("one")
    report("one", UNDELIVERED, failure="window_shut")
    assert hotline.state("one") == ("held", "window_shut")
    assert hotline.ready() == [TEMPLATES["fr"]]
    hotline.send(TEMPLATES["fr"])
    hotline.write("hello again", **WHATSAPP)
    assert hotline.ready() == ["one"]


def test_a_template_that_was_too_late_asks_for_no_other(hotline, report):
    hotline.write("hello", "one", **WHATSAPP)
    hotline.send("one")
    report("one", FAILED, failure="window_shut")
    hotline.send(TEMPLATES["fr"])
    report(TEMPLATES["fr"], FAILED, failure="window_shut")
    assert hotline.state(TEMPLATES["fr"]) == ("failed", "window_shut")
    assert hotline.ready() == []


@pytest.mark.parametrize("failure", ["phone_off", "network_fault"])
def test_what_the_network_lost_is_sent_again_a_few_times(hotline, report, failure):
    hotline.write("hello", "one", **SMS)
    for number in range(MAX_RESENDS + 1):
        hotline.send("one", provider_id=f"out-{number}")
        report(str(number), UNDELIVERED, failure=failure)
        if number < MAX_RESENDS:
            assert hotline.state("one") == ("queued", failure)
            assert hotline.find("one").next_attempt_at == hotline.clock() + timedelta(minutes=10) * (number + 1)
            hotline.clock.advance(minutes=10 * (number + 1))
    assert hotline.state("one") == ("undelivered", failure)
    assert hotline.ready() == []


@pytest.mark.parametrize("late", [SENT, FAILED])
def test_a_late_report_of_an_earlier_try_does_not_end_the_next_one(hotline, report, late):
    hotline.write("hello", "one", **SMS)
    hotline.send("one")
    report("one", UNDELIVERED, failure="phone_off")
    report("one", late, failure="phone_off" if late is FAILED else None)
    assert hotline.state("one") == ("queued", "phone_off")
    assert hotline.find("one").resends == 1


def test_late_reports_in_the_wrong_order_before_the_answer_do_not_end_the_next_try(hotline, report):
    hotline.write("hello", "one", **SMS)
    hotline.claim("one")
    report("one", UNDELIVERED, failure="phone_off")
    hotline.clock.time += timedelta(milliseconds=1)
    report("one", SENT)
    hotline.was_sent("one")
    assert hotline.state("one") == ("queued", "phone_off")


def test_an_earlier_try_that_arrived_after_all_is_enough(hotline, report):
    hotline.write("hello", "one", **SMS)
    hotline.send("one")
    report("one", UNDELIVERED, failure="phone_off")
    report("one", READ)
    hotline.clock.advance(hours=1)
    assert (hotline.state("one"), hotline.ready()) == (("read", None), [])


def test_a_held_message_stays_held_when_a_report_of_its_refused_try_comes_late(hotline, report):
    hotline.write("hello", "one", **WHATSAPP)
    hotline.send("one")
    report("one", FAILED, failure="window_shut")
    report("one", SENT)
    assert hotline.state("one") == ("held", "window_shut")


@pytest.mark.parametrize("failure", ["opted_out", "blocked", "unreachable", "bad_number", "not_on_whatsapp"])
def test_a_failure_of_the_address_stops_it_and_withdraws_the_queue(hotline, report, failure):
    message = hotline.write("hello", "one", "two", **SMS)
    hotline.send("one")
    report("one", FAILED, failure=failure)
    assert (hotline.state("one"), hotline.state("two")) == (("failed", failure), ("withdrawn", failure))
    assert hotline.address_of(message).stop_reason == failure


@pytest.mark.parametrize("failure", ["filtered", "content_refused", "unknown_reason", "63999", None])
def test_any_other_failure_concerns_its_message_only(hotline, report, failure):
    message = hotline.write("hello", "one", "two", **SMS)
    hotline.send("one")
    report("one", UNDELIVERED, failure=failure)
    assert hotline.state("one") == ("undelivered", failure)
    assert hotline.address_of(message).stopped_at is None
    assert hotline.ready() == ["two"]
