"""A reply that is too long for its channel becomes several messages, cut where a reader would pause."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import Channel
from bot.domain.conversations import Choice
from bot.language.sms import sms_size
from bot.services.turns import Reply
from bot.speaking.fitting import MAX_UNITS, fit, split_text, units

CHOICES = (Choice("helped_yes", "Yes"), Choice("helped_no", "No"))
TEXTS = st.text(st.sampled_from("ab .,!?؟،\n😀\U0001f6a2نص"), max_size=400) | st.text(max_size=200)


def _squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("channel", Channel)
def test_what_fits_stays_one_message(channel):
    reply = Reply("greet", "x" * (MAX_UNITS[channel] - 400), CHOICES, 1)
    assert fit(reply, channel) == [reply]


@pytest.mark.parametrize("channel", Channel)
def test_a_text_of_exactly_the_limit_is_whole_and_one_more_letter_is_not(channel):
    assert len(fit(Reply("greet", "x" * MAX_UNITS[channel]), channel)) == 1
    assert len(fit(Reply("greet", "x" * (MAX_UNITS[channel] + 1)), channel)) == 2


@pytest.mark.parametrize("channel", Channel)
def test_the_choices_go_with_the_last_message(channel):
    replies = fit(Reply("greet", "A sentence of words. " * 400, CHOICES), channel)
    assert len(replies) > 1
    assert [reply.choices for reply in replies] == [()] * (len(replies) - 1) + [CHOICES]
    assert {reply.answer_id for reply in replies} == {"greet"}


def test_whatsapp_keeps_room_for_numbered_choices():
    replies = fit(Reply("greet", "x" * 1500, CHOICES), Channel.WHATSAPP)
    assert len(replies) == 2
    assert len(fit(Reply("greet", "x" * 1500), Channel.WHATSAPP)) == 1


def test_sms_that_were_cut_are_numbered_and_measured():
    replies = fit(Reply("greet", "نص قصير من كلمات. " * 300, sms_parts=81), Channel.SMS)
    assert [reply.text.split(" ")[0] for reply in replies] == [f"{n}/{len(replies)}" for n in range(1, len(replies) + 1)]
    assert [reply.sms_parts for reply in replies] == [sms_size(reply.text).parts for reply in replies]
    assert all(units(reply.text) <= MAX_UNITS[Channel.SMS] for reply in replies)


def test_only_sms_have_a_size():
    assert {reply.sms_parts for reply in fit(Reply("greet", "word " * 2000), Channel.TELEGRAM)} == {None}


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One paragraph.\n\nAnother one", ["One paragraph.", "Another one"]),
        ("A sentence. And another", ["A sentence.", "And another"]),
        ("Are you there? Tell us now", ["Are you there?", "Tell us now"]),
        ("هل أنت هناك؟ أخبرنا الآن", ["هل أنت هناك؟", "أخبرنا الآن"]),
        ("one two three, four five six", ["one two three,", "four five six"]),
        ("واحد اثنان ثلاثة، أربعة خمسة", ["واحد اثنان ثلاثة،", "أربعة خمسة"]),
        ("one two three four five six", ["one two three four", "five six"]),
        ("onetwothreefourfivesixseven", ["onetwothreefourfives", "ixseven"]),
    ],
)
def test_a_text_is_cut_at_the_best_pause(text, pieces):
    assert list(split_text(text, 20)) == pieces


def test_a_decimal_point_is_no_end_of_a_sentence():
    assert list(split_text("it costs 1.50 or 12.75 dinars", 24)) == ["it costs 1.50 or 12.75", "dinars"]


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_of_nothing_nothing_is_left(text):
    assert list(split_text(text, 20)) == []


@given(TEXTS, st.integers(2, 60))
def test_no_piece_is_too_long_and_only_white_space_is_lost(text, limit):
    pieces = list(split_text(text, limit))
    assert all(0 < units(piece) <= limit for piece in pieces)
    assert all(piece == piece.strip() for piece in pieces)
    assert _squeezed("".join(pieces)) == _squeezed(text)


@given(st.text(st.sampled_from("😀\U0001f6a2x"), min_size=1, max_size=300), st.integers(2, 41))
def test_a_letter_of_two_units_is_never_torn(text, limit):
    for piece in split_text(text, limit):
        # Half a pair could not be encoded.
        assert piece.encode("utf-16-le").decode("utf-16-le") == piece


@given(st.text(st.sampled_from("ab .,!?؟،\n😀نص"), min_size=1, max_size=9), st.integers(1, 900), st.sampled_from(Channel))
def test_whatever_the_channel_every_message_fits_and_nothing_is_lost(unit, times, channel):
    reply = Reply("greet", unit * times, CHOICES)
    replies = fit(reply, channel)
    assert replies == [reply] or all(r.text for r in replies)
    assert all(units(r.text) <= MAX_UNITS[channel] for r in replies)
    texts = [re.sub(r"^\d+/\d+ ", "", r.text) if channel is Channel.SMS and len(replies) > 1 else r.text for r in replies]
    assert _squeezed("".join(texts)) == _squeezed(reply.text)
