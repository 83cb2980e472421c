"""Files: fetched when asked for, within limits, and without a trace of the token."""

from __future__ import annotations

import httpx
import pytest

from bot.channels.telegram import files
from bot.channels.telegram.files import TelegramFiles
from bot.domain.deliveries import FAILURES
from bot.domain.errors import DeliveryError, NotFound, Rejected, TryLater
from bot.domain.media import MAX_MEDIA_BYTES, OPENED_TYPES, Media
from tests.builders import NOON
from tests.unit.telegram_samples import SETTINGS, failure, success


class Telegram:
    """Plays the Bot API and its files."""

    def __init__(self, found=None, data=b"picture", status=200):
        self.found = found or success({"file_id": "F1", "file_path": "photos/file 1.jpg", "file_size": 7})
        self.data, self.status = data, status
        self.asked = []

    def __call__(self, request):
        self.asked.append(str(request.url))
        if request.url.path.endswith("/getFile"):
            outcome = self.found
            if isinstance(outcome, Exception):
                raise outcome
            return httpx.Response(outcome[0], content=outcome[1])
        if isinstance(self.data, Exception):
            raise self.data
        return httpx.Response(self.status, content=self.data, headers={"Content-Type": "application/octet-stream"})


def media(content_type="image/jpeg", size=7):
    return Media("m", "message", content_type, size, "F1", NOON)


def fetch(telegram, wanted=None):
    return TelegramFiles(SETTINGS, transport=httpx.MockTransport(telegram)).fetch(wanted or media())


def test_a_file_is_looked_up_and_fetched():
    telegram = Telegram()
    fetched = fetch(telegram)
    assert (fetched.content_type, fetched.data) == ("image/jpeg", b"picture")
    assert telegram.asked == [
        f"https://api.example/bot{SETTINGS.token}/getFile",
        f"https://api.example/file/bot{SETTINGS.token}/photos/file%201.jpg",
    ]


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/x-msdownload", ""])
def test_a_type_that_a_browser_would_run_is_not_even_asked_for(content_type):
    telegram = Telegram()
    assert content_type not in OPENED_TYPES
    with pytest.raises(Rejected):
        fetch(telegram, media(content_type))
    assert telegram.asked == []


def test_a_large_file_is_refused_by_what_was_said_of_it():
    telegram = Telegram()
    with pytest.raises(Rejected):
        fetch(telegram, media(size=MAX_MEDIA_BYTES + 1))
    assert telegram.asked == []
    with pytest.raises(Rejected):
        fetch(Telegram(success({"file_path": "x", "file_size": MAX_MEDIA_BYTES + 1})), media(size=None))


def test_a_file_that_grows_is_cut_off():
    def endless():
        for number in range(1000):
            assert number < 30, "it stops reading"
            yield b"x" * 1024 * 1024

    with pytest.raises(Rejected):
        fetch(Telegram(data=endless()), media(size=None))


def test_a_file_of_the_largest_size_is_fetched():
    fetched = fetch(Telegram(success({"file_path": "x"}), data=b"x" * MAX_MEDIA_BYTES), media(size=None))
    assert len(fetched.data) == MAX_MEDIA_BYTES


def test_a_file_that_drips_is_given_up(monkeypatch):
    monkeypatch.setattr(files, "LONGEST_FETCH_SECONDS", -1.0)
    with pytest.raises(TryLater):
        fetch(Telegram())


@pytest.mark.parametrize(
    ("telegram", "error"),
    [
        (Telegram(failure(400, "Bad Request: invalid file_id")), NotFound),
        (Telegram(failure(400, "Bad Request: file not found")), NotFound),
        (Telegram(failure(400, "Bad Request: wrong file_id or the file is temporarily unavailable")), TryLater),
        (Telegram(failure(400, "Bad Request: file is too big")), Rejected),
        (Telegram(failure(429, "Too Many Requests", retry_after=3)), TryLater),
        (Telegram(failure(401, "Unauthorized")), TryLater),
        (Telegram(failure(500, "Internal Server Error")), TryLater),
        (Telegram((200, b"<html>")), TryLater),
        (Telegram((200, b"[]")), TryLater),
        (Telegram((502, b"[]")), TryLater),
        (Telegram(success({"file_id": "F1"})), NotFound),
        (Telegram(success("x")), NotFound),
        (Telegram(httpx.ConnectError("away")), TryLater),
        (Telegram(httpx.ReadTimeout("slow")), TryLater),
        (Telegram(status=404), NotFound),
        (Telegram(status=500), TryLater),
        (Telegram(status=302), TryLater),
        (Telegram(data=httpx.ReadError("reset")), TryLater),
    ],
)
def test_each_failure_has_its_meaning(telegram, error, process_log):
    with pytest.raises(error) as raised:
        fetch(telegram)
    assert not isinstance(raised.value, DeliveryError) or raised.value.code in FAILURES
    assert SETTINGS.token not in f"{raised.value}{process_log.getvalue()}"
