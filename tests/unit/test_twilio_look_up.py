"""A message whose fate is not known is found in Twilio's list, and no other is taken for it."""

from __future__ import annotations

import httpx
import pytest

from bot.domain.contacts import Channel
from bot.domain.conversations import Choice
from bot.domain.errors import TryLater
from bot.services.ports import Sent
from tests.unit.twilio_steps import ACCOUNT, PERSON, SID, FakeTwilio, listed, listed_message, make_outgoing, refused

YES_NO = (Choice("helped_yes", "Yes"), Choice("helped_no", "No"))


async def test_a_message_that_was_taken_is_found():
    twilio = FakeTwilio(listed(listed_message()))

    assert await twilio.client().look_up(make_outgoing()) == Sent(SID)

    parameters = twilio.requests[0].url.params
    assert (parameters["To"], parameters["DateSent>"]) == (PERSON, "2026-11-23T00:00:00Z")


@pytest.mark.parametrize(
    "changes",
    [
        {"direction": "inbound"},
        {"direction": "outbound-reply"},
        {"body": "something else"},
        {"body": ""},
        {"sid": "SM" + "b" * 32},
        {"date_created": "Tue, 24 Nov 2026 11:44:00 +0000"},
        {"date_created": None},
        {"sid": None},
    ],
)
async def test_another_message_is_not_taken_for_it(changes):
    twilio = FakeTwilio(listed(listed_message(**changes)))

    assert await twilio.client().look_up(make_outgoing(known={"SM" + "b" * 32})) is None


async def test_a_message_that_waits_in_twilios_queue_is_found_without_a_date():
    twilio = FakeTwilio(listed(), listed(listed_message(status="queued")))

    assert await twilio.client().look_up(make_outgoing()) == Sent(SID)
    assert [("DateSent>" in r.url.params) for r in twilio.requests] == [True, False]


async def test_of_two_alike_the_older_one_is_taken():
    later = listed_message(sid="SM" + "e" * 32, date_created="Tue, 24 Nov 2026 12:05:00 +0000")
    twilio = FakeTwilio(listed(later, listed_message()))

    assert await twilio.client().look_up(make_outgoing()) == Sent(SID)


async def test_the_very_text_is_preferred_to_one_that_may_be_ours():
    other = listed_message(sid="SM" + "e" * 32, body="Something else.", date_created="Tue, 24 Nov 2026 12:00:01 +0000")
    twilio = FakeTwilio(listed(other, listed_message(body="Your reply is ready.")))
    outgoing = make_outgoing(Channel.WHATSAPP, text="Your reply is ready.", template="reply_ready_en")

    assert await twilio.client().look_up(outgoing) == Sent(SID)


async def test_further_pages_are_read():
    next_page = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?To=%2B218910000001&PageSize=200&Page=1&PageToken=PAx"
    twilio = FakeTwilio(listed(listed_message(body="x"), next_page_uri=next_page), listed(listed_message()))

    assert await twilio.client().look_up(make_outgoing()) == Sent(SID)
    assert str(twilio.requests[1].url) == f"https://api.twilio.com{next_page}"


@pytest.mark.parametrize(
    ("message", "body"),
    [
        ({"text": "Did  it\nhelp? ", "choices": YES_NO}, "Did it help?\r\n1 Yes\r\n2 No"),
        ({"text": "Did it help?", "choices": YES_NO}, "Did it help?"),
        ({"text": "Did it help?", "choices": YES_NO}, "Did it help?\n• Yes\n• No"),
        ({"text": "Did it help?", "choices": YES_NO}, ""),
        ({"text": "Your reply is ready.", "template": "reply_ready_en"}, "A reply is waiting."),
        ({"text": "hello"}, "Sent from your Twilio trial account - hello"),
    ],
)
async def test_the_text_is_compared_as_twilio_may_show_it(message, body):
    twilio = FakeTwilio(listed(listed_message(body=body)))

    assert await twilio.client().look_up(make_outgoing(Channel.WHATSAPP, **message)) == Sent(SID)


@pytest.mark.parametrize(
    "answer", [refused(500, 20500), refused(401, 20003), httpx.ReadTimeout("x"), httpx.Response(200, text="?"), refused(429, 1)]
)
async def test_a_look_up_without_an_answer_is_tried_later(answer):
    with pytest.raises(TryLater):
        await FakeTwilio(answer).client().look_up(make_outgoing())
