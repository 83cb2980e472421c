"""Cases, marks, the directory and who is on duty, over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from bot.domain.cases import PROMISES, URGENCY, Case, CaseEntry, CaseKind, QueueState
from bot.domain.directory import DirectoryEntry
from bot.domain.opening_hours import OpeningHours
from bot.storage import tables
from bot.storage.prepared import Prepared
from bot.storage.rows import columns_of, get, lock, many

_ENTRIES = select(*columns_of(DirectoryEntry)).order_by(tables.directory_entry.c.id)
_ALL_ENTRIES = Prepared(_ENTRIES)
# Asked for each answer that names an office.
_VERIFIED_ENTRIES = Prepared(_ENTRIES.where(tables.directory_entry.c.verified_at.is_not(None)))

_BY_URGENCY = sql_case({p.value: rank for rank, p in enumerate(URGENCY)}, value=tables.case.c.priority)


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

    def lock(self, case_id: str) -> Case:
        return lock(self._session, tables.case, Case, "case_not_found", case_id)

    def followed_by(self, staff_id: int) -> Sequence[Case]:
        """Return the open cases that a staff member follows, the oldest first."""
        table = tables.case.c
        query = (
            select(Case)
            .where(table.assignee_id == staff_id, table.queue_state != QueueState.RESOLVED)
            .order_by(table.opened_at)
        )
        return list(self._session.execute(query).scalars())

    def open_in(self, conversation_id: str) -> Sequence[Case]:
        table = tables.case.c
        query = (
            select(Case)
            .where(table.conversation_id == conversation_id, table.queue_state != QueueState.RESOLVED)
            .order_by(table.opened_at)
        )
        return list(self._session.execute(query).scalars())

    def add_entry(self, entry: CaseEntry) -> bool:
        """Add to a case's history; False, and nothing added, where the page sent the same before."""
        table = tables.case_entry
        if entry.client_id is not None:
            known = select(table.c.id).where(table.c.client_id == entry.client_id)
            if self._session.execute(known).first() is not None:
                return False
        self._session.execute(insert(table).values(**vars(entry)))
        return True

    def entries_of(self, conversation_id: str) -> Sequence[CaseEntry]:
        """Return what happened to the cases of a conversation, the oldest first."""
        table = tables.case_entry.c
        names = [field.name for field in fields(CaseEntry)]
        query = (
            select(*(table[name] for name in names))
            .where(table.conversation_id == conversation_id)
            .order_by(table.at, table.id)
        )
        return [CaseEntry(**row) for row in self._session.execute(query).mappings()]

    def late(self, now: datetime, *, limit: int) -> Sequence[Case]:
        """Return open cases in which a person waits, and which nobody touched in their time: the urgent first.

        Those that went back before, and were not touched again, are left out: they must not hide others.
        """
        table = tables.case.c
        touched = sql_case((table.touched_at > table.waiting_since, table.touched_at), else_=table.waiting_since)
        # By the office's hours it may take longer, never shorter.
        is_over = or_(*(and_(table.priority == one, touched <= now - PROMISES[one]) for one in URGENCY))
        query = (
            select(Case)
            .where(table.queue_state != QueueState.RESOLVED, table.waiting_since.is_not(None), table.due_at <= now)
            .where(is_over, or_(table.escalated_at.is_(None), table.escalated_at <= touched))
            .order_by(_BY_URGENCY, table.due_at)
            .limit(limit)
        )
        return list(self._session.execute(query).scalars())

    def of_contact(self, contact_id: str) -> Sequence[Case]:
        query = select(Case).filter_by(contact_id=contact_id).order_by(tables.case.c.opened_at)
        return list(self._session.execute(query).scalars())

    def waiting(self, kinds: frozenset[CaseKind], *, limit: int) -> Sequence[Case]:
        table = tables.case.c
        query = (
            select(Case)
            .where(table.kind.in_(kinds), table.queue_state != QueueState.RESOLVED)
            .order_by(_BY_URGENCY, table.opened_at)
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

    def lock(self, entry_id: str) -> DirectoryEntry:
        return lock(self._session, tables.directory_entry, DirectoryEntry, "directory_entry_not_found", entry_id)

    def add(self, entry: DirectoryEntry) -> None:
        self._session.add(entry)
        self._session.flush()

    def count_ending(self, *, by: datetime) -> int:
        table = tables.directory_entry.c
        query = select(func.count()).where(table.verified_at.is_not(None), table.valid_until <= by)
        return int(self._session.execute(query).scalar_one())


class SqlDuty:
    """Who of the staff is on duty, and when the office is open."""

    def __init__(self, session: Session, hours: OpeningHours) -> None:
        self._session = session
        self.hours = hours

    def count(self) -> int:
        table = tables.staff.c
        query = select(func.count()).where(table.is_on_duty.is_(True), table.active.is_(True))
        return int(self._session.execute(query).scalar_one())

    def set(self, staff_id: int, *, is_on_duty: bool) -> bool:
        """Record whether somebody is on duty; say whether that was new."""
        table = tables.staff
        changed = update(table).where(table.c.id == staff_id, table.c.is_on_duty.is_not(is_on_duty))
        return bool(self._session.execute(changed.values(is_on_duty=is_on_duty)).rowcount)
