"""Erasing a person's data: nothing of them is left anywhere, and the same number starts anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from bot.delivery.chores import forget_on_request
from bot.domain.cases import EntryKind, QueueState
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction, InboundState
from bot.domain.deliveries import OutboundState
from bot.domain.errors import NotFound
from bot.domain.requests import RequestStatus
from bot.services.messages import receive_message
from bot.services.privacy import LONGEST_WAIT, REPEATS, Erased, erase_contact, erase_due, find_contact
from bot.storage import request_tables, tables
from bot.storage.privacy import EVENTS
from bot.wiring import new_id, now
from tests.builders import make_incoming, make_message
from tests.fakes import FakeClock
from tests.integration.database import stored_bytes
from tests.integration.privacy_steps import (
    NAME,
    NUMBER,
    PROVIDER_IDS,
    SAID,
    count,
    fill,
    make_events_table,
    write,
)
from tests.integration.worker_steps import PartsOver, run_until

OTHER = "+218910000002"


@pytest.fixture
def clock():
    """A clock that stands still."""
    return FakeClock()


@pytest.fixture
def known(database, clock):
    """A person of whom everything is known."""
    make_events_table(database)
    return fill(database, clock=clock)


def _erase(database, known, clock):
    with database.unit_of_work() as uow:
        return erase_contact(uow, known.contact_id, clock=clock)


def _values(database, table):
    """Return all values of a table as they are read, encrypted columns in clear."""
    with database.unit_of_work() as uow:
        return [value for row in uow.session.execute(select(table)) for value in row]


def test_nothing_that_a_person_wrote_or_is_is_left_in_any_table(database, known, clock):
    clock.advance(days=4)
    _erase(database, known, clock)
    left = [str(value) for table in tables.metadata.sorted_tables for value in _values(database, table)]
    sayings = (SAID, NAME, NUMBER, "blue gate", "report_detention", "provider.example", "hash of", *PROVIDER_IDS)
    sayings += ("client id of", "kufra")
    assert [(saying, value) for saying in sayings for value in left if saying in value] == []
    assert count(database, EVENTS) == 0


def test_what_stood_in_clear_is_overwritten_in_the_file_too(database, known, clock):
    if database.engine.dialect.name == "sqlite":
        # Some builds overwrite by default, and this must not hang on the build.
        event.listen(database.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA secure_delete=OFF"))
    assert all(one.encode() in stored_bytes(database) for one in (*PROVIDER_IDS, "hash of the phone"))
    clock.advance(days=4)
    _erase(database, known, clock)
    assert [one for one in (*PROVIDER_IDS, "hash of the phone") if one.encode() in stored_bytes(database)] == []


def test_it_is_told_how_much_went(database, known, clock):
    erased = _erase(database, known, clock)
    assert erased == Erased(
        messages=2, files=1, delivery_reports=1, forms=1, requests=2, cases=1, tracker_events=1, addresses=1
    )


def test_a_live_request_is_withdrawn_and_leaves_a_shell_that_counts(database, known, clock):
    clock.advance(days=4)
    _erase(database, known, clock)
    with database.unit_of_work() as uow:
        (shell,) = uow.requests.of_contact(known.contact_id)
        steps = uow.requests.steps_of(shell.id)
    assert (shell.status, shell.answers, shell.phone_hash, shell.identity_hash) == (RequestStatus.WITHDRAWN, {}, None, None)
    assert (shell.created_at.day, shell.created_at.hour, shell.consented_at, shell.submitted_at) == (1, 0, None, None)
    assert (shell.channel, shell.language, shell.reference) == (Channel.WHATSAPP, "en", "R-7K3QF-E")
    assert [(step.to_status, step.reason) for step in steps] == [
        (RequestStatus.ON_HOLD, ""),
        (RequestStatus.WITHDRAWN, "erased"),
    ]


def test_a_request_that_ended_keeps_its_status(database, known, clock):
    with database.unit_of_work() as uow:
        uow.requests.find_by_reference("R-7K3QF-E").status = RequestStatus.ARRIVED
        uow.commit()
    _erase(database, known, clock)
    with database.unit_of_work() as uow:
        assert uow.requests.find_by_reference("R-7K3QF-E").status is RequestStatus.ARRIVED


def test_cases_are_resolved_without_a_topic(database, known, clock):
    _erase(database, known, clock)
    with database.unit_of_work() as uow:
        (case,) = uow.cases.of_contact(known.contact_id)
        entries = uow.cases.entries_of(known.conversation_id)
        conversation = uow.conversations.get(known.conversation_id)
    assert (case.topic, case.queue_state, case.waiting_since) == ("", QueueState.RESOLVED, None)
    assert not conversation.is_with_staff
    # Who did what stays, what they wrote goes.
    assert [(entry.kind, entry.by, entry.text, entry.client_id) for entry in entries] == [(EntryKind.NOTE, 1, "", None)]


def test_what_waited_is_neither_answered_nor_sent(database, known, clock):
    message = write(database, "one thing more", clock=clock)
    ids = {"contact_id": known.contact_id, "conversation_id": known.conversation_id}
    with database.unit_of_work() as uow:
        uow.messages.add(make_message(Direction.OUTBOUND, **ids, text="on its way", id="leaving"))
        uow.commit()
    _erase(database, known, clock)
    with database.unit_of_work() as uow:
        assert uow.messages.get(message.id).state == InboundState.HANDLED.value
        assert uow.messages.get("leaving").state == OutboundState.WITHDRAWN.value
        assert uow.messages.next_received(known.contact_id) is None
        assert list(uow.outbox.ready(clock(), limit=9)) == []


def test_the_same_number_starts_anew(database, known, clock):
    _erase(database, known, clock)
    fresh = write(database, "hello", clock=clock)
    assert fresh.contact_id != known.contact_id
    with database.unit_of_work() as uow:
        assert uow.requests.of_contact(fresh.contact_id) == []


def test_what_a_provider_brings_again_is_known_for_a_while_and_holds_nothing(database, known, clock):
    _erase(database, known, clock)
    again = make_incoming(SAID, provider=Provider.TWILIO, channel=Channel.SMS, address=NUMBER, provider_id=PROVIDER_IDS[0])
    with database.unit_of_work() as uow:
        assert receive_message(uow, again, clock=clock, new_id=new_id) == (known.message_id, False)
        shell = uow.messages.get(known.message_id)
    assert (shell.text, shell.topic, shell.pressed, shell.provider_id) == ("", None, None, None)


def test_after_that_while_not_even_the_id_is_kept(database, known, clock):
    clock.advance(seconds=REPEATS.total_seconds() + 1)
    _erase(database, known, clock)
    assert count(database, tables.inbound_id) == 0
    assert count(database, tables.message) == 0


def test_another_person_loses_nothing(database, known, clock):
    other = write(database, "I am somebody else", clock=clock, number=OTHER)
    _erase(database, known, clock)
    with database.unit_of_work() as uow:
        assert uow.messages.get(other.id).text == "I am somebody else"
        assert uow.contacts.find_address(Provider.TWILIO, Channel.SMS, OTHER).address == OTHER
        assert uow.contacts.get(other.contact_id).erased_at is None


def test_erasing_twice_is_erasing_once(database, known, clock):
    _erase(database, known, clock)
    assert _erase(database, known, clock) == Erased()


def test_who_is_not_there_cannot_be_erased(database, clock):
    with database.unit_of_work() as uow, pytest.raises(NotFound):
        erase_contact(uow, "nobody", clock=clock)


def test_a_hotline_whose_rasa_never_started_can_erase(database, clock):
    message = write(database, clock=clock)
    with database.unit_of_work() as uow:
        assert erase_contact(uow, message.contact_id, clock=clock).tracker_events == 0


@pytest.mark.parametrize("reference", ["R-7K3QF-E", "r 7k3qf e", "R-EEEEE-5"])
def test_a_contact_is_found_by_the_reference_of_a_request_or_a_case(database, known, reference):
    with database.unit_of_work() as uow:
        assert find_contact(uow, reference).id == known.contact_id
        assert find_contact(uow, "R-AAAAA-Y") is None


# When it happens


def _ask(database, contact_id, at):
    with database.unit_of_work() as uow:
        uow.contacts.get(contact_id).erase_asked_at = at
        uow.commit()


def _due(database, clock):
    with database.unit_of_work() as uow:
        return list(erase_due(uow, clock=clock))


def test_who_did_not_ask_is_not_erased(database, known, clock):
    assert _due(database, clock) == []


@pytest.mark.parametrize("state", [OutboundState.QUEUED, OutboundState.SENDING])
def test_the_farewell_goes_out_first(database, known, clock, state):
    _ask(database, known.contact_id, clock())
    ids = {"contact_id": known.contact_id, "conversation_id": known.conversation_id}
    with database.unit_of_work() as uow:
        uow.messages.add(make_message(Direction.OUTBOUND, **ids, id="farewell", state=state.value))
        uow.commit()
    assert _due(database, clock) == []
    with database.unit_of_work() as uow:
        uow.messages.get("farewell").state = OutboundState.SENT.value
        uow.commit()
    assert _due(database, clock) == [known.contact_id]


def test_what_the_person_wrote_since_is_answered_first(database, known, clock):
    _ask(database, known.contact_id, clock())
    message = write(database, "thanks", clock=clock)
    assert _due(database, clock) == []
    with database.unit_of_work() as uow:
        uow.messages.get(message.id).mark_handled(clock())
        uow.commit()
    assert _due(database, clock) == [known.contact_id]


def test_the_phone_is_cleaned_first(database, known, clock):
    _ask(database, known.contact_id, clock())
    with database.unit_of_work() as uow:
        uow.outbox.ask_to_erase(known.conversation_id, since=clock() - timedelta(days=2), now=clock())
        uow.commit()
    assert _due(database, clock) == []


def test_nothing_delays_it_for_more_than_an_hour(database, known, clock):
    _ask(database, known.contact_id, clock())
    write(database, "thanks", clock=clock)
    clock.advance(seconds=LONGEST_WAIT.total_seconds() - 1)
    assert _due(database, clock) == []
    clock.advance(seconds=1)
    assert _due(database, clock) == [known.contact_id]


async def test_the_worker_erases_and_logs_no_id(sqlite_database, process_log):
    make_events_table(sqlite_database)
    known = fill(sqlite_database, clock=now)
    _ask(sqlite_database, known.contact_id, now())

    def is_done():
        with sqlite_database.unit_of_work() as uow:
            return uow.contacts.get(known.contact_id).erased_at is not None

    await run_until(lambda stop: forget_on_request(PartsOver(sqlite_database), stop), is_done)
    assert "contacts_erased count=1" in process_log.getvalue()
    assert known.contact_id not in process_log.getvalue()
    assert count(sqlite_database, request_tables.form) == 0
