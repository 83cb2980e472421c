"""Putting the question that waits, with the summary where it is to be confirmed; parking and leaving a form."""

from __future__ import annotations

from typing import Any

from bot.domain.form_replies import Asking, FormReply, Line
from bot.domain.forms import Form
from bot.domain.questions import CONSENTS, QUESTIONS, REQUEST_OF, question_of
from bot.domain.requests import RequestStatus
from bot.services.form_context import Talk, values_of

SAYS_HOW_LONG = frozenset({"understood", *CONSENTS}) - {"return_consent"}
"""Questions that name the time for which answers are kept; a return request says it with the question before consent."""


def ask(form: Form, talk: Talk) -> FormReply:
    """Return the question that waits; at the end, after the summary of all answers."""
    question = form.question
    words = question_of(form.kind, form.answers["which_of"]).words if question.id == "which" else question.words
    # The lines to change stand in the summary, with their numbers.
    values = () if question.id == "change" else values_of(form, talk.address)
    asking = Asking(question.id, words, values, question.may_skip, _placeholders(form, talk))
    if question.id in ("confirm", "change"):
        return FormReply((Line("summary_title"), Line("summary", {"fields": summary_of(form)})), asking)
    return FormReply((), asking)


def _placeholders(form: Form, talk: Talk) -> dict[str, str]:
    if form.asked in SAYS_HOW_LONG:
        return {"months": str(talk.rules.months)}
    if form.asked == "household_member":
        return {"number": str(form.answers["household_open"][0] + 1), "of": str(len(form.answers["household"]))}
    if form.asked == "withdrawal":
        return {"reference": talk.uow.requests.get(form.request_id or "").reference}
    if form.asked == "erasure":
        return {"kept": talk.rules.law.get(talk.language, "")}
    return {}


def summary_of(form: Form) -> list[list[Any]]:
    """Return the ids of the questions whose answers are kept, with the answers, in the order in which they are asked."""
    return [
        [question.id, form.answers[question.id]]
        for question in QUESTIONS[form.kind]
        if question.is_kept and question.id in form.answers
    ]


def fields_of(form: Form) -> dict[str, Any]:
    """Return the answers as the fields of a request: flat values, ids and codes; None where skipped."""
    fields: dict[str, Any] = {}
    for question in QUESTIONS[form.kind]:
        if not question.is_kept or question.id not in form.answers:
            continue
        value = form.answers[question.id]
        if question.id == "birth":
            fields.update({name: part for name, part in value.items() if name != "age"})
        elif question.reads == "place":
            fields[question.id] = (value.get("id") or value.get("text")) if value else None
        elif question.words == "yes_no":
            fields[question.id] = value == "yes"
        else:
            fields[question.id] = value
    return fields


def park(form: Form, talk: Talk) -> FormReply:
    """Let the form wait as a draft, and say how to go on."""
    if form.asked in ("resume", "leave"):
        form.ask(form.next_question(talk.today))
    form.park(talk.now)
    form.was_offered = True  # "Write continue" is part of what is said now.
    request = talk.request_of(form)
    if request is None:
        return FormReply((Line("parked_early"),))
    return FormReply((Line("parked", {"days": str(talk.rules.draft_days), "reference": request.reference}),))


def move_here(form: Form, talk: Talk) -> None:
    """Go on with a form, and the request that it fills, on the phone and channel that the person has now."""
    form.contact_id, form.conversation_id = talk.contact_id, talk.conversation.id
    request = talk.request_of(form)
    if request is not None and request.status is RequestStatus.DRAFT:
        request.contact_id, request.conversation_id = talk.contact_id, talk.conversation.id


def leave_for_good(form: Form, talk: Talk) -> None:
    """Remove a form, and the request that it was filling if that was not sent."""
    request = talk.request_of(form)
    talk.uow.forms.remove(form)
    if request is not None and request.status is RequestStatus.DRAFT and form.kind in REQUEST_OF:
        while (other := talk.uow.forms.of_request(request.id)) is not None:
            talk.uow.forms.remove(other)  # It asked about this request, from this phone or another.
        talk.uow.requests.remove(request)
