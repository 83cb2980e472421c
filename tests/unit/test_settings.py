"""Settings: checked together, named in one line, explained in ``.env.example``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.contacts import Channel, Provider
from bot.domain.deliveries import FAILURES
from bot.domain.errors import ConfigurationError
from bot.gateway_checks import REASONS
from bot.settings import PROJECT, home_of, load_settings

TELEGRAM = {"TELEGRAM_TOKEN": "4711:AAH-x_y", "TELEGRAM_SECRET_TOKEN": "Secret_of-the-hook"}
TWILIO = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "the-auth-token", "TWILIO_WHATSAPP_FROM": "+15550001111"}
GATEWAY = {"SMS_GATEWAY_URL": "https://gateway.example/send", "SMS_GATEWAY_SECRET": "g" * 16}
PUBLIC = {"PUBLIC_URL": "https://hotline.example"}
_EVERYTHING = {**PUBLIC, **TELEGRAM, **TWILIO, **GATEWAY}


class _Watching(Mapping):
    """An environment that remembers which names were asked for."""

    def __init__(self, values):
        self.values, self.asked = values, set()

    def __getitem__(self, name):
        self.asked.add(name)
        return self.values[name]

    def get(self, name, default=None):
        self.asked.add(name)
        return self.values.get(name, default)

    def __iter__(self):
        return iter(self.values)

    def __len__(self):
        return len(self.values)


def _problem(environment):
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environment)
    return caught.value.detail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DALEEL_KEYS", ""), ("DALEEL_KEYS", " , "), ("DALEEL_SECRET_KEY", ""), ("DALEEL_SECRET_KEY", "x" * 31),
        ("PUBLIC_URL", "hotline.example"), ("PUBLIC_URL", "ftp://hotline.example"), ("DALEEL_SIMULATOR", "yes"),
        ("ASSISTANT_PORT", "0"), ("ASSISTANT_PORT", "65536"), ("ACTIONS_PORT", "http"), ("CONSOLE_PORT", "-1"),
        ("CONSOLE_PORT", "٨٠٠٠"), ("CONSOLE_PORT", "5005"),
        ("RETENTION_DRAFT_DAYS", "0"), ("RETENTION_MESSAGE_DAYS", "-1"), ("RETENTION_REQUEST_MONTHS", "1.5"),
        ("RETENTION_CASE_MONTHS", "for ever"), ("RETENTION_TRACKER_DAYS", "٣٠"), ("RETENTION_MEDIA_DAYS", "1e3"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_in_one_line(environment, name, value):
    problem = _problem({**environment, name: value})
    assert name in problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("base", "name", "value"),
    [
        (TELEGRAM, "TELEGRAM_TOKEN", "4711"), (TELEGRAM, "TELEGRAM_TOKEN", "bot4711:AAH"),
        (TELEGRAM, "TELEGRAM_TOKEN", "4711:AA H"), (TELEGRAM, "TELEGRAM_SECRET_TOKEN", ""),
        (TELEGRAM, "TELEGRAM_SECRET_TOKEN", "a b"), (TELEGRAM, "TELEGRAM_SECRET_TOKEN", "x" * 257),
        (TELEGRAM, "TELEGRAM_MODE", "push"), (TELEGRAM, "TELEGRAM_API_URL", "api.telegram.org"),
        (TELEGRAM, "PUBLIC_URL", ""),
        (TWILIO, "TWILIO_ACCOUNT_SID", ""), (TWILIO, "TWILIO_ACCOUNT_SID", "AC123"), (TWILIO, "TWILIO_AUTH_TOKEN", " , "),
        (TWILIO, "TWILIO_WHATSAPP_FROM", ""), (TWILIO, "TWILIO_WHATSAPP_FROM", "0912345678"),
        (TWILIO, "TWILIO_SMS_FROM", "+0555"), (TWILIO, "TWILIO_SMS_FROM", "a sender id too long"),
        (TWILIO, "TWILIO_MESSAGING_SERVICE_SID", "MG1"), (TWILIO, "TWILIO_API_URL", "ftp://x"),
        (TWILIO, "TWILIO_CONTENT_SIDS", "reply_ready_ar"), (TWILIO, "TWILIO_CONTENT_SIDS", "reply_ready_ar=MG" + "0" * 32),
        (TWILIO, "PUBLIC_URL", ""),
        (GATEWAY, "SMS_GATEWAY_URL", "gateway.example"), (GATEWAY, "SMS_GATEWAY_FORMAT", "xml"),
        (GATEWAY, "SMS_GATEWAY_SECRET", ""), (GATEWAY, "SMS_GATEWAY_SECRET", "x" * 15),
        (GATEWAY, "SMS_GATEWAY_SECRET", "a secret with spaces"), (GATEWAY, "SMS_GATEWAY_SECRET_NAME", "a b"),
        (GATEWAY, "SMS_GATEWAY_FIELDS", "to="), (GATEWAY, "SMS_GATEWAY_FIELDS", "shade=blue"),
        (GATEWAY, "SMS_GATEWAY_INBOUND_FIELDS", "text="), (GATEWAY, "SMS_GATEWAY_REPORT_FIELDS", "status="),
        (GATEWAY, "SMS_GATEWAY_STATUSES", "1=arrived"), (GATEWAY, "SMS_GATEWAY_STATUSES", "2=undelivered:tired"),
        (GATEWAY, "SMS_GATEWAY_REPORT_QUERY", "a b"), (GATEWAY, "SMS_GATEWAY_NUMBERS", "national"),
        (GATEWAY, "SMS_GATEWAY_CODINGS", "gsm8=1"), (GATEWAY, "SMS_GATEWAY_ID", "("), (GATEWAY, "SMS_GATEWAY_ACCEPTED", "["),
        (GATEWAY, "SMS_GATEWAY_AUTHORIZATION", "Bearer\n"), (GATEWAY, "PUBLIC_URL", ""),
        ({}, "SMS_PRICES", "LY"), ({}, "SMS_PRICES", "LY=cheap"), ({}, "SMS_PRICES", "Libya=0.1"), ({}, "SMS_PRICES", "LY=-1"),
        ({}, "SMS_PRICES", "LY=NaN"), ({}, "SMS_CURRENCY", "$"), ({}, "SMS_CURRENCY", "usd"),
        ({}, "SMS_PARTS_PER_MINUTE", "0"), ({}, "SMS_PARTS_PER_MINUTE", "many"),
        ({}, "SMS_PARTS_PER_MINUTE", "٦٠"),
    ],
)  # fmt: skip
def test_a_wrong_setting_of_a_provider_is_named_in_one_line(environment, base, name, value):
    problem = _problem({**environment, **PUBLIC, **base, name: value})
    assert name in problem
    assert "\n" not in problem
    assert not any(secret in problem for secret in ("AAH", "the-auth-token", "Secret_of-the-hook", "g" * 16))


def test_a_channel_without_credentials_is_off(environment):
    settings = load_settings({**environment, **PUBLIC})
    assert (settings.telegram, settings.twilio, settings.gateway, settings.channels) == (None, None, None, {})


@pytest.mark.parametrize(
    ("more", "channels"),
    [
        (TELEGRAM, {Channel.TELEGRAM: Provider.TELEGRAM}),
        (TWILIO, {Channel.WHATSAPP: Provider.TWILIO}),
        ({**TWILIO, "TWILIO_SMS_FROM": "DALEEL"}, {Channel.WHATSAPP: Provider.TWILIO, Channel.SMS: Provider.TWILIO}),
        (
            {**TWILIO, "TWILIO_WHATSAPP_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG" + "a" * 32},
            {Channel.SMS: Provider.TWILIO},
        ),
        (GATEWAY, {Channel.SMS: Provider.GATEWAY}),
        ({**TWILIO, **GATEWAY}, {Channel.WHATSAPP: Provider.TWILIO, Channel.SMS: Provider.GATEWAY}),
    ],
)
def test_a_channel_with_credentials_is_on(environment, more, channels):
    assert load_settings({**environment, **PUBLIC, **more}).channels == channels


def test_sms_has_one_provider(environment):
    problem = _problem({**environment, **PUBLIC, **TWILIO, **GATEWAY, "TWILIO_SMS_FROM": "+15550002222"})
    assert "SMS_GATEWAY_URL" in problem
    assert "TWILIO_SMS_FROM" in problem


def test_polling_needs_neither_a_public_address_nor_a_secret(environment):
    settings = load_settings({**environment, "TELEGRAM_TOKEN": "4711:AAH", "TELEGRAM_MODE": "polling"})
    assert (settings.telegram.mode, settings.telegram.bot_id, settings.telegram.secret_token) == ("polling", "4711", "")


def test_during_a_rotation_both_tokens_count_the_new_one_first(environment):
    settings = load_settings({**environment, **PUBLIC, **TWILIO, "TWILIO_AUTH_TOKEN": "new, old"})
    assert settings.twilio.auth_tokens == ("new", "old")


def test_a_whatsapp_number_may_have_twilios_prefix(environment):
    settings = load_settings({**environment, **PUBLIC, **TWILIO, "TWILIO_WHATSAPP_FROM": "whatsapp:+15550001111"})
    assert settings.twilio.whatsapp_from == "+15550001111"


def test_templates_and_prices_are_pairs(environment):
    sid = "HX" + "0" * 32
    more = {"TWILIO_CONTENT_SIDS": f"reply_ready_ar={sid}, list_5 = {sid},", "SMS_PRICES": "LY=0.085, *=0.10"}
    settings = load_settings({**environment, **PUBLIC, **TWILIO, **more, "SMS_CURRENCY": "USD", "SMS_PARTS_PER_MINUTE": "180"})
    assert settings.twilio.contents == {"reply_ready_ar": sid, "list_5": sid}
    assert settings.sms_prices == {"LY": Decimal("0.085"), "*": Decimal("0.10")}
    assert (settings.sms_currency, settings.sms_parts_per_minute) == ("USD", 180)


def test_a_gateways_names_replace_ours_one_by_one(environment):
    more = {
        "SMS_GATEWAY_FIELDS": "to=msisdn,from=", "SMS_GATEWAY_PARAMETERS": "user=daleel&password=a%26b&flag=",
        "SMS_GATEWAY_INBOUND_FIELDS": "from=sender", "SMS_GATEWAY_STATUSES": "1=delivered,2=undelivered:phone_off",
    }  # fmt: skip
    gateway = load_settings({**environment, **PUBLIC, **GATEWAY, **more}).gateway
    assert gateway.fields == {"to": "msisdn", "text": "text", "from": ""}
    assert gateway.parameters == {"user": "daleel", "password": "a&b", "flag": ""}
    assert (gateway.inbound_fields["from"], gateway.inbound_fields["text"]) == ("sender", "text")
    assert gateway.statuses == {"1": "delivered", "2": "undelivered:phone_off"}


def test_the_reasons_that_a_gateway_can_mean_are_reasons_of_ours():
    assert set(REASONS) <= set(FAILURES)


def test_all_missing_settings_are_named_together():
    problem = _problem({"CONSOLE_PORT": "x"})
    assert all(name in problem for name in ("DALEEL_KEYS", "DALEEL_SECRET_KEY", "CONSOLE_PORT"))
    assert "\n" not in problem


def test_a_problem_never_repeats_a_secret(environment):
    assert "short-secret" not in _problem({**environment, "DALEEL_SECRET_KEY": "short-secret"})


def test_what_is_not_set_has_a_default_for_one_machine(environment, tmp_path):
    settings = load_settings(environment)
    assert settings.database_url == f"sqlite:///{tmp_path / 'daleel.db'}"
    assert (settings.assistant_port, settings.actions_port, settings.console_port) == (5005, 5055, 8000)
    assert (settings.public_url, settings.has_simulator) == (None, False)


def test_a_relative_home_lies_in_the_checkout():
    assert home_of({}, Path("/somewhere")) == Path("/somewhere/var")
    assert home_of({"DALEEL_HOME": "elsewhere"}, Path("/somewhere")) == Path("/somewhere/elsewhere")


def test_what_the_law_keeps_is_said_in_all_languages_or_not_at_all(environment):
    assert load_settings(environment).erasure_law == {}
    problem = _problem({**environment, "ERASURE_LAW_FR": "La loi"})
    assert "ERASURE_LAW_AR and ERASURE_LAW_EN" in problem
    texts = {"ERASURE_LAW_AR": "القانون", "ERASURE_LAW_FR": "La loi", "ERASURE_LAW_EN": "The law"}
    assert load_settings({**environment, **texts}).erasure_law == {"ar": "القانون", "fr": "La loi", "en": "The law"}


def test_how_long_data_are_kept_is_a_setting(environment):
    more = {
        "RETENTION_DRAFT_DAYS": "1", "RETENTION_MESSAGE_DAYS": "2", "RETENTION_REQUEST_MONTHS": "3",
        "RETENTION_CASE_MONTHS": "4", "RETENTION_TRACKER_DAYS": "5", "RETENTION_MEDIA_DAYS": "6",
    }  # fmt: skip
    kept = load_settings({**environment, **more}).retention
    times = (kept.draft_days, kept.message_days, kept.request_months, kept.case_months, kept.tracker_days, kept.media_days)
    assert times == (1, 2, 3, 4, 5, 6)


def test_the_newest_key_stands_first(environment):
    assert load_settings({**environment, "DALEEL_KEYS": "new, old,"}).keys == ("new", "old")


def test_the_public_url_has_no_slash_at_the_end(environment):
    assert load_settings({**environment, "PUBLIC_URL": "https://hotline.example/"}).public_url == "https://hotline.example"


def test_secrets_do_not_show(environment):
    address = "postgresql://amal:pass-word@host/name"
    private = {"SMS_GATEWAY_PARAMETERS": "password=open-sesame", "SMS_GATEWAY_AUTHORIZATION": "Bearer open-sesame"}
    shown = repr(load_settings({**environment, **_EVERYTHING, **private, "DATABASE_URL": address}))
    secrets = ("pass-word", environment["DALEEL_KEYS"], environment["DALEEL_SECRET_KEY"], "open-sesame")
    tokens = ("AAH-x_y", "Secret_of-the-hook", "the-auth-token", "g" * 16)
    assert [secret for secret in (*secrets, *tokens) if secret in shown] == []


def test_the_example_explains_exactly_the_settings_that_are_read(environment):
    watching = _Watching({**environment, **_EVERYTHING})
    load_settings(watching)
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == sorted(watching.asked)
    # Each name has its explanation right above.
    assert not re.search(r"^[A-Z_]+=.*\n\n[A-Z_]+=", example, re.MULTILINE)


def test_the_example_holds_the_defaults(environment):
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    written = dict(re.findall(r"^([A-Z_]+)=(\S+)$", example, re.MULTILINE))
    assert load_settings({**environment, **written, "DALEEL_HOME": environment["DALEEL_HOME"]}) == load_settings(environment)


# When the office is open


def test_without_hours_the_office_is_always_open(environment):
    assert load_settings(environment).opening_hours.hours == ()


def test_opening_hours_are_read_by_days_and_spans_of_days_in_the_offices_time(environment):
    hours = load_settings({**environment, "OPENING_HOURS": "sat-sun 08:30-16:30,  Mon 09:00-12:00"}).opening_hours
    assert hours.hours == (
        (5, time(8, 30), time(16, 30)), (6, time(8, 30), time(16, 30)), (0, time(9), time(12)),
    )  # fmt: skip
    assert hours.zone == ZoneInfo("Africa/Tripoli")
    assert load_settings({**environment, "OPENING_TIMEZONE": "Europe/Malta"}).opening_hours.zone == ZoneInfo("Europe/Malta")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENING_HOURS", "sun-thu"), ("OPENING_HOURS", "sun-thu 8:30-16:30"), ("OPENING_HOURS", "sun 24:00-25:00"),
        ("OPENING_HOURS", "sunday 08:00-16:00"), ("OPENING_HOURS", "sun 16:00-08:00"), ("OPENING_HOURS", "sun 08:00-08:00"),
        ("OPENING_TIMEZONE", "Tripoli"), ("OPENING_TIMEZONE", "../../etc/passwd"), ("SECOND_FACTOR", "no"),
    ],
)  # fmt: skip
def test_wrong_hours_stop_the_start_and_are_named(name, value):
    assert name in _problem({name: value})
