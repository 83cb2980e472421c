"""The operator's side: what doctor says of the account, and how the WhatsApp templates are made."""

from __future__ import annotations

import io
import json

import httpx
import pytest
from rich.console import Console

from bot.channels.twilio.account import examine
from bot.channels.twilio.templates import MAX_BODY, REPLY_READY, all_templates
from bot.commands.whatsapp import create_templates
from bot.domain.errors import ConfigurationError
from bot.language.catalogues import Catalogues
from bot.provider_settings import twilio_settings
from bot.settings import load_settings
from bot.wiring import LOCALES
from tests.unit.twilio_steps import ACCOUNT, OUR_SMS, OUR_WHATSAPP, PUBLIC_URL, SERVICE, make_settings

WEBHOOK = f"{PUBLIC_URL}/webhooks/sms/webhook"
READY = {name: f"HX{number:032x}" for number, name in enumerate(REPLY_READY)}


class Account:
    """An account at Twilio, as far as an operator's commands ask about it."""

    def __init__(self, **changes):
        self.status, self.number, self.sms_url, self.service = "active", OUR_SMS, f"{WEBHOOK}#rc=3&rp=all", {}
        self.contents, self.approvals, self.requests = {}, {}, []
        self.__dict__.update(changes)

    def __call__(self, request):
        """Answer as ``httpx.MockTransport`` wants it."""
        self.requests.append(request)
        path = f"{request.url.host}{request.url.path}"
        if path == f"api.twilio.com/2010-04-01/Accounts/{ACCOUNT}.json":
            return httpx.Response(200, json={"status": self.status})
        if path.endswith("/IncomingPhoneNumbers.json"):
            return httpx.Response(
                200, json={"incoming_phone_numbers": [{"phone_number": self.number, "sms_url": self.sms_url}]}
            )
        if path == f"messaging.twilio.com/v1/Services/{SERVICE}" and self.service:
            return httpx.Response(200, json=self.service)
        if path.startswith("content.twilio.com/v1/Content"):
            return self._content(request, path.split("/")[3:])
        return httpx.Response(404, json={"code": 20404, "message": "not found"})

    def _content(self, request, rest):
        if request.method == "POST" and not rest:
            sid, made = f"HX{len(self.contents) + 100:032x}", json.loads(request.content)
            self.contents[sid] = made["friendly_name"]
            return httpx.Response(201, json={**made, "sid": sid})
        if not rest:
            page = [{"sid": sid, "friendly_name": name} for sid, name in self.contents.items()]
            half = len(page) // 2
            if "Page" in request.url.params:
                return httpx.Response(200, json={"contents": page[half:], "meta": {"next_page_url": None}})
            more = "https://content.twilio.com/v1/Content?PageSize=100&Page=1"
            return httpx.Response(200, json={"contents": page[:half], "meta": {"next_page_url": more}})
        if request.method == "POST":
            self.approvals[rest[0]] = "received"
        status = self.approvals.get(rest[0], "unsubmitted")
        return httpx.Response(200, json={"status": status, "whatsapp": {"status": status}})

    def examine(self, public_url=PUBLIC_URL, **settings):
        """Ask doctor's question about it."""
        return examine(make_settings(**settings), public_url, transport=httpx.MockTransport(self))


def _approved(**changes):
    return Account(contents={sid: f"daleel_{name}" for name, sid in READY.items()}, **changes)


def test_an_account_that_is_set_up_is_praised_in_one_line():
    account = _approved(approvals={sid: "approved" for sid in READY.values()})

    note = account.examine(contents=READY)

    assert "SMS number calls us;" in note and "3 approved" in note and "\n" not in note
    assert f"{PUBLIC_URL}/webhooks/whatsapp/webhook#rc=3&rp=all" in note


def test_repeats_are_recommended():
    assert "better with #rc=3&rp=all" in Account(sms_url=WEBHOOK).examine(whatsapp_from=None)


@pytest.mark.parametrize(
    ("service", "note"),
    [
        ({"inbound_request_url": WEBHOOK}, "messaging service calls us"),
        ({"use_inbound_webhook_on_number": True}, "its numbers call"),
    ],
)
def test_a_messaging_service_is_examined_instead_of_the_number(service, note):
    assert note in Account(service=service).examine(messaging_service_sid=SERVICE, whatsapp_from=None)


def test_a_sender_without_a_number_cannot_be_examined():
    assert "nobody can answer" in Account().examine(sms_from="Daleel", whatsapp_from=None)


@pytest.mark.parametrize(
    ("account", "settings", "word"),
    [
        (Account(status="suspended"), {}, "not active"),
        (lambda _: httpx.Response(401, json={}), {}, "TWILIO_AUTH_TOKEN"),
        (lambda _: httpx.Response(200, text="<html>"), {}, "TWILIO_API_URL"),
        (lambda _: httpx.Response(500, json={"message": "oops", "code": 20500}), {}, "20500: oops"),
        (Account(number="+15559990000"), {}, "no number TWILIO_SMS_FROM"),
        (Account(sms_url="https://demo.twilio.com/welcome"), {}, f"set its message webhook to {WEBHOOK}"),
        (Account(sms_url=None), {}, "does not call us"),
        (Account(), {"messaging_service_sid": SERVICE}, "no messaging service"),
        (Account(service={"inbound_request_url": None}), {"messaging_service_sid": SERVICE}, "does not call us"),
        (Account(), {}, "lacks reply_ready_ar, reply_ready_fr, reply_ready_en"),
        (Account(), {"contents": READY}, "no template reply_ready_ar"),
        (_approved(approvals={}), {"contents": READY}, "reply_ready_ar (unsubmitted)"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(account, settings, word):
    with pytest.raises(ConfigurationError) as raised:
        examine(make_settings(**settings), PUBLIC_URL, transport=httpx.MockTransport(account))

    assert word in raised.value.detail
    assert "\n" not in raised.value.detail


def _fail(_request):
    raise httpx.ConnectError("refused")


def test_a_twilio_that_is_away_is_named():
    with pytest.raises(ConfigurationError, match=r"api\.twilio\.com does not answer"):
        examine(make_settings(), PUBLIC_URL, transport=httpx.MockTransport(_fail))


@pytest.mark.parametrize("url", ["http://hotline.example.org", "https://my_hotline.example.org"])
def test_a_public_url_that_twilio_does_not_call_is_named(url):
    with pytest.raises(ConfigurationError, match="PUBLIC_URL"):
        Account().examine(url)


def _create(account, environment):
    out = Console(file=io.StringIO(), width=1000)
    settings = load_settings(environment)
    create_templates(settings, Catalogues.load(LOCALES), out, transport=httpx.MockTransport(account))
    return out.file.getvalue()


@pytest.fixture
def whatsapp_environment(environment):
    return {
        **environment,
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_WHATSAPP_FROM": OUR_WHATSAPP,
    }


def test_the_templates_are_made_once_and_the_line_for_env_is_printed(whatsapp_environment):
    account = Account()
    printed = _create(account, whatsapp_environment)
    made = dict(account.contents)

    again = _create(account, whatsapp_environment)

    assert account.contents == made and len(made) == 103
    assert {sid: made[sid] for sid in account.approvals} == {
        sid: name for sid, name in made.items() if name.startswith("daleel_reply_ready_")
    }
    line = printed.strip().splitlines()[-1]
    assert again.strip().splitlines()[-1] == line
    problems = []
    read = twilio_settings(
        {**whatsapp_environment, "TWILIO_CONTENT_SIDS": line.partition("=")[2]}, problems, public_url=PUBLIC_URL
    )
    assert not problems and len(read.contents) == 103


def test_approval_is_asked_for_templates_that_were_made_without(whatsapp_environment):
    account = _approved()
    _create(account, whatsapp_environment)

    assert set(account.approvals) == set(READY.values())
    asked = [json.loads(r.content) for r in account.requests if r.url.path.endswith("/whatsapp")]
    assert asked[0] == {"name": "daleel_reply_ready_ar", "category": "UTILITY"}


def test_without_whatsapp_no_templates_are_made(environment):
    with pytest.raises(ConfigurationError, match="WhatsApp is off"):
        _create(Account(), environment)


def test_a_template_that_twilio_refuses_is_explained(whatsapp_environment):
    with pytest.raises(ConfigurationError, match="20001: no"):
        _create(lambda _: httpx.Response(400, json={"code": 20001, "message": "no"}), whatsapp_environment)


def test_each_template_has_a_sample_for_each_variable():
    for template in all_templates({"en": "Your reply is ready."}):
        [shape] = template.types.values()
        used = {number for number in map(str, range(1, 40)) if f"{{{{{number}}}}}" in json.dumps(shape)}
        assert used == set(template.variables)
        assert len(shape["body"]) <= MAX_BODY
        assert template.friendly_name.replace("_", "").isalnum() and template.friendly_name.islower()
