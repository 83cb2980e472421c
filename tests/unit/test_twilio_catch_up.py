"""Messages that came while we were away are found in Twilio's list, as the webhook would have brought them."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.channels.twilio.catch_up import missed_messages
from bot.channels.twilio.http_client import ApiHttpClient
from bot.channels.twilio.inbound import read_message
from bot.domain.conversations import MessageKind
from bot.domain.errors import TryLater
from tests.builders import NOON
from tests.unit.twilio_steps import (
    FILE,
    OUR_SMS,
    OUR_WHATSAPP,
    PERSON,
    SERVICE,
    SID,
    FakeTwilio,
    listed,
    listed_message,
    make_settings,
    refused,
    sms_fields,
    whatsapp_fields,
)

SMS_ONLY = make_settings(whatsapp_from=None)


def _inbound(**changes):
    return listed_message(**{"direction": "inbound", "from": PERSON, "to": OUR_SMS, "body": "مرحبا", **changes})


async def _missed(twilio, settings=SMS_ONLY, since=NOON):
    http = ApiHttpClient(settings, transport=httpx.MockTransport(twilio))
    found = await missed_messages(settings, since=since, http_client=http)
    await http.close()
    return found


async def test_a_missed_message_is_the_same_as_the_webhook_would_have_brought():
    twilio = FakeTwilio(listed(_inbound()))

    assert await _missed(twilio) == [read_message(sms_fields())]
    assert dict(twilio.requests[0].url.params) == {"To": OUR_SMS, "DateSent>": "2026-11-24T00:00:00Z", "PageSize": "200"}


async def test_both_numbers_are_asked_for_and_the_oldest_comes_first():
    late = _inbound(date_created="Tue, 24 Nov 2026 13:00:00 +0000")
    whatsapp = _inbound(**{"from": f"whatsapp:{PERSON}", "to": f"whatsapp:{OUR_WHATSAPP}", "body": "Bonjour"})
    twilio = FakeTwilio(listed(whatsapp), listed(late, _inbound(sid="SM" + "c" * 32)))

    found = await _missed(twilio, make_settings())

    assert [r.url.params["To"] for r in twilio.requests] == [f"whatsapp:{OUR_WHATSAPP}", OUR_SMS]
    assert found[0] == read_message(whatsapp_fields())
    assert [m.provider_id for m in found] == [SID, "SM" + "c" * 32, SID]


@pytest.mark.parametrize(
    "changes",
    [
        {"direction": "outbound-api"},
        {"date_created": "Tue, 24 Nov 2026 11:59:59 +0000"},
        {"date_created": None},
        {"to": "+15559990000"},
        {"from": None},
    ],
)
async def test_other_messages_are_left_out(changes):
    assert await _missed(FakeTwilio(listed(_inbound(**changes)))) == []


async def test_the_numbers_of_a_messaging_service_are_all_ours():
    settings = make_settings(whatsapp_from=None, sms_from=None, messaging_service_sid=SERVICE)
    ours = _inbound(to="+15559990000", messaging_service_sid=SERVICE)
    others = _inbound(to="+15558880000")
    on_whatsapp = _inbound(**{"from": f"whatsapp:{PERSON}", "to": "whatsapp:+1555777000", "messaging_service_sid": SERVICE})

    assert [m.line for m in await _missed(FakeTwilio(listed(ours, others, on_whatsapp)), settings)] == ["+15559990000"]


@pytest.mark.parametrize(("body", "count"), [("👍", 0), ("👍🏽", 0), ("❤️", 0), ("🆘", 1), ("👍 thanks", 1), ("", 1)])
async def test_a_reaction_is_left_out_as_far_as_it_can_be_told(body, count):
    settings = make_settings(sms_from=None)
    twilio = FakeTwilio(listed(_inbound(**{"from": f"whatsapp:{PERSON}", "to": f"whatsapp:{OUR_WHATSAPP}", "body": body})))

    assert len(await _missed(twilio, settings)) == count


async def test_files_are_looked_up():
    path = FILE.removeprefix("https://api.twilio.com")
    media = {"media_list": [{"sid": "ME" + "c" * 32, "content_type": "image/jpeg", "uri": f"{path}.json"}], "page": 0}
    twilio = FakeTwilio(listed(_inbound(sid="MM" + "b" * 32, num_media="1", body="")), httpx.Response(200, json=media))

    [incoming] = await _missed(twilio)

    assert (incoming.kind, incoming.media[0].reference) == (MessageKind.PHOTO, FILE)


async def test_further_pages_are_read():
    twilio = FakeTwilio(listed(_inbound(), next_page_uri="/2010-04-01/next"), listed(_inbound(sid="SM" + "d" * 32)))

    assert len(await _missed(twilio)) == 2


@pytest.mark.parametrize("answer", [refused(500, 20500), refused(401, 20003), httpx.ConnectError("x"), httpx.Response(200)])
async def test_without_an_answer_it_is_tried_later(answer):
    with pytest.raises(TryLater):
        await _missed(FakeTwilio(answer), since=NOON - timedelta(days=2))
