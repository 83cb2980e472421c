"""Cases, marks, the directory and who is on duty, over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case as sql_case
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.cases import URGENCY, Case, CaseKind, QueueState
from bot.domain.directory import DirectoryEntry
from bot.storage import tables
from bot.storage.prepared import Prepared
from bot.storage.rows import columns_of, get, many

_ENTRIES = select(*columns_of(DirectoryEntry)).order_by(tables.directory_entry.c.id)
_ALL_ENTRIES = Prepared(_ENTRIES)
# Asked for each answer that names an office.
_VERIFIED_ENTRIES = Prepared(_ENTRIES.where(tables.directory_entry.c.verified_at.is_not(None)))


class SqlCases:
    """Cases."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, case: Case) -> None:
        self._session.add(case)
        self._session.flush()

    def find_by_message(self, message_id: str, kind: CaseKind) -> Case | None:
        query = select(Case).filter_by(opened_by_message_id=message_id, kind=kind)
        return self._session.execute(query).scalar_one_or_none()

    def find_open(self, contact_id: str, kind: CaseKind) -> Case | None:
        table = tables.case.c
        query = (
            select(Case)
            .where(
                table.contact_id == contact_id,
                table.kind == kind,
                table.queue_state != QueueState.RESOLVED,
            )
            .order_by(table.opened_at)
            .limit(1)
        )
        return self._session.execute(query).scalar_one_or_none()

    def find_by_reference(self, reference: str) -> Case | None:
        return self._session.execute(select(Case).filter_by(reference=reference)).scalar_one_or_none()

    def of_contact(self, contact_id: str) -> Sequence[Case]:
        query = select(Case).filter_by(contact_id=contact_id).order_by(tables.case.c.opened_at)
        return list(self._session.execute(query).scalars())

    def waiting(self, kinds: frozenset[CaseKind], *, limit: int) -> Sequence[Case]:
        table = tables.case.c
        urgency = sql_case({p.value: rank for rank, p in enumerate(URGENCY)}, value=table.priority)
        query = (
            select(Case)
            .where(table.kind.in_(kinds), table.queue_state != QueueState.RESOLVED)
            .order_by(urgency, table.opened_at)
            .limit(limit)
        )
        return list(self._session.execute(query).scalars())


class SqlMarks:
    """Until when something was looked through."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> datetime | None:
        table = tables.mark.c
        return self._session.execute(select(table.at).where(table.name == name)).scalar_one_or_none()

    def set(self, name: str, at: datetime) -> None:
        changed = self._session.execute(update(tables.mark).where(tables.mark.c.name == name).values(at=at))
        if not changed.rowcount:
            self._session.execute(insert(tables.mark).values(name=name, at=at))


class SqlDirectory:
    """Directory entries."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, *, only_verified: bool = False) -> Sequence[DirectoryEntry]:
        return many(self._session, _VERIFIED_ENTRIES if only_verified else _ALL_ENTRIES, DirectoryEntry, {})

    def get(self, entry_id: str) -> DirectoryEntry:
        return get(self._session, DirectoryEntry, "directory_entry_not_found", id=entry_id)

    def add(self, entry: DirectoryEntry) -> None:
        self._session.add(entry)
        self._session.flush()


class SqlDuty:
    """Who of the staff is on duty."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self) -> int:
        table = tables.staff.c
        query = select(func.count()).where(table.is_on_duty.is_(True), table.active.is_(True))
        return int(self._session.execute(query).scalar_one())
