"""Brings a database to the newest schema, by Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import ConfigurationError

FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade the schema; does nothing where it is up to date.

    Raises:
        ConfigurationError: If the database cannot be migrated.
    """
    try:
        with _open(engine) as connection:
            command.upgrade(_config(connection), revision)
    except (SQLAlchemyError, CommandError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise ConfigurationError("migration_failed", f"cannot migrate the database: {reason}") from error


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision; for tests and for operators who go back a version."""
    with _open(engine) as connection:
        command.downgrade(_config(connection), revision)


@contextmanager
def _open(engine: Engine) -> Iterator[Connection]:
    """Give a connection for a migration, and commit what was done.

    SQLite changes a table by making it anew; dropping the old one fails where other tables point to it, so the checks
    are off meanwhile. Inside a transaction the switch would do nothing.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        try:
            yield connection
            connection.commit()
        finally:
            if is_sqlite:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
