"""Erasing a person's data everywhere; what stays is a shell that counts.

A shell of a request keeps kind, status, channel, language, the month, and its reference, which leads to nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.contacts import Contact
from bot.domain.references import parse_reference
from bot.domain.requests import HOTLINE, Request, RequestStatus
from bot.services.ports import Clock, UnitOfWork

LONGEST_WAIT = timedelta(hours=1)
"""The farewell goes out first. What a provider does not take within this time is withdrawn: the promise comes first."""

REPEATS = timedelta(days=3)
"""How long a provider may bring a message again (Telegram: 24 hours); so long its id is kept, and nothing with it."""


@dataclass(frozen=True)
class Erased:
    """How much went; all zero where the contact was erased before."""

    messages: int = 0
    files: int = 0
    delivery_reports: int = 0
    forms: int = 0
    requests: int = 0
    cases: int = 0
    tracker_events: int = 0
    addresses: int = 0


def erase_contact(uow: UnitOfWork, contact_id: str, *, clock: Clock) -> Erased:
    """Erase everything that is kept of a contact. Safe to repeat.

    Live requests are withdrawn, cases resolved, what is queued withdrawn. The same number starts anew afterwards.

    Raises:
        NotFound: If there is no such contact.
    """
    erased = forget_contact(uow, contact_id, now=clock())
    uow.commit()
    uow.privacy.settle()
    return erased


def forget_contact(uow: UnitOfWork, contact_id: str, *, now: datetime) -> Erased:
    """Do as ``erase_contact`` does, as a part of a larger step: nothing is permanent before the caller commits.

    Raises:
        NotFound: If there is no such contact.
    """
    uow.privacy.lock(contact_id)
    if uow.contacts.get(contact_id).erased_at is not None:
        return Erased()
    forms = uow.privacy.forget_forms(contact_id)
    requests = uow.requests.of_contact(contact_id)
    for request in requests:
        if request.status is RequestStatus.DRAFT:
            uow.requests.remove(request)
        else:
            _end(uow, uow.requests.lock(request.id), now)
    reports = uow.privacy.forget_reports(contact_id)
    media = uow.privacy.forget_media(contact_id)
    erased = Erased(
        messages=uow.privacy.forget_messages(contact_id, keep_shells_since=now - REPEATS),
        files=media,
        delivery_reports=reports,
        forms=forms,
        requests=len(requests),
        cases=uow.privacy.forget_cases(contact_id),
        tracker_events=uow.privacy.forget_tracker(contact_id),
        addresses=uow.privacy.forget_addresses(contact_id, now=now),
    )
    uow.privacy.forget_contact(contact_id, now=now)
    return erased


def erase_due(uow: UnitOfWork, *, clock: Clock, limit: int = 20) -> dict[str, Erased]:
    """Erase the contacts that asked for it, once nothing of theirs waits, at the latest after ``LONGEST_WAIT``; say whose."""
    due = [
        contact_id
        for contact_id, asked_at in uow.privacy.asked(limit=limit)
        if clock() - asked_at >= LONGEST_WAIT or not uow.privacy.is_waiting(contact_id)
    ]
    return {contact_id: erase_contact(uow, contact_id, clock=clock) for contact_id in due}


def find_contact(uow: UnitOfWork, reference: str) -> Contact | None:
    """Return whose request or case carries a reference, None for nobody's."""
    written = parse_reference(reference)
    if written is None:
        return None
    found = uow.requests.find_by_reference(written) or uow.cases.find_by_reference(written)
    return uow.contacts.get(found.contact_id) if found is not None else None


def empty_request(uow: UnitOfWork, request: Request) -> None:
    """Leave a shell of a request that has ended."""
    month = request.created_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    request.answers = {}
    request.created_at = request.updated_at = month
    request.submitted_at = request.status_before = None
    request.consent_version = request.consented_at = request.consent_channel = request.consent_language = None
    request.consent_ended_at = request.fear_at = request.fear_cleared_at = request.fear_cleared_by = None
    request.phone_hash = request.identity_hash = request.duplicate_of = None
    request.documents_until = request.medical_until = request.locked_until = None
    request.wrong_tries = 0
    uow.requests.keep_name(request)
    uow.privacy.forget_reasons(request.id)


def _end(uow: UnitOfWork, request: Request, now: datetime) -> None:
    step = request.move(RequestStatus.WITHDRAWN, now, actor=HOTLINE, reason="erased") if request.is_live else None
    empty_request(uow, request)
    if step is not None:
        uow.requests.add_step(step)
