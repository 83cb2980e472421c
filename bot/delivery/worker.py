"""The outbox worker: hands stored messages to the providers, each once, in order for each conversation.

It is one asyncio loop. The database is asked by the ledger in a thread of its own, the providers by their asynchronous
clients. What it holds in hand when it is killed is found again by the claim in the database: see ``bot.services.outbox``.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.delivery.lanes import Lane, Lanes
from bot.delivery.ledger import Ledger
from bot.delivery.stopping import Stop
from bot.domain.contacts import ChannelAddress, Provider
from bot.domain.conversations import Message
from bot.domain.deliveries import OutboundState
from bot.domain.errors import DeliveryError, Rejected, Uncertain
from bot.logs import get_logger
from bot.services.delivery_reports import apply_kept_reports
from bot.services.outbox import (
    Claimed,
    Task,
    claim_message,
    ready_messages,
    record_failure,
    record_not_found,
    record_sent,
)
from bot.services.ports import ChannelClient, Outgoing, Ready, Sent, UnitOfWork
from bot.speaking.parts import say_missing
from bot.wiring import Parts, new_id, now

POLL_SECONDS = 0.05
IDLE_POLL_SECONDS = 0.15
AFTER_ERROR_SECONDS = 1.0
BATCH = 200
LAST = "~"
"""Comes after every id."""
SEND_SECONDS = 14.0
"""Longer than any client's own time-outs, and shorter than a claim."""

REPORTS_BY_THEIR_ID = frozenset({Provider.GATEWAY})
"""Providers whose reports may name a message by an id that we do not know yet. Twilio's bring our own along, which settles
all but the second try of a message."""

PriceOf = Callable[[ChannelAddress, Message], "str | None"]
T = TypeVar("T")


class OutboxWorker:
    """Sends what is due until it is stopped.

    Args:
        clients: By provider; a provider without one is off, and its messages fail.
        price_of: What a message costs.
        sms_parts_per_minute: How many SMS parts the provider takes.
    """

    def __init__(
        self, parts: Parts, clients: Mapping[Provider, ChannelClient], *, price_of: PriceOf, sms_parts_per_minute: int
    ) -> None:
        self._ledger = Ledger(parts)
        self._clients = clients
        self._price_of = price_of
        self._templates = parts.window_templates
        self._say_missing = partial(say_missing, parts)
        self._owner = secrets.token_hex(8)
        can_look_up = {provider: client.can_look_up for provider, client in clients.items()}
        self._lanes = Lanes(can_look_up=can_look_up, sms_parts_per_minute=sms_parts_per_minute)
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._random = random.Random(secrets.randbits(64))  # noqa: S311 - spreads retries, hides nothing
        self._log = get_logger()

    async def run(self, stop: Stop) -> None:
        """Send what is due, again and again, until ``stop`` is asked for; what is in hand then is finished."""
        self._log.info("worker_started")
        self._wake = asyncio.Event()
        pause = POLL_SECONDS
        while not stop.is_asked:
            self._wake.clear()
            try:
                # Last in its group: what the others leave behind may make more ready.
                ready = await self._ledger.do(partial(ready_messages, clock=now, limit=BATCH), key=LAST)
            except SQLAlchemyError as error:
                self._log.error("outbox_unreadable", error_class=type(error).__name__)
                await asyncio.sleep(AFTER_ERROR_SECONDS)
                continue
            for item in ready:
                lane = self._lanes.of(item.provider, item.channel)
                lane.add(item)
                self._start(lane)
            pause = POLL_SECONDS if ready else min(IDLE_POLL_SECONDS, pause * 1.2)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)
        for task in list(self._waiting):
            # Nobody has claimed these: they are sent after the next start.
            task.cancel()
        self._is_stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SEND_SECONDS)
        self._ledger.close()
        self._log.info("worker_stopped")

    def _start(self, lane: Lane) -> None:
        """Give free slots to what waits in a lane; look for more once nothing does."""
        while not self._is_stopping and (ready := lane.next()) is not None:
            task = asyncio.create_task(self._deliver(ready, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, ready: Ready, lane: Lane) -> None:
        try:
            await self._wait_for_turn(ready, lane)
            client = self._clients.get(ready.provider)
            claimed = await self._claim(ready, client)
            if claimed is not None:
                await self._hand_over(claimed, client)
        except SQLAlchemyError as error:
            # Nothing was sent: the message is as it was.
            self._log.error("outbox_unreadable", error_class=type(error).__name__)
            await asyncio.sleep(AFTER_ERROR_SECONDS)
        except Exception as error:  # noqa: BLE001 - the edge of this worker: one message must not stop the others
            self._log.error("delivery_failed", message_id=ready.message_id, error_class=type(error).__name__)
            await asyncio.sleep(AFTER_ERROR_SECONDS)
        finally:
            lane.done(ready)
            self._start(lane)
            if not lane.queue:
                self._wake.set()

    async def _wait_for_turn(self, ready: Ready, lane: Lane) -> None:
        if lane.limiter is None:
            return
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            # A message of more parts than a whole minute's worth takes that minute, rather than never going out.
            await lane.limiter.acquire(min(ready.parts, lane.limiter.max_rate))
        finally:
            self._waiting.discard(task)

    async def _claim(self, ready: Ready, client: ChannelClient | None) -> Claimed | None:
        claim = partial(
            claim_message,
            message_id=ready.message_id,
            owner=self._owner,
            can_look_up=client is not None and client.can_look_up,
            templates=self._templates,
            clock=now,
            new_id=new_id,
            say_missing=self._say_missing,
        )
        # A message that goes out must be known as on its way, whatever happens then.
        return await self._ledger.do(claim, key=ready.message_id, is_durable=True)

    async def _hand_over(self, claimed: Claimed, client: ChannelClient | None) -> None:
        message_id = claimed.outgoing.message.id
        try:
            sent = await self._ask(claimed, client)
        except DeliveryError as error:
            state = await self._store(message_id, self._failure(claimed, error, client))
            self._log.warning("not_sent", message_id=message_id, error_code=error.code, state=state.value)
            return
        if sent is None:
            await self._store(message_id, partial(record_not_found, message_id=message_id, owner=self._owner, clock=now))
            return
        await self._store_sent(claimed.outgoing, sent)
        self._log.info("sent", message_id=message_id, channel=claimed.outgoing.address.channel.value)

    async def _ask(self, claimed: Claimed, client: ChannelClient | None) -> Sent | None:
        if client is None:
            raise Rejected("channel_off")
        call = client.look_up if claimed.task is Task.LOOK_UP else client.send
        try:
            return await asyncio.wait_for(call(claimed.outgoing), SEND_SECONDS)
        except DeliveryError:
            raise
        except asyncio.TimeoutError as error:
            raise Uncertain("answer_lost") from error
        except Exception as error:
            self._log.error("client_failed", message_id=claimed.outgoing.message.id, error_class=type(error).__name__)
            raise Uncertain("client_error") from error

    async def _store(self, message_id: str, record: Callable[[UnitOfWork], T]) -> T:
        """Record an outcome, however long the database is away: forgetting it could mean sending twice."""
        while True:
            try:
                return await self._ledger.do(record, key=message_id)
            except SQLAlchemyError as error:
                self._log.error("outcome_not_stored", error_class=type(error).__name__)
                await asyncio.sleep(AFTER_ERROR_SECONDS)

    async def _store_sent(self, outgoing: Outgoing, sent: Sent) -> None:
        message, address = outgoing.message, outgoing.address
        price = self._price_of(address, message)
        record = partial(record_sent, message_id=message.id, sent=sent, owner=self._owner, price=price, clock=now)
        await self._store(message.id, record)
        if address.provider in REPORTS_BY_THEIR_ID or message.resends:
            # Not in the same transaction: see there.
            kept = partial(apply_kept_reports, message_id=message.id, templates=self._templates, clock=now, new_id=new_id)
            await self._store(message.id, kept)

    def _failure(
        self, claimed: Claimed, error: DeliveryError, client: ChannelClient | None
    ) -> Callable[[UnitOfWork], OutboundState]:
        return partial(
            record_failure,
            message_id=claimed.outgoing.message.id,
            error=error,
            task=claimed.task,
            owner=self._owner,
            can_look_up=client is not None and client.can_look_up,
            jitter=self._random.random(),
            clock=now,
        )
