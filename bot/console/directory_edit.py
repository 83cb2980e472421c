"""The pages on which an entry of the directory is written: a new one, or one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext, pgettext

from bot.console import directory_form as form
from bot.console.days import today
from bot.console.directory import editor
from bot.console.directory_list import SPOKEN
from bot.console.outside import now, parts
from bot.console.permissions import requires
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.directory import KINDS, TRANSLATED, DirectoryEntry
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.language.gazetteer import place_names
from bot.language.isolation import isolate
from bot.services.directory import BASE_LANGUAGES, MAX_LENGTH, add_entry, change_entry, find_entry, mark_of

ORGANISATION, PHONE = "{organisation}", "{phone}"

pages = Blueprint("directory_edit", __name__)


@dataclass(frozen=True)
class Preview:
    """The line that people are told of an entry in one language; empty if it has no name or no phone.

    Attributes:
        pattern: The line with the name and the phones left open, for the browser to fill in while somebody writes.
    """

    language: str
    line: str
    pattern: str


def install(app: Flask) -> None:
    """Let templates use the words of the form."""
    app.jinja_env.globals.update(directory_part=form.part_name, problem_words=form.problem_words)


@pages.route("/directory/new", methods=["GET", "POST"])
@requires("edit_directory")
def add() -> ResponseReturnValue:
    """Show an empty form, and add what was written into it."""
    if request.method == "GET":
        return _page(form.of_entry(None), None)
    draft = form.typed(request.form, None)
    problems = form.problems(draft, None)
    if problems:
        return _page(draft, None, problems=problems)
    until = form.checked_until(draft)
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            entry = add_entry(uow, form.contents(draft, None), by=editor(), clock=now, valid_until=until)
    except InvalidInput as error:
        return _page(draft, None, problems=[form.Problem("organisation", error.code)])
    return _done(entry, is_new=True)


@pages.route("/directory/<string:entry_id>/edit", methods=["GET", "POST"])
@requires("edit_directory")
def change(entry_id: str) -> ResponseReturnValue:
    """Show what an entry holds, and save what was changed."""
    entry = _find(entry_id)
    if request.method == "GET":
        return _page(form.of_entry(entry), entry, seen=mark_of(entry))
    draft, seen = form.typed(request.form, entry), request.form.get("seen", "")
    if seen != mark_of(entry):
        return _conflict(draft, entry)
    problems = form.problems(draft, entry)
    if problems:
        return _page(draft, entry, problems=problems, seen=seen)
    until = form.checked_until(draft)
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            given = form.contents(draft, entry)
            saved = change_entry(uow, entry_id, given, by=editor(), clock=now, seen=seen, valid_until=until)
    except WrongState:
        return _conflict(draft, _find(entry_id))
    except InvalidInput as error:
        return _page(draft, entry, problems=[form.Problem("organisation", error.code)], seen=seen)
    return _done(saved, is_changed=until is not None or mark_of(saved) != seen)


def _conflict(draft: form.Draft, theirs: DirectoryEntry) -> str:
    """Show both versions. Whoever saves after that has seen the other one."""
    return _page(draft, theirs, seen=mark_of(theirs), differing=form.changed_parts(theirs, draft))


def _find(entry_id: str) -> DirectoryEntry:
    with parts().unit_of_work() as uow:
        return find_entry(uow, entry_id)


def _done(entry: DirectoryEntry, *, is_new: bool = False, is_changed: bool = True) -> ResponseReturnValue:
    name = entry.word("organisation", get_locale().language)
    if entry.is_shown(now()):
        told = gettext("%(name)s is saved: people are told of it.", name=name)
    elif is_new:
        told = gettext("%(name)s is added. People are told of it once somebody has checked it.", name=name)
    else:
        told = gettext("%(name)s is saved. People are told of it once somebody has checked it.", name=name)
    flash(told if is_changed else pgettext("directory", "Nothing was changed."), "done")
    return redirect(url_for("directory.show", _anchor=entry.id), 303)


def _page(
    draft: form.Draft,
    entry: DirectoryEntry | None,
    *,
    problems: Sequence[form.Problem] = (),
    seen: str = "",
    differing: Sequence[str] | None = None,
) -> str:
    return render_template(
        "directory_form.html",
        draft=draft,
        entry=entry,
        saved=form.of_entry(entry),
        seen=seen,
        problems=problems,
        differing=differing,
        is_told=entry is not None and entry.is_shown(now()),
        previews=_previews(draft),
        choices=_choices(entry),
        most=MAX_LENGTH,
        languages=LANGUAGES,
        words=TRANSLATED,
        first_day=today() + timedelta(days=1),
        last_day=today() + timedelta(days=form.MAX_DAYS),
    )


def _choices(entry: DirectoryEntry | None) -> dict[str, list[Any]]:
    """Return what may be ticked: all that we have words for, and what the entry has already."""
    places = place_names(get_locale().language)
    had = entry or form.of_entry(None)
    return {
        "kinds": list(dict.fromkeys([*KINDS, *had.kinds])),
        "places": list({**places, **{place: places.get(place, place) for place in had.places}}.items()),
        "languages": list(dict.fromkeys([*SPOKEN, *had.languages])),
    }


def _previews(draft: form.Draft) -> list[Preview]:
    """Return how people are told of an entry, in each language in which the hotline has a line for it."""
    phones = ", ".join(draft.phones.splitlines())
    found = []
    for language in LANGUAGES:
        pattern = _pattern(language)
        words = (draft.words[one]["organisation"] for one in (language, *BASE_LANGUAGES))
        name = next((word for word in words if word), "")
        line = pattern.replace(ORGANISATION, name).replace(PHONE, phones) if name and phones else ""
        found += [Preview(language, line, pattern)] if pattern else []
    return found


def _pattern(language: str) -> str:
    gaps = {"organisation": ORGANISATION, "phone": PHONE}
    shown = {name: isolate(gap, language, Channel.WHATSAPP) for name, gap in gaps.items()}
    try:
        return parts().catalogues.text(language, "directory_line", **shown)
    except (KeyError, NotFound):
        # A console may be served where the hotline's own words are not.
        return ""
