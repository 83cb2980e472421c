"""Polling: fetches updates where the Internet cannot reach this machine, in a thread of the door's process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import httpx

from bot.channels.edge import Receiver, Refused
from bot.channels.telegram.api import CONNECT_SECONDS, READ_SECONDS, ApiRefusal, method_url, result_of
from bot.channels.telegram.intake import Intake, Polite
from bot.channels.telegram.updates import ALLOWED_UPDATES, update_id_of
from bot.domain.contacts import Channel
from bot.logs import get_logger
from bot.provider_settings import TelegramSettings

WAIT_SECONDS = 25
"""How long Telegram holds a request open when there is nothing new."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


class Poller:
    """Asks Telegram for updates until it is stopped.

    The next request confirms the updates before its offset, so the offset moves on only once an update is stored.

    Args:
        transport: In place of the network, in tests.
        first_pause: Seconds after a failure; doubled with each further one.
    """

    def __init__(
        self,
        settings: TelegramSettings,
        receiver: Receiver,
        *,
        courtesies: Polite,
        transport: httpx.AsyncBaseTransport | None = None,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._settings = settings
        self._intake = Intake(settings, receiver, courtesies=courtesies)
        self._transport = transport
        self._first_pause = first_pause
        self._failures = 0
        self._offset: int | None = None
        self._is_stopped = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="telegram-polling", daemon=True)
        self._thread.start()

    def stop(self, *, seconds: float = 5.0) -> None:
        """Stop asking, at once; an update that is being stored is stored first."""
        self._is_stopped = True
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            # RuntimeError: it has ended by itself in this moment.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(task.cancel)
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._poll())

    async def _poll(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        log = get_logger()
        log.info("polling_started", channel=Channel.TELEGRAM.value)
        has_removed_webhook = False
        timeout = httpx.Timeout(WAIT_SECONDS + READ_SECONDS, connect=CONNECT_SECONDS)
        async with httpx.AsyncClient(timeout=timeout, transport=self._transport) as http:
            while not self._is_stopped:
                try:
                    if not has_removed_webhook:
                        # Telegram refuses to be asked while a webhook is set. What waits there is kept for us.
                        await self._call(http, "deleteWebhook", {"drop_pending_updates": False})
                        has_removed_webhook = True
                    updates = await self._call(http, "getUpdates", self._request())
                    is_all_taken = self._take_all(updates)
                except Exception as error:  # noqa: BLE001 - the edge of this thread
                    # Telegram is away (HTTPError), or says no (ApiRefusal: 409 if somebody else is asking, too).
                    log.warning("polling_failed", channel=Channel.TELEGRAM.value, error_class=type(error).__name__)
                    await self._pause(error)
                    continue
                if is_all_taken:
                    self._failures = 0
                else:
                    await self._pause(None)

    def _request(self) -> dict[str, Any]:
        request = {"timeout": WAIT_SECONDS, "allowed_updates": list(ALLOWED_UPDATES)}
        return request if self._offset is None else {**request, "offset": self._offset}

    async def _call(self, http: httpx.AsyncClient, method: str, fields: dict[str, Any]) -> Any:
        return result_of(await http.post(method_url(self._settings, method), json=fields))

    def _take_all(self, updates: list[Any]) -> bool:
        """Take updates in order; False if one could not be stored, or none was an update: then it is too early to go on."""
        before = self._offset
        for data in updates:
            try:
                self._intake.take(data, now=None)
            except Refused as error:
                # It would come back for ever, and hold up everybody behind it.
                get_logger().error("update_skipped", channel=Channel.TELEGRAM.value, error_code=error.code)
            except Exception as error:  # noqa: BLE001 - the edge of this thread; most likely the database is away
                get_logger().error("update_not_stored", channel=Channel.TELEGRAM.value, error_class=type(error).__name__)
                return False
            with contextlib.suppress(TypeError, ValueError):
                self._offset = update_id_of(data) + 1
        return not updates or self._offset != before

    async def _pause(self, error: Exception | None) -> None:
        asked = error.retry_after if isinstance(error, ApiRefusal) else None
        seconds = min(self._first_pause * 2.0 ** min(self._failures, 10), LONGEST_PAUSE)
        self._failures += 1
        await asyncio.sleep(max(seconds, asked or 0.0))
