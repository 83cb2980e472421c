"""What a person can do with a request that was sent: look, change, withdraw, repeat, erase; and who else holds the phone."""

from __future__ import annotations

import pytest

from bot.domain.references import new_reference
from bot.domain.requests import RequestKind, RequestStatus
from tests.builders import ANSWERS
from tests.conversation.forms_steps import NUMBERS, RETURN_FIELDS, SmsPhone, reasons, request_of
from tests.conversation.forms_words import SAID, digits, in_every_language

S = RequestStatus
NAME = "عمر خليل بشير"
STATUS_LINES = {
    S.SUBMITTED: "status_open",
    S.BOOKED: "status_open",
    S.ON_HOLD: "status_waiting_for_you",
    S.CLOSED: "status_ended",
}
OWN = ANSWERS[RequestKind.RETURN]


# Where is my request?


@pytest.mark.parametrize("status", STATUS_LINES)
@in_every_language
async def test_the_same_number_is_told_where_its_request_stands(hotline, language, status):
    phone = SmsPhone(hotline)
    request = await phone.has_sent(language=language, status=status, status_before=S.SCREENED if status is S.ON_HOLD else None)
    assert await phone.write(SAID[language]["status"]) == [STATUS_LINES[status]]
    assert request.reference in phone.replies[0].text
    assert OWN["full_name"] not in phone.texts


@in_every_language
async def test_a_number_without_a_request_is_asked_for_a_reference(hotline, language):
    phone = SmsPhone(hotline)
    assert await phone.write(SAID[language]["status"]) == ["ask_reference"]
    assert await phone.write(SAID[language]["skip"]) == ["status_none"]
    assert phone.form is None


@in_every_language
async def test_reference_and_birth_year_open_a_request_from_another_number(hotline, language):
    request = await SmsPhone(hotline).has_sent(language=language)
    other = SmsPhone(hotline)
    await other.write(SAID[language]["status"])
    # As it is read off a paper: small letters, no dashes.
    assert await other.write(request.reference.lower().replace("-", " ")) == ["ask_proof"]
    assert await other.write(digits(language, {"y": "1998"})["y"]) == ["status_open"]
    assert request.reference in other.replies[0].text


@in_every_language
async def test_a_wrong_year_and_a_wrong_reference_look_the_same(hotline, language):
    request = await SmsPhone(hotline).has_sent(language=language)
    other = SmsPhone(hotline)
    await other.write(SAID[language]["status"])
    said = []
    for reference, year in ((request.reference, "1990"), (new_reference(), "1998")):
        assert await other.write_all(reference, year) == ["ask_reference"]
        assert other.says("proof_wrong")
        said.append(other.replies[0].text)
    assert len(set(said)) == 1


@in_every_language
async def test_three_wrong_tries_lock_number_and_request_for_an_hour(hotline, language):
    request = await SmsPhone(hotline).has_sent(language=language)
    other = SmsPhone(hotline)
    await other.write(SAID[language]["status"])
    await other.write_all(request.reference, "1990", request.reference, "1991")
    assert await other.write_all(request.reference, "1992") == ["proof_locked"]
    # The right year opens it neither here nor on a third phone.
    for phone in (other, SmsPhone(hotline)):
        await phone.write(SAID[language]["status"])
        assert await phone.write_all(request.reference, "1998") == ["proof_locked"]
    await hotline.wait(minutes=61)
    await other.write(SAID[language]["status"])
    assert await other.write_all(request.reference, "1998") == ["status_open"]


# Withdrawal


@pytest.mark.parametrize("status", [S.SUBMITTED, S.DOCUMENTS, S.BOOKED, S.ON_HOLD])
@in_every_language
async def test_a_request_is_withdrawn_at_once_with_one_message_and_one_confirmation(hotline, language, status):
    phone = SmsPhone(hotline)
    request = await phone.has_sent(language=language, status=status, status_before=S.SCREENED if status is S.ON_HOLD else None)
    assert await phone.write(SAID[language]["withdraw"]) == ["ask_withdrawal"]
    assert await phone.write(SAID[language]["yes"]) == ["withdrawn"]
    withdrawn = request_of(phone, request)
    assert (withdrawn.status, withdrawn.has_consent) == (S.WITHDRAWN, False)
    assert reasons(phone, request) == [("withdrawn", "withdrawn_by_person")]
    assert phone.case_topics == [("return", "high", "withdraw_request")]
    assert phone.form is None


@in_every_language
async def test_a_withdrawal_that_is_not_confirmed_changes_nothing(hotline, language):
    phone = SmsPhone(hotline)
    request = await phone.has_sent(language=language)
    await phone.write(SAID[language]["withdraw"])
    assert await phone.write(SAID[language]["no"]) == ["withdrawal_kept"]
    assert request_of(phone, request).status is S.SUBMITTED
    assert reasons(phone, request) == phone.cases == []


@in_every_language
async def test_after_departure_nothing_is_withdrawn(hotline, language):
    phone = SmsPhone(hotline)
    request = await phone.has_sent(language=language, status=S.DEPARTED)
    await phone.write(SAID[language]["withdraw"])
    assert phone.answers == ["ask_reference"]
    assert await phone.write_all(request.reference, "1998", SAID[language]["yes"]) == ["status_open"]
    assert request_of(phone, request).status is S.DEPARTED


# Update


@pytest.mark.parametrize(
    ("number", "field", "answers", "value"),
    [
        ("1", "contact_phone", ["0917655443"], "+218917655443"),
        ("2", "current_place", ["1"], "tripoli"),
        ("3", "household", ["2", "1 34", "2 5"], [{"relation": "spouse", "age": 34}, {"relation": "child", "age": 5}]),
    ],
)
@in_every_language
async def test_phone_place_and_household_are_changed_in_the_request(hotline, language, number, field, answers, value):
    phone = SmsPhone(hotline)
    request = await phone.has_sent(language=language)
    assert await phone.write(SAID[language]["update"]) == ["ask_update_field"]
    typed = digits(language, dict(enumerate([number, *answers])))
    assert await phone.write_all(*typed.values()) == ["updated"]
    changed = request_of(phone, request)
    assert changed.answers == {**request.answers, field: value}
    assert (changed.phone_hash != request.phone_hash) is (field == "contact_phone")
    assert reasons(phone, request) == [("submitted", f"updated_{field}")]
    assert phone.case_topics == [("return", "normal", "update_request")]


# The same person again


async def _second_by_name(hotline, language):
    """Somebody sends the same name, in another script, and birth year from another phone."""
    first = SmsPhone(hotline)
    request = await first.has_sent(language="ar", answers={"full_name": NAME})
    second = SmsPhone(hotline)
    await second.write(SAID[language]["begin"])
    await second.has_answered_until("confirm", NUMBERS | {"full_name": SAID["en"]["name"]})
    return first, request, second


@in_every_language
async def test_a_second_request_by_the_same_name_and_year_may_update_the_first(hotline, language):
    first, request, second = await _second_by_name(hotline, language)
    assert await second.write("1") == ["ask_same_request"]
    assert await second.write("1") == ["request_merged"]
    merged = request_of(first, request)
    assert merged.answers["contact_phone"] == second.address
    assert (merged.status, second.requests, second.form) == (S.SUBMITTED, [], None)
    assert ("submitted", "updated_by_person") in reasons(first, request)
    assert request.reference not in second.texts


@in_every_language
async def test_a_second_request_that_is_another_persons_is_sent_as_its_own(hotline, language):
    _first, request, second = await _second_by_name(hotline, language)
    await second.write("1")
    assert await second.write("2") == ["return_request_sent"]
    assert second.request.status is S.SUBMITTED
    with hotline.parts.unit_of_work() as uow:
        assert [other.id for other in uow.requests.likely_same(second.request)] == [request.id]


@in_every_language
async def test_a_second_request_by_the_same_phone_number_is_recognised(hotline, language):
    request = await SmsPhone(hotline).has_sent(language=language)
    second = SmsPhone(hotline)
    await second.write(SAID[language]["begin"])
    await second.has_answered_until("confirm", NUMBERS | {"contact_phone": request.answers["contact_phone"]})
    assert await second.write("1") == ["ask_same_request"]


@in_every_language
async def test_who_asked_before_from_this_number_changes_that_request(hotline, language):
    phone = SmsPhone(hotline)
    request = await phone.has_sent(language=language)
    assert await phone.write(SAID[language]["begin"]) == ["ask_asked_before"]
    # Who holds the phone now is not sure, so the birth year is asked for.
    assert await phone.write(SAID[language]["yes"]) == ["ask_proof"]
    assert await phone.write(digits(language, {"y": "1998"})["y"]) == ["ask_update_field"]
    assert await phone.write_all("2", "1") == ["updated"]
    assert request_of(phone, request).answers == {**request.answers, "current_place": "tripoli"}


# A borrowed phone


@in_every_language
async def test_a_mistyped_reference_is_no_danger_and_asked_for_again(hotline, language):
    phone = SmsPhone(hotline)
    await phone.write(SAID[language]["status"])
    # The last sign checks the others, and is wrong.
    assert await phone.write("R-7K3QF-W") == ["ask_reference"]
    assert phone.says("hint_not_a_reference")
    assert phone.cases == []


@in_every_language
async def test_a_second_person_on_a_borrowed_phone_sees_nothing_of_the_first(hotline, language):
    phone = SmsPhone(hotline)
    first = await phone.has_sent(language=language, answers={"full_name": "Kaltouma Idriss", "contact_phone": "+218917001122"})
    assert await phone.write(SAID[language]["begin"]) == ["ask_asked_before"]
    assert await phone.write(SAID[language]["no"]) == ["ask_fear"]
    assert await phone.fill_until(answers=digits(language, NUMBERS)) == ["return_request_sent"]
    (second,) = [request for request in phone.requests if request.id != first.id]
    assert second.answers == RETURN_FIELDS | {"contact_phone": phone.address}
    assert request_of(phone, first).answers == first.answers
    # From now on the number alone opens nothing, for neither of them.
    for said in ("status", "withdraw", "update", "my_data"):
        assert await phone.write(SAID[language][said]) == ["ask_reference"], said
        await phone.write(SAID[language]["skip"])
    await phone.write(SAID[language]["status"])
    assert await phone.write_all(second.reference, "1998") == ["status_open"]
    for secret in (first.reference, "Kaltouma", "Idriss", "917001122"):
        assert secret not in phone.texts


@in_every_language
async def test_a_draft_goes_on_from_another_phone_by_its_reference(hotline, language):
    phone = SmsPhone(hotline)
    await phone.write(SAID[language]["begin"])
    await phone.has_answered_until("needs")
    reference = phone.request.reference
    other = SmsPhone(hotline)
    await other.write(SAID[language]["status"])
    assert await other.write_all(reference, "1998") == ["status_draft"]
    assert await other.write(SAID[language]["continue"]) == ["ask_needs"]
    assert await other.fill_until(answers=digits(language, NUMBERS)) == ["return_request_sent"]
    assert other.request.reference == reference
    assert (phone.requests, phone.form) == ([], None)
