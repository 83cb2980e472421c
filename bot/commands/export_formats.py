"""Rows as JSON, CSV, XLSX and HXL, harmless to whoever opens them in a spreadsheet program."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

BOM = "\ufeff"
HXL_TAGS = {"of": "#meta+counted", "by": "#indicator+name", "value": "#indicator+code", "count": "#indicator+num"}
"""Hashtags of the statistics' columns: the Humanitarian Exchange Language is a table with this one row more."""

_RISKY = re.compile(
    # At the start, and after what a program set to another separator takes for the start of a cell;
    r"(^|[;|\t\r\n])(\s*[\"']?)"
    # the signs that begin a formula, in their wide forms too (https://owasp.org/www-community/attacks/CSV_Injection);
    "(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])"
    # but a phone number in E.164 is a number to any program, and must be read back as it is.
    r"(?!\+[0-9]{6,15}(?![^\s;|,]))"
)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MAX_CELL = 32_767
"""Characters that a cell of a spreadsheet holds."""


def harmless(text: str) -> str:
    """Return a text that no spreadsheet program runs as a formula when it opens a CSV file.

    An apostrophe is put before the sign that would begin one. A phone number like ``+218910000001`` stays as it is.
    """
    guarded = _RISKY.sub(r"\1\2'", text)
    # A tab or a line's end in front is dropped by some programs, and what follows then begins the cell.
    return f"'{guarded}" if guarded[:1] in ("\t", "\r", "\n") else guarded


def as_json(rows: Iterable[Mapping[str, Any]], _fields: Sequence[str]) -> bytes:
    """Return a list of objects, one on each line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n".encode() if lines else b"[]\n"


def as_csv(
    rows: Iterable[Mapping[str, Any]], fields: Sequence[str], *, has_bom: bool = False, tags: Mapping[str, str] | None = None
) -> bytes:
    """Return comma-separated values in UTF-8 with a header (RFC 4180).

    Args:
        has_bom: Begin with a byte order mark. Excel needs it to read Arabic; programs take it for part of the first name.
        tags: HXL hashtags by field, as a second row.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(fields)
    if tags is not None:
        writer.writerow([tags[name] for name in fields])
    writer.writerows([_csv_cell(row.get(name)) for name in fields] for row in rows)
    return ((BOM if has_bom else "") + text.getvalue()).encode()


def as_hxl(rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> bytes:
    """Return CSV with a row of HXL hashtags below the header."""
    return as_csv(rows, fields, tags=HXL_TAGS)


def as_xlsx(rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> bytes:
    """Return a workbook of one sheet in which every text is a text, whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.append(list(fields))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows, start=2):
        for column, name in enumerate(fields, start=1):
            value = _xlsx_value(row.get(name))
            if value is None:
                continue
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                # openpyxl takes a leading "=" for a formula; the prefix keeps it a text when somebody edits the cell.
                cell.data_type, cell.number_format = "s", "@"
                cell.quotePrefix = True
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _csv_cell(value: Any) -> str:
    return "" if value is None else harmless(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _xlsx_value(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False)
    return _NOT_IN_XML.sub("", value)[:_MAX_CELL] if isinstance(value, str) else value
