"""The inbox worker: takes stored messages, in order and one at a time for each contact, through Rasa.

It lives in the assistant's process, beside the model, and asks the database in Rasa's own loop: Rasa computes one turn at a
time, and a thread that waits for the interpreter between two statements would hold the database's lock meanwhile.
Rasa sees a message's id, its text and what was offered last; its replies go to the outbox, and its tracker is written, in
the same transaction that marks the message handled. A contact is leased while its messages are handled, so that several
assistants may share one database.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable

from rasa.core.channels.channel import UserMessage

from bot.delivery.completion import Completion
from bot.delivery.turn_channel import TurnChannel
from bot.delivery.turn_message import user_message
from bot.domain.commands import Command, language_of_command
from bot.domain.contacts import Channel
from bot.domain.silence import WITH_STAFF, is_said_beside_staff
from bot.logs import get_logger
from bot.services.turns import (
    LEASE,
    MAX_TURN_FAILURES,
    Reply,
    Turn,
    Understood,
    count_failure,
    finish_turn,
    lease_contact,
    next_turn,
    release_contact,
)
from bot.speaking.fitting import fit
from bot.speaking.speaker import Speaker
from bot.storage.tracker_changes import TrackerChanges, holding_changes
from bot.wiring import Parts, new_id, now

POLL_SECONDS = 0.1
SIDE_BY_SIDE = 8
"""Contacts handled at once; Rasa computes one at a time, but waits for actions meanwhile."""

OBEYED = frozenset({Command.STOP, Command.START, Command.HELP, Command.ERASE})
"""``open`` is obeyed as the message is received; with nothing that waits it is only a word."""

OnNewMessage = Callable[[UserMessage], Awaitable[None]]


class InboxWorker:
    """Works through the inbox until it is stopped.

    Args:
        parts: The parts of the hotline.
        speaker: For the words of last resort, when Rasa or an action failed.
        is_ready: Says whether Rasa's model is loaded; messages wait until then.
        on_new_message: Rasa's handler of one message.
    """

    def __init__(self, parts: Parts, speaker: Speaker, *, is_ready: Callable[[], bool], on_new_message: OnNewMessage) -> None:
        self._parts = parts
        self._speaker = speaker
        self._completion = Completion(parts, speaker)
        self._is_ready = is_ready
        self._on_new_message = on_new_message
        self._owner = secrets.token_hex(8)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._backlog: deque[str] = deque()
        self._has_room = asyncio.Event()
        self._log = get_logger()

    async def run(self) -> None:
        """Look for waiting contacts until cancelled."""
        while True:
            try:
                started = self._start_waiting() if self._is_ready() else 0
            except Exception as error:  # noqa: BLE001 - the edge of this worker
                self._log.error("inbox_unreadable", error_class=type(error).__name__)
                await asyncio.sleep(1.0)
                continue
            if not started:
                await self._wait_for_room()

    async def _wait_for_room(self) -> None:
        """Wait until a contact is done with, at most ``POLL_SECONDS``.

        Not by ``asyncio.wait_for``: in Python 3.10 it loses a cancellation that comes as the event is set.
        """
        timer = asyncio.get_running_loop().call_later(POLL_SECONDS, self._has_room.set)
        try:
            await self._has_room.wait()
        finally:
            timer.cancel()
        self._has_room.clear()

    def _start_waiting(self) -> int:
        """Start on contacts that wait, as many as there is room for; what was found beyond that is the backlog."""
        if len(self._busy) >= SIDE_BY_SIDE:
            return 0
        if not self._backlog:
            self._backlog.extend(self._waiting())
        started = 0
        while self._backlog and len(self._busy) < SIDE_BY_SIDE:
            contact_id = self._backlog.popleft()
            if contact_id not in self._busy:
                self._busy[contact_id] = task = asyncio.create_task(self._work_through(contact_id))
                task.add_done_callback(lambda _task, c=contact_id: self._done(c))
                started += 1
        return started

    def _done(self, contact_id: str) -> None:
        del self._busy[contact_id]
        self._has_room.set()

    async def stop(self) -> None:
        """Leave everything as it is stored: what is under way is taken up again at the next start."""
        under_way = list(self._busy.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _waiting(self) -> list[str]:
        with self._parts.unit_of_work() as uow:
            return list(uow.messages.contacts_waiting(limit=4 * SIDE_BY_SIDE))

    async def _work_through(self, contact_id: str) -> None:
        keeper = asyncio.create_task(self._keep_lease(contact_id))
        try:
            turn = self._begin(contact_id)
            while turn is not None:
                turn = await self._try(turn)
                # A turn may never have waited for anything: let others have their turn, and the pages theirs.
                await asyncio.sleep(0)
        except Exception as error:  # noqa: BLE001 - the edge of this worker
            # The lease runs out by itself.
            self._log.error("inbox_unreadable", contact_id=contact_id, error_class=type(error).__name__)
            await asyncio.sleep(1.0)
        finally:
            keeper.cancel()

    def _begin(self, contact_id: str) -> Turn | None:
        """Lease a contact and take its first turn; None if another process holds it."""
        with self._parts.unit_of_work() as uow:
            if not lease_contact(uow, contact_id, owner=self._owner, clock=now):
                return None
            turn = next_turn(uow, contact_id)
            if turn is None:
                release_contact(uow, contact_id, owner=self._owner)
            return turn

    async def _try(self, turn: Turn) -> Turn | None:
        """Handle a turn and return the next one; one that cannot be stored stays in the inbox and is taken up again."""
        try:
            return await self._handle(turn)
        except Exception as error:  # noqa: BLE001 - the edge of this worker
            # What fails again and again is given to a person.
            self._log.error("turn_not_stored", message_id=turn.message_id, error_class=type(error).__name__)
            await asyncio.sleep(1.0)
            self._count_failure(turn.message_id)
            return self._begin(turn.contact_id)

    def _count_failure(self, message_id: str) -> None:
        with self._parts.unit_of_work() as uow:
            count_failure(uow, message_id)

    def _lease(self, contact_id: str) -> bool:
        with self._parts.unit_of_work() as uow:
            return lease_contact(uow, contact_id, owner=self._owner, clock=now)

    async def _keep_lease(self, contact_id: str) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            self._lease(contact_id)

    async def _handle(self, turn: Turn) -> Turn | None:
        started = time.monotonic()
        with holding_changes() as trackers:
            if turn.command in OBEYED:
                understood, replies = self._obey(turn)
            else:
                understood, replies = await self._understand(turn)
            upcoming, count = self._finish(turn, understood, replies, trackers)
        self._log.info(
            "turn_done",
            message_id=turn.message_id,
            channel=turn.channel.value,
            language=understood.language,
            decision=understood.decision,
            count=count,
            duration_ms=round((time.monotonic() - started) * 1000),
        )
        return upcoming

    async def _understand(self, turn: Turn) -> tuple[Understood, list[Reply]]:
        """Let Rasa deal with a message; one that failed too often goes to a person without it."""
        channel = TurnChannel(turn.channel.value)
        try:
            if turn.failures < MAX_TURN_FAILURES:
                await self._on_new_message(user_message(turn, channel, self._speaker))
        except Exception as error:  # noqa: BLE001 - the edge of this worker
            self._log.error("turn_failed", message_id=turn.message_id, error_class=type(error).__name__)
        understood = channel.understood or Understood(turn.language, turn.language_is_chosen, None, None, None)
        return understood, channel.replies

    def _obey(self, turn: Turn) -> tuple[Understood, list[Reply]]:
        """Answer one of the words that are always obeyed; what it changes is changed as the turn is finished."""
        language = turn.language if turn.language_is_chosen else language_of_command(turn.text) or turn.language
        understood = Understood(language, turn.language_is_chosen, None, "command", None)
        if turn.command is Command.STOP and turn.channel is Channel.SMS:
            # Nothing more by SMS after "stop", not even a goodbye: the silence is what was asked for, and costs nothing.
            return understood, []
        answer_id = {
            Command.STOP: "stop_messages",
            Command.START: "greet",
            Command.HELP: "help",
            Command.ERASE: f"erase_{turn.channel.value}",
        }[turn.command]
        return understood, [self._speaker.say(answer_id, language or "en", turn.channel)]

    def _finish(
        self, turn: Turn, understood: Understood, replies: list[Reply], trackers: TrackerChanges
    ) -> tuple[Turn | None, int]:
        """Store what came of a turn; return the contact's next turn and the number of messages that go out."""
        is_left_to_staff = any(reply.answer_id == WITH_STAFF for reply in replies)
        if turn.command not in OBEYED and not is_left_to_staff:
            replies = self._completion.complete(turn, understood, replies)
        if turn.just_said is not None and [reply.answer_id for reply in replies] == [turn.just_said]:
            # The second picture of an album.
            replies = []
        if turn.is_with_staff:
            replies = [reply for reply in replies if is_said_beside_staff(reply.answer_id)]
        fitted = [part for reply in replies for part in fit(reply, turn.channel)]
        with self._parts.unit_of_work() as uow:
            trackers.write(uow.session)
            upcoming = finish_turn(
                uow, turn, understood=understood, replies=fitted, clock=now, new_id=new_id, owner=self._owner
            )
        trackers.written()
        return upcoming, len(fitted)
