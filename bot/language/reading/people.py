"""Reads how many people a request is for: a number, or a family told one by one, of which the writer is one."""

from __future__ import annotations

from bot.domain.readings import Read, Reading, Unclear
from bot.language.normalise import to_ascii_digits
from bot.language.reading.household import read_household
from bot.language.reading.household_words import tokens_of
from bot.language.reading.numbers import numbers_in, read_number
from bot.language.reading.spellings import says, words_of

MOST_PEOPLE = 99


def read_people(text: str) -> Reading:
    """Read how many people need something, the writer among them.

    "Six: me, my wife and four kids" are six, and "7, 3 of them children" are seven: numbers side by side are added up only
    where nothing else is said.

    Returns:
        As ``read_number``; unclear where the number told and the people told do not fit.
    """
    reading = read_number(text, least=1, most=MOST_PEOPLE)
    if isinstance(reading, Unclear) or (isinstance(reading, Read) and reading.is_whole):
        return reading
    words = words_of(to_ascii_digits(text))
    told = [value for value, _, _ in numbers_in(words)]
    if told and says("numbers.yml", "among", words, is_inside=True):
        return read_number(str(told[0]), least=1, most=MOST_PEOPLE)
    household = read_household(text)
    if not isinstance(household, Read) or not household.value:
        return reading
    total = len(household.value) + 1
    names_self = any(token.kind == "self" for token in tokens_of(text))
    if total in told[:1] or (names_self and (household.is_whole or told)):
        return Read(total, is_whole=household.is_whole)
    return Unclear((total, told[0])) if told else reading
