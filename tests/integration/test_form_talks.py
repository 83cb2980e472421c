"""Turns that talks took which people tried out: each rule here was once broken by somebody who only wrote as people write."""

from __future__ import annotations

import shutil

import pytest

from bot.domain.contacts import Channel
from bot.domain.questions import FormKind
from bot.domain.requests import RequestStatus
from bot.storage.cipher import new_key
from tests.integration.form_steps import Sent, SmallHotline

KEYS = (new_key(),)
RETURN, COUNSELLING = FormKind.RETURN_REQUEST, FormKind.COUNSELLING
TO_CONSENT = ("no", "yes", "yes")
COUNSELLED = ("yes", "by phone", "morning", "Zwara", "0925556677")


@pytest.fixture
def hotline(sqlite_template, tmp_path):
    return _open(sqlite_template, tmp_path)


def _open(sqlite_template, tmp_path, *, channel=Channel.SMS):
    path = shutil.copy(sqlite_template, tmp_path / "talk.db")
    return SmallHotline(f"sqlite:///{path}", KEYS, channel=channel)


def _say(hotline, *texts, first=None, **more):
    """Write messages one after the other; the first may begin a form. Return the ids of what was said last."""
    reply = None
    for number, text in enumerate(texts):
        means = {"means": first} if first is not None and number == 0 else more
        hotline.receive(Sent(f"m{len(hotline.turns)}", text, **means))
        reply = hotline.work_off()
    return [line.answer_id for line in reply.lines], reply.asking.id if reply.asking else None


def _begin(hotline, kind, *answers):
    return _say(hotline, "hello", *answers, first=kind)


# Fear


@pytest.mark.parametrize("text", ["يعني الحرب لسه شغالة في بلدنا", "la guerre continue chez nous", "there is war in my place"])
def test_fear_told_without_yes_is_a_yes(hotline, text):
    lines, asked = _begin(hotline, RETURN, text)
    assert (lines[0], asked) == ("fear_first", "go_on_with_fear")
    assert hotline.look(RETURN).form.answers["is_afraid"]


@pytest.mark.parametrize("text", ["la2 msh khayef", "لا ما خايف من الرجعة بس تعبان هنا", "no i no dey fear"])
def test_fear_that_is_denied_is_none(hotline, text):
    assert _begin(hotline, RETURN, text)[1] == "understood"
    assert "is_afraid" not in hotline.look(RETURN).form.answers


def test_who_told_of_fear_in_other_words_is_not_asked_for_it_again(hotline):
    _begin(hotline, RETURN)
    assert _say(hotline, "my family there has a problem with the state", means="return_fear") == (
        ["fear_seen"],
        "go_on_with_fear",
    )


# Pauses and drafts


def test_an_old_choice_does_not_ask_on_who_has_paused(hotline):
    _begin(hotline, RETURN, "yes", "stop")
    assert _say(hotline, "1", pressed="go_on_with_fear__stop") == (["parked_early"], None)


def test_a_draft_is_withdrawn(hotline):
    _begin(hotline, COUNSELLING, *COUNSELLED)
    assert _say(hotline, "cancel my request", first=FormKind.WITHDRAWAL)[1] == "withdrawal"
    assert _say(hotline, "yes") == (["withdrawn"], None)
    assert hotline.look(COUNSELLING).requests == []


def test_what_changes_before_sending_is_a_line_of_the_summary(hotline):
    _begin(hotline, COUNSELLING, *COUNSELLED)
    lines, asked = _say(hotline, "I want to change my number", first=FormKind.UPDATE)
    assert (lines[-1], asked) == ("summary", "change")
    assert _say(hotline, "4", "0914443322")[1] == "confirm"
    assert hotline.look(COUNSELLING).form.answers["contact_phone"] == "+218914443322"


def test_send_at_the_lines_to_change_sends(hotline):
    _begin(hotline, COUNSELLING, *COUNSELLED, "change")
    assert _say(hotline, "send")[0][0] == "counselling_sent"


def test_a_look_up_that_was_left_is_not_offered_again(hotline):
    _begin(hotline, FormKind.STATUS)
    _say(hotline, "what do you know about me", first=FormKind.MY_DATA)
    assert _say(hotline, "erase my data", first=FormKind.ERASURE)[1] == "erasure"
    assert _say(hotline, "yes") == (["erasure_asked"], None)


def test_who_has_everything_erased_is_not_told_that_answers_are_kept(hotline):
    _begin(hotline, COUNSELLING, "yes", "later")
    _say(hotline, "erase my data", first=FormKind.ERASURE)
    assert _say(hotline, "yes") == (["erasure_asked"], None)


# Answers


@pytest.mark.parametrize("text", ["ما عندي رقم", "i forgot it", "j'ai oublié"])
def test_who_has_no_reference_is_not_asked_for_it_again(hotline, text):
    assert _begin(hotline, FormKind.STATUS)[1] == "reference"
    assert _say(hotline, text) == (["status_none"], None)


def test_this_number_in_a_chat_is_asked_for_in_digits(sqlite_template, tmp_path):
    chat = _open(sqlite_template, tmp_path, channel=Channel.TELEGRAM)
    assert _begin(chat, COUNSELLING, *COUNSELLED[:-1], "this number") == (["hint_phone_not_seen"], "contact_phone")


def test_what_was_told_of_detention_in_a_plea_is_not_asked_again(hotline):
    answers = (*TO_CONSENT, "Ali Musa", "man", "1995", "Mali", "Sabha")
    assert _begin(hotline, RETURN, *answers)[1] == "in_detention"
    _say(hotline, "oui je suis enfermé ici au centre", means="report_detention")
    assert _say(hotline, "continue")[1] == "household"
    assert hotline.look(RETURN).requests[0].answers["in_detention"] is True


@pytest.mark.parametrize("text", ["wetin go happen after i send am", "what happens when I send it"])
def test_a_question_sends_nothing(hotline, text):
    _begin(hotline, COUNSELLING, *COUNSELLED)
    assert _say(hotline, text)[1] == "confirm"
    assert hotline.look(COUNSELLING).requests[0].status is RequestStatus.DRAFT


def test_a_choice_between_two_is_made_in_words_too(hotline):
    assert _begin(hotline, FormKind.ASSISTANCE_REQUEST, "yes", "food and a doctor")[1] == "which"
    assert _say(hotline, "food")[1] == "current_place"
    assert hotline.look(FormKind.ASSISTANCE_REQUEST).form.answers["need"] == "food"


@pytest.mark.parametrize(
    ("household", "text", "member"),
    [
        ("my wife", "4", {"relation": "sibling", "age": None}),  # the fourth line; no wife is four years old
        ("my wife", "25", {"relation": "spouse", "age": 25}),
        ("my son", "4", {"relation": "child", "age": 4}),
    ],
)
def test_a_number_about_a_member_is_an_age_where_it_can_be_one(hotline, household, text, member):
    answers = (*TO_CONSENT, "Ali Musa", "man", "1995", "Mali", "Sabha", "no", household)
    assert _begin(hotline, RETURN, *answers)[1] == "household_member"
    _say(hotline, text)
    assert hotline.look(RETURN).form.answers["household"] == [member]


# Another channel


def test_the_same_number_goes_on_with_its_form_on_another_channel(hotline):
    # Given a form that was begun by SMS,
    _begin(hotline, RETURN, *TO_CONSENT, "Amina Saleh")
    assert hotline.asked().question == "sex"
    # when the same number asks for the same by WhatsApp,
    whatsapp = SmallHotline(str(hotline.engine.url), KEYS, channel=Channel.WHATSAPP)
    whatsapp.new_id = hotline.new_id
    whatsapp.receive(Sent("w1", "I want to go home", means=RETURN))
    # then it is asked whether to go on, and goes on where it stopped; nothing waits on the other channel any more.
    assert whatsapp.work_off().asking.id == "resume"
    whatsapp.receive(Sent("w2", "1"))
    assert whatsapp.work_off().asking.id == "sex"
    assert hotline.asked() is None
    found = whatsapp.look(RETURN)
    assert found.form.answers["full_name"] == "Amina Saleh"
    assert [request.contact_id for request in found.requests] == [whatsapp.contact_id]


def test_a_shared_number_goes_on_with_nothing_on_another_channel(hotline):
    _begin(hotline, RETURN, *TO_CONSENT, "Amina Saleh")
    with hotline.unit_of_work() as uow:
        uow.contacts.get(hotline.contact_id).is_shared = True
        uow.commit()
    whatsapp = SmallHotline(str(hotline.engine.url), KEYS, channel=Channel.WHATSAPP)
    whatsapp.new_id = hotline.new_id
    whatsapp.receive(Sent("w1", "I want to go home", means=RETURN))
    assert whatsapp.work_off().asking.id == "fear"


# Several requests from one number


def _is_shared(hotline):
    with hotline.unit_of_work() as uow:
        return uow.contacts.get(hotline.contact_id).is_shared


def test_who_asks_for_two_different_things_does_not_share_the_number(hotline):
    _begin(hotline, COUNSELLING, *COUNSELLED, "send")
    lines, _ = _begin(
        hotline, FormKind.ASSISTANCE_REQUEST, "yes", "food", "Zwara", "4", "migrant", "0925556677", "message", "send"
    )
    assert lines[0] == "assistance_request_sent"
    assert not _is_shared(hotline)


def test_who_asks_for_another_person_from_the_same_number_shares_it(hotline):
    _begin(hotline, COUNSELLING, *COUNSELLED, "send")
    assert _begin(hotline, COUNSELLING, *COUNSELLED, "send")[1] == "same_request"
    assert not _is_shared(hotline)
    assert _say(hotline, "no")[0][0] == "counselling_sent"
    assert _is_shared(hotline)
