"""The pages that Twilio calls: only Twilio, only about our account and numbers, and never a server error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies
from twilio.request_validator import RequestValidator
from werkzeug.test import EnvironBuilder

from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import MessageKind
from bot.domain.deliveries import FAILURES, OutboundState
from tests.unit.twilio_steps import (
    ACCOUNT,
    FILE,
    NEW_TOKEN,
    OLD_TOKEN,
    PERSON,
    PUBLIC_URL,
    SERVICE,
    SID,
    Door,
    make_settings,
    sms_fields,
    status_fields,
    whatsapp_fields,
)

SMS, WHATSAPP = "/webhooks/sms/webhook", "/webhooks/whatsapp/webhook"
SMS_STATUS, WHATSAPP_STATUS = "/webhooks/sms/status", "/webhooks/whatsapp/status"


@pytest.fixture
def door():
    return Door()


@pytest.mark.parametrize(
    ("path", "fields", "kind"),
    [
        (SMS, sms_fields(), MessageKind.TEXT),
        (WHATSAPP, whatsapp_fields(), MessageKind.TEXT),
        (WHATSAPP, whatsapp_fields(NumMedia="1", MediaUrl0=FILE, MediaContentType0="image/jpeg", Body=""), MessageKind.PHOTO),
        (SMS, sms_fields(Body="50% & more = ça? +1 «é»\r\n"), MessageKind.TEXT),
        (SMS, sms_fields(NewField="of next year", MessageSid="MM" + "F" * 32), MessageKind.TEXT),
    ],
)
def test_a_signed_message_is_stored_and_acknowledged(door, path, fields, kind):
    answer = door.post(path, fields)

    assert (answer.status_code, answer.data) == (204, b"")
    [incoming] = door.receiver.messages
    assert (incoming.kind, incoming.text) == (kind, fields["Body"])


def test_a_repeat_is_acknowledged_too(door):
    assert [door.post(SMS, sms_fields()).status_code for _ in range(2)] == [204, 204]


def test_both_tokens_are_good_during_a_rotation(door):
    assert [door.post(SMS, sms_fields(), token=t).status_code for t in (NEW_TOKEN, OLD_TOKEN)] == [204, 204]


@pytest.mark.parametrize(
    "more",
    [
        {"token": None},
        {"token": "wrong"},
        {"signed_url": f"http://hotline.example.org{SMS}"},
        {"signed_url": f"{PUBLIC_URL}{WHATSAPP}"},
        {"signed_url": f"{PUBLIC_URL}{SMS}?a=b"},
    ],
)
def test_a_wrong_signature_is_refused(door, more):
    assert door.post(SMS, sms_fields(), **more).status_code == 403
    assert not door.receiver.messages


def test_a_field_changed_on_the_way_is_refused(door):
    signature = RequestValidator(NEW_TOKEN).compute_signature(PUBLIC_URL + SMS, sms_fields())

    answer = door.client.post(SMS, data=sms_fields(Body="other"), headers={"X-Twilio-Signature": signature})

    assert answer.status_code == 403


@pytest.mark.parametrize("url", ["https://hotline.example.org:443", "https://hotline.example.org"])
def test_a_port_makes_no_difference(url):
    door = Door(public_url=url)

    assert door.post(SMS, sms_fields(), signed_url=PUBLIC_URL + SMS).status_code == 204


def test_a_path_that_the_proxy_takes_away_is_part_of_the_signature():
    assert Door(public_url=f"{PUBLIC_URL}/daleel").post(SMS, sms_fields()).status_code == 204


@pytest.mark.parametrize(
    ("path", "fields", "status", "code"),
    [
        (SMS, sms_fields(AccountSid="AC" + "9" * 32), 403, "account_wrong"),
        (SMS, whatsapp_fields(), 400, "channel_wrong"),
        (WHATSAPP, sms_fields(), 400, "channel_wrong"),
        (SMS, sms_fields(To="+15559990000"), 403, "line_wrong"),
        (WHATSAPP, whatsapp_fields(To="whatsapp:+15559990000"), 403, "line_wrong"),
        (SMS, sms_fields(MessageSid="CA" + "a" * 32), 400, "message_id_wrong"),
        (SMS, sms_fields(MessageSid=SID + "\n"), 400, "message_id_wrong"),
        (SMS, {"AccountSid": ACCOUNT}, 400, "message_id_wrong"),
        (SMS, sms_fields(From="\n"), 400, "sender_unreadable"),
        (SMS_STATUS, status_fields(AccountSid=""), 403, "account_wrong"),
        (SMS_STATUS, status_fields(MessageSid=""), 400, "message_id_wrong"),
    ],
)
def test_what_is_signed_but_not_for_us_is_refused(door, path, fields, status, code):
    answer = door.post(path, fields)

    assert (answer.status_code, answer.text) == (status, code)
    assert not door.receiver.messages and not door.receiver.reports


def test_any_number_of_a_messaging_service_is_ours():
    door = Door(make_settings(sms_from=None, messaging_service_sid=SERVICE))

    assert door.post(SMS, sms_fields(To="+15559990000")).status_code == 204


@pytest.mark.parametrize(
    ("changes", "path"), [({"whatsapp_from": None}, WHATSAPP), ({"sms_from": None}, SMS), ({"sms_from": None}, SMS_STATUS)]
)
def test_a_channel_that_is_off_has_no_pages(changes, path):
    assert Door(make_settings(**changes)).post(path, sms_fields()).status_code == 404


@pytest.mark.parametrize("body", [b"", b"Body", b"Body=%ff", b"Body=\xc3\xa9", b"a=1&a=2", b"&" * 300, b"{}"])
def test_what_is_no_form_is_refused(door, body):
    answer = door.client.post(SMS, data=body, headers={"X-Twilio-Signature": "x"})

    assert answer.status_code == 400


def test_a_reaction_is_acknowledged_and_not_stored(door):
    assert door.post(WHATSAPP, whatsapp_fields(MessageType="reaction", Body="👍")).status_code == 204
    assert not door.receiver.messages


def test_a_word_of_the_operators_that_blocks_the_number_stops_the_address(door):
    door.post(SMS, sms_fields(OptOutType="STOP", Body="كفى"))

    assert [m.text for m in door.receiver.messages] == ["كفى"]
    assert door.receiver.stopped == [(Provider.TWILIO, Channel.SMS, PERSON, "opted_out")]


def test_a_report_finds_its_message_by_the_address(door):
    path = f"{WHATSAPP_STATUS}?message={'a1' * 10}"

    assert door.post(path, status_fields("read", EventType="READ")).status_code == 204

    [report] = door.receiver.reports
    assert (report.provider, report.provider_id, report.state) == (Provider.TWILIO, SID, OutboundState.READ)
    assert (report.message_id, report.failure) == ("a1" * 10, None)


@pytest.mark.parametrize("query", ["", "?message=", "?message=../x", "?message=" + "a" * 33, "?message=%00", "?message=%ff"])
def test_an_id_that_is_none_of_ours_is_left_out(door, query):
    assert door.post(SMS_STATUS + query, status_fields()).status_code == 204
    assert [r.message_id for r in door.receiver.reports] == [None]


@pytest.mark.parametrize(
    ("status", "error", "state", "failure"),
    [
        ("sent", "", OutboundState.SENT, None),
        ("delivered", "", OutboundState.DELIVERED, None),
        ("undelivered", "30003", OutboundState.UNDELIVERED, "phone_off"),
        ("undelivered", "30008", OutboundState.UNDELIVERED, "network_fault"),
        ("undelivered", "30006", OutboundState.UNDELIVERED, "bad_number"),
        ("failed", "21610", OutboundState.FAILED, "opted_out"),
        ("failed", "63016", OutboundState.FAILED, "window_shut"),
        ("failed", "30036", OutboundState.FAILED, "expired"),
        ("failed", "99999", OutboundState.FAILED, "unknown_reason"),
        ("failed", "٣٠", OutboundState.FAILED, "unknown_reason"),
        ("failed", "", OutboundState.FAILED, "unknown_reason"),
        ("canceled", "", OutboundState.FAILED, "unknown_reason"),
    ],
)
def test_each_status_is_read(door, status, error, state, failure):
    door.post(SMS_STATUS, status_fields(status, ErrorCode=error))

    assert [(r.state, r.failure) for r in door.receiver.reports] == [(state, failure)]
    assert failure is None or failure in FAILURES


@pytest.mark.parametrize("status", ["queued", "accepted", "sending", "scheduled", "", "new"])
def test_a_status_that_tells_nothing_is_acknowledged(door, status):
    assert door.post(SMS_STATUS, status_fields(status)).status_code == 204
    assert not door.receiver.reports


_PATHS = strategies.sampled_from([SMS, WHATSAPP, SMS_STATUS, WHATSAPP_STATUS])
_FIELDS = (
    "Body", "From", "To", "NumMedia", "MediaUrl0", "MediaContentType0", "Latitude", "Longitude", "ButtonPayload", "ListId",
    "MessageStatus", "ErrorCode", "MessageType", "MessageSid", "OptOutType",
)  # fmt: skip
_SHARED_DOOR = Door()


@settings(max_examples=150, deadline=None)
@given(path=_PATHS, body=strategies.binary(max_size=400), signature=strategies.text(max_size=40))
def test_no_body_and_no_signature_gives_a_server_error(path, body, signature):
    header = signature.encode("utf-8").decode("latin-1").translate({10: None, 13: None})

    answer = _SHARED_DOOR.client.post(path, data=body, headers={"X-Twilio-Signature": header})

    assert answer.status_code in (400, 403)


@settings(max_examples=150, deadline=None)
@given(
    path=_PATHS,
    query=strategies.text(max_size=20),
    changes=strategies.dictionaries(
        strategies.sampled_from(_FIELDS),
        strategies.text(strategies.characters(exclude_categories=["Cs"]), max_size=40),
    ),
)
def test_no_field_of_a_signed_request_gives_a_server_error(path, query, changes):
    fields = (whatsapp_fields if "whatsapp" in path else sms_fields)(**changes)

    answer = _SHARED_DOOR.client.post(
        path,
        query_string={"message": query.encode("utf-8", "replace")},
        data=fields,
        headers={"X-Twilio-Signature": _signature_of(path, query, fields)},
    )

    assert answer.status_code in (204, 400, 403)
    assert answer.text != "signature_wrong"


def _signature_of(path, query, fields):
    built = EnvironBuilder(path, query_string={"message": query.encode("utf-8", "replace")}).get_environ()
    return RequestValidator(NEW_TOKEN).compute_signature(f"{PUBLIC_URL}{path}?{built['QUERY_STRING']}", fields)
