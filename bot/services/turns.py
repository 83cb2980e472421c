"""Turns: one inbound message is taken from the inbox, and its replies go to the outbox, together.

What happens in between (understanding and dialogue) is Rasa's; ``bot.delivery.inbox`` connects the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.cases import QueueState
from bot.domain.commands import Command, read_command
from bot.domain.contacts import Channel, ChannelAddress, Provider
from bot.domain.conversations import Choice, Conversation, Direction, Message, MessageKind
from bot.domain.deliveries import ERASABLE, OutboundState
from bot.domain.errors import WrongState
from bot.domain.questions import FORM_OF, INFORM
from bot.domain.silence import is_said_beside_staff
from bot.services.forms import Asked, asked_of
from bot.services.messages import withdraw_unsent
from bot.services.ports import Clock, Ids, UnitOfWork

LEASE = timedelta(seconds=20)
"""How long one process may keep a contact to itself without a sign of life."""

SAME_ALBUM = timedelta(seconds=20)
"""Pictures that come within this time get one answer: Telegram sends an album as so many messages."""

HELPED = ("helped_yes", "helped_no")
FAREWELLS = frozenset({"case_resolved", "given_back"})
"""What the assistant says when staff end their part; it asks whether that helped."""

MAX_TURN_FAILURES = 5
"""After so many failures a message is answered with an apology and a person, without Rasa."""


@dataclass(frozen=True)
class Turn:
    """All that understanding and dialogue may know about one inbound message: ids, never an address.

    Attributes:
        language: The conversation's, or what the app says of its language, or None.
        command: What the whole message asks for, if it is one of the words that are always obeyed.
        failures: How often this turn failed before.
        asked: The question of a form that waits, or None.
        offered_is_latest: Whether what was offered stands in the latest reply.
        is_with_staff: Whether staff write to the person: all but safety, language and "stop" is left to them.
        just_said: The answer given to a message a moment ago: the other pictures of an album need it no second time.
    """

    message_id: str
    contact_id: str
    conversation_id: str
    channel: Channel
    provider: Provider
    kind: MessageKind
    text: str
    pressed: str | None
    language: str | None
    language_is_chosen: bool
    offered: tuple[Choice, ...]
    command: Command | None = None
    failures: int = 0
    just_said: str | None = None
    asked: Asked | None = None
    offered_is_latest: bool = True
    is_with_staff: bool = False


@dataclass(frozen=True)
class Understood:
    """What the assistant made of an inbound message."""

    language: str | None
    language_is_chosen: bool
    topic: str | None
    decision: str | None
    confidence: float | None


@dataclass(frozen=True)
class Reply:
    """A rendered answer on its way to the outbox."""

    answer_id: str
    text: str
    choices: tuple[Choice, ...] = ()
    sms_parts: int | None = None


def words_of(text: str) -> str:
    """Return a text so that Rasa never reads it as a command: ``/restart`` is only the word "restart"."""
    return text.lstrip("/ ") if text.lstrip().startswith("/") else text


def lease_contact(uow: UnitOfWork, contact_id: str, *, owner: str, clock: Clock) -> bool:
    """Reserve a contact for one process, so that their messages are handled one at a time.

    Returns:
        False when another process holds it.
    """
    now = clock()
    is_ours = uow.contacts.lease(contact_id, owner=owner, until=now + LEASE, now=now)
    uow.commit()
    return is_ours


def release_contact(uow: UnitOfWork, contact_id: str, *, owner: str) -> None:
    """Give a contact back after its messages were handled."""
    uow.contacts.release(contact_id, owner=owner)
    uow.commit()


def next_turn(uow: UnitOfWork, contact_id: str) -> Turn | None:
    """Return the oldest message of a contact that was not handled yet, or None."""
    message = uow.messages.next_received(contact_id)
    if message is None:
        return None
    conversation = uow.conversations.get(message.conversation_id)
    address = uow.contacts.get_address(conversation.channel_address_id)
    last = uow.messages.latest_choices(conversation.id)
    offered = last.choices if last else ()
    # A form waits until staff have finished.
    asked = None if conversation.is_with_staff else asked_of(uow, address, message_id=message.id)
    return Turn(
        message_id=message.id,
        contact_id=contact_id,
        conversation_id=conversation.id,
        channel=conversation.channel,
        provider=address.provider,
        kind=message.kind,
        text=message.text,
        pressed=message.pressed,
        language=conversation.language or conversation.language_hint,
        language_is_chosen=conversation.language_is_chosen,
        offered=offered,
        command=_command_of(message, address, offered),
        failures=message.attempts,
        just_said=_just_said(uow, message),
        asked=asked,
        offered_is_latest=asked is None or _is_latest(uow, last),
        is_with_staff=conversation.is_with_staff,
    )


def _command_of(message: Message, address: ChannelAddress, offered: Sequence[Choice]) -> Command | None:
    if message.kind is not MessageKind.TEXT or message.pressed is not None:
        return None
    command = read_command(message.text, channel=address.channel, provider=address.provider)
    titles = (read_command(choice.title, channel=address.channel, provider=address.provider) for choice in offered)
    # "Assistance" is "help" in Arabic: who copies a choice that was just offered picks it. "Stop" is always obeyed.
    return None if command is not Command.STOP and command in titles else command


def _is_latest(uow: UnitOfWork, offering: Message | None) -> bool:
    if offering is None:
        return False
    latest = uow.messages.latest_outbound(offering.conversation_id)
    if latest is None or latest.id == offering.id:
        return latest is not None
    # Several messages may answer one; what answers none stands for itself.
    return latest.reply_to_id is not None and latest.reply_to_id == offering.reply_to_id


def _just_said(uow: UnitOfWork, message: Message) -> str | None:
    if message.kind is MessageKind.TEXT or message.text:
        return None
    said = uow.messages.latest_outbound(message.conversation_id)
    return said.answer_id if said is not None and said.created_at > message.created_at - SAME_ALBUM else None


def count_failure(uow: UnitOfWork, message_id: str) -> None:
    """Record that a turn could not be finished; after ``MAX_TURN_FAILURES`` it is finished without Rasa."""
    uow.messages.get(message_id).attempts += 1
    uow.commit()


def finish_turn(
    uow: UnitOfWork,
    turn: Turn,
    *,
    understood: Understood,
    replies: Sequence[Reply],
    clock: Clock,
    new_id: Ids,
    owner: str | None = None,
) -> Turn | None:
    """Mark the inbound message handled and put the replies into the outbox, in one transaction.

    Args:
        owner: Of the contact's lease. It is given back in the same transaction where no further message waits.

    Returns:
        The contact's next turn, or None.

    Raises:
        WrongState: If the message was handled before; then nothing is stored, so no reply is doubled. If it was left to
            staff, who have finished meanwhile: then the assistant must answer it.
    """
    now = clock()
    if not uow.messages.claim_received(turn.message_id):
        raise WrongState("message_already_handled", turn.message_id)
    message = uow.messages.get(turn.message_id)
    message.mark_handled(now)
    message.topic, message.decision = understood.topic, understood.decision
    message.confidence = understood.confidence
    conversation = uow.conversations.get(turn.conversation_id)
    if understood.language:
        conversation.use_language(understood.language, is_chosen=understood.language_is_chosen)
    is_stopped = turn.command is Command.STOP or understood.topic == "stop_messages"
    if is_stopped:
        uow.contacts.get_address(conversation.channel_address_id).stop(now)
        withdraw_unsent(uow, uow.outbox.unsettled(conversation.id), reason="opted_out", clock=clock)
    if turn.command is Command.ERASE and conversation.channel is Channel.TELEGRAM:
        uow.outbox.ask_to_erase(conversation.id, since=now - ERASABLE, now=now)
    if understood.topic == INFORM or understood.topic in FORM_OF:
        uow.forms.drop_reply(turn.contact_id)
    if understood.topic in HELPED:
        _record_helped(uow, conversation, is_helped=understood.topic == HELPED[0])
    if turn.is_with_staff and not conversation.is_with_staff and not replies and understood.decision != "command":
        raise WrongState("left_by_staff", turn.message_id)
    if conversation.is_with_staff:
        # Staff may have begun to write while this turn was under way.
        replies = [reply for reply in replies if is_said_beside_staff(reply.answer_id)]
        if not is_stopped:
            _let_wait(uow, conversation, message)
    for reply in replies:
        uow.messages.add(_outbound(reply, conversation, message, clock=clock, new_id=new_id))
    upcoming = next_turn(uow, turn.contact_id)
    if upcoming is None and owner is not None:
        uow.contacts.release(turn.contact_id, owner=owner)
    uow.commit()
    return upcoming


def _let_wait(uow: UnitOfWork, conversation: Conversation, message: Message) -> None:
    """Start the clock of the cases in which the person now waits for a word from staff."""
    for case in uow.cases.open_in(conversation.id):
        if case.queue_state in (QueueState.ASSIGNED, QueueState.WITH_STAFF):
            case.start_waiting(message.created_at, uow.duty.hours.due(message.created_at, case.priority))


def _record_helped(uow: UnitOfWork, conversation: Conversation, *, is_helped: bool) -> None:
    """Keep what a person says of the help of staff, if that is what they were asked last."""
    asked = uow.messages.latest_choices(conversation.id)
    if asked is None or asked.answer_id not in FAREWELLS:
        return
    is_over = asked.answer_id == "case_resolved"
    dealt_with = [
        case
        for case in uow.cases.of_contact(conversation.contact_id)
        if case.conversation_id == conversation.id and case.first_reply_at is not None and case.is_open is not is_over
    ]
    if dealt_with:
        max(dealt_with, key=lambda case: case.resolved_at or case.touched_at or case.opened_at).helped = is_helped


def _outbound(reply: Reply, conversation: Conversation, message: Message, *, clock: Clock, new_id: Ids) -> Message:
    return Message(
        id=new_id(),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        direction=Direction.OUTBOUND,
        kind=MessageKind.TEXT,
        text=reply.text,
        state=OutboundState.QUEUED.value,
        created_at=clock(),
        answer_id=reply.answer_id,
        choices=reply.choices,
        sms_parts=reply.sms_parts,
        reply_to_id=message.id,
    )
