"""``daleel worker``: the outbox and its chores, with the clients of the providers that are on."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys

import uvloop

from bot.channels.simulator.client import SimulatorClient
from bot.delivery.chores import (
    catch_up,
    count_every_minute,
    erase_on_request,
    forget_on_request,
    purge_every_day,
    put_back_late_cases,
)
from bot.delivery.prices import SmsPrices
from bot.delivery.stopping import Stop
from bot.delivery.worker import OutboxWorker
from bot.domain.contacts import LANGUAGES, Provider
from bot.logs import configure_logging
from bot.services.ports import ChannelClient
from bot.settings import Settings
from bot.wiring import Parts, build

SWITCH_SECONDS = 0.0005
"""As in the door: a thread that has the database's lock should not wait long for the interpreter."""


def serve_worker(settings: Settings) -> None:
    """Send the outbox until a signal."""
    configure_logging("worker")
    sys.setswitchinterval(SWITCH_SECONDS)
    stop = Stop()
    stop.on(signal.SIGTERM, signal.SIGINT)
    # The loop of Rasa's server, too: sockets and hand-overs between threads cost half of what asyncio's own loop takes.
    uvloop.install()
    asyncio.run(_work(build(settings), stop))


def make_clients(parts: Parts) -> dict[Provider, ChannelClient]:
    """Return a client for each provider that is on; libraries are loaded only where they are needed."""
    settings = parts.settings
    clients: dict[Provider, ChannelClient] = {Provider.SIMULATOR: SimulatorClient()}
    if settings.telegram is not None:
        from bot.channels.telegram.client import TelegramClient

        clients[Provider.TELEGRAM] = TelegramClient(settings.telegram)
    if settings.twilio is not None and settings.public_url is not None:
        from bot.channels.twilio.client import TwilioClient

        clients[Provider.TWILIO] = TwilioClient(
            settings.twilio,
            public_url=settings.public_url,
            list_labels=_list_labels(parts),
        )
    if settings.gateway is not None and settings.public_url is not None:
        from bot.channels.gateway.client import GatewayClient

        clients[Provider.GATEWAY] = GatewayClient(settings.gateway, public_url=settings.public_url)
    return clients


def _list_labels(parts: Parts) -> dict[str, str]:
    catalogues = parts.catalogues
    return {code: catalogues.text(code, "list_button") for code in LANGUAGES if catalogues.has(code, "list_button", "text")}


async def _work(parts: Parts, stop: Stop) -> None:
    settings = parts.settings
    clients = make_clients(parts)
    worker = OutboxWorker(
        parts,
        clients,
        price_of=SmsPrices(settings.sms_prices).price_of,
        sms_parts_per_minute=settings.sms_parts_per_minute,
    )
    chores = [
        asyncio.create_task(erase_on_request(parts, clients, stop)),
        asyncio.create_task(forget_on_request(parts, stop)),
        asyncio.create_task(purge_every_day(parts, stop)),
        asyncio.create_task(put_back_late_cases(parts, stop)),
        asyncio.create_task(count_every_minute(parts, stop)),
    ]
    if settings.twilio is not None:
        from bot.channels.twilio.catch_up import missed_messages

        twilio = settings.twilio
        chores.append(
            asyncio.create_task(catch_up(parts, Provider.TWILIO, lambda since: missed_messages(twilio, since=since), stop))
        )
    # What was loaded until now stays: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    try:
        await worker.run(stop)
    finally:
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        for client in clients.values():
            await client.close()
