"""Faults that a hotline meets: forged and broken webhooks, a database that goes away, the same webhook five times at once."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from twilio.request_validator import RequestValidator

from bot.commands.train import train_with_progress
from bot.domain.conversations import Message
from bot.settings import home_of, read_environment
from tests.e2e.providers import PUBLIC_URL, Channels, running, wait_until
from tests.integration.database import Postgres, find_postgres, missing_postgres
from tests.standins import TelegramStandIn, TwilioStandIn

COST = "Do I have to pay for the flight home?"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    binaries = find_postgres()
    if binaries is None:
        missing_postgres()
    with Postgres(binaries) as server:
        yield server


@pytest.fixture(scope="module")
def channels(tmp_path_factory: pytest.TempPathFactory, database: Postgres) -> Iterator[Channels]:
    admin = create_engine(database.address.format(name="postgres"), future=True, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE daleel"))
    admin.dispose()
    model = train_with_progress(home_of(read_environment()))
    home = Path(tmp_path_factory.mktemp("home"))
    settings = {"DATABASE_URL": database.address.format(name="daleel")}
    with (
        TelegramStandIn(rate_per_second=None) as telegram,
        TwilioStandIn() as twilio,
        running(home, model, telegram, twilio, settings) as made,
    ):
        yield made


def count_messages(channels: Channels) -> int:
    parts = channels.hotline.parts()
    with parts.unit_of_work() as uow:
        found = uow.session.execute(select(func.count()).select_from(Message)).scalar_one()
    parts.engine.dispose()
    return int(found)


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code
    except urllib.error.URLError:
        # The door hung up in the middle of a body that is far too long.
        return 413


def update(**changes: object) -> dict[str, object]:
    person = {"id": 9, "is_bot": False, "first_name": "Amina", "language_code": "en"}
    message = {"message_id": 1, "date": int(time.time()), "chat": {"id": 9, "type": "private"}, "from": person, "text": "hello"}
    return {"update_id": secrets.randbelow(2**30), "message": {**message, **changes}}


def webhooks(channels: Channels) -> list[tuple[str, str, bytes, dict[str, str], set[int]]]:
    """Return what must be refused: name, path, body, headers and the right status."""
    environment = channels.hotline.environment
    secret = {"X-Telegram-Bot-Api-Secret-Token": environment["TELEGRAM_SECRET_TOKEN"], "Content-Type": JSON}
    telegram, sms = "/webhooks/telegram/webhook", "/webhooks/sms/webhook"
    genuine = json.dumps(update()).encode()
    fields = {
        "MessageSid": "SM" + secrets.token_hex(16),
        "AccountSid": environment["TWILIO_ACCOUNT_SID"],
        "From": "+218910009999",
        "To": environment["TWILIO_SMS_FROM"],
        "Body": "hello",
        "FromCity": "",
    }
    validator = RequestValidator(environment["TWILIO_AUTH_TOKEN"])
    body = urllib.parse.urlencode(fields).encode()
    signed = {"Content-Type": FORM, "X-Twilio-Signature": validator.compute_signature(f"{PUBLIC_URL}{sms}", fields)}
    elsewhere = {**signed, "X-Twilio-Signature": validator.compute_signature(f"https://other.example{sms}", fields)}
    return [
        ("no secret", telegram, genuine, {"Content-Type": JSON}, {403}),
        ("a wrong secret", telegram, genuine, {**secret, "X-Telegram-Bot-Api-Secret-Token": "x" * 32}, {403}),
        ("a secret outside ASCII", telegram, genuine, {**secret, "X-Telegram-Bot-Api-Secret-Token": "\xe9"}, {403}),
        ("an old update", telegram, json.dumps(update(date=int(time.time()) - 200_000)).encode(), secret, {403}),
        ("no JSON", telegram, b"{", secret, {400}),
        ("not UTF-8", telegram, b'{"update_id": 1, "message": {"text": "\xff"}}', secret, {400}),
        ("a list", telegram, b"[]", secret, {400}),
        ("no update", telegram, b"{}", secret, {400}),
        ("far too long", telegram, b"x" * 2_000_000, secret, {413}),
        ("no signature", sms, body, {"Content-Type": FORM}, {403}),
        ("a wrong signature", sms, body, {**signed, "X-Twilio-Signature": "AAAA"}, {403}),
        ("a signature of another address", sms, body, elsewhere, {403}),
        ("a changed field", sms, body.replace(b"hello", b"h3llo"), signed, {403}),
        ("a field more", sms, body + b"&Body2=x", signed, {403}),
        ("no UTF-8 form", sms, b"Body=%FF%FE", signed, {400, 403}),
        ("a form far too long", sms, b"Body=" + b"x" * 2_000_000, signed, {413}),
        ("a forged status", "/webhooks/sms/status", body, {"Content-Type": FORM}, {403}),
        ("Rasa's own connector", "/webhooks/rest/webhook", b'{"sender": "x", "message": "hi"}', secret, {404}),
    ]


def test_what_is_forged_old_broken_or_too_long_is_refused_and_leaves_nothing(channels: Channels) -> None:
    before, log = count_messages(channels), len(channels.hotline.output())
    refused = webhooks(channels)
    statuses = {name: post(f"{channels.hotline.url}{path}", body, headers) for name, path, body, headers, _ in refused}
    assert {name: status for name, *_, right in refused if (status := statuses[name]) not in right} == {}
    assert count_messages(channels) == before
    lines = [line for line in channels.hotline.output()[log:].splitlines() if "webhook_refused" in line]
    # Waitress hangs up on what is far too long before the door sees it.
    assert len(refused) - 2 <= len(lines) <= len(refused)
    assert not any(word in channels.hotline.output()[log:] for word in ("hello", "218910009999", "Amina"))


def test_the_same_update_five_times_at_once_is_one_message(channels: Channels) -> None:
    secret = {
        "X-Telegram-Bot-Api-Secret-Token": channels.hotline.environment["TELEGRAM_SECRET_TOKEN"],
        "Content-Type": JSON,
    }
    person = channels.telegram.person(9, language_code="en", is_known=True)
    body = json.dumps(update(text="what documents do I need to return")).encode()
    with ThreadPoolExecutor(5) as pool:
        calls = [pool.submit(post, f"{channels.hotline.url}/webhooks/telegram/webhook", body, secret) for _ in range(5)]
        assert [call.result() for call in calls] == [200] * 5
    person.waits_for(1, seconds=30)
    time.sleep(1)
    assert len(person.received) == 1


def test_while_the_database_is_away_nothing_is_acknowledged_and_afterwards_all_is_answered(
    channels: Channels, database: Postgres
) -> None:
    telegram, phone = channels.telegram.person(300, language_code="en"), channels.twilio.phone("+218910000300")
    telegram.writes("hello")
    telegram.waits_for(1, seconds=30)
    database.stop()
    telegram.writes(COST)
    phone.texts(COST)
    time.sleep(8)
    assert len(telegram.received) == 1
    assert "webhook_not_stored" in channels.hotline.output()
    database.start()
    telegram.waits_for(2, seconds=60)
    phone.waits_for(1, seconds=90)
    telegram.writes("thank you")
    telegram.waits_for(3, seconds=30)
    wait_until(lambda: len(phone.received) == 1)
    assert len(telegram.received) == 3
