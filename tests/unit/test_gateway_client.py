"""Handing messages to an SMS gateway: what it is asked, and what its answers mean."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs

import httpx
import pytest

from bot.channels.gateway import client as client_module
from bot.channels.gateway.account import examine
from bot.channels.gateway.answers import find_id
from bot.channels.gateway.client import GatewayClient
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction
from bot.domain.deliveries import FAILURES
from bot.domain.errors import ChannelDown, ConfigurationError, Rejected, TryLater, Uncertain
from bot.services.ports import Outgoing
from tests.builders import make_address, make_message
from tests.unit.gateway_settings import PUBLIC_URL, SECRET, make_settings

ARABIC = "مرحبا، كيف حالك؟ 100% & +"


def _outgoing(text="hello", **address):
    changes = {"channel": Channel.SMS, "provider": Provider.GATEWAY, "address": "+218912345678", **address}
    return Outgoing(make_message(Direction.OUTBOUND, id="0123456789abcdef0123", text=text), make_address(**changes))


async def _send(answer=None, *, settings=None, outgoing=None):
    """Send one message; return what the gateway was asked, and what came of it."""
    asked = []

    def gateway(request):
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer or httpx.Response(200, json={"id": "theirs"})

    client = GatewayClient(settings or make_settings(), public_url=PUBLIC_URL, transport=httpx.MockTransport(gateway))
    try:
        return asked, await client.send(outgoing or _outgoing())
    finally:
        await client.close()


async def _error(answer, **kwargs):
    with pytest.raises((TryLater, Uncertain, ChannelDown, Rejected)) as caught:
        await _send(answer, **kwargs)
    assert caught.value.code in FAILURES
    return caught.value


async def test_a_form_carries_parameters_number_text_and_sender():
    [request], sent = await _send(outgoing=_outgoing(ARABIC))
    assert (request.method, str(request.url)) == ("POST", "https://gateway.example/send")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode(), strict_parsing=True) == {
        "user": ["daleel"], "password": ["pass word&"], "to": ["+218912345678"], "text": [ARABIC], "from": ["1234"],
    }  # fmt: skip
    assert sent.provider_id == "theirs"


async def test_a_query_keeps_what_stands_in_the_address():
    settings = make_settings(SMS_GATEWAY_FORMAT="query", SMS_GATEWAY_URL="https://gateway.example/send/?account=7")
    [request], _ = await _send(settings=settings, outgoing=_outgoing(ARABIC))
    assert (request.method, request.url.path) == ("GET", "/send/")
    assert request.url.params["account"] == "7"
    assert request.url.params["text"] == ARABIC


async def test_json_and_the_gateways_own_names():
    settings = make_settings(
        SMS_GATEWAY_FORMAT="json",
        SMS_GATEWAY_FIELDS="to=msisdn,text=message,from=,coding=type",
        SMS_GATEWAY_CODINGS="gsm7=text,ucs2=unicode",
        SMS_GATEWAY_NUMBERS="bare",
        SMS_GATEWAY_PARAMETERS="",
        SMS_GATEWAY_AUTHORIZATION="Bearer abc",
    )
    [request], _ = await _send(settings=settings, outgoing=_outgoing(ARABIC))
    assert json.loads(request.content) == {"msisdn": "218912345678", "message": ARABIC, "type": "unicode"}
    assert request.headers["Authorization"] == "Bearer abc"


@pytest.mark.parametrize(("numbers", "to"), [("plus", "+218912345678"), ("zeros", "00218912345678"), ("bare", "218912345678")])
async def test_numbers_are_spelled_as_the_gateway_wants(numbers, to):
    settings = make_settings(SMS_GATEWAY_FORMAT="json", SMS_GATEWAY_NUMBERS=numbers)
    [request], _ = await _send(settings=settings)
    assert json.loads(request.content)["to"] == to


@pytest.mark.parametrize(("text", "coding"), [("hello é €", "0"), ("ça va", "2"), ("مرحبا", "2"), ("👋", "2")])
async def test_the_coding_says_which_alphabet_the_text_needs(text, coding):
    settings = make_settings(SMS_GATEWAY_FORMAT="json", SMS_GATEWAY_FIELDS="coding=coding")
    [request], _ = await _send(settings=settings, outgoing=_outgoing(text))
    assert json.loads(request.content)["coding"] == coding


@pytest.mark.parametrize(("sender", "line", "expected"), [("1234", "777", "1234"), ("", "777", "777"), ("", None, None)])
async def test_a_reply_leaves_from_our_number_or_the_one_written_to(sender, line, expected):
    settings = make_settings(SMS_GATEWAY_FORMAT="json", SMS_GATEWAY_FROM=sender)
    [request], _ = await _send(settings=settings, outgoing=_outgoing(line=line))
    assert json.loads(request.content).get("from") == expected


async def test_the_address_for_reports_brings_our_id_the_secret_and_the_gateways_pattern():
    settings = make_settings(
        SMS_GATEWAY_FORMAT="query",
        SMS_GATEWAY_FIELDS="report_url=dlr-url",
        SMS_GATEWAY_SECRET_NAME="secret",
        SMS_GATEWAY_REPORT_QUERY="status=%d",
    )
    [request], _ = await _send(settings=settings)
    expected = f"{PUBLIC_URL}/webhooks/sms/status?message=0123456789abcdef0123&secret={SECRET}&status=%d"
    assert request.url.params["dlr-url"] == expected
    assert str(request.url).endswith("%26status%3D%25d"), "its own signs are encoded, so that it stays one field"


@pytest.mark.parametrize("answer", ["0: Accepted for delivery", "3: Queued for later delivery", "", "[]", "{}", '{"id": ""}'])
async def test_where_the_gateway_gives_no_id_ours_is_the_id(answer):
    _, sent = await _send(httpx.Response(202, text=answer))
    assert (sent.provider_id, sent.is_delivered) == ("0123456789abcdef0123", False)


@pytest.mark.parametrize(
    ("body", "pattern", "found"),
    [
        ('{"id": 17}', "id", "17"),
        ('{"messages": [{"id": "a-1"}]}', "messages.0.id", "a-1"),
        ('{"messages": []}', "messages.0.id", None),
        ('{"id": {"x": 1}}', "id", None),
        ('{"id": true}', "id", None),
        ("OK: 12-ab", r"OK: (\S+)", "12-ab"),
        ("12-ab", r"^[0-9a-f-]+$", "12-ab"),
        ("ERR 7", r"OK: (\S+)", None),
        ("OK: ", r"OK: (\S*)", None),
        (f'{{"id": "{"x" * 129}"}}', "id", None),
        ("[" * 100_000, "id", None),
    ],
)
def test_the_id_is_found_by_path_or_expression(body, pattern, found):
    assert find_id(body, pattern) == found


REQUEST = httpx.Request("POST", "https://gateway.example/send")


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (httpx.ConnectError("x", request=REQUEST), TryLater, "provider_away"),
        (httpx.ConnectTimeout("x", request=REQUEST), TryLater, "provider_away"),
        (httpx.PoolTimeout("x", request=REQUEST), TryLater, "provider_away"),
        (httpx.ReadTimeout("x", request=REQUEST), Uncertain, "answer_lost"),
        (httpx.WriteTimeout("x", request=REQUEST), Uncertain, "answer_lost"),
        (httpx.ReadError("x", request=REQUEST), Uncertain, "answer_lost"),
        (httpx.WriteError("x", request=REQUEST), Uncertain, "answer_lost"),
        (httpx.RemoteProtocolError("x", request=REQUEST), Uncertain, "answer_lost"),
        (httpx.DecodingError("x", request=REQUEST), Uncertain, "answer_lost"),
        (httpx.LocalProtocolError("x", request=REQUEST), ChannelDown, "account_refused"),
        (httpx.UnsupportedProtocol("x", request=REQUEST), ChannelDown, "account_refused"),
        (httpx.Response(301, headers={"Location": "/"}), ChannelDown, "account_refused"),
        (httpx.Response(400), Rejected, "content_refused"),
        (httpx.Response(401), ChannelDown, "account_refused"),
        (httpx.Response(402), ChannelDown, "account_refused"),
        (httpx.Response(403), ChannelDown, "account_refused"),
        (httpx.Response(404), Rejected, "content_refused"),
        (httpx.Response(405), ChannelDown, "account_refused"),
        (httpx.Response(408), TryLater, "provider_away"),
        (httpx.Response(429), TryLater, "slow_down"),
        (httpx.Response(500), Uncertain, "answer_lost"),
        (httpx.Response(502), Uncertain, "answer_lost"),
        (httpx.Response(503), TryLater, "provider_away"),
        (httpx.Response(504), Uncertain, "answer_lost"),
    ],
)
async def test_each_trouble_says_what_to_do_next(answer, error, code):
    caught = await _error(answer)
    assert (type(caught), caught.code) == (error, code)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30.0), ("0", 1.0), ("99999999", 1800.0), ("soon", 5.0), ("-3", 5.0), ("9" * 400, 5.0), ("٣", 5.0)],
)
async def test_a_gateway_may_say_how_long_to_wait(header, seconds):
    assert (await _error(httpx.Response(429, headers={"Retry-After": header.encode()}))).after == seconds


async def test_an_answer_that_says_error_with_a_good_status_is_a_refusal():
    settings = make_settings(SMS_GATEWAY_ACCEPTED="^(0|3): ")
    _, sent = await _send(httpx.Response(202, text="3: Queued for later delivery"), settings=settings)
    assert sent.provider_id
    error = await _error(httpx.Response(200, text="1: no credit"), settings=settings)
    assert (type(error), error.code) == (Rejected, "unknown_reason")


async def test_an_answer_that_breaks_off_may_mean_that_the_message_was_taken():
    async def broken():
        yield b'{"id'
        raise httpx.ReadError("x", request=REQUEST)

    assert type(await _error(httpx.Response(200, content=broken()))) is Uncertain


async def test_an_endless_answer_is_cut_and_does_not_fill_the_memory():
    read = []

    async def endless():
        while True:
            read.append(1)
            yield b"x" * 10_000

    _, sent = await _send(httpx.Response(200, content=endless()))
    assert sent.provider_id == "0123456789abcdef0123"
    assert len(read) < 10


async def test_a_gateway_that_dribbles_is_left_after_the_longest_time(monkeypatch):
    monkeypatch.setattr(client_module, "LONGEST_SEND", 0.05)

    async def slow():
        while True:
            await asyncio.sleep(0.02)
            yield b" "

    assert type(await _error(httpx.Response(200, content=slow()))) is Uncertain


async def test_a_request_never_waits_longer_than_the_worker_may():
    [request], _ = await _send()
    assert request.extensions["timeout"] == {"connect": 5.0, "read": 10.0, "write": 10.0, "pool": 5.0}
    assert client_module.LONGEST_SEND <= 12


async def test_neither_number_nor_text_nor_password_is_in_an_error():
    for answer in (httpx.Response(400, text="bad +218912345678"), httpx.ConnectError("pass word&", request=REQUEST)):
        error = await _error(answer, outgoing=_outgoing("secret text"))
        assert not any(word in str(error) for word in ("218912345678", "secret text", "pass word", SECRET))


async def test_a_text_that_cannot_be_encoded_is_a_refusal():
    assert type(await _error(None, outgoing=_outgoing("\ud800"))) is Rejected


async def test_an_sms_cannot_be_taken_back_nor_looked_up():
    client = GatewayClient(make_settings(), public_url=PUBLIC_URL)
    assert client.can_look_up is False
    with pytest.raises(Rejected) as caught:
        await client.erase(make_address(), "id")
    assert caught.value.code == "expired"
    with pytest.raises(TryLater):
        await client.look_up(_outgoing())
    await client.close()


def _examine(answer, *, public_url=PUBLIC_URL, **environment):
    asked = []

    def gateway(request):
        asked.append((request.method, request.url.path, request.url.query))
        if isinstance(answer, Exception):
            raise answer
        return answer

    line = examine(make_settings(**environment), public_url, transport=httpx.MockTransport(gateway))
    assert asked == [("HEAD", "/", b"")]
    return line


@pytest.mark.parametrize("answer", [httpx.Response(200), httpx.Response(404), httpx.RemoteProtocolError("x")])
def test_the_doctor_sees_that_something_answers_and_sends_nothing(answer):
    url = "https://gateway.example:8443/send?token=hidden"
    line = _examine(answer, SMS_GATEWAY_URL=url)
    assert "gateway.example:8443" in line
    assert "hidden" not in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("answer", "changes", "code"),
    [
        (httpx.ConnectError("x"), {}, "gateway_away"),
        (httpx.ConnectTimeout("x"), {}, "gateway_away"),
        (httpx.Response(200), {"public_url": None}, "public_url"),
        (httpx.Response(200), {"SMS_GATEWAY_URL": "http://gateway.example/send"}, "gateway_unprotected"),
        (httpx.Response(200), {"SMS_GATEWAY_URL": "http://8.8.8.8/send"}, "gateway_unprotected"),
    ],
)
def test_the_doctor_says_what_is_wrong(answer, changes, code):
    with pytest.raises(ConfigurationError) as caught:
        _examine(answer, **changes)
    assert caught.value.code == code
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "192.168.7.1", "[fd00::1]", "kannel", "kannel.internal"])
def test_a_gateway_next_door_may_be_called_without_tls(host):
    assert _examine(httpx.Response(404), SMS_GATEWAY_URL=f"http://{host}:13013/cgi-bin/sendsms")
