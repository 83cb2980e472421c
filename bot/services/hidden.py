"""What of a person is hidden from somebody: the matters of kinds that their roles do not see, on all channels of the person."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.cases import Case
from bot.domain.staff import Authority
from bot.services.deliveries import hidden_kinds
from bot.services.ports import UnitOfWork
from bot.services.same_person import contacts_of_person


def has_hidden_matter(uow: UnitOfWork, case: Case, roles: Iterable[Authority]) -> bool:
    """Say whether the person of a case has an open matter that these roles do not see, on whatever channel it began."""
    hidden = hidden_kinds(roles)
    return bool(hidden) and any(one.is_open and one.kind in hidden for one in cases_of_person(uow, case.contact_id))


def cases_of_person(uow: UnitOfWork, contact_id: str) -> list[Case]:
    """Return the cases of a contact and of those that are the same person on other channels."""
    return [case for each in contacts_of_person(uow, contact_id) for case in uow.cases.of_contact(each)]
