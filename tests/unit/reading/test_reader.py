"""What a text means by the question that it answers: what the readers of single fields cannot know."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.questions import ASIDES, QUESTIONS, FormKind, question_of
from bot.domain.readings import Read, Unclear, Unread
from bot.language.reading.reader import AnswerReader

TODAY = date(2026, 11, 26)
KIND_OF = {question.id: kind for kind, questions in reversed(QUESTIONS.items()) for question in questions}


def _read(question_id, text, values=None):
    question = question_of(KIND_OF.get(question_id, FormKind.RETURN_REQUEST), question_id)
    return AnswerReader().read(question, text, values=question.values if values is None else values, today=TODAY)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        ("five of us", 5),
        ("2 adults 3 kids", 5),
        ("me and my wife", 2),
        ("just me and my two kids", 3),
        ("انا ومرتي و4 عيال", 6),  # me, my wife and 4 children
        ("moi, ma femme 30 ans et un bébé", 3),  # an age is no count
        # A number, and who that is: not added up.
        ("ستة انا ومراتي واربعة صغار", 6),
        ("6 me and my wife and 4 kids", 6),
        ("we are six, my husband me and four children", 6),
        ("on est 5 moi ma femme et 3 enfants", 5),
        ("خمسة: انا وزوجي وثلاث اطفال", 5),
        ("7 personnes dont 3 enfants", 7),
        ("7 people, 3 of them children", 7),
        ("عشرة منهم 4 اطفال", 10),
    ],
)
def test_people_are_counted_as_they_are_told(text, number):
    assert _read("people", text).value == number


def test_people_whose_numbers_do_not_fit_are_asked_back():
    assert isinstance(_read("people", "my wife and 3 kids"), Unclear)


@pytest.mark.parametrize(
    "text", ["this number", "this one", "le mm", "ce num", "oui", "yes", "da ra2mi", "اللي نكتب منه", "ده رقمي"]
)
def test_this_number_is_said_in_many_ways(text):
    assert _read("contact_phone", text) == Read("this")
    assert _read("contact_phone", text, ()) == Unread("phone_not_seen")


@pytest.mark.parametrize("text", ["this number 0912345678", "هذا رقمي 0912345678", "c'est mon numéro 0912345678"])
def test_the_digits_of_a_number_count_not_the_phone_it_is_written_from(text):
    assert _read("contact_phone", text).value == "+218912345678"


@pytest.mark.parametrize("text", ["i no get phone", "no phone", "j'ai pas de téléphone", "ما عندي تلفون", "معنديش تليفون"])
def test_who_has_no_phone_leaves_the_number_out(text):
    assert _read("contact_phone", text) == Read(None)


@pytest.mark.parametrize("text", ["691234567", "21 712 3456"])
def test_a_mobile_of_another_country_passes_for_no_libyan_landline(text):
    assert _read("contact_phone", text) == Unread("phone_unknown")


@pytest.mark.parametrize(
    "text", ["ما عندي رقم", "نسيت والله", "i forgot it", "i no get am", "j'ai oublié", "g perdu", "ma3andish"]
)
def test_who_has_no_reference_says_so_in_many_ways(text):
    assert _read("reference", text) == Unread("no_reference")


@pytest.mark.parametrize(
    "text",
    [
        "wetin go happen after i send am",
        "what happens when I send it",
        "si j'envoie, mon mari va le savoir ?",
        "متى ترسلوا الطلب؟",
    ],
)
def test_a_question_is_no_order_to_send(text):
    assert _read("confirm", text) == Unread("not_a_choice")


@pytest.mark.parametrize("text", ["send am", "yes send it please", "ايوه ارسلوه", "oui envoyez svp"])
def test_a_request_is_sent_in_many_words(text):
    assert _read("confirm", text).value == "send"


def test_a_yes_with_a_question_is_no_consent():
    assert _read("return_consent", "ايوه موافق بس الموضوع دا بقروش؟") == Unread("not_a_choice")  # "yes, but does it cost?"
    assert _read("return_consent", "oui vous pouvez noter") == Read("yes", is_whole=False)


@pytest.mark.parametrize(("text", "value"), [("food", "food"), ("اكل", "food"), ("médecin", "medical")])
def test_which_of_two_is_answered_in_words(text, value):
    assert AnswerReader().read(ASIDES["which"], text, values=("food", "medical"), today=TODAY).value == value


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("ma fam et mon bb de 8 moi", [("spouse", None), ("child", 0)]),  # "8 mois", by ear
        ("ma femme 30 moi 34", [("spouse", 30)]),
        ("me and my pikin wey be 2 years", [("child", 2)]),
        ("بناتي الاتنين 12 و 9 وامي كبيرة في السن", [("child", 12), ("child", 9), ("parent", None)]),  # "the two of them"
        ("مرتي 27 وولدي 5 سنين وبتي 3 وولد صغير شهرين", [("spouse", 27), ("child", 5), ("child", 3), ("child", 0)]),
    ],
)
def test_a_household_as_people_write_it_is_read_whole(text, members):
    reading = _read("household", text)
    assert [(member["relation"], member["age"]) for member in reading.value] == members
    assert reading.is_whole


@pytest.mark.parametrize("text", ["الحرب لسه شغالة", "مازال في مشاكل"])
def test_still_is_no_only_as_a_whole_message(text):
    assert _read("fear", text) == Unread("not_a_choice")


def test_benin_city_is_not_benin():
    assert _read("destination", "benin city") == Read("benin city")
    assert _read("destination", "kano city") == Read("kano")


LINES = ("full_name", "birth", "current_place", "household", "contact_phone")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("who travels", "household"),
        ("le téléphone", "contact_phone"),
        ("رقمي", "contact_phone"),
        ("2", "birth"),
        ("ville", "current_place"),
    ],
)
def test_a_line_of_the_summary_is_named_by_number_or_in_words(text, line):
    assert _read("change", text, LINES).value == line


@pytest.mark.parametrize("text", ["banana", "9", "sex", "my name and my phone"])
def test_what_is_no_line_of_the_summary_changes_nothing(text):
    assert _read("change", text, LINES) == Unread("not_a_choice")
