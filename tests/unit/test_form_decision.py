"""Whether a message is for the question of a form: an answer is, a plea or a wish never is."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.questions import ASIDES, OWN_WORDS, QUESTIONS, FormKind, question_of
from bot.understanding.form_decision import FormJudge, is_form_choice

TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def judge():
    return FormJudge()


def _asked(question_id, *, form=None, is_parked=False):
    kinds = [kind for kind, questions in QUESTIONS.items() if question_id in {q.id for q in questions} or question_id in ASIDES]
    kind = form or kinds[0]
    question = question_of(kind, question_id)
    return {
        "form": kind.value,
        "question": question_id,
        "values": list(question.values),
        "takes_own_words": question.reads in OWN_WORDS,
        "is_parked": is_parked,
    }


def _goes_to_form(judge, text, question_id, *, decision="answer", topic="return_cost", confidence=0.9, **more):
    asked = _asked(question_id, **more)
    return judge.is_answer(text, asked, decision=decision, topic=topic, confidence=confidence, today=TODAY)


def _may_be_danger(judge, text, question_id, **more):
    return not judge.is_whole_answer(text, _asked(question_id, **more), today=TODAY)


# Danger


@pytest.mark.parametrize(
    ("text", "question_id"),
    [
        ("my madam seize am", "travel_document"),  # of a passport
        ("me and my pikin wey be 2 years", "household"),  # Pidgin, with "wey" for "who"
        ("ma fam 22 et mon bb de 8 moi", "household"),  # text spelling
        ("5 w 3", "household_member"),  # ages, joined in Arabizi
        ("5 et 3", "needs"),
        ("5 و 3", "needs"),
        ("je mapel Mamadou Diallo", "full_name"),  # "je m'appelle", by ear
        ("my name na Blessing Osagie", "full_name"),
        ("اسمي محمد احمد", "full_name"),
        ("skip", "contact_phone"),
        ("R-7K3QF-W", "reference"),
    ],
)
def test_what_is_nothing_but_an_answer_is_no_danger(judge, text, question_id):
    assert not _may_be_danger(judge, text, question_id)


@pytest.mark.parametrize(
    ("text", "question_id"),
    [
        ("they want to kill us", "household"),
        ("اسمي محمد مخطوف", "full_name"),  # "my name is Mohamed, kidnapped"
        ("my name is John help me", "full_name"),
        ("ana khayef", "full_name"),  # "I am afraid", which could be a name
        ("je m'appelle Awa ils vont me tuer", "full_name"),
        ("au secours", "destination"),
        ("112", "household_member"),  # a number of the emergency service
        ("1515", "people"),
        ("oui je suis enfermé ici au centre", "in_detention"),
    ],
)
def test_what_may_be_danger_is_never_an_answer(judge, text, question_id):
    assert _may_be_danger(judge, text, question_id)


def test_who_says_to_be_grown_up_is_no_child_alone(judge):
    def whole(text, topic):
        return judge.is_whole_answer(text, _asked("birth"), today=TODAY, topic=topic)

    assert whole("j'ai 30 ans et je suis malade", "child_alone")
    assert not whole("j'ai 30 ans et je suis malade", "emergency_medical")
    assert not whole("j'ai 15 ans et je suis malade", "child_alone")


def test_a_form_that_waits_as_a_draft_takes_only_words_that_steer_it(judge):
    assert _may_be_danger(judge, "2", "sex", is_parked=True)
    assert not _goes_to_form(judge, "woman", "sex", is_parked=True)
    assert _goes_to_form(judge, "continue", "sex", is_parked=True)


# Wishes and questions


@pytest.mark.parametrize(
    ("text", "question_id", "topic"),
    [
        ("je veux annuler tout ça", "last_contact", "withdraw_request"),
        ("cancel my request", "destination", "withdraw_request"),
        ("امسحو بياناتي", "last_contact", "delete_my_data"),
        ("نبي نتكلم مع شخص", "safe_contact", "talk_to_human"),
        ("je veux parler à quelqu'un", "safe_contact", "talk_to_human"),
    ],
)
def test_a_wish_about_ones_own_request_is_no_free_text_however_short(judge, text, question_id, topic):
    assert not _goes_to_form(judge, text, question_id, topic=topic)


@pytest.mark.parametrize(
    "text",
    ["لا تتصلوا بيا، اكتبوا بس", "call me na for night", "appelez le soir svp pcq le patron est la la journée"],
)
def test_when_and_how_to_call_is_an_answer_though_it_resembles_the_wish_for_a_person(judge, text):
    assert _goes_to_form(judge, text, "safe_contact", topic="talk_to_human")


@pytest.mark.parametrize(
    ("text", "question_id", "topic"),
    [
        ("this number", "contact_phone", "menu"),
        ("هذا الرقم", "contact_phone", "menu"),
        ("ما عندي رقم", "reference", "check_status"),  # "I have none"
        ("j'ai oublié", "reference", "check_status"),
    ],
)
def test_an_answer_that_gives_nothing_to_go_on_with_is_for_the_form(judge, text, question_id, topic):
    asked = {**_asked(question_id), "values": []}
    assert judge.is_answer(text, asked, decision="answer", topic=topic, confidence=0.9, today=TODAY)


@pytest.mark.parametrize(
    ("text", "is_for_form"),
    [
        ("wetin go happen after i send am", False),  # a question with "send" in it
        ("what happens when I send it", False),
        ("ايوه موافق بس الموضوع دا بقروش؟", False),  # "yes, but does it cost?"
        ("send am", True),
        ("ايوه ارسلوه", True),
    ],
)
def test_a_question_sends_nothing(judge, text, is_for_form):
    assert _goes_to_form(judge, text, "confirm", form=FormKind.RETURN_REQUEST, topic="return_duration") is is_for_form


@pytest.mark.parametrize(
    ("text", "question_id", "topic"),
    [
        ("تلفون جارتي 0921112233", "contact_phone", "out_of_scope"),  # "my neighbour's phone"
        ("شهر 3 سنة 2024", "last_contact", "report_missing_person"),
        ("لا بره السجن الحمد لله", "in_detention", "return_from_detention"),  # "no, outside prison, thank God"
    ],
)
def test_a_plain_answer_in_some_words_is_one_whatever_topic_it_resembles(judge, text, question_id, topic):
    assert _goes_to_form(judge, text, question_id, topic=topic)


def test_who_asks_does_not_leave(judge):
    assert _goes_to_form(judge, "الموضوع دا بقروش؟", "travel_document", topic="cancel", confidence=0.62)  # "does it cost?"
    assert not _goes_to_form(judge, "arrêtons là", "travel_document", topic="cancel")


# Fear


@pytest.mark.parametrize(
    ("text", "is_for_form"),
    [
        ("la guerre continue chez nous", True),
        ("يعني الحرب لسه شغالة في بلدنا", True),  # "the war is still on there"
        ("لا ما خايف من الرجعة بس تعبان هنا", True),  # "not afraid to go back, only tired here"
        ("شنو يعني الخوف؟", False),  # "what do you mean by fear?"
    ],
)
def test_fear_told_at_its_question_is_the_answer_and_a_question_about_it_is_not(judge, text, is_for_form):
    assert _goes_to_form(judge, text, "fear", topic="return_fear") is is_for_form


def test_only_choices_of_questions_are_choices_of_a_form():
    assert is_form_choice("sex__female") and is_form_choice("confirm__send")
    assert not is_form_choice("talk_to_human") and not is_form_choice("danger__yes") and not is_form_choice(None)
