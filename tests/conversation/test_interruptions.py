"""What comes between the questions of a form: other questions, danger, slips, silence, restarts."""

from __future__ import annotations

import pytest

from bot.domain.questions import QUESTIONS, FormKind
from bot.domain.requests import RequestStatus
from tests.conversation.forms_steps import NUMBERS, RETURN_FIELDS, SmsPhone
from tests.conversation.forms_words import PLEA, SAID, digits, in_every_language

ASKED = [
    "fear", "understood", "return_consent", "full_name", "sex", "birth", "nationality", "current_place", "in_detention",
    "household", "travel_document", "needs", "contact_phone", "safe_contact", "destination", "confirm",
]  # fmt: skip
"""What an adult who travels alone is asked."""

WRONG = {
    "fear": "9", "understood": "9", "return_consent": "9",
    # No name is a number, no woman the seventh choice, nobody born in 1850 or on the 31st of February.
    "full_name": "12345", "sex": "7", "birth": "31/2/1998", "nationality": "99", "current_place": "12345", "in_detention": "5",
    # More people than one can name, a number without its last digits, a story instead of an hour.
    "household": "99", "travel_document": "8", "needs": "9", "contact_phone": "09123", "safe_contact": "la " * 70,
    "destination": "12345", "confirm": "7",
}  # fmt: skip
"""An answer to each question that cannot be taken, in no language in particular."""

HINTS = {
    "full_name": "hint_not_a_name", "birth": "hint_date_impossible", "nationality": "hint_not_a_country",
    "current_place": "hint_not_a_place", "household": "hint_household_too_many", "contact_phone": "hint_phone_too_short",
    "safe_contact": "hint_too_long", "destination": "hint_not_a_place",
}  # fmt: skip
"""What is said then; elsewhere that one of the numbers is needed."""

TAKES_NUMBERS = {"birth", "contact_phone"}
"""Where a person cannot be picked by a number; asked for in words one comes all the same."""


async def _begun(hotline, language, question=None):
    phone = SmsPhone(hotline)
    await phone.write(SAID[language]["begin"])
    if question is not None:
        await phone.has_answered_until(question)
    return phone


def _assert_is_complete(phone):
    assert phone.answers == ["return_request_sent"]
    assert phone.request.answers == RETURN_FIELDS | {"contact_phone": phone.address}
    assert phone.steps == [("draft", "submitted", "sent")]
    assert ("return", "normal", "request_return") in phone.case_topics


def test_the_questions_are_those_of_an_adult_alone():
    known = [question.id for question in QUESTIONS[FormKind.RETURN_REQUEST]]
    assert [q for q in known if q not in ("accompanied", "household_member")] == ASKED[:-1]


@in_every_language
async def test_a_question_at_every_step_is_answered_and_the_form_asks_again(hotline, language):
    phone = await _begun(hotline, language)
    for question in ASKED:
        assert phone.asked == question
        before = phone.form.answers
        assert await phone.write(SAID[language]["cost"]) == ["return_cost", f"ask_{question}"]
        # A "1" after this must mean the form's first choice, so the answer offers none of its own.
        assert phone.replies[0].choices == ()
        assert (phone.form.answers, phone.form.misses, phone.is_parked) == (before, 0, False)
        await phone.write(digits(language, NUMBERS)[question])
    _assert_is_complete(phone)


@in_every_language
async def test_a_safety_message_at_every_step_is_answered_first_and_parks_the_form(hotline, language):
    phone = await _begun(hotline, language)
    for question in ASKED:
        assert phone.asked == question
        assert await phone.write(SAID[language]["plea"]) == PLEA
        assert phone.is_parked and phone.asked == question
        assert await phone.write(SAID[language]["continue"]) == [f"ask_{question}"]
        assert not phone.is_parked
        await phone.write(digits(language, NUMBERS)[question])
    _assert_is_complete(phone)
    # All pleas are one case.
    assert sorted(phone.case_topics) == [
        ("protection", "critical", "emergency_medical"),
        ("return", "normal", "request_return"),
    ]


@in_every_language
async def test_after_a_safety_message_the_draft_is_offered_once_and_a_number_answers_the_safety_question(hotline, language):
    phone = await _begun(hotline, language, "travel_document")
    await phone.write(SAID[language]["plea"])
    # "1" is the first choice under the safe steps, not a passport.
    assert await phone.write("1") == ["noted_yes", "resume_offer"]
    assert await phone.write(SAID[language]["cost"]) == ["return_cost"]
    assert "travel_document" not in phone.request.answers
    assert await phone.write(SAID[language]["begin"]) == ["ask_resume"]
    assert await phone.write("1") == ["ask_travel_document"]


@in_every_language
async def test_every_answer_wrong_once_gets_a_hint_and_the_same_question(hotline, language):
    phone = await _begun(hotline, language)
    for question in ASKED:
        assert phone.asked == question
        assert await phone.write(digits(language, WRONG)[question]) == [f"ask_{question}"]
        assert phone.form.misses == 1
        assert phone.says(HINTS.get(question, "hint_not_a_choice")), question
        assert not phone.says("form_person")
        await phone.write(digits(language, NUMBERS)[question])
    _assert_is_complete(phone)


@pytest.mark.parametrize("question", ["full_name", "sex", "birth", "household", "needs", "contact_phone"])
@in_every_language
async def test_an_answer_wrong_twice_offers_a_person(hotline, language, question):
    phone = await _begun(hotline, language, question)
    assert await phone.write_all(*[digits(language, WRONG)[question]] * 2) == [f"ask_{question}"]
    assert phone.says("form_person")
    if question not in TAKES_NUMBERS:
        number = phone.choices.index("talk_to_human") + 1
        await phone.write(digits(language, {"n": str(number)})["n"])
        assert phone.answers[-1] == f"ask_{question}"
        assert [topic for _kind, _priority, topic in phone.case_topics] == ["talk_to_human"]
    await phone.write(digits(language, NUMBERS)[question])
    assert phone.asked != question


@pytest.mark.parametrize("question", ["understood", "full_name", "birth", "current_place", "destination"])
@in_every_language
async def test_dropped_for_three_days_and_a_restart_it_is_offered_again_and_goes_on(hotline, language, question):
    phone = await _begun(hotline, language, question)
    before = phone.form.answers
    await hotline.wait(days=3)
    assert await phone.write(SAID[language]["hello"]) == ["ask_resume"]
    assert phone.form.answers == before
    assert await phone.write(digits(language, {"n": "1"})["n"]) == [f"ask_{question}"]
    await phone.write(digits(language, NUMBERS)[question])
    await phone.has_answered_until("confirm")
    await phone.write("1")
    _assert_is_complete(phone)


@in_every_language
async def test_dropped_at_the_summary_it_is_shown_again(hotline, language):
    phone = await _begun(hotline, language, "confirm")
    await hotline.wait(days=3)
    assert await phone.write(SAID[language]["hello"]) == ["ask_confirm"]
    await phone.write("1")
    _assert_is_complete(phone)


@in_every_language
async def test_after_three_days_a_clear_answer_is_simply_taken(hotline, language):
    phone = await _begun(hotline, language, "birth")
    await hotline.wait(days=3)
    assert await phone.write(digits(language, NUMBERS)["birth"]) == ["ask_nationality"]


@in_every_language
async def test_after_three_days_it_may_begin_again_or_wait_longer(hotline, language):
    phone = await _begun(hotline, language, "needs")
    await hotline.wait(days=3)
    assert await phone.write_all(SAID[language]["begin"]) == ["ask_resume"]
    assert await phone.write("3") == ["parked"]
    await hotline.wait(days=3)
    assert await phone.write_all(SAID[language]["begin"]) == ["ask_resume"]
    assert await phone.write("2") == ["ask_full_name"]
    assert phone.request.answers == {}


@in_every_language
async def test_after_a_restart_within_the_hour_the_next_answer_counts(hotline, language):
    phone = await _begun(hotline, language, "sex")
    for question in ("sex", "birth", "nationality"):
        assert phone.asked == question
        await hotline.restart()
        await phone.write(digits(language, NUMBERS)[question])
    assert phone.asked == "current_place"


@in_every_language
async def test_a_question_after_three_days_is_answered_and_the_draft_offered(hotline, language):
    phone = await _begun(hotline, language, "household")
    await hotline.wait(days=3)
    assert await phone.write(SAID[language]["cost"]) == ["return_cost", "ask_resume"]
    assert await phone.write("1") == ["ask_household"]


@in_every_language
async def test_another_form_in_between_leaves_the_first_as_a_draft(hotline, language):
    phone = await _begun(hotline, language, "needs")
    assert await phone.write(SAID[language]["counselling"]) == ["ask_counselling_consent"]
    await phone.fill_until("needs", digits(language, NUMBERS))
    assert phone.answers == ["counselling_sent"]
    # The draft is mentioned as the other form ends.
    assert phone.is_parked and phone.says("resume_offer")
    assert await phone.write(SAID[language]["continue"]) == ["ask_needs"]
    assert {request.status for request in phone.requests} == {RequestStatus.DRAFT, RequestStatus.SUBMITTED}
