"""Requests as lists and searches read them, over one SQLAlchemy session: from clear columns and keyed hashes alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from bot.domain.cases import QueueState
from bot.domain.requests import RequestKind, RequestStatus
from bot.services.request_ports import RequestFilter, RequestReader, RequestRow, RequestSort
from bot.storage import request_tables, tables
from bot.storage.cipher import Cipher
from bot.storage.name_keys import hash_of_key

UNKNOWN = "unknown"
_request, _case = request_tables.request.c, tables.case.c
_COLUMNS = (
    "id", "reference", "kind", "status", "channel", "language", "created_at", "submitted_at", "updated_at", "fear_at",
    "fear_cleared_at", "duplicate_of", "consented_at", "consent_ended_at", "documents_until", "medical_until",
)  # fmt: skip
_IS_OF_IT = and_(_case.reference == _request.reference, _case.kind == _request.kind)
_IS_AFRAID = and_(_request.fear_at.is_not(None), _request.fear_cleared_at.is_(None))


class SqlRequestLists:
    """Lists of requests; reads only."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def rows(self, wanted: RequestFilter, reader: RequestReader, *, limit: int) -> Sequence[RequestRow]:
        """Return one page of requests, each with what its case tells."""
        source: Any = request_tables.request
        if wanted.place is not None:
            source = source.outerjoin(tables.case, _IS_OF_IT)
        found = (
            select(*(_request[name] for name in _COLUMNS))
            .select_from(source)
            .where(*_conditions(wanted, reader))
            .order_by(*_order(wanted.sort))
            .limit(limit)
            .offset((wanted.page - 1) * (limit - 1))
            .subquery()
        )
        query = (
            select(found, _case.place, _case.assignee_id, _case.queue_state)
            .outerjoin(tables.case, and_(_case.reference == found.c.reference, _case.kind == found.c.kind))
            .order_by(*_order(wanted.sort, found.c))
        )
        return [_row(row) for row in self._session.execute(query)]

    def by_phone(self, phone: str, kinds: Collection[RequestKind], *, limit: int) -> Sequence[str]:
        """Return the references of requests with this phone, the newest first."""
        is_it = _request.phone_hash == self._cipher.hash(f"phone:{phone}")
        query = select(_request.reference).where(is_it, *_sent(kinds)).order_by(_request.created_at.desc()).limit(limit)
        return list(self._session.execute(query).scalars())

    def by_name(self, keys: Collection[str], kinds: Collection[RequestKind], *, limit: int) -> Sequence[str]:
        """Return the references of requests whose name has all these parts, those with the fewest others first."""
        if not keys:
            return []
        part = tables.request_name_key.c
        hashes = [hash_of_key(self._cipher, key) for key in keys]
        having_all = (
            select(part.request_id)
            .where(part.key_hash.in_(hashes))
            .group_by(part.request_id)
            .having(func.count() == len(set(hashes)))
            .subquery()
        )
        every = tables.request_name_key.alias()
        count = select(func.count()).where(every.c.request_id == _request.id).scalar_subquery()
        query = (
            select(_request.reference)
            .join(having_all, having_all.c.request_id == _request.id)
            .where(*_sent(kinds))
            .order_by(count, _request.created_at.desc())
            .limit(limit)
        )
        return list(self._session.execute(query).scalars())

    def contacts_with(self, addresses: Collection[str], *, limit: int) -> Sequence[str]:
        """Return the contacts that write from one of these addresses, on whatever channel."""
        address = tables.channel_address.c
        hashes = [self._cipher.hash(one) for one in addresses]
        query = select(address.contact_id).where(address.address_hash.in_(hashes)).order_by(address.created_at).limit(limit)
        return list(dict.fromkeys(self._session.execute(query).scalars()))


def _sent(kinds: Collection[RequestKind]) -> list[Any]:
    return [_request.kind.in_(sorted(kinds)), _request.status != RequestStatus.DRAFT]


def _conditions(wanted: RequestFilter, reader: RequestReader) -> list[Any]:
    found: list[Any] = [_request.kind.in_(sorted(reader.kinds)), _request.status.in_(sorted(wanted.statuses))]
    if wanted.language is not None:
        found.append(_request.language == wanted.language)
    if wanted.channel is not None:
        found.append(_request.channel == wanted.channel)
    if wanted.place is not None:
        found.append(_case.place.is_(None) if wanted.place == UNKNOWN else _case.place == wanted.place)
    if wanted.has_fear:
        found.append(_IS_AFRAID)
    if wanted.ends is not None:
        last = reader.today + timedelta(days=wanted.ends)
        found.append(or_(_request.documents_until <= last, _request.medical_until <= last))
    if wanted.older is not None:
        found.append(func.coalesce(_request.submitted_at, _request.created_at) <= reader.now - timedelta(days=wanted.older))
    return found


def _order(sort: RequestSort, columns: Any = _request) -> list[Any]:
    sent = func.coalesce(columns.submitted_at, columns.created_at)
    if sort is RequestSort.NEWEST:
        return [sent.desc(), columns.id]
    if sort is RequestSort.UNTOUCHED:
        return [columns.updated_at, columns.id]
    if sort is RequestSort.OLDEST:
        return [sent, columns.id]
    is_afraid = and_(columns.fear_at.is_not(None), columns.fear_cleared_at.is_(None))
    return [sql_case((is_afraid, 0), else_=1), sent, columns.id]


def _row(row: Any) -> RequestRow:
    has_consent = row.consented_at is not None and row.consent_ended_at is None
    return RequestRow(
        reference=row.reference,
        kind=row.kind,
        status=row.status,
        channel=row.channel,
        language=row.language,
        sent_at=row.submitted_at or row.created_at,
        updated_at=row.updated_at,
        has_open_fear=row.fear_at is not None and row.fear_cleared_at is None,
        is_merged=row.status is RequestStatus.WITHDRAWN and row.duplicate_of is not None and has_consent,
        ends=min((day for day in (row.documents_until, row.medical_until) if day is not None), default=None),
        place=row.place,
        assignee_id=row.assignee_id,
        has_open_case=row.queue_state is not None and row.queue_state is not QueueState.RESOLVED,
    )
