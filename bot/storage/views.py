"""Saved views over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bot.services.queue_ports import SavedView
from bot.storage import tables

_view = tables.saved_view.c


class SqlSavedViews:
    """Saved views; everybody reaches their own only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, staff_id: int, page: str) -> Sequence[SavedView]:
        """Return somebody's views of a list, by name."""
        query = (
            select(_view.id, _view.staff_id, _view.page, _view.name, _view.query)
            .where(_view.staff_id == staff_id, _view.page == page)
            .order_by(_view.name)
        )
        return [SavedView(**row) for row in self._session.execute(query).mappings()]

    def save(self, staff_id: int, page: str, *, name: str, query: str, at: datetime) -> None:
        """Keep a view; one of the same name is replaced."""
        table = tables.saved_view
        same = (_view.staff_id == staff_id, _view.page == page, _view.name == name)
        if self._session.execute(update(table).where(*same).values(query=query)).rowcount:
            return
        values = {"staff_id": staff_id, "page": page, "name": name, "query": query, "created_at": at}
        self._session.execute(insert(table).values(**values))

    def delete(self, staff_id: int, view_id: int) -> bool:
        """Forget a view of this staff member; say whether there was one."""
        found = delete(tables.saved_view).where(_view.id == view_id, _view.staff_id == staff_id)
        return bool(self._session.execute(found).rowcount)
