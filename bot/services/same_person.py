"""Who is one person: the same number on several channels, unless two persons are known to share it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.contacts import ChannelAddress
from bot.services.ports import UnitOfWork


def addresses_of_person(uow: UnitOfWork, contact_id: str) -> tuple[Sequence[ChannelAddress], bool]:
    """Return the addresses of the person who is a contact, its own first, and whether another person uses the number too."""
    found = uow.people.addresses(contact_id)
    is_shared = any(shared for _address, shared in found)
    return [one for one, _shared in found if not is_shared or one.contact_id == contact_id], is_shared


def contacts_of_person(uow: UnitOfWork, contact_id: str) -> Sequence[str]:
    """Return the contacts that are the same person as a contact, itself first."""
    addresses, _is_shared = addresses_of_person(uow, contact_id)
    return list(dict.fromkeys([contact_id, *(one.contact_id for one in addresses)]))
