"""Rasa's trackers in our database: written with the turn, kept in memory while nobody else writes."""

from __future__ import annotations

import asyncio
import secrets

import pytest
from cryptography.fernet import Fernet
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.storage import tables, tracker_store
from bot.storage.migrate import migrate
from bot.storage.tracker_changes import holding_changes
from bot.storage.tracker_redaction import without_words
from bot.storage.tracker_store import EncryptedTrackerStore

PERSON = "a-contact"
WORDS = "we are hiding in Tajoura"


@pytest.fixture
def stores(monkeypatch, tmp_path):
    """A function that opens the store as one more process would."""
    for name, value in {
        "DALEEL_HOME": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'daleel.db'}",
        "DALEEL_KEYS": Fernet.generate_key().decode(),
        "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
    }.items():
        monkeypatch.setenv(name, value)

    def make():
        store = EncryptedTrackerStore(Domain.empty())
        migrate(store.engine)
        return store

    return make


async def _says(store, *texts):
    tracker = await store.get_or_create_tracker(PERSON, append_action_listen=False)
    for text in texts:
        if not tracker.events:
            tracker.update(ActionExecuted("action_session_start"))
            tracker.update(SessionStarted())
        # What was understood is stored; the words are not (bot.storage.tracker_redaction).
        tracker.update(UserUttered(text, intent={"name": text}))
    await store.save(tracker)
    return tracker


def _heard(store):
    tracker = asyncio.run(store.retrieve(PERSON))
    return [event.intent_name for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


def test_a_turns_changes_are_there_once_its_transaction_is_committed(stores):
    store, other = stores(), stores()
    with holding_changes() as changes:
        asyncio.run(_says(store, WORDS))
        assert _heard(other) == []
        with Session(store.engine, future=True) as session:
            changes.write(session)
            assert _heard(other) == []
            session.commit()
        changes.written()

    assert _heard(other) == _heard(store) == [WORDS]


def test_a_turn_that_is_not_finished_leaves_no_trace(stores):
    store = stores()
    asyncio.run(_says(store, "hello"))
    with holding_changes():
        asyncio.run(_says(store, WORDS))

    assert _heard(store) == ["hello"]


def test_a_turn_that_breaks_off_inside_rasa_leaves_the_kept_tracker_alone(stores):
    store = stores()
    asyncio.run(_says(store, "hello"))
    asyncio.run(store.retrieve(PERSON)).update(UserUttered(WORDS))

    assert _heard(store) == ["hello"]


def test_a_tracker_is_kept_as_it_would_be_read(stores):
    store, other = stores(), stores()
    kept = asyncio.run(_says(store, "hello", WORDS))

    read = asyncio.run(other.retrieve(PERSON))
    assert asyncio.run(store.retrieve(PERSON)) is kept
    in_memory, stored = ([without_words(event.as_dict()) for event in tracker.events] for tracker in (kept, read))
    assert in_memory == stored
    assert kept.stored_events == read.stored_events


def test_what_another_process_wrote_is_seen(stores):
    store, other = stores(), stores()
    asyncio.run(_says(store, "hello"))
    asyncio.run(_says(other, WORDS))

    assert _heard(store) == ["hello", WORDS]


def test_a_long_tracker_is_read_anew_in_the_window(stores):
    store = stores()
    lengths = [
        len(asyncio.run(_says(store, str(number))).events)
        for number in range(tracker_store.LONGEST_KEPT + tracker_store.WINDOW)
    ]

    assert max(lengths) == tracker_store.LONGEST_KEPT + 1
    assert lengths[-1] < max(lengths)


def test_only_so_many_trackers_are_kept(stores, monkeypatch):
    monkeypatch.setattr(tracker_store, "KEPT_TRACKERS", 0)
    store = stores()
    kept = asyncio.run(_says(store, "hello"))

    assert asyncio.run(store.retrieve(PERSON)) is not kept
    assert _heard(store) == ["hello"]


def test_what_people_wrote_is_encrypted(stores):
    store = stores()
    asyncio.run(_says(store, WORDS))

    with store.engine.connect() as connection:
        stored = [
            *connection.execute(select(tracker_store._EVENTS.c.data)).scalars(),
            *connection.exec_driver_sql(f"SELECT data FROM {tables.tracker_state.name}").scalars(),
        ]
    assert len(stored) > 3
    assert all(data.startswith("gAAAA") for data in stored)
