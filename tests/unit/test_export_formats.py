"""Formula safety of exports: what a stranger typed is never run by the program of whoever opens the file."""

from __future__ import annotations

import csv
import io
import json

import pytest

from bot.commands.export_formats import BOM, as_csv, as_hxl, as_json, harmless

FIELDS = ("name", "phone")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1+1", "-1+1", "@SUM(A1)",
        "=cmd|' /C calc'!A0",  # Runs a program in old Excel (dynamic data exchange).
        "+218910000001*1",  # Begins like a number and goes on as a formula.
        "+218 91 000 0001",  # No E.164: a space is an operator in Excel (intersection).
        "+12345",  # Too short for a phone number.
        "-5",
        "\t=1+1", "\r=1+1", "\n=1+1",  # What some programs drop in front.
        "\tx", "\rx",
        "  =1+1",  # Some programs trim.
        "'=1+1", '"=1+1',  # Programs that take the quotes off.
        "＝1+1", "＋1", "－1", "＠SUM",  # Wide forms count in Japanese and Chinese settings.
    ],
)  # fmt: skip
def test_what_would_begin_a_formula_does_not(text):
    shown = harmless(text)
    assert shown != text
    assert shown.lstrip(" \"'\t\r\n") != shown or shown[0] == "'"
    assert "'=" in shown or "'+" in shown or "'-" in shown or "'@" in shown or shown[0] == "'" or "'" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # With a semicolon as separator, as in French Excel, what follows one begins a cell.
        ("hello;=1+1", "hello;'=1+1"),
        ("hello; @SUM(A1)", "hello; '@SUM(A1)"),
        ("one\n=2", "one\n'=2"),
        ("one\t-2", "one\t'-2"),
    ],
)
def test_neither_does_what_another_separator_would_make_a_cell(text, shown):
    assert harmless(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "+218910000001", "+2348012345678", "+491",  # No phone is that short: see below.
        "Chioma", "مرحبا", "a=b", "a-b", "3 - 4", "", "0912345678", "after 6 p.m.; not on Fridays", "1998-05-01",
        "call +218910000001; +218910000002 is my brother",
    ],
)  # fmt: skip
def test_ordinary_words_and_phone_numbers_stay_as_they_are(text):
    assert harmless(text) == ("'+491" if text == "+491" else text)


def _read(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def test_csv_comes_back_as_it_was():
    rows = [{"name": 'Amina, "the" \n second', "phone": "+218910000001"}, {"name": None, "phone": [{"age": 3}]}]
    assert _read(as_csv(rows, FIELDS)) == [
        list(FIELDS),
        ['Amina, "the" \n second', "+218910000001"],
        ["", '[{"age": 3}]'],
    ]


def test_truth_and_numbers_are_written_as_in_json():
    assert _read(as_csv([{"name": True, "phone": 5}, {"name": False, "phone": 0}], FIELDS))[1:] == [
        ["true", "5"],
        ["false", "0"],
    ]


def test_only_csv_for_excel_begins_with_a_mark():
    assert as_csv([], FIELDS, has_bom=True).decode("utf-8") == f"{BOM}name,phone\r\n"
    assert as_csv([], FIELDS).decode("utf-8") == "name,phone\r\n"


def test_hxl_has_a_row_of_hashtags_below_the_header():
    rows = [{"of": "requests", "by": "status", "value": "draft", "count": "<5"}]
    assert _read(as_hxl(rows, ("of", "by", "value", "count"))) == [
        ["of", "by", "value", "count"],
        ["#meta+counted", "#indicator+name", "#indicator+code", "#indicator+num"],
        ["requests", "status", "draft", "<5"],
    ]


def test_json_is_a_list_of_objects_and_changes_nothing():
    rows = [{"name": "=1+1", "phone": None}, {"name": "عمر", "phone": "+218910000001"}]
    content = as_json(rows, FIELDS)
    assert json.loads(content) == rows
    assert "عمر" in content.decode("utf-8")
    assert json.loads(as_json([], FIELDS)) == []
