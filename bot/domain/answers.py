"""Marks that staff put on answers: wrong, or withdrawn so that nobody is told them; and which answers bear which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain import topics

REVIEW_SOON = timedelta(days=30)
"""So long before its end a review is announced."""


@dataclass(frozen=True)
class AnswerMark:
    """What a staff member said of an answer, and until when it held.

    Attributes:
        language: Of the wording that is meant; None for all.
        is_withdrawn: Whether people are no longer told the answer; else it is only marked as wrong.
        by, ended_by: Staff members; None for one who is forgotten.
    """

    id: int
    answer_id: str
    language: str | None
    is_withdrawn: bool
    reason: str
    at: datetime
    by: int | None
    ended_at: datetime | None = None
    ended_by: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still holds."""
        return self.ended_at is None

    def covers(self, language: str) -> bool:
        """Say whether it is about the wording in a language."""
        return self.language in (None, language)


def may_be_withdrawn(answer_id: str) -> bool:
    """Say whether the hotline can do without an answer: those to questions only.

    First steps in danger, what forms say, and the words of a conversation are always needed: a wrong one is marked, and
    corrected in the catalogue.
    """
    return topics.GROUP_OF.get(answer_id) == "faq"


def is_for_staff(answer_id: str) -> bool:
    """Say whether staff may send an answer as it is: those to questions, and the first steps in danger."""
    return topics.GROUP_OF.get(answer_id) in ("faq", "safety")


def is_overdue(review_due: date | None, today: date) -> bool:
    """Say whether an answer should have been reviewed before this day."""
    return review_due is not None and review_due < today


def is_due_soon(review_due: date | None, today: date) -> bool:
    """Say whether an answer is to be reviewed in the next days."""
    return review_due is not None and today <= review_due <= today + REVIEW_SOON
