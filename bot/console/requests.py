"""The pages of requests: the list, and one request with what may be done. Names and phones are masked until asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone, pgettext
from flask_security import current_user

from bot.console import request_fields, request_words, words
from bot.console.outside import members, now, parts
from bot.console.permissions import requires
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.domain.requests import JOURNEY, LIVE, Actor, Request, RequestKind, RequestStatus
from bot.logs import get_logger
from bot.services import requests as service
from bot.services.cases import find_open_case
from bot.services.ports import UnitOfWork

MAX_ROWS = 200
ALL = "all"
STATUSES = tuple(status for status in RequestStatus if status is not RequestStatus.DRAFT)

pages = Blueprint("requests", __name__)


@dataclass(frozen=True)
class RequestRow:
    """One line of the list."""

    request: Request
    name: str
    place: str
    waiting: str


def install(app: Flask) -> None:
    """Let templates use the words of requests."""
    request_words.install(app)
    app.jinja_env.globals.update(needs_reason=service.needs_reason)


@pages.get("/requests")
@requires("see_requests")
def show_all() -> ResponseReturnValue:
    """Show requests that the roles may see; without a filter those that are worked on."""
    at, roles = now(), current_user.role_set
    kinds = [kind for kind in RequestKind if kind in service.visible_request_kinds(roles)]
    status = _chosen(request.args.get("status"), [ALL, *(status.value for status in STATUSES)])
    kind = _chosen(request.args.get("kind"), [kind.value for kind in kinds])
    wanted = STATUSES if status == ALL else [RequestStatus(status)] if status else LIVE
    with parts().unit_of_work() as uow:
        found = service.list_requests(uow, roles, statuses=wanted, kinds=[RequestKind(kind)] if kind else kinds, limit=MAX_ROWS)
    return render_template(
        "requests.html",
        rows=[_row(one, at) for one in found],
        kinds=kinds,
        statuses=STATUSES,
        kind=kind,
        status=status,
        is_cut=len(found) == MAX_ROWS,
    )


@pages.get("/requests/<string:reference>")
@requires("see_requests")
def show(reference: str) -> ResponseReturnValue:
    """Show a request, with names and phones masked."""
    return _page(reference, is_open=False)


@pages.post("/requests/<string:reference>")
@requires("see_personal_data")
def show_in_full(reference: str) -> ResponseReturnValue:
    """Show a request with names and phones; the look is logged."""
    return _page(reference, is_open=True)


@pages.post("/requests/<string:reference>/move")
@requires("move_requests")
def move(reference: str) -> ResponseReturnValue:
    """Take one step with a request."""
    to, seen = _status("to"), _status("seen")
    return _change(
        reference,
        lambda uow, actor: service.move_request(uow, reference, to=to, actor=actor, reason=_reason(), clock=now, seen=seen),
        pgettext("request", "Done: the request stands at “%(status)s” now.", status=request_words.status_name(to)),
    )


@pages.post("/requests/<string:reference>/clear-fear")
@requires("clear_fear")
def clear_fear(reference: str) -> ResponseReturnValue:
    """Record that a protection caseworker spoke with the person."""
    return _change(
        reference,
        lambda uow, actor: service.clear_fear(uow, reference, actor=actor, reason=_reason(), clock=now),
        pgettext("request", "Done: the sign of fear is cleared."),
    )


@pages.post("/requests/<string:reference>/end-date")
@requires("move_requests")
def set_end_date(reference: str) -> ResponseReturnValue:
    """Record until when a paper or a medical check holds."""
    if request.form.get("which") not in [which.value for which in service.EndDate]:
        abort(400)
    which = service.EndDate(request.form["which"])
    return _change(
        reference,
        lambda uow, actor: service.set_end_date(
            uow, reference, which=which, until=_day(), today=_today(), actor=actor, clock=now
        ),
        pgettext("request", "Done: the end date is recorded."),
    )


@pages.post("/requests/<string:reference>/duplicate")
@requires("move_requests")
def decide_duplicate(reference: str) -> ResponseReturnValue:
    """Record that a request repeats another one, or that it does not after all."""
    other = request.form.get("of", "")

    def decide(uow: UnitOfWork, actor: Actor) -> Request:
        if other:
            return service.confirm_duplicate(uow, reference, of=other, actor=actor, reason=_reason(), clock=now)
        return service.deny_duplicate(uow, reference, actor=actor, reason=_reason(), clock=now)

    return _change(reference, decide, pgettext("request", "Done: recorded in the history."))


def _page(reference: str, *, is_open: bool) -> str:
    roles, today = current_user.role_set, _today()
    with parts().unit_of_work() as uow:
        found = service.find_request(uow, reference, roles)
        is_open = is_open and found.status is not RequestStatus.DRAFT
        others = service.likely_duplicates(uow, found)
        steps = uow.requests.steps_of(found.id)
        is_shared = uow.contacts.get(found.contact_id).is_shared
        has_case = _has_case(uow, found)
    staff = {str(member.id): member.name for member in members().all()}
    if is_open:
        for one in (found, *others):
            get_logger().info("request_shown", conversation_id=one.conversation_id)
    return render_template(
        "request.html",
        found=found,
        as_of=now(),
        is_open=is_open,
        is_shared=is_shared,
        has_case=has_case,
        fields=request_fields.fields_of(found, is_open=is_open, today=today),
        phone=request_fields.phone_of(found, is_open=is_open),
        safe_contact=request_fields.safe_contact_of(found),
        household=request_fields.household_of(found),
        fear_cleared_by=request_words.name_of(found.fear_cleared_by or "", staff),
        others=[(other, request_fields.compare(found, other, is_open=is_open, today=today)) for other in others],
        history=[request_words.entry_of(step, staff) for step in steps[::-1]],
        steps=_steps(found),
        today=today,
    )


def _steps(found: Request) -> dict[str, list[RequestStatus]]:
    """Return the open steps by where they lead: on, aside or back."""
    groups: dict[str, list[RequestStatus]] = {"on": [], "aside": [], "back": []}
    if found.status is RequestStatus.DRAFT:
        return groups
    for to in found.allowed_steps():
        is_back = to in JOURNEY and service.needs_reason(found, to)
        groups["aside" if to not in JOURNEY else "back" if is_back else "on"].append(to)
    return groups


def _change(reference: str, change: Callable[[UnitOfWork, Actor], Request], done: str) -> ResponseReturnValue:
    actor = Actor(str(current_user.id), current_user.role_set)
    try:
        # A decision of the staff exists nowhere else: it must survive a power cut.
        with parts().unit_of_work(is_durable=True) as uow:
            change(uow, actor)
        flash(done, "done")
    except (InvalidInput, WrongState) as error:
        flash(request_words.error_words(error), "error")
    return redirect(url_for("requests.show", reference=reference), 303)


def _has_case(uow: UnitOfWork, found: Request) -> bool:
    try:
        return bool(find_open_case(uow, found.reference, current_user.role_set))
    except NotFound:
        return False


def _row(one: Request, at: datetime) -> RequestRow:
    waiting = words.length_of(at - (one.submitted_at or one.created_at))
    return RequestRow(one, request_fields.masked_name(one), request_fields.place_of(one), waiting)


def _chosen(value: str | None, known: list[str]) -> str:
    return value if value in known else ""


def _status(name: str) -> RequestStatus:
    value = request.form.get(name, "")
    if value not in [status.value for status in RequestStatus]:
        abort(400)
    return RequestStatus(value)


def _reason() -> str:
    return request.form.get("reason", "")


def _day() -> date | None:
    text = request.form.get("until", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput("date_invalid") from error


def _today() -> date:
    return now().astimezone(get_timezone()).date()
