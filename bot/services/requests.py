"""Requests for the staff: found, moved on, cleared of fear, dated. Repeats of one person are in ``bot.services.repeats``.

What a person does with their own request is elsewhere. Every change here locks the request, writes one entry of its history and
one of the audit log, and is one transaction; who may see a kind of case may see and move the requests of that kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta, tzinfo
from enum import Enum

from bot.domain.audit import Act
from bot.domain.cases import Case
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.domain.references import parse_reference
from bot.domain.requests import JOURNEY, PAUSES, Actor, Request, RequestKind, RequestStatus, Step
from bot.domain.staff import Authority
from bot.services.deliveries import hidden_kinds
from bot.services.ports import Clock, UnitOfWork

MAX_REASON = 500
"""Characters of a reason: history is read at a glance."""

MAX_END_DATE = timedelta(days=20 * 366)
"""No paper and no medical check holds longer; a later day is a slip of the pen."""

MIN_ATTEMPTS, MIN_DAYS = 3, 2
"""Attempts, and days with one, before a person counts as unreachable: phones are out of credit or in other hands for a day."""

ASIDES = frozenset({*PAUSES, RequestStatus.WITHDRAWN, RequestStatus.NOT_ELIGIBLE})
"""Statuses beside the way; whoever reads the history later must learn why."""


class Note(str, Enum):
    """What an entry of the history that moves nothing records: its reason begins with this word."""

    FEAR_CLEARED = "fear_cleared"
    DOCUMENTS_UNTIL = "documents_until"
    MEDICAL_UNTIL = "medical_until"
    SAME_PERSON = "same_person"
    OTHER_PERSON = "other_person"
    ATTEMPT = "attempt"
    MERGED_INTO = "merged_into"
    MERGED_FROM = "merged_from"


class EndDate(str, Enum):
    """What runs out; the values are the names of the request's attributes."""

    DOCUMENTS = "documents_until"
    MEDICAL = "medical_until"


def visible_request_kinds(roles: Iterable[Authority]) -> frozenset[RequestKind]:
    """Return the kinds of requests whose cases these roles see (``VISIBLE_KINDS``)."""
    hidden = hidden_kinds(roles)
    return frozenset(kind for kind in RequestKind if kind.case_kind not in hidden)


def find_request(uow: UnitOfWork, reference: str, roles: Iterable[Authority]) -> Request:
    """Return a request by its reference, in capitals or not; of a draft a copy without answers, hashes and fear.

    Raises:
        NotFound: If there is none, or these roles do not see its kind: nobody learns that it exists.
    """
    return _for_staff(find_visible(uow, reference, roles))


def request_of_case(uow: UnitOfWork, case: Case) -> Request | None:
    """Return the request that a case, which somebody may see, was opened for; as ``find_request`` does, or None."""
    if case.kind not in {kind.case_kind for kind in RequestKind}:
        return None
    request = uow.requests.find_by_reference(case.reference)
    return _for_staff(request) if request is not None and request.kind.case_kind is case.kind else None


def open_steps(request: Request, history: Sequence[Step], zone: tzinfo) -> tuple[RequestStatus, ...]:
    """Return the steps that staff may take now.

    Args:
        zone: Of the office, whose days are counted.
    """
    steps = request.allowed_steps()
    return steps if was_tried(history, zone) else tuple(to for to in steps if to is not RequestStatus.UNREACHABLE)


def needs_reason(request: Request, to: RequestStatus) -> bool:
    """Say whether this step must be explained: aside, back to an earlier stage, or back from a decision."""
    if to in ASIDES:
        return True
    stands = request.status_before if request.status in PAUSES else request.status
    if stands is RequestStatus.NOT_ELIGIBLE:
        return to is not RequestStatus.CLOSED
    return stands in JOURNEY and to in JOURNEY and JOURNEY.index(to) < JOURNEY.index(stands)


def move_request(
    uow: UnitOfWork,
    reference: str,
    *,
    to: RequestStatus,
    actor: Actor,
    reason: str,
    clock: Clock,
    seen: RequestStatus | None = None,
) -> Request:
    """Take one step with a request.

    Args:
        seen: The status on which the staff member decided; None to decide on whatever it is now.

    Raises:
        NotFound: As ``find_request``.
        WrongState: ``changed_meanwhile`` if it does not stand there any more; ``request_is_draft``; ``attempts_missing``
            where it is to become unreachable too soon; or as ``Request.move``.
        InvalidInput: ``reason_missing`` where ``needs_reason`` says so, ``reason_too_long``.
    """
    request = locked(uow, reference, actor)
    if seen is not None and request.status is not seen:
        raise WrongState("changed_meanwhile", request.id)
    explained = clean(reason)
    if not explained and to in request.allowed_steps() and needs_reason(request, to):
        raise InvalidInput("reason_missing", to.value)
    if to is RequestStatus.UNREACHABLE and not was_tried(uow.requests.steps_of(request.id), uow.duty.hours.zone):
        raise WrongState("attempts_missing", request.id)
    step = request.move(to, clock(), actor=actor, reason=explained)
    uow.requests.add_step(step)
    word = f"{step.from_status.value} {step.to_status.value}"
    uow.audit.add(Act.REQUEST_MOVED, staff_id=actor.staff_id, at=clock(), subject=request.reference, detail=word)
    uow.commit()
    return request


def clear_fear(uow: UnitOfWork, reference: str, *, actor: Actor, reason: str, clock: Clock) -> Request:
    """Record that a protection officer spoke with the person, so that the request may go on.

    Raises:
        NotFound, WrongState, InvalidInput: As ``move_request``; a reason is always needed.
        NotAllowed: If the actor is no protection officer.
        WrongState: ``no_open_fear`` if nothing waits to be cleared.
    """
    request = locked(uow, reference, actor)
    explained = clean(reason)
    if not explained:
        raise InvalidInput("reason_missing", Note.FEAR_CLEARED.value)
    request.clear_fear(actor, clock())
    return noted(uow, request, Note.FEAR_CLEARED, explained, actor=actor, clock=clock, act=Act.FEAR_CLEARED, word="")


def set_end_date(
    uow: UnitOfWork, reference: str, *, which: EndDate, until: date | None, today: date, actor: Actor, clock: Clock
) -> Request:
    """Record until when a paper or a medical check holds; None takes the day away.

    Args:
        today: In Libya.

    Raises:
        NotFound, WrongState: As ``move_request``; ``step_not_allowed`` where the request is none for return or not live.
        InvalidInput: ``date_invalid`` for a day that has passed or lies too far ahead.
    """
    request = locked(uow, reference, actor)
    if request.kind is not RequestKind.RETURN or not request.is_live:
        raise WrongState("step_not_allowed", which.value)
    if until is not None and not today <= until <= today + MAX_END_DATE:
        raise InvalidInput("date_invalid", which.value)
    setattr(request, which.value, until)
    day = until.isoformat() if until else ""
    return noted(uow, request, Note(which.value), day, actor=actor, clock=clock, act=Act.END_DATE_SET, word=which.value)


def read_note(step: Step) -> tuple[Note | None, str]:
    """Return what an entry of the history records, and the rest of its reason; no note and the whole reason of a real step."""
    word, _, rest = step.reason.partition(":")
    # A merge is the one thing that ends a request and is more than a step.
    may_be = step.from_status is step.to_status or word == Note.MERGED_INTO.value
    is_note = may_be and word in [note.value for note in Note]
    return (Note(word), rest.strip()) if is_note else (None, step.reason)


def attempts_in(history: Sequence[Step]) -> list[Step]:
    """Return the attempts to reach the person since the request was last set aside for them, the oldest first."""
    found: list[Step] = []
    for step in history:
        if step.from_status is RequestStatus.UNREACHABLE and step.to_status is not RequestStatus.UNREACHABLE:
            found = []
        if read_note(step)[0] is Note.ATTEMPT:
            found.append(step)
    return found


def was_tried(history: Sequence[Step], zone: tzinfo) -> bool:
    """Say whether enough attempts were made to call somebody unreachable."""
    attempts = attempts_in(history)
    return len(attempts) >= MIN_ATTEMPTS and len({one.at.astimezone(zone).date() for one in attempts}) >= MIN_DAYS


def find_visible(uow: UnitOfWork, reference: str, roles: Iterable[Authority]) -> Request:
    """Return a request as it is, a draft with all that is in it; only for services that show none of it.

    Raises:
        NotFound: As ``find_request``.
    """
    request = uow.requests.find_by_reference(parse_reference(reference) or "")
    if request is None or request.kind not in visible_request_kinds(roles):
        raise NotFound("request_not_found", reference)
    return request


def locked(uow: UnitOfWork, reference: str, actor: Actor) -> Request:
    """Return a request that was sent, which nobody else changes before the transaction ends.

    Raises:
        NotFound: As ``find_request``.
        WrongState: ``request_is_draft``.
    """
    request = uow.requests.lock(find_visible(uow, reference, actor.roles).id)
    if request.status is RequestStatus.DRAFT:
        raise WrongState("request_is_draft", request.id)
    return request


def _for_staff(request: Request) -> Request:
    if request.status is not RequestStatus.DRAFT:
        return request
    # A copy that belongs to no transaction: what is hidden in it cannot be lost in the database.
    return replace(request, answers={}, phone_hash=None, identity_hash=None, fear_at=None, duplicate_of=None)


def clean(reason: str) -> str:
    """Return a reason as it is kept.

    Raises:
        InvalidInput: ``reason_too_long``.
    """
    cleaned = reason.strip()
    if len(cleaned) > MAX_REASON:
        raise InvalidInput("reason_too_long", f"at most {MAX_REASON} characters")
    return cleaned


def noted(
    uow: UnitOfWork, request: Request, note: Note, detail: str, *, actor: Actor, clock: Clock, act: Act, word: str
) -> Request:
    """Write what was decided into the history and the audit log, and make it permanent.

    Args:
        word: For the audit log; nothing of the person.
    """
    entry = f"{note.value}: {detail}"
    uow.requests.add_step(Step(request.id, request.status, request.status, actor.id, clock(), entry))
    uow.audit.add(act, staff_id=actor.staff_id, at=clock(), subject=request.reference, detail=word)
    uow.commit()
    return request
