"""The auditor's log and the dashboard in the console: who sees them, and what they never show."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from flask_babel import force_locale
from sqlalchemy import insert, text

from bot.console.audit_details import detail_words
from bot.domain.audit import Act, AuditEntry
from bot.domain.staff import Grant, Role
from bot.services.answers import ALL_LANGUAGES
from bot.services.attempts import AttemptWay
from bot.services.audit import MOST_AT_ONCE, PAGE
from bot.services.requests import EndDate
from bot.services.search import SearchKind
from bot.storage import tables
from bot.wiring import now
from tests.integration.console_steps import open_case_of, token_on

SEES_BOARD = {Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR}


def record(parts, *acts, **changes):
    """Write entries."""
    with parts.unit_of_work() as uow:
        for act in acts:
            uow.audit.add(act, **{"staff_id": None, "at": now(), **changes})
        uow.commit()


def post(client, path, **data):
    return client.post(path, data={"csrf_token": token_on(client, "/audit"), **data})


def listed(page):
    """Return number and act of the entries on a page."""
    found = re.findall(r'audit-number">(\d+)</td>.*?audit-act">([^<]*?)\s*<', page.text, re.DOTALL)
    return [(int(number), act) for number, act in found]


@pytest.mark.parametrize("role", list(Role))
def test_the_log_is_for_auditors_only(console_staff, role):
    client = console_staff("amal@example.org", role)
    wanted = 200 if role is Role.AUDITOR else 403
    assert client.get("/audit").status_code == wanted
    for path in ("/audit/download", "/audit/check"):
        answer = client.post(path, data={"csrf_token": token_on(client, "/directory")})
        assert (answer.status_code == 403) is (role is not Role.AUDITOR)


@pytest.mark.parametrize("role", list(Role))
def test_the_dashboard_is_for_those_who_answer_for_the_office(console_staff, role):
    client = console_staff("amal@example.org", role)
    assert client.get("/dashboard").status_code == (200 if role in SEES_BOARD else 403)


def test_every_act_has_words_of_its_own(console_app):
    from bot.console.audit_words import act_name

    with console_app.test_request_context():
        names = [act_name(act) for act in Act]
    assert len(set(names)) == len(Act)


DETAILS = [
    *((Act.LOGGED_IN, way) for way in ("password", "code", "recovery_code", "invitation")),
    (Act.STAFF_CHANGED, "password"), (Act.STAFF_CHANGED, "enabled"), (Act.STAFF_CHANGED, "unlocked"),
    (Act.STAFF_CHANGED, "protection complaints"), (Act.INVITED, "caseworker supervisor"),
    *((Act.SEARCHED, kind.value) for kind in SearchKind), *((Act.END_DATE_SET, which.value) for which in EndDate),
    *((Act.ATTEMPT_RECORDED, way.value) for way in AttemptWay), (Act.REQUEST_MOVED, "submitted not_eligible"),
    (Act.DUPLICATE_DECIDED, "same_person R-7K3QF-E"), (Act.DUPLICATE_DECIDED, "other_person R-7K3QF-E"),
    (Act.ANSWER_MARKED, ALL_LANGUAGES), (Act.ANSWER_WITHDRAWN, "fr"), (Act.ANSWER_RESTORED, "ar"),
    *((Act.CANNED_REPLY_CHANGED, what) for what in ("added", "changed", "on", "off")),
    (Act.MESSAGE_LABELLED, "labelled"), (Act.MESSAGE_LABELLED, "unfit"), (Act.LABELS_EXPORTED, "12 new"),
    (Act.LABELS_EXPORTED, "3 all"), (Act.EXPORTED, "12 missing_person on_hold 2026-05-01"), (Act.BACKED_UP, "with keys"),
    (Act.RESTORED, "2026-05-01T10:00:00+00:00"),
]  # fmt: skip
"""A code of each sort that services write."""


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_no_detail_of_an_entry_is_a_raw_code(console_app, language):
    with console_app.test_request_context(), force_locale(language):
        for act, detail in DETAILS:
            given = f"csv {detail}" if act is Act.EXPORTED else detail
            said = detail_words(AuditEntry(1, now(), act, None, "", given, "", ""))
            assert said != given and "_" not in said, (act, detail, said)
            # In Arabic no Latin letter is left, but in references and names of formats.
            assert language != "ar" or not re.search("[a-z]", said), (act, detail, said)


def test_details_read_as_words_and_what_somebody_wrote_stays(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, Act.STAFF_CHANGED, detail="password")
    record(console_parts, Act.REQUEST_MOVED, detail="submitted screened")
    record(console_parts, Act.EXPORTED, detail="xlsx 1 return 2026-05-01: for the donor, in R-7K3QF-E")
    record(console_parts, Act.KEYS_ROTATED, detail="key-7")
    shown = [unescape(one) for one in re.findall(r'audit-detail">([^<]*)<', auditor.get("/audit").text)]
    assert shown[:4] == [
        "key-7", "XLSX, 1 row, Return, May 1, 2026: for the donor, in R-7K3QF-E", "from “Submitted” to “Screened”",
        "new password",
    ]  # fmt: skip


def test_entries_are_listed_the_newest_first(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, Act.EXPORTED, Act.CASE_RESOLVED)
    assert [act for _, act in listed(auditor.get("/audit"))[:2]] == ["Resolved a case", "Exported data"]


def test_a_long_log_goes_on_on_the_next_page(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, *[Act.SEARCHED] * (PAGE + 20))
    first = auditor.get("/audit")
    assert len(listed(first)) == PAGE
    older = re.search(r'href="(/audit\?before=\d+)"', first.text).group(1)
    second = auditor.get(older)
    assert listed(first)[-1][0] == listed(second)[0][0] + 1
    assert listed(second)[-1][0] == 1


def test_the_log_is_filtered_by_who_what_about_and_day(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, Act.REQUEST_SHOWN, staff_id=1, subject="R-7K3QF-E")
    record(console_parts, Act.PERSON_ERASED, subject="abcdef")
    record(console_parts, Act.MEDIA_OPENED, staff_id=1, at=now() - timedelta(days=40))

    def acts(**query):
        return [act for _, act in listed(auditor.get("/audit", query_string=query))]

    assert acts(subject="r-7k3qf-e") == ["Looked at the hidden fields of a request"]
    assert acts(subject="abcdef") == ["Erased a person&#39;s data"]
    assert acts(act="media_opened", staff="1") == ["Opened a file"]
    assert acts(act="media_opened", staff="0") == []
    today, long_ago = now().date(), (now() - timedelta(days=40)).date()
    assert acts(first=long_ago.isoformat(), last=(long_ago + timedelta(days=2)).isoformat()) == ["Opened a file"]
    assert "Opened a file" not in acts(first=(today - timedelta(days=1)).isoformat())
    everything = acts()
    for wrong in ({"act": "x"}, {"staff": "-1"}, {"first": "yesterday"}, {"last": "9999-12-31"}, {"before": "x"}):
        assert acts(**wrong) == everything


def test_a_download_holds_what_the_filter_lets_through_and_is_recorded(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, *[Act.REQUEST_SHOWN] * 3, staff_id=1, subject="R-7K3QF-E", detail="=1+1")
    record(console_parts, Act.SEARCHED)
    answer = post(auditor, "/audit/download", act="request_shown")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["act"], row["subject"], row["staff"], row["detail"]) for row in rows] == [
        ("request_shown", "R-7K3QF-E", "Amal", "'=1+1")
    ] * 3
    assert listed(auditor.get("/audit"))[0][1] == "Exported data"


def test_the_check_says_that_the_log_is_whole(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, *[Act.SEARCHED] * 5)
    assert post(auditor, "/audit/check").status_code == 303
    assert "The log is whole." in auditor.get("/audit").text


def test_the_check_names_the_entry_at_which_the_log_is_broken(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, *[Act.SEARCHED] * 5)
    with console_parts.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_change"))
        connection.execute(text("UPDATE audit_entry SET subject = 'x', act = 'unheard_of' WHERE position = 4"))
    post(auditor, "/audit/check")
    page = auditor.get("/audit").text
    assert "The log is broken at entry 4" in page
    assert "Unknown" in page


def test_a_long_check_goes_on_where_it_ended(console_staff, console_parts, monkeypatch):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, *[Act.SEARCHED] * 12)
    assert MOST_AT_ONCE > PAGE
    monkeypatch.setattr("bot.console.audit.MOST_AT_ONCE", 10)
    first = post(auditor, "/audit/check")
    assert "checked=10" in first.headers["Location"]
    page = auditor.get(first.headers["Location"]).text
    assert "The check is not finished" in page
    assert 'name="after" value="10"' in page
    post(auditor, "/audit/check", after="10")
    assert "The log is whole." in auditor.get("/audit").text


def test_what_an_entry_holds_is_text_and_no_markup(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    record(console_parts, Act.EXPORTED, subject="<b>x</b>", detail="<script>alert(1)</script>")
    page = auditor.get("/audit").text
    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_an_auditor_sees_no_name_of_a_contact(console_staff, console_parts):
    auditor = console_staff("amal@example.org", Role.AUDITOR)
    _, reference = open_case_of(console_parts, "talk_to_human")
    record(console_parts, Act.CONVERSATION_OPENED, subject=reference)
    page = auditor.get("/audit").text
    assert reference in page
    assert f"/cases/{reference}" not in page


# The dashboard


def add_counts(parts, by, **values):
    rows = [{"day": now().date(), "of": "inbound", "by": by, "value": v, "count": n} for v, n in values.items()]
    with parts.engine.begin() as connection:
        connection.execute(insert(tables.daily_count), rows)


def table_of(page, name):
    """Return the lines of a table: what it counts, as shown, and as charts read it."""
    body = re.search(rf'<table class="board" id="{name}">(.*?)</table>', page.text, re.DOTALL).group(1)
    found = re.findall(r'<th scope="row">(.*?)</th><td data-value="(\d+)"( data-hidden)?>(.*?)</td>', body, re.DOTALL)
    strip = lambda html: re.sub("<[^>]+>", "", html).replace("&lt;", "<")  # noqa: E731
    return [(strip(label), strip(shown), value) for label, value, _, shown in found]


def test_numbers_under_five_are_not_on_the_page(console_staff, console_parts):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    add_counts(console_parts, "channel", sms=3, telegram=44, whatsapp=7)
    page = client.get("/dashboard")
    assert table_of(page, "inbound-channel") == [("Telegram", "45", "45"), ("WhatsApp", "5", "5"), ("SMS", "<5", "0")]
    values = {int(value) for value in re.findall(r'data-value="(\d+)"', page.text)}
    assert [value for value in values if value % 5] == []


def test_the_total_of_people_who_wait_hides_small_numbers_too(console_staff, console_parts):
    client = console_staff("amal@example.org", Role.AUDITOR)
    for _ in range(3):
        open_case_of(console_parts, "talk_to_human")
    page = client.get("/dashboard").text
    waiting = re.search(r'id="waiting">(.*?)</table>', page, re.DOTALL).group(1)
    assert set(re.findall(r'<bdi dir="ltr">(.*?)</bdi>', waiting)) == {"&lt;5"}


def test_the_page_says_whether_complaints_are_counted(console_staff, console_parts):
    for _ in range(6):
        open_case_of(console_parts, "report_misconduct")
    # Whoever comes first is named for complaints, until somebody else is.
    named = console_staff("first@example.org", Role.SUPERVISOR, Grant.COMPLAINTS).get("/dashboard")
    other = console_staff("second@example.org", Role.SUPERVISOR).get("/dashboard")
    assert ("Complaint", "5", "5") in table_of(named, "case-kind")
    assert "Complaints about staff are not counted here." not in named.text
    assert "Complaints about staff are not counted here." in other.text
    assert 'id="case-kind"' not in other.text


@pytest.mark.parametrize(("query", "days"), [("", 30), ("?days=7", 7), ("?days=90", 90), ("?days=1", 30), ("?days=x", 30)])
def test_a_period_is_one_of_three(console_staff, query, days):
    client = console_staff("amal@example.org", Role.ADMINISTRATOR)
    page = client.get(f"/dashboard{query}")
    assert len(table_of(page, "days")) == days
    assert f'href="/dashboard?days={days}" aria-current="true"' in page.text


def test_the_library_of_charts_is_loaded_on_this_page_only_and_from_here(console_staff):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    page = client.get("/dashboard").text
    address = re.search(r'<script defer src="(/static/[^"]+/vendor/chart[^"]+)"', page).group(1)
    library = client.get(address, headers={"Accept-Encoding": "br"})
    assert len(library.data) < 80 * 1024
    assert "vendor/" not in client.get("/directory").text
    assert not re.search(r"https?://", page.replace("http://www.w3.org/2000/svg", ""))


# What the command line leaves behind


def test_an_export_and_an_erasure_on_the_command_line_are_recorded(console_parts, capsys):
    from rich.console import Console

    from bot.commands.erase import erase_one
    from bot.commands.export import export_data

    _, reference = open_case_of(console_parts, "talk_to_human")
    settings = console_parts.settings
    export_data(settings, "cases", format="csv", output=None, password=None)
    erase_one(settings, Console(file=io.StringIO()), reference=reference, contact_id=None, is_sure=True)
    with console_parts.unit_of_work() as uow:
        found = [(one.act, one.staff_id, one.subject) for one in uow.audit.entries(limit=9)][-2:]
        contact_id = uow.cases.find_by_reference(reference).contact_id
    assert found == [(Act.EXPORTED, None, "cases"), (Act.PERSON_ERASED, None, contact_id)]
    assert reference in capsys.readouterr().out
