"""The worker's chores beside sending: cleaning chats on request, and fetching what came while the hotline was away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.delivery.receiver import StoringReceiver
from bot.delivery.stopping import Stop
from bot.domain.contacts import Provider
from bot.domain.errors import DeliveryError, TryLater
from bot.logs import get_logger
from bot.services.erasure import ToErase, messages_to_erase, record_erased
from bot.services.messages import Incoming
from bot.services.ports import ChannelClient
from bot.wiring import Parts, now

ERASE_EVERY_SECONDS = 0.5
ERASE_BATCH = 50
CATCH_UP_EVERY_SECONDS = 300.0
OVERLAP = timedelta(minutes=10)
"""How far before the last message we look: deliveries overtake each other."""

Missed = Callable[[datetime], Awaitable[Sequence[Incoming]]]


async def erase_on_request(parts: Parts, clients: Mapping[Provider, ChannelClient], stop: Stop) -> None:
    """Delete from phones what people asked to have deleted, until ``stop`` is asked for."""
    log = get_logger()
    while not stop.is_asked:
        try:
            for item in await asyncio.to_thread(_to_erase, parts):
                await _erase(parts, clients.get(item.address.provider), item)
        except TryLater:
            await asyncio.sleep(5 * ERASE_EVERY_SECONDS)
        except Exception as error:  # noqa: BLE001 - the edge of this chore
            log.error("erasing_failed", error_class=type(error).__name__)
        await asyncio.sleep(ERASE_EVERY_SECONDS)


def _to_erase(parts: Parts) -> list[ToErase]:
    with parts.unit_of_work() as uow:
        return messages_to_erase(uow, limit=ERASE_BATCH)


async def _erase(parts: Parts, client: ChannelClient | None, item: ToErase) -> None:
    is_erased = client is not None
    try:
        if client is not None:
            await client.erase(item.address, item.provider_id)
    except TryLater:
        raise
    except DeliveryError:
        is_erased = False

    def record() -> None:
        with parts.unit_of_work() as uow:
            record_erased(uow, item.message_id, is_erased=is_erased, clock=now)

    await asyncio.to_thread(record)


async def catch_up(parts: Parts, provider: Provider, missed: Missed, stop: Stop) -> None:
    """Store what the provider took for us while nobody opened the door, at the start and every few minutes.

    A hotline that never received anything from this provider has missed nothing.
    """
    log = get_logger()
    receiver = StoringReceiver(parts)
    while not stop.is_asked:
        try:
            since = await asyncio.to_thread(_latest, parts, provider)
            incoming = await missed(since - OVERLAP) if since else []
            fresh = [await asyncio.to_thread(receiver.message, item) for item in incoming]
            if any(fresh):
                log.warning("caught_up", provider=provider.value, count=sum(fresh))
        except Exception as error:  # noqa: BLE001 - the edge of this chore
            log.error("catch_up_failed", provider=provider.value, error_class=type(error).__name__)
        until = now() + timedelta(seconds=CATCH_UP_EVERY_SECONDS)
        while not stop.is_asked and now() < until:
            await asyncio.sleep(0.5)


def _latest(parts: Parts, provider: Provider) -> datetime | None:
    with parts.unit_of_work() as uow:
        return uow.messages.latest_inbound_at(provider)
