"""Finding a person by what staff have in hand: a reference, a phone number or a name. What is found is masked.

Phones and names are compared by keyed hashes. What was typed is kept nowhere; the audit log has that somebody searched, and by
what.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.domain.audit import Act
from bot.domain.contacts import Channel
from bot.domain.masks import mask_address, mask_name
from bot.domain.merging import merged_into
from bot.domain.references import parse_reference
from bot.domain.requests import Actor, Request, RequestKind, RequestStatus
from bot.domain.staff import Authority
from bot.services.cases import visible_kinds
from bot.services.people_ports import PersonCase
from bot.services.ports import Clock, UnitOfWork
from bot.services.requests import visible_request_kinds

MAX_HITS = 50
MAX_TYPED = 100
FEWEST_DIGITS = 5
_BARE_REFERENCE = re.compile(r"[0-9A-Za-z]{5}[\s\-–]?[0-9A-Za-z]")


class SearchKind(str, Enum):
    """What was typed."""

    REFERENCE = "reference"
    PHONE = "phone"
    NAME = "name"


class SearchReader(Protocol):
    """Reads what was typed; the console gives one that knows numbers and names in both scripts."""

    def phones(self, text: str) -> Sequence[str]:
        """Return the phone numbers in a text, in E.164."""
        ...

    def name_parts(self, text: str) -> Collection[str]:
        """Return a key for each part of a name; the same in Arabic and in Latin script."""
        ...


@dataclass(frozen=True)
class RequestHit:
    """A request that was found, masked."""

    reference: str
    kind: RequestKind
    status: RequestStatus
    channel: Channel
    language: str
    name: str
    phone: str
    has_open_fear: bool
    is_merged: bool
    sent_at: datetime


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        kind: As what the text was understood; None where there was nothing to search for.
        cases: Those that have no request among the hits.
        is_cut: Whether there may be more.
    """

    kind: SearchKind | None
    requests: tuple[RequestHit, ...] = ()
    cases: tuple[PersonCase, ...] = ()
    is_cut: bool = False

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.requests) + len(self.cases)


def search(uow: UnitOfWork, typed: str, *, roles: Iterable[Authority], reader: SearchReader) -> Found:
    """Return what a text leads to, of the kinds that these roles see, the best match first."""
    text, roles = " ".join(typed.split())[:MAX_TYPED], frozenset(roles)
    if not text:
        return Found(None)
    reference = parse_reference(text) or (parse_reference(f"R-{text}") if _BARE_REFERENCE.fullmatch(text) else None)
    if reference is not None:
        found = _by_reference(uow, reference, roles)
        if found.count or parse_reference(text):
            return found
    phones = reader.phones(text)
    if phones or _is_number(text):
        return _by_phone(uow, [*phones, text, _digits(text)], roles)
    keys = reader.name_parts(text)
    if not keys:
        return Found(None)
    references = uow.request_lists.by_name(keys, visible_request_kinds(roles), limit=MAX_HITS + 1)
    return _found(uow, SearchKind.NAME, references, roles)


def record_search(uow: UnitOfWork, found: Found, *, actor: Actor, clock: Clock) -> None:
    """Record for good that somebody searched, and by what; before the hits are shown."""
    if found.kind is None:
        return
    uow.audit.add(Act.SEARCHED, staff_id=actor.staff_id, at=clock(), detail=found.kind.value)
    uow.commit()


def _by_reference(uow: UnitOfWork, reference: str, roles: frozenset[Authority]) -> Found:
    found = _found(uow, SearchKind.REFERENCE, [reference], roles)
    case = uow.cases.find_by_reference(reference)
    if found.requests or case is None or case.kind not in visible_kinds(roles):
        return found
    hit = PersonCase(case.reference, case.kind, case.queue_state, case.priority, case.opened_at)
    return Found(SearchKind.REFERENCE, cases=(hit,))


def _by_phone(uow: UnitOfWork, numbers: Sequence[str], roles: frozenset[Authority]) -> Found:
    kinds, limit = visible_request_kinds(roles), MAX_HITS + 1
    numbers = [one for one in dict.fromkeys(numbers) if one]
    contact_ids = uow.request_lists.contacts_with(numbers, limit=limit)
    told = [reference for one in numbers for reference in uow.request_lists.by_phone(one, kinds, limit=limit)]
    written = [one.reference for one in uow.people.requests(contact_ids, kinds, limit=limit)] if contact_ids else []
    found = _found(uow, SearchKind.PHONE, list(dict.fromkeys([*told, *written])), roles)
    cases = uow.people.cases(contact_ids, visible_kinds(roles), limit=limit) if contact_ids else []
    known = {one.reference for one in found.requests}
    others = tuple(one for one in cases if one.reference not in known)[: MAX_HITS - len(found.requests)]
    return Found(SearchKind.PHONE, found.requests, others, found.is_cut)


def _found(uow: UnitOfWork, kind: SearchKind, references: Sequence[str], roles: frozenset[Authority]) -> Found:
    shown = references[:MAX_HITS]
    requests = {one.reference: one for one in uow.people.by_references(shown, visible_request_kinds(roles))} if shown else {}
    hits = tuple(_hit(requests[one]) for one in shown if one in requests)
    return Found(kind, hits, is_cut=len(references) > MAX_HITS)


def _hit(request: Request) -> RequestHit:
    # Of a draft there is nothing to tell but that there is one.
    answers = request.answers if request.status is not RequestStatus.DRAFT else {}
    return RequestHit(
        reference=request.reference,
        kind=request.kind,
        status=request.status,
        channel=request.channel,
        language=request.language,
        name=mask_name(str(answers.get("full_name") or "")),
        phone=mask_address(str(answers.get("contact_phone") or "")),
        has_open_fear=bool(answers) and request.has_open_fear,
        is_merged=merged_into(request) is not None,
        sent_at=request.submitted_at or request.created_at,
    )


def _is_number(text: str) -> bool:
    return len(_digits(text)) >= FEWEST_DIGITS and not any(character.isalpha() for character in text)


def _digits(text: str) -> str:
    return "".join(str(int(character)) for character in text if character.isdecimal())
