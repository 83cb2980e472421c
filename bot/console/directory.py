"""The directory for the staff: what people are told of, until when, and what still waits for a check."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone, gettext, pgettext
from flask_security import current_user

from bot.console.outside import now, parts
from bot.console.permissions import requires
from bot.services.directory import Editor, list_entries, take_back_entry, verify_entry

USUAL_DAYS = 90
MAX_DAYS = 366

pages = Blueprint("directory", __name__)


@pages.get("/directory")
@requires("see_directory")
def show() -> ResponseReturnValue:
    """Show all entries, those that people are not told of included."""
    today, at = _today(), now()
    with parts().unit_of_work() as uow:
        entries = list_entries(uow)
        return render_template(
            "directory.html",
            entries=entries,
            now=at,
            first_day=today + timedelta(days=1),
            usual_day=today + timedelta(days=USUAL_DAYS),
            last_day=today + timedelta(days=MAX_DAYS),
            shown=sum(entry.is_shown(at) for entry in entries),
        )


@pages.post("/directory/<string:entry_id>/verify")
@requires("edit_directory")
def verify(entry_id: str) -> ResponseReturnValue:
    """Record that the one who is logged in checked an entry, good until the end of a day."""
    day = _day(request.form.get("valid_until", ""))
    if day is None:
        flash(gettext("Choose a day after today, at most a year ahead. Nothing was changed."), "error")
        return redirect(url_for("directory.show"), 303)
    with parts().unit_of_work(is_durable=True) as uow:
        name = verify_entry(uow, entry_id, by=_editor(), valid_until=_end_of(day), clock=now).organisation
    flash(pgettext("directory", "%(name)s is verified: people are told of it.", name=name), "done")
    return redirect(url_for("directory.show", _anchor=entry_id), 303)


@pages.post("/directory/<string:entry_id>/take-back")
@requires("edit_directory")
def take_back(entry_id: str) -> ResponseReturnValue:
    """Stop telling people of an entry."""
    with parts().unit_of_work(is_durable=True) as uow:
        name = take_back_entry(uow, entry_id, by=_editor(), clock=now).organisation
    flash(pgettext("directory", "%(name)s is taken back: people are no longer told of it.", name=name), "done")
    return redirect(url_for("directory.show", _anchor=entry_id), 303)


def _editor() -> Editor:
    return Editor(current_user.id, current_user.email)


def _today() -> date:
    return now().astimezone(get_timezone()).date()


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    today = _today()
    return day if today < day <= today + timedelta(days=MAX_DAYS) else None


def _end_of(day: date) -> datetime:
    local = get_timezone().localize(datetime.combine(day, time(23, 59, 59)))
    return local.astimezone(timezone.utc)
