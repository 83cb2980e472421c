"""The directory for the staff: what people are told of, until when, and what still waits for a check.

What is written into an entry is in ``directory_edit``.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext, pgettext
from flask_security import current_user

from bot.console import directory_list
from bot.console.badges import badge
from bot.console.days import today
from bot.console.directory_form import MAX_DAYS, USUAL_DAYS, check_day, end_of
from bot.console.outside import now, parts
from bot.console.permissions import requires
from bot.console.ways import local_path
from bot.domain.directory import KINDS
from bot.domain.errors import WrongState
from bot.language.gazetteer import place_names
from bot.services.directory import Editor, count_to_check, list_entries, mark_of, take_back_entry, verify_entry

pages = Blueprint("directory", __name__)


def install(app: Flask) -> None:
    """Let templates use the words of the directory."""
    app.jinja_env.globals.update(
        directory_address=directory_list.address,
        entry_state_name=directory_list.state_name,
        languages_in_words=directory_list.languages_in_words,
        mark_of_entry=mark_of,
        spoken_language=directory_list.language_words,
    )


@pages.get("/directory")
@requires("see_directory")
def show() -> ResponseReturnValue:
    """Show the entries that are asked for, those that people are not told of included."""
    wanted, at, day = directory_list.read(request.args), now(), today()
    with parts().unit_of_work() as uow:
        entries = list_entries(uow)
    rows, counts = directory_list.choose(entries, wanted, at=at)
    return render_template(
        "directory.html",
        rows=rows,
        counts=counts,
        all=len(entries),
        wanted=wanted,
        narrowings=directory_list.narrowings(wanted),
        choices={
            "kinds": KINDS,
            "places": list(place_names(get_locale().language).items()),
            "languages": directory_list.SPOKEN,
        },
        as_of=at,
        first_day=day + timedelta(days=1),
        usual_day=day + timedelta(days=USUAL_DAYS),
        last_day=day + timedelta(days=MAX_DAYS),
    )


@pages.post("/directory/<string:entry_id>/verify")
@requires("edit_directory")
def verify(entry_id: str) -> ResponseReturnValue:
    """Record that the one who is logged in checked an entry, good until the end of a day."""
    day = check_day(request.form.get("valid_until", ""))
    if day is None:
        flash(gettext("Choose a day after today, at most a year ahead. Nothing was changed."), "error")
        return back(entry_id)
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            seen = request.form.get("seen")
            entry = verify_entry(uow, entry_id, by=editor(), valid_until=end_of(day), clock=now, seen=seen)
            name = entry.word("organisation", get_locale().language)
    except WrongState:
        flash(
            gettext("A colleague has changed this entry since you opened the list. Look at it again: nothing was verified."),
            "error",
        )
        return back(entry_id)
    flash(pgettext("directory", "%(name)s is verified: people are told of it.", name=name), "done")
    return back(entry_id)


@pages.post("/directory/<string:entry_id>/take-back")
@requires("edit_directory")
def take_back(entry_id: str) -> ResponseReturnValue:
    """Stop telling people of an entry."""
    with parts().unit_of_work(is_durable=True) as uow:
        entry = take_back_entry(uow, entry_id, by=editor(), clock=now)
        name = entry.word("organisation", get_locale().language)
    flash(pgettext("directory", "%(name)s is taken back: people are no longer told of it.", name=name), "done")
    return back(entry_id)


def editor() -> Editor:
    """Return the one who is logged in, as one who edits the directory."""
    return Editor(current_user.id, current_user.email)


def back(entry_id: str) -> ResponseReturnValue:
    """Go back to the list as it was, at an entry."""
    here = local_path(request.form.get("next", ""), default=url_for("directory.show"))
    return redirect(f"{here.partition('#')[0]}#{entry_id}", 303)


def entries_to_check() -> str:
    """Return how many entries need a new check within two weeks, for the badge; empty for none, and for who does not edit."""
    return badge("edit_directory", lambda uow: count_to_check(uow, clock=now))
