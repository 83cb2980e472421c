"""Messages that did not arrive, and files that people sent: who sees which, in which words, and how a file is opened."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.console import delivery_words
from bot.console.media import ENDINGS, media_size
from bot.console.outside import make_media_sources, use_media_sources
from bot.domain.cases import QueueState
from bot.domain.contacts import LANGUAGES, Channel, Provider
from bot.domain.conversations import Direction, Message, MessageKind
from bot.domain.deliveries import FAILURES, OutboundState
from bot.domain.errors import NotFound, Rejected, TryLater
from bot.domain.media import MAX_MEDIA_BYTES, OPENED_TYPES, Fetched
from bot.domain.staff import Grant, Role
from bot.provider_settings import TelegramSettings, TwilioSettings
from bot.services.cases import open_case
from bot.services.deliveries import MAX_ROWS
from bot.services.media import may_see_media
from bot.services.messages import Incoming, IncomingMedia, receive_message
from bot.wiring import new_id, now
from tests.integration.console_steps import token_on

ADDRESS, TEXT = "+218910000077", "the office is near the harbour"
PHOTO = IncomingMedia("image/jpeg", 250_000, "https://api.twilio.com/secret-reference")
CASE_STAFF = (Role.CASEWORKER, Role.PROTECTION, Role.SUPERVISOR)


def picture_of(content_type):
    """Return a small picture as a file of this type."""
    data = BytesIO()
    Image.new("RGB", (8, 4), "red").save(data, content_type.removeprefix("image/").upper())
    return data.getvalue()


class FakeSource:
    """A provider that gives a file out, or raises what a test wants."""

    def __init__(self):
        self.answer = Fetched("image/jpeg", picture_of("image/jpeg"))
        self.asked = []

    def fetch(self, media):
        self.asked.append(media.id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def console_source(console_app):
    """The source of Twilio's files."""
    source = FakeSource()
    use_media_sources(console_app, {Provider.TWILIO: source})
    return source


@pytest.fixture
def console_person(console_parts):
    """A function: somebody writes, with files; cases are opened by topic; our messages have these states and failures."""

    def make(*topics, sent=(), media=(), channel=Channel.WHATSAPP, age=timedelta(0), provider=Provider.TWILIO):
        with console_parts.unit_of_work() as uow:
            kind = MessageKind.PHOTO if media else MessageKind.TEXT
            incoming = Incoming(provider, channel, f"{ADDRESS}{new_id()}", new_id(), text=TEXT, kind=kind, media=media)
            message_id, _ = receive_message(uow, incoming, clock=now, new_id=new_id)
            message = uow.messages.get(message_id)
            ids = {"contact_id": message.contact_id, "conversation_id": message.conversation_id}
            opened = [open_case(uow, topic=t, message_id=message_id, clock=now, new_id=new_id, **ids) for t in topics]
            for state, failure in sent:
                fields = {"kind": MessageKind.TEXT, "text": TEXT, "state": state.value, "failure": failure, **ids}
                uow.messages.add(Message(id=new_id(), direction=Direction.OUTBOUND, created_at=now() - age, **fields))
            uow.commit()
            media_ids = [found.id for found in uow.messages.media_of(message_id)]
        return [case.reference for case in opened], media_ids

    return make


def open_file(client, media_id, reference, **more):
    """Press the button on a case's page."""
    data = {"csrf_token": token_on(client, "/directory"), "case": reference}
    return client.post(f"/media/{media_id}", data=data, **more)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_sees_no_cases_sees_neither_deliveries_nor_cases_nor_files(console_staff, console_person, console_source, role):
    (reference,), (media_id,) = console_person("talk_to_human", media=(PHOTO,), sent=[(OutboundState.FAILED, "filtered")])
    client = console_staff("amal@example.org", role)
    assert client.get("/deliveries").status_code == 403
    assert client.get(f"/cases/{reference}").status_code == 403
    assert open_file(client, media_id, reference).status_code == 403
    assert "/deliveries" not in client.get("/").text
    assert console_source.asked == []


def test_a_complaint_by_sms_hides_the_files_that_came_by_whatsapp_from_the_same_number(console_parts):
    contacts = {}
    for channel, topic in ((Channel.WHATSAPP, "talk_to_human"), (Channel.SMS, "report_misconduct")):
        with console_parts.unit_of_work() as uow:
            incoming = Incoming(Provider.TWILIO, channel, ADDRESS, new_id(), text=TEXT)
            message_id, _ = receive_message(uow, incoming, clock=now, new_id=new_id)
            message = uow.messages.get(message_id)
            contacts[channel] = message.contact_id
            if channel is Channel.SMS:
                assert may_see_media(uow, contacts[Channel.WHATSAPP], {Role.CASEWORKER})
            ids = {"contact_id": message.contact_id, "conversation_id": message.conversation_id}
            open_case(uow, topic=topic, message_id=message_id, clock=now, new_id=new_id, **ids)
    with console_parts.unit_of_work() as uow:
        seen = [may_see_media(uow, contacts[Channel.WHATSAPP], roles) for roles in ({Role.CASEWORKER}, {*Role, *Grant})]
        assert seen == [False, True]
        uow.contacts.get(contacts[Channel.SMS]).is_shared = True
        uow.commit()
        assert may_see_media(uow, contacts[Channel.WHATSAPP], {Role.CASEWORKER})


@pytest.mark.parametrize("path", ["/deliveries", "/cases/R-7K3QF-W"])
def test_a_stranger_is_led_to_the_login_page(console_client, path):
    assert console_client.get(path).location.partition("?")[0] == "/login"


# Who follows a case reads what was written; a list of deliveries needs no texts.
@pytest.mark.parametrize(("path", "secrets"), [("/deliveries", (TEXT,)), ("/cases/{reference}", ())])
def test_no_address_is_shown_and_nothing_is_inline_and_deliveries_show_no_text(console_staff, console_person, path, secrets):
    (reference,), _ = console_person("talk_to_human", sent=[(OutboundState.FAILED, "filtered")], media=(PHOTO,))
    page = console_staff("amal@example.org", Role.SUPERVISOR).get(path.format(reference=reference)).text
    assert "took the message for spam" in page
    assert not any(secret in page for secret in (*secrets, ADDRESS, PHOTO.reference, " style=", " onclick="))


def test_the_list_renews_itself_as_a_page_that_asks_and_not_as_somebody_at_work(console_app, console_staff, console_person):
    console_person(sent=[(OutboundState.FAILED, "filtered")])
    client = console_staff("amal@example.org", Role.CASEWORKER)
    page = client.get("/deliveries").text
    assert page.index('<div id="deliveries">') < page.index("cell-reason") and "/deliveries.js" in page
    names = re.findall(r'<script type="module" src="[^"]*?(\w+[.]js)', page)
    scripts = [(Path(console_app.static_folder) / name).read_text() for name in names]
    assert any('await ask(location.href, { type: "document" })' in one for one in scripts)
    assert not any("location.reload" in one for one in scripts)


def test_the_list_shows_what_is_in_trouble_and_nothing_else(console_staff, console_person):
    trouble = {
        OutboundState.HELD: "window_shut",
        OutboundState.UNKNOWN: "answer_lost",
        OutboundState.UNDELIVERED: "phone_off",
        OutboundState.FAILED: "too_long",
        OutboundState.WITHDRAWN: "opted_out",
        OutboundState.QUEUED: "provider_away",
    }
    console_person("update_request", sent=list(trouble.items()))
    fine = (OutboundState.QUEUED, OutboundState.SENDING, OutboundState.SENT, OutboundState.DELIVERED, OutboundState.READ)
    console_person(channel=Channel.SMS, sent=[(state, None) for state in fine])
    page = console_staff("amal@example.org", Role.CASEWORKER).get("/deliveries").text
    assert page.count("cell-reason") == len(trouble)
    assert ">SMS<" not in page
    assert page.index("did not answer") < page.index("no more messages") < page.index("after the person last wrote")


def test_your_reply_is_ready_that_nobody_needs_any_more_is_not_in_trouble(console_parts, console_staff, console_person):
    console_person(sent=[(OutboundState.WITHDRAWN, "window_open")])
    with console_parts.unit_of_work() as uow:
        (message,) = uow.outbox.troubled(limit=5)
        message.template = "reply_ready_en"
        uow.commit()
    assert "No message is in trouble" in console_staff("amal@example.org", Role.SUPERVISOR).get("/deliveries").text


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        ((Role.CASEWORKER,), {"none", "return"}),
        ((Role.PROTECTION,), {"none", "return", "protection", "both"}),
        ((Role.SUPERVISOR,), {"none", "return", "protection", "both"}),
        ((Role.SUPERVISOR, Grant.COMPLAINTS), {"none", "return", "protection", "both", "complaint"}),
    ],
)
def test_rows_of_people_with_a_hidden_case_are_left_out(console_staff, console_person, roles, seen):
    # Given one failure for each kind of person, told apart by the reason
    people = {
        "none": ((), "too_long"),
        "return": (("update_request",), "filtered"),
        "protection": (("emergency_sea",), "expired"),
        "both": (("update_request", "emergency_sea"), "network_fault"),
        "complaint": (("report_misconduct", "update_request"), "phone_off"),
    }
    words = {
        "none": "was too long",
        "return": "for spam",
        "protection": "in time",
        "both": "network lost",
        "complaint": "phone was off",
    }
    references = {n: console_person(*topics, sent=[(OutboundState.FAILED, code)])[0] for n, (topics, code) in people.items()}
    # When staff look at the list
    page = console_staff("amal@example.org", *roles).get("/deliveries").text
    # Then they see reasons, references and the badge of those whose cases they all may see
    assert {name for name, said in words.items() if said in page} == seen
    assert {name for name, found in references.items() if any(r in page for r in found)} == seen - {"none"}
    assert f'<span aria-hidden="true">{len(seen)}</span>' in page
    assert ("your role does not follow" in page) == (Grant.COMPLAINTS not in roles)


def test_a_resolved_case_hides_no_rows_but_still_hides_files(console_parts, console_staff, console_person, console_source):
    (hidden, reference), (media_id,) = console_person(
        "emergency_sea", "update_request", sent=[(OutboundState.FAILED, "too_long")], media=(PHOTO,)
    )
    with console_parts.unit_of_work() as uow:
        (message,) = uow.outbox.troubled(limit=1)
        (case,) = [case for case in uow.cases.of_contact(message.contact_id) if case.reference == hidden]
        case.queue_state = QueueState.RESOLVED
        uow.commit()
    client = console_staff("amal@example.org", Role.CASEWORKER)
    page = client.get("/deliveries").text
    assert "was too long" in page and reference in page and hidden not in page
    assert media_id not in client.get(f"/cases/{reference}").text
    assert open_file(client, media_id, reference).status_code == 404
    assert console_source.asked == []


def test_the_list_ends_at_its_limit_and_says_so(console_staff, console_person):
    console_person(sent=[(OutboundState.FAILED, "too_long")] * (MAX_ROWS + 1))
    page = console_staff("amal@example.org", Role.SUPERVISOR).get("/deliveries").text
    assert page.count("cell-reason") == MAX_ROWS and "Only the newest 200" in page
    assert ">99+<" in page


def test_the_badge_counts_what_failed_or_is_uncertain_since_yesterday(console_staff, console_person):
    lost = [
        (OutboundState.FAILED, "too_long"),
        (OutboundState.UNDELIVERED, "phone_off"),
        (OutboundState.UNKNOWN, "answer_lost"),
    ]
    console_person(sent=[*lost, (OutboundState.HELD, "window_shut"), (OutboundState.WITHDRAWN, "opted_out")])
    console_person(sent=lost, age=timedelta(hours=25))
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    assert 'badge"><span aria-hidden="true">3<' in client.get("/").text


def test_without_losses_there_is_no_badge(console_staff, console_person):
    console_person(sent=[(OutboundState.DELIVERED, None)])
    assert "Lost or uncertain" not in console_staff("amal@example.org", Role.SUPERVISOR).get("/").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_in_each_language(console_app, language):
    def said(code, in_language):
        with console_app.test_request_context(headers={"Accept-Language": in_language}):
            steps = {delivery_words.what_to_do(state, code) for state in OutboundState}
            return delivery_words.what_happened(code), steps

    unknown, _ = said("unknown_reason", language)
    reasons = {code: said(code, language) for code in FAILURES}
    for code, (reason, steps) in reasons.items():
        assert (reason == unknown) == (code == "unknown_reason"), f"add words for {code} to delivery_words"
        assert all(steps) and reason
        if language != "en":
            english, english_steps = said(code, "en")
            assert reason != english and not steps & english_steps, f"{code} is not translated"
    assert len({reason for reason, _ in reasons.values()}) == len(reasons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_words_in_each_language(console_app, language):
    with console_app.test_request_context(headers={"Accept-Language": language}):
        assert len({delivery_words.delivery_state(state) for state in OutboundState}) == len(OutboundState)


def test_every_listed_failure_says_itself_what_to_do_and_all_that_do_are_listed(console_app):
    with console_app.test_request_context():
        known = delivery_words._steps().keys() | set(delivery_words._FOR_OPERATORS)
        reasons = delivery_words._reasons().keys()
    assert FAILURES.keys() == known == reasons, "list these in FAILURES, and say what to do about them in delivery_words"


def test_what_is_uncertain_is_checked_before_it_is_written_again(console_app):
    with console_app.test_request_context():
        for code in ("answer_lost", "worker_died", "provider_away"):
            assert "Check before" in delivery_words.what_to_do(OutboundState.UNKNOWN, code)


@pytest.mark.parametrize("role", CASE_STAFF)
def test_the_overview_leads_to_a_case(console_staff, console_person, role):
    (reference,), _ = console_person("update_request")
    client = console_staff("amal@example.org", role)
    assert f'href="/cases/{reference}"' in client.get("/").text
    page = client.get(f"/cases/{reference}").text
    assert all(word in page for word in ("Return", "Normal", "WhatsApp", "not known yet", "No files to show"))


@pytest.mark.parametrize(
    ("role", "topic", "status"),
    [
        (Role.CASEWORKER, "emergency_sea", 404),
        (Role.CASEWORKER, "report_misconduct", 404),
        (Role.PROTECTION, "emergency_sea", 200),
        (Role.PROTECTION, "report_misconduct", 404),
        (Role.SUPERVISOR, "report_misconduct", 404),
    ],
)
def test_a_case_of_a_hidden_kind_is_not_found(console_staff, console_person, role, topic, status):
    (reference,), _ = console_person(topic)
    client = console_staff("amal@example.org", role)
    assert client.get(f"/cases/{reference}").status_code == status
    assert client.get("/cases/R-00000-0").status_code == 404


def test_a_case_shows_messages_with_their_states_and_what_to_do(console_staff, console_person):
    sent = [(OutboundState.FAILED, "too_long"), (OutboundState.DELIVERED, None), (OutboundState.READ, None)]
    (reference,), _ = console_person("update_request", sent=sent)
    page = console_staff("amal@example.org", Role.CASEWORKER).get(f"/cases/{reference}").text
    assert page.index("was too long") < page.index("</svg>Delivered") < page.index("</svg>Read")
    assert "Write it again in a shorter form." in page


def test_a_case_lists_files_with_kind_type_and_size(console_staff, console_person):
    media = (PHOTO, IncomingMedia("application/zip", 900, "zip"), IncomingMedia("video/mp4", 5_600_000, "video"))
    (reference,), _ = console_person("update_request", media=media)
    page = console_staff("amal@example.org", Role.CASEWORKER).get(f"/cases/{reference}").text
    assert "JPG · 244 KB" in page and "MP4 · 5.3 MB" in page and "not opened yet" in page
    # Then what a browser might run is not offered
    assert page.count('action="/media/') == 2 and "of a type that is not opened here" in page


def test_files_of_a_person_with_a_hidden_case_are_not_listed_nor_opened(console_staff, console_person, console_source):
    (reference, hidden), (media_id,) = console_person("update_request", "report_misconduct", media=(PHOTO,))
    client = console_staff("amal@example.org", Role.PROTECTION)
    page = client.get(f"/cases/{reference}").text
    assert media_id not in page and hidden not in page and "No files to show" in page
    assert open_file(client, media_id, reference).status_code == 404
    assert console_source.asked == []


@pytest.mark.parametrize("content_type", sorted(OPENED_TYPES))
def test_a_file_is_handed_out_to_be_saved(
    console_parts, console_staff, console_person, console_source, content_type, process_log
):
    (reference,), (media_id,) = console_person("update_request", media=(replace(PHOTO, content_type=content_type),))
    sent = picture_of(content_type) if content_type.startswith("image/") else b"the file"
    console_source.answer = Fetched(content_type, sent)
    client = console_staff("amal@example.org", Role.CASEWORKER)
    answer = open_file(client, media_id, reference)
    # Then a picture was drawn anew, and all else is as it came
    its_type = "image/jpeg" if content_type.startswith("image/") else content_type
    assert answer.status_code == 200 and (answer.data == sent) is (its_type == content_type and sent == b"the file")
    assert answer.headers["Content-Type"] == its_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="file-{media_id[:8]}.{ENDINGS[its_type]}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    with console_parts.unit_of_work() as uow:
        media = uow.messages.get_media(media_id)
    assert media.fetched_at is not None
    # Then the log knows which message it was, and nothing else
    (line,) = [line for line in process_log.getvalue().splitlines() if "media_opened" in line]
    assert line.endswith(f"media_opened message_id={media.message_id}")


def test_the_time_of_the_first_opening_stays(console_parts, console_staff, console_person, console_source):
    (reference,), (media_id,) = console_person("update_request", media=(PHOTO,))
    client = console_staff("amal@example.org", Role.CASEWORKER)
    times = set()
    for _ in range(2):
        open_file(client, media_id, reference)
        with console_parts.unit_of_work() as uow:
            times.add(uow.messages.get_media(media_id).fetched_at)
    assert len(times) == 1 and None not in times
    # Then, as Twilio gives a file out once, it is not offered again
    page = client.get(f"/cases/{reference}").text
    assert f"/media/{media_id}" not in page and "The provider no longer has it" in page


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (NotFound("media_not_found"), "The provider no longer has this file."),
        (Rejected("too_long"), "too large, or of a type"),
        (Fetched("text/html", b"<script>"), "too large, or of a type"),
        (Fetched("image/jpeg", b"x" * (MAX_MEDIA_BYTES + 1)), "too large, or of a type"),
        (TryLater("provider_away"), "The provider did not answer."),
    ],
)
def test_a_file_that_cannot_be_opened_is_explained(
    console_parts, console_staff, console_person, console_source, answer, words, process_log
):
    (reference,), (media_id,) = console_person("update_request", media=(PHOTO,))
    console_source.answer = answer
    client = console_staff("amal@example.org", Role.CASEWORKER)
    led_back = open_file(client, media_id, reference)
    assert (led_back.status_code, led_back.location) == (303, f"/cases/{reference}")
    assert words in client.get(led_back.location).text
    with console_parts.unit_of_work() as uow:
        assert uow.messages.get_media(media_id).fetched_at is None
    assert "media_opened" not in process_log.getvalue()


def test_a_file_of_a_channel_that_is_off_is_explained(console_staff, console_person):
    (reference,), (media_id,) = console_person("update_request", media=(PHOTO,))
    client = console_staff("amal@example.org", Role.CASEWORKER)
    assert "switched off" in open_file(client, media_id, reference, follow_redirects=True).text


def test_a_file_is_opened_by_a_post_with_its_token_only(console_staff, console_person, console_source):
    (reference,), (media_id,) = console_person("update_request", media=(PHOTO,))
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    assert client.get(f"/media/{media_id}").status_code == 405
    assert client.post(f"/media/{media_id}", data={"case": reference}).status_code == 400
    assert open_file(client, "unknown", reference).status_code == 404
    assert console_source.asked == []


def test_files_come_from_the_providers_that_are_on(console_parts):
    telegram = TelegramSettings(token="1:a", secret_token="", api_url="https://telegram.invalid", mode="polling")
    twilio = TwilioSettings(
        account_sid="AC0",
        auth_tokens=("secret",),
        api_url="https://twilio.invalid",
        sms_from=None,
        messaging_service_sid=None,
        whatsapp_from=None,
        contents={},
    )
    settings = console_parts.settings
    assert make_media_sources(settings) == {}
    assert set(make_media_sources(replace(settings, telegram=telegram))) == {Provider.TELEGRAM}
    assert set(make_media_sources(replace(settings, twilio=twilio))) == {Provider.TWILIO}


@pytest.mark.parametrize(("size", "words"), [(1, "1 KB"), (250_000, "244 KB"), (1_048_576, "1 MB"), (5_600_000, "5.3 MB")])
def test_sizes_are_short(console_app, size, words):
    with console_app.test_request_context():
        assert media_size(size) == words
