"""Fills a new database's directory with the published contacts, all unverified, so that none is told to people yet."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.domain.directory import DirectoryEntry
from bot.services.ports import UnitOfWork

CONTACTS = Path(__file__).parent / "data" / "contacts.yml"


def seed_directory(uow: UnitOfWork) -> int:
    """Add the example entries that are not there yet; return how many were added."""
    known = {entry.id for entry in uow.directory.all()}
    entries = yaml.safe_load(CONTACTS.read_text(encoding="utf-8"))["contacts"]
    fresh = [entry for entry in entries if entry["id"] not in known]
    for entry in fresh:
        uow.directory.add(
            DirectoryEntry(
                id=entry["id"],
                organisation=entry["organisation"],
                purpose=entry["purpose"],
                kinds=tuple(entry["kinds"]),
                phones=tuple(entry.get("phone") or ()),
                places=tuple(entry.get("places") or ()),
                hours=entry.get("hours") or "",
                address=entry.get("address") or "",
                source=entry["source"],
                source_as_of=str(entry["as_of"]),
            )
        )
    uow.commit()
    return len(fresh)
