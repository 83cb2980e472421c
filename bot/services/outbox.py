"""The outbox: replies that were stored are handed to the provider, in order for each conversation, once.

A worker asks what is ``ready``, claims one message, hands it to the client, and records what came of it: three short
transactions, so that a kill between them leaves a trace. A message found in the state ``sending`` without a living worker
may have gone out or not. Where the provider can tell, it is asked; where it cannot, the message stays ``unknown``, and is
repeated in safety topics only (see docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from bot.domain.contacts import Channel, ChannelAddress, Provider
from bot.domain.conversations import Conversation, Direction, Message, MessageKind
from bot.domain.deliveries import MAX_ATTEMPTS, OutboundState, backoff
from bot.domain.errors import ChannelDown, DeliveryError, TryLater, Uncertain, Unreachable
from bot.domain.silence import WITH_STAFF, is_about_safety, speaks_beside_staff
from bot.services.answers import is_withdrawn
from bot.services.messages import address_of, withdraw_unsent
from bot.services.ports import Clock, Ids, Outgoing, Ready, Sent, UnitOfWork

if TYPE_CHECKING:
    from bot.services.turns import Reply

CLAIM = timedelta(seconds=20)
"""How long a worker may take for one message, the provider's time-outs included."""
LOOK_UP_AFTER = timedelta(seconds=4)
"""A provider needs a moment until a message that it took shows in its list."""
ANSWER_WITHDRAWN = "answer_withdrawn"
"""Why a message of staff was taken back: the answer that it gave is withdrawn."""
SayMissing = Callable[[str, Channel, "Sequence[str] | None"], "Reply"]
"""Puts into words that an answer cannot be had: language, channel, and no choices where none are wanted."""
DOWN_SECONDS = 60.0
"""How long messages wait after an account or a setting was refused."""


class Task(str, Enum):
    """What a worker has to do for a message that it claimed."""

    SEND = "send"
    LOOK_UP = "look_up"


@dataclass(frozen=True)
class Claimed:
    """A message in the hands of one worker."""

    task: Task
    outgoing: Outgoing


def ready_messages(uow: UnitOfWork, *, clock: Clock, limit: int) -> Sequence[Ready]:
    """Return what can be sent or looked up now, the oldest first, at most one message of each conversation."""
    return uow.outbox.ready(clock(), limit=limit)


def claim_message(
    uow: UnitOfWork,
    message_id: str,
    *,
    owner: str,
    can_look_up: bool,
    templates: Mapping[str, str],
    clock: Clock,
    new_id: Ids,
    say_missing: SayMissing | None = None,
) -> Claimed | None:
    """Take a message in hand, so that no other worker sends it.

    Args:
        can_look_up: Whether its provider can tell if it took a message.
        templates: Text of the approved "your reply is ready" by language, where one is configured.
        say_missing: Gives what the assistant says in place of an answer that was withdrawn while it waited here.

    Returns:
        What to do, or None where there is nothing to do: somebody else has it, or it must wait, or it is given up.
    """
    now = clock()
    if not uow.outbox.claim(message_id, owner=owner, until=now + CLAIM, now=now):
        return None
    message = uow.messages.get(message_id)
    before = OutboundState(message.state)
    conversation = uow.conversations.get(message.conversation_id)
    address = uow.contacts.get_address(conversation.channel_address_id)
    outgoing = Outgoing(message, address, conversation.language or conversation.language_hint)
    if before is OutboundState.UNKNOWN or (before is OutboundState.SENDING and can_look_up):
        known = uow.outbox.known_provider_ids(conversation.id)
        uow.commit()
        return Claimed(Task.LOOK_UP, Outgoing(message, address, outgoing.language, known))
    if before is OutboundState.SENDING:
        _leave_unknown(uow, message, "worker_died", clock=clock, can_look_up=False)
    elif address.stopped_at is not None and message.reply_to_id is None:
        message.move_on(OutboundState.WITHDRAWN, now, failure=address.stop_reason)
        uow.outbox.release(message_id)
    elif conversation.is_with_staff and not speaks_beside_staff(message):
        # Staff began to write after this was queued.
        message.move_on(OutboundState.WITHDRAWN, now, failure=WITH_STAFF)
        uow.outbox.release(message_id)
    elif _is_taken_back(uow, message, conversation, say_missing):
        message.move_on(OutboundState.WITHDRAWN, now, failure=ANSWER_WITHDRAWN)
        uow.outbox.release(message_id)
    elif _must_wait(uow, message, conversation, address, clock=clock):
        _hold(uow, conversation, message, templates=templates, clock=clock, new_id=new_id)
    else:
        message.state, message.attempts = OutboundState.SENDING.value, message.attempts + 1
        uow.commit()
        return Claimed(Task.SEND, outgoing)
    uow.commit()
    return None


def _is_taken_back(uow: UnitOfWork, message: Message, conversation: Conversation, say_missing: SayMissing | None) -> bool:
    """Say whether a message must not go out, as its answer is withdrawn; the assistant's own gets other words instead."""
    language = conversation.reply_language
    if not is_withdrawn(uow, message.answer_id or "", language):
        return False
    if message.author_id is not None or say_missing is None:
        # Nobody else's words under a colleague's name; the page of the case tells them.
        return True
    reply = say_missing(language, conversation.channel, None if message.choices else ())
    message.answer_id, message.text = reply.answer_id, reply.text
    message.choices, message.sms_parts = reply.choices, reply.sms_parts
    return False


def _must_wait(uow: UnitOfWork, message: Message, conversation: Conversation, address: ChannelAddress, *, clock: Clock) -> bool:
    """Say whether WhatsApp's window is shut for this message; the simulator has none."""
    if message.template is not None or address.provider is Provider.SIMULATOR or conversation.takes_free_text(clock()):
        return False
    # The person may be writing in this moment: then what is held now would wait for their next message.
    return not uow.conversations.lock(conversation.id).takes_free_text(clock())


def record_sent(uow: UnitOfWork, message_id: str, sent: Sent, *, owner: str, price: str | None, clock: Clock) -> None:
    """Record that the provider took a message, and what it cost."""
    message = uow.outbox.take_back(message_id, owner=owner)
    if message is None:
        return
    message.provider_id, message.price = sent.provider_id, price
    message.move_on(OutboundState.DELIVERED if sent.is_delivered else OutboundState.SENT, clock())
    uow.commit()


def record_not_found(uow: UnitOfWork, message_id: str, *, owner: str, clock: Clock) -> None:
    """Record that the provider never got a message: it is queued again, the first time at once."""
    message = uow.outbox.take_back(message_id, owner=owner)
    if message is None:
        return
    if _is_open(message) and message.attempts >= MAX_ATTEMPTS:
        message.move_on(OutboundState.FAILED, clock(), failure="provider_away")
    elif _is_open(message):
        pause = backoff(message.attempts - 2, after=5.0, jitter=0) if message.attempts > 1 else None
        message.wait_in_queue(until=clock() + pause if pause else None, failure=None)
    uow.commit()


def record_failure(
    uow: UnitOfWork,
    message_id: str,
    error: DeliveryError,
    *,
    task: Task,
    owner: str,
    can_look_up: bool,
    jitter: float,
    clock: Clock,
) -> OutboundState:
    """Record that a message was not taken, and decide what becomes of it; return its state."""
    now = clock()
    message = uow.outbox.take_back(message_id, owner=owner)
    if message is None:
        return OutboundState(uow.messages.get(message_id).state)
    if not _is_open(message):
        # A report was faster than the answer that got lost: the message is out.
        uow.commit()
        return OutboundState(message.state)
    if task is Task.LOOK_UP:
        message.mark_unknown(error.code, look_up_at=now + backoff(message.attempts, after=10.0, jitter=jitter))
    elif isinstance(error, Uncertain):
        _leave_unknown(uow, message, error.code, clock=clock, can_look_up=can_look_up)
    elif isinstance(error, ChannelDown):
        message.attempts -= 1
        message.wait_in_queue(until=now + timedelta(seconds=DOWN_SECONDS), failure=error.code)
    elif isinstance(error, TryLater) and message.attempts < MAX_ATTEMPTS:
        pause = backoff(message.attempts - 1, after=error.after, jitter=jitter)
        message.wait_in_queue(until=now + pause, failure=error.code)
    else:
        message.move_on(OutboundState.FAILED, now, failure=error.code)
        if isinstance(error, Unreachable):
            address_of(uow, message).stop(now, reason=error.code)
            withdraw_unsent(uow, uow.outbox.unsettled(message.conversation_id), reason=error.code, clock=clock)
    uow.commit()
    return OutboundState(message.state)


def _is_open(message: Message) -> bool:
    """Say whether nobody knows yet if a message in hand went out."""
    return message.state in (OutboundState.SENDING.value, OutboundState.UNKNOWN.value)


def _leave_unknown(uow: UnitOfWork, message: Message, code: str, *, clock: Clock, can_look_up: bool) -> None:
    """Keep a message that may have gone out: look it up, or repeat it once if somebody's safety hangs on it."""
    if can_look_up:
        message.mark_unknown(code, look_up_at=clock() + LOOK_UP_AFTER)
    elif is_about_safety(message.answer_id or "") and message.resends == 0:
        message.resends += 1
        message.wait_in_queue(until=None, failure=code)
    else:
        message.mark_unknown(code, look_up_at=None)
    uow.outbox.release(message.id)


def hold_for_window(uow: UnitOfWork, message: Message, *, templates: Mapping[str, str], clock: Clock, new_id: Ids) -> None:
    """Keep a message that the provider refused because WhatsApp's window is shut, and ask the person to open it."""
    _hold(uow, uow.conversations.get(message.conversation_id), message, templates=templates, clock=clock, new_id=new_id)


def _hold(
    uow: UnitOfWork,
    conversation: Conversation,
    message: Message,
    *,
    templates: Mapping[str, str],
    clock: Clock,
    new_id: Ids,
) -> None:
    message.hold()
    uow.outbox.release(message.id)
    language = conversation.reply_language
    language = language if language in templates else next(iter(templates), "")
    if not language or uow.outbox.has_template_since(conversation.id, conversation.last_inbound_at):
        return
    uow.messages.add(
        Message(
            id=new_id(),
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            direction=Direction.OUTBOUND,
            kind=MessageKind.TEXT,
            text=templates[language],
            state=OutboundState.QUEUED.value,
            created_at=clock(),
            answer_id="reply_ready",
            template=f"reply_ready_{language}",
        )
    )


def messages_in_trouble(uow: UnitOfWork, *, limit: int) -> Sequence[Message]:
    """Return outbound messages that did not arrive, may not have, or wait for something, the newest first."""
    return uow.outbox.troubled(limit=limit)
