"""What reaches the log: constant event names and fields from the allow-list, never what a person wrote."""

from __future__ import annotations

import logging

import pytest

from bot import logs

SECRET = "we are hiding in Tajoura, call +218910000000"


@pytest.fixture
def log(process_log):
    """Our logger."""
    return logs.get_logger()


def test_an_event_is_one_line_with_its_fields(log, process_log):
    log.info("turn_done", message_id="m1", channel="sms", count=2)
    error = process_log.getvalue()
    assert error.count("\n") == 1
    assert all(piece in error for piece in ("info", "turn_done", "message_id=m1", "channel=sms", "count=2"))


@pytest.mark.parametrize("field", ["text", "name", "address", "phone", "topic", "place", "nationality", "detail", "error"])
def test_a_field_outside_the_allow_list_is_dropped(log, process_log, field):
    log.warning("turn_done", **{field: SECRET})
    error = process_log.getvalue()
    assert "turn_done" in error
    assert "Tajoura" not in error
    assert f"{field}=" not in error


def test_the_exact_topic_is_not_on_the_allow_list():
    assert {"topic", "text", "address", "name", "phone"}.isdisjoint(logs.ALLOWED_FIELDS)


def test_of_an_exception_only_the_class_is_logged(log, process_log):
    try:
        raise ValueError(SECRET)
    except ValueError:
        log.exception("turn_failed", message_id="m1")
    error = process_log.getvalue()
    assert "error_class=ValueError" in error
    assert "Tajoura" not in error
    assert "Traceback" not in error


def test_an_exception_handed_over_is_reduced_to_its_class(log, process_log):
    log.error("turn_failed", exc_info=KeyError(SECRET))
    assert "error_class=KeyError" in (error := process_log.getvalue())
    assert "Tajoura" not in error


def test_a_librarys_message_is_never_printed_only_where_it_came_from(log, process_log):
    logging.getLogger("rasa.core.processor").warning("Cannot parse %s", SECRET)
    error = process_log.getvalue()
    assert "logger=rasa.core.processor" in error
    assert "line=test_logs:" in error
    assert "Tajoura" not in error


def test_a_librarys_exception_is_reduced_to_its_class(log, process_log):
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("rasa").exception(SECRET)
    error = process_log.getvalue()
    assert "error_class=ValueError" in error
    assert "Tajoura" not in error


@pytest.mark.parametrize("name", ["rasa", "sqlalchemy.engine", "httpx", "telegram"])
def test_libraries_are_silent_below_warning(log, process_log, name):
    logging.getLogger(name).info(SECRET)
    logging.getLogger(name).debug(SECRET)
    assert process_log.getvalue() == ""
