"""What the services need from outside, as protocols; ``bot.storage`` and ``bot.channels`` provide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.cases import CaseKind
from bot.domain.contacts import Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import Conversation, Message
from bot.domain.deliveries import OutboundState
from bot.domain.media import Fetched, Media
from bot.services.answers_ports import AnswerMarks
from bot.services.audit_ports import Audit
from bot.services.canned_reply_ports import CannedReplies
from bot.services.case_ports import Cases, Duty
from bot.services.directory_ports import Directory
from bot.services.form_ports import Forms, Requests
from bot.services.oversight_ports import Counts, DashboardNumbers
from bot.services.people_ports import People
from bot.services.privacy_ports import Privacy, Retention
from bot.services.queue_ports import Queue, SavedViews
from bot.services.request_ports import RequestLists
from bot.services.thread_ports import Presences, Threads
from bot.services.training_ports import TrainingLabels


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

    def same_number(self, address: ChannelAddress) -> Sequence[str]: ...

    def hash_address(self, address: str) -> str: ...

    def lease(self, contact_id: str, *, owner: str, until: datetime, now: datetime) -> bool: ...

    def release(self, contact_id: str, *, owner: str) -> None: ...


class Conversations(Protocol):
    """Conversations. ``lock`` keeps others from changing one until the transaction ends, and gives it as it is now."""

    def lock(self, conversation_id: str) -> Conversation: ...

    def add(self, conversation: Conversation) -> None: ...

    def get(self, conversation_id: str) -> Conversation: ...

    def find_for_address(self, address_id: str) -> Conversation | None: ...


class Messages(Protocol):
    """Messages: the inbox, what was said, and what came with it."""

    def add(self, message: Message) -> None: ...

    def get(self, message_id: str) -> Message: ...

    def find_inbound(self, provider: Provider, provider_id: str) -> str | None: ...

    def record_inbound_id(self, provider: Provider, provider_id: str, message_id: str) -> None: ...

    def find_by_provider_id(self, conversation_id: str, provider_id: str) -> Message | None: ...

    def contacts_waiting(self, *, limit: int) -> Sequence[str]: ...

    def claim_received(self, message_id: str) -> bool: ...

    def next_received(self, contact_id: str) -> Message | None: ...

    def latest_choices(self, conversation_id: str) -> Message | None: ...

    def latest_outbound(self, conversation_id: str) -> Message | None: ...

    def find_by_client_id(self, client_id: str) -> Message | None: ...

    def newest(self, conversation_id: str, *, before: int | None, limit: int) -> Sequence[Message]: ...

    def state_of(self, conversation_id: str, *, limit: int) -> str: ...

    def in_conversation(self, conversation_id: str, *, after: int) -> Sequence[Message]: ...

    def add_media(self, media: Media) -> None: ...

    def get_media(self, media_id: str) -> Media: ...

    def media_of(self, message_id: str) -> Sequence[Media]: ...


@dataclass(frozen=True)
class Ready:
    """An outbound message that is the next one of its conversation.

    Attributes:
        parts: How many SMS parts it takes; 1 on other channels.
    """

    message_id: str
    provider: Provider
    channel: Channel
    parts: int


class Outbox(Protocol):
    """Outbound messages on their way, and what the providers report of them.

    ``lock`` keeps others from changing a message until the transaction ends, and gives it as it is now. ``take_back`` does so
    for a message that a worker has in hand, and ends its claim; it gives None if another worker has it by now.
    """

    def lock(self, message_id: str) -> Message: ...

    def ready(self, now: datetime, *, limit: int) -> Sequence[Ready]: ...

    def claim(self, message_id: str, *, owner: str, until: datetime, now: datetime) -> bool: ...

    def take_back(self, message_id: str, *, owner: str) -> Message | None: ...

    def release(self, message_id: str) -> None: ...

    def unsettled(self, conversation_id: str) -> Sequence[Message]: ...

    def withdraw(self, message: Message, *, failure: str, now: datetime) -> bool: ...

    def find_sent(self, provider: Provider, provider_id: str) -> str | None: ...

    def has_template_since(self, conversation_id: str, since: datetime) -> bool: ...

    def known_provider_ids(self, conversation_id: str) -> frozenset[str]: ...

    def add_report(self, report: DeliveryReport, *, now: datetime) -> bool: ...

    def reports_of(self, provider: Provider, provider_id: str) -> Sequence[DeliveryReport]: ...

    def ask_to_erase(self, conversation_id: str, *, since: datetime, now: datetime) -> None: ...

    def to_erase(self, *, limit: int) -> Sequence[Message]: ...

    def erased(self, conversation_id: str) -> Sequence[str]: ...

    def troubled(self, *, limit: int) -> Sequence[Message]: ...

    def count_lost(self, since: datetime, *, hidden: frozenset[CaseKind]) -> int: ...


class Marks(Protocol):
    """Until when something was looked through, by a name."""

    def get(self, name: str) -> datetime | None: ...

    def set(self, name: str, at: datetime) -> None: ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it without ``commit`` rolls back."""

    contacts: Contacts
    conversations: Conversations
    messages: Messages
    outbox: Outbox
    marks: Marks
    cases: Cases
    forms: Forms
    requests: Requests
    privacy: Privacy
    retention: Retention
    directory: Directory
    duty: Duty
    audit: Audit
    counts: Counts
    dashboard: DashboardNumbers
    queue: Queue
    views: SavedViews
    threads: Threads
    presences: Presences
    people: People
    request_lists: RequestLists
    canned_replies: CannedReplies
    training: TrainingLabels
    answer_marks: AnswerMarks

    def commit(self) -> None: ...


@dataclass(frozen=True)
class Outgoing:
    """One message on its way to a provider, with what its client needs to know.

    Attributes:
        language: Of the conversation.
        known_provider_ids: Ids of messages of this conversation that are accounted for; a look-up ignores them.
    """

    message: Message
    address: ChannelAddress
    language: str | None = None
    known_provider_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sent:
    """What a provider said when it took a message."""

    provider_id: str
    is_delivered: bool = False


@dataclass(frozen=True)
class DeliveryReport:
    """What a provider says later of a message.

    Attributes:
        message_id: Ours, where the provider brings it along; else None.
        failure: A code of ``bot.domain.deliveries``, where it did not arrive.
    """

    provider: Provider
    provider_id: str
    state: OutboundState
    failure: str | None = None
    message_id: str | None = None


class ChannelClient(Protocol):
    """Hands messages to a provider. It lives in one event loop.

    Attributes:
        can_look_up: Whether the provider can tell later if it took a message.
    """

    can_look_up: bool

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand over one message.

        Raises:
            TryLater, Uncertain, Unreachable, Rejected, ChannelDown: As in ``bot.domain.errors``. Nothing else.
        """
        ...

    async def look_up(self, outgoing: Outgoing) -> Sent | None:
        """Find out whether a message that may have been taken was; only where ``can_look_up``.

        Raises:
            TryLater: If the provider does not say now.
        """
        ...

    async def erase(self, address: ChannelAddress, provider_id: str) -> None:
        """Delete one message from the person's phone; what is not there any more counts as deleted.

        Raises:
            Rejected: If this provider cannot, or it is too late.
            TryLater: If it may later.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class MediaSource(Protocol):
    """Fetches a file that a contact sent; used when a caseworker opens it."""

    def fetch(self, media: Media) -> Fetched:
        """Return the file.

        Raises:
            NotFound: If the provider no longer has it.
            Rejected: If it is too large, or of a type that is not opened.
            TryLater: If the provider does not answer.
        """
        ...
