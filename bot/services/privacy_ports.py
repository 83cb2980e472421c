"""What exporting, erasing and retention need from outside, as protocols."""
# ruff: noqa: D102 - the names say it; a class's docstring says what they have in common.

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.cases import Case, CaseKind
from bot.domain.contacts import Channel
from bot.domain.conversations import Message
from bot.domain.requests import Request


@dataclass(frozen=True)
class InConversation:
    """Where a message or a case belongs."""

    channel: Channel
    language: str | None


@dataclass(frozen=True)
class ExportOnly:
    """What an export is limited to; None for no limit.

    Attributes:
        kinds: Of cases, and of requests by the same names.
        status: Of requests, or where a case stands.
        since, until: From this moment on, and before that one.
    """

    kinds: frozenset[CaseKind] | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Exports(Protocol):
    """All there is of a kind, the oldest first, read bit by bit."""

    def requests(self) -> Iterator[Request]: ...

    def cases(self) -> Iterator[tuple[Case, InConversation]]: ...

    def messages(self) -> Iterator[tuple[Message, InConversation]]: ...

    def references_by_message(self) -> Mapping[str, str]:
        """Return the reference of the case that each message opened."""
        ...


class Privacy(Protocol):
    """Takes away what is kept of one contact, for good; each ``forget_…`` tells how many rows held something."""

    def asked(self, *, limit: int) -> Sequence[tuple[str, datetime]]:
        """Return contacts that asked to be erased, with the time, the longest wait first."""
        ...

    def is_waiting(self, contact_id: str) -> bool:
        """Say whether something of a contact waits: in the inbox, in the outbox, or to be cleaned from the phone."""
        ...

    def lock(self, contact_id: str) -> None:
        """Keep others from changing a contact and its conversations until the transaction ends."""
        ...

    def forget_messages(self, contact_id: str, *, keep_shells_since: datetime) -> int:
        """Delete messages with all that came with them; newer ones are emptied, and stay for the ids against repeats."""
        ...

    def forget_media(self, contact_id: str) -> int: ...

    def forget_reports(self, contact_id: str) -> int: ...

    def forget_forms(self, contact_id: str) -> int: ...

    def forget_reasons(self, request_id: str) -> None: ...

    def forget_cases(self, contact_id: str) -> int: ...

    def forget_tracker(self, contact_id: str) -> int: ...

    def forget_addresses(self, contact_id: str, *, now: datetime) -> int: ...

    def forget_contact(self, contact_id: str, *, now: datetime) -> None: ...

    def settle(self) -> None:
        """After the commit: leave no trace in the database's own log, as far as it can be told to."""
        ...


class Retention(Protocol):
    """What has grown old. ``limit`` None gives all ids; what ``drop_…`` gets is never given again."""

    def old_forms(self, before: datetime, *, limit: int | None) -> Sequence[str]: ...

    def drop_replies(self) -> None:
        """Delete what forms said last in turns that are finished."""
        ...

    def drop_forms(self, form_ids: Collection[str]) -> None:
        """Delete forms, and the drafts of requests that they were filling."""
        ...

    def old_drafts(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return drafts that no form fills."""
        ...

    def drop_drafts(self, request_ids: Collection[str]) -> None: ...

    def old_requests(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return requests that ended before, and are no shells yet."""
        ...

    def old_cases(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return cases that were resolved before, and are no shells yet."""
        ...

    def empty_cases(self, case_ids: Collection[str]) -> None: ...

    def old_trackers(self, before: datetime, *, limit: int | None) -> Sequence[str]: ...

    def drop_trackers(self, sender_ids: Collection[str], before: datetime) -> None: ...

    def old_media(self, before: datetime, *, limit: int | None) -> Sequence[str]: ...

    def drop_media(self, media_ids: Collection[str]) -> None: ...

    def old_messages(self, before: datetime, *, shells_before: datetime, limit: int | None) -> Sequence[str]:
        """Return messages that wait for nothing; shells that erasing left go by a time of their own."""
        ...

    def drop_messages(self, message_ids: Collection[str]) -> None: ...

    def old_reports(self, before: datetime, *, strays_before: datetime, limit: int | None) -> Sequence[str]:
        """Return keys of delivery reports; strays, whose message nobody knows, go by a time of their own."""
        ...

    def drop_reports(self, keys: Collection[str]) -> None: ...

    def old_contacts(self, before: datetime, *, limit: int | None) -> Sequence[str]:
        """Return contacts that wrote nothing since, and of whom nothing but the address is left."""
        ...
