"""Brings a database to the newest schema, by Alembic."""

from __future__ import annotations

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
        with engine.connect() as connection:
            command.upgrade(_config(connection), revision)
            connection.commit()
    except (SQLAlchemyError, CommandError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise ConfigurationError("migration_failed", f"cannot migrate the database: {reason}") from error


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision; for tests and for operators who go back a version."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()
