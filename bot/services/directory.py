"""The directory as people see it: only what staff verified, and only while that holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.directory import DirectoryEntry
from bot.services.ports import Clock, UnitOfWork

MAX_SHOWN = 2


def entries_to_tell(
    uow: UnitOfWork, kinds: Iterable[str], *, clock: Clock, place: str | None = None
) -> Sequence[DirectoryEntry]:
    """Return at most two verified entries of these kinds, those of the place first."""
    wanted = set(kinds)
    now = clock()
    shown = [e for e in uow.directory.all(only_verified=True) if wanted & set(e.kinds) and e.is_shown(now)]
    shown.sort(key=lambda entry: place not in entry.places)
    return shown[:MAX_SHOWN]


def verify_entry(uow: UnitOfWork, entry_id: str, *, by: str, valid_until: datetime | None, clock: Clock) -> DirectoryEntry:
    """Record that a staff member checked an entry; from now on people are told of it.

    Raises:
        NotFound: If there is no such entry.
    """
    entry = uow.directory.get(entry_id)
    entry.verify(by=by, now=clock(), valid_until=valid_until)
    uow.commit()
    return entry


def take_back_entry(uow: UnitOfWork, entry_id: str) -> DirectoryEntry:
    """Stop telling people of an entry, until somebody checks it again.

    Raises:
        NotFound: If there is no such entry.
    """
    entry = uow.directory.get(entry_id)
    entry.verified_at = entry.verified_by = entry.valid_until = None
    uow.commit()
    return entry


def list_entries(uow: UnitOfWork) -> Sequence[DirectoryEntry]:
    """Return all entries for the staff, verified or not, by name."""
    return sorted(uow.directory.all(), key=lambda entry: (entry.organisation.casefold(), entry.id))
