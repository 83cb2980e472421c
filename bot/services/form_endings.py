"""What a finished form does: a request is sent, looked up, changed, withdrawn; data is shown or erased."""

from __future__ import annotations

from datetime import datetime

from bot.domain.cases import Priority
from bot.domain.contacts import Channel
from bot.domain.deliveries import ERASABLE
from bot.domain.form_replies import FormReply, Line
from bot.domain.forms import Form
from bot.domain.questions import ASIDES, TOPIC_OF, FormKind
from bot.domain.requests import (
    PERSON,
    Request,
    RequestKind,
    RequestStatus,
    Step,
    adults_of,
    birth_year_of,
)
from bot.services.cases import OpenedCase, open_request_case, place_case
from bot.services.form_asking import ask, fields_of, leave_for_good
from bot.services.form_context import Talk, is_of_request

URGENT_NEEDS = frozenset({"medical", "pregnant", "child_alone"})
SENT = {
    RequestKind.RETURN: "return_request_sent",
    RequestKind.ASSISTANCE: "assistance_request_sent",
    RequestKind.MISSING_PERSON: "missing_person_sent",
    RequestKind.COUNSELLING: "counselling_sent",
}


def finish_request(form: Form, talk: Talk, *, is_new: bool = False) -> FormReply:
    """Send a request, unless it seems to repeat one: then that is asked first.

    Args:
        is_new: The person said that it repeats none.
    """
    request = talk.uow.requests.lock(form.request_id or "")
    request.answers = fields_of(form)
    set_hashes(request, talk)
    repeated = _repeated(request, talk)
    if repeated and not is_new:
        form.ask(ASIDES["same_request"])
        return ask(form, talk)
    if any(other.contact_id == talk.contact_id for other in repeated):
        # "Another person", who writes from the same number.
        talk.uow.contacts.get(talk.contact_id).is_shared = True
    talk.uow.requests.add_step(request.move(RequestStatus.SUBMITTED, talk.now, actor=PERSON, reason="sent"))
    talk.uow.requests.keep_name(request)
    opened = open_request_case(
        talk.uow,
        request,
        topic=TOPIC_OF[form.kind],
        priority=_priority(request),
        message_id=talk.message_id,
        clock=talk.clock,
        new_id=talk.new_id,
        places=talk.rules.places,
    )
    talk.uow.forms.remove(form)
    return _sent(request, opened, talk)


def _sent(request: Request, opened: OpenedCase, talk: Talk) -> FormReply:
    lines = [Line(SENT[request.kind])]
    if adults_of(request.answers.get("household") or []):
        lines.append(Line("household_consent"))
    return _with_waiting_draft(FormReply((*lines, talk.case_line(opened))), talk)


def _repeated(request: Request, talk: Talk) -> list[Request]:
    """Return the live requests that a person may be told of and may update: they know of them what only that person knows.

    The same phone alone may be a friend's; staff see such likely duplicates, the person is not asked.
    """
    year = birth_year_of(request.answers)
    return [
        other
        for other in talk.uow.requests.likely_same(request)
        if other.is_live
        and (
            (request.identity_hash is not None and other.identity_hash == request.identity_hash)
            or (year is not None and birth_year_of(other.answers) == year)
            or (year is None and other.contact_id == request.contact_id and not talk.is_shared_number)
        )
    ]


def merge_with_first(form: Form, talk: Talk) -> FormReply:
    """Put the answers into the request that this one repeats, and remove the draft."""
    draft = talk.uow.requests.get(form.request_id or "")
    first = _repeated(draft, talk)[0]
    first.answers = {**first.answers, **{k: v for k, v in draft.answers.items() if v is not None}}
    if draft.has_open_fear:
        first.raise_fear(talk.now)
    _note(first, talk, "updated_by_person")
    set_hashes(first, talk)
    place_case(talk.uow, first, talk.rules.places)
    leave_for_good(form, talk)
    talk.call("update_request")
    return _with_waiting_draft(FormReply((Line("request_merged"),)), talk)


def set_hashes(request: Request, talk: Talk) -> None:
    """Set the keyed hashes by which a second request of the same person is found."""
    phone, name, year = request.answers.get("contact_phone"), request.answers.get("full_name"), birth_year_of(request.answers)
    key = talk.reader.name_key(name) if name else ""
    request.phone_hash = talk.uow.requests.hash(f"phone:{phone}") if phone else None
    request.identity_hash = talk.uow.requests.hash(f"person:{key}:{year}") if key and year else None
    talk.uow.requests.keep_name(request)


def finish(form: Form, talk: Talk) -> FormReply:
    """Do what a form about a request, or about all data, was for."""
    reply = _ENDINGS[form.kind](form, talk)
    leave_for_good(form, talk)
    return _with_waiting_draft(reply, talk)


def _status(form: Form, talk: Talk) -> FormReply:
    request = talk.uow.requests.get(form.request_id or "")
    values = {"reference": request.reference}
    if request.status is RequestStatus.DRAFT:
        return FormReply((Line("status_draft", values), Line("resume_offer")))
    if request.status in (RequestStatus.UNREACHABLE, RequestStatus.ON_HOLD):
        return FormReply((Line("status_waiting_for_you", values),))
    if request.is_live or request.status in (RequestStatus.DEPARTED, RequestStatus.ARRIVED, RequestStatus.REINTEGRATION):
        return FormReply((Line("status_open", values),))
    return FormReply((Line("status_ended", values),))


def _update(form: Form, talk: Talk) -> FormReply:
    request = talk.uow.requests.lock(form.request_id or "")
    request.answers = {**request.answers, **fields_of(form)}
    set_hashes(request, talk)
    place_case(talk.uow, request, talk.rules.places)
    _note(request, talk, f"updated_{form.answers['update_field']}")
    talk.call("update_request")
    return FormReply((Line("updated", {"reference": request.reference}),))


def _withdrawal(form: Form, talk: Talk) -> FormReply:
    if form.answers["withdrawal"] == "no":
        return FormReply((Line("withdrawal_kept"),))
    request = talk.uow.requests.lock(form.request_id or "")
    if request.status is RequestStatus.DRAFT:
        form.request_id = None  # First: what another form still points at cannot go.
        draft = next((f for f in talk.uow.forms.of_contact(request.contact_id) if f.request_id == request.id), None)
        if draft is not None:
            leave_for_good(draft, talk)
        return FormReply((Line("withdrawn", {"reference": request.reference}),))
    if request.status is RequestStatus.WITHDRAWN:
        return FormReply((Line("withdrawn", {"reference": request.reference}),))
    if not request.is_live:
        return _status(form, talk)
    talk.uow.requests.add_step(request.move(RequestStatus.WITHDRAWN, talk.now, actor=PERSON, reason="withdrawn_by_person"))
    talk.call("withdraw_request")
    return FormReply((Line("withdrawn", {"reference": request.reference}),))


def _my_data(form: Form, talk: Talk) -> FormReply:
    if form.answers["my_data"] == "no":
        return FormReply((Line("my_data_not_sent"), talk.case_line(talk.call("talk_to_human"))))
    conversation = talk.conversation
    count = len(talk.uow.messages.in_conversation(conversation.id, after=0))
    lines = [
        Line("my_data_title"),
        Line(
            "my_data_contact",
            {"channel": conversation.channel.value, "messages": str(count), "since": _day(conversation.opened_at)},
        ),
    ]
    if form.request_id:
        request = talk.uow.requests.get(form.request_id)
        lines += [
            Line(
                "my_data_request", {"reference": request.reference, "since": _day(request.submitted_at or request.created_at)}
            ),
            Line("summary", {"fields": [[name, value] for name, value in request.answers.items()]}),
        ]
    return FormReply((*lines, Line("my_data_end")))


def _erasure(form: Form, talk: Talk) -> FormReply:
    if form.answers["erasure"] == "no":
        return FormReply((Line("erasure_kept"),))
    contact = talk.uow.contacts.get(talk.contact_id)
    if contact.is_shared:
        # What another person asked for from this number is not this one's to erase: staff find out whose is what.
        return FormReply((talk.case_line(talk.call("talk_to_human")),))
    contact.erase_asked_at = contact.erase_asked_at or talk.now
    if talk.conversation.channel is Channel.TELEGRAM:
        talk.uow.outbox.ask_to_erase(talk.conversation.id, since=talk.now - ERASABLE, now=talk.now)
    for request in talk.uow.requests.of_contact(talk.contact_id):
        if request.is_live:
            step = request.move(RequestStatus.WITHDRAWN, talk.now, actor=PERSON, reason="erased_by_person")
            talk.uow.requests.add_step(step)
    return FormReply((Line("erasure_asked"),))


_ENDINGS = {
    FormKind.STATUS: _status,
    FormKind.UPDATE: _update,
    FormKind.WITHDRAWAL: _withdrawal,
    FormKind.MY_DATA: _my_data,
    FormKind.ERASURE: _erasure,
}


def _note(request: Request, talk: Talk, reason: str) -> None:
    request.updated_at = talk.now
    talk.uow.requests.add_step(Step(request.id, request.status, request.status, PERSON.id, talk.now, reason))


def _priority(request: Request) -> Priority:
    answers = request.answers
    is_urgent = (
        request.has_open_fear
        or bool(answers.get("in_detention"))
        or bool(URGENT_NEEDS & set(answers.get("needs") or ()))
        or answers.get("need") in ("medical", "protection")
    )
    return Priority.HIGH if is_urgent else Priority.NORMAL


def _with_waiting_draft(reply: FormReply, talk: Talk) -> FormReply:
    """Remind of a request that waits to be finished, once; not somebody who just asked to have everything erased."""
    parked = [form for form in talk.uow.forms.of_contact(talk.contact_id) if form.parked_at is not None]
    waiting = next((form for form in parked if is_of_request(form)), None)
    is_erased = any(line.answer_id == "erasure_asked" for line in reply.lines)
    if is_erased or waiting is None or any(line.answer_id == "resume_offer" for line in reply.lines):
        return reply
    waiting.was_offered = True
    return FormReply((*reply.lines, Line("resume_offer")), reply.asking)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
