"""Requests for the staff: listed, found, moved on, cleared of fear, dated, told apart from their repeats.

What a person does with their own request is elsewhere. Every change here locks the request, writes one entry of its history and
is one transaction; who may see a kind of case may see and move the requests of that kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import Enum

from bot.domain.cases import Case
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.domain.references import parse_reference
from bot.domain.requests import JOURNEY, LIVE, PAUSES, Actor, Request, RequestKind, RequestStatus, Step
from bot.domain.staff import Role
from bot.services.deliveries import hidden_kinds
from bot.services.ports import Clock, UnitOfWork

MAX_REASON = 500
"""Characters of a reason: history is read at a glance."""

MAX_END_DATE = timedelta(days=20 * 366)
"""No paper and no medical check holds longer; a later day is a slip of the pen."""

ASIDES = frozenset({*PAUSES, RequestStatus.WITHDRAWN, RequestStatus.NOT_ELIGIBLE})
"""Statuses beside the way; whoever reads the history later must learn why."""


class Note(str, Enum):
    """What an entry of the history that moves nothing records: its reason begins with this word."""

    FEAR_CLEARED = "fear_cleared"
    DOCUMENTS_UNTIL = "documents_until"
    MEDICAL_UNTIL = "medical_until"
    SAME_PERSON = "same_person"
    OTHER_PERSON = "other_person"


class EndDate(str, Enum):
    """What runs out; the values are the names of the request's attributes."""

    DOCUMENTS = "documents_until"
    MEDICAL = "medical_until"


def visible_request_kinds(roles: Iterable[Role]) -> frozenset[RequestKind]:
    """Return the kinds of requests whose cases these roles see (``VISIBLE_KINDS``)."""
    hidden = hidden_kinds(roles)
    return frozenset(kind for kind in RequestKind if kind.case_kind not in hidden)


def list_requests(
    uow: UnitOfWork,
    roles: Iterable[Role],
    *,
    statuses: Iterable[RequestStatus] = LIVE,
    kinds: Iterable[RequestKind] = tuple(RequestKind),
    limit: int = 200,
) -> Sequence[Request]:
    """Return requests of these kinds and statuses that the roles may see: an open sign of fear first, then the oldest.

    Drafts are never among them: they are not sent yet, and may never be. Of more than ``limit``, those touched longest ago
    are taken.
    """
    wanted = visible_request_kinds(roles) & frozenset(kinds)
    found = uow.requests.in_status(frozenset(statuses) - {RequestStatus.DRAFT}, wanted, limit=limit)
    return sorted(found, key=lambda request: (not request.has_open_fear, request.submitted_at or request.created_at))


def find_request(uow: UnitOfWork, reference: str, roles: Iterable[Role]) -> Request:
    """Return a request by its reference, in capitals or not; of a draft a copy without answers, hashes and fear.

    Raises:
        NotFound: If there is none, or these roles do not see its kind: nobody learns that it exists.
    """
    return _for_staff(_find(uow, reference, roles))


def request_of_case(uow: UnitOfWork, case: Case) -> Request | None:
    """Return the request that a case, which somebody may see, was opened for; as ``find_request`` does, or None."""
    if case.kind not in {kind.case_kind for kind in RequestKind}:
        return None
    request = uow.requests.find_by_reference(case.reference)
    return _for_staff(request) if request is not None and request.kind.case_kind is case.kind else None


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
        WrongState: ``changed_meanwhile`` if it does not stand there any more; ``request_is_draft``; or as ``Request.move``.
        InvalidInput: ``reason_missing`` where ``needs_reason`` says so, ``reason_too_long``.
    """
    request = _locked(uow, reference, actor)
    if seen is not None and request.status is not seen:
        raise WrongState("changed_meanwhile", request.id)
    explained = _clean(reason)
    if not explained and to in request.allowed_steps() and needs_reason(request, to):
        raise InvalidInput("reason_missing", to.value)
    uow.requests.add_step(request.move(to, clock(), actor=actor, reason=explained))
    uow.commit()
    return request


def clear_fear(uow: UnitOfWork, reference: str, *, actor: Actor, reason: str, clock: Clock) -> Request:
    """Record that a protection officer spoke with the person, so that the request may go on.

    Raises:
        NotFound, WrongState, InvalidInput: As ``move_request``; a reason is always needed.
        NotAllowed: If the actor is no protection officer.
        WrongState: ``no_open_fear`` if nothing waits to be cleared.
    """
    request = _locked(uow, reference, actor)
    explained = _clean(reason)
    if not explained:
        raise InvalidInput("reason_missing", Note.FEAR_CLEARED.value)
    request.clear_fear(actor, clock())
    return _noted(uow, request, Note.FEAR_CLEARED, explained, actor=actor, clock=clock)


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
    request = _locked(uow, reference, actor)
    if request.kind is not RequestKind.RETURN or not request.is_live:
        raise WrongState("step_not_allowed", which.value)
    if until is not None and not today <= until <= today + MAX_END_DATE:
        raise InvalidInput("date_invalid", which.value)
    setattr(request, which.value, until)
    return _noted(uow, request, Note(which.value), until.isoformat() if until else "", actor=actor, clock=clock)


def likely_duplicates(uow: UnitOfWork, request: Request) -> Sequence[Request]:
    """Return other requests of this kind that may be the same person's, the oldest first.

    Those with the same phone, or the same name and birth year, and the one that this request is said to repeat.
    """
    if request.status is RequestStatus.DRAFT:
        return []
    found = list(uow.requests.likely_same(request))
    if request.duplicate_of and request.duplicate_of not in {other.reference for other in found}:
        other = uow.requests.find_by_reference(request.duplicate_of)
        if other is not None and other.kind is request.kind and other.status is not RequestStatus.DRAFT:
            found.append(other)
    return sorted(found, key=lambda other: other.created_at)


def confirm_duplicate(uow: UnitOfWork, reference: str, *, of: str, actor: Actor, reason: str, clock: Clock) -> Request:
    """Record that a request repeats another one of the same person. Neither is closed by it.

    Raises:
        NotFound, WrongState, InvalidInput: As ``move_request``, for either request.
        InvalidInput: ``duplicate_invalid`` if the other is this one, of another kind, a draft, or repeats this one.
    """
    request = _locked(uow, reference, actor)
    other = _find(uow, of, actor.roles)
    is_circle = other.id == request.id or other.duplicate_of == request.reference
    if is_circle or other.kind is not request.kind or other.status is RequestStatus.DRAFT:
        raise InvalidInput("duplicate_invalid", request.id)
    request.duplicate_of = other.reference
    detail = f"{other.reference} {_clean(reason)}".strip()
    return _noted(uow, request, Note.SAME_PERSON, detail, actor=actor, clock=clock)


def deny_duplicate(uow: UnitOfWork, reference: str, *, actor: Actor, reason: str, clock: Clock) -> Request:
    """Record that a request repeats no other after all.

    Raises:
        NotFound, WrongState, InvalidInput: As ``move_request``.
        WrongState: ``no_duplicate`` if it is not said to repeat one.
    """
    request = _locked(uow, reference, actor)
    if request.duplicate_of is None:
        raise WrongState("no_duplicate", request.id)
    detail = f"{request.duplicate_of} {_clean(reason)}".strip()
    request.duplicate_of = None
    return _noted(uow, request, Note.OTHER_PERSON, detail, actor=actor, clock=clock)


def read_note(step: Step) -> tuple[Note | None, str]:
    """Return what an entry of the history records, and the rest of its reason; no note and the whole reason of a real step."""
    word, _, rest = step.reason.partition(":")
    is_note = step.from_status is step.to_status and word in [note.value for note in Note]
    return (Note(word), rest.strip()) if is_note else (None, step.reason)


def _find(uow: UnitOfWork, reference: str, roles: Iterable[Role]) -> Request:
    request = uow.requests.find_by_reference(parse_reference(reference) or "")
    if request is None or request.kind not in visible_request_kinds(roles):
        raise NotFound("request_not_found", reference)
    return request


def _locked(uow: UnitOfWork, reference: str, actor: Actor) -> Request:
    request = uow.requests.lock(_find(uow, reference, actor.roles).id)
    if request.status is RequestStatus.DRAFT:
        raise WrongState("request_is_draft", request.id)
    return request


def _for_staff(request: Request) -> Request:
    if request.status is not RequestStatus.DRAFT:
        return request
    # A copy that belongs to no transaction: what is hidden in it cannot be lost in the database.
    return replace(request, answers={}, phone_hash=None, identity_hash=None, fear_at=None, duplicate_of=None)


def _clean(reason: str) -> str:
    cleaned = reason.strip()
    if len(cleaned) > MAX_REASON:
        raise InvalidInput("reason_too_long", f"at most {MAX_REASON} characters")
    return cleaned


def _noted(uow: UnitOfWork, request: Request, note: Note, detail: str, *, actor: Actor, clock: Clock) -> Request:
    entry = f"{note.value}: {detail}"
    uow.requests.add_step(Step(request.id, request.status, request.status, actor.id, clock(), entry))
    uow.commit()
    return request
