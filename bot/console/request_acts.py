"""What staff do on the page of a request; each is one call of a service, and nothing is told to the person by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from bot.console import request_words
from bot.console.days import today
from bot.console.outside import actor, now, parts
from bot.console.permissions import requires
from bot.domain.errors import InvalidInput, WrongState
from bot.domain.references import parse_reference
from bot.domain.requests import Actor, Request, RequestStatus
from bot.services import requests as service
from bot.services.attempts import AttemptWay, record_attempt
from bot.services.ports import UnitOfWork
from bot.services.repeats import confirm_duplicate, deny_duplicate, merge_requests

pages = Blueprint("request_acts", __name__)


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
            uow, reference, which=which, until=_day(), today=today(), actor=actor, clock=now
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
            return confirm_duplicate(uow, reference, of=other, actor=actor, reason=_reason(), clock=now)
        return deny_duplicate(uow, reference, actor=actor, reason=_reason(), clock=now)

    return _change(reference, decide, pgettext("request", "Done: recorded in the history."))


@pages.post("/requests/<string:reference>/merge")
@requires("move_requests")
def merge(reference: str) -> ResponseReturnValue:
    """Make this request one with another; ``keep`` says which of the two goes on."""
    pair = [parse_reference(one) or "" for one in (reference, request.form.get("with", ""))]
    keep = parse_reference(request.form.get("keep", "")) or ""
    if keep not in pair:
        abort(400)
    merged = pair[0] if keep == pair[1] else pair[1]
    return _change(
        keep,
        lambda uow, actor: merge_requests(uow, merged, into=keep, actor=actor, reason=_reason(), clock=now),
        pgettext("request", "Done: %(merged)s is part of this request now.", merged=merged),
        back_to=reference,
    )


@pages.post("/requests/<string:reference>/attempt")
@requires("move_requests")
def attempt(reference: str) -> ResponseReturnValue:
    """Record that the person was not reached."""
    if request.form.get("way") not in [way.value for way in AttemptWay]:
        abort(400)
    way = AttemptWay(request.form["way"])
    return _change(
        reference,
        lambda uow, actor: record_attempt(uow, reference, way=way, note=_reason(), actor=actor, clock=now),
        pgettext("request", "Done: the attempt is recorded."),
    )


def _change(
    reference: str, change: Callable[[UnitOfWork, Actor], Request], done: str, *, back_to: str = ""
) -> ResponseReturnValue:
    """Do something, and go to a request; where it did not work, to the one of ``back_to``."""
    try:
        # A decision of the staff exists nowhere else: it must survive a power cut.
        with parts().unit_of_work(is_durable=True) as uow:
            change(uow, actor())
        flash(done, "done")
    except (InvalidInput, WrongState) as error:
        flash(request_words.error_words(error), "error")
        reference = back_to or reference
    return redirect(url_for("requests.show", reference=reference), 303)


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
