"""Cleaning a chat on the person's phone: the provider deletes what it can, message by message."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.contacts import ChannelAddress
from bot.services.messages import address_of
from bot.services.ports import Clock, UnitOfWork


@dataclass(frozen=True)
class ToErase:
    """A message that the person wants gone from the phone."""

    message_id: str
    provider_id: str
    address: ChannelAddress


def messages_to_erase(uow: UnitOfWork, *, limit: int) -> list[ToErase]:
    """Return what is still to be deleted, the oldest first."""
    waiting = uow.outbox.to_erase(limit=limit)
    return [ToErase(message.id, message.provider_id or "", address_of(uow, message)) for message in waiting]


def record_erased(uow: UnitOfWork, message_id: str, *, is_erased: bool, clock: Clock) -> None:
    """Record that a message is gone, or that the provider will not delete it and need not be asked again."""
    message = uow.messages.get(message_id)
    message.erased_at = clock() if is_erased else None
    message.erase_asked_at = message.erase_asked_at if is_erased else None
    uow.commit()
