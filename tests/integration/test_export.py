"""Exports from the database: fixed names, whole files for their owner only, and counts that tell of nobody."""

from __future__ import annotations

import io
import json
import stat
import sys
import zipfile

import openpyxl
import pytest
import pyzipper
import typer
from typer.testing import CliRunner

from bot.cli import app
from bot.commands import private_files
from bot.commands.export import export_data
from bot.commands.export_formats import as_xlsx
from bot.domain.contacts import Channel
from bot.domain.errors import ConfigurationError, InvalidInput
from bot.domain.requests import RequestKind, RequestStatus
from bot.services import export
from bot.services.statistics import shown, statistics
from bot.settings import load_settings
from bot.storage.export import SqlExports
from tests.builders import NOON, make_request
from tests.fakes import FakeClock
from tests.integration.privacy_steps import NAME, NUMBER, SAID, fill, make_events_table

PASSWORD = "a long password"
RETURN_FIELDS = (
    "consent", "full_name", "sex", "birth_date", "birth_year", "nationality", "current_place", "in_detention", "household",
    "travel_document", "needs", "contact_phone", "safe_contact", "destination",
)  # fmt: skip
"""Written out once more, from the architecture: the names are fixed."""


@pytest.fixture
def known(database):
    """A person with a live request, a draft, a case and two messages."""
    make_events_table(database)
    return fill(database, clock=FakeClock())


def _rows(database, rows_of, **options):
    with database.unit_of_work() as uow:
        return list(rows_of(SqlExports(uow.session), **options))


def _settings(database, tmp_path):
    from tests.integration.database import HASH_KEY

    return load_settings(
        {
            "DALEEL_HOME": str(tmp_path),
            "DATABASE_URL": database.url,
            "DALEEL_KEYS": ",".join(database.keys),
            "DALEEL_SECRET_KEY": HASH_KEY.ljust(40, "."),
        }
    )


def _add_requests(database, known, *requests):
    with database.unit_of_work() as uow:
        for number, changes in enumerate(requests):
            ids = {"contact_id": known.contact_id, "conversation_id": known.conversation_id}
            uow.requests.add(make_request(**{"reference": f"R-{number:05}-X", **ids, **changes}))
        uow.commit()


def test_a_return_request_has_the_fixed_fields_null_where_skipped(database, known):
    (row,) = _rows(database, export.request_rows, status="on_hold")
    assert tuple(name for name in row if name in RETURN_FIELDS) == RETURN_FIELDS
    assert {"reference", "kind", "status", "channel", "language", "created_at"} <= set(row)
    assert {"need", "people", "group"} <= set(row)
    assert (row["reference"], row["kind"], row["status"], row["created_at"]) == (
        "R-7K3QF-E", "return", "on_hold", "2026-11-24T12:00:00+00:00",
    )  # fmt: skip
    assert (row["full_name"], row["contact_phone"], row["consent"], row["people"]) == (NAME, NUMBER, True, None)


def test_consent_that_was_taken_back_is_no_consent(database, known):
    _add_requests(database, known, {"consent_ended_at": NOON, "status": RequestStatus.WITHDRAWN})
    (row,) = _rows(database, export.request_rows, status="withdrawn")
    assert row["consent"] is False


def test_requests_are_chosen_by_kind_and_status(database, known):
    _add_requests(database, known, {"kind": RequestKind.ASSISTANCE})
    assert [row["kind"] for row in _rows(database, export.request_rows, kind="assistance")] == ["assistance"]
    assert [row["status"] for row in _rows(database, export.request_rows, status="draft")] == ["draft"]
    assert len(_rows(database, export.request_rows)) == 3


def test_cases_and_messages_have_the_common_fields(database, known):
    (case,) = _rows(database, export.case_rows)
    received, sent = _rows(database, export.message_rows)
    assert set(case) == set(export.FIELDS["cases"])
    assert set(received) == set(export.FIELDS["messages"])
    assert (case["status"], case["topic"], case["channel"]) == ("waiting", "report_detention", "sms")
    assert (received["text"], received["reference"], received["direction"]) == (SAID, "R-EEEEE-5", "inbound")
    assert (sent["reference"], sent["answer_id"]) == (None, "report_detention")


# Files


@pytest.mark.parametrize("subject", ["requests", "cases", "messages", "statistics"])
@pytest.mark.parametrize("format", ["json", "csv", "xlsx"])
def test_each_export_is_written_whole_and_for_its_owner_only(database, known, tmp_path, subject, format):
    output = tmp_path / "out"
    export_data(_settings(database, tmp_path), subject, format=format, output=output, password=None)
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    if format == "json":
        assert json.loads(output.read_bytes())
    else:
        assert output.stat().st_size > 100
    assert [path.name for path in tmp_path.glob(".out*")] == []


def test_a_file_that_was_there_is_replaced_only_by_a_whole_one(database, known, tmp_path, monkeypatch):
    output = tmp_path / "out"
    output.write_text("before")
    monkeypatch.setattr(private_files.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(ConfigurationError, match="No space left"):
        export_data(_settings(database, tmp_path), "cases", format="json", output=output, password=None)
    assert output.read_text() == "before"
    assert [path.name for path in tmp_path.glob(".out*")] == []


def test_with_a_password_nothing_can_be_read_without_it(database, known, tmp_path):
    output = tmp_path / "requests.zip"
    export_data(_settings(database, tmp_path), "requests", format="json", output=output, password=PASSWORD)
    assert NAME.encode() not in output.read_bytes()
    with pyzipper.AESZipFile(output) as archive:
        assert archive.infolist()[0].wz_aes_strength == 3  # AES-256
        with pytest.raises(RuntimeError):
            archive.read("requests.json", pwd=b"another password")
        assert NAME in archive.read("requests.json", pwd=PASSWORD.encode()).decode()
    # No ordinary zip either.
    with zipfile.ZipFile(output) as archive, pytest.raises((RuntimeError, NotImplementedError)):
        archive.read("requests.json")


def test_a_short_password_is_refused(database, tmp_path):
    with pytest.raises(InvalidInput, match="12 characters"):
        export_data(_settings(database, tmp_path), "cases", format="json", output=tmp_path / "x", password="short")


@pytest.mark.parametrize(("format", "password"), [("xlsx", None), ("json", PASSWORD)])
def test_a_terminal_gets_no_binary(database, tmp_path, monkeypatch, format, password):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(typer.BadParameter, match="--output"):
        export_data(_settings(database, tmp_path), "cases", format=format, output=None, password=password)


@pytest.mark.parametrize(
    ("subject", "options"),
    [
        ("people", {"format": "json"}), ("requests", {"format": "pdf"}), ("requests", {"format": "hxl"}),
        ("requests", {"format": "json", "has_bom": True}), ("cases", {"format": "json", "kind": "return"}),
        ("requests", {"format": "json", "kind": "holiday"}), ("requests", {"format": "json", "status": "lost"}),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_what_is_right(sqlite_database, tmp_path, subject, options):
    with pytest.raises(typer.BadParameter):
        export_data(_settings(sqlite_database, tmp_path), subject, output=tmp_path / "x", password=None, **options)


def test_the_command_writes_to_standard_output(sqlite_database, tmp_path, monkeypatch):
    make_events_table(sqlite_database)
    fill(sqlite_database, clock=FakeClock())
    monkeypatch.setenv("DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("DALEEL_HOME", str(tmp_path))
    monkeypatch.setenv("DALEEL_KEYS", ",".join(sqlite_database.keys))
    monkeypatch.setenv("DALEEL_SECRET_KEY", "x" * 40)
    made = CliRunner().invoke(app, ["export", "requests", "--format", "json"])
    assert made.exit_code == 0
    assert [row["full_name"] for row in json.loads(made.stdout)][:1] == [NAME]
    assert CliRunner().invoke(app, ["export", "requests", "--format", "hxl"]).exit_code == 2
    locked = CliRunner().invoke(app, ["export", "cases", "--password", "-"], input=f"{PASSWORD}\n{PASSWORD}\n")
    assert locked.exit_code == 0
    # In place of a terminal, the runner shows the question on standard output too.
    assert b"PK\x03\x04" in locked.stdout_bytes
    assert PASSWORD.encode() not in locked.stdout_bytes + locked.stderr_bytes


def test_a_workbook_holds_texts_whatever_they_begin_with():
    fields = ("text", "people", "needs", "consent")
    rows = [{"text": "=1+1", "people": 3, "needs": ["medical"], "consent": True}, {"text": "+218910000001\x0b", "people": None}]
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(rows, fields))).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        list(fields),
        ["=1+1", 3, '["medical"]', True],
        ["+218910000001", None, None, None],
    ]
    assert [sheet["A2"].data_type, sheet["A2"].quotePrefix, sheet["B2"].data_type] == ["s", True, "n"]


# Statistics


def _counts(database, of, by):
    rows = _rows(database, statistics, places=frozenset({"tripoli"}))
    return {row["value"]: row["count"] for row in rows if (row["of"], row["by"]) == (of, by)}


def test_small_numbers_are_not_told():
    assert [shown(1), shown(4), shown(5)] == ["<5", "<5", 5]


def test_requests_are_counted_by_one_property_at_a_time(database, known):
    five = [{"answers": {"nationality": "NG", "current_place": "tripoli", "sex": "female", "birth_year": 1998}}] * 5
    _add_requests(database, known, *five, {"answers": {"current_place": "the blue gate, third door"}}, {"channel": Channel.SMS})
    assert _counts(database, "requests", "status") == {"submitted": 7, "draft": "<5", "on_hold": "<5"}
    assert _counts(database, "requests", "channel") == {"whatsapp": 8, "sms": "<5"}
    assert _counts(database, "requests", "month") == {"2026-11": 9}
    assert _counts(database, "requests", "age_group")["18-59"] >= 5


def test_a_place_in_a_persons_own_words_is_not_told(database, known):
    _add_requests(database, known, *[{"answers": {"current_place": "the blue gate, third door"}}] * 5)
    assert _counts(database, "requests", "place")["other"] == 7  # Two more, of the person known, are in places not named here.
    assert not any("gate" in value for value in _counts(database, "requests", "place"))


def test_hidden_counts_stand_in_the_order_of_their_names(database, known):
    _add_requests(database, known, {"language": "fr"}, {"language": "ar"}, {"language": "ar"}, {"language": "ar"})
    assert list(_counts(database, "requests", "language")) == ["ar", "en", "fr"]


def test_messages_are_counted_by_topic(database, known):
    assert _counts(database, "messages", "topic") == {"report_detention": "<5"}
    assert _counts(database, "cases", "kind") == {"question": "<5"}
