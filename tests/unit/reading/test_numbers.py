"""Numbers are read in digits of any script and in the words of three languages, their dialects and Arabizi."""

from __future__ import annotations

import pytest

from bot.domain.readings import Read, Unclear, Unread
from bot.language.reading.numbers import number_of_words, read_number

READ = {
    "digits": [("5", 5), (" 7 ", 7), ("05", 5), ("12.", 12), ("#3", 3), ("(4)", 4), ("5️⃣", 5)],
    "digits of other scripts": [("٥", 5), ("١٢", 12), ("۵", 5), ("５", 5), ("②", 2)],
    "English words": [("one", 1), ("Three", 3), ("twelve", 12), ("twenty-five", 25), ("twenty five", 25), ("twentyfive",
        25), ("thirteen", 13)],
    "English slips": [("tweny five", 25), ("fourty", 40), ("tree", 3), ("therteen", 13), ("ninteen", 19)],
    "French words": [
        ("cinq", 5), ("un", 1), ("dix-sept", 17), ("vingt et un", 21), ("vingt-cinq", 25), ("vingtcinq", 25),
        ("trente deux", 32),
        ("quarante", 40),
    ],
    "French by ear": [("katre", 4), ("sink", 5), ("set", 7), ("kinz", 15), ("vint", 20)],
    "Arabic words": [("خمسة", 5), ("ثلاثة", 3), ("خمسة وعشرين", 25), ("واحد و عشرين", 21), ("خمسة عشر", 15), ("اثنا عشر",
        12), ("أربعون", 40)],
    "Arabic dialects": [
        ("تلاتة", 3), ("زوز", 2), ("اتنين", 2), ("تمنية", 8), ("خمسطاش", 15), ("احداشر", 11), ("اتناشر", 12), ("سبعتاشر",
        17), ("تلاتين", 30),
    ],
    "Arabizi": [("5amsa", 5), ("arba3a", 4), ("sab3a", 7), ("tlata", 3), ("5amsa w 3eshrin", 25), ("zouz", 2), ("tnash", 12)],
    "the person alone": [
        ("just me", 1), ("only me", 1), ("alone", 1), ("me", 1), ("na me only", 1), ("seul", 1), ("je suis seule", 1),
        ("moi", 1), ("moi seul", 1),
        ("وحدي", 1), ("لوحدي", 1), ("انا بس", 1), ("بروحي", 1), ("براي", 1), ("wa7di", 1),
    ],
    "a sentence of an answer": [
        ("we are five", 5), ("we be five", 5), ("na five", 5), ("family of 6", 6), ("4 people", 4), ("4pers", 4),
        ("nous sommes cinq", 5),
        ("on est 3", 3), ("احنا خمسة انفار", 5), ("عددنا ٦", 6), ("about 8 please", 8), ("5 merci", 5),
    ],
    "two persons": [("شخصين", 2), ("the two of us", 2), ("nous deux", 2), ("نفرين", 2)],
    "the person and others": [("me and 3 others", 4), ("me and my 3 kids", 4), ("moi et 2 enfants", 3), ("انا و3 اطفال", 4)],
    "persons added up": [("2 adults and 3 children", 5), ("1 femme et 4 enfants", 5)],
}  # fmt: skip
PROBLEMS = {
    "no number": [("hello", "not_a_number"), ("", "not_a_number"), ("?", "not_a_number"), ("me and my wife",
        "not_a_number"), ("thirsty", "not_a_number"),
                  ("call me later my friend", "not_a_number"), ("2.5", "not_a_number")],
    "too small": [("0", "number_too_small"), ("-3", "number_too_small"), ("zero", "number_too_small"), ("صفر",
        "number_too_small")],
    "too large": [("200", "number_too_large"), ("3 000", "number_too_large"), ("0911234567", "number_too_large"),
        ("quatre-vingt-dix-sept", "number_too_large"),
                  ("one hundred", "number_too_large")],
}  # fmt: skip


def _cases(groups):
    return [pytest.param(text, value, id=f"{reason}: {text}") for reason, cases in groups.items() for text, value in cases]


@pytest.mark.parametrize(("text", "number"), _cases(READ))
def test_a_number_is_read(text, number):
    assert read_number(text, least=1, most=50) == Read(number)


@pytest.mark.parametrize(("text", "code"), _cases(PROBLEMS))
def test_what_is_no_number_of_people_says_why(text, code):
    assert read_number(text, least=1, most=50) == Unread(code)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("3 or 4", (3, 4)),
        ("3-4", (3, 4)),  # a hyphen is "or" here
        ("trois ou quatre", (3, 4)),
        ("من 3 الى 4", (3, 4)),
        ("5 with me", (6, 5)),  # the person may be counted or not
        ("معي خمسة", (6, 5)),
        ("me + 5", (6, 5)),
        ("5 avec moi", (6, 5)),
    ],
)
def test_a_number_that_may_be_two_is_asked_back(text, options):
    assert read_number(text, least=1, most=50) == Unclear(options)


@pytest.mark.parametrize("text", ["we are 4 and we need help", "نحن 4 ونحتاج اكل", "on est 4, il fait froid"])
def test_a_number_in_a_longer_text_is_not_the_whole_of_it(text):
    assert read_number(text, least=1, most=50) == Read(4, is_whole=False)


@pytest.mark.parametrize(
    ("normalised", "number"),
    [("99", 99), ("quatre vingt dix neuf", 99), ("soixante et onze", 71), ("soixante dix", 70), ("quatre vingt", 80),
        ("ninety nine", 99),
     ("تسعه وتسعين", 99), ("septante deux", 72), ("five twenty", None), ("cinq vingt", None), ("and", None), ("", None)],
)  # fmt: skip
def test_number_words_make_a_number_only_in_their_languages_order(normalised, number):
    assert number_of_words(normalised) == number
