"""Rows in the formats of ``bot.storage.export_files``, as bytes for a file that is written whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.storage.export_files import BOM, harmless, write_rows

__all__ = ["BOM", "as_bytes", "as_csv", "as_hxl", "as_json", "as_xlsx", "harmless"]


def as_bytes(format: str, rows: Iterable[Mapping[str, Any]], fields: Sequence[str], *, has_bom: bool = False) -> bytes:
    """Return the rows in a format."""
    made = io.BytesIO()
    write_rows(format, rows, fields, made, has_bom=has_bom)
    return made.getvalue()


def as_json(rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> bytes:
    """Return a list of objects."""
    return as_bytes("json", rows, fields)


def as_csv(rows: Iterable[Mapping[str, Any]], fields: Sequence[str], *, has_bom: bool = False) -> bytes:
    """Return comma-separated values."""
    return as_bytes("csv", rows, fields, has_bom=has_bom)


def as_hxl(rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> bytes:
    """Return CSV with a row of HXL hashtags."""
    return as_bytes("hxl", rows, fields)


def as_xlsx(rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> bytes:
    """Return a workbook."""
    return as_bytes("xlsx", rows, fields)
