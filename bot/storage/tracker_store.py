"""Rasa's trackers in our database: every event encrypted, and a turn that costs the same in a long conversation.

Rasa stores a whole parse, text included, with each event, and the intent in a column of its own. Here the event is
written with the keys of ``DALEEL_KEYS``, and the intent's column stays empty: beside a contact's id, the topic is a
disclosure.

Rasa reads all events of a session at each message, so that the five hundredth takes fifteen times as long as the tenth.
Here the last turns are read, and before them what earlier ones left behind: slots and an open form. A tracker that was
written a moment ago is not read at all while its newest event is still the newest in the database.
"""

from __future__ import annotations

import json
from collections import OrderedDict
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
from bot.storage.prepared import Prepared
from bot.storage.tracker_changes import held_changes
from bot.storage.tracker_redaction import slots_without_words, without_words

WINDOW = 32
"""Events that are read: about five turns. Nothing looks back further than two."""
KEPT_TRACKERS = 256
LONGEST_KEPT = 2 * WINDOW
"""Events of a tracker that is kept in memory; a longer one is read anew, in the window."""

_EVENTS = SQLTrackerStore.SQLEvent.__table__
_ALL_DATA = sa.select(_EVENTS.c.data).where(_EVENTS.c.sender_id == sa.bindparam("sender_id")).order_by(_EVENTS.c.id.desc())
_LATEST_DATA = _ALL_DATA.limit(WINDOW + 1)
_NEWEST = Prepared(sa.select(sa.func.max(_EVENTS.c.id)).where(_EVENTS.c.sender_id == sa.bindparam("sender_id")))
_STATE = sa.select(tables.tracker_state.c.data).where(tables.tracker_state.c.sender_id == sa.bindparam("sender_id"))
_ADD_EVENT = Prepared(
    sa.insert(_EVENTS).values({name: sa.bindparam(name) for name in ("sender_id", "type_name", "timestamp", "data")})
)
_ADD_STATE = Prepared(sa.insert(tables.tracker_state))
_CHANGE_STATE = Prepared(
    sa.update(tables.tracker_state)
    .where(tables.tracker_state.c.sender_id == sa.bindparam("of_sender"))
    .values(data=sa.bindparam("new_data"))
)


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
        self._kept: OrderedDict[str, tuple[int, DialogueStateTracker]] = OrderedDict()

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        kept = None if fetch_events_from_all_sessions else self._take_kept(sender_id)
        if kept is not None:
            return kept
        with self.session_scope() as session:
            query = _ALL_DATA if fetch_events_from_all_sessions else _LATEST_DATA
            rows = session.execute(query, {"sender_id": sender_id}).all()
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
        return session.execute(_STATE, {"sender_id": sender_id}).scalar_one_or_none()

    def _take_kept(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the tracker of the last turn, if nobody has written since. A turn that fails must not leave it changed."""
        newest, tracker = self._kept.pop(sender_id, (None, None))
        if tracker is None:
            return None
        with self.session_scope() as session:
            return tracker if _newest(session, sender_id) == newest else None

    def _keep(self, tracker: DialogueStateTracker, newest: int) -> None:
        """Keep a tracker as it would be read: from the last session on."""
        while len(tracker.events) > len(_from_last_session(list(tracker.events))):
            tracker.events.popleft()
        tracker.stored_events = len(tracker.events)
        if tracker.stored_events <= LONGEST_KEPT:
            self._kept[tracker.sender_id] = (newest, tracker)
        while len(self._kept) > KEPT_TRACKERS:
            self._kept.popitem(last=False)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are new since the tracker was read, and what a later turn needs of all before.

        While a turn runs, they are held back and written as it is finished (``bot.storage.tracker_changes``).
        """
        await self.stream_events(tracker)
        change = self._change(tracker)
        held = held_changes()
        if held is not None:
            held.hold(change.write, change.written)
            return
        with self.session_scope() as session:
            change.write(session)
            session.commit()
        change.written()

    def _change(self, tracker: DialogueStateTracker) -> _Change:
        events = list(tracker.events)
        rows = [self._row(tracker.sender_id, event) for event in events[getattr(tracker, "stored_events", 0) :]]
        slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value != slot.initial_value}
        state = json.dumps({"slots": slots_without_words(slots), "active_loop": tracker.active_loop_name})
        is_new_state = state != getattr(tracker, "stored_state", None)
        tracker.stored_events, tracker.stored_state = len(events), state
        return _Change(self, tracker, rows, state if is_new_state else None)

    def _row(self, sender_id: str, event: Event) -> dict[str, Any]:
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": event.timestamp,
            "data": self._cipher.encrypt(json.dumps(without_words(event.as_dict()))),
        }


class _Change:
    """What one save adds to a tracker's rows; kept in memory once it is written."""

    def __init__(
        self, store: EncryptedTrackerStore, tracker: DialogueStateTracker, rows: list[dict[str, Any]], state: str | None
    ) -> None:
        self._store, self._tracker, self._rows, self._state = store, tracker, rows, state
        self._newest: int | None = None

    def write(self, session: Session) -> None:
        sender_id = self._tracker.sender_id
        if self._rows:
            _ADD_EVENT.each(session, self._rows)
        if self._state is not None:
            changed = _CHANGE_STATE.count(session, {"of_sender": sender_id, "new_data": self._state})
            if not changed:
                _ADD_STATE.count(session, {"sender_id": sender_id, "data": self._state})
        self._newest = _newest(session, sender_id)

    def written(self) -> None:
        is_whole = len(self._tracker.events) == self._tracker.stored_events
        if is_whole and self._newest is not None:
            self._store._keep(self._tracker, self._newest)


def _newest(session: Session, sender_id: str) -> int | None:
    row = _NEWEST.row(session, {"sender_id": sender_id})
    return None if row is None else row[0]


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
