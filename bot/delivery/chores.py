"""The worker's chores beside sending: cleaning chats and erasing people's data on request, taking away what is old, and
fetching what came while the hotline was away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.delivery.receiver import StoringReceiver
from bot.delivery.stopping import Stop
from bot.domain.contacts import Provider
from bot.domain.errors import DeliveryError, TryLater
from bot.logs import get_logger
from bot.services.case_returns import escalate_late
from bot.services.counts import BATCH, count_messages
from bot.services.erasure import ToErase, messages_to_erase, record_erased
from bot.services.messages import Incoming
from bot.services.ports import ChannelClient
from bot.services.privacy import erase_due
from bot.services.retention import purge_daily
from bot.speaking.parts import handover_of
from bot.wiring import Parts, new_id, now

ERASE_EVERY_SECONDS = 0.5
ERASE_BATCH = 50
FORGET_EVERY_SECONDS = 2.0
LOOK_FOR_OLD_EVERY_SECONDS = 600.0
COUNT_EVERY_SECONDS = 60.0
CATCH_UP_EVERY_SECONDS = 60.0
PUT_BACK_EVERY_SECONDS = 60.0
PUT_BACK_AT_ONCE = 20
"""Cases that go back in one transaction: while it lasts, nobody else works on them."""
OVERLAP = timedelta(minutes=10)
"""How far before the last look we look again: clocks differ, and lists lag behind."""

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


async def forget_on_request(parts: Parts, stop: Stop) -> None:
    """Erase the contacts that asked for it, once their farewell is out, until ``stop`` is asked for."""

    async def work() -> None:
        count = await asyncio.to_thread(_forget_due, parts)
        if count:
            get_logger().info("contacts_erased", count=count)

    await _repeat(work, FORGET_EVERY_SECONDS, stop, failed="forgetting_failed")


def _forget_due(parts: Parts) -> int:
    with parts.unit_of_work(is_durable=True) as uow:
        return len(erase_due(uow, clock=now))


async def purge_every_day(parts: Parts, stop: Stop) -> None:
    """Take away what is older than it may be, once a day, until ``stop`` is asked for; tell how much of each kind."""

    async def work() -> None:
        counts = await asyncio.to_thread(purge_daily, parts.unit_of_work, parts.settings.retention, clock=now)
        for name, count in (counts or {}).items():
            event = f"purged_{name}"
            get_logger().info(event, count=count)

    await _repeat(work, LOOK_FOR_OLD_EVERY_SECONDS, stop, failed="purge_failed")


async def count_every_minute(parts: Parts, stop: Stop) -> None:
    """Add what was dealt with to the daily counts, until ``stop`` is asked for."""

    async def work() -> None:
        while await asyncio.to_thread(_count, parts) == BATCH and not stop.is_asked:
            pass

    await _repeat(work, COUNT_EVERY_SECONDS, stop, failed="counting_failed")


def _count(parts: Parts) -> int:
    with parts.unit_of_work() as uow:
        return count_messages(uow, clock=now)


async def put_back_late_cases(parts: Parts, stop: Stop) -> None:
    """Put cases that nobody touched in their time back into the queue, until ``stop`` is asked for."""

    async def work() -> None:
        count = PUT_BACK_AT_ONCE
        while count == PUT_BACK_AT_ONCE and not stop.is_asked:
            count = await asyncio.to_thread(_put_back, parts)
            if count:
                get_logger().info("cases_put_back", count=count)

    await _repeat(work, PUT_BACK_EVERY_SECONDS, stop, failed="putting_back_failed")


def _put_back(parts: Parts) -> int:
    with parts.unit_of_work() as uow:
        return escalate_late(uow, words=handover_of(parts), clock=now, new_id=new_id, limit=PUT_BACK_AT_ONCE)


async def catch_up(parts: Parts, provider: Provider, missed: Missed, stop: Stop) -> None:
    """Store what the provider took for us while nobody opened the door, at the start and every minute.

    A hotline looks back to its last look, however long ago that was. At its very first start it has missed nothing: what
    lies at the provider from before was never for it.
    """

    async def work() -> None:
        looked_at = now()
        since = await asyncio.to_thread(_last_look, parts, provider)
        if since is not None:
            count = await _store(parts, await missed(since - OVERLAP))
            if count:
                get_logger().warning("caught_up", provider=provider.value, count=count)
        await asyncio.to_thread(_remember_look, parts, provider, looked_at)

    await _repeat(work, CATCH_UP_EVERY_SECONDS, stop, failed="catch_up_failed", provider=provider.value)


async def _repeat(work: Callable[[], Awaitable[None]], seconds: float, stop: Stop, *, failed: str, **fields: str) -> None:
    """Do a piece of work again and again, with pauses, until ``stop`` is asked for; one that fails is tried after the pause."""
    while not stop.is_asked:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the edge of this chore
            get_logger().error(failed, **fields, error_class=type(error).__name__)
        await _pause(seconds, stop)


async def _pause(seconds: float, stop: Stop) -> None:
    until = time.monotonic() + seconds
    while not stop.is_asked and time.monotonic() < until:
        await asyncio.sleep(min(0.5, seconds))


async def _store(parts: Parts, incoming: Sequence[Incoming]) -> int:
    receiver = StoringReceiver(parts)
    return sum([await asyncio.to_thread(receiver.message, item) for item in incoming])


def _last_look(parts: Parts, provider: Provider) -> datetime | None:
    with parts.unit_of_work() as uow:
        return uow.marks.get(f"caught_up_{provider.value}")


def _remember_look(parts: Parts, provider: Provider, at: datetime) -> None:
    with parts.unit_of_work() as uow:
        uow.marks.set(f"caught_up_{provider.value}", at)
        uow.commit()
