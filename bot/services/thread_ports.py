"""What the page of a conversation needs from outside, as protocols; ``bot.storage.thread`` provides it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.cases import Case, CaseEntry
from bot.domain.conversations import Conversation, Message
from bot.domain.media import Media


@dataclass(frozen=True)
class Head:
    """What is known of a message before it is opened: nothing that is encrypted."""

    position: int
    conversation_id: str
    contact_id: str
    at: datetime
    state: str
    failure: str | None
    edited_at: datetime | None


@dataclass(frozen=True)
class EntryHead:
    """What is known of an entry in a case's history before it is opened."""

    id: int
    case_id: str
    at: datetime


class Threads(Protocol):
    """What was written and done, over all channels of a person; each read is bounded."""

    def conversations(self, contact_ids: Collection[str]) -> Sequence[Conversation]: ...

    def cases(self, contact_ids: Collection[str]) -> Sequence[Case]: ...

    def heads(self, conversation_id: str, *, before: int | None, limit: int) -> Sequence[Head]:
        """Return the newest, or the newest before a position; the newest first."""
        ...

    def messages(self, positions: Collection[int]) -> Mapping[int, Message]: ...

    def entry_heads(
        self, conversation_ids: Collection[str], *, since: datetime | None, until: datetime | None, limit: int
    ) -> Sequence[EntryHead]:
        """Return the newest entries from one moment to before another, the oldest first."""
        ...

    def entries(self, ids: Collection[int]) -> Mapping[int, CaseEntry]: ...

    def media(self, message_ids: Collection[str]) -> Sequence[Media]: ...


@dataclass(frozen=True)
class Watcher:
    """A staff member who has a conversation open.

    Attributes:
        writing_at: When they last wrote in its box.
    """

    staff_id: int
    seen_at: datetime
    writing_at: datetime | None


class Presences(Protocol):
    """Who has which conversation open."""

    def of(self, conversation_id: str, *, since: datetime) -> Sequence[Watcher]: ...

    def record(self, conversation_id: str, watcher: Watcher) -> None: ...

    def forget(self, *, before: datetime) -> None: ...
