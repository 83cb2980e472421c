"""Reading one row: by its id, or so that nobody else changes it meanwhile. Statements are built once for each class."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, inspect, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable

from bot.domain.errors import NotFound

T = TypeVar("T")


def get(session: Session, kind: type[T], code: str, *, id: str) -> T:
    """Return the one row with this id; one that this transaction has read already is not asked for again.

    Raises:
        NotFound: If there is none.
    """
    found: T | None = _seen(session, kind, id) or session.execute(_by_id(kind), {"row_id": id}).scalar_one_or_none()
    if found is None:
        raise NotFound(code, id)
    return found


def lock(session: Session, table: Table, kind: type[T], code: str, row_id: str) -> T:
    """Return a row as it is now, which nobody else changes before this transaction ends.

    A change that changes nothing locks the row in PostgreSQL and the database in SQLite, which has no other lock.

    Raises:
        NotFound: If there is none.
    """
    session.execute(_touch(table), {"row_id": row_id})
    found = read_again(session, kind, row_id)
    if found is None:
        raise NotFound(code, row_id)
    return found


def read_again(session: Session, kind: type[T], row_id: str) -> T | None:
    """Return a row as it is now, whatever this transaction read of it before; None if there is none."""
    found: T | None = session.execute(_anew(kind), {"row_id": row_id}).scalar_one_or_none()
    return found


def _seen(session: Session, kind: type[T], row_id: str) -> T | None:
    mapper: Any = inspect(kind)
    if [column.name for column in mapper.primary_key] != ["id"]:
        return None
    return session.identity_map.get(mapper.identity_key_from_primary_key((row_id,)))


@cache
def _by_id(kind: type[Any]) -> Executable:
    return select(kind).where(inspect(kind).columns["id"] == bindparam("row_id"))


@cache
def _anew(kind: type[Any]) -> Executable:
    return _by_id(kind).execution_options(populate_existing=True)


@cache
def _touch(table: Table) -> Executable:
    changed = update(table).where(table.c.id == bindparam("row_id")).values(id=bindparam("row_id"))
    return changed.execution_options(synchronize_session=False)
