"""The first page: who needs somebody first; and the alarms that every page asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_security import current_user
from markupsafe import Markup

from bot.console import queue_filter
from bot.console.outside import StaffMember, actor, all_staff, now, parts, staff_names
from bot.console.permissions import may, requires
from bot.console.queue_words import Clock, clock_of
from bot.console.ways import local_path
from bot.console.words_of_places import place_words, team_words
from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.contacts import LANGUAGES, Channel
from bot.language.gazetteer import place_names
from bot.services.cases import visible_kinds
from bot.services.duty import set_duty
from bot.services.queue import MOST_COUNTED, QueuePage, alarms, list_queue
from bot.services.queue_ports import Alarms, QueueRow, Sort, Tab, Timing

pages = Blueprint("queue", __name__)
ROWS_KEPT = 2000
KNOWN = "X-Known"
"""A page that renews itself says in this header what it shows: the same need not be sent again on a slow line."""


def install(app: Flask) -> None:
    """Let templates use what the queue says."""
    app.jinja_env.globals.update(
        critical=Priority.CRITICAL,
        kinds_seen=lambda member: " ".join(kind.value for kind in visible_kinds(member.role_set)),
        late=Timing.LATE,
        place_words=place_words,
        queue_address=queue_filter.address,
        sort_name=queue_filter.sort_name,
        tab_name=queue_filter.tab_name,
        team_words=team_words,
        timing_name=queue_filter.timing_name,
    )


@pages.get("/")
@requires("see_overview")
def show() -> ResponseReturnValue:
    """Show the cases that somebody may see, or what they can do who see none."""
    if not may("see_cases"):
        return render_template("welcome.html")
    at, wanted = now(), queue_filter.read(request.args)
    with parts().unit_of_work() as uow:
        page = list_queue(uow, wanted, actor=actor(), clock=lambda: at)
    mark = _mark(page, at)
    if request.headers.get(KNOWN) == mark:
        return "", 204
    return render_template(
        "queue.html",
        page=page,
        wanted=page.wanted,
        narrowings=queue_filter.narrowings(page.wanted),
        choices=_choices(),
        rows=_rows(page.rows, at),
        colleagues=colleagues() if may("assign_cases") else [],
        teams=teams(),
        on_duty=_on_duty(),
        as_of=at,
        mark=mark,
        most=MOST_COUNTED,
    )


@pages.post("/duty")
@requires("be_on_duty")
def duty() -> ResponseReturnValue:
    """Go on duty or off; contacts are told the truth about it."""
    with parts().unit_of_work(is_durable=True) as uow:
        set_duty(uow, current_user.id, is_on_duty=request.form.get("is_on_duty") == "1", clock=now)
    return redirect(local_path(request.form.get("next", "/")), 303)


@pages.get("/live")
@requires("see_overview")
def live() -> ResponseReturnValue:
    """Tell a page what must be seen and heard at once."""
    with parts().unit_of_work() as uow:
        found = alarms(uow, current_user.role_set, staff_id=current_user.id, clock=now)
    return jsonify(alarms_json(found))


def alarms_json(found: Alarms) -> dict[str, object]:
    """Return the alarms as ``showAlarms`` of ``static/alarm.js`` takes them."""
    return {
        "critical": found.critical,
        "unclaimed": found.unclaimed,
        "newest": found.newest.isoformat() if found.newest else None,
        "address": url_for("cases.show", reference=found.reference) if found.reference else None,
        "mine": found.mine,
        "as_of": found.as_of.isoformat(),
    }


def colleagues() -> list[StaffMember]:
    """Return the staff members who may follow cases, by name."""
    found = [one for one in all_staff() if one.active and one.password and visible_kinds(one.role_set)]
    return sorted(found, key=lambda one: one.name.casefold())


def teams() -> list[str]:
    """Return the offices that staff members belong to."""
    return sorted({one.team for one in colleagues() if one.team}, key=team_words)


def _on_duty() -> list[StaffMember]:
    return [one for one in colleagues() if one.is_on_duty]


def _rows(rows: Sequence[QueueRow], at: datetime) -> list[Markup]:
    names, chosen = staff_names(), (may("assign_cases"), may("see_requests"), get_locale().language)
    return [
        _row(row, clock_of(row, at), names.get(row.assignee_id or 0, ""), row.assignee_id == current_user.id, *chosen)
        for row in rows
    ]


@lru_cache(maxsize=ROWS_KEPT)
def _row(row: QueueRow, clock: Clock, name: str, is_mine: bool, may_choose: bool, may_open: bool, _language: str) -> Markup:
    """Make one row. All colleagues look at the same cases: while it says the same words, a row is made once."""
    macros: Any = current_app.jinja_env.get_template("queue_parts.html").module
    made: Markup = macros.row_of(row, clock, name, is_mine, may_choose, may_open)
    return made


def _mark(page: QueuePage, at: datetime) -> str:
    """Return what names the state of the list: its words change with each minute."""
    shown = (page, f"{at:%Y-%m-%dT%H:%M}", [one.id for one in _on_duty()], get_locale(), current_user.is_on_duty)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _choices() -> dict[str, Sequence[Any]]:
    """Return what the fields of the filter offer."""
    return {
        "tabs": [tab for tab in Tab if tab is not Tab.TEAM or current_user.team],
        "sorts": list(Sort),
        "priorities": list(Priority),
        "timings": list(Timing),
        "kinds": [kind for kind in CaseKind if kind in visible_kinds(current_user.role_set)],
        "states": list(QueueState),
        "languages": LANGUAGES,
        "channels": list(Channel),
        "places": list(place_names(get_locale().language).items()),
    }
