"""A person beside a case or a request: masked until somebody asks, and then the look is recorded before anything is shown."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext, pgettext

from bot.console.outside import actor, now, parts
from bot.console.permissions import requires
from bot.console.request_choices import choices, safe_contacts
from bot.console.sessions import asks_in_background
from bot.services.people import show_person
from bot.services.people_ports import Person

pages = Blueprint("people", __name__)


def install(app: Flask) -> None:
    """Let templates use the words of a person."""
    app.jinja_env.globals.update(person_flags=flags_of, safe_contact_words=safe_contact_words)


@pages.post("/people/<string:contact_id>/show")
@requires("see_personal_data")
def show(contact_id: str) -> ResponseReturnValue:
    """Show name and phones in clear: the card alone to a page that asks in the background, else a page with it."""
    via = request.form.get("case") or request.form.get("request") or ""
    with parts().unit_of_work(is_durable=True) as uow:
        person = show_person(uow, contact_id, via=via, actor=actor(), clock=now)
    answer = render_template("person_card.html" if asks_in_background() else "person.html", person=person)
    return answer, {"Cache-Control": "no-store"}


def flags_of(person: Person) -> list[tuple[str, bool]]:
    """Return what to know of a person's situation in a few words, each with whether it is urgent."""
    found = [(choices()["needs"].get(need, need), need == "child_alone") for need in person.needs]
    if person.in_detention:
        found.insert(0, (pgettext("person", "In detention"), True))
    if person.household:
        words = ngettext("%(num)s person travels along", "%(num)s people travel along", person.household)
        found.append((words, False))
    if person.separated_children:
        words = ngettext("%(num)s child without a parent", "%(num)s children without a parent", person.separated_children)
        found.append((words, True))
    return found


def safe_contact_words(value: str) -> str:
    """Return how it is safe to reach a person; what they wrote themselves stays as it is."""
    return safe_contacts().get(value, value)
