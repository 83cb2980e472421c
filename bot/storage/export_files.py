"""Rows written as JSON, CSV, XLSX and HXL, harmless to whoever opens them in a spreadsheet program, and locked by a password.

Everything is written row by row, so that a long export needs no more memory than a short one.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from bot.domain.errors import InvalidInput

BOM = "\ufeff"
HXL_TAGS = {"of": "#meta+counted", "by": "#indicator+name", "value": "#indicator+code", "count": "#indicator+num"}
"""Hashtags of the statistics' columns: the Humanitarian Exchange Language is a table with this one row more."""

FORMATS = ("json", "csv", "xlsx", "hxl")
SHORTEST_PASSWORD = 12
"""A zip's key is derived by a thousand rounds only (WinZip AE-2), so that a short password is soon guessed."""

Rows = Iterable[Mapping[str, Any]]
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


def write_rows(format: str, rows: Rows, fields: Sequence[str], file: IO[bytes], *, has_bom: bool = False) -> None:
    """Write rows to a file in one of ``FORMATS``.

    Args:
        has_bom: Begin CSV with a byte order mark. Excel needs it to read Arabic; programs take it for part of the first name.
    """
    if format == "json":
        write_json(rows, file)
    elif format == "xlsx":
        write_xlsx(rows, fields, file)
    else:
        write_csv(rows, fields, file, has_bom=has_bom, tags=HXL_TAGS if format == "hxl" else None)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet program runs as a formula when it opens a CSV file.

    An apostrophe is put before the sign that would begin one. A phone number like ``+218910000001`` stays as it is.
    """
    guarded = _RISKY.sub(r"\1\2'", text)
    # A tab or a line's end in front is dropped by some programs, and what follows then begins the cell.
    return f"'{guarded}" if guarded[:1] in ("\t", "\r", "\n") else guarded


def write_json(rows: Rows, file: IO[bytes]) -> None:
    """Write a list of objects, one on each line."""
    is_empty = True
    for row in rows:
        file.write(b"[\n" if is_empty else b",\n")
        file.write(json.dumps(row, ensure_ascii=False).encode())
        is_empty = False
    file.write(b"[]\n" if is_empty else b"\n]\n")


def write_csv(
    rows: Rows, fields: Sequence[str], file: IO[bytes], *, has_bom: bool = False, tags: Mapping[str, str] | None = None
) -> None:
    """Write comma-separated values in UTF-8 with a header (RFC 4180).

    Args:
        has_bom: As in ``write_rows``.
        tags: HXL hashtags by field, as a second row.
    """
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")

    def write(cells: Sequence[str]) -> None:
        writer.writerow(cells)
        file.write(line.getvalue().encode())
        line.seek(0)
        line.truncate()

    file.write(BOM.encode() if has_bom else b"")
    write(fields)
    if tags is not None:
        write([tags[name] for name in fields])
    for row in rows:
        write([_csv_cell(row.get(name)) for name in fields])


def write_xlsx(rows: Rows, fields: Sequence[str], file: IO[bytes]) -> None:
    """Write a workbook of one sheet in which every text is a text, whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    header = [WriteOnlyCell(sheet, name) for name in fields]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    for row in rows:
        sheet.append([_xlsx_cell(WriteOnlyCell(sheet), _xlsx_value(row.get(name))) for name in fields])
    book.save(file)


def check_password(password: str | None) -> str | None:
    """Return the password, None for none.

    Raises:
        InvalidInput: If it is too short.
    """
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise InvalidInput("password_too_short", f"the password must have {SHORTEST_PASSWORD} characters or more")
    return password


@contextmanager
def locked_file(name: str, file: IO[bytes], *, password: str) -> Iterator[IO[bytes]]:
    """Give what to write to, as the one file of a zip that is encrypted by AES-256; 7-Zip and its like open it."""
    import pyzipper

    with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        with archive.open(name, "w", force_zip64=True) as inner:
            yield inner


def _csv_cell(value: Any) -> str:
    return "" if value is None else harmless(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _xlsx_cell(cell: Any, value: Any) -> Any:
    if value is None:
        return None
    cell.value = value
    if isinstance(value, str):
        # openpyxl takes a leading "=" for a formula; the prefix keeps it a text when somebody edits the cell.
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = True
    return cell


def _xlsx_value(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False)
    return _NOT_IN_XML.sub("", value)[:_MAX_CELL] if isinstance(value, str) else value
