"""Whether a message is for the question of a form, or for something else.

A message that may mean danger is never an answer. What is clearly an answer, whole, is one, whatever else it resembles
("Sebha", "2", "my sister"). Of the rest, what the topics understand well is answered as what it is, and the form waits.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.domain import topics
from bot.domain.forms import FormWord
from bot.domain.questions import ASIDES, FORM_OF, QUESTIONS, TOPIC_OF, FormKind, question_of
from bot.domain.readings import Read, Unclear, Unread
from bot.domain.references import PATTERN
from bot.domain.requests import ADULT, age_on
from bot.language.normalise import normalise, to_ascii_digits
from bot.language.reading.choices import read_choice
from bot.language.reading.names import is_introduced
from bot.language.reading.reader import AnswerReader

QUESTION_IDS = frozenset(ASIDES) | {question.id for questions in QUESTIONS.values() for question in questions}

GREETINGS = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "helped_yes", "helped_no", "noted_yes", "noted_no"})
"""Within a form these ask for nothing: the question is put again."""

ANSWERS_IN_VAIN = frozenset({"phone_not_seen", "no_reference"})
"""What readers say of texts that answer the question without giving what it asks for: "this number", "I lost it"."""

JOINS = frozenset({"and", "et", "و", "w", "wa", "or", "ou", "او", "ولا"})

SURE_OF_TOPIC = 0.6
"""Least probability at which a message that could be an answer is taken for something else."""

RESEMBLING = {
    "safe_contact": frozenset({"talk_to_human", "return_departure"}),
    "in_detention": frozenset({"return_from_detention"}),
}
"""Topics that an answer resembles which names a choice of the question: "only write, do not call" asks for nobody."""

BEGINNINGS = frozenset({"request_return", "request_assistance", "report_missing_person"})
OWN_MATTERS = (frozenset(FORM_OF) - BEGINNINGS) | {"cancel", "talk_to_human"}
"""What a person wants of us about their own request or data: never a name, a town or a time, however short it is said."""

LONG = 5
"""Words from which a text that only holds an answer may also ask something."""


def is_form_choice(pressed: str | None) -> bool:
    """Say whether a pressed choice is one of a question of a form: ``<question>__<value>``."""
    return pressed is not None and pressed.partition("__")[0] in QUESTION_IDS


class FormJudge:
    """Decides for which of the two a message is."""

    def __init__(self) -> None:
        self._reader = AnswerReader()

    def steers(self, text: str) -> bool:
        """Say whether a text is a word that makes a form go on, and means nothing where none waits."""
        return self._reader.word(text) in (FormWord.SEND, FormWord.CONTINUE, FormWord.BACK, FormWord.SKIP)

    def is_whole_answer(self, text: str, asked: dict[str, Any], *, today: date, topic: str = "") -> bool:
        """Say whether a text is nothing but an answer, or a word that steers the form, so that it cannot mean danger.

        Args:
            topic: The likeliest topic. Who says to be grown up is no child alone, whatever else stands beside it.
        """
        if self._reader.word(text) is not None:
            return True
        if asked["is_parked"]:
            return False
        if _is_mistyped_reference(text, asked) or _is_small_numbers(text):
            return True
        if asked["question"] == "full_name" and is_introduced(text):
            return True
        reading = self._read(text, asked, today)
        if topic == "child_alone" and asked["question"] == "birth" and isinstance(reading, Read):
            return (age_on(today, reading.value) or 0) >= ADULT
        if asked["takes_own_words"]:
            return isinstance(reading, Read) and reading.value in asked["values"]
        return isinstance(reading, Unclear) or (isinstance(reading, Read) and reading.is_whole)

    def is_answer(self, text: str, asked: dict[str, Any], *, decision: str, topic: str, confidence: float, today: date) -> bool:
        """Say whether a text that is no danger goes to the form.

        Args:
            decision: What would be done with it outside a form.
            topic: The likeliest topic.
        """
        if self._reader.word(text) is not None:
            return True
        if asked["is_parked"]:
            return False
        if asked["question"] == "fear" and not _is_question(text) and self._says_fear_or_none(text, asked, topic, today):
            return True
        is_elsewhere = topic == "out_of_scope" and not _is_question(text)
        if is_elsewhere or (topic in RESEMBLING.get(asked["question"], ()) and _names_choice(text, asked)):
            # "In March, by phone" is nothing of ours, but for the question.
            decision = "suggest"
        # "Does it cost?" may resemble "stop this", but who asks goes on.
        understands = decision == "answer" and topic not in GREETINGS and not (topic == "cancel" and _is_question(text))
        reading = self._read(text, asked, today)
        if isinstance(reading, Unread):
            # A number that is none of the choices is a slip, whatever topic numbers alone resemble.
            if reading.code in ANSWERS_IN_VAIN:
                return True
            return not _has_words(text) or _is_mistyped_reference(text, asked) or not understands
        # "I want to go home" in the middle of the form: its own action asks again.
        is_beginning = decision == "answer" and topic == TOPIC_OF[FormKind(asked["form"])]
        is_sure = decision == "answer" and confidence >= SURE_OF_TOPIC and _asks(text, topic)
        if isinstance(reading, Unclear) or _gives_number(reading, text, asked):
            return True
        if asked["takes_own_words"]:
            # A name or a town may be any word; a greeting that passes for one ("Salam") does no harm.
            # "My name is Ahmed" resembles such a wish; words of which no "my name is" was cut off are either.
            is_wish = is_sure and topic in OWN_MATTERS and reading.value == text.strip() and " " in text.strip()
            is_plain = reading.is_whole and not is_wish
            return reading.value in asked["values"] or is_plain or not (is_beginning or is_sure)
        if reading.is_whole:
            return True
        return not (understands and (is_beginning or is_sure))

    def _says_fear_or_none(self, text: str, asked: dict[str, Any], topic: str, today: date) -> bool:
        """Say whether a text tells of fear, or denies it at length ("no, not of going back, I am only tired")."""
        return self._reader.has_fear(text) or (topic == "return_fear" and isinstance(self._read(text, asked, today), Read))

    def _read(self, text: str, asked: dict[str, Any], today: date) -> Read | Unclear | Unread:
        question = question_of(FormKind(asked["form"]), asked["question"])
        return self._reader.read(question, text, values=asked["values"], today=today)


def _gives_number(reading: Read, text: str, asked: dict[str, Any]) -> bool:
    """Say whether a text gives the number or the time that is asked for, with words around it ("my neighbour's, 091…")."""
    if _is_question(text):
        return False
    is_phone = asked["question"] == "contact_phone" and str(reading.value).startswith("+")
    return is_phone or (asked["question"] == "last_contact" and any(character.isdigit() for character in text))


def _has_words(text: str) -> bool:
    """Say whether a text is more than numbers and what joins them."""
    return any(character.isalpha() for word in normalise(text).split() if word not in JOINS for character in word)


def _is_small_numbers(text: str) -> bool:
    """Say whether a text is ages or lines side by side ("5 w 3"); three digits may be an emergency number."""
    words = normalise(to_ascii_digits(text)).split()
    return bool(words) and all(word in JOINS or (word.isdigit() and len(word) < 3) for word in words)


def _names_choice(text: str, asked: dict[str, Any]) -> bool:
    question = question_of(FormKind(asked["form"]), asked["question"])
    return not _is_question(text) and not isinstance(read_choice(text, field=question.words, values=question.values), Unread)


def _is_mistyped_reference(text: str, asked: dict[str, Any]) -> bool:
    """Say whether a text has the shape of the reference that is asked for: letters at random resemble any topic, danger too."""
    return bool(asked["question"] == "reference" and PATTERN.fullmatch(text.strip()))


def _asks(text: str, topic: str) -> bool:
    """Say whether a text that holds an answer looks like more than that."""
    is_long = len(normalise(text).split()) >= LONG
    return is_long or _is_question(text) or topic in OWN_MATTERS or topics.GROUP_OF.get(topic) == "chat"


def _is_question(text: str) -> bool:
    return "?" in text or "؟" in text
