"""Daily counts on both databases: every message once, whoever counts, and whatever becomes of it later."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest
from sqlalchemy import select, text

from bot.delivery.chores import count_every_minute
from bot.domain.conversations import Direction, InboundState
from bot.domain.deliveries import OutboundState
from bot.domain.opening_hours import OpeningHours
from bot.services.counts import count_messages
from bot.services.privacy import erase_contact
from bot.storage import tables
from bot.storage.unit_of_work import SqlUnitOfWork
from bot.wiring import new_id
from tests.builders import NOON, make_address, make_contact, make_conversation, make_message
from tests.fakes import FakeClock
from tests.integration.database import in_threads
from tests.integration.privacy_steps import make_events_table
from tests.integration.worker_steps import PartsOver, run_until

clock = FakeClock()
ONLY_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
"""SQLite has one writer at a time."""
HANDLED = {"state": InboundState.HANDLED.value, "handled_at": NOON}


@pytest.fixture
def person(database):
    """A person whose conversation is in French."""
    with database.unit_of_work() as uow:
        uow.contacts.add(make_contact())
        uow.contacts.add_address(make_address())
        uow.conversations.add(make_conversation(language="fr"))
        uow.commit()
    return database


def say(database, number=1, *, direction=Direction.INBOUND, **changes):
    """Store messages."""
    changes = {**(HANDLED if direction is Direction.INBOUND else {}), **changes}
    with database.unit_of_work() as uow:
        for _ in range(number):
            uow.messages.add(make_message(direction, **{"id": new_id(), **changes}))
        uow.commit()


def count(database, **how):
    with database.unit_of_work() as uow:
        return count_messages(uow, clock=clock, **how)


def counts(database, *, of="inbound", by="channel"):
    table = tables.daily_count.c
    query = select(table.value, table["count"]).where(table.of == of, table.by == by)
    with database.engine.connect() as connection:
        return dict(connection.execute(query.order_by(table.value)).all())


def test_an_inbound_message_is_counted_by_one_property_at_a_time(person):
    say(person, decision="answer", topic="return_cost")
    say(person, decision="fallback")
    assert count(person) == 2
    assert counts(person) == {"telegram": 2}
    assert counts(person, by="language") == {"fr": 2}
    assert counts(person, by="decision") == {"answer": 1, "fallback": 1}
    assert counts(person, by="topic") == {"return_cost": 1}
    assert counts(person, by="hour") == {"12": 2}


def test_a_topic_that_was_only_guessed_is_not_counted(person):
    say(person, decision="suggest", topic="return_cost")
    say(person, decision="answer", topic="no_topic_of_ours")
    count(person)
    assert counts(person, by="topic") == {}


def test_outbound_messages_count_once_they_left(person):
    states = {"sent": 2, "delivered": 2, "read": 2, "undelivered": 2, "failed": 0, "withdrawn": 0}
    for state in states:
        say(person, direction=Direction.OUTBOUND, state=state)
        say(person, direction=Direction.OUTBOUND, state=state, author_id=3)
    assert count(person) == 12
    assert counts(person, of="outbound", by="author") == {"assistant": 4, "staff": 4}
    assert counts(person, of="outbound") == {"telegram": 8}


@pytest.mark.parametrize("state", [OutboundState.QUEUED, OutboundState.SENDING, OutboundState.HELD, OutboundState.UNKNOWN])
def test_what_is_on_its_way_is_counted_later(person, state):
    say(person, direction=Direction.OUTBOUND, state=state.value)
    say(person, state=InboundState.RECEIVED.value)
    assert count(person) == 0
    with person.engine.begin() as connection:
        connection.execute(text("UPDATE message SET state = 'sent' WHERE direction = 'outbound'"))
        connection.execute(text("UPDATE message SET state = 'handled' WHERE direction = 'inbound'"))
    assert count(person) == 2


def test_nothing_is_counted_twice(person):
    say(person, 7)
    assert [count(person, limit=5), count(person, limit=5), count(person, limit=5)] == [5, 2, 0]
    say(person)
    count(person)
    assert counts(person) == {"telegram": 8}


def test_two_workers_count_each_message_once(person):
    say(person, 60)

    def work():
        while count(person, limit=7):
            pass

    assert [error for error in in_threads(4, work) if error] == []
    count(person)
    assert counts(person) == {"telegram": 60}


def test_a_worker_that_dies_half_way_leaves_nothing_out_and_nothing_twice(person):
    say(person, 9)

    class Killed(Exception):
        pass

    with pytest.raises(Killed), person.unit_of_work() as uow:

        def die():
            raise Killed

        uow.commit = die
        count_messages(uow, clock=clock)
    assert counts(person) == {}
    assert count(person) == 9
    assert counts(person) == {"telegram": 9}


@ONLY_POSTGRESQL
def test_a_message_that_was_stored_before_another_and_appears_after_it_is_counted(person):
    # Given a transaction that has stored a message, and has not committed when a later one was counted
    with person.unit_of_work() as slow:
        slow.messages.add(make_message(id=new_id(), **HANDLED))
        slow.session.flush()
        say(person)
        assert count(person) == 1
        slow.commit()
    assert count(person) == 1
    assert counts(person) == {"telegram": 2}


@ONLY_POSTGRESQL
def test_a_message_that_somebody_changes_now_is_left_for_the_next_time(person):
    say(person, 2)
    with person.unit_of_work() as busy:
        first = busy.session.execute(select(tables.message.c.id).order_by(tables.message.c.position).limit(1)).scalar()
        busy.outbox.lock(first)
        assert count(person) == 1
    assert count(person) == 1


def test_days_and_hours_are_those_of_the_office(person):
    from zoneinfo import ZoneInfo

    say(person, created_at=datetime(2026, 11, 24, 22, 30, tzinfo=timezone.utc))
    with SqlUnitOfWork(person.engine, person.cipher, OpeningHours(zone=ZoneInfo("Africa/Tripoli"))) as uow:
        count_messages(uow, clock=clock)
    table = tables.daily_count.c
    with person.engine.connect() as connection:
        assert connection.execute(select(table.day).distinct()).scalars().all() == [date(2026, 11, 25)]
    assert counts(person, by="hour") == {"00": 1}


def test_erasing_a_person_and_taking_away_what_is_old_leave_the_counts(person):
    make_events_table(person)
    say(person, 3, decision="answer", topic="return_cost")
    count(person)
    with person.unit_of_work() as uow:
        erase_contact(uow, "contact", clock=clock)
    count(person)
    assert counts(person) == {"telegram": 3}
    assert counts(person, by="topic") == {"return_cost": 3}
    with person.engine.begin() as connection:
        connection.execute(text("DELETE FROM message"))
    assert count(person) == 0
    assert counts(person) == {"telegram": 3}


def test_only_topics_that_are_counted_are_decrypted(person):
    say(person, 3, decision="answer", topic="return_cost", text="hello")
    say(person, 3, decision="suggest", topic="return_cost")
    opened = []
    decrypt = person.cipher.decrypt
    person.cipher.decrypt = lambda token: opened.append(token) or decrypt(token)
    count(person)
    assert len(opened) == 3


async def test_the_worker_counts_by_itself(person):
    say(person, 4)
    await run_until(lambda stop: count_every_minute(PartsOver(person), stop), lambda: counts(person) == {"telegram": 4})


async def test_a_fault_while_counting_is_logged_by_its_class(person, process_log):
    class Broken(PartsOver):
        def unit_of_work(self, *, is_durable=False):
            raise KeyError("4711")

    start = lambda stop: count_every_minute(Broken(person), stop)  # noqa: E731
    await run_until(start, lambda: "counting_failed error_class=KeyError" in process_log.getvalue())
    assert "4711" not in process_log.getvalue()
