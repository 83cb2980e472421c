"""``daleel erase``: everything that is kept of one contact."""

from __future__ import annotations

import typer
from rich.console import Console

from bot.domain.audit import Act
from bot.domain.contacts import Contact
from bot.domain.errors import NotFound
from bot.services.ports import UnitOfWork
from bot.services.privacy import erase_contact, find_contact
from bot.settings import Settings
from bot.wiring import build, now


def erase_one(settings: Settings, out: Console, *, reference: str | None, contact_id: str | None, is_sure: bool) -> None:
    """Erase a contact, named by a reference or by its id, and say what went.

    Raises:
        typer.BadParameter: If not exactly one of the two is given.
        NotFound: If nobody is found by it.
    """
    if (reference is None) == (contact_id is None):
        raise typer.BadParameter("give a reference, or --contact with an id")
    parts = build(settings)
    with parts.unit_of_work() as uow:
        contact = _find(uow, reference=reference, contact_id=contact_id)
    if contact.erased_at is not None:
        out.print(f"Erased on {contact.erased_at:%Y-%m-%d} already; nothing is left.", markup=False)
        return
    if not is_sure:
        typer.confirm(
            f"Erase everything of contact {contact.id}, on all its requests and cases? This cannot be undone.",
            abort=True,
            err=True,
        )
    with parts.unit_of_work(is_durable=True) as uow:
        # In the transaction of the erasure itself; an id that leads to nobody any more.
        uow.audit.add(Act.PERSON_ERASED, staff_id=None, at=now(), subject=contact.id)
        erased = erase_contact(uow, contact.id, clock=now)
    for name, count in vars(erased).items():
        out.print(f"{count:>7} {name.replace('_', ' ')}", markup=False)
    out.print("What lies at providers, in exports and in backups is out of reach from here: see docs/privacy.md.")


def _find(uow: UnitOfWork, *, reference: str | None, contact_id: str | None) -> Contact:
    if contact_id is not None:
        return uow.contacts.get(contact_id)
    contact = find_contact(uow, reference or "")
    if contact is None:
        raise NotFound("reference_not_found", "no request and no case has this reference")
    return contact
