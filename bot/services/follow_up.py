"""From an unanswered message to the case of who wrote it: the one that is there, or a new one in the queue.

The list of these messages names nobody. Whoever must help leaves it here, and the page of the case records the look.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.audit import Act
from bot.domain.cases import URGENCY, Case
from bot.domain.requests import Actor
from bot.domain.staff import Authority
from bot.services.cases import join_case, visible_kinds
from bot.services.hidden import cases_of_person
from bot.services.ports import Clock, Ids, UnitOfWork
from bot.services.training_labels import head_of_shown

TOPIC = "fallback"
"""What the case is opened for: a person asked, and the assistant did not understand."""


def messages_with_case(uow: UnitOfWork, message_ids: Iterable[str], roles: Iterable[Authority]) -> frozenset[str]:
    """Return those of these messages whose writers have a case that these roles may see and go on with."""
    writers = {message_id: uow.messages.get(message_id).contact_id for message_id in message_ids}
    cases = {contact_id: cases_of_person(uow, contact_id) for contact_id in dict.fromkeys(writers.values())}
    return frozenset(each for each, writer in writers.items() if _case_for(cases[writer], each, writer, roles) is not None)


def case_of_message(uow: UnitOfWork, message_id: str, roles: Iterable[Authority]) -> Case | None:
    """Return the case in which staff help who wrote an unanswered message; None where these roles see none.

    Raises:
        NotFound: If there is no such message to be seen.
    """
    writer = head_of_shown(uow, message_id).contact_id
    return _case_for(cases_of_person(uow, writer), message_id, writer, roles)


def open_case_for(uow: UnitOfWork, message_id: str, *, actor: Actor, clock: Clock, new_id: Ids) -> tuple[str, bool]:
    """Open a case in the queue for who wrote an unanswered message, and record it; where there is one, that one is meant.

    The person is told nothing: staff write when they take it on.

    Returns:
        The reference, and whether the case is new.

    Raises:
        NotFound: As ``case_of_message``.
    """
    head = head_of_shown(uow, message_id)
    # Two who press the button at once: the second finds the case of the first.
    uow.conversations.lock(head.conversation_id)
    case = case_of_message(uow, message_id, actor.roles)
    if case is not None:
        return case.reference, False
    opened = join_case(
        uow,
        topic=TOPIC,
        contact_id=head.contact_id,
        conversation_id=head.conversation_id,
        message_id=message_id,
        clock=clock,
        new_id=new_id,
    )
    uow.audit.add(Act.CASE_OPENED, staff_id=actor.staff_id, at=clock(), subject=opened.reference)
    uow.commit()
    return opened.reference, True


def _case_for(cases: Iterable[Case], message_id: str, writer: str, roles: Iterable[Authority]) -> Case | None:
    """Return of a person's cases the open one to go on with: on the channel of the message first, then the most urgent.

    What the message itself opened counts when it is resolved too: somebody has dealt with it.
    """
    kinds = visible_kinds(roles)
    found = [one for one in cases if one.kind in kinds and (one.is_open or one.opened_by_message_id == message_id)]
    return min(found, key=lambda one: (not one.is_open, one.contact_id != writer, URGENCY.index(one.priority)), default=None)
