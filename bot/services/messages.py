"""The inbox: what a contact sent is stored before anything else happens to it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.contacts import Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import (
    MAX_TEXT_LENGTH,
    Conversation,
    Direction,
    InboundState,
    Message,
    MessageKind,
)
from bot.services.ports import Clock, Ids, UnitOfWork


@dataclass(frozen=True)
class Incoming:
    """A message as a channel's edge parsed it.

    Attributes:
        provider_id: The provider's id, the key against repeats.
        pressed: Choice id of a pressed button, or None.
        language_hint: What the app says of its language (an IETF tag); a first guess only.
    """

    provider: Provider
    channel: Channel
    address: str
    provider_id: str
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    pressed: str | None = None
    language_hint: str | None = None


def receive_message(uow: UnitOfWork, incoming: Incoming, *, clock: Clock, new_id: Ids) -> tuple[Message, bool]:
    """Store an inbound message, once.

    The contact, the channel address and the conversation are made on the first message. A text over
    ``MAX_TEXT_LENGTH`` characters is cut there.

    Returns:
        The stored message, and whether it is new; a repeat gives the first one and False.
    """
    known = uow.messages.find_inbound(incoming.provider, incoming.provider_id)
    if known is not None:
        return known, False
    now = clock()
    address = _address_of(uow, incoming, clock=clock, new_id=new_id)
    address.resume()
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
    message = Message(
        id=new_id(),
        conversation_id=conversation.id,
        contact_id=address.contact_id,
        direction=Direction.INBOUND,
        kind=incoming.kind,
        text=incoming.text[:MAX_TEXT_LENGTH],
        state=InboundState.RECEIVED.value,
        created_at=now,
        provider_id=incoming.provider_id,
        pressed=incoming.pressed,
    )
    uow.messages.add(message)
    uow.messages.record_inbound_id(incoming.provider, incoming.provider_id, message.id)
    uow.commit()
    return message, True


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
