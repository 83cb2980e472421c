"""What a simulated phone shows: its conversation, read like a phone would receive it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction, InboundState, Message
from bot.domain.deliveries import OutboundState, is_on_its_way
from bot.services.ports import UnitOfWork


@dataclass(frozen=True)
class PhoneView:
    """The messages of a phone after a position.

    Attributes:
        messages: In order; those of the hotline only once they are sent.
        language: Of the conversation; None until the first message was understood.
        is_waiting: Whether a message of the phone is not handled yet, or a reply is still on its way.
        after: Position to ask from next time. It stays before a message whose state will still change.
        erased: Ids of messages that were deleted from the phone.
    """

    messages: Sequence[Message] = ()
    language: str | None = None
    is_waiting: bool = False
    after: int = 0
    erased: Sequence[str] = ()


def read_phone(uow: UnitOfWork, *, channel: Channel, address: str, after: int) -> PhoneView:
    """Return what a simulated phone shows after a position; nothing if it never wrote."""
    known = uow.contacts.find_address(Provider.SIMULATOR, channel, address)
    conversation = uow.conversations.find_for_address(known.id) if known else None
    if conversation is None:
        return PhoneView(after=after)
    stored = uow.messages.in_conversation(conversation.id, after=after)
    unsettled = [message for message in stored if _is_unsettled(message)]
    settled_until = after
    for message in stored:
        if _is_unsettled(message) or message.position is None:
            break
        settled_until = message.position
    return PhoneView(
        messages=[message for message in stored if _has_arrived(message)],
        language=conversation.language,
        is_waiting=bool(unsettled),
        after=settled_until,
        erased=uow.outbox.erased(conversation.id),
    )


def _is_unsettled(message: Message) -> bool:
    return message.state == InboundState.RECEIVED.value or is_on_its_way(message.state)


def _has_arrived(message: Message) -> bool:
    return message.erased_at is None and (
        message.direction is Direction.INBOUND or message.state in (OutboundState.SENT.value, OutboundState.DELIVERED.value)
    )
