"""Exports from the console: by right, with a reason, encrypted, limited to what the roles see, recorded before they leave."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta, timezone

import pytest
import pyzipper

from bot.domain.audit import Act
from bot.domain.cases import CaseKind
from bot.domain.requests import RequestKind
from bot.domain.requests import RequestStatus as S
from bot.domain.staff import Role
from bot.services.audit_ports import AuditFilter
from bot.wiring import new_id
from tests.builders import make_case
from tests.integration.console_steps import token_on
from tests.integration.request_steps import add_request

PASSWORD = "a long enough password"
REASON = "Monthly report for the return team"


@pytest.fixture
def supervisor(console_staff):
    """A browser in which a supervisor is logged in."""
    return console_staff("huda@example.org", Role.SUPERVISOR)


def export(client, **changes):
    form = {"subject": "requests", "format": "json", "reason": REASON, "password": PASSWORD, "repeated": PASSWORD, **changes}
    answer = client.post("/exports", data={"csrf_token": token_on(client, "/exports"), **form})
    answer.get_data()
    answer.close()
    return answer


def opened(answer, password=PASSWORD):
    """Return what is in the encrypted zip."""
    with pyzipper.AESZipFile(io.BytesIO(answer.data)) as archive:
        archive.setpassword(password.encode())
        (name,) = archive.namelist()
        return archive.read(name)


def recorded(parts):
    with parts.unit_of_work() as uow:
        return uow.audit.newest(AuditFilter(act=Act.EXPORTED), before=None, limit=20)


def test_requests_leave_encrypted_and_the_reason_is_recorded(console_parts, supervisor):
    request = add_request(console_parts)
    add_request(console_parts, status=S.DRAFT, submitted_at=None)
    answer = export(supervisor)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=daleel-requests-")
    assert answer.headers["Cache-Control"] == "no-store" and b"Amina" not in answer.data
    (row,) = json.loads(opened(answer))
    assert (row["reference"], row["full_name"]) == (request.reference, "Amina Haddad")
    (entry,) = recorded(console_parts)
    assert (entry.subject, entry.detail) == ("requests", f"json 1: {REASON}") and entry.staff_id is not None
    page = supervisor.get("/exports").text
    assert REASON in page and "Amal" in page


@pytest.mark.parametrize("format", ["json", "csv", "xlsx"])
@pytest.mark.parametrize("subject", ["requests", "cases"])
def test_each_format_can_be_opened(console_parts, supervisor, subject, format):
    add_request(console_parts)
    content = opened(export(supervisor, subject=subject, format=format))
    assert content.startswith({"json": b"[", "csv": "\ufeff".encode(), "xlsx": b"PK"}[format])


@pytest.mark.parametrize("format", ["json", "csv", "xlsx", "hxl"])
def test_statistics_need_no_password(supervisor, console_parts, format):
    answer = export(supervisor, subject="statistics", format=format, password="", repeated="")
    assert answer.status_code == 200 and "zip" not in answer.headers["Content-Type"]
    assert len(recorded(console_parts)) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "because"}, "Write down why"),
        ({"reason": " " * 20}, "Write down why"),
        ({"reason": "x" * 301}, "too long"),
        ({"password": "", "repeated": ""}, "Set a password"),
        ({"password": "short", "repeated": "short"}, "Set a password"),
        ({"repeated": "something else entirely"}, "differ"),
        ({"subject": "messages"}, "Choose what"),
        ({"format": "hxl"}, "for statistics only"),
        ({"status": "waiting"}, "does not fit"),
        ({"kind": "complaint"}, "did not work"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "before the last"),
        ({"since": "soon"}, "before the last"),
        ({"since": "0001-01-01"}, "before the last"),
        ({"until": "9999-12-31"}, "before the last"),
    ],
)
def test_what_is_not_right_exports_nothing_and_says_why(console_parts, supervisor, changes, words):
    add_request(console_parts)
    answer = export(supervisor, **changes)
    assert answer.status_code == 422 and words in answer.text and PASSWORD not in answer.text
    assert not recorded(console_parts)


def test_an_export_is_limited_to_kinds_that_the_roles_see_and_to_the_filter(console_parts, supervisor):
    request = add_request(console_parts)
    add_request(console_parts, RequestKind.ASSISTANCE)
    ids = {"contact_id": request.contact_id, "conversation_id": request.conversation_id}
    with console_parts.unit_of_work() as uow:
        for number, kind in enumerate((CaseKind.QUESTION, CaseKind.PROTECTION, CaseKind.COMPLAINT)):
            case = make_case(id=new_id(), kind=kind, reference=f"R-0000{number}-{number}", opened_by_message_id=new_id(), **ids)
            uow.cases.add(case)
        uow.commit()
    rows = json.loads(opened(export(supervisor, subject="cases")))
    assert {row["kind"] for row in rows} == {"question", "protection"}
    rows = json.loads(opened(export(supervisor, kind="return", status="submitted")))
    assert [row["reference"] for row in rows] == [request.reference]
    assert json.loads(opened(export(supervisor, status="closed"))) == []
    assert json.loads(opened(export(supervisor, since="2000-01-01", until="2000-12-31"))) == []
    day = f"{request.created_at:%Y-%m-%d}"
    assert len(json.loads(opened(export(supervisor, since=day, until=day)))) == 2


def test_a_day_is_one_of_the_office_from_its_first_minute_to_its_last(console_parts, supervisor):
    # Given requests around the second of March in Libya, two hours ahead of Greenwich
    begins, minute = datetime(2026, 3, 1, 22, tzinfo=timezone.utc), timedelta(minutes=1)
    ends = begins + timedelta(days=1)
    made = {at: add_request(console_parts, created_at=at).reference for at in (begins - minute, begins, ends - minute, ends)}
    rows = json.loads(opened(export(supervisor, since="2026-03-02", until="2026-03-02")))
    assert {row["reference"] for row in rows} == {made[begins], made[ends - minute]}


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PROTECTION, Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_who_has_the_right_exports(console_parts, console_staff, role):
    client = console_staff("amal@example.org", role)
    assert client.get("/exports").status_code == 403
    answer = client.post("/exports", data={"csrf_token": token_on(client, "/"), "subject": "requests"})
    assert answer.status_code == 403 and not recorded(console_parts)
