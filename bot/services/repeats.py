"""Requests that may be one person's: laid side by side, marked as repeats, told apart again, or merged into one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.cases import Case, CaseEntry, EntryKind, QueueState
from bot.domain.errors import InvalidInput, WrongState
from bot.domain.merging import merge, merged_into
from bot.domain.requests import Actor, Request, RequestStatus, Step
from bot.services.ports import Clock, UnitOfWork
from bot.services.requests import Note, clean, find_visible, locked, noted

MAX_MERGES = 10
"""Merges of merges that are followed; more are a circle."""


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
        NotFound, WrongState, InvalidInput: As ``move_request``, for either request; ``request_merged``.
        InvalidInput: ``duplicate_invalid`` if the other is this one, of another kind, a draft, or repeats this one.
    """
    request = _unmerged(uow, reference, actor)
    other = find_visible(uow, of, actor.roles)
    is_circle = other.id == request.id or other.duplicate_of == request.reference
    if is_circle or other.kind is not request.kind or other.status is RequestStatus.DRAFT:
        raise InvalidInput("duplicate_invalid", request.id)
    request.duplicate_of = other.reference
    return _decided(uow, request, Note.SAME_PERSON, other.reference, reason, actor=actor, clock=clock)


def deny_duplicate(uow: UnitOfWork, reference: str, *, actor: Actor, reason: str, clock: Clock) -> Request:
    """Record that a request repeats no other after all.

    Raises:
        NotFound, WrongState, InvalidInput: As ``move_request``; ``request_merged``.
        WrongState: ``no_duplicate`` if it is not said to repeat one.
    """
    request = _unmerged(uow, reference, actor)
    if request.duplicate_of is None:
        raise WrongState("no_duplicate", request.id)
    of, request.duplicate_of = request.duplicate_of, None
    return _decided(uow, request, Note.OTHER_PERSON, of, reason, actor=actor, clock=clock)


def merge_requests(uow: UnitOfWork, reference: str, *, into: str, actor: Actor, reason: str, clock: Clock) -> Request:
    """Make two requests of one person one, and return the one that is kept.

    It gets the answers that it lacks, and an open sign of fear. The other ends, and points to it; both histories tell.

    Raises:
        NotFound: As ``find_request``, for either.
        InvalidInput: ``reason_missing``, ``reason_too_long``, ``merge_invalid``.
        WrongState: As ``bot.domain.merging.merge``.
    """
    explained = clean(reason)
    if not explained:
        raise InvalidInput("reason_missing", Note.MERGED_INTO.value)
    found = [find_visible(uow, one, actor.roles) for one in (reference, into)]
    # In the same order whichever is kept, so that two who merge at once cannot lock each other out.
    for request_id in sorted({one.id for one in found}):
        uow.requests.lock(request_id)
    other, kept = found
    now = clock()
    done = merge(kept, other, now, actor=actor, reason=f"{Note.MERGED_INTO.value}: {kept.reference} {explained}")
    uow.requests.keep_name(kept)
    uow.requests.add_step(done.step)
    detail = f"{other.reference} {','.join(done.taken)};{','.join(done.differing)} {explained}"
    note = f"{Note.MERGED_FROM.value}: {detail}"
    uow.requests.add_step(Step(kept.id, kept.status, kept.status, actor.id, now, note))
    _end_case(uow, other, kept, actor=actor, now=now)
    for one, word in ((other, kept.reference), (kept, other.reference)):
        uow.audit.add(Act.REQUEST_MERGED, staff_id=actor.staff_id, at=now, subject=one.reference, detail=word)
    uow.commit()
    return kept


def kept_of(uow: UnitOfWork, request: Request) -> Request:
    """Return the request that stands for this one: where staff merged it into another, that one."""
    for _ in range(MAX_MERGES):
        reference = merged_into(request)
        kept = uow.requests.find_by_reference(reference) if reference else None
        if kept is None or kept.kind is not request.kind:
            break
        request = kept
    return request


def _unmerged(uow: UnitOfWork, reference: str, actor: Actor) -> Request:
    request = locked(uow, reference, actor)
    if merged_into(request) is not None:
        raise WrongState("request_merged", request.id)
    return request


def _decided(uow: UnitOfWork, request: Request, note: Note, of: str, reason: str, *, actor: Actor, clock: Clock) -> Request:
    detail = f"{of} {clean(reason)}".strip()
    word = f"{note.value} {of}"
    return noted(uow, request, note, detail, actor=actor, clock=clock, act=Act.DUPLICATE_DECIDED, word=word)


def _end_case(uow: UnitOfWork, other: Request, kept: Request, *, actor: Actor, now: datetime) -> None:
    """Resolve the case of a merged request; a person who waits in it waits in that of the kept one.

    Where staff are writing in it, the kept one has no open case, or the person waits on another number, it stays open: nobody
    may be left without an answer.
    """
    cases = {one.reference: case for one in (other, kept) if (case := _open_case(uow, one)) is not None}
    for case in sorted(cases.values(), key=lambda one: one.id):
        uow.cases.lock(case.id)
    ending, staying = cases.get(other.reference), cases.get(kept.reference)
    if ending is None:
        return
    text = f"{other.reference} → {kept.reference}"
    is_answered = ending.waiting_since is None or (staying is not None and staying.conversation_id == ending.conversation_id)
    is_over = staying is not None and is_answered and ending.queue_state is not QueueState.WITH_STAFF
    kind = EntryKind.RESOLVED if is_over else EntryKind.NOTE
    if is_over and staying is not None and actor.staff_id is not None:
        _hand_over(ending, staying)
        ending.resolve(actor.staff_id, now)
        uow.audit.add(Act.CASE_RESOLVED, staff_id=actor.staff_id, at=now, subject=ending.reference)
    uow.cases.add_entry(CaseEntry(ending.id, ending.conversation_id, kind, now, by=actor.staff_id, text=text))


def _open_case(uow: UnitOfWork, request: Request) -> Case | None:
    case = uow.cases.find_by_reference(request.reference)
    return case if case is not None and case.is_open and case.kind is request.kind.case_kind else None


def _hand_over(ending: Case, staying: Case) -> None:
    staying.raise_priority(ending.priority, ending.due_at)
    if ending.waiting_since is not None:
        staying.waiting_since = min(ending.waiting_since, staying.waiting_since or ending.waiting_since)
        staying.due_at = min(staying.due_at, ending.due_at)
