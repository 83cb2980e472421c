"""Whether a message is for the question of a form, or for something else.

A message that may mean danger is never an answer. What is clearly an answer, whole, is one, whatever else it resembles
("Sebha", "2", "my sister"). Of the rest, what the topics understand well is answered as what it is, and the form waits.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.domain import topics
from bot.domain.questions import ASIDES, QUESTIONS, TOPIC_OF, FormKind, question_of
from bot.domain.readings import Read, Unclear, Unread
from bot.domain.references import PATTERN
from bot.language.normalise import normalise
from bot.language.reading.reader import AnswerReader

QUESTION_IDS = frozenset(ASIDES) | {question.id for questions in QUESTIONS.values() for question in questions}

GREETINGS = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "helped_yes", "helped_no", "noted_yes", "noted_no"})
"""Within a form these ask for nothing: the question is put again."""

SURE_OF_TOPIC = 0.6
"""Least probability at which a message that could be an answer is taken for something else."""

LONG = 5
"""Words from which a text that only holds an answer may also ask something."""


def is_form_choice(pressed: str | None) -> bool:
    """Say whether a pressed choice is one of a question of a form: ``<question>__<value>``."""
    return pressed is not None and pressed.partition("__")[0] in QUESTION_IDS


class FormJudge:
    """Decides for which of the two a message is."""

    def __init__(self) -> None:
        self._reader = AnswerReader()

    def is_whole_answer(self, text: str, asked: dict[str, Any], *, today: date) -> bool:
        """Say whether a text is nothing but an answer, or a word that steers the form, so that it cannot mean danger."""
        if self._reader.word(text) is not None:
            return True
        if asked["is_parked"]:
            return False
        if _is_mistyped_reference(text, asked):
            return True
        reading = self._read(text, asked, today)
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
        understands = decision == "answer" and topic not in GREETINGS
        reading = self._read(text, asked, today)
        if isinstance(reading, Unread):
            # A number that is none of the choices is a slip, whatever topic numbers alone resemble.
            is_slip = not any(character.isalpha() for character in text) or _is_mistyped_reference(text, asked)
            return is_slip or not understands
        # "I want to go home" in the middle of the form: its own action asks again.
        is_beginning = decision == "answer" and topic == TOPIC_OF[FormKind(asked["form"])]
        is_sure = decision == "answer" and confidence >= SURE_OF_TOPIC and _asks(text, topic)
        if isinstance(reading, Unclear):
            return True
        if asked["takes_own_words"]:
            # A name or a town may be any word; a greeting that passes for one ("Salam") does no harm.
            return reading.value in asked["values"] or reading.is_whole or not (is_beginning or is_sure)
        if reading.is_whole:
            return True
        return not (understands and (is_beginning or is_sure))

    def _read(self, text: str, asked: dict[str, Any], today: date) -> Read | Unclear | Unread:
        question = question_of(FormKind(asked["form"]), asked["question"])
        return self._reader.read(question, text, values=asked["values"], today=today)


def _is_mistyped_reference(text: str, asked: dict[str, Any]) -> bool:
    """Say whether a text has the shape of the reference that is asked for: letters at random resemble any topic, danger too."""
    return bool(asked["question"] == "reference" and PATTERN.fullmatch(text.strip()))


def _asks(text: str, topic: str) -> bool:
    """Say whether a text that holds an answer looks like more than that."""
    is_question = "?" in text or "؟" in text
    return is_question or len(normalise(text).split()) >= LONG or topics.GROUP_OF.get(topic) == "chat"
