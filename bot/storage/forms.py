"""Repositories of forms and requests over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.forms import Form
from bot.domain.requests import Request, RequestStatus, Step
from bot.storage import request_tables as tables
from bot.storage.cipher import Cipher
from bot.storage.name_keys import forget_names, keep_name
from bot.storage.prepared import Prepared
from bot.storage.rows import columns_of, get, lock, many

# Asked at every turn.
_OF_CONTACT = Prepared(
    select(*columns_of(Form))
    .where(tables.form.c.contact_id == bindparam("contact_id"))
    .order_by(tables.form.c.updated_at.desc())
)
_LAST_REPLY = Prepared(
    select(tables.form_reply.c.message_id, tables.form_reply.c.reply).where(
        tables.form_reply.c.contact_id == bindparam("contact_id")
    )
)


class SqlForms:
    """Forms that persons are in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, form: Form) -> None:
        self._session.add(form)
        self._session.flush()

    def remove(self, form: Form) -> None:
        self._session.delete(form)
        self._session.flush()

    def of_contact(self, contact_id: str) -> Sequence[Form]:
        return many(self._session, _OF_CONTACT, Form, {"contact_id": contact_id})

    def of_request(self, request_id: str) -> Form | None:
        return self._session.execute(select(Form).filter_by(request_id=request_id)).scalars().first()

    def last_reply(self, contact_id: str) -> tuple[str, dict[str, Any]] | None:
        """Return the message that a form of a contact took last, and what it was answered."""
        row = _LAST_REPLY.row(self._session, {"contact_id": contact_id})
        return (row[0], row[1]) if row is not None else None

    def keep_reply(self, contact_id: str, message_id: str, reply: dict[str, Any]) -> None:
        """Keep what a message was answered, in place of what was kept before."""
        table = tables.form_reply
        values = {"message_id": message_id, "reply": reply}
        changed = self._session.execute(update(table).where(table.c.contact_id == contact_id).values(**values))
        if not changed.rowcount:
            self._session.execute(insert(table).values(contact_id=contact_id, **values))

    def drop_reply(self, contact_id: str) -> None:
        """Forget what was said last: the turn is finished, and will not be repeated."""
        self._session.execute(delete(tables.form_reply).where(tables.form_reply.c.contact_id == contact_id))


class SqlRequests:
    """Requests and their steps."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def hash(self, value: str) -> str:
        return self._cipher.hash(value)

    def add(self, request: Request) -> None:
        self._session.add(request)
        self._session.flush()
        self.keep_name(request)

    def keep_name(self, request: Request) -> None:
        """Keep what the name in a request's answers is found by; of a draft nothing is."""
        if request.status is RequestStatus.DRAFT:
            forget_names(self._session, [request.id])
        else:
            keep_name(self._session, self._cipher, request)

    def get(self, request_id: str) -> Request:
        return get(self._session, Request, "request_not_found", id=request_id)

    def lock(self, request_id: str) -> Request:
        return lock(self._session, tables.request, Request, "request_not_found", request_id)

    def remove(self, request: Request) -> None:
        self._session.execute(delete(tables.request_step).where(tables.request_step.c.request_id == request.id))
        forget_names(self._session, [request.id])
        self._session.delete(request)
        self._session.flush()

    def find_by_reference(self, reference: str) -> Request | None:
        return self._session.execute(select(Request).filter_by(reference=reference)).scalar_one_or_none()

    def of_contact(self, contact_id: str) -> Sequence[Request]:
        query = select(Request).filter_by(contact_id=contact_id).order_by(tables.request.c.created_at)
        return list(self._session.execute(query).scalars())

    def likely_same(self, request: Request) -> Sequence[Request]:
        """Return other requests of this kind with the same phone, or the same name and birth year; the oldest first."""
        table = tables.request.c
        same = []
        if request.phone_hash:
            same.append(table.phone_hash == request.phone_hash)
        if request.identity_hash:
            same.append(table.identity_hash == request.identity_hash)
        if not same:
            return []
        query = (
            select(Request)
            .where(or_(*same), table.kind == request.kind, table.id != request.id, table.status != RequestStatus.DRAFT)
            .order_by(table.created_at)
        )
        return list(self._session.execute(query).scalars())

    def with_end_dates(self) -> Sequence[Request]:
        table = tables.request.c
        query = select(Request).where(or_(table.documents_until.is_not(None), table.medical_until.is_not(None)))
        return list(self._session.execute(query).scalars())

    def add_step(self, step: Step) -> None:
        self._session.execute(insert(tables.request_step).values(**vars(step)))

    def steps_of(self, request_id: str) -> Sequence[Step]:
        table = tables.request_step.c
        query = (
            select(table.request_id, table.from_status, table.to_status, table.by, table.at, table.reason)
            .where(table.request_id == request_id)
            .order_by(table.id)
        )
        return [Step(*row) for row in self._session.execute(query)]
