"""The pages of the hotline's answers: withdrawn at once on all channels, marked, restored, and picked for a reply."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from bot.domain.contacts import Channel, Provider
from bot.domain.staff import Role
from bot.language.catalogues import Catalogues
from bot.speaking.parts import speaker_of
from bot.speaking.register import load_register
from bot.speaking.withdrawn import LONGEST
from bot.wiring import LOCALES, now
from tests.fakes import FakeClient
from tests.integration.attack_steps import TEXT, case_of_kind, dangers, write
from tests.integration.console_steps import token_on
from tests.integration.login_steps import acts
from tests.integration.outbox_steps import Hotline
from tests.integration.worker_steps import make_worker, run_until

COST, AMAL, OMAR = "return_cost", "amal@example.org", "omar@example.org"


@pytest.fixture(scope="module")
def words():
    """What the hotline says."""
    return Catalogues.load(LOCALES)


@pytest.fixture
def console_parts(console_parts, words):
    """The parts, with the hotline's words."""
    return replace(console_parts, catalogues=words)


@pytest.fixture
def amal(console_staff):
    """A browser in which a supervisor is logged in."""
    return console_staff(AMAL, Role.SUPERVISOR)


def post(client, act, *, answer_id=COST, **data):
    """Do something with an answer, and return the page that follows."""
    path = f"/answers/{answer_id}"
    data = {
        "csrf_token": token_on(client, "/account"),
        "reason": "The price has changed.",
        "language": "",
        "confirmed": "1",
        **data,
    }
    return client.post(f"{path}/{act}", data=data, follow_redirects=True)


def open_mark(client, answer_id=COST):
    """Return the address at which the newest open mark of an answer ends."""
    return re.search(rf"/answers/{answer_id}/(marks/\d+/end)", client.get(f"/answers/{answer_id}").text).group(1)


def told(speaker, language, channel=Channel.TELEGRAM, answer_id=COST, **more):
    """Return which answer a process gives, and its words."""
    reply = speaker.say(answer_id, language, channel, **more)
    return reply.answer_id, reply.text


def rows_on(client, query=""):
    """Return the ids of the answers on the list, in order."""
    return re.findall(r'<li><a href="/answers/([a-z_]+)"', client.get(f"/answers{query}").text)


def test_withdrawn_in_arabic_it_is_said_no_more_by_any_process_and_french_is_still_answered(console_parts, amal, words):
    # Given another process that has just told it
    other = speaker_of(console_parts)
    before = told(other, "ar")
    assert before[0] == told(other, "fr")[0] == COST
    # When a supervisor withdraws the Arabic
    page = post(amal, "withdraw", language="ar", reason="A wrong word.").text
    assert "Withdrawn: Arabic" in page and "A wrong word." in page and "Amal" in page
    # Then within a second it says in Arabic that it cannot, and offers a person, on each channel, also when asked again
    time.sleep(LONGEST + 0.05)
    for channel, part in ((Channel.TELEGRAM, "text"), (Channel.WHATSAPP, "text"), (Channel.SMS, "sms")):
        reply = other.say(COST, "ar", channel)
        assert reply.answer_id == "answer_missing" and reply.text.startswith(words.text("ar", "answer_missing", part))
        assert [choice.id for choice in reply.choices] == ["talk_to_human"]
    assert told(other, "ar", part="again")[0] == "answer_missing"
    assert other.say(COST, "ar", Channel.SMS, choices=()).choices == ()
    assert told(other, "fr")[0] == told(other, "en")[0] == COST
    # And restored, it is told as before
    assert "restored" in post(amal, open_mark(amal)).text
    time.sleep(LONGEST + 0.05)
    assert told(other, "ar") == before
    acts_told = [(act, subject, detail) for act, _, subject, detail in acts(console_parts) if act.startswith("answer_")]
    assert acts_told == [("answer_withdrawn", COST, "ar"), ("answer_restored", COST, "ar")]


def test_withdrawn_in_all_languages_it_is_said_in_none_and_once_only(console_parts, amal):
    post(amal, "withdraw", language="fr")
    assert "already" in post(amal, "withdraw", language="fr").text
    page = post(amal, "withdraw").text
    assert "The answer is withdrawn" in page and f"/answers/{COST}/withdraw" not in page
    assert "already" in post(amal, "withdraw", language="ar").text
    speaker = speaker_of(console_parts)
    assert {told(speaker, language)[0] for language in ("ar", "fr", "en")} == {"answer_missing"}
    # The one for all languages ends; the French stays withdrawn.
    post(amal, open_mark(amal))
    speaker = speaker_of(console_parts)
    assert [told(speaker, language)[0] for language in ("ar", "fr", "en")] == [COST, "answer_missing", COST]


def test_what_two_withdraw_at_once_is_restored_at_once(console_parts, amal):
    with console_parts.unit_of_work() as uow:
        for _ in range(2):
            uow.answer_marks.add(COST, language=None, is_withdrawn=True, reason="x", at=now(), by=None)
        uow.commit()
    first = open_mark(amal)
    post(amal, first)
    assert told(speaker_of(console_parts), "ar")[0] == COST
    assert "A colleague has done that already" in post(amal, first).text


@pytest.mark.parametrize(
    "answer_id", ["emergency_sea", "safety_case_on_duty", "talk_to_human", "ask_fear", "answer_missing", "yes_no__yes"]
)
def test_what_the_hotline_needs_cannot_be_withdrawn_even_by_a_forged_form(console_parts, amal, answer_id):
    page = amal.get(f"/answers/{answer_id}").text
    assert f"/answers/{answer_id}/withdraw" not in page and f"/answers/{answer_id}/mark" in page
    assert "cannot do without" in post(amal, "withdraw", answer_id=answer_id).text
    with console_parts.unit_of_work() as uow:
        assert uow.answer_marks.open() == []
        # Not even a row that came from elsewhere silences it.
        uow.answer_marks.add(answer_id, language=None, is_withdrawn=True, reason="x", at=now(), by=None)
        uow.commit()
    if "text" in load_register()[answer_id].parts:
        assert told(speaker_of(console_parts), "en", answer_id=answer_id, reference="R", months="3")[0] == answer_id


def test_a_wrong_answer_is_marked_and_still_told_until_somebody_looks(console_parts, console_staff, amal):
    zahra = console_staff("zahra@example.org", Role.CASEWORKER)
    page = post(zahra, "mark", answer_id="emergency_sea", language="fr", reason="« Gilet » is spelt wrong.").text
    assert "Marked as wrong: French" in page and "/end" not in page
    assert told(speaker_of(console_parts), "fr", answer_id="emergency_sea")[0] == "emergency_sea"
    assert rows_on(amal, "?state=wrong") == ["emergency_sea"] and rows_on(amal, "?state=withdrawn") == []
    assert "Marked answers and overdue reviews: 1" in amal.get("/answers").text
    assert "Marked answers" not in zahra.get("/answers").text
    assert "settled" in post(amal, open_mark(amal, "emergency_sea"), answer_id="emergency_sea").text
    page = zahra.get("/answers/emergency_sea").text
    assert "ended by Amal" in page and rows_on(amal, "?state=wrong") == []
    kept = [act for act, *_ in acts(console_parts) if act.startswith("answer_")]
    assert kept == ["answer_marked", "answer_mark_settled"]


@pytest.mark.parametrize(
    ("role", "may_mark", "may_withdraw"),
    [(Role.CASEWORKER, True, False), (Role.PROTECTION, True, False), (Role.SUPERVISOR, True, True),
     (Role.ADMINISTRATOR, True, True), (Role.AUDITOR, False, False)],
)  # fmt: skip
def test_each_role_does_what_it_may(console_staff, role, may_mark, may_withdraw):
    client = console_staff(AMAL, role)
    page = client.get(f"/answers/{COST}").text
    assert (f"{COST}/mark" in page, f"{COST}/withdraw" in page) == (may_mark, may_withdraw)
    token = token_on(client, "/account")
    for act, is_allowed in (("mark", may_mark), ("withdraw", may_withdraw), ("marks/1/end", may_withdraw)):
        answer = client.post(f"/answers/{COST}/{act}", data={"csrf_token": token})
        assert (answer.status_code == 403) is not is_allowed


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"reason": " \n "}, "Write why"), ({"reason": "x" * 501}, "At most 500"), ({"language": "de"}, "did not work"),
     ({"confirmed": ""}, "Confirm")],
)  # fmt: skip
def test_without_a_reason_or_a_confirmation_nothing_is_withdrawn(console_parts, amal, wrong, said):
    assert said in post(amal, "withdraw", **wrong).text
    assert told(speaker_of(console_parts), "en")[0] == COST
    assert not [one for one in acts(console_parts) if one[0].startswith("answer_")]


def test_an_unknown_answer_or_mark_is_not_found(amal):
    token = token_on(amal, "/account")
    assert amal.get("/answers/nothing").status_code == 404
    for path in ("/answers/nothing/mark", "/answers/nothing/withdraw", f"/answers/{COST}/marks/7/end"):
        assert amal.post(path, data={"csrf_token": token, "reason": "x", "confirmed": "1"}).status_code == 404
    # A mark of another answer is not ended under this one's address.
    post(amal, "mark", answer_id="return_again")
    assert "already" in post(amal, open_mark(amal, "return_again")).text
    assert rows_on(amal, "?state=wrong") == ["return_again"]


def test_a_hostile_reason_stays_text(amal):
    page = post(amal, "withdraw", reason=TEXT).text
    assert dangers(page) == [] and "&lt;xss-mark&gt;" in page
    assert dangers(amal.get("/answers?q=%22%3E%3Cxss-mark%3E&group=%3Cxss-mark%3E&state=x&page=-1").text) == []


def test_the_page_of_an_answer_shows_all_there_is_to_it(amal, words):
    page = amal.get("/answers/return_what_is").text
    for language, direction in (("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")):
        opening = words.text(language, "return_what_is", "text").splitlines()[0].replace("'", "&#39;")
        assert f'lang="{language}" dir="{direction}">{opening}' in page
    assert 'href="https://libya.iom.int/voluntary-humanitarian-return-vhr" rel="noreferrer noopener"' in page
    assert "Return office" in page and "people are told of none" in page
    assert 'href="/answers/return_eligibility"' in page and "When the person asks again" in page


def test_reviews_that_are_overdue_come_first_and_are_counted(amal, monkeypatch):
    # Safety answers are due on 24 February 2027, answers to questions on 24 May, forms on the 26th.
    def at(day):
        moment = datetime.fromisoformat(f"{day}T21:30:00").replace(tzinfo=timezone.utc)
        monkeypatch.setattr("bot.console.days.now", lambda: moment)

    due = {one.id for one in load_register().values() if str(one.review_due) == "2027-02-24"}
    at("2027-02-24")
    assert rows_on(amal, "?state=overdue") == [] and set(rows_on(amal, "?state=soon")) == due
    # 21:30 in UTC is half past eleven in Libya; two hours and a half later the next day has begun there.
    monkeypatch.setattr("bot.console.days.now", lambda: datetime(2027, 2, 24, 22, 30, tzinfo=timezone.utc))
    assert set(rows_on(amal, "?state=overdue")) == due
    assert set(rows_on(amal)[: len(due)]) == due
    page = amal.get("/answers").text
    assert (
        f"Marked answers and overdue reviews: {len(due)}" in page and "Review overdue" in amal.get("/answers/child_alone").text
    )
    assert set(rows_on(amal, "?state=overdue&group=safety")) == due - {"danger_yes"}


def test_an_answer_is_found_in_any_language_and_one_that_is_missing_is_listed(amal, words, monkeypatch):
    arabic = words.text("ar", COST, "title")
    assert COST in rows_on(amal, f"?q={arabic}") and COST in rows_on(amal, "?q=return_cost")
    assert rows_on(amal, "?q=qwxkj") == [] and rows_on(amal, "?state=missing") == []
    has = Catalogues.has
    missing = ("fr", COST, "again")
    monkeypatch.setattr(Catalogues, "has", lambda self, *which: which != missing and has(self, *which))
    assert rows_on(amal, "?state=missing") == [COST]
    page = amal.get(f"/answers/{COST}").text
    assert page.count("Missing in this language") == 1 and "Missing: French" in amal.get("/answers?state=missing").text


# What staff attach to a reply.


def conversation_in(parts, language, *, channel=None):
    """Let somebody write in a language; return the reference of their case."""
    reference, ids = write(parts)
    with parts.unit_of_work() as uow:
        conversation = uow.conversations.get(ids["conversation_id"])
        conversation.language, conversation.channel = language, channel or conversation.channel
        uow.commit()
    return reference


def picked(client, reference, query):
    """Return what the picker offers, by answer."""
    return {one["id"]: one for one in client.get(f"/answers/for/{reference}", query_string={"q": query}).get_json()}


def test_a_french_reader_finds_an_answer_and_sends_it_in_arabic(console_parts, console_staff, words):
    reference = conversation_in(console_parts, "ar", channel=Channel.TELEGRAM)
    client = console_staff(AMAL, Role.CASEWORKER)
    client.post("/language", data={"csrf_token": token_on(client, "/account"), "language": "fr", "next": "/"})
    french, arabic = (words.text(language, COST, "title") for language in ("fr", "ar"))
    for query in (french, french.upper(), arabic):
        one = picked(client, reference, query)[COST]
        assert one["text"] == speaker_of(console_parts).say(COST, "ar", Channel.TELEGRAM, choices=()).text
        assert one["own_text"] == words.text("fr", COST, "text") and one["title"] == french
    assert picked(client, reference, " ") == {} and picked(client, reference, "qwxkj") == {}
    assert len(picked(client, reference, "a")) <= 10 and "fallback" not in picked(client, reference, "menu")
    assert picked(client, conversation_in(console_parts, "ar"), arabic)[COST]["own_text"] == words.text("fr", COST, "sms")


def test_what_is_withdrawn_or_missing_in_the_persons_language_is_not_offered(console_parts, amal, words, monkeypatch):
    arabic, french = conversation_in(console_parts, "ar"), conversation_in(console_parts, "fr")
    title = words.text("en", COST, "title")
    post(amal, "withdraw", language="ar")
    assert COST not in picked(amal, arabic, title) and COST in picked(amal, french, title)
    # Withdrawn in the reader's language, it is offered without the reader's wording.
    post(amal, "withdraw", language="en")
    assert picked(amal, french, title)[COST]["own_text"] == ""
    has = Catalogues.has
    monkeypatch.setattr(Catalogues, "has", lambda self, *which: which != ("fr", COST, "sms") and has(self, *which))
    assert COST not in picked(amal, french, title)


def test_a_case_that_is_hidden_has_no_answers(console_parts, console_staff):
    from bot.domain.cases import CaseKind

    reference = case_of_kind(console_parts, CaseKind.PROTECTION)
    assert console_staff(AMAL, Role.PROTECTION).get(f"/answers/for/{reference}?q=a").status_code == 200
    caseworker = console_staff(OMAR, Role.CASEWORKER)
    assert caseworker.get(f"/answers/for/{reference}?q=a").status_code == 404
    assert caseworker.get("/answers/for/C-ZZZZZ-Z?q=a").status_code == 404
    assert console_staff("sami@example.org", Role.AUDITOR).get(f"/answers/for/{reference}?q=a").status_code == 403


def reply(client, reference, text, answer_id, *, number=1):
    """Answer a person as the page does."""
    data = {"csrf_token": token_on(client, f"/cases/{reference}"), "client_id": f"0123456789abcdef{number}"}
    return client.post(f"/cases/{reference}/reply", data={**data, "text": text, "answer_id": answer_id}, follow_redirects=True)


def said_in(parts, reference):
    """Return text and answer of what was written to the person of a case."""
    with parts.unit_of_work() as uow:
        conversation_id = uow.cases.find_by_reference(reference).conversation_id
        found = uow.messages.newest(conversation_id, before=None, limit=20)
    return [(one.text, one.answer_id) for one in sorted(found, key=lambda one: one.position) if one.author_id]


def test_a_reply_is_an_approved_answer_only_in_its_own_words(console_parts, amal, words):
    reference = conversation_in(console_parts, "en")
    text = picked(amal, reference, words.text("en", COST, "title"))[COST]["text"]
    greeting = words.text("en", "greet", "sms")
    for number, (written, claimed) in enumerate(
        [
            (text.replace("\n", "\r\n"), COST),
            (f"{text} Call me.", COST),
            ("Yes.", COST),
            ("Yes.", "nothing"),
            (greeting, "greet"),
        ]
    ):
        assert reply(amal, reference, written, claimed, number=number).status_code == 200
    assert [answer_id for _, answer_id in said_in(console_parts, reference)] == [COST, None, None, None, None]


def test_an_answer_that_was_withdrawn_after_it_was_picked_is_not_sent(console_parts, amal, words):
    reference = conversation_in(console_parts, "en")
    text = picked(amal, reference, words.text("en", COST, "title"))[COST]["text"]
    assert reply(amal, reference, text, COST).status_code == 200
    post(amal, "withdraw", language="en")
    assert "withdrawn meanwhile" in reply(amal, reference, text, COST, number=2).text
    assert "withdrawn meanwhile" in reply(amal, reference, f"Hello. {text}", COST, number=3).text
    # Sent again by a bad line, what was taken before counts as taken.
    assert "withdrawn meanwhile" not in reply(amal, reference, text, COST).text
    assert reply(amal, reference, "In my own words.", COST, number=4).status_code == 200
    assert said_in(console_parts, reference) == [(text, COST), ("In my own words.", None)]


# What waits to be sent.


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.SMS])
async def test_a_reply_that_waits_to_be_sent_is_replaced_by_an_honest_one(console_parts, amal, words, channel):
    # Given an Arabic and a French reply in the outbox, and the Arabic withdrawn
    office, provider = Hotline(console_parts), Provider.TELEGRAM if channel is Channel.TELEGRAM else Provider.GATEWAY
    office.clock = now
    for address, language in (("1", "ar"), ("2", "fr")):
        office.write(
            "how much", f"old words {language}", language=language, provider=provider, channel=channel, address=address
        )
    post(amal, "withdraw", language="ar")
    # When the worker sends
    client = FakeClient()
    worker = make_worker(console_parts, {provider: client})
    await run_until(worker.run, lambda: len(client.taken) == 2)
    # Then nobody gets the old Arabic, and the person is told in Arabic that it cannot be had
    missing = words.text("ar", "answer_missing", "sms" if channel is Channel.SMS else "text")
    assert sorted(client.taken) == sorted([missing, "old words fr"])
    assert office.find(missing).answer_id == "answer_missing"


async def test_a_colleagues_message_that_waits_is_taken_back_and_says_why(console_parts, amal, words):
    reference = conversation_in(console_parts, "en")
    text = picked(amal, reference, words.text("en", COST, "title"))[COST]["text"]
    reply(amal, reference, text, COST)
    post(amal, "withdraw")
    client, office = FakeClient(), Hotline(console_parts)
    worker = make_worker(console_parts, {Provider.SIMULATOR: client})
    await run_until(worker.run, lambda: office.state(text)[0] == "withdrawn")
    assert client.taken == [] and office.state(text) == ("withdrawn", "answer_withdrawn")
    assert "The answer was withdrawn before it went out." in amal.get(f"/cases/{reference}").text
