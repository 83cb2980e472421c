"""The other requests by SMS: assistance, a missing person, an appointment for counselling."""

from __future__ import annotations

import pytest

from bot.domain.contacts import Channel
from bot.domain.forms import Form
from bot.domain.requests import Request, RequestKind, RequestStatus
from tests.conversation.forms_steps import NUMBERS, SmsPhone
from tests.conversation.forms_words import PLEA, SAID, digits, in_every_language

FORMS = {
    "assistance": (
        RequestKind.ASSISTANCE,
        ["assistance_consent", "need", "current_place", "people", "group", "contact_phone", "safe_contact"],
    ),
    "missing": (
        RequestKind.MISSING_PERSON,
        ["missing_consent", "missing_relation", "last_place", "last_contact", "contact_phone", "safe_contact"],
    ),
    "counselling": (
        RequestKind.COUNSELLING, ["counselling_consent", "counselling_way", "day_part", "current_place", "contact_phone"],
    ),
}  # fmt: skip
"""What is said to begin each, its kind, and what is asked."""

FIELDS = {
    "assistance": {"need": "food", "current_place": "sabha", "people": 4, "group": "displaced", "safe_contact": "message"},
    "missing": {"missing_relation": "sibling", "last_place": "kufra", "last_contact": None, "safe_contact": "message"},
    "counselling": {"counselling_way": "call", "day_part": "morning", "current_place": "sabha"},
}
CASES = {
    "assistance": ("assistance", "normal", "request_assistance"),
    "missing": ("missing_person", "normal", "report_missing_person"),
    "counselling": ("counselling", "normal", "book_counselling"),
}
SENT = {"assistance": "assistance_request_sent", "missing": "missing_person_sent", "counselling": "counselling_sent"}

IN_WORDS = {
    "en": {
        "assistance_consent": "yes", "need": "medicine", "current_place": "Bengazi", "people": "we are five",
        "group": "we were displaced", "missing_consent": "ok", "missing_relation": "my brother", "last_place": "koufra",
        "last_contact": "in March by phone", "counselling_consent": "yes please", "counselling_way": "phone call",
        "day_part": "afternoon", "contact_phone": "this number", "safe_contact": "only write",
    },
    "fr": {
        "assistance_consent": "oui", "need": "médicaments", "current_place": "Benghazi", "people": "cinq",
        "group": "déplacés", "missing_consent": "d'accord", "missing_relation": "mon frère", "last_place": "الكفرة",
        "last_contact": "en mars par téléphone", "counselling_consent": "oui", "counselling_way": "par téléphone",
        "day_part": "l'après-midi", "contact_phone": "ce numéro", "safe_contact": "juste message",
    },
    "ar": {
        "assistance_consent": "ايوه", "need": "دوا", "current_place": "بنغازي", "people": "خمسة", "group": "نازحين",
        "missing_consent": "نعم", "missing_relation": "خوي", "last_place": "الكفره", "last_contact": "في مارس بالتليفون",
        "counselling_consent": "نعم", "counselling_way": "بالهاتف", "day_part": "بعد الظهر", "contact_phone": "هذا الرقم",
        "safe_contact": "رسائل فقط",
    },
}  # fmt: skip
WORD_FIELDS = {
    "assistance": {
        "need": "medical",
        "current_place": "benghazi",
        "people": 5,
        "group": "displaced",
        "safe_contact": "message",
    },
    "missing": {"missing_relation": "sibling", "last_place": "kufra", "safe_contact": "message"},
    "counselling": {"counselling_way": "call", "day_part": "afternoon", "current_place": "benghazi"},
}  # fmt: skip

in_every_form = pytest.mark.parametrize("form", FORMS)


async def _begun(hotline, language, form, question=None):
    phone = SmsPhone(hotline)
    assert await phone.write(SAID[language][form]) == [f"ask_{FORMS[form][1][0]}"]
    if question is not None:
        await phone.has_answered_until(question)
    return phone


@in_every_form
@in_every_language
async def test_a_form_in_digits_only_makes_a_request_and_its_case(hotline, language, form):
    phone = await _begun(hotline, language, form)
    kind, questions = FORMS[form]
    asked = []
    for _ in questions:
        asked.append(phone.asked)
        await phone.write(digits(language, NUMBERS)[phone.asked])
    assert (asked, phone.asked) == (questions, "confirm")
    assert await phone.write("1") == [SENT[form]]
    request = phone.request
    assert request.answers == FIELDS[form] | {"contact_phone": phone.address}
    assert (request.kind, request.status, request.language) == (kind, RequestStatus.SUBMITTED, language)
    assert (request.has_consent, request.consent_channel) == (True, Channel.SMS)
    assert phone.steps == [("draft", "submitted", "sent")]
    assert phone.case_topics == [CASES[form]]
    assert phone.cases[0].reference == request.reference
    assert phone.form is None


@in_every_form
@in_every_language
async def test_a_form_in_words_makes_the_same_fields_in_every_language(hotline, language, form):
    phone = await _begun(hotline, language, form)
    await phone.fill_until("confirm", IN_WORDS[language])
    await phone.write("1")
    expected = WORD_FIELDS[form] | {"contact_phone": phone.address}
    if form == "missing":
        expected["last_contact"] = IN_WORDS[language]["last_contact"]
    assert phone.request.answers == expected
    # Medicine cannot wait.
    assert [priority for _kind, priority, _topic in phone.case_topics] == ["high" if form == "assistance" else "normal"]


@in_every_form
@in_every_language
async def test_refusing_consent_keeps_nothing(hotline, language, form):
    phone = await _begun(hotline, language, form)
    assert await phone.write(SAID[language]["no"]) == ["consent_refused"]
    assert hotline.stored(Request) == hotline.stored(Form) == phone.cases == []


@in_every_form
@in_every_language
async def test_a_question_and_a_plea_in_between_lose_nothing(hotline, language, form):
    phone = await _begun(hotline, language, form, "contact_phone")
    assert await phone.write(SAID[language]["cost"]) == ["return_cost", "ask_contact_phone"]
    assert await phone.write(SAID[language]["plea"]) == PLEA
    await hotline.wait(days=3)
    assert await phone.write(SAID[language]["continue"]) == ["ask_contact_phone"]
    await phone.fill_until(answers=digits(language, NUMBERS))
    assert phone.answers == [SENT[form]]
    assert phone.request.answers == FIELDS[form] | {"contact_phone": phone.address}


@in_every_language
async def test_by_whatsapp_this_number_is_the_one_that_is_written_from(hotline, language):
    phone = SmsPhone(hotline, channel=Channel.WHATSAPP)
    await phone.write(SAID[language]["counselling"])
    await phone.has_answered_until("contact_phone")
    await phone.write("1")
    assert phone.form.answers["contact_phone"] == phone.address
