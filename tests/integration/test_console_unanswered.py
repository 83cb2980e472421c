"""Unanswered messages: who is never shown, what is taken out, and what leaves as training sentences."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import timedelta

import pytest
from rasa.shared.importers.utils import training_data_from_paths
from sqlalchemy import update

from bot.console.unanswered import keys_of
from bot.domain import topics
from bot.domain.audit import Act
from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.conversations import Choice, Direction, InboundState
from bot.domain.deliveries import OutboundState
from bot.domain.errors import WrongState
from bot.domain.scrubbing import scrub
from bot.domain.staff import Grant, Role
from bot.services.audit_ports import AuditFilter
from bot.services.messages import receive_message
from bot.services.training_labels import (
    PAGE,
    TOPICS,
    Wanted,
    count_labels,
    export_labels,
    label_message,
    list_unanswered,
)
from bot.services.training_ports import LabelCounts
from bot.storage import tables
from bot.wiring import new_id, now
from tests.builders import make_case, make_incoming, make_message, make_request
from tests.integration.attack_steps import HOSTILE, dangers
from tests.integration.console_steps import token_on

SECRET = (
    "please tell Mohamed Ali, +218 91 123 4567, m.ali@example.org, https://t.me/mali, @mali_99, case R-7K3QF-W, born 12/03/1998"
)


class Person:
    """Somebody who writes, and what the assistant says to them."""

    def __init__(self, parts, language="en", address=None):
        self.parts, self.address, self.language = parts, address or f"sim:{new_id()}", language
        self.contact_id = self.conversation_id = None

    def writes(self, text, decision, topic=None, *, says=None, choices=(), **changes):
        """Store a message as the inbox leaves it, with the assistant's reply; return its id."""
        with self.parts.unit_of_work() as uow:
            incoming = make_incoming(text, address=self.address, provider_id=new_id(), message_ref=new_id())
            message = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
            self.contact_id, self.conversation_id = message.contact_id, message.conversation_id
            uow.conversations.get(self.conversation_id).language = self.language
            message.state, message.decision, message.topic = InboundState.HANDLED.value, decision, topic or decision
            for name, value in changes.items():
                setattr(message, name, value)
            if says != "nothing":
                self._say(uow, says or decision, choices, reply_to_id=message.id)
            uow.commit()
        return message.id

    def hears(self, answer_id, *choices, **changes):
        """Store something that is said to them."""
        with self.parts.unit_of_work() as uow:
            self._say(uow, answer_id, choices, **changes)
            uow.commit()

    def _say(self, uow, answer_id, choices, **changes):
        offered = tuple(Choice(one, one) for one in choices)
        values = {"conversation_id": self.conversation_id, "contact_id": self.contact_id, "answer_id": answer_id}
        values |= {"id": new_id(), "choices": offered, "state": OutboundState.SENT.value, "created_at": now()}
        uow.messages.add(make_message(Direction.OUTBOUND, **{**values, **changes}))

    def has_case(self, kind, priority=Priority.NORMAL):
        """Open a case of theirs."""
        with self.parts.unit_of_work() as uow:
            ids = {"contact_id": self.contact_id, "conversation_id": self.conversation_id, "reference": f"R-{new_id()[:7]}"}
            uow.cases.add(make_case(priority, id=new_id(), kind=kind, **ids))
            uow.commit()


def shown(client, **query):
    """Return the texts on the page."""
    page = client.get("/unanswered", query_string=query).text
    return [html.unescape(one) for one in re.findall(r"<blockquote[^>]*>([^<]*)</blockquote>", page)]


def post(client, path, **data):
    return client.post(path, data={"csrf_token": token_on(client, "/account"), **data})


def label(client, message_id, *, topic="return_cost", language="en", text="what does it cost", **changes):
    return post(client, f"/unanswered/{message_id}", topic=topic, language=language, text=text, act="label", **changes)


def labels(parts):
    with parts.unit_of_work() as uow:
        rows = uow.session.execute(tables.training_label.select().order_by(tables.training_label.c.id)).mappings()
        return [(row["language"], row["topic"], row["text"]) for row in rows]


def recorded(parts):
    with parts.unit_of_work() as uow:
        entries = uow.audit.newest(AuditFilter(), before=None, limit=50)
    return [(e.act.value, e.subject, e.detail) for e in entries if e.act.value in ("message_labelled", "labels_exported")]


def unzipped(answer):
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return {name.partition("/")[2]: packed.read(name).decode() for name in packed.namelist()}


@pytest.fixture
def supervisor(console_staff):
    """A browser of a supervisor."""
    return console_staff("amal@example.org", Role.SUPERVISOR)


@pytest.mark.parametrize("role", list(Role))
def test_only_supervisors_see_label_and_export(console_staff, console_parts, role):
    message_id = Person(console_parts).writes("the yellow paper", "fallback")
    client = console_staff("amal@example.org", role, Grant.COMPLAINTS)
    is_open = role is Role.SUPERVISOR
    assert client.get("/unanswered").status_code == (200 if is_open else 403)
    assert label(client, message_id).status_code == (303 if is_open else 403)
    assert post(client, "/unanswered/export").status_code == (200 if is_open else 403)
    assert len(labels(console_parts)) == is_open


def test_three_kinds_are_listed_with_what_the_assistant_did(console_parts, supervisor):
    one, two, three = Person(console_parts), Person(console_parts, "fr"), Person(console_parts, "ar")
    one.writes("the yellow paper", "fallback")
    # Suggestions: refused by asking for a person, and taken
    suggested = ("return_cost", "return_family", "talk_to_human")
    two.writes("le prix des enfants", "suggest", choices=suggested)
    two.writes("quelqu'un", "answer", "talk_to_human", pressed="talk_to_human")
    two.writes("un autre prix", "suggest", choices=suggested)
    two.writes("2", "answer", "return_family", pressed="return_family", choices=("helped_yes", "helped_no"))
    two.writes("bon", "answer", "helped_yes", pressed="helped_yes")
    two.writes("sans suite", "suggest", choices=suggested)
    # Answers: one that did not help, one that did
    three.writes("كم السعر", "answer", "return_cost", choices=("helped_yes", "helped_no"))
    three.writes("لا", "answer", "helped_no")
    three.writes("شكرا", "answer", "return_family", choices=("helped_yes", "helped_no"))
    three.writes("نعم", "answer", "helped_yes")
    assert shown(supervisor) == ["كم السعر", "le prix des enfants", "the yellow paper"]
    page = html.unescape(supervisor.get("/unanswered").text)
    assert "The assistant suggested: return_cost, return_family" in page and "The assistant answered: return_cost" in page
    # Narrowed by kind, language and day
    assert shown(supervisor, kind="not_meant") == ["le prix des enfants"]
    assert shown(supervisor, language="ar") == ["كم السعر"]
    assert len(shown(supervisor, since="0001-01-01", until="9999-12-31")) == 3
    today, tomorrow = (now() + timedelta(hours=2)).date(), (now() + timedelta(hours=26)).date()
    assert len(shown(supervisor, since=today, until=today)) == 3 and shown(supervisor, since=tomorrow) == []


def test_no_writer_can_be_told(console_parts, supervisor):
    person = Person(console_parts)
    message_id = person.writes(SECRET, "fallback")
    with console_parts.unit_of_work() as uow:
        ids = {"contact_id": person.contact_id, "conversation_id": person.conversation_id, "reference": "R-12345-6"}
        uow.requests.add(make_request(answers={"full_name": "محمد علي"}, **ids))
        uow.commit()
    page = html.unescape(supervisor.get("/unanswered").text)
    for secret in ("Mohamed", "Ali", "91 123", "example.org", "t.me", "mali", "R-7K3QF", "R-12345", "1998", "sim:"):
        assert secret not in page, secret
    assert person.contact_id not in page and person.conversation_id not in page
    assert shown(supervisor) == ["please tell ••• •••, •••, •••, ••• •••, case •••, born •••"]
    # And what a supervisor puts back, or a forged form brings along, is taken out again
    label(supervisor, message_id, text=f"{SECRET} [how](place) much {{}}?")
    (kept,) = labels(console_parts)
    assert kept == ("en", "return_cost", "please tell , , , , case , born (how)(place) much ()?")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("واسمي محمد علي ورقمي ٠٩١٢٣٤٥٦٧٨", "واسمي ••• ورقمي •••"),
        ("je m'appelle Awa Diallo, 3 enfants", "je m'appelle •••, 3 enfants"),
        ("since 2019 I pay 500 dinars", "since 2019 I pay 500 dinars"),
        ("my request to return 00218-91-1234567 x", "my request to return ••• x"),
        ("r 7k3qf w and www.site.ly/a", "••• and •••"),
        ("Hasan and HASSANE, لحسن وحسن", "••• and •••, ••• •••"),
    ],
)
def test_what_is_taken_out_of_a_text(text, left):
    assert scrub(text, ["Hassan"], keys_of=keys_of) == left


def cases(parts):
    """Return all cases, the oldest first."""
    with parts.unit_of_work() as uow:
        return uow.session.execute(tables.case.select().order_by(tables.case.c.opened_at)).mappings().all()


def roads(client):
    """Return which messages on the page lead to a case, and for which one can be opened."""
    page = client.get("/unanswered").text
    return tuple(re.findall(rf'{mark}="/unanswered/(\w+)/case"', page) for mark in ("href", "action"))


def test_a_case_can_be_opened_for_who_cries_for_help(console_parts, supervisor):
    person = Person(console_parts)
    message_id = person.writes("they do not let us leave the farm", "fallback")
    assert roads(supervisor) == ([], [message_id])
    # When a supervisor opens one
    answer = post(supervisor, f"/unanswered/{message_id}/case")
    (case,) = cases(console_parts)
    assert answer.location == f"/cases/{case['reference']}"
    # Then it waits in the queue like one of who asks for a person, and that is recorded
    assert (case["kind"], case["priority"], case["queue_state"]) == (CaseKind.QUESTION, Priority.NORMAL, QueueState.WAITING)
    assert (case["contact_id"], case["opened_by_message_id"]) == (person.contact_id, message_id)
    assert "The person was told nothing yet." in supervisor.get(answer.location).text
    assert case["reference"] in supervisor.get("/").text
    with console_parts.unit_of_work() as uow:
        entries = uow.audit.newest(AuditFilter(subject=case["reference"]), before=None, limit=9)
        assert [one.act for one in entries] == [Act.CONVERSATION_OPENED, Act.CASE_OPENED]
        assert len({one.staff_id for one in entries} - {None}) == 1
    # And the message, which still waits for its label, leads there without naming it
    assert roads(supervisor) == ([message_id], [])
    page = supervisor.get("/unanswered").text
    assert not {case["reference"], person.contact_id} & set(re.findall(r"[\w-]+", page))
    assert supervisor.get(f"/unanswered/{message_id}/case").location == answer.location
    assert post(supervisor, f"/unanswered/{message_id}/case").location == answer.location and len(cases(console_parts)) == 1


def test_a_message_leads_to_the_open_case_of_the_person_on_whatever_channel(console_parts, supervisor):
    person, same = Person(console_parts), Person(console_parts)
    message_id = person.writes("the yellow paper", "fallback")
    same.writes("hello", "answer", "greet")
    same.has_case(CaseKind.RETURN)
    with console_parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE channel_address SET channel = 'sms' WHERE contact_id = ?", (same.contact_id,))
        connection.exec_driver_sql("UPDATE channel_address SET address_hash = 'one number'")
    assert roads(supervisor) == ([message_id], [])
    # Two persons with one phone are two
    with console_parts.engine.begin() as connection:
        connection.execute(update(tables.contact).where(tables.contact.c.id == same.contact_id).values(is_shared=True))
    assert roads(supervisor) == ([], [message_id])
    # And what was resolved is over, unless it was about this message
    person.has_case(CaseKind.RETURN)
    stale = f"/unanswered/{message_id}/case"
    for changes in ({"queue_state": QueueState.RESOLVED}, {"opened_by_message_id": message_id}):
        with console_parts.engine.begin() as connection:
            connection.execute(update(tables.case).where(tables.case.c.contact_id == person.contact_id).values(**changes))
        if "queue_state" in changes:
            assert roads(supervisor) == ([], [message_id])
            assert supervisor.get(stale).location == f"/unanswered#m-{message_id}"
            assert "has no open case any more" in supervisor.get("/unanswered").text
    assert roads(supervisor) == ([message_id], [])


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PROTECTION, Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_who_reads_these_messages_goes_from_them_to_a_person(console_parts, console_staff, role):
    message_id = Person(console_parts).writes("the yellow paper", "fallback")
    client = console_staff("amal@example.org", role, Grant.COMPLAINTS)
    assert client.get(f"/unanswered/{message_id}/case").status_code == 403
    assert post(client, f"/unanswered/{message_id}/case").status_code == 403 and cases(console_parts) == []


def test_no_case_is_opened_unasked_or_for_who_is_not_shown(console_parts, supervisor):
    person = Person(console_parts)
    message_id = person.writes("the yellow paper", "fallback")
    path = f"/unanswered/{message_id}/case"
    assert supervisor.post(path).status_code == 400
    assert post(supervisor, "/unanswered/absent/case").status_code == 404 and cases(console_parts) == []
    # A label that a colleague gave meanwhile does not shut the way
    label(supervisor, message_id)
    assert post(supervisor, path).location.startswith("/cases/")
    person.has_case(CaseKind.COMPLAINT)
    assert (supervisor.get(path).status_code, post(supervisor, path).status_code) == (404, 404)
    assert len(cases(console_parts)) == 2


@pytest.mark.parametrize("kind", [CaseKind.PROTECTION, CaseKind.COMPLAINT, CaseKind.DETENTION])
def test_people_with_a_matter_of_safety_or_a_complaint_are_never_shown(console_parts, supervisor, kind):
    person = Person(console_parts)
    message_id = person.writes("the yellow paper", "fallback")
    other = Person(console_parts)
    other.writes("a question of somebody else", "fallback")
    other.has_case(CaseKind.QUESTION)
    assert len(shown(supervisor)) == 2
    person.has_case(kind)
    assert shown(supervisor) == ["a question of somebody else"]
    assert label(supervisor, message_id).status_code == 404 and labels(console_parts) == []


def test_a_critical_case_hides_its_person_on_every_channel(console_parts, supervisor):
    person = Person(console_parts, address="sim:same")
    person.writes("first", "fallback")
    person.has_case(CaseKind.QUESTION, Priority.CRITICAL)
    same = Person(console_parts, address="sim:other")
    same.writes("second", "fallback")
    assert shown(supervisor) == ["second"]
    with console_parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE channel_address SET channel = 'sms' WHERE contact_id = ?", (same.contact_id,))
        connection.exec_driver_sql("UPDATE channel_address SET address_hash = 'one number'")
    assert shown(supervisor) == []


def test_forms_staff_and_erased_words_are_never_shown(console_parts, supervisor):
    person = Person(console_parts)
    hidden = [
        # While a form waits: its question was asked before, or is asked again.
        person.writes("in a form", "fallback", says="fallback", choices=("sex__female",)),
        person.writes("after a question of a form", "fallback"),
        # Left to staff, who alone answer.
        person.writes("to staff", "fallback", says="nothing"),
        person.writes("pressed", "fallback", pressed="menu"),
        person.writes("? 12 !", "fallback"),
        person.writes("cleaned", "fallback", erase_asked_at=now()),
    ]
    person.hears("ask_full_name")
    hidden.append(person.writes("my answer", "fallback"))
    person.hears("", author_id=1, reply_to_id=hidden[2])
    assert shown(supervisor) == []
    assert {label(supervisor, one).status_code for one in hidden} == {404}
    # What counts is shown until its writer asks to be erased
    person.writes("a real question", "fallback")
    person.writes("danger is near", "check_safety")
    assert shown(supervisor) == ["a real question"]
    for column in ("erase_asked_at", "erased_at"):
        with console_parts.engine.begin() as connection:
            connection.execute(update(tables.contact).values(erase_asked_at=None, erased_at=None))
            connection.execute(update(tables.contact).values({column: now()}))
        assert shown(supervisor) == [], column


def test_a_label_is_given_once_and_recorded_without_the_text(console_parts, supervisor):
    first, second = (Person(console_parts).writes(f"the {colour} paper", "fallback") for colour in ("yellow", "green"))
    page = supervisor.get("/unanswered").text
    answer = label(supervisor, first, text=" What is the \n yellow paper? ", next="/unanswered?kind=", then=second)
    assert answer.location.endswith(f"/unanswered?kind=#m-{second}")
    label(supervisor, first, topic="return_family", text="other")
    assert "labelled this message already" in supervisor.get("/unanswered").text
    # Not fit: nothing of it is kept
    post(supervisor, f"/unanswered/{second}", act="unfit", language="en", topic="return_cost", text="the green paper")
    assert labels(console_parts) == [("en", "return_cost", "What is the yellow paper?"), ("en", None, None)]
    assert recorded(console_parts) == [("message_labelled", second, "unfit"), ("message_labelled", first, "labelled")]
    assert shown(supervisor) == [] and page.count("<blockquote") == 2
    counts = re.findall(r"<dd>([^<]+)</dd>", supervisor.get("/unanswered").text)[:4]
    assert counts == ["0", "1", "1", "0"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"topic": ""}, "Choose a topic"),
        ({"topic": "emergency_danger"}, "Choose a topic"),
        ({"language": "xx"}, "Choose the language"),
        ({"text": "+218 91 1234567"}, "no words are left"),
        ({"text": "word " * 61}, "at most 300 characters"),
    ],
)
def test_a_label_that_cannot_be_is_refused(console_parts, supervisor, changes, says):
    message_id = Person(console_parts).writes("the yellow paper", "fallback")
    label(supervisor, message_id, **changes)
    assert says in html.unescape(supervisor.get("/unanswered").text)
    assert labels(console_parts) == [] and shown(supervisor) == ["the yellow paper"]


def test_a_forged_message_or_way_back_leads_nowhere(console_parts, supervisor):
    message_id = Person(console_parts).writes("the yellow paper", "fallback")
    answered = Person(console_parts).writes("thanks", "answer", "thank")
    assert {label(supervisor, one).status_code for one in ("absent", answered)} == {404}
    answer = label(supervisor, message_id, next="https://evil.example/", then='"><script>')
    assert answer.location == "/unanswered"


def test_a_long_list_goes_on_on_the_next_page(console_parts, supervisor):
    person = Person(console_parts)
    for number in range(PAGE + 2):
        person.writes(f"question of kind {number}", "fallback")
    first = supervisor.get("/unanswered")
    older = html.unescape(re.search(r'rel="next" href="([^"]+)"', first.text).group(1))
    assert first.text.count("<blockquote") == PAGE
    rest = supervisor.get(older).text
    assert re.findall(r"<blockquote[^>]*>([^<]*)", rest) == ["question of kind 1", "question of kind 0"]


def test_the_export_is_training_data_of_the_project(console_parts, supervisor, tmp_path):
    # Given labels whose words would break a file that was put together carelessly
    samples = {
        ("en", "return_cost", "how much: is it?"): "how much: is it?",
        ("en", "return_cost", "- a line # with marks"): "a line # with marks",
        ("en", "request_return", "to [Tripoli](place) {x}"): "to (Tripoli)(place) (x)",
        ("en", "greet", "'quoted' \"twice\" \\ &amp; %"): "'quoted' \"twice\" \\ &amp; %",
        ("ar", "out_of_scope", "كم السعر؟ «نعم»"): "كم السعر؟ «نعم»",
    }
    wanted = {}
    for (language, topic, text), kept in samples.items():
        label(supervisor, Person(console_parts).writes("words", "fallback"), topic=topic, language=language, text=text)
        wanted.setdefault(topics.intent_of_topic(topic), set()).add(kept)
    twice = Person(console_parts).writes("again", "fallback")
    label(supervisor, twice, topic="greet", text=next(iter(wanted["greet"])))
    # When they are exported
    answer = post(supervisor, "/unanswered/export", which="new")
    assert answer.mimetype == "application/zip" and answer.headers["Cache-Control"] == "no-store"
    files = unzipped(answer)
    assert set(files) == {
        "en/faq/return_cost.yml", "en/task/request_return.yml", "en/chat/greet.yml", "ar/chat/out_of_scope.yml",
    }  # fmt: skip
    # Then Rasa reads from them just these sentences, without any mark
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        assert path.stem in topics.GROUPS[path.parent.name]
    data = training_data_from_paths([str(tmp_path / name) for name in files], language="ar")
    found = {}
    for example in data.intent_examples:
        found.setdefault(example.get_full_intent(), set()).add(example.get("text"))
        assert example.get("metadata")["intent"]["language"] in ("ar", "en") and not example.get("entities")
    assert found == wanted and not data.entity_examples
    assert recorded(console_parts)[0] == ("labels_exported", "", "6 new")


def test_what_was_exported_is_exported_again_only_on_purpose(console_parts, supervisor):
    first = Person(console_parts).writes("first", "fallback")
    assert post(supervisor, "/unanswered/export").status_code == 303
    label(supervisor, first, text="first sentence")
    assert "first sentence" in str(unzipped(post(supervisor, "/unanswered/export", which="new")))
    assert post(supervisor, "/unanswered/export", which="new").status_code == 303
    label(supervisor, Person(console_parts).writes("second", "fallback"), text="second sentence", topic="greet")
    assert set(unzipped(post(supervisor, "/unanswered/export", which="new"))) == {"en/chat/greet.yml"}
    assert set(unzipped(post(supervisor, "/unanswered/export", which="all"))) == {"en/chat/greet.yml", "en/faq/return_cost.yml"}
    assert [detail for act, _, detail in recorded(console_parts) if act == "labels_exported"] == ["2 all", "1 new", "1 new"]


def test_both_databases_find_count_and_keep_the_same(database):
    first, second = Person(database, "ar"), Person(database)
    ids = [first.writes("السؤال الأول", "fallback"), second.writes("second question", "fallback")]
    second.writes("how much", "answer", "return_cost", choices=("helped_yes", "helped_no"))
    second.writes("no", "answer", "helped_no")
    with database.unit_of_work() as uow:
        found = list_unanswered(uow, Wanted(), keys_of=keys_of).messages
        assert [one.text for one in found] == ["how much", "second question", "السؤال الأول"]
        given = {"language": "en", "text": "a question", "staff_id": 1, "clock": now, "keys_of": keys_of}
        label_message(uow, ids[0], topic="greet", **given)
        label_message(uow, ids[1], topic=None, **given)
        with pytest.raises(WrongState, match="labelled_already"):
            label_message(uow, ids[1], topic="greet", **given)
        assert set(export_labels(uow, only_new=True, staff_id=1, clock=now)) == {"en/chat/greet.yml"}
        assert count_labels(uow) == LabelCounts(waiting=0, labelled=1, unfit=1, exported=1)
        with pytest.raises(WrongState, match="nothing_to_export"):
            export_labels(uow, only_new=True, staff_id=1, clock=now)


def test_hostile_words_stay_words(console_parts, supervisor):
    for text in HOSTILE:
        Person(console_parts).writes(text, "fallback")
    page = supervisor.get("/unanswered").text
    assert page.count("<blockquote") >= 6 and dangers(page) == []


def test_every_topic_that_can_be_picked_has_a_group_and_none_is_about_danger(supervisor):
    assert set(TOPICS) == set(topics.ALL) - set(topics.SAFETY)
