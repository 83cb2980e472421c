"""Reads who travels along: each person's relation and age, in the order written."""

from __future__ import annotations

from bot.domain.readings import Read, Reading, Unread
from bot.language.reading.household_groups import MOST_MEMBERS, OLDEST, age_of
from bot.language.reading.household_people import Household
from bot.language.reading.household_words import is_phrase_of, tokens_of
from bot.language.reading.phrases import is_link, is_question

__all__ = ["MOST_MEMBERS", "OLDEST", "RELATIONS", "read_household", "read_member"]

RELATIONS = ("spouse", "child", "parent", "sibling", "grandparent", "other_relative", "not_family")
"""The relations in the order of their numbers, from 1."""


def read_household(text: str) -> Reading:
    """Read who travels along, without the person who writes.

    A bare number gives that many members of unknown relation and age; "we are 4" counts the writer, so it gives three.

    Returns:
        ``Read`` with a tuple of ``{"relation": one of RELATIONS or None, "age": int or None}``, empty for someone alone.
        ``Unread("household_too_many")`` above ``MOST_MEMBERS``, ``Unread("age_too_high")`` above ``OLDEST``,
        ``Unread("household_count")`` where people are named whose number is not ("my kids"), else
        ``Unread("not_a_household")``.
    """
    if is_phrase_of(text, "alone"):
        return Read(())
    if is_link(text):
        return Unread("not_a_household")
    tokens = tokens_of(text)
    people = Household(tokens)
    is_whole = not is_question(text) and all(token.kind not in ("other", "denied") for token in tokens)
    return people.reading(is_whole=is_whole)


def read_member(text: str) -> Reading:
    """Read one member: "wife 30", "5 ans, mon fils", or the number of a relation and an age ("1 34").

    A number alone is a relation's number from 1 to 7, above that an age.

    Returns:
        ``Read`` with ``{"relation": …, "age": …}``, what is not said as None, or ``Unread`` as for a household.
    """
    tokens = tokens_of(text)
    numbers = [token.number for token in tokens if token.kind == "number"]
    if numbers and all(token.kind in ("number", "separator", "age_unit") for token in tokens):
        has_unit = tokens[-1].kind == "age_unit"
        relation = RELATIONS[numbers[0] - 1] if numbers[0] in range(1, len(RELATIONS) + 1) else None
        age: int | None = age_of(numbers[-1], tokens[-1])
        if len(numbers) == 1 and relation and not has_unit:
            age = None
        elif len(numbers) == 1:
            relation = None
        elif len(numbers) > 2 or relation is None:
            return Unread("not_a_household")
        return Unread("age_too_high") if age is not None and age > OLDEST else Read({"relation": relation, "age": age})
    people = Household(tokens)
    if is_link(text) or (tokens and all(token.kind in ("alone", "denied") for token in tokens)):
        return Unread("not_a_household")
    reading = people.reading(is_whole=all(token.kind not in ("other", "denied") for token in tokens))
    if not isinstance(reading, Read):
        return reading
    return Read(reading.value[0], is_whole=reading.is_whole) if len(reading.value) == 1 else Unread("not_a_household")
