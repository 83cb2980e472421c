"""Entities that lists and rules find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.references import check_character
from bot.understanding.entity_lists import EntityListExtractor

EXTRACTOR = EntityListExtractor()
REFERENCE = f"R-7K3QF-{check_character('7K3QF')}"


def _found(text):
    return [(entity["entity"], entity["value"]) for entity in EXTRACTOR.extract(text)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I am in Tripoli", "tripoli"),
        ("je suis à Benghazi", "benghazi"),
        ("أنا في طرابلس", "tripoli"),
        ("وصلت لطرابلس أمس", "tripoli"),  # preposition written onto the word
        ("من بنغازي", "benghazi"),
        ("وبنغازي", "benghazi"),
        ("we dey for Tripolie", "tripoli"),  # a known spelling
        ("stuck in Bengazhi", "benghazi"),  # a typo on no list
        ("in HAY AL-ANDALUS", "hay_andalus"),
        ("حي الأندلس", "hay_andalus"),
        ("sebha", "sabha"),
    ],
)
def test_a_place_is_found_with_clitics_and_typos(text, place):
    assert _found(text) == [("place", place)]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("I am from Niger", "NE"), ("I am Nigerian", "NG"), ("je suis nigérien", "NE"), ("je suis nigérian", "NG"),
        ("from Nigeria", "NG"), ("du Niger", "NE"), ("نيجيري", "NG"), ("من النيجر", "NE"), ("سوداني", "SD"), ("Sudanese", "SD"),
        ("من تشاد", "TD"), ("Tchadien", "TD"), ("ivoirienne", "CI"), ("Côte d'Ivoire", "CI"), ("South Sudan", "SS"),
    ],
)  # fmt: skip
def test_a_nationality_is_found_and_neighbours_in_spelling_are_told_apart(text, country):
    assert _found(text) == [("nationality", country)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("call 091 234 5678", "+218912345678"),
        ("call 0912345678", "+218912345678"),
        ("اتصل على ٠٩١٢٣٤٥٦٧٨", "+218912345678"),
        ("+218 91-234-5678", "+218912345678"),
        ("my number is +33 6 12 34 56 78", "+33612345678"),
        ("+2348031234567", "+2348031234567"),
    ],
)
def test_a_phone_number_local_or_international_is_written_in_e164(text, number):
    assert _found(text) == [("phone", number)]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("born 05/03/1990", "1990-03-05"), ("5.3.90", "1990-03-05"), ("1990-03-05", "1990-03-05"), ("٠٥/٠٣/١٩٩٠", "1990-03-05"),
        ("03/25/1990", "1990-03-25"), ("5 March 1990", "1990-03-05"), ("5 mars 1990", "1990-03-05"),
        ("5 مارس 1990", "1990-03-05"),
        ("٥ مارس ١٩٩٠", "1990-03-05"), ("5 جانفي 1990", "1990-01-05"), ("5 شباط 1990", "1990-02-05"), ("5 ماء 1990", None),
    ],
)  # fmt: skip
def test_a_date_is_read_day_before_month_in_several_calendars_traditions(text, date):
    assert [value for kind, value in _found(text) if kind == "date"] == ([date] if date else [])


@pytest.mark.parametrize("text", ["31/02/1990", "5 march 19900", "13/13/2020"])
def test_what_is_no_day_is_no_date(text):
    assert not [kind for kind, _ in _found(text) if kind == "date"]


def test_a_reference_is_found_and_its_digits_are_no_number():
    assert _found(f"my request {REFERENCE.lower()} please") == [("reference", REFERENCE)]


def test_a_small_number_is_a_number():
    assert _found("we are ٧ people") == [("number", 7)]


def test_several_entities_stand_in_the_order_of_the_text():
    text = f"{REFERENCE}: I am Sudanese in Sabha, 4 children, 0912345678"
    assert [kind for kind, _ in _found(text)] == ["reference", "nationality", "place", "number", "phone"]


@pytest.mark.parametrize("text", ["", "hello", "شكرا جزيلا", "merci beaucoup", "I need food for my family", "help me please"])
def test_plain_words_hold_no_entities(text):
    assert _found(text) == []


_PIECES = st.sampled_from(
    [
        "Tripoli",
        "طرابلس",
        "Niger",
        "Nigeria",
        "0912345678",
        "+218912345678",
        "5/3/1990",
        "5 mars 1990",
        REFERENCE,
        "12",
        "😀",
        "في",
        "de",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, max_size=6), st.sampled_from([" ", ", ", "", "-"]))
def test_entities_never_overlap_and_stay_inside_the_text(pieces, between):
    text = between.join(pieces)
    found = EXTRACTOR.extract(text)
    ends = [0] + [entity["end"] for entity in found]
    assert all(start >= end for start, end in zip([e["start"] for e in found], ends))
    assert all(0 <= e["start"] < e["end"] <= len(text) for e in found)
