"""Courtesies: small calls that Telegram expects after an update. They run in the background, and their failure costs nothing.

The webhook must answer at once, so a thread with an event loop of its own makes the calls. It starts with the first one.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from telegram.error import Forbidden
from telegram.request import BaseRequest

from bot.channels.telegram.api import CONNECTIONS, make_bot
from bot.channels.telegram.readings import AnswerPress, Courtesy, LeaveGroup
from bot.domain.contacts import Channel
from bot.domain.errors import NotFound
from bot.language.catalogues import Catalogues
from bot.logs import get_logger
from bot.provider_settings import TelegramSettings
from bot.services.messages import primary_language

if TYPE_CHECKING:
    from telegram.ext import ExtBot

MAX_WAITING = 200
"""When Telegram does not answer, courtesies beyond this are dropped: a button that spins is no harm."""


class Courtesies:
    """Makes the calls; fulfils ``bot.channels.telegram.intake.Polite``."""

    def __init__(self, settings: TelegramSettings, catalogues: Catalogues, *, request: BaseRequest | None = None) -> None:
        self._settings = settings
        self._catalogues = catalogues
        self._request = request
        self._room = threading.BoundedSemaphore(MAX_WAITING)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # Of the loop only: fewer calls at once than connections, so that none fails for want of one.
        self._bot: ExtBot[int] | None = None
        self._turn: asyncio.Semaphore | None = None

    def submit(self, courtesy: Courtesy) -> None:
        """Take a courtesy for later. Never waits and never raises."""
        if not self._room.acquire(blocking=False):
            _note("Full")
            return
        work = self._do(courtesy)
        try:
            asyncio.run_coroutine_threadsafe(work, self._started()).add_done_callback(self._make_room)
        except RuntimeError as error:
            # The loop is closed, or the process cannot start a thread: it is about to end.
            work.close()
            self._room.release()
            _note(type(error).__name__)

    def close(self, *, seconds: float = 2.0) -> None:
        """Stop the thread; what it has not done by then is dropped."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(loop.stop)
        thread.join(seconds)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                thread = threading.Thread(target=self._run, args=(loop,), name="telegram-courtesies", daemon=True)
                thread.start()
                self._loop, self._thread = loop, thread
            return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            unfinished = asyncio.all_tasks(loop)
            for task in unfinished:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*unfinished, return_exceptions=True))
            bot, self._bot = self._bot, None
            if bot is not None:
                loop.run_until_complete(bot.request.shutdown())
        finally:
            loop.close()

    def _make_room(self, _done: Future[None]) -> None:
        self._room.release()

    async def _do(self, courtesy: Courtesy) -> None:
        try:
            if self._bot is None or self._turn is None:
                self._bot, self._turn = make_bot(self._settings, request=self._request), asyncio.Semaphore(CONNECTIONS)
            async with self._turn:
                if isinstance(courtesy, AnswerPress):
                    await self._bot.answer_callback_query(courtesy.press_id)
                else:
                    await self._leave(self._bot, courtesy)
        except Exception as error:  # noqa: BLE001 - the edge of this thread
            _note(type(error).__name__)

    async def _leave(self, bot: ExtBot[int], group: LeaveGroup) -> None:
        if group.says_why:
            try:
                words = self._catalogues.text(primary_language(group.language) or "en", "group_refused")
                await bot.send_message(group.chat_id, words)
            except NotFound:
                # Not approved in this language: then without a word.
                _note(NotFound.__name__)
            except Exception as error:  # noqa: BLE001 - the group may not let us write; leaving matters more
                _note(type(error).__name__)
        # Forbidden: somebody was quicker and removed us.
        with contextlib.suppress(Forbidden):
            await bot.leave_chat(group.chat_id)


def _note(error_class: str) -> None:
    get_logger().warning("courtesy_failed", channel=Channel.TELEGRAM.value, error_class=error_class)
