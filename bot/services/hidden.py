"""What of a person is hidden from somebody: the matters of kinds that their roles do not see, on all channels of the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.cases import Case
from bot.domain.conversations import Conversation
from bot.domain.staff import Authority
from bot.services.deliveries import hidden_kinds
from bot.services.ports import UnitOfWork


def has_hidden_matter(uow: UnitOfWork, case: Case, conversation: Conversation, roles: Iterable[Authority]) -> bool:
    """Say whether the person of a case has an open matter that these roles do not see, on whatever channel it began."""
    hidden = hidden_kinds(roles)
    contact_ids = contacts_of(uow, case, conversation) if hidden else ()
    return any(one.is_open and one.kind in hidden for each in contact_ids for one in uow.cases.of_contact(each))


def cases_of_person(uow: UnitOfWork, contact_id: str) -> list[Case]:
    """Return the cases of a contact and of those that are the same person on other channels."""
    found = uow.people.addresses(contact_id)
    is_shared = any(shared for _address, shared in found)
    same = [contact_id] if is_shared or not found else dict.fromkeys(address.contact_id for address, _shared in found)
    return [case for each in same for case in uow.cases.of_contact(each)]


def contacts_of(uow: UnitOfWork, case: Case, conversation: Conversation) -> Sequence[str]:
    """Return the contacts that are one person: the same number on several channels, unless two persons share it."""
    same = uow.contacts.same_number(uow.contacts.get_address(conversation.channel_address_id))
    is_shared = any(uow.contacts.get(contact_id).is_shared for contact_id in same)
    return [case.contact_id] if is_shared else list(same)
