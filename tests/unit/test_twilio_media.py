"""Files are fetched once, without giving our credentials away, and deleted at Twilio."""

from __future__ import annotations

import httpx
import pytest

from bot.channels.twilio.media import TwilioMedia
from bot.domain.errors import DeliveryError, NotFound, Rejected, TryLater
from bot.domain.media import MAX_MEDIA_BYTES, Fetched, Media
from tests.builders import NOON
from tests.unit.twilio_steps import FILE, FakeTwilio, make_settings

STORAGE = "https://mms.twiliocdn.example/file?signature=x"


def _media(content_type="image/jpeg", reference=FILE):
    return Media(id="id", message_id="message", content_type=content_type, size=None, reference=reference, created_at=NOON)


def _file(content=b"picture", content_type="image/jpeg", **headers):
    return httpx.Response(200, content=content, headers={"Content-Type": content_type, **headers})


def _moved(to=STORAGE):
    return httpx.Response(307, headers={"Location": to})


def _fetch(twilio, media=None, **settings):
    return TwilioMedia(make_settings(**settings), transport=httpx.MockTransport(twilio)).fetch(media or _media())


def test_a_file_is_fetched_and_deleted():
    twilio = FakeTwilio(_moved(), _file(), httpx.Response(204))

    assert _fetch(twilio) == Fetched("image/jpeg", b"picture")
    assert [(r.method, str(r.url)) for r in twilio.requests] == [
        ("GET", FILE),
        ("GET", STORAGE),
        ("DELETE", FILE + ".json"),
    ]
    assert ["Authorization" in r.headers for r in twilio.requests] == [True, False, True]


def test_a_redirect_inside_twilio_gets_no_credentials_either():
    twilio = FakeTwilio(_moved("/elsewhere"), _file(), httpx.Response(204))
    _fetch(twilio)

    assert str(twilio.requests[1].url) == "https://api.twilio.com/elsewhere"
    assert "Authorization" not in twilio.requests[1].headers


def test_a_stand_in_may_send_us_on_without_tls():
    twilio = FakeTwilio(_moved("http://127.0.0.1:4010/files/1"), _file(), httpx.Response(204))

    assert _fetch(twilio, api_url="http://127.0.0.1:4010").data == b"picture"
    assert str(twilio.requests[0].url) == FILE.replace("https://api.twilio.com", "http://127.0.0.1:4010")


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(401), httpx.ConnectError("x")])
def test_a_file_that_could_not_be_deleted_is_still_shown(answer, process_log):
    assert _fetch(FakeTwilio(_file(), answer)).data == b"picture"
    assert "media_not_deleted" in process_log.getvalue()
    assert "Messages" not in process_log.getvalue()


def test_a_file_deleted_by_somebody_else_is_no_trouble(process_log):
    _fetch(FakeTwilio(_file(), httpx.Response(404)))

    assert not process_log.getvalue()


@pytest.mark.parametrize(
    ("answers", "media", "error"),
    [
        ([httpx.Response(404)], _media(), NotFound),
        ([_moved(), httpx.Response(410)], _media(), NotFound),
        ([httpx.Response(500)], _media(), TryLater),
        ([httpx.Response(401)], _media(), TryLater),
        ([httpx.Response(429)], _media(), TryLater),
        ([httpx.ConnectTimeout("x")], _media(), TryLater),
        ([_moved(), httpx.ReadTimeout("x")], _media(), TryLater),
        ([_moved("https://storage.example:port/")], _media(), TryLater),
        ([_file(content_type="text/html")], _media(), Rejected),
        ([_file(content_type="image/svg+xml")], _media(), Rejected),
        ([_file(content_type="")], _media(), Rejected),
        # Announced as one thing, delivered as another.
        ([_file(content_type="application/pdf")], _media(), Rejected),
        ([_file(b"x" * (MAX_MEDIA_BYTES + 1))], _media(), Rejected),
        ([_moved("http://storage.example/")], _media(), Rejected),
        ([_moved()], _media(), Rejected),
        ([_file()], _media(reference="https://api.twilio.com.evil.example/x"), Rejected),
        ([_file()], _media(reference="https://evil.example/"), Rejected),
    ],
)
def test_what_cannot_be_fetched_is_kept_at_twilio(answers, media, error):
    twilio = FakeTwilio(*answers)

    with pytest.raises((DeliveryError, NotFound)) as raised:
        _fetch(twilio, media)

    assert type(raised.value) is error
    assert "DELETE" not in [r.method for r in twilio.requests]


def test_a_file_without_an_announced_type_is_opened_by_its_own():
    assert _fetch(FakeTwilio(_file(content_type="audio/ogg; codecs=opus"), httpx.Response(204)), _media("")).content_type == (
        "audio/ogg"
    )


def test_a_large_file_is_not_read_to_its_end():
    sizes = []

    def drip():
        for _ in range(100):
            sizes.append(1024 * 1024)
            yield b"x" * sizes[-1]

    with pytest.raises(Rejected, match="too_long"):
        _fetch(FakeTwilio(lambda _: httpx.Response(200, content=drip(), headers={"Content-Type": "video/mp4"})), _media(""))
    assert sum(sizes) < MAX_MEDIA_BYTES + 2 * 1024 * 1024
