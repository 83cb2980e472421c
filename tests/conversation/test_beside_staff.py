"""While staff write to a person, the assistant is silent, but for safety, language and "stop"; afterwards it speaks again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.console import accounts
from bot.delivery.completion import PATIENCE_WITH_ACTIONS, Completion
from bot.domain.cases import Case, CaseKind, Priority
from bot.domain.contacts import Provider
from bot.domain.conversations import MessageKind
from bot.domain.requests import Actor
from bot.domain.staff import Role
from bot.services.casework import give_back, resolve_case, send_reply
from bot.services.turns import Turn, Understood
from bot.speaking.parts import speaker_of
from bot.wiring import new_id, now
from tests.conversation.phones import Phone

PERSON = {"ar": "أريد التحدث مع موظف", "fr": "je veux parler à quelqu'un", "en": "I want to talk to a person"}
QUESTION = {"ar": "هل العودة مجانية؟", "fr": "est-ce que le retour est gratuit ?", "en": "is the return free of charge?"}
DANGER = {
    "ar": "النجدة هناك رجال مسلحون على الباب يريدون قتلنا",
    "fr": "au secours des hommes armés sont à la porte ils veulent nous tuer",
    "en": "help armed men are at the door they want to kill us",
}
LATER = {"ar": "لاحقا", "fr": "plus tard", "en": "later"}
REQUEST = {"ar": "أريد أن أعود إلى بلدي", "fr": "je veux rentrer au pays", "en": "I want to go home"}

LANGUAGES = pytest.mark.parametrize("language", ["ar", "fr", "en"])


def _amal(parts):
    """A caseworker of our own."""
    email = f"amal-{new_id()}@example.org"
    accounts.invite(parts, email, "Amal", Role.CASEWORKER)
    with accounts.open_members(parts) as members:
        return Actor(str(members.find(email).id), frozenset({Role.CASEWORKER}))


def _case(phone, kind):
    with phone.assistant.parts.unit_of_work() as uow:
        query = select(Case).filter_by(contact_id=phone.received.contact_id, kind=kind)
        return uow.session.execute(query).scalar_one_or_none()


async def _with_staff(assistant, language):
    """A person who asked for somebody, and was answered by a caseworker."""
    phone = Phone(assistant)
    await phone.write(PERSON[language])
    reference, amal = _case(phone, CaseKind.QUESTION).reference, _amal(assistant.parts)
    with assistant.parts.unit_of_work() as uow:
        send_reply(uow, reference, text="Amal", client_id=new_id(), sms_parts=None, actor=amal, clock=now, new_id=new_id)
    return phone, reference, amal


@LANGUAGES
async def test_a_question_beside_staff_is_understood_and_not_answered(assistant, language):
    phone, *_ = await _with_staff(assistant, language)
    assert await phone.write(QUESTION[language]) == []
    assert (phone.received.decision, phone.received.topic) == ("answer", "return_cost")
    # And the person waits for a word from staff now.
    case = _case(phone, CaseKind.QUESTION)
    assert case.waiting_since == phone.received.created_at
    assert case.due_at > case.waiting_since


@LANGUAGES
async def test_no_form_begins_beside_staff(assistant, language):
    phone, *_ = await _with_staff(assistant, language)
    assert await phone.write(REQUEST[language]) == []
    with assistant.parts.unit_of_work() as uow:
        assert list(uow.forms.of_contact(phone.received.contact_id)) == []


@LANGUAGES
async def test_a_form_waits_while_staff_write_and_takes_nothing_for_its_answer(assistant, language):
    phone = Phone(assistant)
    await phone.write(PERSON[language])
    assert await phone.write(REQUEST[language]) != []
    reference, amal = _case(phone, CaseKind.QUESTION).reference, _amal(assistant.parts)
    with assistant.parts.unit_of_work() as uow:
        (before,) = uow.forms.of_contact(phone.received.contact_id)
        send_reply(uow, reference, text="Amal", client_id=new_id(), sms_parts=None, actor=amal, clock=now, new_id=new_id)
    for words in ("1", LATER[language], REQUEST[language]):
        assert await phone.write(words) == []
        assert phone.received.topic != "with_staff"
    with assistant.parts.unit_of_work() as uow:
        (after,) = uow.forms.of_contact(phone.received.contact_id)
    assert (after.asked, after.answers, after.parked_at) == (before.asked, before.answers, before.parked_at)


async def test_a_number_beside_staff_picks_nothing_from_an_old_list(assistant):
    phone = Phone(assistant)
    await phone.write("help armed men are at the door they want to kill us")
    case = phone.cases[-1]
    nura = Actor(_amal(assistant.parts).id, frozenset({Role.PROTECTION}))
    with assistant.parts.unit_of_work() as uow:
        send_reply(uow, case.reference, text="How many are you?", client_id=new_id(), sms_parts=None, actor=nura, clock=now,
                   new_id=new_id)  # fmt: skip
    assert await phone.write("2") == []


async def test_a_pressed_safety_topic_is_met_beside_staff_and_any_other_button_is_left_to_them(assistant):
    phone, *_ = await _with_staff(assistant, "en")
    assert await phone.write("Return", pressed="request_return") == []
    assert (await phone.write("At sea", pressed="emergency_sea"))[0] == "emergency_sea"
    # The case of the danger waits for somebody, as always.
    assert _case(phone, CaseKind.PROTECTION).waiting_since is not None


async def test_no_apology_and_no_case_where_rasa_fails_beside_staff(assistant):
    phone, *_ = await _with_staff(assistant, "en")
    before = len(phone.cases)
    turn = Turn(
        phone.received.id, phone.received.contact_id, phone.received.conversation_id, phone.channel, Provider.SIMULATOR,
        MessageKind.TEXT, "hello", None, "en", False, (), failures=PATIENCE_WITH_ACTIONS, is_with_staff=True,
    )  # fmt: skip
    completion = Completion(assistant.parts, speaker_of(assistant.parts))
    nothing = Understood("en", False, None, None, None)
    assert completion.complete(turn, nothing, []) == []
    assert len(phone.cases) == before
    steps, told = completion.complete(replace(turn, pressed="emergency_sea"), nothing, [])
    assert steps.answer_id == "emergency_sea"
    assert told.answer_id.startswith("safety_case_")


@LANGUAGES
async def test_danger_is_met_beside_staff(assistant, language):
    phone, *_ = await _with_staff(assistant, language)
    answers = await phone.write(DANGER[language])
    assert answers and answers[0] in ("emergency_danger", "check_safety", "report_kidnap_trafficking")
    if answers[0] != "check_safety":
        assert _case(phone, CaseKind.PROTECTION).priority is Priority.CRITICAL


@pytest.mark.parametrize(
    ("language", "wish", "wanted"),
    [("ar", "أريد اللغة الفرنسية", "fr"), ("fr", "en anglais", "en"), ("en", "in Arabic please", "ar")],
)
async def test_another_language_is_spoken_beside_staff_when_it_is_asked_for(assistant, language, wish, wanted):
    phone, *_ = await _with_staff(assistant, language)
    assert await phone.write(wish) == ["language_changed"]
    assert phone.conversation.language == wanted


async def test_stop_and_another_language_are_obeyed_beside_staff(assistant):
    phone, *_ = await _with_staff(assistant, "en")
    assert await phone.write("en français") == ["language_changed"]
    assert await phone.write("stop") == ["stop_messages"]


@LANGUAGES
async def test_after_staff_have_finished_it_speaks_again_and_keeps_what_is_said_of_the_help(assistant, language):
    phone, reference, amal = await _with_staff(assistant, language)
    farewell = speaker_of(assistant.parts).say("case_resolved", language, phone.channel)
    with assistant.parts.unit_of_work() as uow:
        resolve_case(uow, reference, actor=amal, farewell=farewell, clock=now, new_id=new_id)
    assert await phone.write("1") == ["helped_yes"]
    assert _case(phone, CaseKind.QUESTION).helped is True
    assert "return_cost" in await phone.write(QUESTION[language])


@LANGUAGES
async def test_after_giving_back_it_speaks_and_the_case_stays_open(assistant, language):
    phone, reference, amal = await _with_staff(assistant, language)
    farewell = speaker_of(assistant.parts).say("given_back", language, phone.channel)
    assert [choice.id for choice in farewell.choices] == ["helped_yes", "helped_no", "talk_to_human"]
    with assistant.parts.unit_of_work() as uow:
        give_back(uow, reference, actor=amal, farewell=farewell, clock=now, new_id=new_id)
    assert await phone.write("2") == ["helped_no"]
    case = _case(phone, CaseKind.QUESTION)
    assert (case.helped, case.is_open) == (False, True)
    assert "return_cost" in await phone.write(QUESTION[language])


async def test_who_answers_no_to_another_question_says_nothing_of_the_help_of_staff(assistant):
    phone, *_ = await _with_staff(assistant, "en")
    assert await phone.write("no") == []
    assert _case(phone, CaseKind.QUESTION).helped is None
