"""Rasa's trackers in our database: every event encrypted, and a turn that costs the same in a long conversation.

Rasa stores a whole parse, text included, with each event, and the intent in a column of its own. Here the event is
written with the keys of ``DALEEL_KEYS``, and the intent's column stays empty: beside a contact's id, the topic is a
disclosure.

Rasa reads all events of a session at each message, so that the five hundredth takes fifteen times as long as the tenth.
Here the last turns are read, and before them what earlier ones left behind: slots and an open form.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session

from bot.settings import load_settings, read_environment
from bot.storage import tables
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.tracker_redaction import slots_without_words, without_words

WINDOW = 32
"""Events that are read: about five turns. Nothing looks back further than two."""


class EncryptedTrackerStore(SQLTrackerStore):
    """``SQLTrackerStore`` over ``DATABASE_URL``, as ``endpoints.yml`` names it."""

    def __init__(self, domain: Any = None, event_broker: Any = None, **kwargs: Any) -> None:
        settings = load_settings(read_environment())
        super().__init__(domain, host=settings.database_url, event_broker=event_broker)
        self._cipher = Cipher(settings.keys, hash_key=settings.secret_key)
        # Our engine in place of Rasa's: SQLite in WAL mode with a patient lock, as for all other tables.
        self.engine.dispose()
        self.engine = make_engine(settings.database_url, self._cipher, is_durable=False)
        self.sessionmaker.configure(bind=self.engine)
        with self.engine.begin() as connection:
            connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_events_sender_id_id ON events (sender_id, id)")

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            query = session.query(self.SQLEvent.data).filter(self.SQLEvent.sender_id == sender_id)
            query = query.order_by(self.SQLEvent.id.desc())
            rows = query.all() if fetch_events_from_all_sessions else query.limit(WINDOW + 1).all()
            data_of_state = self._state(session, sender_id)
        if not self.domain or not rows:
            return None
        stored = [json.loads(self._cipher.decrypt(data)) for (data,) in reversed(rows)]
        events = [_event_class(parameters["event"])._from_parameters(parameters) for parameters in stored]
        if not fetch_events_from_all_sessions:
            events = _from_last_session(events)
        if data_of_state is not None and len(rows) > WINDOW and not fetch_events_from_all_sessions:
            events = [*_restored(json.loads(data_of_state)), *_from_turn_boundary(events)]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        tracker.stored_events = len(tracker.events)
        tracker.stored_state = data_of_state
        return tracker

    def _state(self, session: Session, sender_id: str) -> str | None:
        query = sa.select(tables.tracker_state.c.data).where(tables.tracker_state.c.sender_id == sender_id)
        return session.execute(query).scalar_one_or_none()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are new since the tracker was read, and what a later turn needs of all before."""
        await self.stream_events(tracker)
        events = list(tracker.events)
        with self.session_scope() as session:
            rows = [self._row(tracker.sender_id, event) for event in events[getattr(tracker, "stored_events", 0) :]]
            if rows:
                session.execute(sa.insert(self.SQLEvent.__table__), rows)
            self._save_state(session, tracker)
            session.commit()
        tracker.stored_events = len(events)

    def _row(self, sender_id: str, event: Event) -> dict[str, Any]:
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": event.timestamp,
            "data": self._cipher.encrypt(json.dumps(without_words(event.as_dict()))),
        }

    def _save_state(self, session: Session, tracker: DialogueStateTracker) -> None:
        slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value != slot.initial_value}
        data = json.dumps({"slots": slots_without_words(slots), "active_loop": tracker.active_loop_name})
        if data == getattr(tracker, "stored_state", None):
            return
        tracker.stored_state = data
        table = tables.tracker_state
        changed = session.execute(sa.update(table).where(table.c.sender_id == tracker.sender_id).values(data=data))
        if not changed.rowcount:
            session.execute(sa.insert(table).values(sender_id=tracker.sender_id, data=data))


@lru_cache(maxsize=64)
def _event_class(type_name: str) -> type[Event]:
    # Rasa's own ``Event.from_parameters`` walks through all classes for each event: a sixth of a turn's time.
    return Event.resolve_by_type(type_name)


def _from_last_session(events: list[Event]) -> list[Event]:
    starts = [index for index, event in enumerate(events) if isinstance(event, SessionStarted)]
    return events[starts[-1] :] if starts else events


def _from_turn_boundary(events: list[Event]) -> list[Event]:
    """Return the events from the first whole turn on: a policy must not see half of one."""
    first = next((index for index, event in enumerate(events) if isinstance(event, UserUttered)), 0)
    return events[first:]


def _restored(state: dict[str, Any]) -> list[Event]:
    restored: list[Event] = [SlotSet(name, value) for name, value in state["slots"].items()]
    if state["active_loop"]:
        restored.append(ActiveLoop(state["active_loop"]))
    return [*restored, ActionExecuted(ACTION_LISTEN_NAME)]
