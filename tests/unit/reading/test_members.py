"""One member of a household, as people write them."""

from __future__ import annotations

import pytest

from bot.domain.readings import Unread
from bot.language.reading.household import RELATIONS, read_member
from tests.unit.reading.test_household import _members


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("wife 30", "w30"), ("ابني ٥", "c5"), ("5 ans, mon fils", "c5"), ("1 34", "w34"), ("2, 5", "c5"),
        ("4-12", "s12"),
        ("3 55 ans", "p55"), ("7 20", "f20"), ("2 8 months", "c0"), ("١ ٣٤", "w34"),
        ("5", "g"), ("1", "w"), ("7", "f"),  # a relation's number
        ("8", "?8"), ("30", "?30"), ("30 ans", "?30"), ("8 months", "?0"), ("5 years", "?5"),
        ("٥ سنوات", "?5"),  # an age
        ("wife", "w"), ("ma fille", "c"), ("زوجتي", "w"), ("brother", "s"), ("زوجتي ٣٠", "w30"), ("أمي 60 سنة", "p60"),
        ("5 years old boy", "c5"), ("marti 25", "w25"), ("a friend", "f"), ("جدي", "g"),
    ],
)  # fmt: skip
def test_one_member_is_read_with_what_is_said(text, member):
    assert read_member(text).value == _members(member)[0]


@pytest.mark.parametrize("text", ["my wife and son", "hello", "9 20", "alone", "", "no", "1 2 3", "2 kids"])
def test_several_people_or_none_are_no_member(text):
    assert read_member(text) == Unread("not_a_household")


@pytest.mark.parametrize("text", ["brother 140", "1 120", "200 years"])
def test_a_members_age_is_checked(text):
    assert read_member(text) == Unread("age_too_high")


def test_relations_are_numbered_in_the_order_shown():
    assert [read_member(f"{number} 40").value["relation"] for number in range(1, 8)] == list(RELATIONS)
