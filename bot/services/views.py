"""Saved views: a filter of a list that a staff member keeps under a name. Any list may use them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from bot.domain.errors import InvalidInput, NotFound
from bot.services.ports import Clock, UnitOfWork
from bot.services.queue_ports import SavedView

MAX_NAME = 60
MAX_QUERY = 1000
MAX_VIEWS = 30


def list_views(uow: UnitOfWork, page: str, *, staff_id: int) -> Sequence[SavedView]:
    """Return the views that somebody keeps of a list, by name."""
    return uow.views.of(staff_id, page)


def save_view(uow: UnitOfWork, page: str, *, name: str, query: str, staff_id: int, clock: Clock) -> None:
    """Keep a filter under a name; a view of the same name is replaced.

    Raises:
        InvalidInput: ``name_missing``, ``name_too_long``, ``query_too_long``, ``too_many_views``.
    """
    name, query = " ".join(name.split()), tidy(query)
    if not name:
        raise InvalidInput("name_missing")
    if len(name) > MAX_NAME:
        raise InvalidInput("name_too_long")
    if len(query) > MAX_QUERY:
        raise InvalidInput("query_too_long")
    known = {view.name for view in uow.views.of(staff_id, page)}
    if name not in known and len(known) >= MAX_VIEWS:
        raise InvalidInput("too_many_views")
    uow.views.save(staff_id, page, name=name, query=query, at=clock())
    uow.commit()


def delete_view(uow: UnitOfWork, view_id: int, *, staff_id: int) -> None:
    """Forget a view.

    Raises:
        NotFound: If there is none, or it is a colleague's.
    """
    if not uow.views.delete(staff_id, view_id):
        raise NotFound("view_not_found")
    uow.commit()


def tidy(query: str) -> str:
    """Return a query as it is kept and compared: without empty fields and without the number of the page, in one order."""
    fields = {name: value for name, value in parse_qsl(query) if name != "page"}
    return urlencode(sorted(fields.items()))
