"""What staff accounts ask of the database, on both kinds: what happens at the same moment happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.domain.errors import NotAllowed, NotFound, WrongState
from bot.domain.staff import Role
from bot.services import login, staff
from bot.storage.staff import SqlStaffMembers
from tests.fakes import FakeClock


@pytest.fixture
def clock():
    """A clock that stands still."""
    return FakeClock()


@contextmanager
def _members(database):
    with Session(database.engine, future=True) as session:
        yield SqlStaffMembers(session, database.cipher)


@pytest.fixture
def amal(database, clock):
    """The id of a caseworker with a password."""
    return _hired(database, clock, "amal@example.org", Role.CASEWORKER)


def _hired(database, clock, email, *roles):
    with _members(database) as members:
        token = staff.invite(members, email, name="", roles=roles, clock=clock)
        return staff.accept_invitation(members, token, email=email, name="A", password_hash="x", clock=clock).id


def _at_once(database, act, count=8):
    def run(_):
        with _members(database) as members:
            return act(members)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_wrong_passwords_at_the_same_moment_all_count(database, clock, amal):
    _at_once(database, lambda members: login.record_failure(members, members.get(amal), clock=clock), count=login.MAX_FAILURES)
    with _members(database) as members:
        assert login.is_locked(members.get(amal), clock())


def test_a_lock_ends_by_itself_and_is_not_made_longer_by_more_tries(database, clock, amal):
    with _members(database) as members:
        for _ in range(login.MAX_FAILURES + 3):
            login.record_failure(members, members.get(amal), clock=clock)
        assert members.get(amal).locked_until == clock() + login.LOCK_TIME
        assert not login.may_log_in(members, members.get(amal), clock=clock)
        later = clock() + login.LOCK_TIME
        assert login.may_log_in(members, members.get(amal), clock=lambda: later)
        assert not login.may_log_in(members, members.get(amal), clock=lambda: later - timedelta(seconds=1))


def test_a_right_password_is_refused_when_the_account_was_locked_while_it_was_checked(database, clock, amal):
    with _members(database) as members, _members(database) as others:
        member = members.get(amal)
        members.commit()
        for _ in range(login.MAX_FAILURES):
            login.record_failure(others, others.get(amal), clock=clock)
        assert not login.may_log_in(members, member, clock=clock)


def test_a_code_that_two_requests_bring_at_once_is_taken_once(database, amal):
    def take(members):
        is_first = members.use_counter(members.get(amal), 1000)
        members.commit()
        return is_first

    assert sorted(_at_once(database, take)) == [False] * 7 + [True]
    with _members(database) as members:
        assert [members.use_counter(members.get(amal), counter) for counter in (999, 1001, 1001)] == [False, True, False]


def test_a_recovery_code_that_two_requests_bring_at_once_is_used_once(database, clock, amal):
    with _members(database) as members:
        login.set_recovery_codes(members, members.get(amal), ["aaaa-1111", "bbbb-2222"], clock=clock)

    def use(members):
        is_good = login.use_recovery_code(members, members.get(amal), "AAAA 1111")
        members.commit()
        return is_good

    assert sorted(_at_once(database, use)) == [False] * 7 + [True]
    with _members(database) as members:
        assert len(members.get(amal).mf_recovery_codes) == 1
        assert login.use_recovery_code(members, members.get(amal), "bbbb2222")


def test_two_administrators_cannot_disable_each_other_at_once(database, clock):
    ids = [_hired(database, clock, f"{name}@example.org", Role.ADMINISTRATOR) for name in ("root", "second")]

    def disable(pair):
        by, of = pair
        with _members(database) as members:
            try:
                staff.disable_staff(members, members.get(of), clock=clock, by=by)
            except (WrongState, NotAllowed):
                return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(disable, [tuple(ids), tuple(reversed(ids))]))
    assert sorted(done) == [False, True]
    with _members(database) as members:
        assert sum(members.get(one).active for one in ids) == 1


def test_a_staff_member_who_is_not_there_is_not_found(database):
    with _members(database) as members, pytest.raises(NotFound):
        members.get(99)
