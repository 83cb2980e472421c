"""Retention: what is older than it may be goes, what is needed stays, and what ran out moves a request back."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from bot.cli import app
from bot.delivery import chores
from bot.domain.cases import EntryKind, QueueState
from bot.domain.conversations import Direction
from bot.domain.deliveries import OutboundState
from bot.domain.requests import HOTLINE, RequestStatus
from bot.services.privacy import REPEATS, erase_contact
from bot.services.retention import Retention, expire_requests, purge, purge_daily
from bot.storage import request_tables, retention, tables
from bot.storage.privacy import EVENTS
from bot.wiring import now
from tests.builders import NOON, make_message
from tests.fakes import FakeClock
from tests.integration.privacy_steps import NUMBER, SAID, add_events, count, fill, make_events_table, write
from tests.integration.worker_steps import run_until

TIMES = Retention()
KINDS = {
    "forms", "drafts", "requests", "cases", "trackers", "files", "messages", "delivery_reports", "contacts",
}  # fmt: skip


@pytest.fixture
def clock():
    """A clock that stands still."""
    return FakeClock()


@pytest.fixture
def known(database, clock):
    """A person of whom everything is known, since noon."""
    make_events_table(database)
    return fill(database, clock=clock)


def _purge(database, clock, **options):
    counts = purge(database.unit_of_work, TIMES, clock=clock, **options)
    assert set(counts) == KINDS
    return {name: n for name, n in counts.items() if n}


def _end(database, status=RequestStatus.CLOSED, *, resolves=True):
    """End the request and the case, at noon."""
    with database.unit_of_work() as uow:
        request = uow.requests.find_by_reference("R-7K3QF-E")
        request.status, request.updated_at = status, NOON
        if resolves:
            uow.cases.find_by_reference("R-EEEEE-5").queue_state = QueueState.RESOLVED
        uow.commit()


def test_what_is_young_stays(database, known, clock):
    clock.advance(days=29)
    assert _purge(database, clock) == {}


@pytest.mark.parametrize(
    ("days", "gone"),
    [
        (31, {"forms": 1, "trackers": 1}),
        (91, {"forms": 1, "trackers": 1, "files": 1}),
        (181, {"forms": 1, "trackers": 1, "files": 1, "messages": 2}),
    ],
)
def test_each_kind_goes_in_its_time(database, known, clock, days, gone):
    clock.advance(days=days)
    assert _purge(database, clock) == gone
    assert _purge(database, clock) == {}


def test_a_form_takes_its_draft_along_and_leaves_a_sent_request(database, known, clock):
    clock.advance(days=31)
    _purge(database, clock)
    with database.unit_of_work() as uow:
        assert [request.status for request in uow.requests.of_contact(known.contact_id)] == [RequestStatus.ON_HOLD]


def test_a_draft_that_no_form_fills_goes_too(database, known, clock):
    with database.unit_of_work() as uow:
        uow.session.execute(request_tables.form.delete())
        uow.commit()
    clock.advance(days=31)
    assert _purge(database, clock)["drafts"] == 1


def test_messages_take_their_ids_and_reports_along(database, known, clock):
    clock.advance(days=181)
    _purge(database, clock)
    assert [count(database, table) for table in (tables.inbound_id, tables.media, tables.delivery_report)] == [0, 0, 0]


def test_a_message_that_waits_is_kept(database, known, clock):
    ids = {"contact_id": known.contact_id, "conversation_id": known.conversation_id}
    with database.unit_of_work() as uow:
        uow.messages.add(make_message(Direction.OUTBOUND, **ids, id="held", state=OutboundState.HELD.value))
        uow.messages.add(make_message(**ids, id="unread"))
        uow.commit()
    clock.advance(days=181)
    _purge(database, clock)
    with database.unit_of_work() as uow:
        assert [message.id for message in uow.messages.in_conversation(known.conversation_id, after=0)] == ["held", "unread"]


@pytest.mark.parametrize("status", [RequestStatus.CLOSED, RequestStatus.WITHDRAWN, RequestStatus.NOT_ELIGIBLE])
def test_a_request_becomes_a_shell_two_years_after_it_ended(database, known, clock, status):
    _end(database, status, resolves=False)
    clock.advance(days=729)
    assert "requests" not in _purge(database, clock)
    clock.advance(days=3)
    assert _purge(database, clock)["requests"] == 1
    with database.unit_of_work() as uow:
        (shell,) = uow.requests.of_contact(known.contact_id)
        assert (shell.status, shell.answers, shell.phone_hash) == (status, {}, None)
        assert [step.reason for step in uow.requests.steps_of(shell.id)] == [""]


def test_a_case_is_emptied_two_years_after_it_was_resolved(database, known, clock):
    _end(database)
    with database.unit_of_work() as uow:
        uow.cases.find_by_reference("R-EEEEE-5").resolved_at = NOON + timedelta(days=100)
        uow.commit()
    clock.advance(days=732)
    assert "cases" not in _purge(database, clock)
    clock.advance(days=100)
    assert _purge(database, clock)["cases"] == 1
    with database.unit_of_work() as uow:
        (shell,) = uow.cases.of_contact(known.contact_id)
        entries = uow.cases.entries_of(known.conversation_id)
    assert (shell.topic, shell.place) == ("", None)
    assert [(entry.kind, entry.text, entry.client_id) for entry in entries] == [(EntryKind.NOTE, "", None)]


def test_a_case_of_which_nobody_recorded_when_it_ended_counts_from_its_opening(database, known, clock):
    _end(database)
    clock.advance(days=732)
    assert _purge(database, clock)["cases"] == 1


def test_labels_go_with_their_messages_and_keys_of_names_with_their_request(database, known, clock):
    _end(database)
    clock.advance(days=732)
    _purge(database, clock)
    assert [count(database, table) for table in (tables.training_label, tables.request_name_key)] == [0, 0]


def test_a_request_on_its_way_and_an_open_case_are_never_old(database, known, clock):
    clock.advance(days=3000)
    assert {"requests", "cases", "contacts"}.isdisjoint(_purge(database, clock))


def test_an_address_goes_when_nothing_else_is_left(database, known, clock):
    _end(database)
    clock.advance(days=732)
    assert _purge(database, clock)["contacts"] == 1
    with database.unit_of_work() as uow:
        assert uow.contacts.get(known.contact_id).erased_at == clock()
    assert write(database, "hello", clock=clock).contact_id != known.contact_id


def test_who_writes_again_is_not_forgotten(database, known, clock):
    _end(database)
    clock.advance(days=732)
    write(database, "hello again", clock=clock)
    assert "contacts" not in _purge(database, clock)


def test_shells_that_erasing_left_go_when_no_repeat_can_come(database, known, clock):
    with database.unit_of_work() as uow:
        erase_contact(uow, known.contact_id, clock=clock)
    assert count(database, tables.message) == 2
    clock.advance(seconds=REPEATS.total_seconds() + 1)
    assert _purge(database, clock)["messages"] == 2
    assert count(database, tables.inbound_id) == 0


def test_a_report_of_a_message_that_nobody_knows_goes_as_soon(database, known, clock):
    with database.unit_of_work() as uow:
        uow.session.execute(update(tables.delivery_report).values(provider_id="stray"))
        uow.commit()
    clock.advance(seconds=REPEATS.total_seconds() + 1)
    assert _purge(database, clock) == {"delivery_reports": 1}


def test_a_conversation_that_goes_on_loses_only_events_it_does_not_need(database, known, clock, monkeypatch):
    monkeypatch.setattr(retention, "KEPT_EVENTS", 3)
    old, young = NOON + timedelta(minutes=1), NOON + timedelta(days=31)
    add_events(database, known.contact_id, old, old, young, young)
    add_events(database, "who has few", old, young)
    clock.advance(days=40)
    assert _purge(database, clock)["trackers"] == 1
    assert count(database, EVENTS, EVENTS.c.sender_id == known.contact_id) == 3
    assert count(database, EVENTS, EVENTS.c.sender_id == "who has few") == 2
    assert count(database, tables.tracker_state) == 1


def test_a_tracker_that_is_over_goes_with_its_state(database, known, clock):
    clock.advance(days=31)
    _purge(database, clock)
    assert [count(database, table) for table in (EVENTS, tables.tracker_state)] == [0, 0]


def test_a_dry_run_counts_and_changes_nothing(database, known, clock):
    clock.advance(days=181)
    counted = _purge(database, clock, is_dry=True)
    assert counted == {"forms": 1, "trackers": 1, "files": 1, "messages": 2, "delivery_reports": 1}
    assert count(database, tables.message) == 2
    assert count(database, EVENTS) == 1


def test_more_than_one_batch_is_purged(database, clock, monkeypatch):
    monkeypatch.setattr("bot.services.retention.BATCH", 2)
    make_events_table(database)
    with database.unit_of_work() as uow:
        first = write(database, clock=clock)
        uow.commit()
    ids = {"contact_id": first.contact_id, "conversation_id": first.conversation_id}
    with database.unit_of_work() as uow:
        for number in range(5):
            uow.messages.add(make_message(**ids, id=f"m{number}", state="handled"))
        uow.commit()
    clock.advance(days=181)
    assert _purge(database, clock)["messages"] == 5


# Once a day


def test_it_happens_once_a_day(database, known, clock):
    clock.advance(days=31)
    assert purge_daily(database.unit_of_work, TIMES, clock=clock)["forms"] == 1
    assert purge_daily(database.unit_of_work, TIMES, clock=clock) is None
    clock.advance(hours=23, minutes=59)
    assert purge_daily(database.unit_of_work, TIMES, clock=clock) is None
    clock.advance(minutes=1)
    assert purge_daily(database.unit_of_work, TIMES, clock=clock) is not None


def test_a_clock_that_jumped_back_does_not_stop_it(database, clock):
    clock.advance(days=400)
    purge_daily(database.unit_of_work, TIMES, clock=clock)
    clock.advance(days=-399)
    assert purge_daily(database.unit_of_work, TIMES, clock=clock) is not None


async def test_the_worker_tells_how_much_went_and_of_whom_nothing(sqlite_database, process_log):
    make_events_table(sqlite_database)
    known = fill(sqlite_database, clock=FakeClock(now() - timedelta(days=200)))
    parts = SimpleNamespace(unit_of_work=sqlite_database.unit_of_work, settings=SimpleNamespace(retention=TIMES))
    await run_until(lambda stop: chores.purge_every_day(parts, stop), lambda: "purged_expired" in process_log.getvalue())
    assert "purged_messages count=2" in process_log.getvalue()
    assert [one for one in (known.contact_id, NUMBER, SAID) if one in process_log.getvalue()] == []


# End dates


@pytest.fixture
def dated(database, known):
    """A function that gives the request a status and dates."""

    def make(status, **dates):
        with database.unit_of_work() as uow:
            request = uow.requests.find_by_reference("R-7K3QF-E")
            request.status = status
            for name, value in dates.items():
                setattr(request, name, value)
            uow.commit()

    return make


def _expire(database, clock):
    with database.unit_of_work() as uow:
        moved = expire_requests(uow, clock=clock)
    with database.unit_of_work() as uow:
        request = uow.requests.find_by_reference("R-7K3QF-E")
        return moved, request.status, uow.requests.steps_of(request.id)[-1]


@pytest.mark.parametrize(
    ("name", "stage"), [("documents_until", RequestStatus.DOCUMENTS), ("medical_until", RequestStatus.MEDICAL)]
)
def test_what_ran_out_moves_the_request_back_with_a_step(database, dated, clock, name, stage):
    dated(RequestStatus.BOOKED, **{name: (NOON - timedelta(days=1)).date()})
    moved, status, step = _expire(database, clock)
    assert (moved, status, step.by, step.reason) == (1, stage, HOTLINE.id, f"{stage.value}_expired")
    assert _expire(database, clock)[0] == 0


def test_what_holds_until_today_holds(database, dated, clock):
    dated(RequestStatus.BOOKED, documents_until=NOON.date())
    assert _expire(database, clock)[:2] == (0, RequestStatus.BOOKED)


def test_with_an_open_sign_of_fear_it_goes_back_to_the_screening(database, dated, clock):
    dated(RequestStatus.BOOKED, documents_until=(NOON - timedelta(days=1)).date(), fear_at=NOON)
    assert _expire(database, clock)[:2] == (1, RequestStatus.SCREENED)


# Commands


def test_the_commands_say_what_goes(sqlite_database, tmp_path, monkeypatch):
    make_events_table(sqlite_database)
    known = fill(sqlite_database, clock=FakeClock(now() - timedelta(days=200)))
    monkeypatch.setenv("DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("DALEEL_HOME", str(tmp_path))
    monkeypatch.setenv("DALEEL_KEYS", ",".join(sqlite_database.keys))
    monkeypatch.setenv("DALEEL_SECRET_KEY", "x" * 40)
    run = CliRunner().invoke
    assert "2 messages" in run(app, ["purge", "--dry-run"]).stdout
    assert "Nothing was changed" in run(app, ["purge", "--dry-run"]).stdout
    assert "2 messages" in run(app, ["purge"]).stdout
    assert "0 messages" in run(app, ["purge"]).stdout
    # Erasing asks first
    assert run(app, ["erase", "R-7K3QF-E"], input="n\n").exit_code == 1
    with sqlite_database.unit_of_work() as uow:
        assert uow.contacts.get(known.contact_id).erased_at is None
    assert "1 requests" in run(app, ["erase", "r-7k3qf-e", "--yes"]).stdout
    assert "already" in run(app, ["erase", "--contact", known.contact_id, "--yes"]).stdout
    assert run(app, ["erase"]).exit_code == 2
    assert run(app, ["erase", "R-7K3QF-E", "--contact", "x"]).exit_code == 2


def test_every_table_that_names_a_contact_is_dealt_with():
    named = {
        table.name for table in tables.metadata.sorted_tables
        if {"contact_id", "conversation_id", "message_id", "request_id", "sender_id"} & set(table.columns.keys())
    }  # fmt: skip
    # A new table is added here together with its line in bot/storage/privacy.py and bot/storage/retention.py.
    assert named == {
        "channel_address", "conversation", "message", "media", "delivery_report", "inbound_id", "tracker_state",
        "hotline_case", "request", "request_step", "form", "form_reply", "case_entry", "presence", "training_label",
        "request_name_key",
    }  # fmt: skip
