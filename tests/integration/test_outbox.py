"""The outbox on SQLite and PostgreSQL: order, claims, retries, silence that was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.contacts import Channel, Provider
from bot.domain.deliveries import MAX_ATTEMPTS, OutboundState, backoff
from bot.domain.errors import ChannelDown, Rejected, TryLater, Uncertain, Unreachable
from bot.services.messages import resume_address, stop_address
from bot.services.outbox import CLAIM, DOWN_SECONDS, LOOK_UP_AFTER, Claimed, Task, messages_in_trouble
from bot.services.turns import lease_contact
from tests.integration.database import in_threads
from tests.integration.outbox_steps import OTHER, WORKER, Hotline

SECOND = timedelta(seconds=1)


@pytest.fixture
def hotline(database):
    """The services over the database."""
    return Hotline(database)


# Order


def test_replies_go_out_in_order_and_once(hotline):
    hotline.write("hello", "one", "two", "three")
    sent = []
    while ready := hotline.ready():
        assert len(ready) == 1
        hotline.send(ready[0])
        sent += ready
    assert sent == ["one", "two", "three"]
    assert hotline.claim("one") is None


def _waits(hotline):
    hotline.fail("one", TryLater("slow_down"))


def _in_hand(hotline):
    hotline.claim("one")


def _to_be_looked_up(hotline):
    hotline.fail("one", Uncertain("answer_lost"))


def _lies(hotline):
    """Nobody has touched it yet."""


@pytest.mark.parametrize("first", [_waits, _in_hand, _to_be_looked_up, _lies])
def test_what_is_not_settled_holds_back_its_conversation_and_no_other(hotline, first):
    hotline.write("hello", "one", "two")
    hotline.write("hello", "other", address="sim:bilal")
    first(hotline)
    assert "two" not in hotline.ready()
    assert "other" in hotline.ready()
    assert hotline.claim("two") is None
    assert hotline.claim("other") is not None


@pytest.mark.parametrize("error", [Rejected("too_long"), Uncertain("answer_lost")])
def test_what_is_given_up_holds_back_nothing(hotline, error):
    hotline.write("hello", "one", "two")
    hotline.fail("one", error, can_look_up=False)
    assert hotline.ready() == ["two"]


def test_ready_messages_say_what_a_lane_needs(hotline):
    hotline.write("hello", "one", channel=Channel.SMS, sms_parts=3)
    with hotline.database.unit_of_work() as uow:
        (ready,) = uow.outbox.ready(hotline.clock(), limit=5)
    assert (ready.provider, ready.channel, ready.parts) == (Provider.SIMULATOR, Channel.SMS, 3)


# Claims


def test_of_two_workers_at_once_one_gets_a_message(hotline):
    hotline.write("hello", "one")
    owners = iter("abcd")
    outcomes = in_threads(4, lambda: hotline.claim("one", owner=next(owners)))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 1
    assert outcomes.count(None) == 3
    assert hotline.find("one").attempts == 1


def test_a_message_in_a_living_workers_hand_is_nobody_elses(hotline):
    hotline.write("hello", "one")
    assert hotline.claim("one").task is Task.SEND
    hotline.clock.time += CLAIM - SECOND
    assert hotline.ready() == []
    assert hotline.claim("one", owner=OTHER) is None


def test_a_dead_workers_message_is_looked_up_where_the_provider_can_tell(hotline):
    # Given a message that was sent, and one that a worker had in hand when it died
    hotline.write("hello", "before", "one")
    hotline.send("before")
    hotline.claim("one")
    hotline.clock.time += CLAIM
    # When another worker comes
    claimed = hotline.claim("one", owner=OTHER)
    # Then it asks the provider, and does not take an earlier message for this one
    assert claimed.task is Task.LOOK_UP
    assert "out-before" in claimed.outgoing.known_provider_ids
    hotline.was_sent("one", owner=OTHER)
    assert hotline.state("one") == ("sent", None)
    assert hotline.ready() == []


def test_what_the_provider_never_got_is_queued_again_in_its_place(hotline):
    hotline.write("hello", "one", "two")
    hotline.claim("one")
    hotline.clock.time += CLAIM
    hotline.claim("one", owner=OTHER)
    hotline.was_not_found("one", owner=OTHER)
    assert hotline.ready() == ["one"]
    assert hotline.claim("one").task is Task.SEND


def test_a_look_up_that_fails_is_tried_again_later(hotline):
    hotline.write("hello", "one", "two")
    hotline.fail("one", Uncertain("answer_lost"))
    assert hotline.state("one") == ("unknown", "answer_lost")
    assert hotline.ready() == []
    hotline.clock.time += LOOK_UP_AFTER
    assert hotline.claim("one").task is Task.LOOK_UP
    assert hotline.failed("one", TryLater("provider_away"), task=Task.LOOK_UP) is OutboundState.UNKNOWN
    assert hotline.state("one") == ("unknown", "provider_away")
    assert hotline.ready() == []
    hotline.clock.advance(minutes=1)
    assert hotline.claim("one").task is Task.LOOK_UP


def test_a_dead_workers_message_stays_unknown_where_nobody_can_tell(hotline):
    hotline.write("hello", "one", "two")
    hotline.claim("one", can_look_up=False)
    hotline.clock.time += CLAIM
    assert hotline.claim("one", owner=OTHER, can_look_up=False) is None
    assert hotline.state("one") == ("unknown", "worker_died")
    assert hotline.ready() == ["two"]


@pytest.mark.parametrize("answer_id", ["emergency_sea", "safety_case_off_duty", "check_safety", "danger_yes"])
def test_where_a_life_may_hang_on_it_an_uncertain_message_is_repeated_once(hotline, answer_id):
    hotline.write("hello", "one", answer_id=answer_id)
    hotline.claim("one", can_look_up=False)
    hotline.clock.time += CLAIM
    hotline.claim("one", owner=OTHER, can_look_up=False)
    assert hotline.state("one") == ("queued", "worker_died")
    hotline.fail("one", Uncertain("answer_lost"), can_look_up=False)
    assert hotline.state("one") == ("unknown", "answer_lost")
    assert hotline.ready() == []


def test_what_a_worker_records_after_its_claim_ran_out_changes_nothing(hotline):
    hotline.write("hello", "one")
    hotline.claim("one")
    hotline.clock.time += CLAIM
    hotline.claim("one", owner=OTHER)
    before = hotline.find("one")
    hotline.was_sent("one", owner=WORKER)
    hotline.was_not_found("one", owner=WORKER)
    assert hotline.failed("one", Rejected("too_long"), owner=WORKER) is OutboundState.SENDING
    assert hotline.find("one") == before
    # The other one still has it.
    hotline.was_sent("one", owner=OTHER)
    assert hotline.state("one") == ("sent", None)


# Retries


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_pauses_grow_until_the_last_attempt(hotline, jitter):
    hotline.write("hello", "one", "two")
    pauses = []
    for _ in range(MAX_ATTEMPTS - 1):
        hotline.fail("one", TryLater("slow_down", after=5), jitter=jitter)
        assert hotline.state("one") == ("queued", "slow_down")
        until = hotline.find("one").next_attempt_at
        pauses.append(until - hotline.clock())
        hotline.clock.time = until - SECOND
        assert hotline.ready() == []
        hotline.clock.time = until
    assert pauses == [backoff(n, after=5.0, jitter=jitter) for n in range(MAX_ATTEMPTS - 1)]
    assert hotline.fail("one", TryLater("slow_down")) is OutboundState.FAILED
    assert hotline.state("one") == ("failed", "slow_down")
    assert hotline.ready() == ["two"]


def test_a_channel_that_is_down_uses_up_no_attempts_and_says_why(hotline):
    hotline.write("hello", "one")
    for _ in range(2 * MAX_ATTEMPTS):
        hotline.fail("one", ChannelDown("account_refused"))
        assert hotline.ready() == []
        hotline.clock.advance(seconds=DOWN_SECONDS)
    assert hotline.state("one") == ("queued", "account_refused")
    assert hotline.find("one").attempts == 0
    hotline.send("one")
    assert hotline.state("one") == ("sent", None)


def test_a_refused_message_fails_at_once(hotline):
    hotline.write("hello", "one")
    assert hotline.fail("one", Rejected("content_refused")) is OutboundState.FAILED
    assert hotline.state("one") == ("failed", "content_refused")


# Addresses that take nothing


def test_an_unreachable_address_is_stopped_and_its_queue_withdrawn(hotline):
    message = hotline.write("hello", "one", "two")
    hotline.write("hello", "other", address="sim:bilal")
    hotline.fail("one", Unreachable("blocked"))
    address = hotline.address_of(message)
    assert (address.stopped_at, address.stop_reason) == (hotline.clock(), "blocked")
    assert (hotline.state("one"), hotline.state("two")) == (("failed", "blocked"), ("withdrawn", "blocked"))
    assert hotline.ready() == ["other"]
    # Writing again lifts it, and what was withdrawn stays so.
    hotline.write("I am back", "three")
    assert hotline.address_of(message).stopped_at is None
    assert hotline.ready() == ["other", "three"] or hotline.ready() == ["three", "other"]


def test_after_stop_only_replies_go_out(hotline):
    message = hotline.write("hello", "one")
    hotline.write("stop", "goodbye", answer_id="stop_messages")
    hotline.start(message, "by the way")
    assert hotline.state("one") == ("withdrawn", "opted_out")
    hotline.send("goodbye")
    assert hotline.claim("by the way") is None
    assert hotline.state("by the way") == ("withdrawn", "opted_out")
    assert hotline.address_of(message).stop_reason == "opted_out"


def test_what_is_in_hand_when_somebody_says_stop_is_still_recorded(hotline):
    hotline.write("hello", "one")
    hotline.claim("one")
    hotline.write("stop", "goodbye", answer_id="stop_messages")
    hotline.was_sent("one")
    assert hotline.state("one") == ("sent", None)


def test_a_channel_may_stop_and_resume_an_address(hotline):
    message = hotline.write("hello", "one")
    whom = {"provider": Provider.SIMULATOR, "channel": Channel.TELEGRAM, "address": "sim:amina"}
    with hotline.database.unit_of_work() as uow:
        stop_address(uow, **whom, reason="blocked", clock=hotline.clock)
    assert hotline.state("one") == ("withdrawn", "blocked")
    assert hotline.address_of(message).stop_reason == "blocked"
    with hotline.database.unit_of_work() as uow:
        resume_address(uow, **whom)
    assert hotline.address_of(message).stopped_at is None
    with hotline.database.unit_of_work() as uow:
        stop_address(uow, **{**whom, "address": "sim:nobody"}, reason="blocked", clock=hotline.clock)
        resume_address(uow, **{**whom, "address": "sim:nobody"})


# Clocks that jump


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(days=-400), timedelta(days=400)])
def test_a_clock_that_jumps_holds_up_nothing(hotline, jump):
    waiting = hotline.write("hello", "one")
    hotline.write("hello", "two", address="sim:bilal")
    hotline.write("hello", "three", address="sim:chadi")
    hotline.fail("one", TryLater("slow_down"))
    hotline.claim("two")
    hotline.fail("three", Uncertain("answer_lost"))
    with hotline.database.unit_of_work() as uow:
        assert lease_contact(uow, waiting.contact_id, owner=WORKER, clock=hotline.clock)
    hotline.clock.time += jump
    assert sorted(hotline.ready()) == ["one", "three", "two"]
    assert hotline.claim("one", owner=OTHER).task is Task.SEND
    assert hotline.claim("two", owner=OTHER).task is Task.LOOK_UP
    assert hotline.claim("three", owner=OTHER).task is Task.LOOK_UP
    with hotline.database.unit_of_work() as uow:
        assert lease_contact(uow, waiting.contact_id, owner=OTHER, clock=hotline.clock)


# What is kept


def test_the_price_is_kept(hotline):
    hotline.write("hello", "one", "two", channel=Channel.SMS, sms_parts=2)
    hotline.send("one", price="0.170")
    hotline.send("two", is_delivered=True)
    assert [(hotline.find(t).price, hotline.state(t)[0]) for t in ("one", "two")] == [("0.170", "sent"), (None, "delivered")]


def test_trouble_is_what_did_not_arrive_may_not_have_or_waits_the_newest_first(hotline):
    hotline.write("hello", "sent", "failed", "unknown", "late", "queued")
    hotline.send("sent")
    hotline.fail("failed", Rejected("too_long"))
    hotline.fail("unknown", Uncertain("answer_lost"), can_look_up=False)
    hotline.fail("late", TryLater("slow_down"))
    with hotline.database.unit_of_work() as uow:
        assert [m.text for m in messages_in_trouble(uow, limit=9)] == ["late", "unknown", "failed"]
        assert [m.text for m in messages_in_trouble(uow, limit=1)] == ["late"]
