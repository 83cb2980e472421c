"""The webhook: who is let in, what is acknowledged, and that nothing Telegram did not send is stored."""

from __future__ import annotations

import copy
import json

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from bot.channels.telegram.readings import AnswerPress, LeaveGroup
from bot.channels.telegram.webhook import PATH, SECRET_HEADER, pages
from bot.delivery.door import create_door
from bot.domain.contacts import Channel, Provider
from tests.fakes import FakeClock
from tests.unit.telegram_samples import (
    GROUP,
    SETTINGS,
    FakeCourtesies,
    FakeReceiver,
    edit,
    membership,
    message,
    press,
    update,
)

SECRET = {SECRET_HEADER: SETTINGS.secret_token}


class Door:
    """The door with the webhook alone, and what came through it."""

    def __init__(self, bot_settings=SETTINGS):
        self.receiver, self.courtesies = FakeReceiver(), FakeCourtesies()
        webhook = pages(bot_settings, self.receiver, courtesies=self.courtesies, clock=FakeClock())
        app: Flask = create_door([webhook], lambda: [])
        self._client = app.test_client()

    def post(self, body, *, headers=SECRET):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._client.post(PATH, data=data, headers=headers, content_type="application/json")

    def emptied(self):
        self.receiver.calls.clear()
        self.courtesies.asked.clear()
        return self

    def get(self):
        return self._client.get(PATH, headers=SECRET)


@pytest.fixture
def door(process_log):
    return Door()


@pytest.fixture(scope="module")
def busy_door():
    return Door()


def test_a_message_is_stored_and_acknowledged(door):
    answer = door.post(update(text="أحتاج مساعدة"))
    assert (answer.status_code, answer.json) == (200, {})
    assert [incoming.text for incoming in door.receiver.received] == ["أحتاج مساعدة"]
    assert door.courtesies.asked == []


def test_each_reading_reaches_its_service(door):
    for body in (edit(text="x"), membership("kicked"), membership("member", before="kicked")):
        assert door.post(body).status_code == 200
    assert [call[0] for call in door.receiver.calls] == ["correction", "stop", "resume"]
    assert door.receiver.calls[1] == ("stop", Provider.TELEGRAM, Channel.TELEGRAM, "4100", "blocked")


def test_a_press_is_stored_first_and_answered_afterwards(door):
    door.post(press())
    assert door.receiver.received[0].pressed == "helped_yes"
    assert door.courtesies.asked == [AnswerPress("press-1")]


def test_nothing_of_a_group_is_stored(door):
    assert door.post(update(chat=GROUP, text="who can help?")).status_code == 200
    assert (door.receiver.calls, door.courtesies.asked) == ([], [LeaveGroup(-500)])


@pytest.mark.parametrize(
    "headers",
    [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: "told-to-nobody "[:-2]}, {SECRET_HEADER: "é\xff"}],
)
def test_without_the_secret_nothing_is_even_read(door, headers, process_log):
    for body in (update(text="x"), b"\xff not JSON"):
        answer = door.post(body, headers=headers)
        assert (answer.status_code, answer.json) == (403, {"error": "secret_wrong"})
    assert door.receiver.calls == []
    assert "webhook_refused channel=telegram error_code=secret_wrong" in process_log.getvalue()


def test_a_bot_without_a_secret_lets_nobody_in(process_log):
    open_door = Door(type(SETTINGS)(token=SETTINGS.token, secret_token="", api_url=SETTINGS.api_url, mode="polling"))
    assert open_door.post(update(text="x"), headers={SECRET_HEADER: ""}).status_code == 403
    assert open_door.post(update(text="x"), headers={}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"{", b"null", b"[]", b"5", b'"x"', b"{}", b'{"update_id": "1"}', b'{"update_id": 1e400}',
        b'{"update_id": 1, "message": 5}', b"[" * 100_000, b'{"update_id": 1, "message": ' + b'{"a":' * 20_000,
        '{"update_id": 1}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_what_is_no_update_is_refused(door, body):
    answer = door.post(body)
    assert (answer.status_code, answer.json) == (400, {"error": "update_unreadable"})


def test_an_update_nested_without_end_is_no_server_error(door):
    depth = 900
    body = b'{"update_id": 1, "message": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    assert door.post(body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [{"update_id": 1}, {"update_id": 1, "poll_answer_of_next_year": {}}, update(new_chat_title="x"), press("not a choice")],
)
def test_what_is_not_understood_is_acknowledged(door, body):
    assert door.post(body).status_code == 200
    assert door.receiver.calls == []


def test_an_oversized_body_is_not_read(door):
    assert door.post(b" " * (256 * 1024 + 1)).status_code == 413


def test_the_address_takes_posts_only(door):
    assert door.get().status_code == 405


def test_what_could_not_be_stored_is_not_acknowledged_and_no_courtesy_is_paid(door):
    def fail(incoming):
        raise OperationalError("insert", {}, Exception("away"))

    door.receiver.message = fail
    assert door.post(press()).status_code == 503
    assert door.courtesies.asked == []


def test_nothing_personal_is_logged(door, process_log):
    door.post(update(text="I am in the camp in Zuwara"))
    door.post(update(text=5, caption="secret words"))
    door.post(press("no choice"))
    door.post(update(chat=GROUP, text="group words"))
    log = process_log.getvalue()
    assert "update_ignored" in log
    for word in ("Zuwara", "secret", "4100", "Amina", "group words", "no choice", SETTINGS.token, SETTINGS.secret_token):
        assert word not in log


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FILE = {"file_id": "F1", "file_unique_id": "U1", "file_size": 5}
GENUINE = [
    update(text="hello"),
    update(text="/start fr"),
    update(photo=[{**FILE, "width": 9, "height": 9}, {**FILE, "width": 90, "height": 90}], caption="my card"),
    update(document={**FILE, "mime_type": "application/pdf"}),
    update(voice={**FILE, "duration": 3, "mime_type": "audio/ogg"}),
    update(location={"latitude": 32.9, "longitude": 13.2}),
    update(contact={"phone_number": "+218911234567", "first_name": "Sami"}),
    update(content_of_next_year={"x": 1}),
    update(pinned_message=message(text="x")),
    update(chat=GROUP, text="x"),
    edit(text="corrected"),
    press(),
    press(message=None),
    membership("kicked"),
    membership("member", before="left", chat=GROUP),
]


def paths_of(value, path=()):
    """Every place inside JSON."""
    yield path
    for name, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths_of(part, (*path, name))


@st.composite
def spoilt_updates(draw):
    """A genuine update of which some parts are missing, or are anything."""
    body = copy.deepcopy(draw(st.sampled_from(GENUINE)))
    for _ in range(draw(st.integers(0, 2))):
        places = [path for path in paths_of(body) if path]
        if not places:
            break
        *path, last = draw(st.sampled_from(places))
        place = body
        for name in path:
            place = place[name]
        if draw(st.booleans()):
            place[last] = draw(JSON_VALUES)
        else:
            del place[last]
    return body


def can_be_stored(value):
    """Whether this is a text without halves of characters."""
    return isinstance(value, str) and value.encode() is not None


@settings(max_examples=400, deadline=None)
@given(body=st.one_of(spoilt_updates(), spoilt_updates(), spoilt_updates(), JSON_VALUES))
def test_no_body_is_a_server_error_and_only_genuine_messages_are_stored(busy_door, body):
    door = busy_door.emptied()
    answer = door.post(body)
    assert answer.status_code in (200, 400, 403)
    assert answer.status_code == 200 or door.receiver.calls == door.courtesies.asked == []
    for call in door.receiver.calls:
        if call[0] in ("stop", "resume"):
            assert call[3] == str(body["my_chat_member"]["chat"]["id"])
            continue
        incoming = call[1]
        kind = "edited_message" if call[0] == "correction" else "message" if incoming.message_ref else "callback_query"
        # Whatever is stored has the frame of a message that a person wrote: who, where, and under which number.
        assert not body[kind]["from"]["is_bot"]
        assert kind == "callback_query" or body[kind]["chat"]["type"] == "private"
        assert type(incoming.sequence) is int and incoming.provider_id == f"777000111:{body['update_id']}"
        assert str(int(incoming.address)) == incoming.address
        assert incoming.message_ref is None or str(int(incoming.message_ref)) == incoming.message_ref
        assert incoming.pressed is None or 1 <= len(incoming.pressed.encode()) <= 64
        assert can_be_stored(incoming.text) and incoming.language_hint in (None, body[kind]["from"].get("language_code"))
        assert all(can_be_stored(m.content_type) and can_be_stored(m.reference) for m in incoming.media)
        assert all(m.size is None or 0 <= m.size < 2**31 for m in incoming.media)
