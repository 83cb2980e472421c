"""What tests of the worker and its chores share: parts over a SQLite file, and a run that ends."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from bot.delivery.stopping import Stop
from bot.delivery.worker import OutboxWorker

PATIENCE_SECONDS = 15.0


@dataclass
class PartsOver:
    """As much of ``bot.wiring.Parts`` as delivery asks for."""

    database: object
    window_templates: dict = field(default_factory=dict)

    def unit_of_work(self, *, is_durable=False):
        """Return a new transaction."""
        return self.database.unit_of_work()


def make_worker(parts, clients, *, sms_parts_per_minute=600):
    """A worker whose messages cost nothing."""
    return OutboxWorker(parts, clients, price_of=lambda address, message: None, sms_parts_per_minute=sms_parts_per_minute)


async def run_until(start, is_done):
    """Run something that ends when it is told to, until a condition holds; return how long the end took."""
    stop = Stop()
    task = asyncio.create_task(start(stop))
    try:
        await wait_for(is_done)
    finally:
        stop.is_asked = True
        asked = time.monotonic()
        await asyncio.wait_for(task, PATIENCE_SECONDS)
    return time.monotonic() - asked


async def wait_for(is_done):
    """Wait until a condition holds."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        assert time.monotonic() < until, "it did not happen in time"
        await asyncio.sleep(0.02)
