"""Databases for the storage tests: SQLite, and a PostgreSQL of our own that is started where its binaries are."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import SqlUnitOfWork

HASH_KEY = "the key of look-up hashes"


@dataclass(frozen=True)
class Database:
    """A migrated database and the keys it was made with."""

    url: str
    keys: tuple[str, ...]
    engine: Engine
    cipher: Cipher

    @classmethod
    def open(cls, url, keys):
        """Open it with these keys."""
        cipher = Cipher(keys, hash_key=HASH_KEY)
        return cls(url, keys, make_engine(url, cipher), cipher)

    def unit_of_work(self):
        """Return a new transaction."""
        return SqlUnitOfWork(self.engine, self.cipher)

    def with_keys(self, keys):
        """Return the same database as seen by a process with other keys."""
        other = Database.open(self.url, keys)
        OPENED.append(other.engine)
        return replace(other)


OPENED: list[Engine] = []


def stored_bytes(database):
    """Return all that a thief of the database would hold: the file and its log, or the rows of every table."""
    if database.engine.dialect.name == "sqlite":
        path = Path(database.engine.url.database)
        return b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))
    with database.engine.connect() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        rows = [connection.execute(text(f'SELECT t::text FROM "{name}" t')).scalars().all() for name in names]
    return "\n".join([*names, *(row for table in rows for row in table)]).encode()


def in_threads(count, function):
    """Call a function several times at once; return results, and errors as they are."""

    def call(_number):
        try:
            return function()
        except Exception as error:  # noqa: BLE001
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


def find_postgres():
    """Return the folder of PostgreSQL's binaries, or None."""
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(on_path).parent] if on_path else []
    folders += [Path("/usr/local/bin")]
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def _user():
    """Return whom PostgreSQL runs as: not root, which it refuses."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def missing_postgres():
    """End the test: on CI nothing is skipped."""
    if os.environ.get("CI"):
        pytest.fail("PostgreSQL is missing, and on CI nothing is skipped: apt-get install postgresql")
    pytest.skip("PostgreSQL is missing: apt-get install postgresql")


class Postgres:
    """A PostgreSQL in a temporary folder, which may be stopped and started again.

    It listens on a Unix socket in that folder only, so that no port can be taken.

    Args:
        is_durable: Whether writes survive a power cut, as on a real server; it makes them slower.

    Attributes:
        address: Its address, with ``{name}`` for a database's name.
    """

    def __init__(self, binaries, *, is_durable=False):
        self._binaries, self._is_durable = binaries, is_durable
        self._folder = Path(tempfile.mkdtemp(prefix="daleel-pg-"))
        self.address = f"postgresql://daleel@/{{name}}?host={self._folder}"

    def __enter__(self):
        user = _user()
        if user is not None:
            os.chown(self._folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-U", "daleel", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def start(self):
        """Start the server; it answers when this returns."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self._folder}'"
        options += "" if self._is_durable else " -c fsync=off"
        # With a log file and no inherited pipes, pg_ctl returns as soon as the server answers.
        self._run("pg_ctl", "-w", "-l", self._folder / "log", "-o", options, "start")

    def stop(self):
        """Stop the server as a power cut would."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def _run(self, program, *arguments):
        user = _user()
        become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user is not None else {}
        command = [str(part) for part in (self._binaries / program, "-D", self._folder / "data", *arguments)]
        subprocess.run(
            command, check=True, cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self._folder)}, timeout=60, **become,
        )  # fmt: skip
