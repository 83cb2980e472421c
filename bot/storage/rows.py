"""Rows of the tables as things of the domain: read, locked, added and changed, by statements that are prepared once.

A thing that was read belongs to the session like one that SQLAlchemy's own queries read: it is the same object wherever it
is asked for in a transaction, and what is changed in it is written by the commit at the latest.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Table, bindparam, insert, inspect, select, update
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql import Executable

from bot.domain.errors import NotFound
from bot.storage.prepared import Prepared, Row
from bot.storage.types import ChoiceTuple, EncryptedJson, EncryptedText

T = TypeVar("T")
_ENCRYPTED = (EncryptedText, EncryptedJson, ChoiceTuple)


def get(session: Session, kind: type[T], code: str, *, id: str) -> T:
    """Return the one row with this id; one that this transaction has read already is not asked for again.

    Raises:
        NotFound: If there is none.
    """
    found = _seen(session, kind, id) or one(session, _by_id(kind), kind, {"row_id": id})
    if found is None:
        raise NotFound(code, id)
    return found


def lock(session: Session, table: Table, kind: type[T], code: str, row_id: str) -> T:
    """Return a row as it is now, which nobody else changes before this transaction ends.

    A change that changes nothing locks the row in PostgreSQL and the database in SQLite, which has no other lock.

    Raises:
        NotFound: If there is none.
    """
    write_changes(session)
    _touch(table).count(session, {"row_id": row_id})
    found = read_again(session, kind, row_id)
    if found is None:
        raise NotFound(code, row_id)
    return found


def read_again(session: Session, kind: type[T], row_id: str) -> T | None:
    """Return a row as it is now, whatever this transaction read of it before; None if there is none.

    What is encrypted is read when somebody asks for it: who records what became of a message need not open its text.
    """
    write_changes(session)
    row = _in_clear_by_id(kind).row(session, {"row_id": row_id})
    return None if row is None else shape_of(kind).thing_in_clear(session, row)


def columns_of(kind: type[Any]) -> list[Any]:
    """Return the columns that a query must select for ``one``, ``many`` and ``shape_of``."""
    return shape_of(kind).columns


def one(session: Session, query: Prepared, kind: type[T], values: Mapping[str, Any]) -> T | None:
    """Return the thing in the first row of a query, or None."""
    found = many(session, query, kind, values)
    return found[0] if found else None


def many(session: Session, query: Prepared, kind: type[T], values: Mapping[str, Any]) -> list[T]:
    """Return the things in the rows of a query. What was changed until now is written before, so that it counts."""
    write_changes(session)
    shape = shape_of(kind)
    return [shape.thing(session, row) for row in query.rows(session, values)]


def add(session: Session, thing: Any) -> None:
    """Store a new thing."""
    shape_of(type(thing)).add(session, thing)


def write_changes(session: Session) -> None:
    """Write what was changed in things of this session, as SQLAlchemy would at its next flush."""
    changed = [(shape_of(type(thing)), thing) for thing in session.dirty]
    # In the same order everywhere, so that two transactions that change the same rows cannot lock each other out.
    for shape, thing in sorted(changed, key=lambda pair: pair[0].place_of(pair[1])):
        if shape.is_plain:
            shape.write(session, thing)


class Shape(Generic[T]):
    """How a class lies in its table.

    Attributes:
        columns: What a query must select.
        in_clear: Those that are not encrypted.
        is_plain: Whether columns are all there is. Where relations are, SQLAlchemy writes the changes itself.
    """

    def __init__(self, kind: type[T]) -> None:
        mapper: Any = inspect(kind)
        self._mapper, self._table = mapper, mapper.local_table
        self.columns = [attribute.columns[0] for attribute in mapper.column_attrs]
        self.in_clear = [column for column in self.columns if not isinstance(column.type, _ENCRYPTED)]
        # Attributes have the names of their columns.
        self._names = [column.name for column in self.columns]
        self._names_in_clear = [column.name for column in self.in_clear]
        (self._key,) = mapper.primary_key
        is_numbered = bool(self._key.autoincrement is True)
        inserted = [name for name in self._names if not (is_numbered and name == self._key.name)]
        self._insert = Prepared(lambda dialect: self._insertion(inserted, is_numbered and dialect == "postgresql"))
        self._is_numbered = is_numbered
        self.is_plain = not mapper.relationships
        self._updates: dict[tuple[str, ...], Prepared] = {}

    def thing(self, session: Session, row: Row) -> T:
        """Return the thing in a row; one that the session has is left as it is."""
        values = dict(zip(self._names, row))
        return self._known(session, values) or self._new(session, values)

    def thing_in_clear(self, session: Session, row: Row) -> T:
        """Return the thing in a row of the columns ``in_clear``; one that the session has gets these values."""
        values = dict(zip(self._names_in_clear, row))
        thing = self._known(session, values)
        if thing is None:
            return self._new(session, values)
        vars(thing).update(values)
        _take_as_stored(session, thing)
        return thing

    def _known(self, session: Session, values: Mapping[str, Any]) -> T | None:
        key = self._mapper.identity_key_from_primary_key((values[self._key.name],))
        found: T | None = session.identity_map.get(key)
        return found

    def _new(self, session: Session, values: Mapping[str, Any]) -> T:
        thing: T = self._mapper.class_manager.new_instance()
        vars(thing).update(values)
        # Values that are not there are read by SQLAlchemy when they are asked for.
        make_transient_to_detached(thing)
        session.add(thing)
        return thing

    def place_of(self, thing: T) -> tuple[str, str]:
        """Return what the order of changes goes by: table and key."""
        return self._table.name, str(vars(thing)[self._key.name])

    def add(self, session: Session, thing: T) -> None:
        """Store a new thing."""
        if self._is_numbered:
            setattr(thing, self._key.name, self._insert.new_number(session, vars(thing)))
        else:
            self._insert.count(session, vars(thing))
        make_transient_to_detached(thing)
        session.add(thing)

    def write(self, session: Session, thing: T) -> None:
        """Write what was changed in a thing.

        Raises:
            StaleDataError: If its row is gone.
        """
        there, before = vars(thing), instance_state(thing).committed_state
        changed = tuple(sorted(name for name, value in before.items() if there[name] != value))
        if changed:
            values = {f"new_{name}": there[name] for name in changed}
            if self._update(changed).count(session, {**values, "row_key": there[self._key.name]}) != 1:
                raise StaleDataError(f"a row of {self._table.name} is gone")
        _take_as_stored(session, thing)

    def _insertion(self, names: list[str], is_returning: bool) -> Executable:
        statement = insert(self._table).values({name: bindparam(name) for name in names})
        return statement.returning(self._key) if is_returning else statement

    def _update(self, names: tuple[str, ...]) -> Prepared:
        if names not in self._updates:
            values = {name: bindparam(f"new_{name}", type_=self._table.c[name].type) for name in names}
            self._updates[names] = Prepared(update(self._table).where(self._key == bindparam("row_key")).values(values))
        return self._updates[names]


@cache
def shape_of(kind: type[T]) -> Shape[T]:
    """Return how a class lies in its table."""
    return Shape(kind)


def _take_as_stored(session: Session, thing: Any) -> None:
    """Take a thing as it is for what the database has. SQLAlchemy does so itself after a flush; it has no public name."""
    state = instance_state(thing)
    state._commit_all(state.dict, session.identity_map)


def _seen(session: Session, kind: type[T], id: str) -> T | None:
    mapper: Any = inspect(kind)
    if mapper.primary_key[0].name != "id" or len(mapper.primary_key) > 1:
        return None
    found: T | None = session.identity_map.get(mapper.identity_key_from_primary_key((id,)))
    return found


@cache
def _by_id(kind: type[Any]) -> Prepared:
    shape = shape_of(kind)
    return Prepared(select(*shape.columns).where(inspect(kind).columns["id"] == bindparam("row_id")))


@cache
def _in_clear_by_id(kind: type[Any]) -> Prepared:
    shape = shape_of(kind)
    return Prepared(select(*shape.in_clear).where(inspect(kind).columns["id"] == bindparam("row_id")))


@cache
def _touch(table: Table) -> Prepared:
    return Prepared(update(table).where(table.c.id == bindparam("row_id")).values(id=bindparam("row_id")))
