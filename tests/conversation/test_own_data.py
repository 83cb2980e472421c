"""What a person can do with their own data by SMS: see a copy of it, and have everything erased."""

from __future__ import annotations

from bot.domain.contacts import Contact
from bot.domain.forms import Form
from bot.domain.requests import LIVE, Request, RequestKind, RequestStatus
from tests.builders import ANSWERS
from tests.conversation.forms_steps import SmsPhone, reasons, request_of
from tests.conversation.forms_words import SAID, digits, in_every_language

S = RequestStatus
OWN = ANSWERS[RequestKind.RETURN]


@in_every_language
async def test_the_copy_of_ones_data_comes_after_a_proof_and_a_warning(hotline, language):
    phone = SmsPhone(hotline)
    request = await phone.has_sent(language=language)
    assert await phone.write(SAID[language]["my_data"]) == ["ask_proof"]
    assert await phone.write(digits(language, {"y": "1998"})["y"]) == ["ask_my_data"]
    assert OWN["full_name"] not in phone.texts
    assert await phone.write(SAID[language]["yes"]) == ["my_data_title"]
    shown = phone.replies[0].text
    assert [v for v in (request.reference, OWN["full_name"], OWN["destination"]) if v not in shown] == []
    assert phone.form is None


@in_every_language
async def test_who_does_not_want_the_copy_here_gets_a_person(hotline, language):
    phone = SmsPhone(hotline)
    await phone.has_sent(language=language)
    await phone.write_all(SAID[language]["my_data"], "1998")
    assert await phone.write(SAID[language]["no"]) == ["my_data_not_sent"]
    assert [topic for _kind, _priority, topic in phone.case_topics] == ["talk_to_human"]
    assert OWN["full_name"] not in phone.texts


@in_every_language
async def test_erasure_is_asked_for_and_withdraws_what_is_live(hotline, language):
    phone = SmsPhone(hotline)
    request = await phone.has_sent(language=language)
    assert await phone.write(SAID[language]["erase"]) == ["ask_erasure"]
    assert await phone.write(SAID[language]["yes"]) == ["erasure_asked"]
    (contact,) = hotline.stored(Contact)
    assert contact.erase_asked_at is not None
    assert reasons(phone, request) == [("withdrawn", "erased_by_person")]
    assert (request_of(phone, request).status, hotline.stored(Form)) == (S.WITHDRAWN, [])


@in_every_language
async def test_erasure_that_is_not_confirmed_erases_nothing(hotline, language):
    phone = SmsPhone(hotline)
    await phone.has_sent(language=language)
    await phone.write(SAID[language]["erase"])
    assert await phone.write(SAID[language]["no"]) == ["erasure_kept"]
    (contact,) = hotline.stored(Contact)
    assert contact.erase_asked_at is None
    assert {request.status for request in hotline.stored(Request)} <= LIVE
