"""Phone numbers as people write them: local and international, digits of any script, signs lost or turned around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.language.normalise import normalise, to_ascii_digits
from bot.language.reading.numbers import number_of_words
from bot.language.reading.spellings import PhraseBook, load, without_courtesies, words_of

FEWEST_DIGITS = 5
"""Fewer digits are a number of something else."""
MOST_GROUPS = 12
"""Two numbers told side by side have no more groups of digits."""
LIBYA = 218
INTERNATIONAL_LENGTH = 10
"""From here on, digits without a plus may begin with a country's code."""

_PLUS = str.maketrans({"＋": "+", "﹢": "+", "⁺": "+", "₊": "+", "➕": "+", "✚": "+"})
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff\u20e3\u061c]")
# A letter O or l among digits is a slip of the eye: "O91", "09l".
_LETTER_ZERO = re.compile(r"(?<=\d)[oO](?=[\d\s\-.])|(?<![^\W\d_])[oO](?=[ \-.]?\d{2})")
_LETTER_ONE = re.compile(r"(?<=\d)[lI|](?=\d)")
_BETWEEN = r"[\s()/.\-‐-―−ـ_·•*,،:;'’]"
_CANDIDATE = re.compile(rf"(?:\+|\(\s*\+?)?{_BETWEEN}{{0,3}}\d(?:{_BETWEEN}{{0,4}}[(]?\d)*{_BETWEEN}{{0,2}}\+?")
_DIGITS = re.compile(r"\D")


def read_phone(text: str, *, region: str = "LY") -> Reading:
    """Read a phone number.

    Args:
        text: As typed.
        region: Where a number without a country's code belongs; other countries are never guessed for it.

    Returns:
        E.164; unclear where several numbers are given. Unread with ``not_a_phone``, ``phone_too_short``, ``phone_too_long``
        or ``phone_unknown``.
    """
    plain = _plain(text)
    candidates = [match for match in _CANDIDATE.finditer(plain) if _is_long(match)]
    if not candidates:
        return _spelled_out(plain, region=region)
    found: list[str] = []
    problems: list[str] = []
    for match in candidates:
        number = _valid_number(match.group(), region=region)
        if number:
            found.append(phonenumbers.format_number(number, PhoneNumberFormat.E164))
        else:
            # Two numbers side by side look like one that is too long.
            parts = _several(match.group(), region=region)
            found += parts
            problems += [] if parts else [_problem(match.group(), region=region)]
    found = list(dict.fromkeys(found))
    if not found:
        return Unread(problems[0])
    if len(found) > 1:
        return Unclear(tuple(found))
    return Read(found[0], is_whole=not _is_anything_left(_without_numbers(plain)))


def possible_numbers(text: str, *, region: str = "LY") -> list[str]:
    """Return what a text may be as a phone number, in E.164, the likeliest first, where nobody gives out such numbers too.

    For looking up what is stored already. Whoever tells their number is asked again by what ``read_phone`` says.

    Args:
        text: As typed.
        region: As for ``read_phone``.
    """
    found: list[str] = []
    for match in filter(_is_long, _CANDIDATE.finditer(_plain(text))):
        for spelling in _spellings(match.group()):
            try:
                number = phonenumbers.parse(spelling, region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_possible_number(number):
                found.append(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return list(dict.fromkeys(found))


def _plain(text: str) -> str:
    plain = _UNSEEN.sub("", to_ascii_digits(text)).translate(_PLUS)
    return _LETTER_ONE.sub("1", _LETTER_ZERO.sub("0", plain))


def _is_long(match: re.Match[str]) -> bool:
    return len(_DIGITS.sub("", match.group())) >= FEWEST_DIGITS


def _without_numbers(text: str) -> str:
    # The digit of "ra9mi" is a letter, and "after 5" is no part of the number.
    return _CANDIDATE.sub(lambda match: " " if _is_long(match) else match.group(), text)


def _valid_number(written: str, *, region: str) -> PhoneNumber | None:
    for spelling in _spellings(written):
        try:
            number = phonenumbers.parse(spelling, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and not _may_be_foreign(spelling, number):
            return number
    return None


def _may_be_foreign(spelling: str, number: PhoneNumber) -> bool:
    """Say whether a number that passes for a Libyan landline may be the mobile of another country, without its code.

    Nobody tells a landline without its zero, while "691234567" is how a mobile is told in Cameroon.
    """
    is_local = number.country_code == LIBYA and spelling[0] not in "+0"
    return is_local and phonenumbers.number_type(number) is not PhoneNumberType.MOBILE


def _spellings(written: str) -> Iterator[str]:
    """Yield what a number may be, the likeliest first."""
    digits = _DIGITS.sub("", written)
    has_plus = "+" in written
    if has_plus and digits.startswith("0") and not digits.startswith("00"):
        yield digits
    if has_plus:
        yield "+" + digits
        # A plus before the 00 ("+00218...").
        yield "+" + digits.lstrip("0")
    yield digits
    if digits.startswith("00"):
        yield "+" + digits.lstrip("0")
    elif len(digits) >= INTERNATIONAL_LENGTH and not digits.startswith("0"):
        yield "+" + digits
    # Libyans told their code as 218 with the zero before ("0218..."), and one zero of two gets lost.
    if digits.startswith("0") and len(digits) > INTERNATIONAL_LENGTH:
        yield "+" + digits[1:]
    # In right-to-left text the groups of a number come in reverse ("1234567-091").
    groups = re.findall(r"\d+", written)
    if len(groups) in (2, 3) and not has_plus:
        yield "".join(reversed(groups))


def _several(written: str, *, region: str) -> list[str]:
    """Return the numbers that stand side by side in what looks like one."""
    groups = re.findall(r"\+?\d+", written)
    for cut in range(1, min(len(groups), MOST_GROUPS)):
        first, second = "".join(groups[:cut]), "".join(groups[cut:])
        numbers = [_valid_number(part, region=region) for part in (first, second)]
        if all(numbers):
            return [phonenumbers.format_number(number, PhoneNumberFormat.E164) for number in numbers if number]
    return []


def _problem(written: str, *, region: str) -> str:
    """Return why a number is none, from its likeliest reading."""
    digits = _DIGITS.sub("", written)
    likeliest = "+" + digits.lstrip("0") if "+" in written or digits.startswith("00") else digits
    try:
        number = phonenumbers.parse(likeliest, region)
    except phonenumbers.NumberParseException as error:
        return {
            phonenumbers.NumberParseException.TOO_SHORT_NSN: "phone_too_short",
            phonenumbers.NumberParseException.TOO_LONG: "phone_too_long",
        }.get(error.error_type, "phone_unknown")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY) or _lacks_digits(number):
        return "phone_too_short"
    return "phone_too_long" if reason == ValidationResult.TOO_LONG else "phone_unknown"


def _lacks_digits(number: PhoneNumber) -> bool:
    """Say whether a number is shorter than its country's mobile numbers: a digit was lost."""
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    mobile = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    return mobile is not None and len(str(number.national_number)) < len(str(mobile.national_number))


def _spelled_out(text: str, *, region: str) -> Reading:
    """Read a number told digit by digit or pair by pair in words ("zero nine one two ...")."""
    values = [number_of_words(word) for word in words_of(text)]
    told = [value for value in values if value is not None and value < 10]
    number = _valid_number("".join(map(str, told)), region=region) if len(told) > FEWEST_DIGITS else None
    if number is None:
        return Unread("not_a_phone")
    return Read(phonenumbers.format_number(number, PhoneNumberFormat.E164), is_whole=len(told) == len(values))


def _is_anything_left(text: str) -> bool:
    words = without_courtesies(words_of(text), may_empty=True)
    known = set(chain.from_iterable(range(phrase.start, phrase.end) for phrase in _around().find(words)))
    return any(index not in known and any(c.isalnum() for c in word) for index, word in enumerate(words))


@lru_cache(maxsize=1)
def _around() -> PhraseBook:
    return PhraseBook({normalise(phrase): "around" for phrase in load("phones.yml")["around"]}, corrects=False)
