"""Backup and restore: the same data afterwards, on both databases, and nothing overwritten by mistake."""

from __future__ import annotations

import io
import secrets
import stat

import pytest
from rich.console import Console
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from bot.cli import app
from bot.commands.archive import open_archive
from bot.commands.backup import back_up, restore
from bot.domain.audit import Act
from bot.domain.errors import ConfigurationError, HotlineError, InvalidInput, WrongState
from bot.settings import load_settings
from bot.storage import backup as storage
from bot.storage import engine, tables, writers
from bot.storage.cipher import new_key
from tests.fakes import FakeClock
from tests.integration.database import OPENED, Database
from tests.integration.privacy_steps import NAME, NUMBER, SAID, fill, make_events_table, write

PASSWORD = "a long password"
SECRET = "s" * 40


class Place:
    """A hotline's home, its database, and what the commands said."""

    def __init__(self, home, url, keys):
        self.home, self.url = home, url
        self.environment = {"DALEEL_HOME": str(home), "DATABASE_URL": url}
        self.environment |= {"DALEEL_KEYS": ",".join(keys), "DALEEL_SECRET_KEY": SECRET} if keys else {}
        self.said = io.StringIO()
        self.out = Console(file=self.said, width=200)

    def back_up(self, file, *, has_keys=False, password=None):
        back_up(load_settings(self.environment), file, self.out, has_keys=has_keys, password=password)

    def restore(self, file, *, is_forced=False, password=None):
        return restore(self.environment, file, self.out, is_forced=is_forced, password=password)


@pytest.fixture
def filled(database):
    """A database that knows a person, of whom everything is known; nobody uses it."""
    make_events_table(database)
    fill(database, clock=FakeClock())
    database.engine.dispose()
    return database


@pytest.fixture
def here(filled, tmp_path):
    """Where the backup is made."""
    return Place(tmp_path, filled.url, filled.keys)


@pytest.fixture
def empty(database, tmp_path, request):
    """The address of an empty database of the same kind."""
    if database.engine.dialect.name == "sqlite":
        return f"sqlite:///{tmp_path / 'other' / 'daleel.db'}"
    address = request.getfixturevalue("database_postgres")
    name = f"restored_{secrets.token_hex(6)}"
    admin = create_engine(address.format(name="postgres"), future=True, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return address.format(name=name)


def _content(url, keys):
    """Return every row of every table, as it is read; but for the audit log, which tells of backups and restores themselves."""
    database = Database.open(url, keys)
    OPENED.append(database.engine)
    ours = (table.name for table in tables.metadata.sorted_tables if table not in (tables.audit_entry, tables.audit_head))
    names = [*ours, "events", "alembic_version"]
    with database.engine.connect() as connection:
        rows = {name: sorted(map(str, connection.execute(text(f'SELECT * FROM "{name}"')))) for name in names}
    database.engine.dispose()
    return rows


def test_a_restored_database_holds_the_same(filled, here, empty, tmp_path):
    before = _content(filled.url, filled.keys)
    assert any(before["message"])
    here.back_up(tmp_path / "backup")
    there = Place(tmp_path / "there", empty, filled.keys)
    assert there.restore(tmp_path / "backup") == 0
    assert _content(empty, filled.keys) == before


def test_a_restored_database_is_read_with_its_keys_and_works(filled, here, empty, tmp_path):
    here.back_up(tmp_path / "backup")
    Place(tmp_path / "there", empty, filled.keys).restore(tmp_path / "backup")
    restored = Database.open(empty, filled.keys)
    OPENED.append(restored.engine)
    with restored.unit_of_work() as uow:
        assert uow.requests.find_by_reference("R-7K3QF-E").answers["full_name"] == NAME
    write(restored, "hello again", clock=FakeClock())


def test_what_came_after_the_backup_is_gone_after_a_forced_restore(filled, here, tmp_path):
    before = _content(filled.url, filled.keys)
    here.back_up(tmp_path / "backup")
    write(filled, "later", clock=FakeClock())
    filled.engine.dispose()
    with pytest.raises(WrongState, match="--force"):
        here.restore(tmp_path / "backup")
    assert _content(filled.url, filled.keys) != before
    here.restore(tmp_path / "backup", is_forced=True)
    assert _content(filled.url, filled.keys) == before


def test_a_backup_and_what_a_restore_took_away_stand_in_the_audit_log(filled, here, tmp_path):
    here.back_up(tmp_path / "first", has_keys=True, password=PASSWORD)
    here.back_up(tmp_path / "second")
    here.restore(tmp_path / "first", is_forced=True, password=PASSWORD)
    with filled.unit_of_work() as uow:
        *_, made, restored = uow.audit.entries(limit=99)
    filled.engine.dispose()
    # The copy tells of its own making; the second one is gone with what was restored over it
    assert [(one.act, one.staff_id) for one in (made, restored)] == [(Act.BACKED_UP, None), (Act.RESTORED, None)]
    assert made.detail == "with keys" and restored.detail in here.said.getvalue()


def test_a_database_in_use_is_not_replaced(filled, here, tmp_path):
    here.back_up(tmp_path / "backup")
    with filled.unit_of_work() as uow:
        uow.contacts.hash_address("x")
        uow.session.execute(text("SELECT count(*) FROM contact")).scalar()
        with pytest.raises(WrongState, match="stop the hotline"):
            here.restore(tmp_path / "backup", is_forced=True)


def test_a_backup_is_made_while_others_write(filled, here, tmp_path, monkeypatch):
    # Nobody waits here for whoever never ends
    monkeypatch.setattr(engine, "SQLITE_BUSY_SECONDS", 0.1)
    monkeypatch.setattr(writers, "LONGEST_WAIT", 0.1)
    with filled.unit_of_work() as uow:
        uow.marks.set("half", FakeClock()())
        here.back_up(tmp_path / "backup")
        uow.commit()
    assert (tmp_path / "backup").exists()
    is_sqlite = filled.engine.dialect.name == "sqlite"
    assert ("The audit log could not be written" in here.said.getvalue()) is is_sqlite


def test_a_backup_is_its_owners_only_and_holds_no_keys(filled, here, tmp_path):
    here.back_up(tmp_path / "backup")
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    with open_archive(tmp_path / "backup", password=None) as archive:
        assert archive.keys is None
        archive.extract_database(tmp_path / "copy")
    content = (tmp_path / "copy").read_bytes() + (tmp_path / "backup").read_bytes() + str(archive.manifest).encode()
    assert [one for one in (*filled.keys, SECRET, NAME, NUMBER, SAID) if one.encode() in content] == []
    assert [path.name for path in tmp_path.glob(".*backup*")] == []


def test_keys_go_in_only_with_a_password(here, tmp_path):
    with pytest.raises(InvalidInput, match="--password"):
        here.back_up(tmp_path / "backup", has_keys=True)
    with pytest.raises(InvalidInput, match="12"):
        here.back_up(tmp_path / "backup", has_keys=True, password="short")
    assert not (tmp_path / "backup").exists()


def test_a_machine_without_keys_gets_those_of_the_backup(filled, here, empty, tmp_path):
    here.back_up(tmp_path / "backup", has_keys=True, password=PASSWORD)
    content = (tmp_path / "backup").read_bytes()
    assert [one for one in (*filled.keys, SECRET, "DALEEL_KEYS") if one.encode() in content] == []
    there = Place(tmp_path / "there", empty, None)
    there.restore(tmp_path / "backup", password=PASSWORD)
    keys_file = tmp_path / "there" / "keys.env"
    assert stat.S_IMODE(keys_file.stat().st_mode) == 0o600
    assert filled.keys[0] in keys_file.read_text()
    assert _content(empty, filled.keys) == _content(filled.url, filled.keys)


@pytest.mark.parametrize("password", [None, "another password"])
def test_an_encrypted_backup_opens_with_its_password_only(here, empty, tmp_path, filled, password):
    here.back_up(tmp_path / "backup", password=PASSWORD)
    with pytest.raises(InvalidInput):
        Place(tmp_path / "there", empty, filled.keys).restore(tmp_path / "backup", password=password)


def test_keys_that_do_not_open_the_data_stop_a_restore(here, empty, tmp_path):
    here.back_up(tmp_path / "backup")
    there = Place(tmp_path / "there", empty, (new_key(),))
    with pytest.raises(ConfigurationError, match="keys back first"):
        there.restore(tmp_path / "backup")


@pytest.mark.parametrize("at", [0.001, 0.3, 0.6, 0.999])
def test_a_damaged_backup_changes_nothing(filled, here, tmp_path, at):
    here.back_up(tmp_path / "backup")
    before = _content(filled.url, filled.keys)
    content = bytearray((tmp_path / "backup").read_bytes())
    for offset in range(16):
        content[int(len(content) * at) - offset] ^= 0xFF
    (tmp_path / "backup").write_bytes(content)
    with pytest.raises(HotlineError):
        here.restore(tmp_path / "backup", is_forced=True)
    assert _content(filled.url, filled.keys) == before


def test_what_is_no_backup_is_refused(here, tmp_path):
    (tmp_path / "backup").write_text("hello")
    with pytest.raises(WrongState, match="no backup"):
        here.restore(tmp_path / "backup", is_forced=True)


def test_a_backup_of_another_kind_of_database_is_refused(sqlite_database, tmp_path):
    Place(tmp_path, sqlite_database.url, sqlite_database.keys).back_up(tmp_path / "backup")
    there = Place(tmp_path / "there", "postgresql://daleel@/nowhere", sqlite_database.keys)
    with pytest.raises(WrongState, match="sqlite"):
        there.restore(tmp_path / "backup")


def test_a_backup_of_a_later_version_is_refused(sqlite_database, tmp_path):
    with sqlite_database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    Place(tmp_path, sqlite_database.url, sqlite_database.keys).back_up(tmp_path / "backup")
    there = Place(tmp_path / "there", f"sqlite:///{tmp_path / 'other' / 'd.db'}", sqlite_database.keys)
    with pytest.raises(WrongState, match="newer version"):
        there.restore(tmp_path / "backup")


def test_without_postgresqls_programs_one_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(storage.shutil, "which", lambda _: None)
    with pytest.raises(ConfigurationError, match="pg_dump is missing"):
        storage.copy_database("postgresql://daleel:pass-word@/nowhere", tmp_path / "x")


def test_a_password_of_the_database_is_no_argument(monkeypatch, tmp_path):
    calls = []

    def run(command, **options):
        calls.append((command, options["env"]))
        return type("Done", (), {"returncode": 0, "stderr": ""})

    monkeypatch.setattr(storage.shutil, "which", lambda name: name)
    monkeypatch.setattr(storage.subprocess, "run", run)
    storage.copy_database("postgresql://daleel:pass-word@host/name", tmp_path / "x")
    ((command, environment),) = calls
    assert "pass-word" not in " ".join(command)
    assert environment["PGPASSWORD"] == "pass-word"


def test_the_commands_work_together(sqlite_database, tmp_path, monkeypatch):
    make_events_table(sqlite_database)
    fill(sqlite_database, clock=FakeClock())
    sqlite_database.engine.dispose()
    place = Place(tmp_path, sqlite_database.url, sqlite_database.keys)
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    run = CliRunner().invoke
    made = run(app, ["backup", str(tmp_path / "b"), "--with-keys", "--password", PASSWORD])
    assert (made.exit_code, PASSWORD in made.output) == (0, False)
    assert isinstance(run(app, ["restore", str(tmp_path / "b"), "--password", PASSWORD]).exception, WrongState)
    assert run(app, ["restore", str(tmp_path / "b"), "--force", "--password", PASSWORD]).exit_code == 0
    assert run(app, ["restore", str(tmp_path / "nothing")]).exit_code == 2
