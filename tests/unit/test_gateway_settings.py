"""Settings of an SMS gateway: each wrong one is named in one line."""

from __future__ import annotations

import pytest

from bot.domain.deliveries import FAILURES
from bot.gateway_checks import REASONS
from bot.provider_settings import gateway_settings
from tests.unit.gateway_settings import PUBLIC_URL, SECRET, make_settings


def test_without_an_address_there_is_no_gateway():
    assert gateway_settings({}, [], public_url=PUBLIC_URL) is None


def test_an_address_and_a_secret_are_enough():
    settings = make_settings()
    assert (settings.format, settings.numbers, settings.answer_id, settings.accepted) == ("form", "plus", "id", "")
    assert settings.report_fields["message"] == "message"
    assert settings.codings == {"gsm7": "0", "ucs2": "2"}


def test_a_slash_at_the_end_of_the_address_stays():
    assert make_settings(SMS_GATEWAY_URL="https://gateway.example/send/").send_url == "https://gateway.example/send/"


def test_no_secret_is_shown():
    settings = make_settings(SMS_GATEWAY_AUTHORIZATION="Bearer hidden", SMS_GATEWAY_URL="https://gateway.example/?t=hidden")
    assert SECRET not in repr(settings)
    assert "pass word" not in repr(settings)
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMS_GATEWAY_URL", "gateway.example"),
        ("SMS_GATEWAY_URL", "ftp://gateway.example"),
        ("SMS_GATEWAY_URL", "https://"),
        ("SMS_GATEWAY_URL", "https://[::1/send"),
        ("SMS_GATEWAY_URL", "https://gateway.example:70000/send"),
        ("SMS_GATEWAY_URL", "https://gateway..example/send"),
        ("SMS_GATEWAY_URL", f"https://{'a' * 64}.example/send"),
        ("SMS_GATEWAY_URL", "https://gateway.example/send it"),
        ("SMS_GATEWAY_URL", "https://gateway.example/send\x00"),
        ("SMS_GATEWAY_FORMAT", "xml"),
        ("SMS_GATEWAY_FIELDS", "number=msisdn"),
        ("SMS_GATEWAY_FIELDS", "text="),
        ("SMS_GATEWAY_AUTHORIZATION", "Bearer é"),
        ("SMS_GATEWAY_AUTHORIZATION", "Bearer a\nb"),
        ("SMS_GATEWAY_SECRET", "short"),
        ("SMS_GATEWAY_SECRET", "with a space in it"),
        ("SMS_GATEWAY_SECRET", "with%20percent-sign"),
        ("SMS_GATEWAY_SECRET_NAME", "a b"),
        ("SMS_GATEWAY_INBOUND_FIELDS", "sender=msisdn"),
        ("SMS_GATEWAY_INBOUND_FIELDS", "from="),
        ("SMS_GATEWAY_REPORT_FIELDS", "state=dlr"),
        ("SMS_GATEWAY_REPORT_FIELDS", "status="),
        ("SMS_GATEWAY_REPORT_FIELDS", "message="),
        ("SMS_GATEWAY_REPORT_QUERY", "status=%d and more"),
        ("SMS_GATEWAY_REPORT_QUERY", "status=é"),
        ("SMS_GATEWAY_STATUSES", "1=arrived"),
        ("SMS_GATEWAY_STATUSES", "2=undelivered:because"),
        ("SMS_GATEWAY_STATUSES", "2=undelivered:"),
        ("SMS_GATEWAY_CODINGS", "utf8=1"),
        ("SMS_GATEWAY_NUMBERS", "national"),
        ("SMS_GATEWAY_ID", "("),
        ("SMS_GATEWAY_ACCEPTED", "["),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(name, value):
    problems = []
    environment = {"SMS_GATEWAY_URL": "https://gateway.example/send", "SMS_GATEWAY_SECRET": SECRET, name: value}
    gateway_settings(environment, problems, public_url=PUBLIC_URL)
    [problem] = problems
    assert problem.startswith(name) or name in problem
    assert "\n" not in problem
    assert value == "" or SECRET not in problem


def test_the_gateway_must_reach_us():
    problems = []
    environment = {"SMS_GATEWAY_URL": "https://gateway.example/send", "SMS_GATEWAY_SECRET": SECRET}
    gateway_settings(environment, problems, public_url=None)
    assert [problem.split()[0] for problem in problems] == ["PUBLIC_URL"]


def test_every_reason_that_a_gateway_may_mean_is_one_of_the_hotlines():
    assert set(REASONS) <= FAILURES.keys()
