"""The door: what a webhook is answered when all is well, when it is refused, and when something breaks."""

from __future__ import annotations

import pytest
from flask import Blueprint, request
from sqlalchemy.exc import OperationalError

from bot.channels.edge import MAX_BODY_BYTES, Refused, form_fields, public_address
from bot.delivery.door import create_door

SECRET = "we are hiding in Tajoura, call +218910000000"


@pytest.fixture
def lacking():
    """What the hotline lacks; a test fills it."""
    return []


@pytest.fixture
def door(lacking, process_log):
    """A caller at a door with one small channel; the log is watched."""
    pages = Blueprint("telegram", __name__)

    @pages.post("/webhooks/telegram")
    def take():
        request.get_data()
        return "", 204

    @pages.post("/webhooks/telegram/refused")
    def refuse():
        raise Refused("secret_wrong", status=403)

    @pages.post("/webhooks/telegram/away")
    def away():
        raise OperationalError(SECRET, {"text": SECRET}, Exception(SECRET))

    @pages.post("/webhooks/telegram/broken")
    def broken():
        raise ValueError(SECRET)

    @pages.post("/webhooks/sms/form")
    def form():
        return {"fields": form_fields(), "address": public_address("https://hotline.example")}

    return create_door([pages], lambda: lacking).test_client()


@pytest.fixture
def log(process_log):
    """The lines of the log."""
    return lambda: process_log.getvalue().splitlines()


def test_a_webhook_that_is_taken_is_not_logged(door, log):
    assert door.post("/webhooks/telegram", data=b"x").status_code == 204
    assert log() == []


@pytest.mark.parametrize(
    ("path", "status", "error", "event"),
    [
        ("/webhooks/telegram/refused", 403, "secret_wrong", "webhook_refused channel=telegram error_code=secret_wrong"),
        ("/webhooks/telegram/away", 503, "not_stored", "webhook_not_stored channel=telegram error_class=OperationalError"),
        ("/webhooks/telegram/broken", 500, "failed", "webhook_failed channel=telegram error_class=ValueError"),
        ("/webhooks/telegram/nothing", 404, "not_found", "webhook_refused channel=telegram error_code=http_404"),
    ],
)
def test_what_is_not_taken_gets_its_status_and_one_line_without_any_detail(door, log, path, status, error, event):
    answer = door.post(path, data=SECRET.encode(), headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})
    assert (answer.status_code, answer.json) == (status, {"error": error})
    (line,) = log()
    assert line.endswith(event)
    for secret in ("Tajoura", "218910000000", "Traceback"):
        assert secret not in line + answer.text


def test_what_is_too_large_for_a_webhook_is_refused(door, log):
    assert door.post("/webhooks/telegram", data=b"x" * MAX_BODY_BYTES).status_code == 204
    answer = door.post("/webhooks/telegram", data=b"x" * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, answer.json) == (413, {"error": "request_entity_too_large"})
    (line,) = log()
    assert line.endswith("webhook_refused channel=telegram error_code=http_413")


def test_a_method_that_is_not_taken_is_refused(door, log):
    assert door.get("/webhooks/telegram").status_code == 405
    assert len(log()) == 1


def test_a_path_that_nobody_has_is_not_logged_and_not_repeated(door, log):
    answer = door.get("/wp-login.php?user=amina")
    assert (answer.status_code, answer.json) == (404, {"error": "not_found"})
    assert log() == []


def test_the_log_names_no_channel_that_a_caller_made_up(door, log):
    door.post("/webhooks/amina-is-here/x")
    (line,) = log()
    assert line.endswith("channel=None error_code=http_404")


def test_the_door_is_alive_and_says_what_the_hotline_lacks(door, lacking, log):
    assert (door.get("/healthz").status_code, door.get("/healthz").json) == (200, {"status": "alive"})
    assert (door.get("/readyz").status_code, door.get("/readyz").json) == (200, {"status": "ready", "missing": []})
    lacking.append("model")
    assert (door.get("/readyz").status_code, door.get("/readyz").json) == (503, {"status": "waiting", "missing": ["model"]})
    assert door.get("/healthz").status_code == 200
    assert door.post("/webhooks/telegram", data=b"x").status_code == 204
    assert log() == []


# What the edges share


def test_a_form_keeps_empty_fields_and_the_address_is_the_public_one(door):
    answer = door.post(
        "/webhooks/sms/form?b=2&a=%2B1",
        data=b"From=%2B218&FromCity=&Body=%D9%85%D8%B1+x",
        base_url="http://127.0.0.1:5005",
        headers={"Host": "elsewhere.example"},
    )
    assert answer.json["fields"] == {"From": "+218", "FromCity": "", "Body": "مر x"}
    assert answer.json["address"] == "https://hotline.example/webhooks/sms/form?b=2&a=%2B1"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"Body=1&Body=2", "form_doubled_field"),
        (b"Body=%FF", "form_unreadable"),
        (b"Body", "form_unreadable"),
        (b"", "form_unreadable"),
        ("Body=م".encode(), "form_unreadable"),
        (b"&".join(b"f%d=" % n for n in range(201)), "form_unreadable"),
    ],
)
def test_a_form_that_cannot_be_read_in_one_way_only_is_refused(door, log, body, code):
    answer = door.post("/webhooks/sms/form", data=body)
    assert (answer.status_code, answer.json) == (400, {"error": code})
    (line,) = log()
    assert line.endswith(f"webhook_refused channel=sms error_code={code}")
