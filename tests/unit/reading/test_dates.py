"""Dates of birth, years and ages are read as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.readings import Read, Unclear, Unread
from bot.language.reading.dates import read_birth, read_birth_year

TODAY = date(2026, 11, 26)
THIRD_OF_MAY = {"birth_date": "1998-05-03"}
DAYS = {
    "day before month, as in Libya": ["3/5/1998", "03/05/1998", "3-5-1998", "03.05.1998", "3 5 1998", "3 / 5 / 1998",
        "3/05/98", "03-05-98", "3\\5\\1998", "3,5,1998"],
    "year first": ["1998-05-03", "1998/5/3", "1998.05.03", "1998 5 3", "98/05/03"],
    "run together": ["03051998", "19980503", "030598"],
    "digits of other scripts": ["٣/٥/١٩٩٨", "٠٣-٠٥-١٩٩٨", "۳/۵/۱۹۹۸", "３/５/１９９８", "١٩٩٨/٥/٣"],
    "English months": [
        "3 May 1998", "3rd May 1998", "May 3, 1998", "May 3rd 1998", "3-May-98", "03MAY1998", "3 may 98",
        "the 3rd of May 1998", "third of may 1998",
    ],
    "French months": ["3 mai 1998", "le 3 mai 1998", "3 Mai 98", "3mai1998", "le trois mai 1998", "le 03 mai 1998",
        "3 MAI, 1998"],
    "Arabic months": ["٣ مايو ١٩٩٨", "3 مايو 1998", "يوم 3 مايو 1998", "3 من مايو سنة 1998", "3 أيار 1998", "3 ماي 98",
        "3 الماء 1998", "3 شهر 5 1998", "3 شهر خمسة سنة 98"],
    "said to be the birth": [
        "born 3/5/1998", "I was born on 3 May 1998", "DOB: 03/05/1998", "my date of birth is 3/5/1998", "né le 3/5/1998",
        "Je suis née le 3 mai 1998",
        "date de naissance 03-05-1998", "مواليد 3/5/1998", "تاريخ ميلادي 3/5/1998", "ولدت في 3 مايو 1998", "mawalid 3/5/1998",
    ],
    "around it": ["3/5/1998 please", "svp 3/5/1998", "3/5/1998م", "السلام عليكم 3/5/1998", "\u200f3/5/1998", "3/5/1998."],
}  # fmt: skip
OTHER_DAYS = [
    ("5/25/1998", "1998-05-25"),  # no twenty-fifth month: month first
    ("12/11/1990", "1990-11-12"),  # both possible: day first
    ("1er janvier 1990", "1990-01-01"),
    ("01/01/1990", "1990-01-01"),  # what papers say where the day is unknown
    ("29/02/2000", "2000-02-29"),  # a leap year
    ("15 août 2001", "2001-08-15"),
    ("15 aout 2001", "2001-08-15"),
    ("10 أغسطس 1999", "1999-08-10"),
    ("10 اغسطص 1999", "1999-08-10"),
    ("10 آب 1999", "1999-08-10"),  # Levant, Iraq
    ("10 أوت 1999", "1999-08-10"),  # Tunisia, Algeria
    ("10 غشت 1999", "1999-08-10"),  # Morocco
    ("10 هانيبال 1999", "1999-08-10"),  # Libya until 2011
    ("3 الفاتح 1995", "1995-09-03"),
    ("4 كانون الثاني 1991", "1991-01-04"),
    ("4 تشرين الأول 1991", "1991-10-04"),
    ("7 جويلية 2002", "2002-07-07"),
    ("7 febuary 2002", "2002-02-07"),  # misspelt
    ("7 fevrier 2002", "2002-02-07"),
    ("7 sept 2002", "2002-09-07"),
    ("7 setember 2002", "2002-09-07"),
    ("7 décembre 2002", "2002-12-07"),
    ("7 dicember 2002", "2002-12-07"),
    ("7 juillet 2002", "2002-07-07"),
    ("7 juilet 2002", "2002-07-07"),
    ("25/11/26", "2026-11-25"),  # yesterday
    ("3/5/27", "1927-05-03"),  # next year cannot be meant
    ("twenty first of june 1985", "1985-06-21"),
]
YEARS = {
    1998: [
        "1998", "١٩٩٨", "born 1998", "born in 98", "I was born in 1998", "né en 98", "née en 1998", "ne en 1998",
        "مواليد 98", "من مواليد 1998", "مواليد سنة 98",
        "سنة 98", "en 98", "'98", "mai 1998", "05/1998", "1998/05", "May 98", "مايو 1998", "شهر 5 سنة 98", "mwalid 98",
        "Né98", "dem born me 1998",
        "mille neuf cent quatre-vingt-dix-huit", "nineteen ninety eight", "الف وتسعمية وثمانية وتسعين", "1 9 9 8",
        "00/00/1998", "28 ans, né en 1998",
        "I am born 1998", "l'année 1998", "1998م",
    ],
    2001: [
        "25", "٢٥", "25 ans", "25ans", "25 years", "25 years old", "25yrs", "I am 25", "I get 25 years", "i dey 25",
        "J'ai 25 ans", "j'ai vingt cinq ans", "vingt-cinq ans", "g 25 ans",
        "عمري 25", "عمري ٢٥ سنة", "25 سنة", "عندي 25 سنة", "عمري خمسة وعشرين سنة", "خمسة وعشرين", "3omri 25",
        "3omri 5amsa w 3eshrin", "twenty five", "age 25", "my age is 25 please",
        "about 25", "حوالي 25 سنة", "25 y/o", "انا 25",
    ],
    2005: ["two thousand and five", "deux mille cinq", "الفين وخمسة", "born 05", "مواليد 05", "2005"],
}  # fmt: skip
PROBLEMS = {
    "not_a_date": [
        "", "hello", "I don't know", "لا اعرف", "juin", "3/5", "0", "0911234567", "3/5/198", "1/1/5", "6 months",
        "I arrived in 2019", "depuis 2019", "وصلت 2019", "my son is 5",
        "we are 3 people here", "1998 1999 2000 2001", "25 Mohamed Ali from Niger town",
    ],
    "date_in_future": ["3/5/2030", "2030", "27/11/2026", "27/11/26", "3 mai 2031"],
    "age_too_high": ["120", "150 ans", "1850", "عمري 130", "3/5/1900"],
    "date_impossible": ["31/02/1998", "32/01/1990", "29/02/2001", "14/13/2000", "31 April 1999", "31 avril 99", "13/1998"],
    "date_hijri": ["1420", "15/3/1419", "١٤٢٠", "رجب 1415", "مواليد 1410 هجري", "5 رمضان 1418", "1418-09-05",
        "5 ramadan 1418"],
}  # fmt: skip


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=f"{reason}: {text}") for reason, texts in DAYS.items() for text in texts]
)
def test_a_day_is_read_in_every_spelling(text):
    assert read_birth(text, today=TODAY) == Read(THIRD_OF_MAY)


@pytest.mark.parametrize(("text", "day"), OTHER_DAYS)
def test_orders_and_months_of_several_traditions_are_read(text, day):
    assert read_birth(text, today=TODAY) == Read({"birth_date": day})


@pytest.mark.parametrize(("year", "text"), [(year, text) for year, texts in YEARS.items() for text in texts])
def test_a_year_or_an_age_gives_the_year_only(year, text):
    assert read_birth(text, today=TODAY) == Read({"birth_year": year})


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in PROBLEMS.items() for text in texts])
def test_what_cannot_be_a_birth_says_why(code, text):
    assert read_birth(text, today=TODAY) == Unread(code)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("né le 3/5/1998 à Niamey", THIRD_OF_MAY),
        ("3/5/1998 when can I go home", THIRD_OF_MAY),
        ("J'ai 25 ans et je suis malade", {"birth_year": 2001}),
        ("I am 25 and I need a doctor", {"birth_year": 2001}),
        ("اسمي ناصر عمري 25", {"birth_year": 2001}),  # a name that is a month, too
        ("25 Mohamed", {"birth_year": 2001}),
    ],
)
def test_a_birth_in_a_longer_text_is_not_the_whole_of_it(text, value):
    assert read_birth(text, today=TODAY) == Read(value, is_whole=False)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("25 or 26", ({"birth_year": 2001}, {"birth_year": 2000})),
        ("between 30 and 35", ({"birth_year": 1996}, {"birth_year": 1991})),
        ("1998 ou 1999", ({"birth_year": 1998}, {"birth_year": 1999})),
        ("200512", ({"birth_date": "2012-05-20"}, {"birth_year": 2005})),  # 20/05/12, or 2005-12
    ],
)
def test_a_birth_that_may_be_two_is_asked_back(text, options):
    assert read_birth(text, today=TODAY) == Unclear(options)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("25", Read((2001, 2000))),  # the birthday may still come this year
        ("عمري 25 سنة", Read((2001, 2000))),
        ("1998", Read((1998,))),
        ("3/5/1998", Read((1998,))),
        ("né en 98", Read((1998,))),
        ("25 or 26", Read((2001, 2000, 1999))),
        ("31/02/1998", Unread("date_impossible")),
        ("hello", Unread("not_a_date")),
    ],
)
def test_a_birth_year_is_all_the_years_that_an_answer_can_mean(text, reading):
    assert read_birth_year(text, today=TODAY) == reading


@pytest.mark.parametrize(
    ("text", "year"), [("98", 1998), ("٩٨", 1998), ("85", 1985)], ids=["digits", "Arabic digits", "in the 80s"]
)
def test_two_high_digits_alone_are_a_year_and_no_great_age(text, year):
    assert read_birth(text, today=date(2026, 11, 26)) == Read({"birth_year": year})
