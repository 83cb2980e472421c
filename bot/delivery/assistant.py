"""Rasa's edge of the inbox: the input channel that ``credentials.yml`` names, which carries the worker and health pages."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

from rasa.core.channels.channel import InputChannel
from rasa.engine.runner.dask import DaskGraphRunner
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.delivery.cheaper_rasa import make_cheaper
from bot.delivery.graph_runner import StraightRunner
from bot.delivery.inbox import InboxWorker, OnNewMessage
from bot.logs import get_logger
from bot.settings import load_settings, read_environment
from bot.speaking.parts import speaker_of
from bot.wiring import Parts, build


class InboxInput(InputChannel):
    """Mounts ``/healthz`` and ``/readyz`` and runs the inbox worker while the server runs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @classmethod
    def name(cls) -> str:
        """Return the channel's name in Rasa."""
        return "inbox"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InboxInput:
        """Build the channel; it needs no credentials."""
        return cls(build(load_settings(read_environment())))

    def url_prefix(self) -> str:
        """Mount at the root, where the health pages belong."""
        return "/"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the pages and the worker's start and stop."""
        pages = Blueprint("inbox")
        parts = self._parts

        def is_ready(app: Any) -> bool:
            agent = getattr(app.ctx, "agent", None)
            return agent is not None and agent.is_ready()

        @pages.get("/healthz")
        async def healthz(request: Request) -> HTTPResponse:
            return response.json({"status": "alive"})

        @pages.get("/readyz")
        async def readyz(request: Request) -> HTTPResponse:
            # Of the model only: the door, which asks, looks after the database itself.
            status, code = ("ready", 200) if is_ready(request.app) else ("waiting", 503)
            return response.json({"status": status}, code)

        @pages.listener("after_server_start")
        async def start(app: Any, loop: Any) -> None:
            worker = InboxWorker(parts, speaker_of(parts), is_ready=lambda: is_ready(app), on_new_message=on_new_message)
            app.ctx.inbox, app.ctx.inbox_task = worker, asyncio.create_task(worker.run())
            if is_ready(app) and isinstance(app.ctx.agent.processor.graph_runner, DaskGraphRunner):
                app.ctx.agent.processor.graph_runner = StraightRunner(app.ctx.agent.processor.graph_runner)
            if is_ready(app) and app.ctx.agent.domain is not None:
                make_cheaper(app.ctx.agent.domain)
            # The model is there for good: without this the collector walks through all of it again and again.
            gc.collect()
            gc.freeze()
            get_logger().info("assistant_started")

        @pages.listener("before_server_stop")
        async def stop(app: Any, loop: Any) -> None:
            app.ctx.inbox_task.cancel()
            await app.ctx.inbox.stop()

        return pages
