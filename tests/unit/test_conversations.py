"""Conversations and messages: language, states, addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import Channel
from bot.domain.conversations import Choice, Direction, InboundState
from bot.domain.deliveries import MAX_ATTEMPTS, Failure, OutboundState, backoff, failure_of
from bot.storage.outbox import LONGEST_WAIT
from tests.builders import NOON, make_address, make_contact, make_conversation, make_message


def test_a_guess_changes_the_language_while_none_was_chosen():
    conversation = make_conversation()
    conversation.use_language("fr", is_chosen=False)
    conversation.use_language("ar", is_chosen=False)
    assert (conversation.language, conversation.language_is_chosen) == ("ar", False)


def test_a_chosen_language_wins_over_guesses():
    conversation = make_conversation()
    conversation.use_language("fr", is_chosen=True)
    conversation.use_language("en", is_chosen=False)
    assert (conversation.language, conversation.language_is_chosen) == ("fr", True)


def test_a_choice_replaces_an_earlier_choice():
    conversation = make_conversation(language="fr", language_is_chosen=True)
    conversation.use_language("en", is_chosen=True)
    assert conversation.language == "en"


def test_a_handled_message_keeps_its_time():
    message = make_message()
    message.mark_handled(NOON)
    assert (message.state, message.handled_at) == (InboundState.HANDLED.value, NOON)


@pytest.mark.parametrize(
    ("before", "report", "moves"),
    [
        ("queued", "sent", True),
        ("sending", "delivered", True),
        ("unknown", "sent", True),
        ("sent", "delivered", True),
        ("delivered", "read", True),
        ("undelivered", "read", True),
        ("sent", "sent", False),
        ("delivered", "sent", False),
        ("read", "delivered", False),
        ("failed", "undelivered", False),
        ("delivered", "undelivered", False),
        ("withdrawn", "sent", False),
    ],
)
def test_a_report_never_moves_a_message_back(before, report, moves):
    message = make_message(Direction.OUTBOUND, state=before, failure="why")
    assert message.move_on(OutboundState(report), NOON, failure="because") is moves
    after = (report, "because", NOON) if moves else (before, "why", None)
    assert (message.state, message.failure, message.handled_at) == after


@pytest.mark.parametrize(
    ("channel", "age", "is_open"),
    [
        (Channel.WHATSAPP, timedelta(hours=23, minutes=57), True),
        (Channel.WHATSAPP, timedelta(hours=23, minutes=58), False),
        (Channel.TELEGRAM, timedelta(days=300), True),
        (Channel.SMS, timedelta(days=300), True),
    ],
)
def test_only_whatsapp_has_a_window_and_it_shuts_a_little_early(channel, age, is_open):
    assert make_conversation(channel=channel).takes_free_text(NOON + age) is is_open


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_pauses_double_up_to_half_an_hour_and_a_quarter_more(jitter):
    pauses = [backoff(n, after=5.0, jitter=jitter).total_seconds() for n in range(MAX_ATTEMPTS)]
    assert pauses == [min(5.0 * 2**n, 1800.0) * (1 + jitter / 4) for n in range(MAX_ATTEMPTS)]


@given(st.integers(0, 200), st.floats(0, 1e9), st.floats(0, 1))
def test_no_pause_is_so_long_that_it_is_taken_for_a_clock_that_jumped(attempts, after, jitter):
    assert timedelta(0) <= backoff(attempts, after=after, jitter=jitter) < LONGEST_WAIT


def test_what_a_provider_asks_for_is_waited():
    assert backoff(0, after=2400.0, jitter=0.0) == timedelta(minutes=40)


def test_a_reason_that_nobody_listed_concerns_its_message_only():
    assert failure_of("63999") == Failure("63999", stops_address=False, retry_after=None)
    assert failure_of("blocked").stops_address


def test_whatsapp_shows_choices_as_numbers_where_it_has_no_buttons():
    message = make_message(Direction.OUTBOUND, text="Choose", choices=(Choice("a", "Yes"), Choice("b", "No")))
    assert message.numbered_text == "Choose\n\n1 Yes\n2 No"
    assert make_message(Direction.OUTBOUND, text="Choose").numbered_text == "Choose"


def test_a_stopped_address_keeps_the_first_time_until_the_person_writes_again():
    address = make_address()
    address.stop(NOON)
    address.stop(NOON + timedelta(days=1), reason="blocked")
    assert (address.stopped_at, address.stop_reason) == (NOON, "opted_out")
    address.resume()
    assert (address.stopped_at, address.stop_reason) == (None, None)


def test_a_repr_shows_class_and_id_only():
    things = [make_message(text="secret"), make_address(address="+218910000000"), make_conversation(), make_contact()]
    assert [repr(t) for t in things] == [f"<{type(t).__name__} {t.id}>" for t in things]
