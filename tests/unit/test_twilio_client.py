"""What is asked of Twilio for a message, what each refusal means, and how a lost message is found again."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta

import httpx
import pytest

from bot.channels.twilio import client as client_module
from bot.channels.twilio.errors import FAILURE_CODES, refusal
from bot.channels.twilio.templates import all_templates, template_for, variables_for
from bot.domain.contacts import Channel
from bot.domain.conversations import Choice
from bot.domain.deliveries import FAILURES
from bot.domain.errors import ChannelDown, DeliveryError, Rejected, TryLater, Uncertain, Unreachable
from bot.services.ports import Sent
from tests.builders import NOON
from tests.unit.twilio_steps import (
    ACCOUNT,
    NEW_TOKEN,
    OUR_SMS,
    OUR_WHATSAPP,
    PERSON,
    PUBLIC_URL,
    SERVICE,
    SID,
    FakeTwilio,
    created,
    make_outgoing,
    make_settings,
    refused,
)

MESSAGES = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
YES_NO = (Choice("helped_yes", "Yes"), Choice("helped_no", "No"))
CONTENTS = {t.name: f"HX{number:032x}" for number, t in enumerate(all_templates({"ar": "ج", "fr": "p", "en": "r"}))}


async def _sent_form(outgoing, settings=None, **more):
    twilio = FakeTwilio(created())
    await twilio.client(settings, **more).send(outgoing)
    return twilio.forms[0]


def _choices(count, title="Choice"):
    return tuple(Choice(f"id_{n}", f"{title} {n}") for n in range(1, count + 1))


async def test_an_sms_is_handed_over():
    twilio = FakeTwilio(created())

    assert await twilio.client().send(make_outgoing()) == Sent(SID)

    [request] = twilio.requests
    assert (request.method, str(request.url)) == ("POST", MESSAGES)
    assert request.headers["Authorization"] == httpx.BasicAuth(ACCOUNT, NEW_TOKEN)._auth_header
    assert twilio.forms == [
        {
            "To": PERSON, "From": OUR_SMS, "Body": "hello", "ValidityPeriod": "14400",
            "StatusCallback": f"{PUBLIC_URL}/webhooks/sms/status?message={'0' * 20}",
        }
    ]  # fmt: skip


async def test_a_messaging_service_chooses_the_number():
    form = await _sent_form(make_outgoing(), make_settings(messaging_service_sid=SERVICE))

    assert (form["MessagingServiceSid"], "From" in form) == (SERVICE, False)


async def test_whatsapp_without_templates_has_numbered_choices():
    outgoing = make_outgoing(Channel.WHATSAPP, text="Did it help?", choices=YES_NO)

    assert await _sent_form(outgoing) == {
        "To": f"whatsapp:{PERSON}", "From": f"whatsapp:{OUR_WHATSAPP}", "Body": outgoing.message.numbered_text,
        "StatusCallback": f"{PUBLIC_URL}/webhooks/whatsapp/status?message={'0' * 20}",
    }  # fmt: skip


async def test_few_short_choices_are_buttons():
    outgoing = make_outgoing(Channel.WHATSAPP, text="Did it help?", choices=YES_NO)

    form = await _sent_form(outgoing, make_settings(contents=CONTENTS))

    assert (form["ContentSid"], "Body" in form) == (CONTENTS["quick_reply_2"], False)
    assert json.loads(form["ContentVariables"]) == {
        "1": "Did it help?", "2": "Yes", "3": "helped_yes", "4": "No", "5": "helped_no",
    }  # fmt: skip


async def test_more_choices_are_a_list_with_a_word_to_open_it():
    outgoing = make_outgoing(Channel.WHATSAPP, language="fr", text="Où ?", choices=_choices(4))

    form = await _sent_form(outgoing, make_settings(contents=CONTENTS), list_labels={"fr": "Choisir"})

    assert form["ContentSid"] == CONTENTS["list_4"]
    assert list(json.loads(form["ContentVariables"]).values())[:4] == ["Où ?", "Choisir", "Choice 1", "id_1"]


@pytest.mark.parametrize(
    ("message", "contents", "name"),
    [
        ({"choices": _choices(3, "Seventeen letters")}, CONTENTS, "quick_reply_3"),
        ({"choices": _choices(3, "Nineteen letters ok")}, CONTENTS, None),
        ({"choices": _choices(3, "Nineteen letters ok")}, {"list_3": "HX" + "f" * 32}, "list_3"),
        ({"choices": YES_NO, "text": "One.\nTwo.\n\nThree.\n"}, CONTENTS, "quick_reply_2_lines_3"),
        ({"choices": _choices(5), "text": "One.\n" * 7}, CONTENTS, "list_5_lines_7"),
        ({"choices": YES_NO, "text": "One.\n" * 11}, CONTENTS, None),
        ({"choices": YES_NO, "text": "One.\nTwo."}, {"quick_reply_2": "HX" + "f" * 32}, None),
        ({"choices": _choices(10, "Twenty-one letters ok")}, CONTENTS, "list_10"),
        ({"choices": _choices(2, "Twenty-three letters ok")}, CONTENTS, None),
        ({"choices": _choices(11)}, CONTENTS, None),
        ({"choices": _choices(1)}, CONTENTS, "quick_reply_1"),
        ({"choices": _choices(2)}, {"list_2": "HX" + "f" * 32}, "list_2"),
        ({"choices": (Choice("a", "Same"), Choice("b", "Same"))}, CONTENTS, None),
        ({"choices": (Choice("a", "One"), Choice("a", "Two"))}, CONTENTS, None),
        ({"choices": (Choice("a", ""), Choice("b", "Two"))}, CONTENTS, None),
        ({"choices": (Choice("a" * 201, "One"),)}, CONTENTS, None),
        ({"choices": YES_NO, "text": "x" * 1025}, CONTENTS, None),
        ({"choices": YES_NO, "text": "a     b"}, CONTENTS, None),
        ({"choices": YES_NO, "text": " "}, CONTENTS, None),
    ],
)
async def test_a_template_is_used_only_where_everything_fits(message, contents, name):
    form = await _sent_form(make_outgoing(Channel.WHATSAPP, **message), make_settings(contents=contents))

    assert form.get("ContentSid") == (contents[name] if name else None)
    assert ("Body" in form) is (name is None)


@pytest.mark.parametrize("count", range(1, 11))
@pytest.mark.parametrize("lines", [1, 2, 10])
def test_what_is_put_in_matches_the_template(count, lines):
    text = "\n".join(f"Line {n}" for n in range(lines))
    name = template_for(text, _choices(count), CONTENTS)
    values = json.loads(variables_for(name, text, _choices(count), label="Open"))

    [shape] = next(t for t in all_templates({}) if t.name == name).types.values()
    shown = json.loads(re.sub(r"\{\{(\d+)\}\}", lambda match: values[match[1]], json.dumps(shape)))
    entries = shown.get("items") or shown["actions"]

    assert shown["body"] == text
    assert [(e.get("item") or e["title"], e["id"]) for e in entries] == [(c.title, c.id) for c in _choices(count)]
    assert shown.get("button", "Open") == "Open"


async def test_an_approved_template_goes_without_words_of_ours():
    outgoing = make_outgoing(Channel.WHATSAPP, text="Your reply is ready.", template="reply_ready_ar")

    form = await _sent_form(outgoing, make_settings(contents=CONTENTS))

    assert form["ContentSid"] == CONTENTS["reply_ready_ar"]
    assert not {"Body", "ContentVariables"} & set(form)


async def test_a_template_that_is_not_configured_is_not_replaced_by_words():
    with pytest.raises(Rejected, match="content_refused"):
        await FakeTwilio(created()).client().send(make_outgoing(Channel.WHATSAPP, template="reply_ready_ar"))


async def test_refused_buttons_become_numbered_lines_at_once():
    twilio = FakeTwilio(refused(400, 21656), created())
    client = twilio.client(make_settings(contents=CONTENTS))
    outgoing = make_outgoing(Channel.WHATSAPP, text="One.\nTwo.", choices=YES_NO)

    assert await client.send(outgoing) == Sent(SID)
    assert ["ContentSid" in form for form in twilio.forms] == [True, False]
    assert twilio.forms[1]["Body"] == outgoing.message.numbered_text


async def test_a_refused_approved_template_is_not_replaced():
    twilio = FakeTwilio(refused(400, 21655))

    with pytest.raises(Rejected, match="content_refused"):
        await twilio.client(make_settings(contents=CONTENTS)).send(make_outgoing(Channel.WHATSAPP, template="reply_ready_fr"))
    assert len(twilio.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (refused(429, 20429), TryLater, "slow_down"),
        (httpx.ConnectError("refused"), TryLater, "provider_away"),
        (httpx.ConnectTimeout("slow"), TryLater, "provider_away"),
        (httpx.ReadTimeout("slow"), Uncertain, "answer_lost"),
        (httpx.WriteError("broken"), Uncertain, "answer_lost"),
        (httpx.RemoteProtocolError("broken"), Uncertain, "answer_lost"),
        (refused(500, 20500), Uncertain, "answer_lost"),
        (httpx.Response(503, text="<html>"), Uncertain, "answer_lost"),
        (httpx.Response(201, text="<html>"), Uncertain, "answer_lost"),
        (httpx.Response(201, json=[]), Uncertain, "answer_lost"),
        (httpx.Response(201, json={}), Uncertain, "answer_lost"),
        (httpx.Response(302, headers={"Location": "http://wifi.example/login"}), TryLater, "provider_away"),
        (refused(401, 20003), ChannelDown, "account_refused"),
        (refused(403, 20003), ChannelDown, "account_refused"),
        (httpx.Response(403, text="no"), ChannelDown, "account_refused"),
        (refused(404, 20404), ChannelDown, "account_refused"),
        (refused(400, 21609), ChannelDown, "account_refused"),
        (refused(400, 21606), ChannelDown, "sender_refused"),
        (refused(400, 63007), ChannelDown, "sender_refused"),
        (refused(400, 21612), Rejected, "sender_refused"),
        (refused(400, 21408), Rejected, "country_refused"),
        (refused(400, 21610), Unreachable, "opted_out"),
        (refused(400, 21211), Unreachable, "bad_number"),
        (refused(400, 21614), Unreachable, "bad_number"),
        (refused(400, 63016), Rejected, "window_shut"),
        (refused(400, 21617), Rejected, "too_long"),
        (refused(400, 21602), Rejected, "content_refused"),
        (refused(400, 21611), TryLater, "slow_down"),
        (refused(400, 12345), Rejected, "unknown_reason"),
        (refused(400, [21610]), Rejected, "unknown_reason"),
        (refused(400, None), Rejected, "unknown_reason"),
        (refused(400, "21610"), Unreachable, "opted_out"),
    ],
)
async def test_each_refusal_says_what_to_do(answer, error, code):
    twilio = FakeTwilio(answer)

    with pytest.raises(DeliveryError) as raised:
        await twilio.client().send(make_outgoing())

    assert (type(raised.value), raised.value.code) == (error, code)
    assert PERSON not in str(raised.value)
    assert len(twilio.requests) == 1


async def test_twilio_says_how_long_to_wait():
    with pytest.raises(TryLater) as raised:
        await FakeTwilio(refused(429, 20429, **{"Retry-After": "45"})).client().send(make_outgoing())

    assert raised.value.after == 45


async def test_a_message_takes_a_limited_time(monkeypatch):
    monkeypatch.setattr(client_module, "SEND_SECONDS", 0.02)

    class Slow:
        is_async = True

        async def request(self, *_args, **_more):
            await asyncio.sleep(5)

    client = client_module.TwilioClient(make_settings(), public_url=PUBLIC_URL, http_client=Slow())

    with pytest.raises(Uncertain, match="answer_lost"):
        await client.send(make_outgoing())
    with pytest.raises(TryLater, match="provider_away"):
        await client.look_up(make_outgoing())
    await client.close()


def test_every_code_leads_to_a_reason_that_the_console_knows():
    assert set(FAILURE_CODES.values()) <= set(FAILURES)
    assert all(refusal(400, code).code in FAILURES for code in FAILURE_CODES)


async def test_a_stand_in_is_asked_instead():
    twilio = FakeTwilio(created())

    await twilio.client(make_settings(api_url="http://127.0.0.1:4010/twilio")).send(make_outgoing())

    expected = f"http://127.0.0.1:4010/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert str(twilio.requests[0].url) == expected


async def test_nothing_can_be_deleted_from_a_phone():
    outgoing = make_outgoing()

    with pytest.raises(Rejected, match="expired"):
        await FakeTwilio(created()).client().erase(outgoing.address, SID)


async def test_sending_logs_nothing_about_the_person(process_log, caplog):
    caplog.set_level("DEBUG", logger="twilio")
    await FakeTwilio(created()).client().send(make_outgoing(text="secret words"))

    assert not any(word in process_log.getvalue() + caplog.text for word in (PERSON, "secret", NEW_TOKEN))


async def test_a_client_can_be_closed_and_used_again():
    twilio = FakeTwilio(created())
    client = twilio.client()
    await client.close()
    await client.send(make_outgoing(created_at=NOON - timedelta(days=1)))
    await client.close()
    await client.send(make_outgoing())
    await client.close()

    assert len(twilio.requests) == 2
