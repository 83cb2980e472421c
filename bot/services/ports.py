"""What the services need from outside, as protocols; ``bot.storage`` and ``bot.channels`` provide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.cases import Case, CaseKind
from bot.domain.contacts import Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import Conversation, Message
from bot.domain.directory import DirectoryEntry


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def __call__(self) -> datetime: ...


class Ids(Protocol):
    """Makes opaque ids."""

    def __call__(self) -> str: ...


class Contacts(Protocol):
    """Contacts and their channel addresses."""

    def add(self, contact: Contact) -> None: ...

    def get(self, contact_id: str) -> Contact: ...

    def add_address(self, address: ChannelAddress) -> None: ...

    def get_address(self, address_id: str) -> ChannelAddress: ...

    def find_address(self, provider: Provider, channel: Channel, address: str) -> ChannelAddress | None: ...

    def hash_address(self, address: str) -> str: ...

    def lease(self, contact_id: str, *, owner: str, until: datetime, now: datetime) -> bool: ...

    def release(self, contact_id: str, *, owner: str) -> None: ...


class Conversations(Protocol):
    """Conversations."""

    def add(self, conversation: Conversation) -> None: ...

    def get(self, conversation_id: str) -> Conversation: ...

    def find_for_address(self, address_id: str) -> Conversation | None: ...


class Messages(Protocol):
    """Messages: the inbox, the outbox, and what was said."""

    def add(self, message: Message) -> None: ...

    def get(self, message_id: str) -> Message: ...

    def find_inbound(self, provider: Provider, provider_id: str) -> Message | None: ...

    def record_inbound_id(self, provider: Provider, provider_id: str, message_id: str) -> None: ...

    def contacts_waiting(self, *, limit: int) -> Sequence[str]: ...

    def claim_received(self, message_id: str) -> bool: ...

    def next_received(self, contact_id: str) -> Message | None: ...

    def due_outbound(self, now: datetime, *, limit: int) -> Sequence[Message]: ...

    def latest_choices(self, conversation_id: str) -> Message | None: ...

    def in_conversation(self, conversation_id: str, *, after: int) -> Sequence[Message]: ...


class Cases(Protocol):
    """Cases."""

    def add(self, case: Case) -> None: ...

    def find_by_message(self, message_id: str, kind: CaseKind) -> Case | None: ...

    def find_open(self, contact_id: str, kind: CaseKind) -> Case | None: ...

    def has_reference(self, reference: str) -> bool: ...

    def of_contact(self, contact_id: str) -> Sequence[Case]: ...

    def waiting(self, kinds: frozenset[CaseKind], *, limit: int) -> Sequence[Case]: ...


class Directory(Protocol):
    """Directory entries."""

    def all(self) -> Sequence[DirectoryEntry]: ...

    def get(self, entry_id: str) -> DirectoryEntry: ...

    def add(self, entry: DirectoryEntry) -> None: ...


class Duty(Protocol):
    """Who of the staff is on duty."""

    def count(self) -> int: ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it without ``commit`` rolls back."""

    contacts: Contacts
    conversations: Conversations
    messages: Messages
    cases: Cases
    directory: Directory
    duty: Duty

    def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], AbstractContextManager[UnitOfWork]]


@dataclass(frozen=True)
class Sent:
    """What a provider said when it took a message."""

    provider_id: str
    is_delivered: bool = False


class ChannelClient(Protocol):
    """Hands one message to a provider.

    Raises:
        TryLater, Unreachable, Rejected: As in ``bot.domain.errors``.
    """

    def send(self, address: ChannelAddress, message: Message) -> Sent: ...
