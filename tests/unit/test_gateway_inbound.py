"""Messages from an SMS gateway: their fields, numbers, times, and the key against repeats."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.edge import Refused
from bot.channels.gateway.fields import Fields
from bot.channels.gateway.inbound import read_message, read_time
from bot.channels.gateway.numbers import to_e164
from bot.channels.gateway.repeats import MAX_REMEMBERED, Repeats
from bot.channels.gateway.reports import read_report
from bot.domain.contacts import Channel, Provider
from bot.domain.deliveries import OutboundState
from tests.builders import NOON
from tests.unit.gateway_settings import SECRET, make_settings


def _message(settings=None, *, repeats=None, now=NOON, **values):
    values = {"from": "+218912345678", "to": "1234", "text": "hello", **values}
    fields = Fields({name: v if isinstance(v, bytes) else v.encode() for name, v in values.items() if v is not None})
    return read_message(fields, settings or make_settings(), repeats=repeats or Repeats(SECRET), now=now)


def _refusal(**values):
    with pytest.raises(Refused) as caught:
        _message(**values)
    return caught.value.code, caught.value.status


def test_a_message_is_read_with_its_id_and_line():
    message = _message(id="abc-1", text="مرحبا، كيف؟")
    assert (message.provider, message.channel) == (Provider.GATEWAY, Channel.SMS)
    assert (message.address, message.line, message.text) == ("+218912345678", "1234", "مرحبا، كيف؟")
    assert (message.provider_id, message.message_ref) == ("abc-1", "abc-1")


def test_fields_have_the_names_that_the_gateway_uses():
    settings = make_settings(SMS_GATEWAY_INBOUND_FIELDS="from=msisdn,text=body,id=,time=ts")
    message = _message(settings, msisdn="218923456789", body="salam", id="not used", ts="1795521600")
    assert (message.address, message.text, message.message_ref) == ("+218923456789", "salam", None)


@pytest.mark.parametrize(
    "spelling",
    [
        "+218912345678", "218912345678", "00218912345678", "0912345678", "912345678", " 218912345678", "+218 91-234 56 78",
        "+218 (91) 234.5678", "\u202a+218912345678\u202c", "٠٩١٢٣٤٥٦٧٨", "+٢١٨٩١٢٣٤٥٦٧٨",
    ],
)  # fmt: skip
def test_every_spelling_of_a_libyan_number_is_the_same_address(spelling):
    assert to_e164(spelling) == "+218912345678"


@pytest.mark.parametrize(
    ("spelling", "number"),
    [
        ("21620123456", "+21620123456"),
        ("+201001234567", "+201001234567"),
        ("00249912345678", "+249912345678"),
        ("2348012345678", "+2348012345678"),
        ("8801712345678", "+8801712345678"),
        ("33612345678", "+33612345678"),
        ("2917123456", "+2917123456"),
        ("23566123456", "+23566123456"),
        ("22790123456", "+22790123456"),
        ("251911234567", "+251911234567"),
        ("252612345678", "+252612345678"),
        ("963944123456", "+963944123456"),
        ("923001234567", "+923001234567"),
    ],
)
def test_numbers_of_other_countries_need_no_plus(spelling, number):
    assert to_e164(spelling) == number


@pytest.mark.parametrize(
    "sender", ["", " ", "Libyana", "Al-Madar", "1234", "+1234", "+", "1-800-FLOWERS", "0" * 41, "9" * 20, "12345678\x00", "١٢٣"]
)
def test_a_sender_that_cannot_be_answered_is_refused(sender):
    assert to_e164(sender) is None
    assert _refusal(**{"from": sender}) == ("sender_invalid", 400)


@given(st.text(max_size=60))
def test_a_number_is_e164_or_nothing(text):
    number = to_e164(text)
    assert number is None or (number.startswith("+") and number[1:].isascii() and number[1:].isdigit())


@pytest.mark.parametrize("name", ["from", "text"])
def test_a_message_without_sender_or_text_field_is_refused(name):
    assert _refusal(**{name: None}) == ("field_missing", 400)


def test_an_empty_text_is_a_message():
    assert _message(text="", id="1").text == ""


@pytest.mark.parametrize("name", ["from", "to", "text", "id", "time"])
def test_bytes_that_are_no_utf8_are_refused(name):
    assert _refusal(**{name: b"\xff\xfe"}) == ("field_unreadable", 400)


def test_a_text_in_another_encoding_is_read_where_the_gateway_names_it():
    settings = make_settings(SMS_GATEWAY_INBOUND_FIELDS="charset=charset")
    text = "مرحبا، \u2020 كيف\nالحال"
    assert _message(settings, text=text.encode("utf-16-be"), charset="UTF-16BE").text == text
    assert _message(settings, text="caf\xe9".encode("latin-1"), charset="ISO-8859-1").text == "café"
    assert _message(settings, text="café", charset="UTF-8").text == "café"
    with pytest.raises(Refused):
        _message(settings, text=b"\xd8\x00", charset="UTF-16BE")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-25 10:00:00", datetime(2026, 11, 25, 10, tzinfo=timezone.utc)),
        ("2026-11-25T10:00:00Z", datetime(2026, 11, 25, 10, tzinfo=timezone.utc)),
        ("2026-11-25T12:00:00+02:00", datetime(2026, 11, 25, 10, tzinfo=timezone.utc)),
        ("1795600800", datetime(2026, 11, 25, 10, tzinfo=timezone.utc)),
        ("1795600800.5", datetime(2026, 11, 25, 10, 0, 0, 500000, tzinfo=timezone.utc)),
        ("1795600800000", datetime(2026, 11, 25, 10, tzinfo=timezone.utc)),
        ("", None),
        ("yesterday", None),
        ("0000-00-00 00:00:00", None),
        ("٢٠٢٦", None),
    ],
)
def test_times_are_read_in_utc(text, time):
    assert read_time(text) == time


@given(st.text(max_size=30) | st.floats().map(str) | st.datetimes().map(str) | st.integers().map(str))
def test_a_time_is_read_or_left_out(text):
    found = read_time(text)
    assert found is None or (NOON - found) is not None


def test_a_message_older_than_a_gateway_keeps_it_is_refused():
    assert _refusal(time=str(int((NOON - timedelta(hours=25, seconds=1)).timestamp()))) == ("webhook_too_old", 403)
    assert _message(time=str(int((NOON - timedelta(hours=25)).timestamp())))
    assert _message(time=(NOON + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S")), "a gateway may tell local time"
    assert _message(time="no time"), "a message is worth more than its time"


def test_without_an_id_the_time_tells_two_messages_apart():
    repeats = Repeats(SECRET)
    first = _message(repeats=repeats, time="2026-11-24 11:59:00")
    again = _message(repeats=repeats, time="2026-11-24 11:59:00", now=NOON + timedelta(hours=3))
    other = _message(repeats=repeats, time="2026-11-24 11:59:01")
    assert first.provider_id == again.provider_id != other.provider_id
    assert first.message_ref is None


def test_without_id_and_time_a_repeat_within_minutes_is_one_message():
    repeats = Repeats(SECRET)
    now = NOON + timedelta(seconds=59)
    first = _message(repeats=repeats, now=now)
    again = _message(repeats=repeats, now=now + timedelta(minutes=2, seconds=59))
    assert first.provider_id == again.provider_id


def test_without_id_and_time_equal_texts_hours_apart_are_two_messages():
    repeats = Repeats(SECRET)
    keys = {_message(repeats=repeats, now=NOON + timedelta(minutes=minutes)).provider_id for minutes in (0, 3, 180)}
    assert len(keys) == 3


@pytest.mark.parametrize("changes", [{"from": "0912345679"}, {"to": "1235"}, {"text": "hello "}])
def test_without_id_and_time_another_text_or_number_is_another_message(changes):
    repeats = Repeats(SECRET)
    assert _message(repeats=repeats).provider_id != _message(repeats=repeats, **changes).provider_id


def test_after_a_restart_a_repeat_in_the_same_minute_is_still_one():
    assert _message(now=NOON).provider_id == _message(now=NOON + timedelta(seconds=59)).provider_id


def test_a_key_does_not_show_number_or_text_without_the_secret():
    assert _message(repeats=Repeats("one" * 8)).provider_id != _message(repeats=Repeats("two" * 8)).provider_id


def test_what_is_remembered_stays_small():
    repeats = Repeats(SECRET)
    for number in range(MAX_REMEMBERED + 5):
        repeats.key(str(number), time=None, now=NOON)
    assert len(repeats._first) == MAX_REMEMBERED
    repeats.key("later", time=None, now=NOON + timedelta(hours=1))
    assert len(repeats._first) == 1


@pytest.mark.parametrize("given_id", ["x" * 129, "a\x00b", "é", "\u202e1"])
def test_a_strange_id_becomes_a_hash_that_fits_the_table(given_id):
    repeats = Repeats(SECRET)
    message = _message(repeats=repeats, id=given_id)
    assert len(message.provider_id) <= 64
    assert message.provider_id.isascii()
    assert message.provider_id == _message(repeats=repeats, id=given_id, now=NOON + timedelta(hours=9)).provider_id


def test_a_strange_line_is_left_out():
    assert _message(to="").line is None
    assert _message(to="1" * 65).line is None
    assert _message(to="12\x0034").line is None


def _report(settings=None, **values):
    return read_report(Fields({name: value.encode() for name, value in values.items()}), settings or make_settings())


def test_a_report_is_found_by_the_gateways_id_and_by_ours():
    both = _report(id="theirs", message="ours", status="delivered")
    assert (both.provider_id, both.message_id, both.state) == ("theirs", "ours", OutboundState.DELIVERED)
    ours = _report(message="ours", status="sent")
    assert (ours.provider_id, ours.message_id, ours.state, ours.failure) == ("ours", "ours", OutboundState.SENT, None)


def test_a_gateways_own_id_can_be_left_out():
    settings = make_settings(SMS_GATEWAY_REPORT_FIELDS="id=")
    assert _report(settings, id="theirs", message="ours", status="sent").provider_id == "ours"


@pytest.mark.parametrize(
    ("word", "state", "failure"),
    [
        ("1", OutboundState.DELIVERED, None),
        ("2", OutboundState.UNDELIVERED, "unknown_reason"),
        ("8", OutboundState.SENT, None),
        ("16", OutboundState.FAILED, "unknown_reason"),
        ("EXPIRED", OutboundState.UNDELIVERED, "expired"),
    ],
)
def test_the_gateways_words_become_states_and_reasons(word, state, failure):
    settings = make_settings(SMS_GATEWAY_STATUSES="1=delivered,2=undelivered,8=sent,16=failed,EXPIRED=undelivered:expired")
    report = _report(settings, message="ours", status=word)
    assert (report.state, report.failure) == (state, failure)


def test_an_unknown_word_is_no_report():
    assert _report(message="ours", status="WHATEVER") == "WHATEVER"


@pytest.mark.parametrize(
    "values", [{"status": "sent"}, {"id": "", "status": "sent"}, {"id": "1"}, {"id": "x" * 129, "status": "sent"}]
)
def test_a_report_without_id_or_status_is_refused(values):
    with pytest.raises(Refused) as caught:
        _report(**values)
    assert caught.value.status == 400
