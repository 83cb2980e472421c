"""Opening a request from any number: its reference and one fact that only the person knows; three wrong tries lock it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.domain.contacts import Contact
from bot.domain.form_replies import FormReply, Line
from bot.domain.forms import Form
from bot.domain.questions import FormKind
from bot.domain.requests import Request, RequestStatus, birth_year_of
from bot.services.form_asking import ask, leave_for_good, move_here
from bot.services.form_context import Talk
from bot.services.repeats import kept_of

MAX_WRONG_TRIES = 3
LOCK = timedelta(hours=1)
"""How long neither this number may try again, nor this request be opened."""


def identify(form: Form, talk: Talk, value: dict[str, Any]) -> FormReply | None:
    """Compare what a person said with the request that they mean; None where it fits.

    A reference that does not exist and a year that does not fit look the same from outside.

    Args:
        value: ``{"years": [1998]}`` or ``{"phone": "+2189…"}``.
    """
    contact = talk.uow.contacts.get(talk.contact_id)
    request = talk.request_of(form) or talk.uow.requests.find_by_reference(form.answers.get("reference", ""))
    if any(held is not None and _is_locked(held, talk) for held in (contact, request)):
        return _end(form, talk, "proof_locked")
    if request is not None and _fits(request, value):
        contact.wrong_tries, request.wrong_tries = 0, 0
        _take_over(form, talk, request)
        return None
    for held in (contact, request):
        if held is not None:
            _count(held, talk)
    if any(held is not None and _is_locked(held, talk) for held in (contact, request)):
        return _end(form, talk, "proof_locked")
    form.forget("reference", "proof")
    form.ask(form.next_question(talk.today))
    return ask(form, talk).after(Line("proof_wrong"))


def _fits(request: Request, value: dict[str, Any]) -> bool:
    year = birth_year_of(request.answers)
    if year is not None:
        return year in value.get("years", ())
    phone = request.answers.get("contact_phone")
    return phone is not None and phone == value.get("phone")


def _take_over(form: Form, talk: Talk, request: Request) -> None:
    if form.kind is not FormKind.MY_DATA:
        # Two requests that staff made one: what is asked of either is asked of the one that goes on.
        request = kept_of(talk.uow, request)
    form.request_id = request.id
    form.answers = {**form.answers, "is_known": True, "is_proved": True}
    if request.status is not RequestStatus.DRAFT:
        return
    draft = talk.uow.forms.of_request(request.id)
    if draft is not None:
        move_here(draft, talk)


def _is_locked(held: Contact | Request, talk: Talk) -> bool:
    return held.locked_until is not None and held.locked_until > talk.now


def _count(held: Contact | Request, talk: Talk) -> None:
    held.wrong_tries += 1
    if held.wrong_tries >= MAX_WRONG_TRIES:
        held.wrong_tries, held.locked_until = 0, talk.now + LOCK


def _end(form: Form, talk: Talk, answer_id: str) -> FormReply:
    leave_for_good(form, talk)
    return FormReply((Line(answer_id),))
