"""Exports for who has the right: with a reason, encrypted where persons are in them, and recorded before they leave."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any

from flask import Blueprint, Flask, flash, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import pgettext
from flask_security import current_user

from bot.console.days import end_of, start_of
from bot.console.outside import SqlExports, actor, locked_file, now, parts, staff_names, write_rows
from bot.console.permissions import requires
from bot.domain.audit import Act
from bot.domain.cases import CaseKind, QueueState
from bot.domain.errors import InvalidInput
from bot.domain.requests import RequestStatus
from bot.language.gazetteer import place_names
from bot.services import staff_export
from bot.services.audit_ports import AuditFilter
from bot.services.cases import visible_kinds
from bot.services.privacy_ports import ExportOnly
from bot.services.staff_export import Subject, Wish

pages = Blueprint("exports", __name__)
SHORTEST_PASSWORD = 12
PAST = 30
Rows = Iterator[dict[str, Any]]
_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "hxl": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def install(app: Flask) -> None:
    """Let the page name what can be exported."""
    app.jinja_env.globals.update(subject_name=subject_name)


@pages.get("/exports")
@requires("export_data")
def show() -> ResponseReturnValue:
    """Show the form, and what was exported before."""
    return _page({})


@pages.post("/exports")
@requires("export_data")
def make() -> ResponseReturnValue:
    """Make a file and hand it out."""
    try:
        wish, password = _wish(), _password()
        file, count = _written(wish, password)
    except InvalidInput as error:
        flash(_trouble(error.code), "error")
        return _page(request.form), 422
    with parts().unit_of_work(is_durable=True) as uow:
        staff_export.record_export(uow, wish, count=count, actor=actor(), clock=now)
    name, kind = _name(wish), _TYPES[wish.format]
    if password is not None:
        name, kind = f"{name.rpartition('.')[0]}.zip", "application/zip"
    answer = send_file(file, mimetype=kind, as_attachment=True, download_name=name, max_age=None)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def subject_name(subject: str) -> str:
    """Return what is exported."""
    return {
        Subject.REQUESTS.value: pgettext("export", "Requests"),
        Subject.CASES.value: pgettext("export", "Cases"),
        Subject.STATISTICS.value: pgettext("export", "Statistics"),
        "messages": pgettext("export", "Messages, by the command line"),
        "audit": pgettext("export", "Audit log"),
    }.get(subject, subject)


def _written(wish: Wish, password: str | None) -> tuple[IO[bytes], int]:
    """Return a file without a name, and how many rows are in it; it needs no more memory for many rows than for few."""
    limits = staff_export.limits_of(wish, current_user.role_set)
    file, count = tempfile.TemporaryFile(), 0  # noqa: SIM115 - handed on to the answer, which closes it

    def counted(rows: Rows) -> Rows:
        nonlocal count
        for count, row in enumerate(rows, start=1):  # noqa: B007 - read afterwards
            yield row

    try:
        _write(wish, limits, counted, file=file, password=password)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, count


def _write(wish: Wish, limits: ExportOnly, counted: Callable[[Rows], Rows], *, file: IO[bytes], password: str | None) -> None:
    with parts().unit_of_work() as uow:
        rows = counted(staff_export.rows_of(SqlExports(uow.session, limits), wish.subject, places=frozenset(place_names("en"))))
        fields = staff_export.fields_of(wish.subject)
        if password is None:
            write_rows(wish.format, rows, fields, file, has_bom=wish.format == "csv")
        else:
            with locked_file(_name(wish), file, password=password) as inner:
                write_rows(wish.format, rows, fields, inner, has_bom=wish.format == "csv")


def _wish() -> Wish:
    subject = request.form.get("subject", "")
    if subject not in [one.value for one in Subject]:
        raise InvalidInput("subject_missing")
    kind = request.form.get("kind") or None
    if kind not in (None, *(one.value for one in visible_kinds(current_user.role_set))):
        raise InvalidInput("kind_unknown")
    return Wish(
        subject=Subject(subject),
        format=request.form.get("format", ""),
        reason=" ".join(request.form.get("reason", "").split()),
        kind=CaseKind(kind) if kind else None,
        status=request.form.get("status") or None,
        since=_limit("since", start_of),
        until=_limit("until", end_of),
    )


def _password() -> str | None:
    password = request.form.get("password", "")
    is_needed = request.form.get("subject") != Subject.STATISTICS.value
    if not password and not is_needed:
        return None
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput("password_too_short")
    if password != request.form.get("repeated", ""):
        raise InvalidInput("password_differs")
    return password


def _limit(name: str, of_day: Callable[[str], datetime]) -> datetime | None:
    day = request.form.get(name, "")
    try:
        return of_day(day) if day else None
    except ValueError as error:
        raise InvalidInput("period_invalid") from error


def _name(wish: Wish) -> str:
    return f"daleel-{wish.subject.value}-{now():%Y-%m-%d}.{'csv' if wish.format == 'hxl' else wish.format}"


def _page(given: Any) -> str:
    with parts().unit_of_work() as uow:
        past = uow.audit.newest(AuditFilter(act=Act.EXPORTED), before=None, limit=PAST)
    return render_template(
        "exports.html",
        given=given,
        past=past,
        names=staff_names(),
        subjects=list(Subject),
        formats=staff_export.FORMATS["statistics"],
        kinds=[kind for kind in CaseKind if kind in visible_kinds(current_user.role_set)],
        statuses=[one for one in RequestStatus if one is not RequestStatus.DRAFT],
        states=list(QueueState),
        shortest_password=SHORTEST_PASSWORD,
        shortest_reason=staff_export.SHORTEST_REASON,
        longest_reason=staff_export.LONGEST_REASON,
    )


def _trouble(code: str) -> str:
    return {
        "format_unknown": pgettext("export", "This format is for statistics only. Nothing was exported."),
        "password_differs": pgettext("export", "The two passwords differ. Nothing was exported."),
        "password_too_short": pgettext(
            "export",
            "Set a password of at least %(count)s characters: the file is encrypted with it. Nothing was exported.",
            count=SHORTEST_PASSWORD,
        ),
        "period_invalid": pgettext("export", "Choose a first day that is before the last one. Nothing was exported."),
        "reason_too_short": pgettext(
            "export", "Write down why you need it, in at least %(count)s characters.", count=staff_export.SHORTEST_REASON
        ),
        "reason_too_long": pgettext("export", "The reason is too long. Nothing was exported."),
        "status_unknown": pgettext("export", "This status does not fit what is exported. Nothing was exported."),
        "subject_missing": pgettext("export", "Choose what to export."),
    }.get(code, pgettext("export", "This did not work. Nothing was exported."))
