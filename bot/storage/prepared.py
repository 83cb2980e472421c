"""Statements that are compiled once and handed to the database's driver as they are.

SQLAlchemy takes several times longer to execute a small statement than the database does. What each message needs is
therefore prepared here, with SQLAlchemy's own compiler and types, and runs on the session's connection, in its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable

from bot.storage.writers import TurnTaking

Row = tuple[Any, ...]


class Prepared:
    """A statement whose values are named parameters.

    Args:
        build: Makes the statement for a dialect's name.
    """

    def __init__(self, build: Callable[[str], Executable] | Executable) -> None:
        self._build = build if callable(build) else lambda _dialect: build
        self._compiled: dict[int, _Compiled] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Run it and return all rows."""
        cursor, compiled = self._run(session, values)
        try:
            return compiled.read(cursor)
        finally:
            cursor.close()

    def row(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """Run it and return the first row, or None."""
        rows = self.rows(session, values)
        return rows[0] if rows else None

    def count(self, session: Session, values: Mapping[str, Any]) -> int:
        """Run it and return how many rows it changed."""
        cursor, _ = self._run(session, values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def each(self, session: Session, many: Sequence[Mapping[str, Any]]) -> None:
        """Run it with each of these values."""
        for values in many:
            self.count(session, values)

    def new_number(self, session: Session, values: Mapping[str, Any]) -> int:
        """Run an insert and return the number that the database gave the row."""
        cursor, compiled = self._run(session, values)
        try:
            return int(cursor.fetchone()[0] if compiled.returns_rows else cursor.lastrowid)
        finally:
            cursor.close()

    def _run(self, session: Session, values: Mapping[str, Any]) -> tuple[Any, _Compiled]:
        connection = session.connection()
        compiled = self._compiled.get(id(connection.dialect))
        if compiled is None:
            statement = self._build(connection.dialect.name)
            compiled = self._compiled[id(connection.dialect)] = _Compiled(statement, connection.dialect)
        parameters = compiled.parameters(values)
        cursor = None
        try:
            driver = connection.connection.dbapi_connection
            if compiled.changes and isinstance(driver, TurnTaking) and not driver.in_transaction:
                driver.take_turn()
            cursor = driver.cursor()
            cursor.execute(compiled.text, parameters)
        except compiled.dialect.dbapi.Error as error:
            raise _translated(error, connection, cursor, compiled) from error
        return cursor, compiled


class _Compiled:
    """A statement for one dialect. It holds the dialect, so that its ``id`` stays taken."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        # Lists of "in" are part of the text.
        compiled._process_parameters_for_postcompile(
            {name: bind.value for name, bind in compiled.binds.items()}, _populate_self=True
        )
        self.dialect: Any = dialect
        self.text = str(compiled)
        self.changes = bool(compiled.isinsert or compiled.isupdate or compiled.isdelete)
        self.returns_rows = bool(getattr(statement, "_returning", ()))
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._names = list(compiled.positiontup) if compiled.positional else list(compiled.binds)
        self._is_positional = bool(compiled.positional)
        self._to_database = {name: compiled._bind_processors.get(name) for name in self._names}
        self._types = [column.type for column in getattr(statement, "selected_columns", ())]
        self._from_database: list[Callable[[Any], Any] | None] | None = None

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        ready = {}
        for name, process in self._to_database.items():
            value = values[name] if name in values else self._fixed[name]
            ready[name] = value if process is None else process(value)
        return [ready[name] for name in self._names] if self._is_positional else ready

    def read(self, cursor: Any) -> list[Row]:
        """Return the driver's rows as the types of the columns have them."""
        if self._from_database is None:
            self._from_database = [
                kind._cached_result_processor(self.dialect, column[1])
                for kind, column in zip(self._types, cursor.description, strict=True)
            ]
        return [
            tuple(value if process is None else process(value) for value, process in zip(row, self._from_database))
            for row in cursor.fetchall()
        ]


def _translated(error: Exception, connection: Connection, cursor: Any, compiled: _Compiled) -> Exception:
    """Return the driver's error as SQLAlchemy's, without any value; a connection that broke is given up."""
    is_lost = compiled.dialect.is_disconnect(error, connection.connection, cursor)
    if is_lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        compiled.text, None, error, compiled.dialect.dbapi.Error, hide_parameters=True,
        connection_invalidated=is_lost, dialect=compiled.dialect,
    )  # fmt: skip
