"""Writing all encrypted data anew with the newest key, in small transactions, while everything runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, column, inspect, select, table, update
from sqlalchemy.engine import Engine

from bot.domain.errors import ConfigurationError
from bot.storage import tables
from bot.storage.cipher import Cipher
from bot.storage.types import ChoiceTuple, EncryptedJson, EncryptedText

BATCH = 200
ENCRYPTED = (EncryptedText, EncryptedJson, ChoiceTuple)
RASA_EVENTS = ("events", "id", "data")


@dataclass(frozen=True)
class EncryptedColumn:
    """Where tokens are: a table, its key, and the column."""

    table: str
    key: str
    column: str


def encrypted_columns(engine: Engine) -> tuple[EncryptedColumn, ...]:
    """Return every column that holds tokens; that of Rasa's events only once Rasa has made its table."""
    ours = (
        EncryptedColumn(each.name, next(iter(each.primary_key.columns)).name, one.name)
        for each in tables.metadata.sorted_tables
        for one in each.columns
        if isinstance(one.type, ENCRYPTED)
    )
    with engine.connect() as connection:
        has_events = inspect(connection).has_table(RASA_EVENTS[0])
    return (*ours, EncryptedColumn(*RASA_EVENTS)) if has_events else tuple(ours)


def renew_all(engine: Engine, cipher: Cipher) -> int:
    """Write what older keys wrote anew with the newest, and return how many values that were.

    Each batch is a transaction of its own. Killed anywhere, it leaves values under old and new keys, which both open; called
    again, it goes on. A value that somebody changes meanwhile is left to them: they write with the newest key.

    Raises:
        ConfigurationError: If a value cannot be opened with any key; all before it is renewed.
    """
    return sum(_renew(engine, cipher, where) for where in encrypted_columns(engine))


def count_old(engine: Engine, cipher: Cipher) -> int:
    """Return how many values the newest key does not open."""
    return sum(
        not cipher.is_current(token)
        for where in encrypted_columns(engine)
        for batch in _batches(engine, where)
        for _, token in batch
    )


def count_unreadable(engine: Engine, cipher: Cipher) -> int:
    """Return how many values no key opens."""
    count = 0
    for where in encrypted_columns(engine):
        for batch in _batches(engine, where):
            for _, token in batch:
                try:
                    cipher.decrypt(token)
                except ConfigurationError:
                    count += 1
    return count


def _renew(engine: Engine, cipher: Cipher, where: EncryptedColumn) -> int:
    here = _table(where)
    key, value = here.c[where.key], here.c[where.column]
    change = update(here).where(key == bindparam("row"), value == bindparam("before")).values({value: bindparam("after")})
    count = 0
    for batch in _batches(engine, where):
        changes = [
            {"row": row, "before": token, "after": cipher.renew(token)} for row, token in batch if not cipher.is_current(token)
        ]
        if changes:
            with engine.begin() as connection:
                connection.execute(change, changes)
            count += len(changes)
    return count


def _batches(engine: Engine, where: EncryptedColumn) -> Iterator[list[tuple[Any, str]]]:
    here = _table(where)
    key, value = here.c[where.key], here.c[where.column]
    last: Any = None
    while True:
        query = select(key, value).where(value.is_not(None)).order_by(key).limit(BATCH)
        with engine.connect() as connection:
            batch = [tuple(row) for row in connection.execute(query if last is None else query.where(key > last))]
        if not batch:
            return
        last = batch[-1][0]
        yield batch


def _table(where: EncryptedColumn) -> Any:
    # Without types, so that tokens are read and written as they are.
    return table(where.table, column(where.key), column(where.column))
