"""Canned replies: who keeps them, what is refused, and what a caseworker is offered for the person of a case."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import time, timezone

import pytest

from bot.console import create_app
from bot.domain.canned_replies import CannedReply, require_known_variables
from bot.domain.cases import CaseKind
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.errors import NotFound, WrongState
from bot.domain.opening_hours import OpeningHours
from bot.domain.staff import Role
from bot.language.hours import hours_in_words
from bot.services import canned_replies as service
from bot.services.audit_ports import AuditFilter
from bot.services.cases import open_case
from bot.services.messages import receive_message
from bot.storage.seed import seed_canned_replies
from bot.wiring import new_id, now
from tests.builders import make_incoming
from tests.integration.attack_steps import HOSTILE, case_of_kind, dangers
from tests.integration.console_steps import PASSWORD, log_in, token_on

EDITORS = {Role.SUPERVISOR, Role.ADMINISTRATOR}
OFFICE = OpeningHours((*((day, time(8, 30), time(16)) for day in (6, 0, 1, 2, 3)), (5, time(9), time(12))), timezone.utc)


def post(client, path, **data):
    return client.post(path, data={"csrf_token": token_on(client, "/account"), **data})


def add(client, **changes):
    data = {"title_en": "Thanks", "text_en": "Thank you. Your reference is {reference}.", **changes}
    return post(client, "/canned-replies/new", **data)


def stored(parts):
    with parts.unit_of_work() as uow:
        return {reply.titles.get("en") or next(iter(reply.titles.values())): reply for reply in uow.canned_replies.all()}


def acts(parts):
    """Return subject and detail of what the audit log has of canned replies."""
    with parts.unit_of_work() as uow:
        entries = uow.session.connection().exec_driver_sql(
            "SELECT position FROM audit_entry WHERE act = 'canned_reply_changed'"
        )
        positions = {row[0] for row in entries}
        return [
            (e.subject, e.detail) for e in uow.audit.newest(AuditFilter(), before=None, limit=50) if e.position in positions
        ]


def case_in(parts, language, channel=Channel.TELEGRAM):
    """Let somebody write in a language, and return the reference of their case."""
    with parts.unit_of_work() as uow:
        incoming = make_incoming(channel=channel, address=f"sim:{new_id()}", provider_id=new_id(), message_ref=new_id())
        message = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
        uow.conversations.get(message.conversation_id).language = language
        ids = {"contact_id": message.contact_id, "conversation_id": message.conversation_id, "message_id": message.id}
        return open_case(uow, topic="talk_to_human", clock=now, new_id=new_id, **ids).reference


def offered(client, reference):
    return {one["title"]: one for one in client.get(f"/canned-replies/for/{reference}").json}


@pytest.mark.parametrize("role", list(Role))
def test_editors_keep_them_and_caseworkers_pick_them(console_staff, console_parts, role):
    client, reference = console_staff("amal@example.org", role), case_of_kind(console_parts, CaseKind.QUESTION)
    wanted = 200 if role in EDITORS else 403
    assert [client.get(path).status_code for path in ("/canned-replies", "/canned-replies/new")] == [wanted] * 2
    assert (add(client).status_code == 403) is (role not in EDITORS)
    assert bool(stored(console_parts)) is (role in EDITORS)
    picks = role in {Role.CASEWORKER, Role.PROTECTION, Role.SUPERVISOR}
    assert client.get(f"/canned-replies/for/{reference}").status_code == (200 if picks else 403)


def test_a_reply_is_added_found_changed_and_switched_off(console_staff, console_parts):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    assert add(client, title_ar="شكرا", text_ar="شكراً لك").status_code == 303
    reply = stored(console_parts)["Thanks"]
    # It is found by words of every language, with or without marks and accents
    for query, is_found in (("شكرا", True), ("THANK reference", True), ("absent", False)):
        assert (reply.id in client.get("/canned-replies", query_string={"q": query}).text) is is_found, query
    page = client.get(f"/canned-replies/{reply.id}")
    seen = re.search(r'name="seen" value="([^"]+)"', page.text).group(1)
    # A language that is emptied is left out
    changed = {"title_en": "Thanks", "text_en": "Thank you.", "title_ar": "", "text_ar": " "}
    assert post(client, f"/canned-replies/{reply.id}", seen=seen, **changed).status_code == 303
    reply = stored(console_parts)["Thanks"]
    assert (reply.titles, reply.texts) == ({"en": "Thanks"}, {"en": "Thank you."})
    assert "Missing: Arabic" in client.get("/canned-replies").text
    post(client, f"/canned-replies/{reply.id}/switch", seen=reply.updated_at.isoformat(), on="0")
    assert stored(console_parts)["Thanks"].is_active is False
    assert acts(console_parts) == [(reply.id, "off"), (reply.id, "changed"), (reply.id, "added")]


def test_two_editors_do_not_overwrite_each_other(console_staff, console_parts):
    amal, omar = (console_staff(f"{name}@example.org", Role.SUPERVISOR) for name in ("amal", "omar"))
    add(amal)
    reply = stored(console_parts)["Thanks"]
    path, seen = f"/canned-replies/{reply.id}", reply.updated_at.isoformat()
    assert post(omar, path, seen=seen, title_en="Thanks", text_en="Omar's words").status_code == 303
    refused = post(amal, path, seen=seen, title_en="Thanks", text_en="Amal's words")
    assert refused.status_code == 409 and stored(console_parts)["Thanks"].texts == {"en": "Omar's words"}
    # Both are on the page, and the next try is on purpose
    assert all(words in html.unescape(refused.text) for words in ("Amal's words", "Omar's words"))
    newer = re.search(r'name="seen" value="([^"]+)"', refused.text).group(1)
    post(amal, f"{path}/switch", seen=seen, on="0")
    assert stored(console_parts)["Thanks"].is_active
    assert post(amal, path, seen=newer, title_en="Thanks", text_en="Amal's words").status_code == 303
    assert stored(console_parts)["Thanks"].texts == {"en": "Amal's words"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title_en": "", "text_en": ""}, "at least one language"),
        ({"title_en": " "}, "A title is missing: English"),
        ({"title_fr": "Merci"}, "A text is missing: French"),
        ({"title_en": "x" * 61}, "at most 60 characters: English"),
        ({"text_en": "x" * 601}, "at most 600 characters: English"),
        ({"text_en": "Call {phone}"}, "There is no variable {phone}. You can use: {reference}, {caseworker}, {hours}."),
        ({"text_en": "Your reference: {reference"}, "A brace stands alone"),
    ],
)
def test_what_cannot_be_kept_is_said_and_what_was_written_stays(console_staff, console_parts, changes, says):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    page = add(client, title_ar="شكرا", text_ar="نص كتبته", **changes) if "title_en" not in changes else add(client, **changes)
    assert page.status_code == 422 and says in html.unescape(page.text)
    assert stored(console_parts) == {}
    assert all(value in html.unescape(page.text) for value in changes.values())


def test_the_form_shows_an_example_and_what_it_costs(console_staff, console_parts):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    add(client, text_en="{hours}", title_ar="ا", text_ar="ا" * 71)
    page = client.get(f"/canned-replies/{stored(console_parts)['Thanks'].id}").text
    assert "Sunday to Thursday, 8:30 to 16:30</p>" in page
    costs = dict(re.findall(r'id="cost-(\w\w)">([^<]*)<', page))
    assert costs == {"ar": "2 SMS parts", "fr": "", "en": "1 SMS part"}
    assert "No opening hours are set" in client.get("/canned-replies").text


def test_a_person_gets_the_text_in_their_language_and_the_caseworker_reads_their_own(console_parts, console_staff):
    # Given an office with hours, and a caseworker who reads French
    parts = replace(console_parts, settings=replace(console_parts.settings, opening_hours=OFFICE))
    console_staff("amal@example.org", Role.CASEWORKER)
    with parts.unit_of_work() as uow:
        for number, (titles, texts, is_active) in enumerate(
            [
                (
                    {"ar": "مرحبا", "fr": "Bonjour"},
                    {"ar": "معك {caseworker}، رقمك {reference}", "fr": "Ici {caseworker}"},
                    True,
                ),
                ({"ar": "ساعات"}, {"ar": "نعمل {hours}"}, True),
                ({"fr": "Merci"}, {"fr": "Merci"}, True),
                ({"fr": "Avant"}, {"ar": "قديم", "fr": "Ancien"}, False),
            ]
        ):
            uow.canned_replies.add(CannedReply(f"r{number}", titles, texts, is_active, now()))
        uow.commit()
    client = create_app(parts).test_client()
    log_in(client, "amal@example.org", PASSWORD)
    post(client, "/language", language="fr")
    reference = case_in(parts, "ar")
    # Then titles are French, texts Arabic, Latin words isolated; off, and missing in Arabic, is left out
    found = offered(client, reference)
    assert set(found) == {"Bonjour", "ساعات"}
    assert found["Bonjour"]["text"] == f"معك \u2068Amal\u2069، رقمك \u2068{reference}\u2069"
    assert found["Bonjour"]["own_text"] == "Ici Amal"
    assert found["ساعات"]["text"] == f"نعمل {hours_in_words(OFFICE, 'ar')}"
    assert found["ساعات"]["own_text"] == ""
    # On SMS no phone gets boxes
    plain = case_in(parts, "ar", Channel.SMS)
    assert offered(client, plain)["Bonjour"]["text"] == f"معك Amal، رقمك {plain}"
    # Whoever named no language is written to in English: nothing to offer here
    assert offered(client, case_in(parts, None)) == {}


def test_a_gap_is_never_offered(console_parts, console_staff):
    # Given no hours that anybody set, and an account whose name is an e-mail address
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    add(client, title_en="Hours", text_en="We work {hours}")
    add(client, title_en="Who", text_en="This is {caseworker}")
    reference = case_in(console_parts, "en")
    assert set(offered(client, reference)) == {"Who"}
    post(client, "/account/name", name="amal@example.org")
    assert offered(client, reference) == {}


@pytest.mark.parametrize("kind", [CaseKind.PROTECTION, CaseKind.COMPLAINT])
def test_nothing_is_offered_for_a_case_that_is_not_seen(console_parts, console_staff, kind):
    client = console_staff("amal@example.org", Role.CASEWORKER)
    for reference in (case_of_kind(console_parts, kind), "R-00000-0"):
        assert client.get(f"/canned-replies/for/{reference}").status_code == 404


def test_both_databases_keep_a_change(database):
    with database.unit_of_work() as uow:
        reply = service.add_reply(uow, {"fr": service.Words("Merci", "Merci")}, staff_id=1, clock=now, new_id=new_id)
        seen = service.mark_of(uow.canned_replies.get(reply.id))
        words = {"fr": service.Words("Merci", "Merci bien")}
        service.change_reply(uow, reply.id, words, staff_id=2, clock=now, seen=seen)
        kept = uow.canned_replies.get(reply.id)
        assert (kept.texts, kept.updated_by, kept.is_active) == ({"fr": "Merci bien"}, 2, True)
        with pytest.raises(WrongState, match="changed_meanwhile"):
            service.change_reply(uow, reply.id, words, staff_id=1, clock=now, seen=seen)
        with pytest.raises(NotFound):
            service.switch_reply(uow, "absent", is_active=True, staff_id=1, clock=now, seen=seen)


def test_hostile_words_stay_words(console_staff, console_parts):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    for number, text in enumerate(one for one in HOSTILE if "{" not in one):
        add(client, title_en=f"{number} {text}"[:60], text_en=text)
    pages = [
        client.get("/canned-replies").text,
        *(client.get(f"/canned-replies/{r.id}").text for r in stored(console_parts).values()),
    ]
    assert len(pages) > 5 and [dangers(page) for page in pages] == [[]] * len(pages)


def test_a_new_office_begins_with_some_and_keeps_its_own(console_staff, console_parts):
    with console_parts.unit_of_work() as uow:
        assert seed_canned_replies(uow, clock=now, new_id=new_id) >= 8
        replies = uow.canned_replies.all()
        assert all(set(reply.texts) == set(reply.titles) == set(LANGUAGES) for reply in replies)
        for text in (text for reply in replies for text in reply.texts.values()):
            require_known_variables(text)
            assert not re.search(r"\d", text), "no numbers are promised"
        replies[0].texts = {"en": "Ours"}
        uow.canned_replies.save(replies[0])
        uow.commit()
        assert seed_canned_replies(uow, clock=now, new_id=new_id) == 0
        assert uow.canned_replies.get(replies[0].id).texts == {"en": "Ours"}
    page = console_staff("amal@example.org", Role.SUPERVISOR).get("/canned-replies").text
    assert page.count("Came with the hotline") == len(replies)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "من الأحد إلى الخميس، من 8:30 إلى 16:00؛ يوم السبت، من 9:00 إلى 12:00"),
        ("fr", "du dimanche au jeudi, de 8 h 30 à 16 h ; le samedi, de 9 h à 12 h"),
        ("en", "Sunday to Thursday, 8:30 to 16:00; Saturday, 9:00 to 12:00"),
    ],
)
def test_hours_are_told_in_words(language, words):
    assert hours_in_words(OFFICE, language) == words
    assert hours_in_words(OpeningHours(), language) == ""
