"""What the tests of the Twilio channel share: an account, signed webhooks, and a Twilio that answers as told."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlencode

import flask
import httpx
from twilio.request_validator import RequestValidator

from bot.channels.edge import MAX_BODY_BYTES, Refused
from bot.channels.twilio.client import TwilioClient
from bot.channels.twilio.http_client import ApiHttpClient
from bot.channels.twilio.webhook import pages
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction
from bot.provider_settings import TWILIO_API_URL, TwilioSettings
from bot.services.ports import Outgoing
from tests.builders import make_address, make_message

ACCOUNT = "AC" + "1" * 32
SERVICE = "MG" + "2" * 32
OUR_SMS, OUR_WHATSAPP, PERSON = "+15550001111", "+15550002222", "+218910000001"
PUBLIC_URL = "https://hotline.example.org"
NEW_TOKEN, OLD_TOKEN = "new-token", "old-token"
SID = "SM" + "a" * 32
FILE = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'b' * 32}/Media/ME{'c' * 32}"


def make_settings(**changes):
    """Both channels on, during a rotation of the token."""
    values = {
        "account_sid": ACCOUNT,
        "auth_tokens": (NEW_TOKEN, OLD_TOKEN),
        "api_url": TWILIO_API_URL,
        "sms_from": OUR_SMS,
        "messaging_service_sid": None,
        "whatsapp_from": OUR_WHATSAPP,
        "contents": {},
    }
    return TwilioSettings(**{**values, **changes})


def sms_fields(**changes):
    """The fields of an SMS, empty ones included."""
    fields = {
        "ToCountry": "US", "ToState": "", "SmsMessageSid": SID, "NumMedia": "0", "ToCity": "", "FromZip": "", "SmsSid": SID,
        "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": "مرحبا", "FromCountry": "LY", "To": OUR_SMS,
        "NumSegments": "1", "MessageSid": SID, "AccountSid": ACCOUNT, "From": PERSON, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return {**fields, **changes}


def whatsapp_fields(**changes):
    """The fields of a WhatsApp message."""
    fields = {
        "SmsMessageSid": SID, "NumMedia": "0", "ProfileName": "Amina", "MessageType": "text", "SmsSid": SID,
        "WaId": PERSON[1:], "SmsStatus": "received", "Body": "Bonjour", "To": f"whatsapp:{OUR_WHATSAPP}", "NumSegments": "1",
        "ReferralNumMedia": "0", "MessageSid": SID, "AccountSid": ACCOUNT, "From": f"whatsapp:{PERSON}",
        "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return {**fields, **changes}


def status_fields(status="delivered", **changes):
    """The fields of a status callback."""
    fields = {
        "MessageSid": SID, "SmsSid": SID, "MessageStatus": status, "SmsStatus": status, "AccountSid": ACCOUNT,
        "From": OUR_SMS, "To": PERSON, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return {**fields, **changes}


class FakeReceiver:
    """Keeps what was handed on."""

    def __init__(self):
        self.messages, self.reports, self.stopped = [], [], []

    def message(self, incoming):
        """Keep a message; say whether it is new."""
        is_new = incoming.provider_id not in [m.provider_id for m in self.messages]
        self.messages.append(incoming)
        return is_new

    def report(self, report):
        """Keep a report."""
        self.reports.append(report)
        return True

    def stop(self, provider, channel, address, *, reason):
        """Keep that an address takes no more messages."""
        self.stopped.append((provider, channel, address, reason))


class Door:
    """The pages in an app, and Twilio's side of the line."""

    def __init__(self, settings=None, public_url=PUBLIC_URL):
        self.receiver, self.public_url = FakeReceiver(), public_url
        app = flask.Flask(__name__)
        app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
        app.register_blueprint(pages(settings or make_settings(), self.receiver, public_url=public_url))
        app.register_error_handler(Refused, lambda error: (error.code, error.status))
        self.client = app.test_client()

    def post(self, path, fields, *, token=NEW_TOKEN, signed_url=None, **more):
        """Call a page as Twilio does."""
        url = signed_url or f"{self.public_url}{path}"
        headers = {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, fields)} if token else {}
        return self.client.post(
            path, data=urlencode(fields), headers=headers, content_type="application/x-www-form-urlencoded", **more
        )


class FakeTwilio:
    """Answers each request with the next of its answers (the last one again and again), and keeps the requests."""

    def __init__(self, *answers):
        self.answers, self.requests = list(answers), []

    def __call__(self, request):
        """Answer as ``httpx.MockTransport`` wants it."""
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def forms(self):
        """The fields of the requests that had some."""
        parsed = [parse_qs(r.content.decode(), keep_blank_values=True) for r in self.requests if r.content]
        return [{name: values[0] for name, values in form.items()} for form in parsed]

    def client(self, settings=None, **more):
        """Return a channel client that talks to this Twilio."""
        settings = settings or make_settings()
        http = ApiHttpClient(settings, transport=httpx.MockTransport(self))
        return TwilioClient(settings, public_url=PUBLIC_URL, http_client=http, **more)


def created(sid=SID):
    """Twilio's answer to a message that it took."""
    return httpx.Response(201, json={"sid": sid, "status": "queued", "body": "hello", "direction": "outbound-api"})


def refused(status, code, **headers):
    """Twilio's answer to a message that it does not take."""
    body = {"code": code, "message": f"The number {PERSON} …", "status": status, "more_info": ""}
    return httpx.Response(status, json=body, headers=headers)


def listed(*messages, next_page_uri=None):
    """Twilio's list of messages."""
    return httpx.Response(200, content=json.dumps({"messages": messages, "next_page_uri": next_page_uri, "page": 0}))


def listed_message(**changes):
    """A message in that list."""
    values = {
        "sid": SID, "direction": "outbound-api", "body": "hello", "from": OUR_SMS, "to": PERSON, "num_media": "0",
        "date_created": "Tue, 24 Nov 2026 12:00:03 +0000", "date_sent": None, "messaging_service_sid": None,
    }  # fmt: skip
    return {**values, **changes}


def make_outgoing(channel=Channel.SMS, *, language="en", known=(), **message):
    """A message on its way to a person."""
    values = {"id": "0" * 20, "text": "hello", **message}
    address = make_address(provider=Provider.TWILIO, channel=channel, address=PERSON)
    return Outgoing(make_message(Direction.OUTBOUND, **values), address, language, frozenset(known))
