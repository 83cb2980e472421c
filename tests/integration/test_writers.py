"""Writers of one SQLite file take turns."""

from __future__ import annotations

import multiprocessing
import threading
import time

import pytest
from sqlalchemy import text

from bot.storage import tables, writers
from bot.storage.cipher import Cipher, new_key
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import SqlUnitOfWork
from bot.wiring import now


@pytest.fixture
def open_engine(tmp_path):
    """A function that opens the same file once more."""
    cipher = Cipher((new_key(),), hash_key="key")

    def make():
        return make_engine(f"sqlite:///{tmp_path / 'daleel.db'}", cipher)

    tables.metadata.create_all(make())
    return make


def _write(engine, name):
    with SqlUnitOfWork(engine, engine.dialect.cipher) as uow:
        uow.marks.set(name, now())
        uow.commit()


def _hold_turn(path, has_turn, may_end):
    connection = writers.TurnTaking(path)
    connection.turns_path = f"{path}-turns"
    connection.take_turn()
    has_turn.set()
    may_end.wait(20)


def test_the_next_writer_waits_and_then_writes(open_engine):
    first, second = open_engine(), open_engine()
    with SqlUnitOfWork(first, first.dialect.cipher) as uow:
        uow.marks.set("first", now())
        other = threading.Thread(target=_write, args=(second, "second"))
        other.start()
        other.join(0.2)
        assert other.is_alive()
        uow.commit()
    other.join(5)

    assert not other.is_alive()
    with SqlUnitOfWork(first, first.dialect.cipher) as uow:
        assert uow.marks.get("second") is not None


def test_a_transaction_that_is_rolled_back_ends_its_turn(open_engine):
    first, second = open_engine(), open_engine()
    with SqlUnitOfWork(first, first.dialect.cipher) as uow:
        uow.marks.set("first", now())

    started = time.monotonic()
    _write(second, "second")
    assert time.monotonic() - started < writers.LONGEST_WAIT / 2


def test_reading_needs_no_turn(open_engine):
    first, second = open_engine(), open_engine()
    with SqlUnitOfWork(first, first.dialect.cipher) as uow:
        uow.marks.set("first", now())
        with second.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM mark")).scalar() == 0


def test_a_process_that_dies_gives_its_turn_back(open_engine, tmp_path):
    context = multiprocessing.get_context("spawn")
    has_turn, may_end = context.Event(), context.Event()
    process = context.Process(target=_hold_turn, args=(str(tmp_path / "daleel.db"), has_turn, may_end))
    process.start()
    assert has_turn.wait(20)
    process.kill()
    process.join()

    started = time.monotonic()
    _write(open_engine(), "mine")
    assert time.monotonic() - started < writers.LONGEST_WAIT / 2


def test_a_turn_that_nobody_gives_back_stops_nobody_for_ever(open_engine, tmp_path, monkeypatch):
    monkeypatch.setattr(writers, "LONGEST_WAIT", 0.2)
    holder = writers.TurnTaking(str(tmp_path / "daleel.db"))
    holder.turns_path = f"{tmp_path / 'daleel.db'}-turns"
    holder.take_turn()

    _write(open_engine(), "mine")
    _write(open_engine(), "again")
    holder.close()


def test_a_file_of_turns_that_cannot_be_opened_is_no_reason_not_to_write(open_engine, tmp_path):
    (tmp_path / "daleel.db-turns").mkdir()

    _write(open_engine(), "mine")
    _write(open_engine(), "again")
