"""The audit log for auditors: who looked at what, who did what, and whether somebody changed the log. It names no contact."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from bot.console.audit_details import detail_words
from bot.console.audit_words import act_name, subject_words, who_name
from bot.console.locale import TIMEZONE
from bot.console.outside import all_staff, now, parts
from bot.console.permissions import requires
from bot.domain.audit import Act, AuditEntry
from bot.domain.references import parse_reference
from bot.services.audit import MOST_AT_ONCE, Checked, all_audit, list_audit, verify_chain
from bot.services.audit_ports import AuditFilter

MOST_DOWNLOADED = 20_000
LONGEST_SUBJECT = 64
FIELDS = ("position", "at", "act", "staff", "subject", "detail")

pages = Blueprint("audit", __name__)


@dataclass(frozen=True)
class Wanted:
    """The filter as the page's form has it; what is asked wrongly counts as not asked."""

    staff: int | None
    act: Act | None
    subject: str
    first: date | None
    last: date | None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Wanted:
        """Read what an address or a form asks for."""
        return cls(
            staff=_number(values.get("staff", "")),
            act=next((act for act in Act if act.value == values.get("act")), None),
            subject=values.get("subject", "").strip()[:LONGEST_SUBJECT],
            first=_day(values.get("first", "")),
            last=_day(values.get("last", "")),
        )

    @property
    def values(self) -> dict[str, str]:
        """The filter as parts of an address, those alone that narrow the list."""
        found = {
            "staff": "" if self.staff is None else str(self.staff),
            "act": self.act.value if self.act else "",
            "subject": self.subject,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
        }
        return {name: value for name, value in found.items() if value}

    def filter(self) -> AuditFilter:
        """Return the filter as the log takes it; days are those of the page's time zone."""
        return AuditFilter(
            staff_id=self.staff,
            act=self.act,
            subject=(parse_reference(self.subject) or self.subject) or None,
            since=_start_of(self.first) if self.first else None,
            until=_start_of(self.last + timedelta(days=1)) if self.last else None,
        )


def install(app: Flask) -> None:
    """Let templates use the words of the log."""
    app.jinja_env.globals.update(act_name=act_name, detail_words=detail_words, subject_words=subject_words, who_name=who_name)


@pages.get("/audit")
@requires("read_audit")
def show() -> ResponseReturnValue:
    """Show one page of the log, the newest first."""
    wanted, before = Wanted.of(request.args), _number(request.args.get("before", ""))
    with parts().unit_of_work() as uow:
        page = list_audit(uow.audit, wanted.filter(), before=before)
        length, _ = uow.audit.head()
    return render_template(
        "audit.html",
        page=page,
        length=length,
        wanted=wanted,
        is_first=before is None,
        address=_address,
        acts=sorted(Act, key=act_name),
        staff=sorted(all_staff(), key=lambda one: (one.name or one.email).casefold()),
        checked=_number(request.args.get("checked", "")),
        most=MOST_DOWNLOADED,
    )


@pages.post("/audit/download")
@requires("read_audit")
def download() -> ResponseReturnValue:
    """Give the entries that the filter lets through as CSV; that is recorded first."""
    wanted = Wanted.of(request.form)
    with parts().unit_of_work(is_durable=True) as uow:
        uow.audit.add(Act.EXPORTED, staff_id=current_user.id, at=now(), subject="audit", detail="csv")
        uow.commit()
        content = _as_csv(all_audit(uow.audit, wanted.filter(), most=MOST_DOWNLOADED))
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{now():%Y-%m-%d}.csv"'
    return response


@pages.post("/audit/check")
@requires("read_audit")
def check() -> ResponseReturnValue:
    """Check the chain from where the last look ended, and tell what was found."""
    with parts().unit_of_work() as uow:
        found = verify_chain(uow.audit, after=_number(request.form.get("after", "")) or 0, most=MOST_AT_ONCE)
    flash(_verdict(found), "error" if found.broken_at else "done")
    is_unfinished = not found.is_whole and found.broken_at is None
    return redirect(url_for("audit.show", checked=found.through if is_unfinished else None), 303)


def _verdict(found: Checked) -> str:
    if found.broken_at is not None:
        return gettext(
            "The log is broken at entry %(position)s: it was changed, or it is missing. Tell whoever runs this hotline.",
            position=found.broken_at,
        )
    if found.is_whole:
        return gettext("The log is whole. Entries: %(count)s. None was changed or taken away.", count=found.through)
    return gettext("Entries 1 to %(position)s are as they were written. The check is not finished.", position=found.through)


def _address(wanted: Wanted, **changes: object) -> str:
    query = urlencode({name: value for name, value in {**wanted.values, **changes}.items() if value is not None})
    return url_for("audit.show") + (f"?{query}" if query else "")


def _as_csv(entries: Iterable[AuditEntry]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for one in entries:
        act = one.act.value if one.act else "?"
        cells = (who_name(one.staff_id), subject_words(one.subject), detail_words(one))
        writer.writerow([one.position, one.at.isoformat(timespec="seconds"), act, *map(_harmless, cells)])
    # Excel reads names in Arabic only after this mark.
    return "\ufeff" + text.getvalue()


def _harmless(cell: str) -> str:
    # No spreadsheet program may take a reason that somebody wrote for a formula.
    return f"'{cell}" if cell.lstrip()[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") or cell[:1] in ("\t", "\r", "\n") else cell


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 3000 else None


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(TIMEZONE)).astimezone(timezone.utc)
