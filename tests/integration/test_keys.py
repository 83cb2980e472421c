"""Keys that rotate while everything runs: nothing becomes unreadable, whatever is killed when."""

from __future__ import annotations

import io
import os
import stat

import pytest
from rich.console import Console
from sqlalchemy import event, text
from typer.testing import CliRunner

from bot.cli import app
from bot.commands.keys import rotate
from bot.domain.audit import Act
from bot.domain.errors import ConfigurationError, WrongState
from bot.keys import make_keys, name_of, only_one, put_in_front, replace_keys
from bot.settings import load_settings, read_environment
from bot.storage import rotation
from bot.storage.cipher import Cipher, new_key
from bot.storage.key_file import FileKeys, read_keys
from bot.storage.rotation import count_old, encrypted_columns, renew_all
from tests.fakes import FakeClock
from tests.integration.database import HASH_KEY
from tests.integration.privacy_steps import NAME, SAID, fill, make_events_table, write


@pytest.fixture
def keys_file(database, tmp_path):
    """The keys of the database in a file, as ``daleel keys new`` makes it."""
    path = tmp_path / "keys.env"
    path.write_text(f"# a comment\nDALEEL_KEYS={database.keys[0]}\nDALEEL_SECRET_KEY={HASH_KEY.ljust(40, '.')}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def process(database, keys_file):
    """A process that began before the rotation, with a person of whom everything is known."""
    make_events_table(database)
    running = _process(database, keys_file)
    fill(running, clock=FakeClock())
    return running


def _process(database, keys_file):
    return database.with_keys(FileKeys(read_keys(keys_file), keys_file))


def _settings(database, keys_file, **more):
    names = {"DALEEL_KEYS": ",".join(read_keys(keys_file)), "DALEEL_SECRET_KEY": HASH_KEY.ljust(40, ".")}
    return load_settings({"DALEEL_HOME": str(keys_file.parent), "DATABASE_URL": database.url, **names, **more})


def _rotate(database, keys_file, *, removes_old=False, settle_seconds=0.0, **more):
    said = io.StringIO()
    settings = _settings(database, keys_file, **more)
    rotate(settings, Console(file=said, width=200), removes_old=removes_old, settle_seconds=settle_seconds)
    return said.getvalue()


def _reads(database):
    with database.unit_of_work() as uow:
        request = uow.requests.find_by_reference("R-7K3QF-E")
        (case,) = uow.cases.of_contact(request.contact_id)
        first = uow.messages.in_conversation(request.conversation_id, after=0)[0]
        step = uow.requests.steps_of(request.id)[0]
        forms = uow.forms.of_contact(request.contact_id)
        return (request.answers["full_name"], first.text, case.topic, step.reason, [form.answers for form in forms])


KNOWN = (NAME, SAID, "report_detention", SAID, [{"full_name": NAME}])


def test_after_a_rotation_the_new_key_alone_opens_everything(database, process, keys_file):
    said = _rotate(database, keys_file)
    new, old = read_keys(keys_file)
    assert old == database.keys[0]
    assert name_of(old) in said
    assert new not in said + old
    alone = database.with_keys((new,))
    assert count_old(alone.engine, alone.cipher) == 0
    assert _reads(alone) == KNOWN
    with alone.engine.connect() as connection:
        assert SAID in alone.cipher.decrypt(connection.execute(text("SELECT data FROM events")).scalar())


def test_every_column_that_holds_a_token_is_known(database, process):
    # What begins like a Fernet token is one: version 0x80 and a time, in base 64.
    known = {(where.table, where.column) for where in encrypted_columns(database.engine)}
    found = set()
    for table in (*{where.table for where in encrypted_columns(database.engine)}, "contact", "conversation", "inbound_id"):
        with database.engine.connect() as connection:
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings().all()
        found |= {(table, name) for row in rows for name, value in row.items() if str(value).startswith("gAAAA")}
    assert found <= known
    assert len(found) > 10


def test_a_process_that_runs_reads_and_writes_on_through_it_all(database, process, keys_file):
    old = read_keys(keys_file)[0]
    _rotate(database, keys_file)
    assert _reads(process) == KNOWN
    write(process, "written after the rotation", clock=FakeClock())
    new_alone = database.with_keys((read_keys(keys_file)[0],))
    assert count_old(new_alone.engine, new_alone.cipher) == 0
    _rotate(database, keys_file, removes_old=True)
    assert old not in read_keys(keys_file)
    assert _reads(process) == KNOWN
    write(process, "written after the removal", clock=FakeClock())


def test_a_process_that_slept_through_two_rotations_wakes_up(database, process, keys_file):
    for _ in range(2):
        _rotate(database, keys_file)
        _rotate(database, keys_file, removes_old=True)
    assert len(read_keys(keys_file)) == 1
    assert _reads(process) == KNOWN


def test_the_hash_key_stays_so_that_people_are_recognised(database, process, keys_file):
    before = keys_file.read_text().splitlines()
    _rotate(database, keys_file)
    after = keys_file.read_text().splitlines()
    assert (after[0], after[2]) == (before[0], before[2])
    assert stat.S_IMODE(keys_file.stat().st_mode) == 0o600
    again = write(process, "hello again", clock=FakeClock())
    with process.unit_of_work() as uow:
        assert uow.requests.of_contact(again.contact_id)


@pytest.mark.parametrize("killed_after", [0, 1, 3, 6])
def test_killed_anywhere_it_goes_on_when_it_is_called_again(database, process, keys_file, monkeypatch, killed_after):
    monkeypatch.setattr(rotation, "BATCH", 1)
    put_in_front(keys_file)
    keys = read_keys(keys_file)
    both = database.with_keys(keys)
    commits = []

    def die(_connection):
        if len(commits) >= killed_after:
            raise KeyboardInterrupt
        commits.append(1)

    event.listen(both.engine, "commit", die)
    with pytest.raises(KeyboardInterrupt):
        renew_all(both.engine, both.cipher)
    event.remove(both.engine, "commit", die)
    # Everything is readable in between, by who runs and by who starts now
    assert _reads(process) == _reads(_process(database, keys_file)) == KNOWN
    said = _rotate(database, keys_file)
    assert "finished" in said
    assert read_keys(keys_file) == keys
    alone = database.with_keys(keys[:1])
    assert count_old(alone.engine, alone.cipher) == 0


def test_what_somebody_changes_meanwhile_is_left_as_they_wrote_it(database, process, keys_file):
    put_in_front(keys_file)
    both = database.with_keys(read_keys(keys_file))
    renew, corrections = both.cipher.renew, []

    def renew_slowly(token):
        if NAME in both.cipher.decrypt(token) and not corrections:
            corrections.append(token)
            with process.unit_of_work() as uow:
                uow.requests.find_by_reference("R-7K3QF-E").answers = {"full_name": "Corrected"}
                uow.commit()
        return renew(token)

    both.cipher.renew = renew_slowly
    renew_all(both.engine, both.cipher)
    assert _reads(process)[0] == "Corrected"


def test_old_keys_are_not_removed_right_after_they_were_in_use(database, process, keys_file):
    _rotate(database, keys_file)
    with pytest.raises(WrongState, match="try again"):
        _rotate(database, keys_file, removes_old=True, settle_seconds=60)
    long_ago = keys_file.stat().st_mtime - 61
    os.utime(keys_file, (long_ago, long_ago))
    _rotate(database, keys_file, removes_old=True, settle_seconds=60)
    assert len(read_keys(keys_file)) == 1


def test_what_was_written_late_with_an_old_key_is_renewed_before_that_key_goes(database, process, keys_file):
    _rotate(database, keys_file)
    # A process whose keys come from the environment follows no file
    late = database.with_keys(database.keys)
    write(late, "late", clock=FakeClock(), number="+218910000009")
    _rotate(database, keys_file, removes_old=True)
    alone = database.with_keys(read_keys(keys_file))
    assert count_old(alone.engine, alone.cipher) == 0


def test_a_rotation_and_the_end_of_the_old_keys_stand_in_the_audit_log(database, process, keys_file):
    _rotate(database, keys_file)
    new, old = read_keys(keys_file)
    _rotate(database, keys_file, removes_old=True)
    _rotate(database, keys_file, removes_old=True)
    with database.with_keys((new,)).unit_of_work() as uow:
        told = [(one.act, one.staff_id, one.detail) for one in uow.audit.entries(limit=9)]
    assert told == [(Act.KEYS_ROTATED, None, name_of(new)), (Act.OLD_KEYS_REMOVED, None, name_of(old))]


def test_with_one_key_there_is_nothing_to_remove(database, process, keys_file):
    assert "nothing to remove" in _rotate(database, keys_file, removes_old=True)
    assert len(read_keys(keys_file)) == 1


def test_keys_of_the_environment_are_not_touched_and_it_is_said_what_to_do(database, process, keys_file):
    other = new_key()
    before = keys_file.read_text()
    for removes_old in (False, True):
        said = _rotate(database, keys_file, removes_old=removes_old, DALEEL_KEYS=other)
        assert "Rotate by hand" in said
        assert other not in said
    assert keys_file.read_text() == before


def test_with_two_keys_in_the_environment_all_data_are_written_anew(database, process, keys_file):
    new = new_key()
    said = _rotate(database, keys_file, DALEEL_KEYS=f"{new},{database.keys[0]}")
    assert name_of(database.keys[0]) in said
    alone = database.with_keys((new,))
    assert _reads(alone) == KNOWN


def test_a_second_rotation_at_once_is_refused(database, process, keys_file):
    with only_one(keys_file.parent), pytest.raises(WrongState, match="another rotation"):
        _rotate(database, keys_file)


def test_data_that_no_key_opens_stop_it_before_a_key_is_removed(database, process, keys_file):
    _rotate(database, keys_file)
    stranger = database.with_keys((new_key(),))
    write(stranger, "lost", clock=FakeClock(), number="+218910000009")
    with pytest.raises(ConfigurationError, match="no key"):
        _rotate(database, keys_file, removes_old=True)
    assert len(read_keys(keys_file)) == 2


# Ciphers and the file


def test_a_cipher_of_keys_that_are_not_the_files_ignores_the_file(keys_file):
    mine = new_key()
    cipher = Cipher(FileKeys((mine,), keys_file), hash_key="x")
    replace_keys(keys_file, (new_key(),))
    assert Cipher((mine,), hash_key="x").decrypt(cipher.encrypt("hello")) == "hello"


@pytest.mark.parametrize("content", ["", "DALEEL_KEYS=\n", "DALEEL_KEYS=no key\n", None])
def test_a_file_that_somebody_broke_changes_nothing_for_who_runs(database, keys_file, content):
    cipher = Cipher(FileKeys(database.keys, keys_file), hash_key="x")
    token = cipher.encrypt("hello")
    keys_file.unlink() if content is None else keys_file.write_text(content)
    assert cipher.decrypt(token) == "hello"
    assert database.cipher.decrypt(cipher.encrypt("more")) == "more"


def test_keys_do_not_show(database, keys_file):
    keys = FileKeys(database.keys, keys_file)
    assert database.keys[0] not in repr(keys) + repr(Cipher(keys, hash_key="x"))


def test_settings_keys_follow_the_file_that_daleel_made(tmp_path, monkeypatch):
    for name in ("DALEEL_KEYS", "DALEEL_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DALEEL_HOME", str(tmp_path))
    make_keys(tmp_path)
    settings = load_settings(read_environment())
    cipher = Cipher(settings.keys, hash_key=settings.secret_key)
    put_in_front(tmp_path / "keys.env")
    token = cipher.encrypt("hello")
    assert Cipher(read_keys(tmp_path / "keys.env")[:1], hash_key="x").decrypt(token) == "hello"


def test_the_command_rotates(sqlite_database, tmp_path, monkeypatch):
    monkeypatch.delenv("DALEEL_KEYS", raising=False)
    monkeypatch.setenv("DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("DALEEL_HOME", str(tmp_path))
    (tmp_path / "keys.env").write_text(f"DALEEL_KEYS={sqlite_database.keys[0]}\nDALEEL_SECRET_KEY={'x' * 40}\n")
    made = CliRunner().invoke(app, ["keys", "rotate"])
    assert made.exit_code == 0
    assert len(read_keys(tmp_path / "keys.env")) == 2
    assert isinstance(CliRunner().invoke(app, ["keys", "rotate", "--remove-old"]).exception, WrongState)
