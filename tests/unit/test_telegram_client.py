"""Sending by Telegram: what is asked of the Bot API, and what each of its failures means."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import timedelta

import httpx
import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest

from bot.channels.telegram import client as telegram_client
from bot.channels.telegram.client import MAX_CHOICE_BYTES, TelegramClient, keyboard
from bot.channels.telegram.refusals import delivery_error
from bot.domain.conversations import Choice, Direction
from bot.domain.deliveries import FAILURES
from bot.domain.errors import ChannelDown, Rejected, TryLater, Uncertain, Unreachable
from bot.services.outbox import CLAIM
from bot.services.ports import Outgoing, Sent
from bot.speaking.register import load_register
from tests.builders import make_address, make_message
from tests.unit.telegram_samples import NOON_STAMP, SETTINGS, FakeRequest, failure, success

SENT = {"message_id": 812, "date": NOON_STAMP, "chat": {"id": 4100, "type": "private"}, "text": "x"}


def over_http(handler):
    """The library's own request, over a transport that is no network: real chains of exceptions."""
    return HTTPXRequest(httpx_kwargs={"transport": httpx.MockTransport(handler)})


def outgoing(text="hello", choices=()):
    message = make_message(Direction.OUTBOUND, text=text, choices=tuple(choices))
    return Outgoing(message, make_address(address="4100"))


async def send(outcome, *args, **kwargs):
    request = outcome if isinstance(outcome, BaseRequest) else FakeRequest(outcome)
    client = TelegramClient(SETTINGS, request=request)
    try:
        return request, await client.send(outgoing(*args, **kwargs))
    finally:
        await client.close()


async def test_a_message_goes_out_as_plain_text_without_a_preview():
    request, sent = await send(success(SENT), "see <b> https://example.org", [Choice("menu", "القائمة")])
    method, fields = request.asked[0]
    assert (method, sent) == ("sendMessage", Sent("812"))
    assert (fields["chat_id"], fields["text"]) == ("4100", "see <b> https://example.org")
    assert json.loads(fields["link_preview_options"]) == {"is_disabled": True}
    assert json.loads(fields["reply_markup"]) == {"inline_keyboard": [[{"text": "القائمة", "callback_data": "menu"}]]}
    assert set(fields) == {"chat_id", "text", "link_preview_options", "reply_markup"}


async def test_a_message_without_choices_has_no_keyboard():
    request, _ = await send(success(SENT))
    assert "reply_markup" not in request.asked[0][1]


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        ([], None),
        (["Yes"], [1]),
        (["Yes", "No"], [2]),
        (["Yes", "No", "A person, please"], [2, 1]),
        (["Yes", "x" * 19, "No"], [1, 1, 1]),
        (["x" * 19, "Yes", "No"], [1, 2]),
        (["x" * 18, "y" * 18, "a", "b", "c"], [2, 2, 1]),
    ],
)
def test_two_short_choices_stand_in_a_row(titles, rows):
    made = keyboard([Choice(f"c{n}", title) for n, title in enumerate(titles)])
    assert (made and [len(row) for row in made.inline_keyboard]) == rows
    if made:
        assert [b.text for row in made.inline_keyboard for b in row] == titles


def test_a_choice_that_fits_no_button_is_left_out():
    made = keyboard([Choice("ا" * 33, "too long"), Choice("menu", "Menu")])
    assert [[b.callback_data for b in row] for row in made.inline_keyboard] == [["menu"]]
    assert keyboard([Choice("x" * 65, "too long")]) is None


def test_every_choice_of_the_register_fits_a_button():
    assert [a for a in load_register() if len(a.encode()) > MAX_CHOICE_BYTES] == []


ANSWERS = [
    (failure(429, "Too Many Requests: retry after 7", retry_after=7), TryLater, "slow_down"),
    (failure(429, "Too Many Requests"), TryLater, "slow_down"),
    (failure(403, "Forbidden: bot was blocked by the user"), Unreachable, "blocked"),
    (failure(403, "Forbidden: user is deactivated"), Unreachable, "unreachable"),
    (failure(403, "Forbidden: bot can't initiate conversation with a user"), Unreachable, "blocked"),
    (failure(400, "Bad Request: chat not found"), Unreachable, "unreachable"),
    (failure(400, "[Error]: Bad Request: user not found"), Unreachable, "unreachable"),
    (failure(400, "Bad Request: user is deactivated"), Unreachable, "unreachable"),
    (failure(400, "Bad Request: PEER_ID_INVALID"), Unreachable, "unreachable"),
    (failure(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100), Unreachable, "unreachable"),
    (failure(400, "Bad Request: message is too long"), Rejected, "too_long"),
    (failure(400, "Bad Request: MESSAGE_TOO_LONG"), Rejected, "too_long"),
    (failure(400, "Bad Request: message text is empty"), Rejected, "content_refused"),
    (failure(400, "Bad Request: BUTTON_DATA_INVALID"), Rejected, "content_refused"),
    (failure(401, "Unauthorized"), ChannelDown, "account_refused"),
    (failure(404, "Not Found"), ChannelDown, "account_refused"),
    (failure(409, "Conflict: terminated by other getUpdates request"), TryLater, "provider_away"),
    (failure(500, "Internal Server Error"), TryLater, "provider_away"),
    (failure(502, "Bad Gateway"), TryLater, "provider_away"),
    ((502, b"<html>Bad Gateway</html>"), TryLater, "provider_away"),
    ((504, b""), TryLater, "provider_away"),
    ((302, b""), TryLater, "provider_away"),
    ((200, b"<html>a portal of the hotel</html>"), Uncertain, "answer_lost"),
    ((200, b"{}"), Uncertain, "answer_lost"),
    ((200, b"[]"), Uncertain, "answer_lost"),
    (success(None), Uncertain, "answer_lost"),
    (success({}), Uncertain, "answer_lost"),
    (success({"message_id": 1, "date": "today"}), Uncertain, "answer_lost"),
]


@pytest.mark.parametrize(("answer", "error", "code"), ANSWERS)
@pytest.mark.parametrize("is_over_http", [False, True])
async def test_each_answer_of_telegram_has_its_meaning(answer, error, code, is_over_http):
    status, content = answer
    request = over_http(lambda _: httpx.Response(status, content=content)) if is_over_http else FakeRequest(answer)
    with pytest.raises(error) as raised:
        await send(request)
    assert (raised.value.code, raised.value.code in FAILURES) == (code, True)
    assert SETTINGS.token not in str(raised.value)


@pytest.mark.parametrize(
    ("broken", "error", "code"),
    [
        (httpx.ConnectError("refused"), TryLater, "provider_away"),
        (httpx.ConnectTimeout("slow"), TryLater, "provider_away"),
        (httpx.PoolTimeout("full"), TryLater, "provider_away"),
        (httpx.ProxyError("no"), TryLater, "provider_away"),
        (httpx.ReadTimeout("slow"), Uncertain, "answer_lost"),
        (httpx.WriteTimeout("slow"), Uncertain, "answer_lost"),
        (httpx.ReadError("reset"), Uncertain, "answer_lost"),
        (httpx.WriteError("reset"), Uncertain, "answer_lost"),
        (httpx.RemoteProtocolError("closed"), Uncertain, "answer_lost"),
        (httpx.CloseError("closed"), Uncertain, "answer_lost"),
        (RuntimeError("something else"), Uncertain, "answer_lost"),
    ],
)
async def test_a_broken_connection_is_told_by_whether_the_request_left(broken, error, code):
    def fail(_request):
        raise broken

    with pytest.raises(error) as raised:
        await send(over_http(fail))
    assert raised.value.code == code


async def test_the_wait_that_telegram_asks_for_is_kept():
    with pytest.raises(TryLater) as raised:
        await send(failure(429, "Too Many Requests: retry after 7", retry_after=7))
    assert raised.value.after == 7.0


@pytest.mark.parametrize("as_spans", ["true", "false"])
def test_the_wait_is_read_as_number_and_as_time_span(monkeypatch, as_spans):
    monkeypatch.setenv("PTB_TIMEDELTA", as_spans)
    for span in (9, timedelta(seconds=9)):
        assert delivery_error(RetryAfter(span)).after == 9.0


def test_errors_without_a_cause_are_answers():
    assert delivery_error(NetworkError("Bad Gateway")).code == "provider_away"
    assert isinstance(delivery_error(TelegramError("Invalid server response")), Uncertain)
    lost = TimedOut()
    lost.__cause__ = httpx.ReadTimeout("slow")
    assert isinstance(delivery_error(lost), Uncertain)


async def test_a_call_that_never_ends_is_given_up_while_the_worker_still_holds_the_message(monkeypatch):
    async def hang(_request):
        await asyncio.sleep(60)

    monkeypatch.setattr(telegram_client, "LONGEST_CALL_SECONDS", 0.05)
    with pytest.raises(Uncertain) as raised:
        await send(over_http(hang))
    assert raised.value.code == "answer_lost"


def test_a_call_ends_well_before_the_workers_claim():
    assert telegram_client.LONGEST_CALL_SECONDS <= 12 < CLAIM.total_seconds()


async def erase(outcome, provider_id="812"):
    request = FakeRequest(outcome)
    client = TelegramClient(SETTINGS, request=request)
    await client.erase(make_address(address="4100"), provider_id)
    return request.asked


async def test_a_message_is_deleted_from_the_phone():
    assert await erase(success(True)) == [("deleteMessage", {"chat_id": "4100", "message_id": "812"})]


async def test_what_is_not_there_any_more_counts_as_deleted():
    assert len(await erase(failure(400, "Bad Request: message to delete not found"))) == 1


@pytest.mark.parametrize(
    ("outcome", "error", "code"),
    [
        (failure(400, "Bad Request: message can't be deleted"), Rejected, "expired"),
        (failure(400, "Bad Request: message can't be deleted for everyone"), Rejected, "expired"),
        (failure(400, "Bad Request: chat not found"), Rejected, "unreachable"),
        (failure(400, "Bad Request: something new"), Rejected, "content_refused"),
        (failure(403, "Forbidden: bot was blocked by the user"), Rejected, "blocked"),
        (failure(429, "Too Many Requests: retry after 3", retry_after=3), TryLater, "slow_down"),
        (failure(401, "Unauthorized"), TryLater, "account_refused"),
        (failure(500, "Internal Server Error"), TryLater, "provider_away"),
        (TimedOut(), TryLater, "provider_away"),
        (RuntimeError("broken"), TryLater, "answer_lost"),
        ((200, b"{}"), TryLater, "answer_lost"),
    ],
)
async def test_a_deletion_is_tried_again_or_given_up(outcome, error, code):
    with pytest.raises(error) as raised:
        await erase(outcome)
    assert (type(raised.value), raised.value.code, code in FAILURES) == (error, code, True)


async def test_an_id_that_is_not_telegrams_is_not_asked_for():
    with pytest.raises(Rejected):
        await erase(success(True), "sim-812")


async def test_telegram_cannot_be_asked_what_it_sent():
    client = TelegramClient(SETTINGS, request=FakeRequest(success(SENT)))
    assert client.can_look_up is False
    with pytest.raises(TryLater):
        await client.look_up(outgoing())


async def test_closing_lets_the_connections_go():
    request = FakeRequest(success(SENT))
    await TelegramClient(SETTINGS, request=request).close()
    assert request.asked == ["shutdown"]


async def test_sending_logs_nothing_personal(process_log):
    for answer in (success(SENT), failure(400, "Bad Request: chat not found"), (200, b"x"), failure(429, "", retry_after=1)):
        with contextlib.suppress(TryLater, Uncertain, Unreachable):
            await send(answer, "words of a caseworker")
    for word in ("words", "4100", SETTINGS.token):
        assert word not in process_log.getvalue()
