"""Conversations and messages: language, states, addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.conversations import Direction, InboundState, OutboundState
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


@pytest.mark.parametrize(("is_delivered", "state"), [(True, OutboundState.DELIVERED), (False, OutboundState.SENT)])
def test_a_sent_message_keeps_the_providers_id(is_delivered, state):
    message = make_message(Direction.OUTBOUND)
    message.mark_sent("out-1", NOON, is_delivered=is_delivered)
    assert (message.provider_id, message.state, message.handled_at) == ("out-1", state.value, NOON)


def test_a_postponed_message_waits_and_counts_its_attempts():
    message = make_message(Direction.OUTBOUND)
    message.postpone(NOON, seconds=10)
    assert (message.attempts, message.next_attempt_at) == (1, NOON + timedelta(seconds=10))


def test_a_stopped_address_keeps_the_first_time_until_the_person_writes_again():
    address = make_address()
    address.stop(NOON)
    address.stop(NOON + timedelta(days=1))
    assert address.stopped_at == NOON
    address.resume()
    assert address.stopped_at is None


def test_a_repr_shows_class_and_id_only():
    things = [make_message(text="secret"), make_address(address="+218910000000"), make_conversation(), make_contact()]
    assert [repr(t) for t in things] == [f"<{type(t).__name__} {t.id}>" for t in things]
