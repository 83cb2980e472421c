"""What all stand-ins share: a server in a thread of the test's process, its faults, and what it wrote down."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.standins.clock import Clock, wait_until
from tests.standins.faults import Fault, FaultKind, Faults
from tests.standins.webhooks import WebhookSender

LARGEST_REQUEST = 60 * 1024 * 1024


@dataclass(frozen=True)
class Violation:
    """A request that the provider's rules forbid, and what is wrong with it."""

    operation: str
    problem: str


@dataclass(frozen=True)
class Call:
    """One API call: what was asked for whom, the fault that met it, and the status it was answered with."""

    operation: str
    recipient: str
    fields: Mapping[str, Any]
    fault: Fault | None
    status: int
    started: float
    seconds: float


Process = Callable[[], Awaitable[web.StreamResponse]]


class StandIn:
    """A provider that is not there. Use it as a context manager; look at its state from any thread."""

    provider = "standin"
    sending: Collection[str] = ()

    def __init__(self, *, seed: int = 0) -> None:
        self.clock = Clock()
        self.random = random.Random(seed)
        self.faults = Faults(seed, sending=self.sending)
        self.sender = WebhookSender(self.provider)
        self.violations: list[Violation] = []
        self.calls: list[Call] = []
        self.lock = threading.RLock()
        self._background: set[asyncio.Task[None]] = set()
        self._routed: list[tuple[str, str]] = []
        self._ports: list[int] = [0] * self.port_count
        self._sites: list[web.TCPSite] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    port_count = 1

    # What a provider adds.

    def routes(self) -> list[web.RouteDef]:
        """The provider's addresses."""
        raise NotImplementedError

    def error(self, status: int, reason: str, *, code: int | None = None, seconds: float | None = None) -> web.Response:
        """An error in the provider's own form; ``seconds`` is how long to wait before another try."""
        raise NotImplementedError

    # Starting and stopping.

    @property
    def url(self) -> str:
        """Where the stand-in listens."""
        return f"http://127.0.0.1:{self._ports[0]}"

    def __enter__(self) -> StandIn:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when it does."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True, name=f"{self.provider} stand-in")
        self._thread.start()
        assert ready.wait(10), "the stand-in did not start"

    def stop(self) -> None:
        """Close all connections and forget undelivered webhooks."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Be away: connections are refused until the block ends. Webhooks that wait go on being delivered."""
        self.in_loop(self._stop_listening)
        try:
            yield
        finally:
            self.in_loop(self._listen)

    def in_loop(self, function: Callable[[], Awaitable[Any]]) -> Any:
        """Run a coroutine in the stand-in's loop, from a test's thread, and wait for it."""
        assert self._loop is not None

        async def run() -> Any:
            return await function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def route(self, public_url: str, local_url: str) -> None:
        """Post what goes to an address below ``public_url`` to ``local_url``, as the proxy before the hotline does."""
        with self.lock:
            self._routed.append((public_url.rstrip("/"), local_url.rstrip("/")))

    def routed(self, url: str) -> str:
        """Return the address that is really called for a public one, without its fragment."""
        url = url.split("#")[0]
        for public, local in sorted(self._routed, key=lambda pair: -len(pair[0])):
            if url.startswith(public) and url[len(public) : len(public) + 1] in ("", "/", "?"):
                return local + url[len(public) :]
        return url

    # Answering.

    def violate(self, operation: str, problem: str) -> None:
        """Write down that a request broke the rules."""
        self.violations.append(Violation(operation, problem))

    async def answer(
        self, request: web.Request, operation: str, *, recipient: object, fields: Mapping[str, Any], process: Process
    ) -> web.StreamResponse:
        """Process a call that is in order, unless a fault meets it; write it down."""
        fault, start = self.faults.draw(operation, recipient), time.monotonic()
        response = await (process() if fault is None else self._fail(request, fault, process))
        seconds = time.monotonic() - start
        self.calls.append(Call(operation, str(recipient), fields, fault, response.status, start, seconds))
        return response

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something happen after the answer. Called in the stand-in's loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def wait_until_idle(self, seconds: float = 10) -> None:
        """Wait until all webhooks are taken or given up, and nothing else is about to happen."""
        what = f"the end of {self.provider}'s deliveries"
        wait_until(lambda: not self._background and self.sender.is_idle, seconds, what=what)

    async def pause(self, seconds: float) -> None:
        """Wait, but not beyond the stand-in's end."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _fail(self, request: web.Request, fault: Fault, process: Process) -> web.StreamResponse:
        if fault.is_taken:
            await process()
        if fault.kind is FaultKind.DELAY:
            await self.pause(fault.seconds)
            return await process()
        if fault.kind in (FaultKind.CLOSED, FaultKind.NO_ANSWER):
            await self.pause(fault.seconds if fault.kind is FaultKind.NO_ANSWER else 0)
            if request.transport is not None:
                request.transport.close()
            return web.Response(status=504)
        if fault.kind is FaultKind.TOO_MANY:
            return self.error(429, "Too Many Requests", seconds=fault.seconds)
        return self.error(fault.status, fault.reason or "Internal Server Error", code=fault.code)

    @web.middleware
    async def _notice_own_errors(self, request: web.Request, handler: Any) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception as error:
            # A mistake in the stand-in must not pass for the provider's 500.
            self.violate(request.path.rsplit("/", 1)[-1], f"the stand-in itself failed: {error!r}")
            raise

    # The thread.

    def _run(self, ready: threading.Event) -> None:
        self._loop = loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(self._open())
        ready.set()
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(self._close())
            loop.close()

    async def _open(self) -> None:
        self._stopping = asyncio.Event()
        app = web.Application(middlewares=[self._notice_own_errors], client_max_size=LARGEST_REQUEST)
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await self._listen()
        await self.sender.open()

    async def _listen(self) -> None:
        # After an outage the ports stay the same.
        self._sites = [web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024) for port in self._ports]
        for site in self._sites:
            await site.start()
        self._ports = [address[1] for address in self._runner.addresses]

    async def _stop_listening(self) -> None:
        for site in self._sites:
            await site.stop()
        assert self._runner.server is not None
        # Connections that are kept alive would go on being served.
        await self._runner.server.shutdown(0.1)

    async def _close(self) -> None:
        self._stopping.set()
        await self.sender.close()
        await self._runner.cleanup()
        leftover = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in leftover:
            task.cancel()
        await asyncio.gather(*leftover, return_exceptions=True)
