"""The queue over one SQLAlchemy session: what stands in the tables in clear, and nothing that is encrypted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, true
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.requests import RequestKind, RequestStatus
from bot.services.queue_ports import Alarms, QueueFilter, QueueRow, Reader, Sort, Tab, Timing
from bot.storage import tables
from bot.storage.prepared import Prepared

SOON = timedelta(hours=1)
UNKNOWN = "unknown"
_OPEN = (QueueState.WAITING, QueueState.ASSIGNED, QueueState.WITH_STAFF)

_case = tables.case.c
_conversation = tables.conversation.c
_request = tables.request.c
_COLUMNS = (
    "id", "reference", "kind", "priority", "queue_state", "opened_at", "due_at", "assignee_id", "team", "place",
    "waiting_since", "escalated_at", "touched_at", "resolved_at", "conversation_id",
)  # fmt: skip
_WAITS = _case.waiting_since.is_not(None)
_OF_REQUEST = tuple(kind.case_kind for kind in RequestKind)
# What a draft says is not for staff yet.
_HAS_OPEN_FEAR = and_(_request.fear_at.is_not(None), _request.fear_cleared_at.is_(None), _request.status != RequestStatus.DRAFT)


class SqlQueue:
    """The queue; reads only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self, wanted: QueueFilter, reader: Reader, *, limit: int) -> Sequence[QueueRow]:
        """Return one page of cases. What belongs to each is joined to those of the page alone."""
        offset = (wanted.page - 1) * (limit - 1)
        order = _order(wanted)
        found = (
            select(*(_case[name] for name in _COLUMNS))
            .select_from(_source(wanted))
            .where(*_conditions(wanted, reader), *_of_tab(wanted.tab, reader))
            .order_by(*order)
            .limit(limit)
            .offset(offset)
            .subquery()
        )
        names = [name for name in _COLUMNS if name not in ("id", "conversation_id")]
        query = (
            select(
                *(found.c[name] for name in names),
                _conversation.channel,
                _conversation.language,
                _request.status,
                _HAS_OPEN_FEAR.label("has_open_fear"),
            )
            .join(tables.conversation, _conversation.id == found.c.conversation_id)
            .outerjoin(tables.request, and_(_request.reference == found.c.reference, found.c.kind.in_(_OF_REQUEST)))
            .order_by(*_order(wanted, found.c))
        )
        rows = self._session.execute(query).mappings()
        return [QueueRow(**{**row, "has_open_fear": bool(row["has_open_fear"])}) for row in rows]

    def counts(self, wanted: QueueFilter, reader: Reader, *, most: int) -> Mapping[str, int]:
        """Return how many there are of each tab, and critical and late ones in the chosen tab; at most one over ``most``."""

        here = _of_tab(wanted.tab, reader)
        asked = {tab.value: _of_tab(tab, reader) for tab in Tab}
        asked |= {"critical": [*here, _case.priority == Priority.CRITICAL], "late": [*here, _WAITS, _case.due_at <= reader.now]}
        found = select(_case.id).select_from(_source(wanted)).where(*_conditions(wanted, reader))
        if wanted.state is QueueState.RESOLVED:
            # All there ever were: each number is counted apart, and no further than it is told.
            each = (select(func.count()).select_from(found.where(*one).limit(most + 1).subquery()) for one in asked.values())
            query = select(*(one.scalar_subquery().label(name) for name, one in zip(asked, each)))
        else:
            # Open ones are few, and are read once for all numbers.
            query = found.with_only_columns(*(func.count().filter(*one or [true()]).label(name) for name, one in asked.items()))
        return {name: min(count, most + 1) for name, count in self._session.execute(query).mappings().one().items()}

    def kinds_of(self, references: Sequence[str]) -> Mapping[str, CaseKind]:
        """Return the kinds of cases by reference; of those that exist."""
        query = select(_case.reference, _case.kind).where(_case.reference.in_(references))
        return {reference: kind for reference, kind in self._session.execute(query)}

    def alarms(self, reader: Reader) -> Alarms:
        """Return what must be seen at once: asked every few seconds by everybody, and answered from two indexes."""
        values = {"staff_id": reader.staff_id}
        [(critical, unclaimed, newest, reference, mine)] = _alarms_of(frozenset(reader.kinds)).rows(self._session, values)
        return Alarms(critical=critical, unclaimed=unclaimed, newest=newest, reference=reference, mine=mine, as_of=reader.now)


@lru_cache(maxsize=64)
def _alarms_of(kinds: frozenset[CaseKind]) -> Prepared:
    """Return the query for the alarms of those who see these kinds of cases."""
    mine = _case.assignee_id == bindparam("staff_id")
    critical = (
        _case.priority == Priority.CRITICAL,
        _WAITS,
        _case.kind.in_(sorted(kinds)),
        or_(_case.assignee_id.is_(None), mine),
    )
    newest = select(_case.reference).where(*critical).order_by(_case.waiting_since.desc()).limit(1)
    return Prepared(
        select(
            select(func.count()).where(*critical).scalar_subquery().label("critical"),
            select(func.count()).where(*critical, _case.assignee_id.is_(None)).scalar_subquery().label("unclaimed"),
            select(func.max(_case.waiting_since)).where(*critical).scalar_subquery().label("newest"),
            newest.scalar_subquery().label("reference"),
            select(func.count())
            .where(mine, _case.queue_state.in_(_OPEN), _WAITS, _case.kind.in_(sorted(kinds)))
            .scalar_subquery()
            .label("mine"),
        )
    )


def _source(wanted: QueueFilter) -> Any:
    """Return the tables that the filter looks at: the conversation only where it decides."""
    if wanted.language is None and wanted.channel is None:
        return tables.case
    return tables.case.join(tables.conversation, _conversation.id == _case.conversation_id)


def _conditions(wanted: QueueFilter, reader: Reader) -> list[Any]:
    found: list[Any] = [
        _case.kind.in_(sorted(reader.kinds)),
        _case.queue_state.in_(_OPEN) if wanted.state is None else _case.queue_state == wanted.state,
    ]
    if wanted.priority is not None:
        found.append(_case.priority == wanted.priority)
    if wanted.timing is Timing.LATE:
        found += [_WAITS, _case.due_at <= reader.now]
    if wanted.timing is Timing.SOON:
        found += [_WAITS, _case.due_at > reader.now, _case.due_at <= reader.now + SOON]
    for column, value in (
        (_conversation.language, wanted.language),
        (_conversation.channel, wanted.channel),
        (_case.place, wanted.place),
    ):
        if value is not None:
            found.append(column.is_(None) if value == UNKNOWN else column == value)
    return found


def _of_tab(tab: Tab, reader: Reader) -> list[Any]:
    if tab is Tab.MINE:
        return [_case.assignee_id == reader.staff_id]
    if tab is Tab.TEAM:
        # Who belongs to no office has no cases of an office: a comparison with nothing finds nothing.
        return [_case.team == (reader.team or "")]
    return [_case.assignee_id.is_(None)] if tab is Tab.UNASSIGNED else []


def _order(wanted: QueueFilter, columns: Any = _case) -> list[Any]:
    if wanted.state is QueueState.RESOLVED:
        return [columns.resolved_at.desc(), columns.id]
    nobody_waits = sql_case((columns.waiting_since.is_(None), 1), else_=0)
    if wanted.sort is Sort.NEWEST:
        return [columns.opened_at.desc(), columns.id]
    if wanted.sort is Sort.LONGEST:
        return [nobody_waits, columns.waiting_since, columns.opened_at, columns.id]
    calm = sql_case((columns.priority == Priority.CRITICAL, 0), else_=1)
    return [nobody_waits, calm, columns.due_at, columns.id]
