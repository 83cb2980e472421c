"""``daleel understand``: JSON lines in, JSON lines out, in order, whatever the lines hold."""

from __future__ import annotations

import io
import json

import pytest

from bot.commands import understand


class _Echo:
    """Understands every text as itself."""

    loaded = 0

    def __init__(self, models):
        _Echo.loaded += 1

    def parse(self, text, metadata=None):
        return {"text": text}


@pytest.fixture
def answers(monkeypatch, tmp_path):
    """A function from raw lines to exit code, objects written and lines of complaint."""
    monkeypatch.setattr(understand, "Understanding", _Echo)
    monkeypatch.setattr(_Echo, "loaded", 0)

    def run(raw):
        target, errors = io.StringIO(), io.StringIO()
        code = understand.understand_lines(tmp_path, io.BytesIO(raw), target, errors)
        return code, [json.loads(line) for line in target.getvalue().splitlines()], errors.getvalue().splitlines()

    return run


def test_lines_are_answered_in_order(answers):
    texts = ["hello", "مرحبا", "", "/restart", "two\nlines"]
    code, written, errors = answers("".join(json.dumps({"text": t}) + "\n" for t in texts).encode())
    assert (code, errors) == (0, [])
    assert [entry["text"] for entry in written] == texts


@pytest.mark.parametrize(
    "bad",
    [b"{", b"[]", b"7", b'"text"', b"null", b"{}", b'{"text": null}', b'{"text": 3}', b'{"text": ["a"]}', b'{"text": "\xff"}'],
)
def test_a_bad_line_is_named_by_its_number_and_the_others_are_answered(answers, bad):
    code, written, errors = answers(b'{"text": "one"}\n' + bad + b'\n{"text": "three"}\n')
    assert code == 1
    assert [entry.get("text", entry.get("line")) for entry in written] == ["one", 2, "three"]
    assert len(errors) == 1
    assert "line 2" in errors[0]


def test_empty_lines_are_passed_over_and_still_counted(answers):
    _, written, errors = answers(b'\n  \n{"text": "one"}\nbad\n')
    assert written[0] == {"text": "one"}
    assert "line 4" in errors[0]


def test_the_last_line_needs_no_line_break(answers):
    assert answers(b'{"text": "one"}')[1] == [{"text": "one"}]


def test_a_complaint_never_repeats_what_was_written(answers):
    _, written, errors = answers(b'{"text": "we are in Tajoura"\n')
    assert "Tajoura" not in json.dumps(written) + "".join(errors)


def test_the_model_is_loaded_once_and_only_when_a_line_can_be_read(answers):
    answers(b"bad\n")
    assert _Echo.loaded == 0
    answers(b'{"text": "one"}\n{"text": "two"}\n')
    assert _Echo.loaded == 1
