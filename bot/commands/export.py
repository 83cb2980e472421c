"""``daleel export``: requests, cases, messages and statistics for people and machines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from bot.commands import export_formats
from bot.commands.private_files import check_password, locked, write_out, write_private
from bot.domain.audit import Act
from bot.domain.requests import RequestKind, RequestStatus
from bot.language.gazetteer import place_spellings
from bot.services import export, statistics
from bot.services.privacy_ports import Exports
from bot.settings import Settings
from bot.storage.export import SqlExports
from bot.wiring import build, now

SUBJECTS = ("requests", "cases", "messages", "statistics")
FORMATS = ("json", "csv", "xlsx", "hxl")
BINARY = ("xlsx",)


def export_data(
    settings: Settings,
    subject: str,
    *,
    format: str,
    output: Path | None,
    password: str | None,
    has_bom: bool = False,
    kind: str | None = None,
    status: str | None = None,
) -> None:
    """Write an export to a file or to standard output; nothing is written unless all of it could be made.

    Raises:
        typer.BadParameter: If the subject, the format or a filter is not one of ours.
    """
    _check(subject, format=format, has_bom=has_bom, kind=kind, status=status)
    check_password(password)
    parts = build(settings)
    with parts.unit_of_work() as uow:
        fields = statistics.FIELDS if subject == "statistics" else export.FIELDS[subject]
        rows = _rows(SqlExports(uow.session), subject, kind=kind, status=status)
        content = export_formats.as_bytes(format, rows, fields, has_bom=has_bom)
    with parts.unit_of_work(is_durable=True) as uow:
        # Before anything leaves the house.
        uow.audit.add(Act.EXPORTED, staff_id=None, at=now(), subject=subject, detail=format)
        uow.commit()
    if password is not None:
        content = locked(f"{subject}.{'csv' if format == 'hxl' else format}", content, password=password)
    if output is None:
        write_out(content, is_binary=password is not None or format in BINARY)
        return
    write_private(output, content)
    if password is not None and output.suffix != ".zip":
        print(f"{output} is an encrypted zip.", file=sys.stderr)  # noqa: T201


def _check(subject: str, *, format: str, has_bom: bool, kind: str | None, status: str | None) -> None:
    _one_of("what to export", subject, SUBJECTS)
    _one_of("--format", format, FORMATS if subject == "statistics" else FORMATS[:3])
    if has_bom and format != "csv":
        raise typer.BadParameter("--bom is for csv")
    if (kind or status) and subject != "requests":
        raise typer.BadParameter("--kind and --status are for requests")
    _one_of("--kind", kind, tuple(one.value for one in RequestKind))
    _one_of("--status", status, tuple(one.value for one in RequestStatus))


def _one_of(name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"{name} must be one of {', '.join(known)}")


def _rows(exports: Exports, subject: str, *, kind: str | None, status: str | None) -> Iterator[dict[str, Any]]:
    if subject == "requests":
        return export.request_rows(exports, kind=kind, status=status)
    if subject == "cases":
        return export.case_rows(exports)
    if subject == "messages":
        return export.message_rows(exports)
    return statistics.statistics(exports, places=frozenset(place_spellings(str.lower).values()))
