"""Copying a database to a file and back: SQLite by its online backup, PostgreSQL by its own programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import ConfigurationError, WrongState

PROGRAM_SECONDS = 3600


def kind_of(url: str) -> str:
    """Return ``sqlite`` or ``postgresql``."""
    return make_url(url).get_backend_name()


def copy_database(url: str, to: Path) -> None:
    """Write the database as it is in one moment, while others go on writing.

    Raises:
        ConfigurationError: If it cannot be read, or PostgreSQL's program is missing or fails.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _copy_sqlite(_file_of(parsed), to)
    else:
        _run("pg_dump", parsed, "--format=custom", "--no-owner", "--no-privileges", f"--file={to}")


def put_database(url: str, copy: Path) -> None:
    """Put a copy in place of the database, all of it or nothing.

    Raises:
        WrongState: If the database is in use.
        ConfigurationError: If PostgreSQL's program is missing or fails.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _put_sqlite(copy, _file_of(parsed))
    else:
        options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", parsed, *options, str(copy))


def check_copy(kind: str, copy: Path) -> None:
    """Look whether a copy can be read.

    Raises:
        WrongState: If it is damaged.
    """
    if kind == "sqlite":
        try:
            connection = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)
            is_whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            connection.close()
        except sqlite3.DatabaseError:
            is_whole = False
    else:
        with copy.open("rb") as file:
            is_whole = file.read(5) == b"PGDMP"
    if not is_whole:
        raise WrongState("backup_damaged", "the backup is damaged")


def is_filled(engine: Engine) -> bool:
    """Say whether there is a hotline's database already."""
    try:
        with engine.connect() as connection:
            return inspect(connection).has_table("alembic_version")
    except SQLAlchemyError as error:
        raise ConfigurationError("database_unreadable", "the present database cannot be read") from error


def revision_of(engine: Engine) -> str:
    """Return the migration that the database is at; empty where it has none."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def is_known_revision(revision: str) -> bool:
    """Say whether this version of the hotline knows a migration; a later version's database it cannot use."""
    scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    return revision in {script.revision for script in scripts.walk_revisions()}


def check_unused(engine: Engine) -> None:
    """Look whether anybody else uses the database.

    Raises:
        WrongState: If somebody does.
    """
    with engine.connect() as connection:
        try:
            if engine.dialect.name == "sqlite":
                # SQLite leaves its write-ahead mode only while nobody else has the file open.
                connection.exec_driver_sql("PRAGMA busy_timeout=2000")
                is_used = connection.exec_driver_sql("PRAGMA journal_mode=DELETE").scalar() != "delete"
            else:
                others = (
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
                is_used = bool(connection.execute(text(others)).scalar())
        except SQLAlchemyError:
            is_used = True
    if is_used:
        raise WrongState("hotline_runs", "the database is in use: stop the hotline first")


def _file_of(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("database_in_memory", "a database in memory has no backup")
    return Path(url.database)


def _copy_sqlite(path: Path, to: Path) -> None:
    if not path.exists():
        raise ConfigurationError("database_missing", f"{path} is not there")
    source, target = sqlite3.connect(path, timeout=15), sqlite3.connect(to)
    try:
        source.backup(target)
        # Without its write-ahead log, a copy is one file.
        target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise ConfigurationError("database_unreadable", f"cannot copy the database: {error}") from error
    finally:
        source.close()
        target.close()


def _put_sqlite(copy: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    copy.replace(path)


def _run(program: str, url: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise ConfigurationError("program_missing", f"{program} is missing: install PostgreSQL's client programs")
    # The password goes by the environment: arguments are seen by all users of a machine.
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(  # noqa: S603 - our own arguments
        [found, "--no-password", f"--dbname={address}", *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        # Further lines may quote rows.
        lines = done.stderr.strip().splitlines() or [""]
        raise ConfigurationError("program_failed", f"{program} failed: {lines[0]}")
