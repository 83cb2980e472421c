"""A conversation of the demo as rows: what is written in both directions, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.demo.people import Person
from bot.demo.rows import Batch, plain
from bot.demo.world import Colleague, World
from bot.domain.contacts import Channel, ChannelAddress, Provider
from bot.domain.conversations import Conversation, Direction, InboundState, MessageKind
from bot.domain.deliveries import OutboundState, failure_of
from bot.language.sms import sms_size
from bot.services.turns import Reply
from bot.storage import tables as t

_CONVERSATION = tuple(field.name for field in fields(Conversation))
_ADDRESS = tuple(field.name for field in fields(ChannelAddress))
_MEDIA_TYPES = {MessageKind.PHOTO: ("image/jpeg", 184_000), MessageKind.VOICE: ("audio/ogg", 41_000)}
A_MOMENT = timedelta(seconds=2)


class Talk:
    """All that one person and the hotline write to each other on one channel.

    Attributes:
        at: The moment that is being told.
        last_inbound_id: Of the message to which the assistant answers.
    """

    def __init__(self, world: World, batch: Batch, person: Person, *, language: str, channel: Channel) -> None:
        self.world, self.batch, self.person = world, batch, person
        self.language, self.channel = language, channel
        self.at = world.now
        contact_id, address_id = world.new_id(), world.new_id()
        self.address = ChannelAddress(address_id, contact_id, channel, Provider.SIMULATOR, "", "", self.at)
        self.address.address = f"sim:{address_id}" if channel is Channel.TELEGRAM else person.phone
        self.address.address_hash = world.hash(self.address.address)
        self.conversation = Conversation(
            world.new_id(),
            contact_id,
            address_id,
            channel,
            self.at,
            datetime.min.replace(tzinfo=timezone.utc),
            language=language,
        )
        self.last_inbound_id = ""
        self.last_outbound: dict[str, Any] | None = None

    @property
    def contact_id(self) -> str:
        """The person's contact."""
        return self.conversation.contact_id

    @property
    def is_silent(self) -> bool:
        """Whether the assistant is, as staff write to the person."""
        return self.conversation.is_with_staff

    def fill(self, text: str, **values: str) -> str:
        """Put the person's first name and what else is known into a text of a story."""
        return text.format(name=self.person.name.split()[0], **values) if "{" in text else text

    def hear(
        self,
        text: str,
        *,
        kind: MessageKind = MessageKind.TEXT,
        pressed: str | None = None,
        topic: str | None = None,
        decision: str | None = None,
        confidence: float | None = None,
    ) -> dict[str, Any]:
        """Let the person write."""
        row = self._message(
            Direction.INBOUND, text, InboundState.HANDLED.value, kind=kind, pressed=pressed, topic=topic, decision=decision,
            confidence=confidence, provider_id=f"demo-{self.world.new_id()}",
        )  # fmt: skip
        self.last_inbound_id = row["id"]
        self.conversation.last_inbound_at = max(self.at, self.conversation.last_inbound_at)
        if kind in _MEDIA_TYPES:
            content_type, size = _MEDIA_TYPES[kind]
            self.batch.add(
                t.media, id=self.world.new_id(), message_id=row["id"], content_type=content_type, size=size,
                reference=f"demo:{kind.value}", created_at=self.at,
            )  # fmt: skip
        return row

    def answer(self, reply: Reply | None) -> None:
        """Let the assistant say something, if it has it."""
        if reply is None:
            return
        self.at += A_MOMENT
        self.last_outbound = self._message(
            Direction.OUTBOUND, reply.text, self._arrived(), answer_id=reply.answer_id, choices=reply.choices,
            sms_parts=reply.sms_parts, reply_to_id=self.last_inbound_id or None, attempts=1,
        )  # fmt: skip

    def say(self, answer_id: str, *, choices: Sequence[str] | None = None, **values: str) -> None:
        """Let the assistant give an answer."""
        self.answer(self.world.say(answer_id, self.language, self.channel, choices=choices, **values))

    def write(self, by: Colleague, text: str, *, failure: str | None = None) -> None:
        """Let a staff member write to the person."""
        state = OutboundState.FAILED.value if failure else self._arrived()
        self.last_outbound = self._message(
            Direction.OUTBOUND, text, state, author_id=by.id, client_id=self.world.new_id(), failure=failure, attempts=1,
            sms_parts=sms_size(text).parts if self.channel is Channel.SMS else None,
        )  # fmt: skip
        if failure and failure_of(failure).stops_address:
            self.address.stop(self.at, reason=failure)

    def send_template(self) -> None:
        """Send "your reply is ready", which WhatsApp takes at any time."""
        self.say("reply_ready")
        if self.last_outbound is not None:
            self.last_outbound["template"] = f"reply_ready_{self.language}"

    def close(self, began: datetime) -> None:
        """Keep contact, address and conversation as they are in the end."""
        self.conversation.opened_at = self.address.created_at = began
        self.batch.add(t.contact, id=self.contact_id, created_at=began)
        self.batch.add(t.channel_address, **plain(self.address, _ADDRESS))
        self.batch.add(t.conversation, **plain(self.conversation, _CONVERSATION))

    def _message(self, direction: Direction, text: str, state: str, **values: Any) -> dict[str, Any]:
        row: Mapping[str, Any] = {"kind": MessageKind.TEXT, **values}
        return self.batch.add(
            t.message, id=self.world.new_id(), conversation_id=self.conversation.id, contact_id=self.contact_id,
            direction=direction, text=text, state=state, created_at=self.at, handled_at=self.at + A_MOMENT,
            counted_at=self.at + A_MOMENT, **row,
        )  # fmt: skip

    def _arrived(self) -> str:
        if self.channel is Channel.TELEGRAM:
            return OutboundState.SENT.value
        if self.channel is Channel.SMS:
            return OutboundState.DELIVERED.value
        return self.world.rng.choice((OutboundState.READ, OutboundState.READ, OutboundState.DELIVERED)).value
