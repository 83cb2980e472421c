"""The audit log over one SQLAlchemy session: a chain of sealed entries, added to only."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import String, event, insert, inspect, select, type_coerce, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, scoped_session

from bot.domain.audit import Act, AuditEntry, Link
from bot.domain.errors import ConfigurationError
from bot.services.audit_ports import THE_HOTLINE, AuditFilter
from bot.storage import tables
from bot.storage.cipher import Cipher

HEAD = 1

_entry, _head = tables.audit_entry.c, tables.audit_head.c
# Act and detail as they are stored: a forged entry may hold what no enum knows and no key opens.
_RAW = (
    _entry.position, _entry.at, type_coerce(_entry.act, String).label("act"), _entry.staff_id, _entry.subject,
    type_coerce(_entry.detail, String).label("detail"), _entry.previous_hash, _entry.hash,
)  # fmt: skip


@dataclass(frozen=True)
class _Pending:
    act: Act
    staff_id: int | None
    at: datetime
    subject: str
    detail: str


def has_log(engine: Engine) -> bool:
    """Say whether a database has an audit log; one from before the console, or an empty one, has none."""
    with engine.connect() as connection:
        return inspect(connection).has_table(tables.audit_head.name)


class SqlAudit:
    """The audit log; fulfils ``bot.services.audit_ports.Audit``.

    Args:
        session: Of the transaction in which the act itself is stored.
        cipher: Its keyed hash seals the entries: whoever can write the database, but has not the key, cannot forge one.
    """

    def __init__(self, session: Session | scoped_session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher
        self._pending: list[_Pending] = []
        self._is_listening = False

    def add(self, act: Act, *, staff_id: int | None, at: datetime, subject: str = "", detail: str = "") -> None:
        """Append an entry when this transaction commits, or none if it does not.

        The end of the chain is locked by the commit itself, after all else: whoever waits for it holds up nobody who has it.
        """
        session = self._session() if isinstance(self._session, scoped_session) else self._session
        if not session.in_transaction():
            # What has not begun tells nobody of its end.
            session.begin()
        self._pending.append(_Pending(act, staff_id, at, subject, detail))
        if not self._is_listening:
            event.listen(session, "before_commit", self._write)
            event.listen(session, "after_rollback", self._forget)
            self._is_listening = True

    def _write(self, session: Session) -> None:
        if not self._pending or session.in_nested_transaction():
            return
        session.flush()
        session.execute(update(tables.audit_head).where(_head.id == HEAD).values(position=_head.position + len(self._pending)))
        end, previous = session.execute(select(_head.position, _head.hash).where(_head.id == HEAD)).one()
        rows: list[dict[str, Any]] = []
        for position, one in enumerate(self._pending, start=end - len(self._pending) + 1):
            sealed = self._seal(position, one.at, one.act.value, one.staff_id, one.subject, one.detail, previous)
            rows.append({"position": position, **vars(one), "previous_hash": previous, "hash": sealed})
            previous = sealed
        session.execute(insert(tables.audit_entry), rows)
        session.execute(update(tables.audit_head).where(_head.id == HEAD).values(hash=previous))
        self._pending.clear()

    def _forget(self, _session: Session) -> None:
        self._pending.clear()

    def _seal(
        self, position: int, at: datetime, act: str, staff_id: int | None, subject: str, detail: str, previous: str
    ) -> str:
        """Return the hash over an entry and the hash of the one before it."""
        time = at.astimezone(timezone.utc).isoformat(timespec="microseconds")
        # The prefix keeps it apart from the hashes of addresses, which people choose.
        return self._cipher.hash("audit:" + json.dumps([position, time, act, staff_id, subject, detail, previous]))

    def entries(self, *, after: int = 0, limit: int) -> Sequence[AuditEntry]:
        """Return entries in their order."""
        return self._read(select(*_RAW).where(_entry.position > after).order_by(_entry.position).limit(limit))

    def newest(self, wanted: AuditFilter, *, before: int | None, limit: int) -> Sequence[AuditEntry]:
        """Return the entries that are asked for, the newest first."""
        query = select(*_RAW).order_by(_entry.position.desc()).limit(limit)
        if before is not None:
            query = query.where(_entry.position < before)
        if wanted.staff_id is not None:
            is_whose = _entry.staff_id.is_(None) if wanted.staff_id == THE_HOTLINE else _entry.staff_id == wanted.staff_id
            query = query.where(is_whose)
        if wanted.act is not None:
            query = query.where(_entry.act == wanted.act)
        if wanted.subject is not None:
            query = query.where(_entry.subject == wanted.subject)
        if wanted.since is not None:
            query = query.where(_entry.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(_entry.at < wanted.until)
        return self._read(query)

    def links(self, *, after: int, limit: int) -> Sequence[Link]:
        """Return the seals of entries in their order, and what each would have to be."""
        query = select(*_RAW).where(_entry.position > after).order_by(_entry.position).limit(limit)
        try:
            return [self._link(row) for row in self._session.execute(query).mappings()]
        except ValueError:
            # A time that is none: SQLite stores whatever somebody writes.
            positions = self._session.execute(query.with_only_columns(_entry.position)).scalars().all()
            return [self._link_at(position) for position in positions]

    def _link_at(self, position: int) -> Link:
        try:
            row = self._session.execute(select(*_RAW).where(_entry.position == position)).mappings().one()
        except ValueError:
            return Link(position, "", "", is_sealed=False)
        return self._link(row)

    def _link(self, row: Any) -> Link:
        detail = self._opened(row["detail"])
        is_sealed = detail is not None and hmac.compare_digest(
            self._seal(
                row["position"], row["at"], row["act"], row["staff_id"], row["subject"], detail, row["previous_hash"]
            ).encode(),
            row["hash"].encode(),
        )
        return Link(row["position"], row["previous_hash"], row["hash"], is_sealed=is_sealed)

    def head(self) -> tuple[int, str]:
        """Return position and hash of the last entry, as the head of the chain has them; nothing where the head is gone."""
        row = self._session.execute(select(_head.position, _head.hash).where(_head.id == HEAD)).first()
        return (row.position, row.hash) if row is not None else (0, "")

    def _read(self, query: Any) -> list[AuditEntry]:
        known = {act.value: act for act in Act}
        rows = self._session.execute(query).mappings()
        return [AuditEntry(**{**row, "act": known.get(row["act"]), "detail": self._opened(row["detail"])}) for row in rows]

    def _opened(self, token: str) -> str | None:
        try:
            return self._cipher.decrypt(token)
        except (ConfigurationError, ValueError):
            return None
