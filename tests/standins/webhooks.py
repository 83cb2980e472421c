"""Webhooks as providers post them: in the background, each lane in order, again when they are not taken."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from tests.standins.retries import Attempt, RetryRule


@dataclass(frozen=True)
class Webhook:
    """One request to the hotline. ``repeat_headers`` come with each further try."""

    key: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    retries: RetryRule
    method: str = "POST"
    repeat_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """What became of one webhook: the last status (None without an answer), seconds from first try to last, every try."""

    provider: str
    key: str
    status: int | None
    seconds: float
    attempts: tuple[Attempt, ...]
    started: float

    @property
    def is_taken(self) -> bool:
        """The last answer was a 2xx."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Options:
    """How one webhook is delivered: so many times more, so many seconds later, or after the next of its lane."""

    repeat: int = 0
    delay: float = 0.0
    swap: bool = False


@dataclass
class _Lane:
    jobs: deque = field(default_factory=deque)
    held: tuple | None = None
    task: asyncio.Task | None = None


Done = Callable[[Delivery], None]


class WebhookSender:
    """Posts webhooks of one provider over one session; ``post`` may be called from any thread."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.deliveries: list[Delivery] = []
        self.last_attempt: Attempt | None = None
        self._lanes: dict[Hashable, _Lane] = {}
        self._count_lock = threading.Lock()
        self._open = 0
        self._generation = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None
        self._slots: asyncio.Semaphore | None = None

    async def open(self) -> None:
        """Start; called in the stand-in's loop."""
        self._loop = asyncio.get_running_loop()
        # A connection kept alive would die with the process it leads to, and Twilio would lose a message by that.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))

    async def close(self) -> None:
        """Give up what is not delivered."""
        await self._cancel()
        if self._session is not None:
            await self._session.close()

    def limit(self, connections: int | None) -> None:
        """Let so many requests run at once; None for any number. Called in the stand-in's loop."""
        self._slots = None if connections is None else asyncio.Semaphore(connections)

    def post(self, webhook: Webhook, *, lane: Hashable, options: Options = Options(), done: Done | None = None) -> None:
        """Deliver a webhook after those that wait in its lane."""
        assert self._loop is not None, "the stand-in has not been started"
        with self._count_lock:
            self._open += 1
            self._loop.call_soon_threadsafe(self._enqueue, lane, (webhook, options, done), self._generation)

    def drop(self) -> None:
        """Forget all that is not delivered. Called in the stand-in's loop."""
        for lane in self._lanes.values():
            if lane.task:
                lane.task.cancel()
        self._lanes.clear()
        with self._count_lock:
            self._generation += 1
            self._open = 0

    @property
    def is_idle(self) -> bool:
        """Nothing waits to be delivered, and nothing is on its way."""
        return self._open == 0

    def of(self, key: str) -> list[Delivery]:
        """Return the deliveries with a key: update id, message SID, or SID and status."""
        return [delivery for delivery in list(self.deliveries) if delivery.key == key]

    async def deliver(self, webhook: Webhook) -> Delivery:
        """Post until taken or given up, and write down what happened."""
        attempts: list[Attempt] = []
        start = time.monotonic()
        while True:
            seconds = webhook.retries.seconds_for_try(time.monotonic() - start)
            headers = {**webhook.headers, **(webhook.repeat_headers if attempts else {})}
            attempt = await self._try(webhook, headers, seconds)
            attempts.append(attempt)
            self.last_attempt = attempt
            pause = webhook.retries.pause(attempts, time.monotonic() - start)
            if pause is None:
                break
            await asyncio.sleep(pause)
        seconds = time.monotonic() - start
        delivery = Delivery(self.provider, webhook.key, attempts[-1].status, seconds, tuple(attempts), start)
        self.deliveries.append(delivery)
        return delivery

    def _enqueue(self, name: Hashable, job: tuple, generation: int) -> None:
        if generation != self._generation:
            return
        lane = self._lanes.setdefault(name, _Lane())
        if job[1].swap and lane.held is None:
            lane.held = job
            return
        lane.jobs.append(job)
        if lane.held is not None:
            lane.jobs.append(lane.held)
            lane.held = None
        if lane.task is None:
            lane.task = asyncio.get_running_loop().create_task(self._run(name, lane))

    async def _run(self, name: Hashable, lane: _Lane) -> None:
        while lane.jobs:
            webhook, options, done = lane.jobs.popleft()
            await asyncio.sleep(options.delay)
            for _ in range(1 + options.repeat):
                delivery = await self.deliver(webhook)
            if done is not None:
                done(delivery)
            with self._count_lock:
                self._open -= 1
        lane.task = None
        if lane.held is None:
            self._lanes.pop(name, None)

    async def _try(self, webhook: Webhook, headers: Mapping[str, str], seconds: float) -> Attempt:
        assert self._session is not None
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(5, seconds))
        async with self._slots or contextlib.nullcontext():
            start = time.monotonic()
            status, failure, answer = None, "", ("", "")
            try:
                # A redirect is not followed: Telegram does not, and Twilio would lose the form.
                how = {"data": webhook.body, "headers": headers, "timeout": timeout, "allow_redirects": False}
                async with self._session.request(webhook.method, URL(webhook.url, encoded=True), **how) as response:
                    answer = (response.content_type, (await response.read()).decode(errors="replace"))
                    status = response.status
            except aiohttp.ClientConnectorError:
                failure = "connect"
            except asyncio.TimeoutError:
                failure = "timeout"
            except aiohttp.ClientError:
                failure = "closed"
            return Attempt(status, time.monotonic() - start, failure, *answer)

    async def _cancel(self) -> None:
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        self.drop()
        await asyncio.gather(*tasks, return_exceptions=True)
