"""The demo's office as tests of pages see it: one case, request or account of each kind that looks different."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.sql import ColumnElement, Select

from bot.domain.cases import CaseKind, QueueState
from bot.domain.contacts import Channel
from bot.domain.conversations import Conversation
from bot.domain.requests import Actor, RequestKind, RequestStatus
from bot.domain.staff import Role
from bot.services.casework import claim_case
from bot.services.repeats import likely_duplicates
from bot.storage import tables as t
from bot.wiring import Parts, now


class Office:
    """Finds what pages show differently.

    Attributes:
        claimed: Reference of a case that the caseworker Salem follows.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.claimed = self._claimed("salem")

    def case(self, *wanted: ColumnElement[bool]) -> str:
        """Return the reference of a case."""
        return self._first(select(t.case.c.reference).where(*wanted))

    def case_with_shut_window(self) -> str:
        """Return the reference of a case that somebody follows and whose person wrote on WhatsApp more than a day ago."""
        cases, talks = t.case.c, t.conversation.c
        found = select(cases.reference, Conversation).where(
            talks.id == cases.conversation_id, talks.channel == Channel.WHATSAPP, cases.queue_state == QueueState.WITH_STAFF
        )
        with self.parts.unit_of_work() as uow:
            return next(ref for ref, talk in uow.session.execute(found) if not talk.takes_free_text(now()))

    def request(self, *wanted: ColumnElement[bool]) -> str:
        """Return the reference of a request."""
        return self._first(select(t.request.c.reference).where(*wanted))

    def request_with_duplicate(self) -> str:
        """Return the reference of a request beside which another one stands."""
        wanted = select(t.request.c.id).where(t.request.c.kind == RequestKind.RETURN, t.request.c.status != RequestStatus.DRAFT)
        with self.parts.unit_of_work() as uow:
            found = [uow.requests.get(request_id) for (request_id,) in uow.session.execute(wanted)]
            return next(request.reference for request in found if likely_duplicates(uow, request))

    def staff_id(self, who: str) -> int:
        """Return the id of an account."""
        return self._first(select(t.staff.c.id).where(t.staff.c.email == f"{who}@demo.example"))

    def actor(self, who: str) -> Actor:
        """Return a caseworker as services know them."""
        return Actor(str(self.staff_id(who)), frozenset({Role.CASEWORKER}))

    def id_in(self, table: Any) -> Any:
        """Return the id of any row of a table."""
        return self._first(select(table.c.id))

    def _claimed(self, who: str) -> str:
        cases = t.case.c
        reference = self.case(cases.queue_state == QueueState.WAITING, cases.kind == CaseKind.QUESTION)
        with self.parts.unit_of_work() as uow:
            claim_case(uow, reference, actor=self.actor(who), clock=now)
        return reference

    def _first(self, query: Select) -> Any:
        with self.parts.unit_of_work() as uow:
            return uow.session.execute(query.order_by(*query.selected_columns).limit(1)).scalar_one()
