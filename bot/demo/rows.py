"""Rows on their way into the tables: collected by table, written many at once, in an order that foreign keys allow."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.engine import Connection

from bot.domain.audit import Act
from bot.storage import tables as t
from bot.storage.cipher import Cipher

ORDER = (
    t.contact, t.channel_address, t.conversation, t.message, t.media, t.case, t.case_entry, t.request, t.request_step,
    t.request_name_key, t.form, t.training_label,
)  # fmt: skip


def _defaults_of(table: Table) -> dict[str, Any]:
    return {c.name: c.default.arg if c.default is not None else None for c in table.columns if c.autoincrement is not True}


_DEFAULTS = {table.name: _defaults_of(table) for table in ORDER}


class Batch:
    """Rows that belong together and are not written yet.

    Attributes:
        acts: For the audit log: act, account, moment, subject.
    """

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in ORDER}
        self.acts: list[tuple[Act, int | None, datetime, str]] = []

    def add(self, table: Table, **values: Any) -> dict[str, Any]:
        """Keep a row, and return it: it may be changed until the batch is written."""
        row = {**_DEFAULTS[table.name], **values}
        self._rows[table.name].append(row)
        return row

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        return self._rows[table.name]

    def sort_messages(self) -> None:
        """Bring the messages into the order in which they were written, over all conversations."""
        self._rows[t.message.name].sort(key=lambda row: row["created_at"])

    def write(self, connection: Connection) -> None:
        """Write all rows and forget them."""
        for table in ORDER:
            rows = self._rows[table.name]
            if rows:
                connection.execute(insert(table), rows)
                rows.clear()


def plain(thing: Any, names: Iterable[str]) -> Mapping[str, Any]:
    """Return the attributes of a thing of the domain as the values of its row."""
    return {name: getattr(thing, name) for name in names}


class RememberingCipher:
    """A cipher that gives a text that it encrypted before the same ciphertext again.

    Whoever sees the database learns from it which texts are equal. That is harmless where nobody is meant, and makes a million
    invented messages in minutes; real data always goes through ``Cipher``.
    """

    def __init__(self, cipher: Cipher, *, most: int = 50_000) -> None:
        self._cipher, self._most = cipher, most
        self._known: OrderedDict[str, str] = OrderedDict()

    def encrypt(self, text: str) -> str:
        """Return the text encrypted, now or before."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._cipher.encrypt(text)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return found

    def decrypt(self, token: str) -> str:
        """Return the clear text."""
        return self._cipher.decrypt(token)
