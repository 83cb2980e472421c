"""The simulator's JSON interface: a channel like any other, with a phone in the browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.console import create_app
from bot.domain.conversations import Choice
from bot.domain.deliveries import OutboundState
from bot.services.turns import Reply, Understood, finish_turn, next_turn
from bot.wiring import new_id, now
from tests.integration.console_steps import token_on


@pytest.fixture
def console_phone(console_client):
    """Ask for a phone; return functions that send from it and read it."""
    headers = {"X-CSRFToken": token_on(console_client, "/simulator")}
    phone = console_client.post("/simulator/phones", json={"channel": "sms"}, headers=headers).json["phone"]
    path = f"/simulator/phones/{phone}/messages"

    def send(**body):
        return console_client.post(path, json={"channel": "sms", "id": new_id(), **body}, headers=headers)

    def read(after=0, channel="sms"):
        return console_client.get(f"{path}?channel={channel}&after={after}").json

    return send, read


def test_a_message_is_stored_and_shown(console_phone):
    send, read = console_phone
    answer = send(text="السلام عليكم")
    assert answer.status_code == 202
    shown = read()
    assert [(m["id"], m["direction"], m["text"], m["state"]) for m in shown["messages"]] == [
        (answer.json["message"], "inbound", "السلام عليكم", "received")
    ]
    assert shown["waiting"] is True


def test_a_message_sent_twice_is_stored_once(console_phone):
    send, read = console_phone
    first, again = send(text="hello", id="same"), send(text="hello", id="same")
    assert first.json == again.json
    assert len(read()["messages"]) == 1


def test_a_phone_that_never_wrote_shows_nothing_and_stores_nothing(console_phone, console_parts):
    _, read = console_phone
    assert read() == {"messages": [], "waiting": False, "after": 0, "erased": []}
    with console_parts.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM contact").scalar_one() == 0


def test_the_channels_of_a_phone_are_apart(console_phone):
    send, read = console_phone
    send(text="hello")
    assert read(channel="telegram")["messages"] == []


def test_a_reply_shows_only_once_it_is_sent_and_no_message_is_skipped(console_phone, console_parts):
    send, read = console_phone
    send(text="hello")
    # Given a reply that still waits in the outbox, and a message written meanwhile
    _reply(console_parts, "Bonjour. 1. Retour", (Choice("return_cost", "Retour"),))
    send(text="again")
    shown = read()
    assert [m["text"] for m in shown["messages"]] == ["hello", "again"]
    assert shown["waiting"] is True
    # When the reply is sent
    with console_parts.unit_of_work() as uow:
        for ready in uow.outbox.ready(now(), limit=5):
            uow.messages.get(ready.message_id).move_on(OutboundState.DELIVERED, now())
        uow.commit()
    # Then asking from the position given shows it, though a later message was seen before
    outbound = [m for m in read(shown["after"])["messages"] if m["direction"] == "outbound"]
    assert [(m["text"], m["choices"], m["sms"], m["language"]) for m in outbound] == [
        (
            "Bonjour. 1. Retour",
            [{"id": "return_cost", "title": "Retour"}],
            {"encoding": "GSM-7", "units": 18, "parts": 1},
            "fr",
        )
    ]


def test_a_message_that_was_erased_leaves_the_phone(console_phone, console_parts):
    send, read = console_phone
    message_id = send(text="hello").json["message"]
    with console_parts.unit_of_work() as uow:
        uow.messages.get(message_id).erased_at = now()
        uow.commit()
    shown = read()
    assert (shown["messages"], shown["erased"]) == ([], [message_id])


def test_a_pressed_choice_arrives_with_its_id(console_phone, console_parts):
    send, _ = console_phone
    message_id = send(text="Retour", pressed="return_cost").json["message"]
    with console_parts.unit_of_work() as uow:
        message = uow.messages.get(message_id)
        assert (message.text, message.pressed) == ("Retour", "return_cost")


@pytest.mark.parametrize("kind", ["photo", "voice", "video", "sticker", "location", "contact_card", "file"])
def test_of_other_kinds_only_the_kind_is_sent(console_phone, kind):
    send, read = console_phone
    assert send(kind=kind).status_code == 202
    assert [(m["kind"], m["text"]) for m in read()["messages"]] == [(kind, "")]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"kind": "hologram"}, "kind_unknown", "kind must be one of: text, "),
        ({"kind": ["text"]}, "kind_unknown", "kind must be one of: text, "),
        ({"text": "x" * 4097}, "text_too_long", "at most 4096 characters"),
        ({"text": 5}, "text_too_long", "text must be a string"),
        ({"text": "  "}, "text_missing", "needs a text"),
        ({"text": "x", "pressed": "a b"}, "pressed_invalid", "pressed must be the id of a choice"),
        ({"text": "x", "pressed": 1}, "pressed_invalid", "pressed must be the id of a choice"),
        ({"text": "x", "id": ""}, "id_invalid", "id must be 1 to 64 letters"),
        ({"text": "x", "id": None}, "id_invalid", "id must be 1 to 64 letters"),
        ({"text": "x", "channel": "fax"}, "channel_unknown", "channel must be one of: "),
        ({"text": "x", "channel": {}}, "channel_unknown", "channel must be one of: "),
        ({"text": "x\ud800"}, "text_invalid", "half a surrogate pair"),
    ],
)
def test_what_cannot_be_used_is_refused_in_clear_words(console_phone, body, code, words):
    send, read = console_phone
    answer = send(**body)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, code)
    assert words in answer.json["error"]["detail"]
    assert read()["messages"] == []


def test_the_longest_text_is_taken(console_phone):
    send, _ = console_phone
    assert send(text="س" * 4096).status_code == 202


def test_a_body_that_is_no_object_or_too_large_is_refused(console_client):
    headers = {"X-CSRFToken": token_on(console_client, "/simulator")}
    assert console_client.post("/simulator/phones", json=["sms"], headers=headers).status_code == 400
    assert console_client.post("/simulator/phones", json={"channel": "x" * 70_000}, headers=headers).status_code == 413


@pytest.mark.parametrize("query", ["channel=sms&after=-1", "channel=sms&after=x", "channel=fax", ""])
def test_a_wrong_question_is_refused(console_client, query):
    answer = console_client.get(f"/simulator/phones/{'0' * 20}/messages?{query}")
    assert answer.status_code == 400 and answer.json["error"]["code"]


def test_a_phone_needs_an_id_of_ours(console_client):
    assert console_client.get("/simulator/phones/mine/messages?channel=sms").status_code == 400


def test_without_its_setting_there_is_no_simulator(console_parts):
    settings = replace(console_parts.settings, has_simulator=False)
    client = create_app(replace(console_parts, settings=settings)).test_client()
    assert client.get("/simulator").status_code == 404
    assert client.get(f"/simulator/phones/{'0' * 20}/messages?channel=sms").status_code == 404


def _reply(parts, text, choices):
    with parts.unit_of_work() as uow:
        (contact_id,) = uow.messages.contacts_waiting(limit=5)
        understood = Understood("fr", False, "greet", "answer", 0.9)
        turn = next_turn(uow, contact_id)
        finish_turn(uow, turn, understood=understood, replies=[Reply("greet", text, choices)], clock=now, new_id=new_id)
