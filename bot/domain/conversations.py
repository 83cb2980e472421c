"""Conversations and the messages in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.contacts import Channel


class Direction(str, Enum):
    """Who wrote a message: the contact (inbound) or the hotline (outbound)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class MessageKind(str, Enum):
    """What a message holds. All but ``text`` get an honest reply that we cannot read them."""

    TEXT = "text"
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT_CARD = "contact_card"
    FILE = "file"


class InboundState(str, Enum):
    """An inbound message is stored first, and handled later, once."""

    RECEIVED = "received"
    HANDLED = "handled"


class OutboundState(str, Enum):
    """An outbound message is stored first, and sent later."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


MAX_TEXT_LENGTH = 4096
"""Characters of one inbound message that are read; the longest text Telegram carries."""


@dataclass(frozen=True)
class Choice:
    """Something the contact may pick: by pressing it, by its number, or by its words.

    Attributes:
        id: What is meant: a topic id, or one of ours (``helped_yes``, ``choose_language_fr``).
        title: The words shown, in the contact's language.
    """

    id: str
    title: str


@dataclass
class Conversation:
    """All that is exchanged with one contact on one channel address.

    Attributes:
        language: ``ar``, ``fr``, ``en``; None until the first message was understood.
        language_is_chosen: True once the person named a language; then guesses no longer change it.
    """

    id: str
    contact_id: str
    channel_address_id: str
    channel: Channel
    opened_at: datetime
    last_inbound_at: datetime
    language: str | None = None
    language_is_chosen: bool = False

    def __repr__(self) -> str:
        return f"<Conversation {self.id}>"

    def use_language(self, language: str, *, is_chosen: bool) -> None:
        """Go on in a language; a guess never replaces the person's own choice."""
        if self.language_is_chosen and not is_chosen:
            return
        self.language = language
        self.language_is_chosen = self.language_is_chosen or is_chosen


@dataclass
class Message:
    """One text, picture or voice note, inbound or outbound.

    Attributes:
        provider_id: The provider's own id of an inbound message, unique with the provider: the key
            against repeats. For outbound messages the id that the provider gave.
        text: Encrypted at rest. Empty for a voice note or a photo without words.
        pressed: Choice id of a pressed button, else None.
        answer_id: For outbound messages, the answer that was given.
        choices: For outbound messages, what may be picked next, in the order of the numbers.
        topic, decision, confidence: For inbound messages, what the assistant understood.
        sms_parts: How many SMS parts the text takes; None on other channels.
        position: Grows with every message stored; order of the conversation.
    """

    id: str
    conversation_id: str
    contact_id: str
    direction: Direction
    kind: MessageKind
    text: str
    state: str
    created_at: datetime
    provider_id: str | None = None
    pressed: str | None = None
    answer_id: str | None = None
    choices: tuple[Choice, ...] = ()
    topic: str | None = None
    decision: str | None = None
    confidence: float | None = None
    sms_parts: int | None = None
    reply_to_id: str | None = None
    handled_at: datetime | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    failure: str | None = None
    position: int | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"<Message {self.id}>"

    def mark_handled(self, now: datetime) -> None:
        """Record that the assistant has dealt with this inbound message."""
        self.state = InboundState.HANDLED.value
        self.handled_at = now

    def mark_sent(self, provider_id: str, now: datetime, *, is_delivered: bool) -> None:
        """Record that the provider took this outbound message."""
        self.provider_id = provider_id
        self.handled_at = now
        self.state = (OutboundState.DELIVERED if is_delivered else OutboundState.SENT).value

    def mark_failed(self, reason: str, now: datetime) -> None:
        """Record that this outbound message will not be sent, and why (an error code)."""
        self.state = OutboundState.FAILED.value
        self.failure = reason
        self.handled_at = now

    def postpone(self, now: datetime, *, seconds: float) -> None:
        """Leave this outbound message in the outbox for another try later."""
        self.attempts += 1
        self.next_attempt_at = now + timedelta(seconds=seconds)
