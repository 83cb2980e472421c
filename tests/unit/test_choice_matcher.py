"""Which of the choices offered last a message picks."""

from __future__ import annotations

import pytest

from bot.understanding.choice_matcher import match_choice

OFFERED = [
    ("return_cost", ["Cost", "Coût", "التكلفة"]),
    ("helped_no", ["No", "Non", "لا"]),
    ("talk_to_human", ["Talk to a person", "Parler à quelqu’un", "أتحدث مع شخص"]),
]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("2", 2), ("3", 3), ("٢", 2), ("۳", 3), ("२", 2), ("02", 2), (" 2. ", 2), ("2)", 2), ("٢\u200f", 2),
        ("2️⃣", 2), ("3\u20e3", 3),
        ("one", 1), ("Two", 2), ("first", 1), ("the second", 2), ("number 3", 3), ("no 2", 2), ("option 1", 1),
        ("un", 1), ("deux", 2), ("Troisième", 3), ("le premier", 1), ("numéro 2", 2), ("choix 3", 3),
        ("واحد", 1), ("اثنين", 2), ("إثنين", 2), ("ثلاثة", 3), ("تلاتة", 3), ("رقم ٢", 2), ("الأول", 1), ("الثاني", 2),
        ("wa7ed", 1), ("tlata", 3),
    ],
)  # fmt: skip
def test_a_number_picks_in_every_script_and_language(text, number):
    assert match_choice(text, OFFERED) == OFFERED[number - 1][0]


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("cost", "return_cost"), ("COÛT", "return_cost"), ("cout", "return_cost"), ("التكلفه", "return_cost"),
        ("no", "helped_no"), ("non!", "helped_no"), ("لا", "helped_no"),
        ("parler a quelqu'un", "talk_to_human"), ("اتحدث مع شخص", "talk_to_human"),
    ],
)  # fmt: skip
def test_a_title_picks_in_whatever_language_it_is_written(text, choice):
    assert match_choice(text, OFFERED) == choice


@pytest.mark.parametrize("text", ["4", "٩", "0", "12", "four", "أربعة", "", "   ", "!", "how much does it cost", "1 2", "👍"])
def test_what_is_beyond_the_list_picks_nothing(text):
    assert match_choice(text, OFFERED) is None


def test_without_an_offer_a_number_means_nothing():
    assert match_choice("1", []) is None
