"""A person as staff see them: masked until somebody asks, and then the look is recorded before anything is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.domain.audit import Act
from bot.domain.contacts import ChannelAddress
from bot.domain.errors import NotFound
from bot.domain.masks import mask_address, mask_name
from bot.domain.references import parse_reference
from bot.domain.requests import Actor, Request, RequestStatus, separated_children_of
from bot.domain.staff import Authority
from bot.services.cases import visible_kinds
from bot.services.people_ports import Person, PersonRequest, Way
from bot.services.ports import Clock, UnitOfWork
from bot.services.requests import visible_request_kinds
from bot.services.same_person import addresses_of_person

MAX_MATTERS = 20
"""Cases and requests of one person that are listed; the newest."""


def person_of(uow: UnitOfWork, contact_id: str, roles: Iterable[Authority], *, via: str = "", is_open: bool = False) -> Person:
    """Return who a contact is, with what these roles may see of their cases and requests.

    Args:
        via: The reference of the case or request that the reader looks at.
        is_open: Give name and phones in clear; only ``show_person`` asks for that.

    Raises:
        NotFound: If there is no such contact.
    """
    roles = frozenset(roles)
    addresses, is_shared = addresses_of_person(uow, contact_id)
    if not addresses:
        raise NotFound("contact_not_found", contact_id)
    contact_ids = sorted({one.contact_id for one in addresses})
    requests = uow.people.requests(contact_ids, visible_request_kinds(roles), limit=MAX_MATTERS)
    cases = uow.people.cases(contact_ids, visible_kinds(roles), limit=MAX_MATTERS)
    sent = [one for one in requests if one.status is not RequestStatus.DRAFT]
    live = [one for one in sent if one.is_live]
    names = [str(one.answers["full_name"]) for one in (*live, *sent) if one.answers.get("full_name")]
    households = [one.answers["household"] for one in live if one.answers.get("household")]
    return Person(
        contact_id=contact_id,
        name="" if is_shared or not names else names[0] if is_open else mask_name(names[0]),
        is_open=is_open,
        ways=tuple(_ways(addresses, live or sent[:1], is_open=is_open)),
        language=sent[0].language if sent else None,
        safe_contacts=_each(one.answers.get("safe_contact") for one in live or sent[:1]),
        needs=_each(need for one in live for need in one.answers.get("needs") or ()),
        household=max((len(one) for one in households), default=0),
        separated_children=max((separated_children_of(one) for one in households), default=0),
        in_detention=any(one.answers.get("in_detention") for one in live),
        has_open_fear=any(one.has_open_fear for one in sent),
        is_shared=is_shared,
        requests=tuple(_short(one, is_open=is_open) for one in requests),
        cases=tuple(cases),
        via=via or next(iter([*(one.reference for one in cases), *(one.reference for one in requests)]), ""),
    )


def show_person(uow: UnitOfWork, contact_id: str, *, via: str, actor: Actor, clock: Clock) -> Person:
    """Return a person with name and phones in clear; the look is permanent in the audit log before this returns.

    Args:
        via: The reference of a case or request of the person, through which the reader came.

    Raises:
        NotFound: If there is no such contact, or no such case or request of theirs that the reader may see.
    """
    reference = parse_reference(via) or ""
    person = person_of(uow, contact_id, actor.roles, via=reference, is_open=True)
    if not person.is_seen_by(reference):
        raise NotFound("contact_not_found", contact_id)
    uow.audit.add(Act.PERSON_SHOWN, staff_id=actor.staff_id, at=clock(), subject=reference)
    uow.commit()
    return person


def _ways(addresses: Sequence[ChannelAddress], requests: Sequence[Request], *, is_open: bool) -> Iterator[Way]:
    phones = list(_each(one.answers.get("contact_phone") for one in requests))
    written_from = {one.address for one in addresses}
    for phone in phones:
        if phone not in written_from:
            yield Way(None, phone if is_open else mask_address(phone), phone.startswith("+"))
    for one in addresses:
        value = one.address if is_open else mask_address(one.address)
        yield Way(one.channel, value, one.address.startswith("+"), one.stopped_at is not None)


def _short(request: Request, *, is_open: bool) -> PersonRequest:
    is_sent = request.status is not RequestStatus.DRAFT
    name = str(request.answers.get("full_name") or "") if is_sent else ""
    return PersonRequest(
        request.reference,
        request.kind,
        request.status,
        name if is_open else mask_name(name),
        is_sent and request.has_open_fear,
    )


def _each(values: Iterable[object]) -> tuple[str, ...]:
    """Return what is said, each once, in order."""
    return tuple(dict.fromkeys(str(value) for value in values if value))
