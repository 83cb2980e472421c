"""The dashboard's numbers over one SQLAlchemy session: counted by the database, from what stands there in clear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, and_, cast, distinct, extract, func, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from bot.domain.cases import PROMISES, CaseKind, Priority, QueueState
from bot.services.oversight_ports import INBOUND, CaseCount
from bot.storage import tables

_case, _conversation, _count = tables.case.c, tables.conversation.c, tables.daily_count.c
_OPEN = _case.queue_state != QueueState.RESOLVED
# A case that was resolved without a word was answered by that; one that was emptied has no time of it.
_ANSWERED_AT = func.coalesce(_case.first_reply_at, _case.resolved_at)
_PROMISE = sql_case(
    *((_case.priority == priority, int(promise.total_seconds())) for priority, promise in PROMISES.items()), else_=0
)
_ON_TIME, _LATE = 1, 0


class SqlDashboard:
    """The dashboard's numbers; fulfils ``bot.services.oversight_ports.DashboardNumbers``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting(
        self, kinds: frozenset[CaseKind], *, now: datetime, ages: Sequence[timedelta]
    ) -> Mapping[tuple[int, Priority], int]:
        """Return how many people wait now, by the number of ``ages`` that their waiting has passed, and by priority."""
        passed = sum(
            (sql_case((_case.waiting_since <= now - age, 1), else_=0) for age in ages[1:]),
            start=sql_case((_case.waiting_since <= now - ages[0], 1), else_=0),
        ).label("passed")
        query = (
            select(passed, _case.priority, func.count())
            .where(_case.waiting_since.is_not(None), _OPEN, _case.kind.in_(kinds))
            .group_by("passed", _case.priority)
        )
        return {(int(row[0]), row[1]): row[2] for row in self._session.execute(query)}

    def opened(self, kinds: frozenset[CaseKind], *, since: datetime, now: datetime) -> Sequence[CaseCount]:
        """Return the cases opened since, by kind, place, and whether the promise was kept.

        Cases from before that was recorded are judged by the clock alone, as if the office never closed.
        """
        in_time = sql_case(
            (_case.in_time.is_(True), _ON_TIME),
            (_case.in_time.is_(False), _LATE),
            (_ANSWERED_AT.is_not(None), sql_case((self._seconds_to_reply() <= _PROMISE, _ON_TIME), else_=_LATE)),
            (and_(_OPEN, _case.due_at <= now), _LATE),
            else_=None,
        ).label("kept")
        query = (
            select(_case.kind, _case.place, in_time, func.count())
            .where(_case.opened_at >= since, _case.kind.in_(kinds))
            .group_by(_case.kind, _case.place, "kept")
        )
        return [
            CaseCount(kind, place, None if kept is None else kept == _ON_TIME, count)
            for kind, place, kept, count in self._session.execute(query)
        ]

    def minutes_to_reply(self, kinds: frozenset[CaseKind], *, since: datetime) -> Mapping[int, int]:
        """Return how many cases opened since had their first reply within so many minutes."""
        minutes = cast(func.floor((self._seconds_to_reply(_case.first_reply_at) + 59) / 60), Integer)
        if self._is_sqlite:
            minutes = cast((self._seconds_to_reply(_case.first_reply_at) + 59) / 60, Integer)
        minutes = minutes.label("minutes")
        query = (
            select(minutes, func.count())
            .where(_case.opened_at >= since, _case.first_reply_at.is_not(None), _case.kind.in_(kinds))
            .group_by("minutes")
        )
        return {max(0, row[0]): row[1] for row in self._session.execute(query)}

    def helped(self, kinds: frozenset[CaseKind], *, since: datetime) -> Mapping[bool, int]:
        """Return what people said of cases that were resolved since."""
        query = (
            select(_case.helped, func.count())
            .where(_case.resolved_at >= since, _case.helped.is_not(None), _case.kind.in_(kinds))
            .group_by(_case.helped)
        )
        return {bool(row[0]): row[1] for row in self._session.execute(query)}

    def conversations(self, kinds: frozenset[CaseKind], *, since: datetime) -> tuple[int, int]:
        """Return in how many conversations people wrote since, and in how many of them a case was opened since."""
        wrote = _conversation.last_inbound_at >= since
        with_case = (
            select(func.count(distinct(_case.conversation_id)))
            .join(tables.conversation, _conversation.id == _case.conversation_id)
            .where(_case.opened_at >= since, _case.kind.in_(kinds), wrote)
            .scalar_subquery()
        )
        row = self._session.execute(select(func.count(), with_case).select_from(tables.conversation).where(wrote)).one()
        return row[0], row[1]

    def messages(self, *, since: date) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """Return the daily counts since, added up by what they count."""
        query = (
            select(_count.of, _count.by, _count.value, func.sum(_count["count"]))
            .where(_count.day >= since)
            .group_by(_count.of, _count.by, _count.value)
        )
        found: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for of, by, value, count in self._session.execute(query):
            found[of, by][value] = int(count)
        return found

    def messages_by_day(self, *, since: date) -> Mapping[date, int]:
        """Return how many messages came in on each day."""
        query = (
            select(_count.day, func.sum(_count["count"]))
            .where(_count.day >= since, _count.of == INBOUND, _count.by == "channel")
            .group_by(_count.day)
        )
        return {day: int(count) for day, count in self._session.execute(query)}

    @property
    def _is_sqlite(self) -> bool:
        return self._session.get_bind().dialect.name == "sqlite"

    def _seconds_to_reply(self, until: Any = _ANSWERED_AT) -> Any:
        if self._is_sqlite:
            return cast(func.round((func.julianday(until) - func.julianday(_case.opened_at)) * 86400), Integer)
        return extract("epoch", until - _case.opened_at)
