"""Engines: one for each database address, with the cipher, and SQLite made fit for several processes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.domain.errors import ConfigurationError
from bot.storage.cipher import Cipher
from bot.storage.writers import TurnTaking, take_turn_to_write

SQLITE_BUSY_SECONDS = 15


def make_engine(url: str, cipher: Cipher, *, is_durable: bool = True) -> Engine:
    """Return an engine whose encrypted columns use ``cipher``.

    Args:
        is_durable: Whether a commit waits for the disk, so that it survives a power cut. One that does not wait survives a
            killed process all the same, and is on the disk before any later durable one: the log is written in order.

    Raises:
        ConfigurationError: If the address cannot be understood; the detail never shows its password.
    """
    try:
        parsed = make_url(url)
        arguments: dict[str, Any] = {"future": True, "hide_parameters": True, "pool_pre_ping": True}
        if parsed.get_backend_name() == "sqlite":
            # Connections are kept and lent to one thread at a time, as with PostgreSQL: opening one costs more than a query.
            arguments["poolclass"] = QueuePool
            arguments["pool_pre_ping"] = False  # A file does not hang up.
            arguments["connect_args"] = {
                "timeout": SQLITE_BUSY_SECONDS,
                "check_same_thread": False,
                "factory": TurnTaking,
            }
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        elif not is_durable:
            arguments["connect_args"] = {"options": "-c synchronous_commit=off"}
        engine = create_engine(parsed, **arguments)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ConfigurationError(
            "database_url_invalid", "DATABASE_URL must look like sqlite:///… or postgresql://user:password@host/name"
        ) from error
    except OSError as error:
        raise ConfigurationError("database_folder", f"cannot make the database folder: {error.strerror}") from error
    engine.dialect.cipher = cipher  # type: ignore[attr-defined]
    if engine.dialect.name == "sqlite":
        turns_path = f"{parsed.database}-turns" if parsed.database else None
        event.listen(engine, "connect", partial(_prepare_sqlite, is_durable=is_durable, turns_path=turns_path))
        event.listen(engine, "before_cursor_execute", take_turn_to_write)
    return engine


def _prepare_sqlite(connection: Any, _record: Any, *, is_durable: bool, turns_path: str | None) -> None:
    connection.turns_path = turns_path
    cursor = connection.cursor()
    # Readers and one writer side by side; a committed transaction survives a killed process.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def check_connection(engine: Engine) -> None:
    """Open the database once.

    Raises:
        ConfigurationError: If it cannot be opened or read; says which kind of database and why.
    """
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA schema_version")
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise ConfigurationError("database_unreadable", f"cannot use the database ({engine.dialect.name}): {reason}") from error


def database_answers(engine: Engine) -> bool:
    """Say whether the database can be reached now."""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        return True
    except SQLAlchemyError:
        return False
