"""Fills a new database: the directory with the published contacts, all unverified, and canned replies to begin with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import yaml

from bot.domain.canned_replies import CannedReply
from bot.domain.directory import DirectoryEntry
from bot.services.ports import UnitOfWork

DATA = Path(__file__).parent / "data"
CONTACTS = DATA / "contacts.yml"
CANNED_REPLIES = DATA / "canned_replies.yml"


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


def seed_canned_replies(uow: UnitOfWork, *, clock: Callable[[], datetime], new_id: Callable[[], str]) -> int:
    """Add the replies to begin with where there are none at all: what staff keep stays theirs. Return how many were added."""
    if uow.canned_replies.all():
        return 0
    replies = yaml.safe_load(CANNED_REPLIES.read_text(encoding="utf-8"))["canned_replies"]
    for reply in replies:
        uow.canned_replies.add(CannedReply(new_id(), reply["titles"], reply["texts"], is_active=True, updated_at=clock()))
    uow.commit()
    return len(replies)
