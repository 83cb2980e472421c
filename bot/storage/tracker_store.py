"""Rasa's trackers in our database, with every event encrypted.

Rasa stores a whole parse, text included, with each event, and the intent in a column of its own. Here the event is
written with the keys of ``DALEEL_KEYS``, and the intent's column stays empty: beside a contact's id, the topic is a
disclosure.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from bot.settings import load_settings, read_environment
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine


class EncryptedTrackerStore(SQLTrackerStore):
    """``SQLTrackerStore`` over ``DATABASE_URL``, as ``endpoints.yml`` names it."""

    def __init__(self, domain: Any = None, event_broker: Any = None, **kwargs: Any) -> None:
        settings = load_settings(read_environment())
        super().__init__(domain, host=settings.database_url, event_broker=event_broker)
        self._cipher = Cipher(settings.keys, hash_key=settings.secret_key)
        # Our engine in place of Rasa's: SQLite in WAL mode with a patient lock, as for all other tables.
        self.engine.dispose()
        self.engine = make_engine(settings.database_url, self._cipher)
        self.sessionmaker.configure(bind=self.engine)

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            rows = self._event_query(session, sender_id, fetch_events_from_all_sessions=fetch_events_from_all_sessions).all()
            events = [json.loads(self._cipher.decrypt(row.data)) for row in rows]
        if not self.domain or not events:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are new since the last save."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            for event in self._additional_events(session, tracker):
                session.add(
                    self.SQLEvent(
                        sender_id=tracker.sender_id,
                        type_name=event.type_name,
                        timestamp=event.timestamp,
                        data=self._cipher.encrypt(json.dumps(event.as_dict())),
                    )
                )
            session.commit()
