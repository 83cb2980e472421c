"""Column types: encrypted text, aware times in UTC, enums by value, tuples as JSON."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from sqlalchemy import DateTime, String, Text
from sqlalchemy.types import TypeDecorator

from bot.domain.conversations import Choice


class EncryptedText(TypeDecorator[str]):
    """Text that is encrypted in the database; the engine's dialect carries the cipher."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else dialect.cipher.encrypt(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else dialect.cipher.decrypt(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time reached the database")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class EnumText(TypeDecorator[Enum]):
    """An enum, stored as its value, so that the table reads like the design."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[Enum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Enum | None, dialect: Any) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Any) -> Enum | None:
        return None if value is None else self.enum(value)


class StringTuple(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings, as a JSON list."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Any) -> str:
        return json.dumps(list(value or ()), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Any) -> tuple[str, ...]:
        return tuple(json.loads(value)) if value else ()


class Json(TypeDecorator[Any]):
    """What JSON can hold, in clear. A changed value must be a new object: changes inside one are not seen."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else json.loads(value)


class EncryptedJson(TypeDecorator[Any]):
    """What JSON can hold, encrypted. A changed value must be a new object: changes inside one are not seen."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else dialect.cipher.encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else json.loads(dialect.cipher.decrypt(value))


class EncryptedTuple(EncryptedJson):
    """A tuple of strings, encrypted as a JSON list."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Any) -> tuple[str, ...]:
        return tuple(super().process_result_value(value, dialect) or ())


class ChoiceTuple(TypeDecorator[tuple[Choice, ...]]):
    """The choices of a message as an encrypted JSON list of ``[id, title]``; null where there are none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Choice, ...] | None, dialect: Any) -> str | None:
        return dialect.cipher.encrypt(json.dumps([[c.id, c.title] for c in value], ensure_ascii=False)) if value else None

    def process_result_value(self, value: str | None, dialect: Any) -> tuple[Choice, ...]:
        return tuple(Choice(id=i, title=t) for i, t in json.loads(dialect.cipher.decrypt(value))) if value else ()
