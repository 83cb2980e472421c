"""The stand-in of Twilio keeps WhatsApp's rules: the window, templates, media."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.e2e.standin_hotline import HTTP, PHONE, PUBLIC, Hotline, twilio_client
from tests.standins import TwilioStandIn
from tests.standins.twilio import WHATSAPP_NUMBER


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


def test_whatsapp_takes_free_text_in_the_window_only(twilio, hotline, client):
    yusuf = twilio.phone(PHONE)

    def send(**fields):
        sent = client.messages.create(
            to=f"whatsapp:{PHONE}", from_=f"whatsapp:{WHATSAPP_NUMBER}", status_callback=f"{PUBLIC}/status", **fields
        )
        twilio.wait_until_idle()
        return client.messages(sent.sid).fetch()

    assert send(body="too early").error_code == 63016
    assert hotline.forms()[-1]["MessageStatus"] == "failed" and hotline.forms()[-1]["ErrorCode"] == "63016"
    yusuf.whatsapps("hello")
    assert send(body="in time").status == "read"
    twilio.clock.advance(hours=25)
    assert send(body="too late").error_code == 63016
    draft = twilio.contents.add({"twilio/text": {"body": "News for {{1}} is here."}})
    assert send(content_sid=draft.sid, content_variables='{"1": "you"}').error_code == 63016
    twilio.contents.approve(draft.sid)
    assert send(content_sid=draft.sid, content_variables='{"1": "you"}').status == "read"
    assert yusuf.received == ["in time", "News for you is here."] and twilio.violations == []


def test_templates_are_made_by_rest_and_their_choices_can_be_taken(twilio, hotline, client):
    auth = (twilio.account_sid, twilio.auth_token)

    def make(kind, shape, **more):
        body = {"language": "fr", "types": {kind: shape}, "friendly_name": "menu", **more}
        return HTTP.post(f"{twilio.url}/v1/Content", json=body, auth=auth)

    yusuf = twilio.phone(PHONE)
    yusuf.whatsapps("hello")
    actions = [{"type": "QUICK_REPLY", "title": f"Choice {n}", "id": f"c{n}"} for n in range(3)]
    buttons = make("twilio/quick-reply", {"body": "Hi {{1}}!", "actions": actions}, variables={"1": "x"}).json()
    items = [{"id": f"l{n}", "item": f"Line {n}", "description": "d"} for n in range(10)]
    picker = make("twilio/list-picker", {"body": "Which?", "button": "Open", "items": items}).json()
    people = {"to": f"whatsapp:{PHONE}", "from_": f"whatsapp:{WHATSAPP_NUMBER}"}
    client.messages.create(**people, content_sid=buttons["sid"], content_variables='{"1": "you"}')
    client.messages.create(**people, content_sid=picker["sid"])
    yusuf.presses("c1")
    yusuf.chooses("Line 9")
    twilio.wait_until_idle()

    assert yusuf.received == ["Hi you!", "Which?"]
    pressed, chosen = hotline.forms()[-2:]
    assert (pressed["ButtonPayload"], pressed["ButtonText"], pressed["Body"]) == ("c1", "Choice 1", "Choice 1")
    assert (chosen["ListId"], chosen["ListTitle"]) == ("l9", "Line 9")
    assert client.content.v1.contents(picker["sid"]).fetch().language == "fr"
    assert len(client.content.v1.contents.list()) == 2 and twilio.violations == []

    # What the limits forbid.
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(**people, content_sid=buttons["sid"], content_variables='{"2": "you"}')
    assert caught.value.code == 21656
    assert make("twilio/quick-reply", {"body": "x", "actions": [{"title": "t" * 21}]}).status_code == 400
    assert make("twilio/list-picker", {"body": "x", "button": "b", "items": items * 2}).status_code == 400
    assert make("twilio/quick-reply", {"body": "x", "buttons": []}).status_code == 400
    approval = f"{twilio.url}/v1/Content/{{}}/ApprovalRequests"
    asked = {"name": "menu_fr", "category": "UTILITY"}
    assert HTTP.post(approval.format(buttons["sid"]) + "/whatsapp", json=asked, auth=auth).json()["status"] == "received"
    assert HTTP.get(approval.format(buttons["sid"]), auth=auth).json()["whatsapp"]["name"] == "menu_fr"
    assert HTTP.post(approval.format(picker["sid"]) + "/whatsapp", json=asked, auth=auth).status_code == 400
    assert len(twilio.violations) == 5


def test_media_are_fetched_with_credentials_which_the_storage_must_not_get(twilio, hotline, client):
    sent = twilio.phone(PHONE).sends_voice_note(b"OggS sound")
    twilio.phone(PHONE).sends_photo()
    twilio.wait_until_idle()
    form = hotline.forms()[0]
    assert (form["NumMedia"], form["MediaContentType0"], form["Body"]) == ("1", "audio/ogg", "")
    assert form["MediaUrl0"].startswith("https://api.twilio.com/2010-04-01/") and sent.sid.startswith("MM")

    url, auth = form["MediaUrl0"].replace("https://api.twilio.com", twilio.url), (twilio.account_sid, twilio.auth_token)
    assert HTTP.get(url).status_code == 401
    redirect = HTTP.get(url, auth=auth)
    assert redirect.status_code == 307
    assert HTTP.get(redirect.headers["Location"]).content == b"OggS sound" and twilio.violations == []
    HTTP.get(redirect.headers["Location"], auth=auth)
    assert len(twilio.violations) == 1
    (media,) = client.messages(sent.sid).media.list()
    assert media.content_type == "audio/ogg" and media.delete()
    assert client.messages(sent.sid).media.list() == [] and HTTP.get(url, auth=auth).status_code == 404


def test_all_kinds_of_whatsapp_messages_are_signed(twilio, hotline, client):
    yusuf = twilio.phone(PHONE, profile_name="يوسف")
    yusuf.whatsapps("hello")
    client.messages.create(to=f"whatsapp:{PHONE}", from_=f"whatsapp:{WHATSAPP_NUMBER}", body="hi")
    yusuf.sends_location()
    yusuf.sends_photo("my paper")
    yusuf.sends_contact_card()
    yusuf.reacts("👍")
    yusuf.presses("forged", is_forged=True)
    twilio.wait_until_idle()
    kinds = [form["MessageType"] for form in hotline.forms()]
    assert kinds == ["text", "location", "image", "contacts", "reaction", "button"]
    for form, (_, headers, _) in zip(hotline.forms(), hotline.taken):
        assert RequestValidator(twilio.auth_token).validate(f"{PUBLIC}/webhooks/twilio", form, headers["X-Twilio-Signature"])
        assert form["ProfileName"] == "يوسف" and form["WaId"] == PHONE[1:] and form["From"] == f"whatsapp:{PHONE}"
