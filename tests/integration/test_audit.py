"""The audit log on both databases: added to only, sealed, and what is done to it behind the hotline's back is found."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.commands.doctor import audit_note
from bot.domain.audit import Act
from bot.domain.errors import ConfigurationError
from bot.services.audit import Checked, all_audit, list_audit, verify_chain
from bot.services.audit_ports import THE_HOTLINE, AuditFilter
from bot.services.privacy import erase_contact
from bot.storage.audit import SqlAudit
from bot.storage.backup import copy_database, put_database
from bot.storage.cipher import Cipher, new_key
from bot.storage.rotation import renew_all
from tests.fakes import FakeClock
from tests.integration.database import in_threads
from tests.integration.privacy_steps import NAME, NUMBER, SAID, fill, make_events_table

clock = FakeClock()
TRIGGERS = ("audit_no_change", "audit_no_removal", "audit_no_replacement", "audit_head_not_back", "audit_head_no_removal")


def add(database, number=1, act=Act.SEARCHED, *, staff_id=7, subject="", detail="by reference"):
    """Write entries, each in its own transaction."""
    for _ in range(number):
        with database.unit_of_work() as uow:
            uow.audit.add(act, staff_id=staff_id, at=clock(), subject=subject, detail=detail)
            uow.commit()


def verify(database, **how):
    with database.unit_of_work() as uow:
        return verify_chain(uow.audit, **how)


def change(database, *statements):
    """Do what a thief with the database's password does: without the triggers."""
    with database.engine.begin() as connection:
        for name in TRIGGERS:
            of = "audit_head" if "head" in name else "audit_entry"
            drop = f"DROP TRIGGER IF EXISTS {name}"
            connection.execute(text(drop if database.engine.dialect.name == "sqlite" else f"{drop} ON {of}"))
        for statement in statements:
            connection.execute(text(statement))


def test_two_hundred_entries_of_several_at_once_are_one_chain(database):
    numbers = count()

    def act():
        for _ in range(25):
            add(database, subject=f"R-{next(numbers)}")

    assert [error for error in in_threads(8, act) if error] == []
    assert verify(database) == Checked(200, None, is_whole=True)
    with database.unit_of_work() as uow:
        assert [one.position for one in uow.audit.entries(limit=500)] == list(range(1, 201))


def test_who_acts_on_two_cases_in_opposite_orders_is_not_held_up_by_the_log(database):
    # Given two rows, which stand for two cases
    with database.unit_of_work() as uow:
        for name in ("one", "two"):
            uow.marks.set(name, clock())
        uow.commit()
    orders = iter([("one", "two"), ("two", "one")] * 10)

    def act():
        first, second = next(orders)
        with database.unit_of_work() as uow:
            uow.audit.add(Act.CASE_CLAIMED, staff_id=1, at=clock())
            uow.marks.set(first, clock())
            uow.commit()
        with database.unit_of_work() as uow:
            # An act that is recorded before its row is changed: the end of the chain must not be locked meanwhile.
            uow.audit.add(Act.CASE_CLAIMED, staff_id=2, at=clock())
            uow.marks.set(second, clock())
            uow.audit.add(Act.CASE_RELEASED, staff_id=2, at=clock())
            uow.commit()

    assert [error for error in in_threads(10, act) if error] == []
    assert verify(database) == Checked(30, None, is_whole=True)


def test_the_end_of_the_chain_is_locked_by_the_commit_only(database):
    with database.unit_of_work() as slow, database.unit_of_work() as quick:
        slow.audit.add(Act.SEARCHED, staff_id=1, at=clock())
        quick.audit.add(Act.SEARCHED, staff_id=2, at=clock())
        quick.commit()
        slow.commit()
    assert verify(database).through == 2


def test_an_act_that_is_rolled_back_leaves_no_entry(database):
    with database.unit_of_work() as uow:
        uow.audit.add(Act.SEARCHED, staff_id=1, at=clock())
    with database.unit_of_work() as uow:
        uow.audit.add(Act.SEARCHED, staff_id=1, at=clock())
        uow.session.rollback()
        uow.audit.add(Act.EXPORTED, staff_id=1, at=clock())
        uow.commit()
    with database.unit_of_work() as uow:
        assert [one.act for one in uow.audit.entries(limit=5)] == [Act.EXPORTED]


def test_pieces_of_one_transaction_give_their_entries_at_its_end(database):
    with database.unit_of_work() as uow:
        for act in (Act.SEARCHED, Act.EXPORTED):
            with uow.part():
                uow.audit.add(act, staff_id=1, at=clock())
                uow.commit()
        assert uow.audit.head()[0] == 0
        uow.commit()
        uow.commit()
    assert verify(database) == Checked(2, None, is_whole=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET staff_id = 8 WHERE position = 2",
        "UPDATE audit_entry SET at = at",
        "DELETE FROM audit_entry WHERE position = 2",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET position = 1",
    ],
)
def test_the_database_refuses_to_change_the_log(database, statement):
    add(database, 3)
    with pytest.raises(DBAPIError, match="only added to"), database.engine.begin() as connection:
        connection.execute(text(statement))
    assert verify(database) == Checked(3, None, is_whole=True)


def test_the_database_refuses_each_ones_own_way_around_the_triggers(database):
    add(database, 3)
    ways = {
        "postgresql": ["TRUNCATE audit_entry", "TRUNCATE audit_head"],
        "sqlite": ["INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE position = 2"],
    }
    for way in ways[database.engine.dialect.name]:
        with pytest.raises(DBAPIError, match="only added to"), database.engine.begin() as connection:
            connection.execute(text(way))
    assert verify(database).is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET staff_id = 8 WHERE position = 3",
        "UPDATE audit_entry SET staff_id = NULL WHERE position = 3",
        "UPDATE audit_entry SET act = 'exported' WHERE position = 3",
        "UPDATE audit_entry SET act = 'nothing_we_know' WHERE position = 3",
        "UPDATE audit_entry SET subject = 'R-00000-0' WHERE position = 3",
        "UPDATE audit_entry SET at = '2020-01-01 00:00:00.000000' WHERE position = 3",
        "UPDATE audit_entry SET detail = 'not encrypted' WHERE position = 3",
        "UPDATE audit_entry SET detail = (SELECT detail FROM audit_entry WHERE position = 6) WHERE position = 3",
        "UPDATE audit_entry SET hash = 'x' WHERE position = 3",
        "DELETE FROM audit_entry WHERE position = 3",
        "UPDATE audit_entry SET position = 30 WHERE position = 3",
    ],
)
def test_a_forged_entry_is_found(database, statement):
    add(database, 5)
    add(database, 1, detail="by phone")
    change(database, statement)
    assert verify(database) == Checked(2, 3, is_whole=False)


def test_a_time_that_is_none_is_found(sqlite_database):
    add(sqlite_database, 4)
    change(sqlite_database, "UPDATE audit_entry SET at = 'long ago' WHERE position = 2")
    assert verify(sqlite_database) == Checked(1, 2, is_whole=False)


def test_an_entry_that_somebody_seals_with_another_key_is_found(database):
    add(database, 3)
    forger = database.with_keys(database.keys)
    change(database, "DELETE FROM audit_entry WHERE position = 3", "UPDATE audit_head SET position = 2")
    with forger.unit_of_work() as uow:
        last = uow.audit.links(after=1, limit=1)[0].hash
        uow.session.execute(text("UPDATE audit_head SET hash = :hash"), {"hash": last})
        other = SqlAudit(uow.session, Cipher(database.keys, hash_key="another key"))
        other.add(Act.LOGGED_IN, staff_id=7, at=clock())
        uow.commit()
    assert verify(database) == Checked(2, 3, is_whole=False)


@pytest.mark.parametrize(
    ("statements", "at"),
    [
        (["DELETE FROM audit_entry WHERE position > 3"], 4),
        (["DELETE FROM audit_entry"], 1),
        (["DELETE FROM audit_entry WHERE position > 3", "UPDATE audit_head SET position = 3"], 3),
        (["UPDATE audit_head SET position = 3, hash = (SELECT hash FROM audit_entry WHERE position = 3)"], 4),
        (["DELETE FROM audit_head"], 1),
    ],
)
def test_an_end_that_was_cut_off_is_found(database, statements, at):
    add(database, 5)
    change(database, *statements)
    found = verify(database)
    assert (found.broken_at, found.is_whole) == (at, False)


def test_a_long_chain_is_checked_in_pieces(database):
    add(database, 12)
    first = verify(database, most=5)
    assert (first.broken_at, first.is_whole) == (None, False)
    with database.unit_of_work() as uow:
        steps = [verify_chain(uow.audit, after=n, most=4) for n in (0, 4, 8)]
    assert steps[-1] == Checked(12, None, is_whole=True)
    change(database, "DELETE FROM audit_entry WHERE position = 8")
    assert verify(database, after=8) == Checked(7, 8, is_whole=False)


def test_an_empty_log_is_whole(database):
    assert verify(database) == Checked(0, None, is_whole=True)


def test_rotated_keys_leave_the_chain_whole_and_the_details_readable(database):
    add(database, 3)
    newer = database.with_keys((new_key(), *database.keys))
    assert renew_all(newer.engine, newer.cipher) == 3
    only_new = database.with_keys(newer.keys[:1])
    assert verify(only_new) == Checked(3, None, is_whole=True)
    with only_new.unit_of_work() as uow:
        assert {one.detail for one in uow.audit.entries(limit=5)} == {"by reference"}


def test_a_restored_log_is_whole_and_goes_on(database, tmp_path):
    add(database, 3)
    database.engine.dispose()
    copy_database(database.url, tmp_path / "copy")
    add(database, 2)
    database.engine.dispose()
    put_database(database.url, tmp_path / "copy")
    assert verify(database) == Checked(3, None, is_whole=True)
    add(database, 2)
    assert verify(database) == Checked(5, None, is_whole=True)
    with pytest.raises(DBAPIError, match="only added to"), database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry"))


def test_details_are_encrypted(database):
    add(database)
    with database.engine.connect() as connection:
        assert "reference" not in connection.execute(text("SELECT detail FROM audit_entry")).scalar()


def test_erasing_a_person_leaves_the_log_which_names_nobody(database):
    make_events_table(database)
    fill(database, clock=clock)
    add(database, 2, Act.REQUEST_SHOWN, subject="R-7K3QF-E")
    with database.unit_of_work() as uow:
        before = list(uow.audit.entries(limit=9))
        erase_contact(uow, uow.requests.find_by_reference("R-7K3QF-E").contact_id, clock=clock)
    with database.unit_of_work() as uow:
        after = list(uow.audit.entries(limit=9))
    assert before == after[: len(before)]
    assert [secret for secret in (NAME, NUMBER, SAID) if secret in str(after)] == []
    assert verify(database).is_whole


def test_entries_are_found_by_who_what_about_and_when(database):
    add(database, 2, Act.EXPORTED, staff_id=1, subject="requests")
    add(database, 3, Act.SEARCHED, staff_id=2)
    add(database, 1, Act.PERSON_ERASED, staff_id=None, subject="abc")
    later = clock() + timedelta(days=1)

    def found(**wanted):
        with database.unit_of_work() as uow:
            return [one.position for one in uow.audit.newest(AuditFilter(**wanted), before=None, limit=10)]

    assert found() == [6, 5, 4, 3, 2, 1]
    assert found(staff_id=2) == [5, 4, 3]
    assert found(staff_id=THE_HOTLINE) == [6]
    assert found(act=Act.EXPORTED, staff_id=1) == [2, 1]
    assert found(subject="abc") == [6]
    assert found(since=clock() + timedelta(hours=1)) == []
    assert found(until=later) == [6, 5, 4, 3, 2, 1]


def test_pages_go_on_where_the_last_one_ended(database):
    with database.unit_of_work() as uow:
        for _ in range(230):
            uow.audit.add(Act.SEARCHED, staff_id=1, at=clock())
        uow.commit()
        page, seen = list_audit(uow.audit, AuditFilter()), []
        seen += page.entries
        while page.next_before is not None:
            page = list_audit(uow.audit, AuditFilter(), before=page.next_before)
            seen += page.entries
        assert [one.position for one in seen] == list(range(230, 0, -1))
        assert len(list(all_audit(uow.audit, AuditFilter(), most=210))) == 210
    assert max(Counter(one.position for one in seen).values()) == 1


def test_doctor_says_in_a_line_whether_the_log_is_whole(database):
    add(database, 3)
    parts = SimpleNamespace(unit_of_work=database.unit_of_work)
    assert audit_note(parts) == "3 entries, none changed"
    change(database, "DELETE FROM audit_entry WHERE position = 2")
    with pytest.raises(ConfigurationError, match="entry 2"):
        audit_note(parts)
