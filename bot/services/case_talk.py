"""Who speaks in a conversation, staff or the assistant; what both write goes to the outbox.

Whoever needs a case and its conversation locks the conversation first: so does a turn, and nobody waits in a circle.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.cases import Case, CaseEntry, EntryKind, QueueState
from bot.domain.conversations import Conversation, Direction, Message, MessageKind
from bot.domain.deliveries import OutboundState
from bot.domain.errors import NotAllowed
from bot.domain.requests import Actor
from bot.domain.silence import WITH_STAFF, speaks_beside_staff
from bot.services.cases import find_case
from bot.services.ports import Ids, UnitOfWork
from bot.services.turns import Reply


class HandoverWords(Protocol):
    """Says to a person that the staff member who wrote cannot go on, that the team will, and whether somebody is on duty."""

    def __call__(self, conversation: Conversation, *, is_staff_on_duty: bool) -> Reply | None:
        """Return it in the person's language."""
        ...


def staff_of(actor: Actor) -> int:
    """Return the staff account of an actor.

    Raises:
        NotAllowed: ``staff_only``.
    """
    if actor.staff_id is None:
        raise NotAllowed("staff_only", actor.id)
    return actor.staff_id


def lock_case(uow: UnitOfWork, reference: str, actor: Actor) -> Case:
    """Return a case that the actor sees, as it is now, and keep others from changing it.

    Raises:
        NotFound: As ``find_case``.
    """
    return uow.cases.lock(find_case(uow, reference, actor.roles).id)


def lock_both(uow: UnitOfWork, reference: str, actor: Actor) -> tuple[Case, Conversation]:
    """Return a case and its conversation, as they are now, and keep others from changing them.

    Raises:
        NotFound: As ``find_case``.
    """
    found = find_case(uow, reference, actor.roles)
    conversation = uow.conversations.lock(found.conversation_id)
    return uow.cases.lock(found.id), conversation


def take_conversation(uow: UnitOfWork, case: Case, conversation: Conversation, *, actor: Actor, now: datetime) -> None:
    """Let staff speak: the assistant is silent from now on, and what it had queued is withdrawn."""
    was_with_staff = case.queue_state is QueueState.WITH_STAFF
    case.take_conversation(staff_of(actor), now, team=actor.team)
    conversation.take(staff_of(actor), now)
    for message in uow.outbox.unsettled(conversation.id):
        if not speaks_beside_staff(message):
            uow.outbox.withdraw(message, failure=WITH_STAFF, now=now)
    if not was_with_staff:
        uow.cases.add_entry(CaseEntry(case.id, conversation.id, EntryKind.TAKEN, now, by=actor.staff_id))


def release_conversation(uow: UnitOfWork, case: Case, conversation: Conversation) -> bool:
    """Let the assistant speak, unless staff write in the conversation for another case; say whether it was silent before."""
    others = [one for one in uow.cases.open_in(conversation.id) if one.id != case.id]
    if not conversation.is_with_staff or any(one.queue_state is QueueState.WITH_STAFF for one in others):
        return False
    conversation.give_back()
    return True


def put_back(
    uow: UnitOfWork,
    case: Case,
    conversation: Conversation,
    *,
    team: str | None,
    words: HandoverWords,
    now: datetime,
    new_id: Ids,
) -> None:
    """Put a case back into the queue of a team, or of all. Where staff were writing, the assistant says so and speaks again."""
    if case.waiting_since is None:
        # Whoever comes next has the whole time.
        case.due_at = uow.duty.hours.due(now, case.priority)
    was_with_staff = case.queue_state is QueueState.WITH_STAFF
    case.release(now, team=team)
    if was_with_staff:
        hand_over(uow, case, conversation, words=words, now=now, new_id=new_id)


def hand_over(
    uow: UnitOfWork, case: Case, conversation: Conversation, *, words: HandoverWords, now: datetime, new_id: Ids
) -> None:
    """Let the assistant speak until another staff member writes, and tell the person the truth about both."""
    told = words(conversation, is_staff_on_duty=uow.duty.count() > 0) if conversation.is_with_staff else None
    let_assistant_speak(uow, case, conversation, told, now=now, new_id=new_id)


def let_assistant_speak(
    uow: UnitOfWork, case: Case, conversation: Conversation, farewell: Reply | None, *, now: datetime, new_id: Ids
) -> None:
    """Let the assistant speak, and say so: nothing to who takes no messages, and nothing where WhatsApp takes no free text."""
    if not release_conversation(uow, case, conversation) or farewell is None:
        return
    is_reachable = uow.contacts.get_address(conversation.channel_address_id).stopped_at is None
    if is_reachable and conversation.takes_free_text(now):
        message = outbound(conversation, farewell.text, actor=None, now=now, new_id=new_id)
        message.answer_id, message.choices, message.sms_parts = farewell.answer_id, farewell.choices, farewell.sms_parts
        uow.messages.add(message)


def outbound(conversation: Conversation, text: str, *, actor: Actor | None, now: datetime, new_id: Ids) -> Message:
    """Return a message on its way to the outbox, by staff, or by the assistant where there is no actor."""
    return Message(
        id=new_id(),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        direction=Direction.OUTBOUND,
        kind=MessageKind.TEXT,
        text=text,
        state=OutboundState.QUEUED.value,
        created_at=now,
        author_id=actor.staff_id if actor else None,
    )
