"""The dashboard's numbers on both databases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from sqlalchemy import insert

from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.opening_hours import OpeningHours
from bot.domain.staff import Grant, Role
from bot.services.dashboard import AGES, Figure, Share, make_dashboard
from bot.services.oversight_ports import CaseCount
from bot.storage import tables
from bot.wiring import new_id
from tests.builders import NOON, make_address, make_case, make_contact, make_conversation
from tests.fakes import FakeClock

clock = FakeClock()
NOW = clock()
ALL_KINDS = frozenset(CaseKind)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WAITING, RESOLVED = QueueState.WAITING, QueueState.RESOLVED


@pytest.fixture
def office(database):
    """A person with a conversation, which all cases are of."""
    with database.unit_of_work() as uow:
        uow.contacts.add(make_contact())
        uow.contacts.add_address(make_address())
        uow.conversations.add(make_conversation(last_inbound_at=NOW))
        uow.commit()
    return database


def add_cases(database, number=1, priority=Priority.NORMAL, **changes):
    """Store cases."""
    with database.unit_of_work() as uow:
        for _ in range(number):
            mark = new_id()
            fixed = {"id": mark, "reference": mark[:9], "opened_by_message_id": mark, "opened_at": NOW - HOUR}
            uow.cases.add(make_case(priority, **{**fixed, "waiting_since": None, "due_at": NOW + DAY, **changes}))
        uow.commit()


def ask(database, name, *kinds, **how):
    with database.unit_of_work() as uow:
        return getattr(uow.dashboard, name)(*kinds, **how)


def board(database, *roles, period=7):
    with database.unit_of_work() as uow:
        return make_dashboard(uow, roles or (Role.SUPERVISOR,), period=period, clock=clock)


def add_counts(database, *rows):
    names = ("day", "of", "by", "value", "count")
    with database.engine.begin() as connection:
        connection.execute(insert(tables.daily_count), [dict(zip(names, row, strict=True)) for row in rows])


@pytest.mark.parametrize(
    ("wait", "age"),
    [
        (timedelta(0), 0),
        (timedelta(minutes=14), 0),
        (timedelta(minutes=15), 1),
        (timedelta(minutes=119), 1),
        (timedelta(hours=2), 2),
        (timedelta(hours=24), 3),
        (timedelta(days=3), 4),
        (timedelta(days=40), 4),
    ],
)
def test_who_waits_is_counted_by_age_and_priority(office, wait, age):
    add_cases(office, 2, Priority.HIGH, waiting_since=NOW - wait)
    add_cases(office, 1, waiting_since=None)
    add_cases(office, 1, queue_state=RESOLVED, waiting_since=NOW - wait)
    assert ask(office, "waiting", ALL_KINDS, now=NOW, ages=AGES) == {(age, Priority.HIGH): 2}


@pytest.mark.parametrize(
    ("changes", "in_time"),
    [
        ({"in_time": True, "first_reply_at": NOW, "due_at": NOW - DAY}, True),
        ({"in_time": False, "first_reply_at": NOW}, False),
        ({"waiting_since": NOW - HOUR, "due_at": NOW + HOUR}, None),
        ({"waiting_since": NOW - HOUR, "due_at": NOW - HOUR}, False),
        # Cases from before it was recorded: by the clock.
        ({"first_reply_at": NOW - 59 * timedelta(minutes=1), "opened_at": NOW - DAY, "due_at": NOW}, True),
        ({"first_reply_at": NOW + timedelta(seconds=1), "opened_at": NOW - DAY}, False),
        ({"first_reply_at": NOW, "opened_at": NOW - DAY}, True),
        ({"resolved_at": NOW, "queue_state": RESOLVED, "opened_at": NOW - 2 * DAY}, False),
        # An erased one, of which nothing is known.
        ({"queue_state": RESOLVED, "due_at": NOW - DAY}, None),
    ],
)
def test_a_promise_is_kept_by_the_first_word_or_the_resolution(office, changes, in_time):
    add_cases(office, 3, place="tripoli", **changes)
    found = ask(office, "opened", ALL_KINDS, since=NOW - 10 * DAY, now=NOW)
    assert found == [CaseCount(CaseKind.QUESTION, "tripoli", in_time, 3)]


def test_cases_remember_whether_they_were_answered_in_time():
    late, early = (make_case(due_at=NOW + shift, waiting_since=NOW) for shift in (-HOUR, HOUR))
    for case in (late, early):
        case.take_conversation(3, NOW, team=None)
        case.resolve(3, NOW + 9 * DAY)
    assert (late.in_time, early.in_time) == (False, True)
    silent = make_case(due_at=NOW + HOUR)
    silent.resolve(3, NOW)
    assert silent.in_time is True


def test_times_to_reply_are_whole_minutes_rounded_up(office):
    for seconds in (0, 1, 60, 61, 3600):
        add_cases(office, opened_at=NOW - DAY, first_reply_at=NOW - DAY + timedelta(seconds=seconds))
    add_cases(office, opened_at=NOW - DAY)
    add_cases(office, opened_at=NOW - 9 * DAY, first_reply_at=NOW)
    assert ask(office, "minutes_to_reply", ALL_KINDS, since=NOW - 2 * DAY) == {0: 1, 1: 2, 2: 1, 60: 1}


def test_half_and_nine_tenths_of_the_times_are_given_of_twenty_or_more(office):
    for number, minutes in ((12, 10), (7, 60), (1, 600)):
        add_cases(office, number, opened_at=NOW - DAY, first_reply_at=NOW - DAY + timedelta(minutes=minutes))
    found = board(office)
    assert (found.median, found.ninth) == (timedelta(minutes=10), timedelta(minutes=60))
    assert board(office, period=7).replied == Figure(20)


def test_what_people_said_is_counted_by_the_day_of_the_resolution(office):
    resolved = {"queue_state": RESOLVED}
    add_cases(office, 18, resolved_at=NOW, helped=True, **resolved)
    add_cases(office, 6, resolved_at=NOW, helped=False, **resolved)
    add_cases(office, 5, resolved_at=NOW, helped=None, **resolved)
    add_cases(office, 9, resolved_at=NOW - 30 * DAY, helped=True, **resolved)
    found = board(office)
    assert found.said == Figure(25)
    assert found.helped == Share(80)


def test_a_conversation_without_a_case_was_with_the_assistant_alone(database):
    with database.unit_of_work() as uow:
        for number in range(40):
            uow.contacts.add(make_contact(f"c{number}"))
            address = make_address(f"c{number}", id=f"a{number}", address=f"sim:{number}", address_hash=f"h{number}")
            uow.contacts.add_address(address)
            ids = {"id": f"v{number}", "contact_id": f"c{number}", "channel_address_id": f"a{number}"}
            wrote = NOW if number < 30 else NOW - 20 * DAY
            uow.conversations.add(make_conversation(**ids, last_inbound_at=wrote))
        uow.commit()
    for number in range(10):
        add_cases(database, 2, contact_id=f"c{number}", conversation_id=f"v{number}")
    add_cases(database, contact_id="c11", conversation_id="v11", opened_at=NOW - 20 * DAY)
    add_cases(database, contact_id="c35", conversation_id="v35")
    assert ask(database, "conversations", ALL_KINDS, since=NOW - 7 * DAY) == (30, 10)
    assert board(database).alone == Share(67)


def test_complaints_are_left_out_for_all_but_those_who_are_named_for_them(office):
    today = NOW.date()
    add_cases(office, 10, kind=CaseKind.COMPLAINT, place="sebha", waiting_since=NOW)
    add_counts(
        office,
        (today, "inbound", "topic", "report_misconduct", 9),
        (today, "inbound", "topic", "return_cost", 9),
    )
    for roles in ({Role.SUPERVISOR}, {Role.ADMINISTRATOR}, {Role.AUDITOR}):
        found = board(office, *roles)
        assert (found.opened, found.waiting_all, found.counts_complaints) == (Figure(0), Figure(0), False)
        assert found.breakdowns["case.place"] == ()
        assert [row.value for row in found.breakdowns["inbound.topic"]] == ["return_cost"]
    found = board(office, Role.SUPERVISOR, Grant.COMPLAINTS)
    assert (found.opened, found.waiting_all) == (Figure(10), Figure(10))
    assert [row.value for row in found.breakdowns["inbound.topic"]] == ["report_misconduct", "return_cost"]


def test_a_period_is_whole_days_of_which_today_is_the_last(office):
    today = NOW.date()
    add_counts(
        office,
        *((today - timedelta(days=back), "inbound", "channel", "sms", 10 * (back + 1)) for back in (0, 6, 7)),
        (today, "outbound", "channel", "sms", 1000),
        (today, "inbound", "language", "ar", 10),
    )
    found = board(office, period=7)
    assert found.since == today - timedelta(days=6)
    assert [count for _, count in found.days] == [Figure(70), *[Figure(0)] * 5, Figure(10)]
    assert [(row.value, row.figure.rounded) for row in found.breakdowns["inbound.channel"]] == [("sms", 80)]
    midnight = datetime.combine(found.since, time(), timezone.utc)
    add_cases(office, 5, opened_at=midnight)
    add_cases(office, 5, opened_at=midnight - timedelta(seconds=1))
    assert board(office, period=7).opened == Figure(5)
    assert board(office, period=30).opened == Figure(10)


def test_the_first_day_begins_by_the_time_of_the_office(office):
    from zoneinfo import ZoneInfo

    with office.unit_of_work() as uow:
        uow.duty.hours = OpeningHours(zone=ZoneInfo("Pacific/Auckland"))
        found = make_dashboard(uow, {Role.AUDITOR}, period=7, clock=lambda: NOON)
    assert found.days[-1][0] == date(2026, 11, 25)


def test_one_to_four_are_hidden_wherever_they_stand(office):
    add_cases(office, 3, Priority.CRITICAL, place="kufra", waiting_since=NOW)
    add_cases(office, 20, place="tripoli", waiting_since=NOW)
    found, hidden = board(office), Figure(0, is_hidden=True)
    assert found.waiting[0][Priority.CRITICAL] == hidden
    assert found.waiting_by_priority[Priority.CRITICAL] == hidden
    assert found.waiting_by_age[0] == Figure(25)
    assert {row.value: row.figure for row in found.breakdowns["case.place"]} == {"tripoli": Figure(20), "kufra": hidden}


def test_an_empty_office_has_a_dashboard(database):
    found = board(database)
    assert (found.in_time, found.median, found.alone, found.helped) == (None, None, None, None)
    assert found.waiting_all == Figure(0)
