"""One box that finds a person by a reference, a phone number or a name. It posts, so that what was typed is in no address."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import pgettext
from flask_security import current_user

from bot.console.outside import actor, now, parts
from bot.console.permissions import requires
from bot.domain.readings import Read, Unclear
from bot.language.reading.name_keys import name_key
from bot.language.reading.phones import possible_numbers, read_phone
from bot.services.search import MAX_HITS, MAX_TYPED, Found, SearchKind, record_search, search

pages = Blueprint("search", __name__)


class Reader:
    """Numbers as people write them, those without a country's code in Libya; names in Arabic and Latin script."""

    def phones(self, text: str) -> Sequence[str]:
        """Return the phone numbers in a text, in E.164; also those that nobody gives out, where there is nothing else in it."""
        reading = read_phone(text)
        if isinstance(reading, Read):
            return [str(reading.value)]
        if isinstance(reading, Unclear):
            return [str(one) for one in reading.options]
        return [] if any(character.isalpha() for character in text) else possible_numbers(text)

    def name_parts(self, text: str) -> Collection[str]:
        """Return a key for each part of a name."""
        return frozenset(name_key(text).split())


def install(app: Flask) -> None:
    """Let the page say as what a text was understood."""
    app.jinja_env.globals.update(understood_as=understood_as)


@pages.get("/search")
@requires("search")
def show() -> ResponseReturnValue:
    """Show the empty box."""
    return _page("", Found(None))


@pages.post("/search")
@requires("search")
def find() -> ResponseReturnValue:
    """Show what a text leads to; that somebody searched is recorded before."""
    typed = request.form.get("q", "")
    with parts().unit_of_work() as uow:
        found = search(uow, typed, roles=current_user.role_set, reader=Reader())
    with parts().unit_of_work(is_durable=True) as uow:
        record_search(uow, found, actor=actor(), clock=now)
    return _page(typed, found), {"Cache-Control": "no-store"}


def understood_as(kind: SearchKind) -> str:
    """Return as what a text was understood."""
    return {
        SearchKind.REFERENCE: pgettext("search", "Understood as a reference."),
        SearchKind.PHONE: pgettext("search", "Understood as a phone number, or as the number of a chat."),
        SearchKind.NAME: pgettext(
            "search", "Understood as a name: each part must match, in Arabic or in Latin letters, however it is spelled."
        ),
    }[kind]


def _page(typed: str, found: Found) -> str:
    return render_template("search.html", typed=typed, found=found, as_of=now(), most=MAX_HITS, longest=MAX_TYPED)
