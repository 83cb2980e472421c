"""Words that steer a form at each question (back, skip, later, leave…), and answers that could not be read."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.form_replies import FormReply, Line
from bot.domain.forms import PATIENCE, Form, FormWord
from bot.domain.questions import ASIDES
from bot.services.form_answers import apply_answer
from bot.services.form_asking import ask, leave_for_good, park
from bot.services.form_context import Talk, is_of_request

NUMERIC = frozenset({"birth", "number", "phone", "proof", "reference", "field"})
"""Readers that take a number as the answer itself: no choice beside them could be picked by one."""

SAID_AS = {"household_count": "not_a_household"}
"""Reasons that have no words of their own: "my kids" is asked again like any household that could not be read."""

EMPTY_WHEN_SKIPPED: dict[str, list[str]] = {"needs": [], "household": []}


def miss(form: Form, talk: Talk, code: str) -> FormReply:
    """Ask again with a hint why the answer was not taken; after two misses a person is offered."""
    form.misses += 1
    lines = [Line(f"hint_{SAID_AS.get(code, code)}")]
    if form.misses >= PATIENCE:
        lines.append(Line("form_person"))
        if form.question.reads not in NUMERIC and "talk_to_human" not in form.options:
            form.options = (*form.options, "talk_to_human")
    return ask(form, talk).after(*lines)


def _back(form: Form, talk: Talk) -> FormReply:
    form.wake()
    if form.asked in ASIDES and form.asked != "confirm":
        form.ask(form.next_question(talk.today))
        return ask(form, talk)
    if not form.step_back():
        return ask(form, talk).after(Line("hint_at_start"))
    form.ask(form.next_question(talk.today))
    return ask(form, talk)


def _skip(form: Form, talk: Talk) -> FormReply:
    form.wake()
    question = form.question
    if question.id in EMPTY_WHEN_SKIPPED:
        return apply_answer(form, talk, question.id, EMPTY_WHEN_SKIPPED[question.id])
    if question.id == "reference":
        leave_for_good(form, talk)
        return FormReply((Line("status_none"),))
    if not question.may_skip:
        return miss(form, talk, "cannot_skip")
    return apply_answer(form, talk, question.id, None)


def _start_again(form: Form, talk: Talk) -> FormReply:
    return apply_answer(form, talk, "resume", "start_again")


def _leave(form: Form, talk: Talk) -> FormReply:
    if form.request_id is None or not is_of_request(form):
        leave_for_good(form, talk)
        return FormReply((Line("parked_early"),))
    form.wake()
    form.ask(ASIDES["leave"])
    return ask(form, talk)


def _send(form: Form, talk: Talk) -> FormReply:
    form.wake()
    # At "which line do you want to change?" the same summary has just been shown.
    is_complete = form.asked == "confirm" or (form.asked == "change" and form.next_question(talk.today).id == "confirm")
    return apply_answer(form, talk, "confirm", "send") if is_complete else miss(form, talk, "not_understood")


def _why(form: Form, talk: Talk) -> FormReply:
    form.wake()
    return ask(form, talk).after(Line("form_why"))


def _continue(form: Form, talk: Talk) -> FormReply:
    form.wake()
    if form.asked in ("resume", "leave"):
        form.ask(form.next_question(talk.today))
    return ask(form, talk)


STEERING: dict[FormWord, Callable[[Form, Talk], FormReply]] = {
    FormWord.BACK: _back,
    FormWord.SKIP: _skip,
    FormWord.LATER: park,
    FormWord.START_AGAIN: _start_again,
    FormWord.LEAVE: _leave,
    FormWord.SEND: _send,
    FormWord.WHY: _why,
    FormWord.CONTINUE: _continue,
}
"""What each of the words does, at any question."""
