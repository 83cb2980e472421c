"""The inbox: what a contact sent is stored before anything else happens to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.commands import Command, read_command
from bot.domain.contacts import LANGUAGES, Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import (
    MAX_TEXT_LENGTH,
    Conversation,
    Direction,
    InboundState,
    Message,
    MessageKind,
)
from bot.domain.deliveries import OutboundState
from bot.domain.media import Media
from bot.services.ports import Clock, Ids, UnitOfWork


@dataclass(frozen=True)
class IncomingMedia:
    """A file that came with a message, as ``bot.domain.media`` describes it."""

    content_type: str
    size: int | None
    reference: str


@dataclass(frozen=True)
class Incoming:
    """A message as a channel's edge parsed it.

    Attributes:
        provider_id: The key against repeats: unique with the provider (a Telegram update, a Twilio message).
        message_ref: The provider's id of the message itself, to correct or delete it; None where it has none.
        sequence: The provider's order, where it has one.
        pressed: Choice id of a pressed button, or None.
        language_hint: What the app says of its language (an IETF tag); a first guess only.
        line: Our own number that was written to.
    """

    provider: Provider
    channel: Channel
    address: str
    provider_id: str
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    pressed: str | None = None
    language_hint: str | None = None
    message_ref: str | None = None
    sequence: int | None = None
    line: str | None = None
    media: tuple[IncomingMedia, ...] = ()


def receive_message(uow: UnitOfWork, incoming: Incoming, *, clock: Clock, new_id: Ids) -> tuple[str, bool]:
    """Store an inbound message, once.

    The contact, the channel address and the conversation are made on the first message. A text over
    ``MAX_TEXT_LENGTH`` characters is cut there. Messages that waited for the person to write are queued again.

    Returns:
        The id of the stored message, and whether it is new; a repeat gives the first one's and False.
    """
    known = uow.messages.find_inbound(incoming.provider, incoming.provider_id)
    if known is not None:
        return known, False
    now = clock()
    conversation = _conversation_of(uow, incoming, clock=clock, new_id=new_id)
    message = Message(
        id=new_id(),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        direction=Direction.INBOUND,
        kind=incoming.kind,
        text=incoming.text[:MAX_TEXT_LENGTH],
        state=InboundState.RECEIVED.value,
        created_at=now,
        provider_id=incoming.message_ref,
        pressed=incoming.pressed,
        sequence=incoming.sequence,
    )
    # First, so that of two at once the second one's transaction ends here and leaves nothing behind.
    uow.messages.record_inbound_id(incoming.provider, incoming.provider_id, message.id)
    uow.messages.add(message)
    for media in incoming.media:
        uow.messages.add_media(
            Media(
                id=new_id(),
                message_id=message.id,
                content_type=media.content_type,
                size=media.size,
                reference=media.reference,
                created_at=now,
            )
        )
    was_waiting = _release_held(uow, conversation, clock=clock)
    command = read_command(incoming.text, channel=incoming.channel, provider=incoming.provider)
    if was_waiting and command is Command.OPEN:
        # What waited is the reply.
        message.mark_handled(now)
    uow.commit()
    return message.id, True


def correct_message(uow: UnitOfWork, incoming: Incoming, *, clock: Clock) -> bool:
    """Take a person's correction of an earlier message; it is not a new one and gets no second answer.

    Not handled yet, the message is understood as corrected. Handled already, staff see the corrected text.

    Returns:
        False when the message is unknown.
    """
    address = uow.contacts.find_address(incoming.provider, incoming.channel, incoming.address)
    conversation = uow.conversations.find_for_address(address.id) if address else None
    if conversation is None or incoming.message_ref is None:
        return False
    message = uow.messages.find_by_provider_id(conversation.id, incoming.message_ref)
    if message is None or message.direction is not Direction.INBOUND:
        return False
    message.correct(incoming.text[:MAX_TEXT_LENGTH], clock())
    uow.commit()
    return True


def stop_address(uow: UnitOfWork, *, provider: Provider, channel: Channel, address: str, reason: str, clock: Clock) -> None:
    """Record that nothing can be sent to an address (the person blocked us, say); what is queued is withdrawn."""
    known = uow.contacts.find_address(provider, channel, address)
    if known is None:
        return
    known.stop(clock(), reason=reason)
    conversation = uow.conversations.find_for_address(known.id)
    withdraw_unsent(uow, uow.outbox.unsettled(conversation.id) if conversation else (), reason=reason, clock=clock)
    uow.commit()


def resume_address(uow: UnitOfWork, *, provider: Provider, channel: Channel, address: str) -> None:
    """Record that an address takes messages again, without a message from the person."""
    known = uow.contacts.find_address(provider, channel, address)
    if known is not None:
        known.resume()
        uow.commit()


def withdraw_unsent(uow: UnitOfWork, messages: Sequence[Message], *, reason: str, clock: Clock) -> None:
    """Take back what was not sent yet. What a worker has in hand now may still go out."""
    for message in messages:
        if message.state in (OutboundState.QUEUED.value, OutboundState.HELD.value):
            message.move_on(OutboundState.WITHDRAWN, clock(), failure=reason)


def address_of(uow: UnitOfWork, message: Message) -> ChannelAddress:
    """Return the channel address that a message came from or goes to."""
    return uow.contacts.get_address(uow.conversations.get(message.conversation_id).channel_address_id)


def _release_held(uow: UnitOfWork, conversation: Conversation, *, clock: Clock) -> bool:
    """Queue what waited for the person to write; say whether anything did. A template not sent yet has no more use."""
    if conversation.channel is not Channel.WHATSAPP:
        return False
    unsettled = uow.outbox.unsettled(conversation.id)
    waiting = [m for m in unsettled if m.state == OutboundState.HELD.value]
    for message in waiting:
        message.wait_in_queue(until=None, failure=None)
    withdraw_unsent(uow, [m for m in unsettled if m.template is not None], reason="window_open", clock=clock)
    return bool(waiting)


def _conversation_of(uow: UnitOfWork, incoming: Incoming, *, clock: Clock, new_id: Ids) -> Conversation:
    now = clock()
    address = _address_of(uow, incoming, clock=clock, new_id=new_id)
    address.resume()
    address.line = incoming.line or address.line
    conversation = uow.conversations.find_for_address(address.id)
    if conversation is None:
        conversation = Conversation(
            id=new_id(),
            contact_id=address.contact_id,
            channel_address_id=address.id,
            channel=address.channel,
            opened_at=now,
            last_inbound_at=now,
        )
        uow.conversations.add(conversation)
    conversation.last_inbound_at = now
    conversation.language_hint = primary_language(incoming.language_hint) or conversation.language_hint
    return conversation


def primary_language(tag: str | None) -> str | None:
    """Return the language of an IETF tag (``fr-CA`` gives ``fr``) if it is one of ours, else None."""
    code = (tag or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else None


def _address_of(uow: UnitOfWork, incoming: Incoming, *, clock: Clock, new_id: Ids) -> ChannelAddress:
    address = uow.contacts.find_address(incoming.provider, incoming.channel, incoming.address)
    if address is not None:
        return address
    contact = Contact(id=new_id(), created_at=clock())
    address = ChannelAddress(
        id=new_id(),
        contact_id=contact.id,
        channel=incoming.channel,
        provider=incoming.provider,
        address=incoming.address,
        address_hash=uow.contacts.hash_address(incoming.address),
        created_at=clock(),
    )
    uow.contacts.add(contact)
    uow.contacts.add_address(address)
    return address
