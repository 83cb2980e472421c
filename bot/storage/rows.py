"""Reading one row: by its values, or so that nobody else changes it meanwhile."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from bot.domain.errors import NotFound

T = TypeVar("T")


def get(session: Session, kind: type[T], code: str, **by: Any) -> T:
    """Return the one row with these values.

    Raises:
        NotFound: If there is none.
    """
    found = session.execute(select(kind).filter_by(**by)).scalar_one_or_none()
    if found is None:
        raise NotFound(code, str(next(iter(by.values()))))
    return found


def lock(session: Session, table: Table, kind: type[T], code: str, row_id: str) -> T:
    """Return a row as it is now, which nobody else changes before this transaction ends.

    A change that changes nothing locks the row in PostgreSQL and the database in SQLite, which has no other lock.
    """
    session.execute(update(table).where(table.c.id == row_id).values(id=row_id).execution_options(synchronize_session=False))
    query = select(kind).filter_by(id=row_id).execution_options(populate_existing=True)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(code, row_id)
    return found
