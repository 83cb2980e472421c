"""The pages of the hotline's answers: what people are told in each language, from where, and what staff say of it.

Which answers staff attach to a reply is in ``answer_picker``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext
from flask_security import current_user

from bot.console import answer_list, answer_words
from bot.console.answer_list import PER_PAGE, Row, State, rows_of
from bot.console.answer_picker import find_answers
from bot.console.days import today
from bot.console.outside import actor, now, parts, register
from bot.console.permissions import requires
from bot.domain.answers import AnswerMark, is_due_soon, is_overdue, may_be_withdrawn
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from bot.services.answers import MAX_REASON, end_mark, history_of, mark_answer, open_marks, withdraw_answer
from bot.services.cases import find_case
from bot.services.directory import entries_to_tell
from bot.services.ports import UnitOfWork

pages = Blueprint("answers", __name__)
Work = Callable[[UnitOfWork], object]


def install(app: Flask) -> None:
    """Let templates use the words of answers."""
    answer_words.install(app)
    answer_list.install(app)


@pages.get("/answers")
@requires("see_answers")
def show() -> ResponseReturnValue:
    """List all answers, those whose review is overdue first."""
    wanted = answer_list.read(request.args)
    with parts().unit_of_work() as uow:
        found = rows_of(open_marks(uow), wanted)
    rows = [row for row in found if row.is_in(wanted.state)]
    first = (wanted.page - 1) * PER_PAGE
    return render_template(
        "answers.html",
        rows=rows[first : first + PER_PAGE],
        total=len(rows),
        first=first + 1,
        has_more=len(rows) > first + PER_PAGE,
        wanted=wanted,
        counts=_counts(found),
        groups=answer_words.GROUPS,
    )


@pages.get("/answers/<string:answer_id>")
@requires("see_answers")
def show_one(answer_id: str) -> ResponseReturnValue:
    """Show an answer in each language, with its sources, its review and its marks."""
    answer = _known(answer_id)
    with parts().unit_of_work() as uow:
        told = entries_to_tell(uow, answer.directory, clock=now) if answer.directory else ()
        marks = history_of(uow, answer_id)
    return render_template(
        "answer.html",
        answer=answer,
        told=told,
        marks=marks,
        is_overdue=is_overdue(answer.review_due, today()),
        is_due_soon=is_due_soon(answer.review_due, today()),
        may_be_withdrawn=may_be_withdrawn(answer_id),
        is_withdrawn=any(one.is_open and one.is_withdrawn and one.language is None for one in marks),
        follow_up=[(one, one in register()) for one in answer.next],
        answer_languages=LANGUAGES,
        longest=MAX_REASON,
    )


@pages.post("/answers/<string:answer_id>/mark")
@requires("mark_answers")
def mark(answer_id: str) -> ResponseReturnValue:
    """Mark an answer as wrong; people are still told it."""
    given = {"language": _language(), "reason": request.form.get("reason", ""), "by": current_user.id, "clock": now}
    done = pgettext("answers", "The mark is kept. Whoever may withdraw answers sees it.")
    return _do(answer_id, lambda uow: mark_answer(uow, answer_id, **given), done=lambda _: done)


@pages.post("/answers/<string:answer_id>/withdraw")
@requires("withdraw_answers")
def withdraw(answer_id: str) -> ResponseReturnValue:
    """Stop telling people an answer, once that is confirmed."""
    given = {"language": _language(), "reason": request.form.get("reason", ""), "by": current_user.id, "clock": now}
    if request.form.get("confirmed") != "1":
        _known(answer_id)
        flash(pgettext("answers", "Confirm that people are no longer to be told this. Nothing was changed."), "error")
        return redirect(url_for("answers.show_one", answer_id=answer_id), 303)
    done = pgettext("answers", "The answer is withdrawn. Who asks is told that it cannot be had now, and is offered a person.")
    return _do(answer_id, lambda uow: withdraw_answer(uow, answer_id, **given), done=lambda _: done)


@pages.post("/answers/<string:answer_id>/marks/<int:mark_id>/end")
@requires("withdraw_answers")
def end(answer_id: str, mark_id: int) -> ResponseReturnValue:
    """Tell people a withdrawn answer again, or settle a mark."""
    given = {"answer_id": answer_id, "by": current_user.id, "clock": now}
    return _do(answer_id, lambda uow: end_mark(uow, mark_id, **given), done=_ended_words)


@pages.get("/answers/for/<string:reference>")
@requires("work_on_cases")
def for_case(reference: str) -> ResponseReturnValue:
    """Find approved answers for the person of a case, in their words and in the reader's."""
    with parts().unit_of_work() as uow:
        case = find_case(uow, reference, actor().roles)
        conversation = uow.conversations.get(case.conversation_id)
        return jsonify(find_answers(uow, conversation, request.args.get("q", "")))


def _do(answer_id: str, work: Work, *, done: Callable[[Any], str]) -> ResponseReturnValue:
    _known(answer_id)
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            result = work(uow)
    except (InvalidInput, NotAllowed, WrongState) as error:
        flash(answer_words.refusal(error), "error")
    else:
        flash(done(result), "done")
    return redirect(url_for("answers.show_one", answer_id=answer_id), 303)


def _ended_words(ended: AnswerMark) -> str:
    if ended.is_withdrawn:
        return pgettext("answers", "The answer is restored: people are told it again, unless another withdrawal holds.")
    return pgettext("answers", "The mark is settled.")


def _known(answer_id: str) -> Any:
    answer = register().get(answer_id)
    if answer is None:
        raise NotFound("answer_not_found", answer_id)
    return answer


def _language() -> str | None:
    """Return the language that is meant; None for all. One that we do not know is refused later."""
    return request.form.get("language") or None


def _counts(rows: list[Row]) -> list[tuple[State, int]]:
    return [(state, sum(row.is_in(state) for row in rows)) for state in State]
