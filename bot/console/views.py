"""Saved views: a filter of a list under a name, for whoever saved it. Any list page may include ``saved_views.html``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Flask, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext
from flask_security import current_user

from bot.console.outside import now, parts
from bot.console.permissions import requires
from bot.console.ways import local_path
from bot.domain.errors import InvalidInput
from bot.services.queue_ports import SavedView
from bot.services.views import MAX_NAME, MAX_VIEWS, delete_view, list_views, save_view, tidy

PAGES: Mapping[str, str] = {"queue": "queue.show", "requests": "requests.show_all"}
"""The lists that have saved views, and the endpoint of each."""

pages = Blueprint("views", __name__)


def install(app: Flask) -> None:
    """Let lists show their saved views."""
    app.jinja_env.globals.update(
        saved_views_of=saved_views_of,
        view_address=view_address,
        query_here=lambda: tidy(request.query_string.decode("utf-8", "replace")),
        max_view_name=MAX_NAME,
    )


@pages.post("/views/<page>")
@requires("see_cases")
def save(page: str) -> ResponseReturnValue:
    """Keep the filter of a list under a name."""
    if page not in PAGES:
        abort(404)
    query = request.form.get("query", "")
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            save_view(uow, page, name=request.form.get("name", ""), query=query, staff_id=current_user.id, clock=now)
    except InvalidInput as error:
        flash(_trouble(error.code), "error")
    else:
        flash(pgettext("saved view", "The view is saved."), "done")
    return redirect(view_address(page, tidy(query)), 303)


@pages.post("/views/<int:view_id>/delete")
@requires("see_cases")
def delete(view_id: int) -> ResponseReturnValue:
    """Forget one of one's own views."""
    with parts().unit_of_work(is_durable=True) as uow:
        delete_view(uow, view_id, staff_id=current_user.id)
    return redirect(local_path(request.form.get("next", "/")), 303)


def saved_views_of(page: str) -> Sequence[SavedView]:
    """Return the views of a list that the one who is logged in has saved."""
    with parts().unit_of_work() as uow:
        return list_views(uow, page, staff_id=current_user.id)


def view_address(page: str, query: str) -> str:
    """Return where a view of a list leads."""
    address = url_for(PAGES[page])
    return f"{address}?{query}" if query else address


def _trouble(code: str) -> str:
    return {
        "name_missing": pgettext("saved view", "Give the view a name."),
        "name_too_long": pgettext("saved view", "The name is too long: at most %(count)s characters.", count=MAX_NAME),
        "query_too_long": pgettext("saved view", "The filter is too long to be saved."),
        "too_many_views": pgettext("saved view", "You have %(count)s views already: delete one first.", count=MAX_VIEWS),
    }[code]
