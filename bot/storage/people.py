"""Persons over all their channels, and how they are found, over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from bot.domain.cases import CaseKind
from bot.domain.contacts import ChannelAddress
from bot.domain.requests import Request, RequestKind
from bot.services.people_ports import PersonCase
from bot.storage import request_tables, tables
from bot.storage.rows import columns_of, shape_of

_case, _request = tables.case.c, request_tables.request.c
_LAST_SHOWN_FIRST = (_case.queue_state == "resolved", _case.opened_at.desc())


class SqlPeople:
    """Persons; reads only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def addresses(self, contact_id: str) -> Sequence[tuple[ChannelAddress, bool]]:
        """Return the addresses with the number of a contact, its own first, each with whether two persons use it."""
        own = aliased(tables.channel_address)
        address, contact = tables.channel_address, tables.contact
        query = (
            select(*columns_of(ChannelAddress), contact.c.is_shared)
            .join(own, own.c.address_hash == address.c.address_hash)
            .join(contact, contact.c.id == address.c.contact_id)
            .where(own.c.contact_id == contact_id)
            .order_by(address.c.contact_id != contact_id, address.c.created_at)
        )
        shape = shape_of(ChannelAddress)
        return [(shape.thing(self._session, row[:-1]), row[-1]) for row in self._session.execute(query)]

    def cases(self, contact_ids: Collection[str], kinds: Collection[CaseKind], *, limit: int) -> Sequence[PersonCase]:
        """Return the cases of contacts, open ones first, then the newest."""
        query = (
            select(_case.reference, _case.kind, _case.queue_state, _case.priority, _case.opened_at)
            .where(_case.contact_id.in_(contact_ids), _case.kind.in_(sorted(kinds)))
            .order_by(*_LAST_SHOWN_FIRST)
            .limit(limit)
        )
        return [PersonCase(*row) for row in self._session.execute(query)]

    def by_references(self, references: Collection[str], kinds: Collection[RequestKind]) -> Sequence[Request]:
        """Return requests by their references, in no order."""
        query = select(Request).where(_request.reference.in_(references), _request.kind.in_(sorted(kinds)))
        return list(self._session.execute(query).scalars())

    def requests(self, contact_ids: Collection[str], kinds: Collection[RequestKind], *, limit: int) -> Sequence[Request]:
        """Return the requests of contacts, the newest first."""
        query = (
            select(Request)
            .where(_request.contact_id.in_(contact_ids), _request.kind.in_(sorted(kinds)))
            .order_by(_request.created_at.desc())
            .limit(limit)
        )
        return list(self._session.execute(query).scalars())
