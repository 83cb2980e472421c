"""The outbox: replies that were stored are handed to the provider, in order for each conversation."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.contacts import ChannelAddress, Provider
from bot.domain.conversations import Message
from bot.domain.errors import DeliveryError, TryLater
from bot.services.ports import ChannelClient, Clock, UnitOfWork

MAX_ATTEMPTS = 8
BATCH = 50
UNKNOWN_FAULT_SECONDS = 10.0


def send_due_messages(uow: UnitOfWork, clients: Mapping[Provider, ChannelClient], *, clock: Clock) -> dict[str, int]:
    """Send what is due, the oldest first; each message's outcome is committed by itself.

    A message that must wait holds back later ones of its conversation, so that order is kept.

    Returns:
        Counts by outcome: ``sent``, ``postponed``, ``failed``.
    """
    counts = {"sent": 0, "postponed": 0, "failed": 0}
    blocked: set[str] = set()
    for message in uow.messages.due_outbound(clock(), limit=BATCH):
        if message.conversation_id in blocked:
            continue
        conversation = uow.conversations.get(message.conversation_id)
        address = uow.contacts.get_address(conversation.channel_address_id)
        outcome = _send(clients.get(address.provider), address, message, clock=clock)
        counts[outcome] += 1
        if outcome == "postponed":
            blocked.add(message.conversation_id)
        uow.commit()
    return counts


def _send(client: ChannelClient | None, address: ChannelAddress, message: Message, *, clock: Clock) -> str:
    if client is None:
        message.mark_failed("channel_off", clock())
        return "failed"
    try:
        sent = client.send(address, message)
    except TryLater as error:
        return _postpone(message, error.code, after=error.after, clock=clock)
    except DeliveryError as error:
        message.mark_failed(error.code, clock())
        return "failed"
    except Exception:  # noqa: BLE001 - one client's fault must not hold back everybody's messages
        return _postpone(message, "client_error", after=UNKNOWN_FAULT_SECONDS, clock=clock)
    message.mark_sent(sent.provider_id, clock(), is_delivered=sent.is_delivered)
    return "sent"


def _postpone(message: Message, code: str, *, after: float, clock: Clock) -> str:
    if message.attempts + 1 < MAX_ATTEMPTS:
        message.postpone(clock(), seconds=after * 2**message.attempts)
        return "postponed"
    message.mark_failed(code, clock())
    return "failed"
