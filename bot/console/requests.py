"""The pages of requests: the list, and one request with what may be done. Names and phones are masked until asked for.

What staff do on the page of a request is in ``request_acts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_security import current_user

from bot.console import request_fields, request_filter, request_words
from bot.console.days import today
from bot.console.outside import actor, all_staff, now, parts, staff_names
from bot.console.permissions import may, requires
from bot.console.queue import colleagues, teams
from bot.domain.audit import Act
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.errors import NotFound
from bot.domain.merging import merged_into
from bot.domain.requests import JOURNEY, Request, RequestKind, RequestStatus
from bot.language.gazetteer import place_names
from bot.services import requests as service
from bot.services.attempts import AttemptWay
from bot.services.cases import find_open_case
from bot.services.people import person_of
from bot.services.ports import UnitOfWork
from bot.services.repeats import likely_duplicates
from bot.services.request_list import DAYS, list_requests
from bot.services.request_ports import RequestSort

pages = Blueprint("requests", __name__)


def install(app: Flask) -> None:
    """Let templates use the words of requests."""
    request_words.install(app)
    app.jinja_env.globals.update(
        ends_words=request_filter.ends_words,
        needs_reason=service.needs_reason,
        older_words=request_filter.older_words,
        request_sort_name=request_filter.sort_name,
        requests_address=request_filter.address,
    )


@pages.get("/requests")
@requires("see_requests")
def show_all() -> ResponseReturnValue:
    """Show requests that the roles may see; without a filter those that are worked on."""
    wanted = request_filter.read(request.args)
    with parts().unit_of_work() as uow:
        page = list_requests(uow, wanted, current_user.role_set, today=today(), clock=now)
    return render_template(
        "requests.html",
        page=page,
        wanted=page.wanted,
        narrowings=request_filter.narrowings(page.wanted),
        choices=_choices(),
        names=staff_names(),
        colleagues=colleagues() if may("assign_cases") else [],
        teams=teams(),
        as_of=now(),
        today=today(),
    )


@pages.get("/requests/<string:reference>")
@requires("see_requests")
def show(reference: str) -> ResponseReturnValue:
    """Show a request, with names and phones masked; the look is recorded."""
    return _page(reference, is_open=False)


@pages.post("/requests/<string:reference>")
@requires("see_personal_data")
def show_in_full(reference: str) -> ResponseReturnValue:
    """Show a request with names and phones; that is recorded for it and for each that stands beside it."""
    return _page(reference, is_open=True), {"Cache-Control": "no-store"}


def _page(reference: str, *, is_open: bool) -> str:
    is_open = _record_look(reference, is_open=is_open)
    with parts().unit_of_work() as uow:
        found = service.find_request(uow, reference, current_user.role_set)
        others = likely_duplicates(uow, found)
        history = uow.requests.steps_of(found.id)
        person = person_of(uow, found.contact_id, current_user.role_set, via=found.reference)
        has_case = _has_case(uow, found)
        steps = service.open_steps(found, history, uow.duty.hours.zone)
    staff = {str(member.id): member.name for member in all_staff()}
    return render_template(
        "request.html",
        found=found,
        as_of=now(),
        is_open=is_open,
        merged_into=merged_into(found),
        person=person,
        has_case=has_case,
        **_answers(found, is_open=is_open),
        fear_cleared_by=request_words.name_of(found.fear_cleared_by or "", staff),
        others=_beside(found, others, is_open=is_open),
        history=[request_words.entry_of(step, staff) for step in history[::-1]],
        attempts=[request_words.entry_of(step, staff) for step in service.attempts_in(history)],
        attempt_ways=list(AttemptWay),
        was_tried=RequestStatus.UNREACHABLE in steps or RequestStatus.UNREACHABLE not in found.allowed_steps(),
        steps=_grouped(found, steps),
        today=today(),
    )


def _record_look(reference: str, *, is_open: bool) -> bool:
    """Record the look before anything is shown; say whether names and phones are shown."""
    with parts().unit_of_work(is_durable=True) as uow:
        found = service.find_request(uow, reference, current_user.role_set)
        is_shown = is_open and found.status is not RequestStatus.DRAFT
        seen: Sequence[Request] = (found, *likely_duplicates(uow, found)) if is_shown else (found,)
        for one in seen:
            act = Act.REQUEST_SHOWN if is_shown else Act.REQUEST_OPENED
            uow.audit.add(act, staff_id=actor().staff_id, at=now(), subject=one.reference)
        uow.commit()
    return is_shown


def _answers(found: Request, *, is_open: bool) -> dict[str, Any]:
    return {
        "fields": request_fields.fields_of(found, is_open=is_open, today=today()),
        "phone": request_fields.phone_of(found, is_open=is_open),
        "safe_contact": request_fields.safe_contact_of(found),
        "household": request_fields.household_of(found),
    }


def _beside(found: Request, others: Sequence[Request], *, is_open: bool) -> list[dict[str, Any]]:
    return [
        {
            "request": other,
            "rows": request_fields.compare(found, other, is_open=is_open, today=today()),
            "merged_into": merged_into(other),
            "keeps": request_fields.mergeable(found, other),
        }
        for other in others
    ]


def _grouped(found: Request, steps: Sequence[RequestStatus]) -> dict[str, list[RequestStatus]]:
    """Return the open steps by where they lead: on, aside or back."""
    groups: dict[str, list[RequestStatus]] = {"on": [], "aside": [], "back": []}
    if found.status is RequestStatus.DRAFT:
        return groups
    for to in steps:
        is_back = to in JOURNEY and service.needs_reason(found, to)
        groups["aside" if to not in JOURNEY else "back" if is_back else "on"].append(to)
    return groups


def _has_case(uow: UnitOfWork, found: Request) -> bool:
    try:
        return bool(find_open_case(uow, found.reference, current_user.role_set))
    except NotFound:
        return False


def _choices() -> dict[str, Sequence[Any]]:
    """Return what the fields of the filter offer."""
    return {
        "sorts": list(RequestSort),
        "statuses": request_filter.STATUSES,
        "kinds": [kind for kind in RequestKind if kind in service.visible_request_kinds(current_user.role_set)],
        "languages": LANGUAGES,
        "channels": list(Channel),
        "places": list(place_names(get_locale().language).items()),
        "days": DAYS,
    }
