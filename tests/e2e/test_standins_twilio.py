"""The stand-in of Twilio keeps its rules, and the real client can talk to it."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.e2e.standin_hotline import HTTP, PHONE, PUBLIC, Hotline, twilio_client
from tests.standins import StatusPlan, TwilioStandIn, closed, no_answer, refused, server_error, too_many
from tests.standins.twilio import SMS_NUMBER, WHATSAPP_NUMBER


@pytest.fixture
def hotline():
    with Hotline() as server:
        yield server


@pytest.fixture
def twilio(hotline):
    with TwilioStandIn() as server:
        server.set_webhook(f"{PUBLIC}/webhooks/twilio#rc=3&rp=all", f"{hotline.url}/webhooks/twilio")
        yield server


@pytest.fixture
def client(twilio):
    client = twilio_client(twilio)
    yield client
    client.http_client.session.close()


def test_the_real_client_sends_and_hears_what_became_of_it(twilio, hotline, client):
    yusuf, callback = twilio.phone(PHONE), f"{PUBLIC}/status?message=7&b=a%20b"
    sent = client.messages.create(to=PHONE, from_=SMS_NUMBER, body="Salut", status_callback=callback, smart_encoded=False)
    twilio.wait_until_idle()

    assert sent.sid.startswith("SM") and (sent.status, sent.num_segments) == ("queued", "1")
    assert yusuf.received_sms == ["Salut"]
    assert [form["MessageStatus"] for form in hotline.forms()] == ["sent", "delivered"]
    for path, headers, body in hotline.taken:
        assert path == "/status?message=7&b=a%20b"
        form = dict(parse_qsl(body, keep_blank_values=True))
        assert RequestValidator(twilio.auth_token).validate(callback, form, headers["X-Twilio-Signature"])
    assert client.messages(sent.sid).fetch().status == "delivered"
    assert client.api.accounts(twilio.account_sid).fetch().status == "active"
    assert [number.phone_number for number in client.incoming_phone_numbers.list()] == [SMS_NUMBER]
    assert twilio.violations == []


def test_messages_are_looked_up_by_number_and_day(twilio, client):
    for number in range(3):
        client.messages.create(to=PHONE, from_=SMS_NUMBER, body=str(number))
    today, yesterday = twilio.clock.now(), twilio.clock.now().replace(year=2020)
    assert [m.body for m in client.messages.list(to=PHONE, page_size=2)] == ["2", "1", "0"]
    assert len(client.messages.list(to=PHONE, date_sent=today.date())) == 3
    assert len(client.messages.list(date_sent_after=yesterday, date_sent_before=today.replace(year=2100))) == 3
    assert client.messages.list(to="+218910000002") == client.messages.list(date_sent_before=yesterday) == []


def test_inbound_sms_is_signed_over_the_public_address_with_its_empty_fields(twilio, hotline):
    hotline.statuses = [500]
    sent = twilio.phone(PHONE).texts("مرحبا", repeat=1)
    twilio.wait_until_idle()
    assert len(hotline.taken) == 3 and [d.status for d in twilio.sender.of(sent.sid)] == [200, 200]
    for path, headers, body in hotline.taken:
        form = dict(parse_qsl(body, keep_blank_values=True))
        assert path == "/webhooks/twilio" and form["FromCity"] == "" and form["FromCountry"] == "LY"
        validate = RequestValidator(twilio.auth_token).validate
        assert validate(f"{PUBLIC}/webhooks/twilio", form, headers["X-Twilio-Signature"])
        assert not validate(f"{PUBLIC}/other", form, headers["X-Twilio-Signature"])
    assert ["I-Twilio-Idempotency-Token" in headers for _, headers, _ in hotline.taken] == [False, True, False]


def test_an_answer_that_twilio_would_send_on_is_a_violation(twilio, hotline):
    hotline.answer = {"text": "<Response/>", "content_type": "text/xml"}
    twilio.phone(PHONE).texts("one")
    twilio.wait_until_idle()
    assert twilio.violations == []
    hotline.answer = {"text": "ok"}
    twilio.phone(PHONE).texts("two")
    twilio.wait_until_idle()
    assert len(twilio.violations) == 1


def test_a_messaging_service_chooses_the_sender_and_an_opt_out_holds_for_all_of_it(twilio, client):
    service = "MG" + 32 * "0"
    twilio.messaging_services[service] = [SMS_NUMBER, f"whatsapp:{WHATSAPP_NUMBER}"]
    sent = client.messages.create(to=PHONE, messaging_service_sid=service, body="x")
    assert (sent.status, sent.from_) == ("accepted", SMS_NUMBER)
    twilio.phone(PHONE).texts("STOP", service=service)
    with pytest.raises(TwilioRestException, match="unsubscribed"):
        client.messages.create(to=PHONE, messaging_service_sid=service, body="x")


def test_without_a_fragment_only_a_failed_connection_is_tried_once_more(twilio, hotline):
    twilio.set_webhook(f"{PUBLIC}/webhooks/twilio", f"{hotline.url}/webhooks/twilio")
    hotline.statuses = [500]
    lost = twilio.phone(PHONE).texts("one")
    twilio.wait_until_idle()
    with hotline.down():
        twice = twilio.phone(PHONE).texts("two")
        twilio.wait_until_idle()
    assert [len(twilio.sender.of(sid)[0].attempts) for sid in (lost.sid, twice.sid)] == [1, 2]
    assert [twilio.sender.of(sid)[0].status for sid in (lost.sid, twice.sid)] == [500, None]


@pytest.mark.parametrize(
    ("fields", "code", "is_violation"),
    [
        ({"to": "+12", "body": "x"}, 21211, False),
        ({"to": PHONE, "body": "x", "from_": "+12025550199"}, 21606, False),
        ({"to": f"whatsapp:{PHONE}", "body": "x", "from_": "whatsapp:+12025550199"}, 63007, False),
        ({"to": f"whatsapp:{PHONE}", "body": "x"}, 21910, True),
        ({"to": PHONE, "body": "x" * 1601}, 21617, True),
        ({"to": PHONE}, 21602, True),
        ({"to": PHONE, "body": "x", "content_sid": "HX" + 32 * "0"}, 20001, True),
        ({"to": PHONE, "content_sid": "HX" + 32 * "0"}, 21655, False),
        ({"to": PHONE, "content_sid": "HX1"}, 20001, True),
        ({"to": PHONE, "body": "x", "status_callback": "https://my_host.example/x"}, 21609, True),
        ({"to": PHONE, "body": "x", "validity_period": "soon"}, 20001, True),
        ({"to": PHONE, "body": "x", "content_retention": "burn"}, 20001, True),
    ],
)
def test_twilio_refuses_with_its_own_codes(twilio, client, fields, code, is_violation):
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(**{"from_": SMS_NUMBER, **fields})
    assert (caught.value.status, caught.value.code) == (400, code)
    assert bool(twilio.violations) == is_violation and twilio.phone(PHONE).received == []


def test_wrong_credentials_unknown_fields_and_unknown_paths(twilio, client):
    address = f"{twilio.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    answer = HTTP.post(address, data={"To": PHONE}, auth=(twilio.account_sid, "wrong"))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003) and twilio.violations == []
    auth = (twilio.account_sid, twilio.auth_token)
    assert HTTP.post(address, data={"Text": "x"}, auth=auth).json()["code"] == 20001
    assert HTTP.post(address, data={"Body": "x"}, auth=auth).json()["code"] == 21604
    assert HTTP.get(f"{twilio.url}/2010-04-01/Nothing.json", auth=auth).status_code == 404
    assert len(twilio.violations) == 3


def test_stop_cuts_the_pair_off_and_start_lifts_it(twilio, hotline, client):
    yusuf = twilio.phone(PHONE)
    yusuf.texts("Stop")
    twilio.wait_until_idle()
    assert hotline.forms()[-1]["Body"] == "Stop" and len(yusuf.carrier_texts) == 1
    with pytest.raises(TwilioRestException, match="unsubscribed") as caught:
        client.messages.create(to=PHONE, from_=SMS_NUMBER, body="x")
    assert caught.value.code == 21610
    yusuf.texts("yes")
    client.messages.create(to=PHONE, from_=SMS_NUMBER, body="back")
    assert yusuf.received == ["back"]


@pytest.mark.parametrize(
    ("plan", "statuses"),
    [
        (StatusPlan(is_reversed=True), ["delivered", "sent"]),
        (StatusPlan(repeat=1), ["sent", "sent", "delivered", "delivered"]),
        (StatusPlan(is_told=False), []),
        (StatusPlan(ends="sent"), ["sent"]),
        (StatusPlan(ends="undelivered", code=30003), ["sent", "undelivered"]),
        (StatusPlan(before_answer=True), ["sent", "delivered"]),
    ],
)
def test_status_calls_come_as_a_test_wants_them(twilio, hotline, client, plan, statuses):
    twilio.phone(PHONE).statuses = plan
    client.messages.create(to=PHONE, from_=SMS_NUMBER, body="x", status_callback=f"{PUBLIC}/status")
    told_before_answer = len(hotline.taken)
    twilio.wait_until_idle()
    assert [form["MessageStatus"] for form in hotline.forms()] == statuses
    assert (told_before_answer == len(statuses)) == (plan.before_answer or not statuses)
    assert twilio.phone(PHONE).received == (["x"] if plan.reaches else [])


def test_faults_of_twilio_leave_a_message_that_can_be_looked_up(twilio, client):
    twilio.faults.next(
        too_many(2), server_error(), closed(), closed(is_taken=True), no_answer(30, is_taken=True), refused(400, "", code=30001)
    )
    codes = []
    for number in range(6):
        try:
            client.messages.create(to=PHONE, from_=SMS_NUMBER, body=str(number))
        except TwilioRestException as error:
            codes.append(error.code)
        except Exception as error:  # noqa: BLE001 (requests' own family)
            codes.append(type(error).__name__)
    assert codes == [20429, 20500, "ConnectionError", "ConnectionError", "ReadTimeout", 30001]
    assert [message.body for message in client.messages.list(to=PHONE)] == ["4", "3"]
    with twilio.down(), pytest.raises(Exception, match="refused"):
        client.messages.list()
    assert len(client.messages.list(to=PHONE)) == 2
