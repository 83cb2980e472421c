"""Reads an answer by its question: picks among what was offered first, then the reader of the question's field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.domain.forms import FormWord
from bot.domain.questions import QUESTIONS, Question
from bot.domain.readings import Read, Reading, Unread
from bot.domain.references import parse_reference
from bot.language.normalise import normalise, to_ascii_digits
from bot.language.reading.choices import read_choice, read_choices
from bot.language.reading.countries import read_country
from bot.language.reading.dates import read_birth, read_birth_year
from bot.language.reading.fear import has_fear
from bot.language.reading.form_words import read_form_word
from bot.language.reading.household import read_household, read_member
from bot.language.reading.names import name_key, read_name
from bot.language.reading.people import read_people
from bot.language.reading.phones import read_phone
from bot.language.reading.phrases import is_question
from bot.language.reading.places import read_place, read_town_abroad
from bot.language.reading.spellings import says, words_of

PICKED_BY_NUMBER = frozenset({"choice", "place", "country", "text", "phone", "household", "field"})
"""Where a small number means the choice with that number, not a number."""

DECISIVE = frozenset({"confirm", "return_consent", "assistance_consent", "missing_consent", "counselling_consent",
                      "withdrawal", "erasure", "my_data", "go_on_with_fear"})  # fmt: skip
"""Questions whose answer does something: "what happens after I send it" sends nothing."""

MOST_WORDS_TO_SEND = 3
"""Words of a text that sends a request although one of them is not known ("yes, send it na")."""

MAX_WORDS_OF_OWN = 200
"""Characters of an answer in own words."""


class AnswerReader:
    """The readers of this package behind the port of ``bot.services.form_ports``."""

    def read(self, question: Question, text: str, *, values: Sequence[str], today: date) -> Reading:
        """Return what a text means as the answer to a question.

        Args:
            values: What may be picked, in the order of the numbers.
        """
        picked = _picked(text, values) if question.reads in PICKED_BY_NUMBER else None
        if picked is not None:
            return Read(picked)
        if question.id == "which":
            return _one_of(text, values)
        reading = _read(question, text, values=values, today=today)
        if question.id in DECISIVE and isinstance(reading, Read) and not reading.is_whole and _may_ask(question, text):
            return Unread("not_a_choice")
        return reading

    def word(self, text: str) -> FormWord | None:
        """Return the word that steers a form, where the whole message is one."""
        return read_form_word(text)

    def has_fear(self, text: str) -> bool:
        """Say whether a text may tell of fear of going home."""
        return has_fear(text)

    def name_key(self, name: str) -> str:
        """Return what Arabic and Latin spellings of a name share."""
        return name_key(name)


def _picked(text: str, values: Sequence[str]) -> str | None:
    plain = normalise(to_ascii_digits(text))
    if not plain.isdigit() or not 1 <= int(plain) <= len(values):
        return None
    return values[int(plain) - 1]


def _may_ask(question: Question, text: str) -> bool:
    return is_question(text) or (question.id == "confirm" and len(words_of(text)) > MOST_WORDS_TO_SEND)


def _one_of(text: str, values: Sequence[str]) -> Reading:
    for reading in (read_country(text), read_place(text)):
        if isinstance(reading, Read):
            value = reading.value.get("id") if isinstance(reading.value, dict) else reading.value
            if value in values:
                return Read(value)
    for question in (question for questions in QUESTIONS.values() for question in questions if question.reads == "choice"):
        if set(values) <= set(question.values):
            reading = read_choice(text, field=question.words, values=values)
            if isinstance(reading, Read):
                return reading
    return Unread("not_a_choice")


def _read(question: Question, text: str, *, values: Sequence[str], today: date) -> Reading:
    reads = question.reads
    if reads == "choice":
        return read_choice(text, field=question.words, values=question.values)
    if reads == "choices":
        return read_choices(text, field=question.words, values=question.values)
    if reads == "name":
        return read_name(text)
    if reads == "birth":
        return read_birth(text, today=today)
    if reads == "country":
        return read_country(text)
    if reads == "place":
        return read_place(text)
    if reads == "town":
        return read_town_abroad(text)
    if reads == "household":
        return read_household(text)
    if reads == "member":
        return read_member(text)
    if reads == "phone":
        return _phone(question, text, values)
    if reads == "number":
        return read_people(text)
    if reads == "reference":
        reference = parse_reference(text)
        if reference:
            return Read(reference)
        return Unread("no_reference" if says("references.yml", "none", words_of(text)) else "not_a_reference")
    if reads == "proof":
        return _proof(text, today)
    if reads == "field":
        line = read_choice(text, field="change", values=values)
        return line if isinstance(line, Read) else Unread("not_a_choice")
    return _own_words(question, text, values)


def _phone(question: Question, text: str, values: Sequence[str]) -> Reading:
    number = read_phone(text)
    if not isinstance(number, Unread) or number.code != "not_a_phone":
        # Digits first: "this number: 091…", from a friend's phone, is not the friend's.
        return number
    if question.may_skip and says("phones.yml", "none", words_of(text)):
        return Read(None)
    choice = read_choice(text, field=question.words, values=question.values)
    if not isinstance(choice, Read) or not choice.is_whole:
        return number
    # "This number" of a chat is none that we could see.
    return choice if values else Unread("phone_not_seen")


def _proof(text: str, today: date) -> Reading:
    years = read_birth_year(text, today=today)
    if isinstance(years, Read):
        return Read({"years": list(years.value)}, years.is_whole)
    phone = read_phone(text)
    return Read({"phone": phone.value}, phone.is_whole) if isinstance(phone, Read) else Unread("not_a_date")


def _own_words(question: Question, text: str, values: Sequence[str]) -> Reading:
    if question.words:
        choice = read_choice(text, field=question.words, values=question.values)
        if isinstance(choice, Read) and choice.is_whole:
            return choice
    if len(text) > MAX_WORDS_OF_OWN:
        return Unread("too_long")
    # Own words may be anything, so they are never "whole": what looks like a question or a plea comes first.
    return Read(" ".join(text.split()), is_whole=False)
