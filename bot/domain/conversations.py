"""Conversations and the messages in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.contacts import Channel
from bot.domain.deliveries import OutboundState, is_step_forward


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


MAX_TEXT_LENGTH = 4096
"""Characters of one inbound message that are read; the longest text Telegram carries."""

WHATSAPP_WINDOW = timedelta(hours=24)
"""How long after the person's last message WhatsApp takes free text (Twilio error 63016 explains it)."""
WINDOW_MARGIN = timedelta(minutes=2)
"""The window is taken as shut a little early: a message on its way must not arrive after it."""


@dataclass(frozen=True)
class Choice:
    """Something the contact may pick: by pressing it, by its number, or by its words.

    Attributes:
        id: What is meant: a topic id, or one of ours (``helped_yes``, ``choose_language_fr``).
        title: The words shown, in the contact's language.
    """

    id: str
    title: str


def numbered_titles(choices: Sequence[Choice]) -> list[str]:
    """Return the choices as numbered lines; each may be picked by its number."""
    return [f"{number} {choice.title}" for number, choice in enumerate(choices, start=1)]


@dataclass
class Conversation:
    """All that is exchanged with one contact on one channel address.

    Attributes:
        language: ``ar``, ``fr``, ``en``; None until the first message was understood.
        language_is_chosen: True once the person named a language; then guesses no longer change it.
        language_hint: What the app says of its language; a first guess, until something is understood.
        with_staff_since: Since when staff write to the person and the assistant is silent; None while it speaks.
        with_staff_id: The staff member who took the conversation.
    """

    id: str
    contact_id: str
    channel_address_id: str
    channel: Channel
    opened_at: datetime
    last_inbound_at: datetime
    language: str | None = None
    language_is_chosen: bool = False
    language_hint: str | None = None
    with_staff_since: datetime | None = None
    with_staff_id: int | None = None

    def __repr__(self) -> str:
        return f"<Conversation {self.id}>"

    @property
    def reply_language(self) -> str:
        """The language in which the person is written to."""
        return self.language or self.language_hint or "en"

    @property
    def is_with_staff(self) -> bool:
        """Whether the assistant is silent, as staff write to the person."""
        return self.with_staff_since is not None

    def take(self, staff_id: int, now: datetime) -> None:
        """Record that a staff member writes to the person; the assistant falls silent."""
        self.with_staff_since, self.with_staff_id = self.with_staff_since or now, staff_id

    def give_back(self) -> None:
        """Let the assistant speak again."""
        self.with_staff_since = self.with_staff_id = None

    def use_language(self, language: str, *, is_chosen: bool) -> None:
        """Go on in a language; a guess never replaces the person's own choice."""
        if self.language_is_chosen and not is_chosen:
            return
        self.language = language
        self.language_is_chosen = self.language_is_chosen or is_chosen

    def takes_free_text(self, now: datetime) -> bool:
        """Say whether a message in our own words may be sent now; WhatsApp takes them for 24 hours only."""
        if self.channel is not Channel.WHATSAPP:
            return True
        return now < self.last_inbound_at + WHATSAPP_WINDOW - WINDOW_MARGIN


@dataclass
class Message:
    """One text, picture or voice note, inbound or outbound.

    Attributes:
        provider_id: The provider's own id of the message, to recognise reports, edits and what to delete. The key
            against repeats is kept apart (``record_inbound_id``): with Telegram it is the id of the update.
        text: Encrypted at rest. Empty for a voice note or a photo without words; for a location ``latitude,longitude``.
        pressed: Choice id of a pressed button, else None.
        sequence: The provider's order of inbound messages, where it has one.
        edited_at: When the person last corrected the text.
        answer_id: For outbound messages, the answer that was given.
        choices: For outbound messages, what may be picked next, in the order of the numbers.
        template: Name of the approved WhatsApp template that carries an outbound message, else None.
        topic, decision, confidence: For inbound messages, what the assistant understood.
        sms_parts: How many SMS parts the text takes; None on other channels.
        price: What sending cost by the operator's price list, in the currency set there; None where nothing is set.
        attempts: Outbound: how often it was handed to the provider. Inbound: how often its turn failed.
        resends: How often it was sent again because the network reported it lost.
        failure: Why it did not arrive, or why it waits: a code of ``bot.domain.deliveries``.
        erase_asked_at, erased_at: When the person asked to clean the chat, and when the provider did.
        author_id: The staff member who wrote an outbound message; None for the assistant.
        client_id: Made by the page on which staff wrote it, so that sending again sends nothing.
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
    sequence: int | None = None
    edited_at: datetime | None = None
    answer_id: str | None = None
    choices: tuple[Choice, ...] = ()
    template: str | None = None
    topic: str | None = None
    decision: str | None = None
    confidence: float | None = None
    sms_parts: int | None = None
    price: str | None = None
    reply_to_id: str | None = None
    handled_at: datetime | None = None
    attempts: int = 0
    resends: int = 0
    next_attempt_at: datetime | None = None
    failure: str | None = None
    erase_asked_at: datetime | None = None
    erased_at: datetime | None = None
    author_id: int | None = None
    client_id: str | None = None
    position: int | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"<Message {self.id}>"

    def mark_handled(self, now: datetime) -> None:
        """Record that the assistant has dealt with this inbound message."""
        self.state = InboundState.HANDLED.value
        self.handled_at = now

    def correct(self, text: str, now: datetime) -> None:
        """Replace the text by the person's own correction."""
        self.text, self.edited_at = text, now

    def move_on(self, state: OutboundState, now: datetime, *, failure: str | None = None) -> bool:
        """Take a report of this outbound message's fate; one that would step back changes nothing and gives False."""
        if not is_step_forward(self.state, state):
            return False
        self.state, self.failure, self.handled_at, self.next_attempt_at = state.value, failure, now, None
        return True

    def wait_in_queue(self, *, until: datetime | None, failure: str | None) -> None:
        """Leave this outbound message in the outbox for another try, or for the person to write."""
        self.state, self.next_attempt_at, self.failure = OutboundState.QUEUED.value, until, failure

    def hold(self) -> None:
        """Keep this outbound message until the person writes: WhatsApp's window is shut."""
        self.state, self.next_attempt_at, self.failure = OutboundState.HELD.value, None, "window_shut"

    def mark_unknown(self, failure: str, *, look_up_at: datetime | None) -> None:
        """Record that the provider may have taken this outbound message, and when to look it up, if that is possible."""
        self.state, self.next_attempt_at, self.failure = OutboundState.UNKNOWN.value, look_up_at, failure

    @property
    def numbered_text(self) -> str:
        """The text of a WhatsApp message with its choices as numbered lines, for when there are no buttons."""
        return "\n".join([self.text, "", *numbered_titles(self.choices)]) if self.choices else self.text
