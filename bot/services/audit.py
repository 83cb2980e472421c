"""The audit log as auditors use it: reading it, taking it along, and finding out whether somebody changed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.audit import FIRST_HASH, AuditEntry
from bot.services.audit_ports import Audit, AuditFilter

PAGE = 100
BATCH = 1000
MOST_AT_ONCE = 50_000
"""Entries that one look checks while somebody waits: a few seconds."""


@dataclass(frozen=True)
class AuditPage:
    """Entries, the newest first.

    Attributes:
        next_before: Position before which the next page begins; None on the last one.
    """

    entries: tuple[AuditEntry, ...]
    next_before: int | None


@dataclass(frozen=True)
class Checked:
    """What a verification of the chain found.

    Attributes:
        through: The last entry up to which all is as it was written.
        broken_at: The first entry that was changed, or is missing; None for none.
        is_whole: Whether the end was reached, and nothing is wrong.
    """

    through: int
    broken_at: int | None
    is_whole: bool


def list_audit(audit: Audit, wanted: AuditFilter, *, before: int | None = None) -> AuditPage:
    """Return one page of the log."""
    found = audit.newest(wanted, before=before, limit=PAGE + 1)
    return AuditPage(tuple(found[:PAGE]), found[PAGE - 1].position if len(found) > PAGE else None)


def all_audit(audit: Audit, wanted: AuditFilter, *, most: int) -> Iterator[AuditEntry]:
    """Give the entries that are asked for, the newest first, and not more than ``most``."""
    before: int | None = None
    while most > 0 and (found := audit.newest(wanted, before=before, limit=min(BATCH, most))):
        yield from found
        before, most = found[-1].position, most - len(found)


def verify_chain(audit: Audit, *, after: int = 0, most: int | None = None) -> Checked:
    """Check that no entry was changed, forged or taken away since it was written, and that the end is there.

    An entry that is added meanwhile is not looked at.

    Args:
        after: Where an earlier look ended; what was before is taken as checked.
        most: End after so many entries; None for all.
    """
    end, last_hash = audit.head()
    until = end if most is None else min(end, after + most)
    last, previous = after, _hash_at(audit, after)
    if previous is None:
        return Checked(max(0, after - 1), after, is_whole=False)
    while last < until:
        links = audit.links(after=last, limit=min(BATCH, until - last))
        for link in links:
            if link.position != last + 1 or link.previous_hash != previous or not link.is_sealed:
                return Checked(last, last + 1, is_whole=False)
            last, previous = link.position, link.hash
        if not links:
            return Checked(last, last + 1, is_whole=False)
    if last < end:
        return Checked(last, None, is_whole=False)
    if previous != last_hash or _has_more(audit, end):
        # The end was put back, or an entry stands behind it that nobody sealed.
        return Checked(last, last + 1 if previous == last_hash else max(1, last), is_whole=False)
    return Checked(last, None, is_whole=True)


def _hash_at(audit: Audit, position: int) -> str | None:
    if position == 0:
        return FIRST_HASH
    found = audit.links(after=position - 1, limit=1)
    return found[0].hash if found and found[0].position == position else None


def _has_more(audit: Audit, end: int) -> bool:
    # Entries that were added since we read the head moved the head as well.
    return bool(audit.links(after=end, limit=1)) and audit.head()[0] <= end
