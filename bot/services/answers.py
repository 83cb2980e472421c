"""What staff do with the hotline's answers: mark one as wrong, withdraw it on all channels, and restore it.

The wording itself lies in the catalogues and is changed there. What is withdrawn is not said from the next answer on, and does
not go out of the outbox either; see ``bot.services.outbox``.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.answers import AnswerMark, may_be_withdrawn
from bot.domain.audit import Act
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import InvalidInput, NotAllowed, WrongState
from bot.services.ports import Clock, UnitOfWork

MAX_REASON = 500
ALL_LANGUAGES = "all"
"""Stands in the audit log for no language in particular."""


def open_marks(uow: UnitOfWork) -> Sequence[AnswerMark]:
    """Return the marks that hold, the newest first."""
    return uow.answer_marks.open()


def history_of(uow: UnitOfWork, answer_id: str) -> Sequence[AnswerMark]:
    """Return all marks that an answer ever had, the newest first."""
    return uow.answer_marks.of(answer_id)


def withdrawn_answers(uow: UnitOfWork) -> frozenset[tuple[str, str | None]]:
    """Return what people are not told now: answer and language, or None for all languages."""
    return frozenset((mark.answer_id, mark.language) for mark in uow.answer_marks.open() if mark.is_withdrawn)


def is_withdrawn(uow: UnitOfWork, answer_id: str, language: str) -> bool:
    """Say whether people are not told this answer in this language now."""
    return may_be_withdrawn(answer_id) and uow.answer_marks.is_withdrawn(answer_id, language)


def mark_answer(uow: UnitOfWork, answer_id: str, *, language: str | None, reason: str, by: int, clock: Clock) -> None:
    """Mark an answer as wrong, so that somebody looks at it; people are still told it.

    Args:
        language: Of the wording that is meant; None for all.

    Raises:
        InvalidInput: ``reason_missing``, ``reason_too_long``, ``language_unknown``.
    """
    _add(uow, answer_id, language=language, is_withdrawn=False, reason=reason, by=by, clock=clock)


def withdraw_answer(uow: UnitOfWork, answer_id: str, *, language: str | None, reason: str, by: int, clock: Clock) -> None:
    """Stop telling people an answer, on all channels.

    Args:
        language: In which it is withdrawn; None for all.

    Raises:
        InvalidInput: As ``mark_answer``.
        NotAllowed: ``answer_is_needed`` if the hotline cannot do without it.
        WrongState: ``already_withdrawn`` if it is withdrawn there.
    """
    if not may_be_withdrawn(answer_id):
        raise NotAllowed("answer_is_needed", answer_id)
    if any(mark.is_open and mark.is_withdrawn and mark.language in (None, language) for mark in history_of(uow, answer_id)):
        raise WrongState("already_withdrawn", answer_id)
    _add(uow, answer_id, language=language, is_withdrawn=True, reason=reason, by=by, clock=clock)


def end_mark(uow: UnitOfWork, mark_id: int, *, answer_id: str, by: int, clock: Clock) -> AnswerMark:
    """Tell people a withdrawn answer again, or settle a mark; one that has ended stays as it ended.

    Args:
        answer_id: Whose mark it is.

    Raises:
        NotFound: ``mark_not_found``.
        WrongState: ``mark_ended`` if a colleague was faster.
    """
    mark = uow.answer_marks.get(mark_id)
    if mark.answer_id != answer_id or not uow.answer_marks.end(mark, at=clock(), by=by):
        raise WrongState("mark_ended", answer_id)
    act = Act.ANSWER_RESTORED if mark.is_withdrawn else Act.ANSWER_MARK_SETTLED
    uow.audit.add(act, staff_id=by, at=clock(), subject=answer_id, detail=mark.language or ALL_LANGUAGES)
    uow.commit()
    return mark


def _add(
    uow: UnitOfWork, answer_id: str, *, language: str | None, is_withdrawn: bool, reason: str, by: int, clock: Clock
) -> None:
    explained = " ".join(reason.split())
    if not explained:
        raise InvalidInput("reason_missing")
    if len(explained) > MAX_REASON:
        raise InvalidInput("reason_too_long", f"at most {MAX_REASON} characters")
    if language not in (None, *LANGUAGES):
        raise InvalidInput("language_unknown")
    at = clock()
    uow.answer_marks.add(answer_id, language=language, is_withdrawn=is_withdrawn, reason=explained, at=at, by=by)
    act = Act.ANSWER_WITHDRAWN if is_withdrawn else Act.ANSWER_MARKED
    uow.audit.add(act, staff_id=by, at=at, subject=answer_id, detail=language or ALL_LANGUAGES)
    uow.commit()
