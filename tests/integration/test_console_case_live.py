"""The page of a case while it is open: what is new, who else is there, the shut window, and files without traces."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from flask_babel import force_locale
from PIL import Image
from sqlalchemy import event

from bot.console.answer_words import part_name
from bot.console.case_words import refusal
from bot.console.delivery_words import what_happened
from bot.console.pictures import LONGEST_SIDE, cleaned
from bot.console.words import channel_name
from bot.domain.audit import Act
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction, MessageKind
from bot.domain.errors import Rejected, WrongState
from bot.domain.media import Fetched
from bot.domain.requests import Actor
from bot.domain.staff import Role
from bot.services.cases import open_case
from bot.services.casework import MAX_SMS_PARTS
from bot.services.messages import Incoming, receive_message
from bot.services.presence import Colleague, look
from bot.services.thread import PAGE
from bot.services.window import ask_to_write
from bot.wiring import new_id, now
from tests.builders import NOON, make_message
from tests.fakes import FakeClock
from tests.integration.console_steps import PASSWORD, log_in, open_case_of, token_on
from tests.integration.login_steps import app_with

AMAL = Actor("1", frozenset({Role.CASEWORKER}))
BACKGROUND = {"X-Requested-With": "XMLHttpRequest"}
TEMPLATES = {"en": "Your reply is ready"}
MAX_LIVE_QUERIES = 12


def hear(parts, text, *, channel=Channel.WHATSAPP, address="+218910000001", **changes):
    """Let somebody write; return the message."""
    with parts.unit_of_work() as uow:
        incoming = Incoming(Provider.TWILIO, channel, address, new_id(), text=text, **changes)
        return uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])


def open_for(parts, message, topic="talk_to_human"):
    """Open a case because of a message; return its reference."""
    ids = {"contact_id": message.contact_id, "conversation_id": message.conversation_id, "message_id": message.id}
    with parts.unit_of_work() as uow:
        return open_case(uow, topic=topic, clock=now, new_id=new_id, **ids).reference


def shut(parts, message, language="en"):
    """Let the person have last written two days ago."""
    with parts.unit_of_work() as uow:
        conversation = uow.conversations.get(message.conversation_id)
        conversation.last_inbound_at, conversation.language = now() - timedelta(days=2), language
        uow.commit()


def write_to(parts, message, **changes):
    """Let a message to the person be sent, as an SMS of two parts."""
    with parts.unit_of_work() as uow:
        ids = {"id": new_id(), "conversation_id": message.conversation_id, "contact_id": message.contact_id}
        uow.messages.add(make_message(Direction.OUTBOUND, created_at=now(), sms_parts=2, **ids, **changes))
        uow.commit()


def state_on(client, reference):
    """Open the page of a case; return the word that says what it shows."""
    return re.search(r'data-state="([^"]+)"', client.get(f"/cases/{reference}").text).group(1)


def live(client, reference, since, **query):
    """Ask what is new."""
    return client.get(f"/cases/{reference}/live", query_string={"since": since, **query}, headers=BACKGROUND)


def acts(parts, act):
    """Return the subjects of the entries of one act in the audit log."""
    with parts.unit_of_work() as uow:
        return [entry.subject for entry in uow.audit.entries(limit=1000) if entry.act is act]


@contextmanager
def counted(engine):
    """Give the statements that are sent to the database meanwhile."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_all_channels_of_a_number_are_one_thread(console_parts, console_staff):
    first = hear(console_parts, "by WhatsApp")
    hear(console_parts, "by SMS", channel=Channel.SMS)
    reference = open_for(console_parts, first)
    page = console_staff("amal@example.org", Role.CASEWORKER).get(f"/cases/{reference}").text
    assert page.index("by WhatsApp") < page.index("by SMS")


@pytest.mark.parametrize(("language", "names"), [("ar", ["واتساب", "تيليغرام"]), ("fr", ["WhatsApp", "Telegram"])])
def test_channels_have_the_names_that_the_language_gives_them(console_app, language, names):
    with console_app.test_request_context(), force_locale(language):
        assert [channel_name(one) for one in (Channel.WHATSAPP, Channel.TELEGRAM)] == names
        # Sentences say the same.
        said = refusal(WrongState("window_shut")) + what_happened("not_on_whatsapp") + part_name("text")
    assert all(name in said for name in names)
    assert language != "ar" or not re.search("WhatsApp|Telegram", said)


def test_a_reference_in_a_message_is_kept_in_one_piece_and_the_rest_is_only_text(console_parts, console_staff):
    reference = open_for(console_parts, hear(console_parts, "<b>R-7K3QF-W</b> or Rather-X"))
    page = console_staff("amal@example.org", Role.CASEWORKER).get(f"/cases/{reference}").text
    assert '&lt;b&gt;<span class="unbroken">R-7K3QF-W</span>&lt;/b&gt; or Rather-X<' in page


def test_the_page_shows_the_newest_and_gives_the_earlier_ones_when_asked(console_parts, console_staff):
    message = hear(console_parts, "number 0.")
    for number in range(1, PAGE + 10):
        hear(console_parts, f"number {number}.")
    reference = open_for(console_parts, message)
    client = console_staff("amal@example.org", Role.CASEWORKER)
    page = client.get(f"/cases/{reference}").text
    assert "number 10." in page and "number 9." not in page
    before = re.search(r'data-before="(\d+)"', page).group(1)
    earlier = client.get(f"/cases/{reference}/earlier?before={before}").text
    assert "number 9." in earlier and "number 0." in earlier and "number 10." not in earlier
    assert 'data-earlier=""' in earlier


def test_a_live_poll_costs_little_and_records_no_look(console_parts, console_staff):
    for number in range(PAGE + 10):
        message = hear(console_parts, f"number {number}")
    reference = open_for(console_parts, message)
    client = console_staff("amal@example.org", Role.CASEWORKER)
    state = state_on(client, reference)
    with counted(console_parts.engine) as sent:
        assert live(client, reference, state).status_code == 204
    assert len(sent) <= MAX_LIVE_QUERIES, sent
    # Then no message was opened: what is encrypted stays so.
    assert not [one for one in sent if "message.text" in one]
    assert acts(console_parts, Act.CONVERSATION_OPENED) == [reference]


def test_nobody_reads_by_the_live_poll_without_a_trace(console_parts, console_staff):
    reference = open_for(console_parts, hear(console_parts, "hello"))
    client = console_staff("amal@example.org", Role.CASEWORKER)
    assert "hello" in live(client, reference, "").text
    assert acts(console_parts, Act.CONVERSATION_OPENED) == [reference]


def test_a_page_comes_with_the_alarms_and_is_told_when_they_change(console_parts, console_staff):
    noor = console_staff("noor@example.org", Role.PROTECTION)
    reference = open_for(console_parts, hear(console_parts, "hello"))

    def alarms(page):
        found = json.loads(unescape(re.search(r'data-alarms="([^"]+)"', page).group(1)))
        return found["critical"], found["address"]

    # Given a critical case that waits already when another one is opened
    critical = open_for(console_parts, hear(console_parts, "help", address="+218910000002"), topic="emergency_danger")
    page = noor.get(f"/cases/{reference}").text
    assert alarms(page) == (1, f"/cases/{critical}")
    # When somebody claims it
    noor.post(f"/queue/{critical}/claim", data={"csrf_token": token_on(noor, "/")})
    # Then the open page of a colleague hears of it
    rima = console_staff("rima@example.org", Role.PROTECTION)
    since = state_on(rima, reference)
    assert alarms(rima.get(f"/cases/{reference}").text) == (0, None)
    again = open_for(console_parts, hear(console_parts, "help", address="+218910000003"), topic="emergency_danger")
    assert alarms(live(rima, reference, since).text) == (1, f"/cases/{again}")


def test_the_live_poll_of_a_hidden_case_is_not_found(console_parts, console_staff):
    reference = open_for(console_parts, hear(console_parts, "at sea"), "emergency_sea")
    client = console_staff("amal@example.org", Role.CASEWORKER)
    for path in ("live", "earlier"):
        assert client.get(f"/cases/{reference}/{path}").status_code == 404


def test_a_matter_that_becomes_hidden_while_the_page_is_open_loads_it_anew(console_parts, console_staff):
    message = hear(console_parts, "hello")
    reference = open_for(console_parts, message)
    client = console_staff("amal@example.org", Role.CASEWORKER)
    state = state_on(client, reference)
    open_for(console_parts, hear(console_parts, "your colleague took money"), "report_misconduct")
    answer = live(client, reference, state).text
    assert "whole" in re.search(r'data-changed="([^"]*)"', answer).group(1).split()
    assert "took money" not in answer


def test_colleagues_in_one_conversation_see_each_other(console_parts, console_staff):
    reference = open_for(console_parts, hear(console_parts, "hello"))
    amal, sami = (console_staff(f"{name}@example.org", Role.CASEWORKER) for name in ("amal", "sami"))
    state = state_on(amal, reference)
    live(sami, reference, "", writing="1")
    answer = live(amal, reference, state)
    assert "is writing" in answer.text
    state = re.search(r'data-state="([^"]+)"', answer.text).group(1)
    live(sami, reference, "")
    assert "is looking" in live(amal, reference, state).text


def test_presence_ends_by_itself_and_is_written_down_now_and_then(database):
    clock = FakeClock(NOON)

    def see(staff_id, *, is_writing=False):
        with database.unit_of_work() as uow, counted(database.engine) as sent:
            found = look(uow, "talk", staff_id=staff_id, is_writing=is_writing, clock=clock)
        return found.colleagues, len([one for one in sent if not one.startswith("SELECT")])

    assert see(1) == ([], 2)
    clock.advance(seconds=5)
    assert see(1) == ([], 0)
    assert see(2, is_writing=True)[0] == [Colleague(1, False)]
    assert see(1)[0] == [Colleague(2, True)]
    clock.advance(seconds=31)
    assert see(1)[0] == []


@pytest.mark.parametrize("what", ["reply", "note"])
def test_what_a_page_sends_in_the_background_is_answered_briefly_and_kept_once(console_parts, console_staff, what):
    reference = open_for(console_parts, hear(console_parts, "hello"))
    client = console_staff("amal@example.org", Role.CASEWORKER)
    data = {"csrf_token": token_on(client, f"/cases/{reference}"), "text": "Good morning", "client_id": "0123456789abcdef"}
    for _ in range(2):
        answer = client.post(f"/cases/{reference}/{what}", data=data, headers=BACKGROUND)
        assert (answer.status_code, answer.json) == (200, {"done": True})
    assert client.get(f"/cases/{reference}").text.count(">Good morning<") == 1
    # And a refusal comes in words.
    refused = client.post(f"/cases/{reference}/{what}", data={**data, "text": " ", "client_id": "f" * 20}, headers=BACKGROUND)
    assert refused.status_code == 409 and "Write something" in refused.json["error"]


def test_who_follows_no_case_gives_none_away(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    console_staff("sami@example.org", Role.CASEWORKER)
    data = {"csrf_token": token_on(amal, f"/cases/{reference}"), "to": "2"}
    refused = amal.post(f"/cases/{reference}/assign", data=data, headers=BACKGROUND)
    assert refused.status_code == 409 and "Take the case first" in refused.json["error"]
    amal.post(f"/cases/{reference}/claim", data=data)
    assert amal.post(f"/cases/{reference}/assign", data=data, headers=BACKGROUND).status_code == 200
    with console_parts.unit_of_work() as uow:
        assert uow.cases.find_by_reference(reference).assignee_id == 2


def test_a_shut_window_offers_the_approved_message_once(console_parts, console_staff):
    message = hear(console_parts, "hello")
    reference = open_for(console_parts, message)
    console_staff("amal@example.org", Role.CASEWORKER)
    for language, code in (("ar", "template_missing"), ("en", None)):
        shut(console_parts, message, language)
        with console_parts.unit_of_work() as uow:
            ask = {"templates": TEMPLATES, "actor": AMAL, "clock": now, "new_id": new_id}
            if code:
                with pytest.raises(WrongState, match=code):
                    ask_to_write(uow, reference, **ask)
                continue
            sent = ask_to_write(uow, reference, **ask)
            assert (sent.template, sent.text, sent.author_id) == ("reply_ready_en", "Your reply is ready", 1)
            with pytest.raises(WrongState, match="template_sent"):
                ask_to_write(uow, reference, **ask)
    assert acts(console_parts, Act.TEMPLATE_SENT) == [reference]


def test_nobody_is_asked_to_write_who_just_did(console_parts, console_staff):
    reference = open_for(console_parts, hear(console_parts, "hello"))
    client = console_staff("amal@example.org", Role.CASEWORKER)
    assert "open for 23 h" in client.get(f"/cases/{reference}").text
    with console_parts.unit_of_work() as uow, pytest.raises(WrongState, match="window_open"):
        ask_to_write(uow, reference, templates=TEMPLATES, actor=AMAL, clock=now, new_id=new_id)


def test_who_wants_no_messages_gets_none_and_the_page_says_why(console_parts, console_staff):
    message = hear(console_parts, "hello")
    reference = open_for(console_parts, message)
    with console_parts.unit_of_work() as uow:
        address = uow.contacts.get_address(uow.conversations.get(message.conversation_id).channel_address_id)
        address.stop(now(), reason="blocked")
        uow.commit()
    page = console_staff("amal@example.org", Role.CASEWORKER).get(f"/cases/{reference}").text
    assert "The person blocked this hotline." in page


@pytest.mark.parametrize(
    ("currency", "language", "shown"),
    [
        (None, "en", ["0.085", "0.17"]),
        ("USD", "en", ["$0.085", "$0.17"]),
        ("USD", "fr", ["0,085 $US", "0,17 $US"]),
        ("LYD", "ar", ["\u200f0.085 د.ل.\u200f", "\u200f0.170 د.ل.\u200f"]),
    ],
)
def test_what_an_sms_costs_is_said_in_the_operators_currency(console_parts, console_staff, currency, language, shown):
    # Given a price list, and an SMS to whose person staff wrote before
    reference = open_for(console_parts, message := hear(console_parts, "hello", channel=Channel.SMS))
    write_to(console_parts, message, price="0.170")
    app = app_with(console_parts, sms_prices={"LY": Decimal("0.085")}, sms_currency=currency)
    console_staff("amal@example.org", Role.CASEWORKER)
    client = app.test_client()
    log_in(client, "amal@example.org", PASSWORD)
    client.post("/language", data={"csrf_token": token_on(client, "/"), "language": language})
    page = client.get(f"/cases/{reference}").text
    # Then the box tells what one part costs, two parts and so on, and the thread what the one that was sent cost
    said = [" ".join(one.split()) for one in json.loads(unescape(re.search(r'data-prices="([^"]+)"', page).group(1)))]
    assert said[:2] == shown and len(said) == MAX_SMS_PARTS
    assert shown[1] in " ".join(page[page.index('class="item-foot"') :].split())


def test_a_pin_on_the_map_is_shown_as_a_town_with_its_coordinates(console_parts, console_staff):
    message = hear(console_parts, "32.88720,13.19130", kind=MessageKind.LOCATION)
    page = console_staff("amal@example.org", Role.CASEWORKER).get(f"/cases/{open_for(console_parts, message)}").text
    assert "Near Tripoli (32.88720, 13.19130)" in page


def photo(size=(40, 20), *, orientation=6):
    """Return a JPEG that says where, when and by what it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Secret Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (32.0, 53.0, 14.0), 3: "E", 4: (13.0, 11.0, 28.0)})
    data = BytesIO()
    Image.new("RGB", size, "red").save(data, "JPEG", exif=exif, comment=b"taken at home")
    return data.getvalue()


def test_a_photo_loses_place_and_camera_and_stands_upright():
    sent = photo()
    assert b"Secret Camera" in sent and Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)
    shown = cleaned(Fetched("image/jpeg", sent)).data
    picture = Image.open(BytesIO(shown))
    assert picture.size == (20, 40)
    assert not picture.getexif() and "comment" not in picture.info and "icc_profile" not in picture.info
    assert b"Secret" not in shown and b"home" not in shown


def test_a_photo_is_made_small_enough_and_a_bomb_is_refused():
    shown = cleaned(Fetched("image/jpeg", photo((4000, 1000), orientation=1)))
    assert Image.open(BytesIO(shown.data)).size == (LONGEST_SIDE, 500)
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    for data in (bomb.getvalue(), b"no picture", b"<svg onload=alert(1)>", photo()[:200]):
        with pytest.raises(Rejected):
            cleaned(Fetched("image/png" if data[:4] == b"\x89PNG" else "image/jpeg", data))


def test_what_is_clear_in_a_picture_stays_clear():
    data = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(data, "WEBP")
    shown = cleaned(Fetched("image/webp", data.getvalue()))
    assert shown.content_type == "image/png" and Image.open(BytesIO(shown.data)).mode == "RGBA"


def test_what_is_no_picture_stays_as_it_is():
    sent = Fetched("audio/ogg", b"a voice")
    assert cleaned(sent) is sent
