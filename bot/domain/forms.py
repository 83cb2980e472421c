"""Forms: where a person stands in one.

A form is a dialogue; what it leads to is a request, or a change to one. The next question is always the first that has no
answer yet and that applies, so that going back, changing an answer and going on days later are all the same: the answers
alone tell what comes next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from bot.domain.questions import ASIDES, QUESTIONS, FormKind, Question, question_of

PATIENCE = 2
"""Answers that could not be read, after which a person is offered."""

SILENCE = timedelta(hours=12)
"""After so long without a word the form asks first whether to go on where it stopped."""


class FormWord(str, Enum):
    """Words that steer a form at each of its questions."""

    BACK = "back"
    SKIP = "skip"
    LATER = "later"
    START_AGAIN = "start_again"
    LEAVE = "leave"
    SEND = "send"
    WHY = "why"
    CONTINUE = "continue"


@dataclass
class Form:
    """Where a person stands in a form.

    Attributes:
        answers: By question, as read; None where it was skipped. In the order in which they were given. Encrypted at rest.
        asked: Id of the question that waits for an answer: of ``QUESTIONS`` or of ``ASIDES``.
        options: Values that can be picked now besides the question's own: what a text may have meant, or lines to change.
        misses: How many answers to this question could not be read.
        request_id: The request that it fills or is about.
        parked_at: Since when it waits as a draft: after a safety message, or because the person said "later".
        was_offered: Whether the person was told since then that it waits.
    """

    id: str
    contact_id: str
    conversation_id: str
    kind: FormKind
    answers: dict[str, Any]
    asked: str
    created_at: datetime
    updated_at: datetime
    options: tuple[str, ...] = ()
    misses: int = 0
    request_id: str | None = None
    parked_at: datetime | None = None
    was_offered: bool = False

    def __repr__(self) -> str:
        return f"<Form {self.id}>"

    @property
    def question(self) -> Question:
        """The question that waits for an answer."""
        return question_of(self.kind, self.asked)

    def next_question(self, today: date) -> Question:
        """Return the first question without an answer that applies; then the summary to confirm."""
        for question in QUESTIONS[self.kind]:
            if question.id not in self.answers and question.applies(self.answers, today):
                return question
        return ASIDES["confirm"]

    def ask(self, question: Question, *, options: tuple[str, ...] = ()) -> None:
        """Wait for the answer to a question."""
        if question.id != self.asked:
            self.misses = 0
        self.asked, self.options = question.id, options

    def keep(self, question_id: str, value: Any) -> None:
        """Keep an answer, as the latest one."""
        self.answers = {**{k: v for k, v in self.answers.items() if k != question_id}, question_id: value}

    def forget(self, *question_ids: str) -> None:
        """Forget answers, so that they are asked for again."""
        self.answers = {k: v for k, v in self.answers.items() if k not in question_ids}

    def step_back(self) -> bool:
        """Forget the latest answer; False at the first question."""
        known = {question.id for question in QUESTIONS[self.kind]}
        given = [question_id for question_id in self.answers if question_id in known]
        if not given:
            return False
        self.forget(given[-1])
        return True

    def park(self, now: datetime) -> None:
        """Let it wait as a draft."""
        self.parked_at, self.was_offered = now, False

    def wake(self) -> None:
        """Go on with it."""
        self.parked_at, self.was_offered = None, False
