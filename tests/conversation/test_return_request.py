"""The return request by SMS, from the wish to go home to what is stored: in digits, in words, with changes of mind."""

from __future__ import annotations

import pytest

from bot.domain.contacts import Channel
from bot.domain.forms import Form
from bot.domain.requests import Actor, Request, RequestStatus
from bot.domain.staff import Role
from bot.services.requests import clear_fear, move_request
from bot.wiring import CONSENT_VERSION, now
from tests.conversation.forms_steps import NUMBERS, RETURN_FIELDS, SmsPhone
from tests.conversation.forms_words import IN_WORDS, SAID, WORD_FIELDS, digits, in_every_language

FEWEST_MESSAGES = 20
SENT = [("draft", "submitted", "sent")]
AFRAID = [("counselling", "high", "return_fear"), ("protection", "high", "fear_of_return")]
STAFF = Actor("amal", frozenset({Role.CASEWORKER}))
PROTECTION = Actor("salma", frozenset({Role.PROTECTION}))


async def _begun(hotline, language, question, *, answers=NUMBERS):
    phone = SmsPhone(hotline)
    await phone.write(SAID[language]["begin"])
    await phone.has_answered_until(question, answers)
    return phone


# To the end


@in_every_language
async def test_the_whole_form_in_digits_only_makes_a_request_and_its_case(hotline, language):
    phone = SmsPhone(hotline)
    assert await phone.write(SAID[language]["begin"]) == ["ask_fear"]
    assert await phone.fill_until(answers=digits(language, NUMBERS)) == ["return_request_sent"]
    request = phone.request
    assert request.answers == RETURN_FIELDS | {"contact_phone": phone.address}
    assert (request.status, request.channel, request.language) == (RequestStatus.SUBMITTED, Channel.SMS, language)
    consent = (request.consent_version, request.consent_channel, request.consent_language)
    assert consent == (CONSENT_VERSION, Channel.SMS, language)
    assert request.consented_at is not None and not request.has_open_fear
    assert phone.steps == SENT
    assert phone.case_topics == [("return", "normal", "request_return")]
    assert phone.cases[0].reference == request.reference
    assert request.reference in phone.replies[0].text
    assert phone.form is None
    assert len([m for m in phone.messages if m.direction.value == "inbound"]) <= FEWEST_MESSAGES


@in_every_language
async def test_the_whole_form_in_words_makes_the_same_fields_in_every_language(hotline, language):
    phone = SmsPhone(hotline)
    await phone.write(SAID[language]["begin"])
    answers = {**IN_WORDS[language], "household_member": "40"}
    assert await phone.fill_until(answers=answers) == ["return_request_sent"]
    name = "أمينة حداد" if language == "ar" else "Amina Haddad"
    members = [{"relation": "spouse", "age": 40}, *WORD_FIELDS["household"][1:]]
    assert phone.request.answers == WORD_FIELDS | {"full_name": name, "household": members}
    # The husband must consent for himself, and somebody is pregnant.
    assert phone.says("household_consent")
    assert phone.case_topics == [("return", "high", "request_return")]
    assert phone.conversation.language == language


@in_every_language
async def test_a_household_of_six_in_one_message(hotline, language):
    phone = await _begun(hotline, language, "household")
    assert await phone.write(SAID[language]["six"]) == ["ask_travel_document"]
    assert [tuple(member.values()) for member in phone.request.answers["household"]] == [
        ("spouse", 34), ("child", 12), ("child", 9), ("child", 4), ("parent", 61), ("sibling", 20),
    ]  # fmt: skip


@in_every_language
async def test_a_household_of_six_by_numbers_asks_for_each(hotline, language):
    phone = await _begun(hotline, language, "household")
    assert await phone.write(digits(language, {"n": "6"})["n"]) == ["ask_household_member"]
    for told in ("1 34", "2 12", "2 9", "2 4", "3 61", "4 20"):
        assert phone.asked == "household_member"
        await phone.write(digits(language, {"n": told})["n"])
    assert phone.answers == ["ask_travel_document"]
    assert [tuple(member.values()) for member in phone.request.answers["household"]] == [
        ("spouse", 34), ("child", 12), ("child", 9), ("child", 4), ("parent", 61), ("sibling", 20),
    ]  # fmt: skip


@pytest.mark.parametrize(("word", "picked"), [("niger", "NE"), ("guinea", "GN"), ("congo", "CD")])
@in_every_language
async def test_a_country_that_may_be_two_is_asked_back(hotline, language, word, picked):
    phone = await _begun(hotline, language, "nationality")
    assert await phone.write(SAID[language][word]) == ["ask_which"]
    assert await phone.write("1") == ["ask_current_place"]
    assert phone.request.answers["nationality"] == picked


@in_every_language
async def test_a_town_on_no_list_is_kept_as_written(hotline, language):
    phone = await _begun(hotline, language, "current_place")
    assert await phone.write(SAID[language]["town"]) == ["ask_in_detention"]
    assert phone.request.answers["current_place"] == SAID[language]["town"]


@in_every_language
async def test_a_location_pin_answers_where_somebody_is(hotline, language):
    phone = SmsPhone(hotline, channel=Channel.WHATSAPP)
    await phone.write(SAID[language]["begin"])
    await phone.has_answered_until("current_place")
    assert await phone.write(Latitude="27.04", Longitude="14.43") == ["ask_in_detention"]
    assert phone.request.answers["current_place"] == "sabha"


# Steering


@in_every_language
async def test_back_asks_the_question_before_and_the_new_answer_counts(hotline, language):
    phone = await _begun(hotline, language, "birth")
    assert await phone.write(SAID[language]["back"]) == ["ask_sex"]
    assert await phone.write("2") == ["ask_birth"]
    assert phone.request.answers["sex"] == "male"


@in_every_language
async def test_an_answer_is_changed_by_its_number_in_the_summary(hotline, language):
    phone = await _begun(hotline, language, "confirm")
    # Lines are name, sex, birth, nationality.
    assert await phone.write_all(*digits(language, {"a": "2", "b": "4"}).values()) == ["ask_nationality"]
    assert await phone.write(digits(language, {"a": "4"})["a"]) == ["ask_confirm"]
    await phone.write("1")
    assert phone.request.answers == RETURN_FIELDS | {"contact_phone": phone.address, "nationality": "TD"}


@in_every_language
async def test_start_again_forgets_the_answers_but_not_the_consent(hotline, language):
    phone = await _begun(hotline, language, "needs")
    assert await phone.write(SAID[language]["start_again"]) == ["ask_full_name"]
    assert (phone.request.answers, phone.request.has_consent) == ({}, True)


@in_every_language
async def test_later_parks_the_draft_and_continue_goes_on(hotline, language):
    phone = await _begun(hotline, language, "needs")
    assert await phone.write(SAID[language]["later"]) == ["parked"]
    assert phone.is_parked and phone.request.reference in phone.replies[0].text
    assert await phone.write(SAID[language]["continue"]) == ["ask_needs"]


@pytest.mark.parametrize(("choice", "said", "left"), [("1", ["parked"], 1), ("2", ["deleted"], 0), ("3", ["ask_needs"], 1)])
@in_every_language
async def test_leaving_keeps_or_deletes_the_answers_or_goes_on(hotline, language, choice, said, left):
    phone = await _begun(hotline, language, "needs")
    assert await phone.write(SAID[language]["leave"]) == ["ask_leave"]
    assert await phone.write(digits(language, {"n": choice})["n"]) == said
    assert (len(hotline.stored(Request)), len(hotline.stored(Form))) == (left, left)


@in_every_language
async def test_leaving_before_consent_leaves_nothing(hotline, language):
    phone = await _begun(hotline, language, "understood")
    assert await phone.write(SAID[language]["leave"]) == ["parked_early"]
    assert hotline.stored(Request) == hotline.stored(Form) == []


@in_every_language
async def test_why_is_answered_and_the_question_asked_again(hotline, language):
    phone = await _begun(hotline, language, "birth")
    assert await phone.write(SAID[language]["why"]) == ["ask_birth"]
    assert phone.says("form_why")


# Consent


@in_every_language
async def test_refusing_consent_keeps_nothing_and_questions_are_answered_as_before(hotline, language):
    phone = await _begun(hotline, language, "return_consent")
    assert await phone.write(SAID[language]["no"]) == ["consent_refused"]
    assert hotline.stored(Request) == hotline.stored(Form) == []
    assert phone.cases == []
    assert await phone.write(SAID[language]["cost"]) == ["return_cost"]


@in_every_language
async def test_the_easy_question_answered_wrong_is_explained_and_asked_again(hotline, language):
    phone = await _begun(hotline, language, "understood")
    assert await phone.write(SAID[language]["no"]) == ["ask_understood"]
    assert phone.says("hint_understood") and not phone.says("form_person")
    assert await phone.write(SAID[language]["no"]) == ["ask_understood"]
    assert phone.says("form_person")
    assert await phone.write(SAID[language]["yes"]) == ["ask_return_consent"]
    assert hotline.stored(Request) == []


# Fear and children


@in_every_language
async def test_fear_at_the_start_opens_protection_and_counselling_before_anything_is_asked(hotline, language):
    phone = await _begun(hotline, language, "fear")
    assert await phone.write(digits(language, {"n": "2"})["n"]) == ["ask_go_on_with_fear"]
    assert phone.case_topics == AFRAID
    assert phone.says("fear_first")
    assert await phone.write("1") == ["parked_early"]
    assert phone.is_parked and hotline.stored(Request) == []


@in_every_language
async def test_going_on_with_fear_flags_the_request_until_protection_clears_it(hotline, language):
    phone = await _begun(hotline, language, "fear")
    await phone.fill_until(answers=digits(language, {**NUMBERS, "fear": "3"}))
    assert phone.answers == ["return_request_sent"]
    _assert_held_until_cleared(hotline, phone)


@pytest.mark.parametrize("question", ["full_name", "current_place", "travel_document", "destination"])
@in_every_language
async def test_fear_in_a_later_answer_flags_the_request_and_the_form_goes_on(hotline, language, question):
    phone = await _begun(hotline, language, question)
    await phone.write(SAID[language]["afraid"])
    assert phone.answers[-1] == f"ask_{question}"
    assert phone.says("fear_seen")
    assert sorted(phone.case_topics) == AFRAID
    await phone.fill_until(answers=digits(language, NUMBERS))
    _assert_held_until_cleared(hotline, phone)


def _assert_held_until_cleared(hotline, phone):
    """Submitted with an open sign of fear: screened, but nothing beyond before a protection officer has cleared it."""
    reference = phone.request.reference
    assert (phone.request.status, phone.request.has_open_fear) == (RequestStatus.SUBMITTED, True)
    assert ("return", "high", "request_return") in phone.case_topics
    with hotline.parts.unit_of_work() as uow:
        request = move_request(uow, reference, to=RequestStatus.SCREENED, actor=STAFF, reason="read", clock=now)
    assert RequestStatus.DOCUMENTS not in request.allowed_steps()
    with hotline.parts.unit_of_work() as uow:
        request = clear_fear(uow, reference, actor=PROTECTION, reason="spoke with the person", clock=now)
    assert RequestStatus.DOCUMENTS in request.allowed_steps()


@in_every_language
async def test_a_child_alone_leaves_the_form_for_child_protection(hotline, language):
    phone = await _begun(hotline, language, "accompanied", answers=NUMBERS | {"birth": "15"})
    assert await phone.write(SAID[language]["no"]) == ["child_alone"]
    assert phone.case_topics == [("protection", "critical", "child_alone")]
    assert hotline.stored(Request) == hotline.stored(Form) == []


@in_every_language
async def test_a_minor_with_family_goes_on(hotline, language):
    phone = await _begun(hotline, language, "accompanied", answers=NUMBERS | {"birth": "15"})
    assert await phone.write(SAID[language]["yes"]) == ["ask_nationality"]
    assert await phone.fill_until(answers=digits(language, NUMBERS)) == ["return_request_sent"]
    assert phone.case_topics == [("return", "normal", "request_return")]
