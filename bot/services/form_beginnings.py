"""How a form begins: what is known already, and the first question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain.form_replies import FormReply
from bot.domain.forms import Form
from bot.domain.questions import ASIDES, FormKind
from bot.domain.references import parse_reference
from bot.domain.requests import Request, RequestKind, RequestStatus
from bot.services.form_answers import advance
from bot.services.form_asking import ask, summary_of
from bot.services.form_context import Talk, is_of_request, own_requests
from bot.services.repeats import kept_of

NEEDS_PROOF = frozenset({FormKind.MY_DATA})
"""Shown in full, so that the number alone does not open it."""

ANY_NUMBER = frozenset({FormKind.ERASURE})


def first_steps(kind: FormKind, talk: Talk) -> FormReply:
    """Make the form and return its first question, or its end where nothing has to be asked."""
    form = Form(
        id=talk.new_id(),
        contact_id=talk.contact_id,
        conversation_id=talk.conversation.id,
        kind=kind,
        answers={},
        asked="",
        created_at=talk.now,
        updated_at=talk.now,
    )
    own = own_requests(talk)
    if kind is FormKind.RETURN_REQUEST and any(r.is_live and r.kind is RequestKind.RETURN for r in own):
        form.asked = "asked_before"
    elif not is_of_request(form) and kind not in ANY_NUMBER:
        form.answers = _what_is_known(form, talk, own)
    if not form.asked:
        form.asked = form.next_question(talk.today).id
    talk.uow.forms.add(form)
    return ask(form, talk) if form.asked in ASIDES and form.asked != "confirm" else advance(form, talk)


def unsent_to_change(forms: Sequence[Form], talk: Talk) -> Form | None:
    """Return the open form that "change my number" is about while nothing was sent, now asking which line; else None."""
    form = next((form for form in forms if form.parked_at is None and is_of_request(form) and summary_of(form)), None)
    if form is None or any(request.is_live for request in own_requests(talk)):
        return None
    form.ask(ASIDES["change"], options=tuple(question_id for question_id, _value in summary_of(form)))
    return form


def _what_is_known(form: Form, talk: Talk, own: list[Request]) -> dict[str, Any]:
    reference = parse_reference(talk.text)
    mine = [request for request in own if reference is None or request.reference == reference]
    if form.kind is not FormKind.MY_DATA:
        # Where staff made two requests one, the one that goes on is meant; from another number it still wants its proof.
        mine = [kept for kept in (kept_of(talk.uow, request) for request in mine) if kept in own]
    if form.kind is FormKind.UPDATE:
        mine = [request for request in mine if request.is_live]
    if form.kind is FormKind.WITHDRAWAL:
        mine = [request for request in mine if request.is_live or request.status is RequestStatus.DRAFT]
    if mine:
        newest = max(mine, key=lambda request: (request.status is not RequestStatus.DRAFT, request.is_live, request.created_at))
        form.request_id = newest.id
        return {"is_known": True, "is_proved": form.kind not in NEEDS_PROOF or not _has_fact(newest)}
    if reference is not None:
        return {"reference": reference}
    is_alone = not talk.is_shared_number
    # Without a request there is little to show, and nothing of anybody else.
    return {"is_known": True, "is_proved": True} if form.kind is FormKind.MY_DATA and is_alone else {}


def _has_fact(request: Request) -> bool:
    return bool({"birth_date", "birth_year", "contact_phone"} & {k for k, v in request.answers.items() if v is not None})
