"""Cases: opened by the assistant, seen by the staff whose role allows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.cases import CASE_OF_TOPIC, Case, CaseKind, Priority, QueueState
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.references import new_reference
from bot.domain.requests import Request
from bot.domain.staff import VISIBLE_KINDS, Authority
from bot.services.ports import Clock, Ids, UnitOfWork


@dataclass(frozen=True)
class OpenedCase:
    """A case as the assistant may speak of it.

    Attributes:
        is_new: False when the contact already had an open case of this kind.
        is_staff_on_duty: Whether a staff member is on duty now; people are told the truth.
    """

    reference: str
    kind: CaseKind
    is_new: bool
    is_staff_on_duty: bool


def open_case(
    uow: UnitOfWork,
    *,
    topic: str,
    contact_id: str,
    conversation_id: str,
    message_id: str,
    clock: Clock,
    new_id: Ids,
) -> OpenedCase:
    """Open the case that a topic calls for, or join the contact's open case of that kind.

    Safe to repeat: for the same message it gives the same case. A more urgent message raises the
    priority of the case that it joins, and whoever did not wait for staff waits from now on.

    Raises:
        InvalidInput: If the topic opens no case.
    """
    opened = join_case(
        uow,
        topic=topic,
        contact_id=contact_id,
        conversation_id=conversation_id,
        message_id=message_id,
        clock=clock,
        new_id=new_id,
    )
    uow.commit()
    return opened


def join_case(
    uow: UnitOfWork,
    *,
    topic: str,
    contact_id: str,
    conversation_id: str,
    message_id: str,
    clock: Clock,
    new_id: Ids,
) -> OpenedCase:
    """Do as ``open_case`` does, as a part of a larger step: nothing is permanent before the caller commits.

    Raises:
        InvalidInput: If the topic opens no case.
    """
    if topic not in CASE_OF_TOPIC:
        raise InvalidInput("topic_opens_no_case", topic)
    kind, priority = CASE_OF_TOPIC[topic]
    is_staff_on_duty = uow.duty.count() > 0
    same = uow.cases.find_by_message(message_id, kind)
    if same is not None:
        return OpenedCase(same.reference, kind, True, is_staff_on_duty)
    case = uow.cases.find_open(contact_id, kind)
    if case is not None:
        case.raise_priority(priority, uow.duty.hours.due(clock(), priority))
        case.start_waiting(clock(), uow.duty.hours.due(clock(), case.priority))
        return OpenedCase(case.reference, kind, False, is_staff_on_duty)
    case = _add_case(
        uow,
        kind=kind,
        reference=fresh_reference(uow),
        priority=priority,
        topic=topic,
        contact_id=contact_id,
        conversation_id=conversation_id,
        message_id=message_id,
        clock=clock,
        new_id=new_id,
    )
    return OpenedCase(case.reference, kind, True, is_staff_on_duty)


def open_request_case(
    uow: UnitOfWork,
    request: Request,
    *,
    topic: str,
    priority: Priority,
    message_id: str,
    clock: Clock,
    new_id: Ids,
    places: Collection[str] = (),
) -> OpenedCase:
    """Open the case in which staff follow a request; it carries the request's reference. The caller commits.

    Args:
        places: As for ``place_case``.
    """
    case = _add_case(
        uow,
        kind=request.kind.case_kind,
        reference=request.reference,
        priority=priority,
        topic=topic,
        contact_id=request.contact_id,
        conversation_id=request.conversation_id,
        message_id=message_id,
        clock=clock,
        new_id=new_id,
    )
    case.place = _place_of(request, places)
    return OpenedCase(case.reference, case.kind, True, uow.duty.count() > 0)


def place_case(uow: UnitOfWork, request: Request, places: Collection[str]) -> None:
    """Have the case of a request stand where the person is now. The caller commits.

    Args:
        places: Ids of the towns that are known: the queue keeps them in clear, and never a person's own words.
    """
    case = uow.cases.find_by_reference(request.reference)
    if case is not None:
        case.place = _place_of(request, places)


def _place_of(request: Request, places: Collection[str]) -> str | None:
    place = request.answers.get("current_place")
    return place if isinstance(place, str) and place in places else None


def _add_case(
    uow: UnitOfWork, *, kind: CaseKind, priority: Priority, message_id: str, clock: Clock, new_id: Ids, **fields: Any
) -> Case:
    now = clock()
    case = Case(
        id=new_id(),
        kind=kind,
        priority=priority,
        queue_state=QueueState.WAITING,
        opened_by_message_id=message_id,
        opened_at=now,
        due_at=uow.duty.hours.due(now, priority),
        waiting_since=now,
        **fields,
    )
    uow.cases.add(case)
    return case


def list_waiting_cases(uow: UnitOfWork, roles: Iterable[Authority], *, limit: int = 100) -> Sequence[Case]:
    """Return the open cases that these roles may see, the most urgent first, then the oldest."""
    return uow.cases.waiting(visible_kinds(roles), limit=limit)


def find_case(uow: UnitOfWork, reference: str, roles: Iterable[Authority]) -> Case:
    """Return a case by its reference, resolved or not, in capitals or not.

    Raises:
        NotFound: As ``find_open_case``.
    """
    case = uow.cases.find_by_reference(reference.upper())
    if case is None or case.kind not in visible_kinds(roles):
        raise NotFound("case_not_found", reference)
    return case


def find_open_case(uow: UnitOfWork, reference: str, roles: Iterable[Authority]) -> Case:
    """Return an open case by its reference, in capitals or not.

    Raises:
        NotFound: If there is none, or these roles do not see its kind: nobody learns that it exists.
    """
    case = uow.cases.find_by_reference(reference.upper())
    if case is None or not case.is_open or case.kind not in visible_kinds(roles):
        raise NotFound("case_not_found", reference)
    return case


def visible_kinds(roles: Iterable[Authority]) -> frozenset[CaseKind]:
    """Return the kinds of cases that somebody with these roles sees."""
    return frozenset().union(*(VISIBLE_KINDS[role] for role in roles))


def fresh_reference(uow: UnitOfWork) -> str:
    """Return a reference that neither a case nor a request carries."""
    reference = new_reference()
    while uow.cases.find_by_reference(reference) is not None or uow.requests.find_by_reference(reference) is not None:
        reference = new_reference()
    return reference
