"""The invented office: it looks alive, nobody in it can be reached, and it never mixes with real people."""

from __future__ import annotations

import io
import re
import secrets
from collections import Counter
from datetime import timedelta

import pytest
from rich.console import Console
from sqlalchemy import func, select

from bot.commands.demo import make_demo
from bot.console import create_app
from bot.demo.stories import load_earlier, load_stories, read
from bot.domain import topics
from bot.domain.cases import CaseKind, EntryKind, Priority, QueueState
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Conversation, Direction
from bot.domain.errors import InvalidInput, WrongState
from bot.domain.requests import LIVE, RequestKind, RequestStatus
from bot.domain.staff import Role
from bot.language.gazetteer import place_name
from bot.language.reading.office_phones import read_office_phone
from bot.services.audit import verify_chain
from bot.services.dashboard import PERIODS, make_dashboard
from bot.services.messages import Incoming, receive_message
from bot.services.repeats import likely_duplicates
from bot.settings import load_settings
from bot.storage import tables as t
from bot.storage.cipher import new_key
from bot.storage.migrate import migrate
from bot.wiring import build, new_id, now
from tests.integration.console_steps import log_in

PASSWORD = "a password of the demo"
BACK = ("resolved", "given_back", "released", "transferred", "escalated")
"""What lets the assistant speak again."""


def _settings(home):
    return load_settings(
        {
            "DALEEL_HOME": str(home), "DALEEL_KEYS": new_key(), "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
            "SECOND_FACTOR": "offered",
        }
    )  # fmt: skip


def _make(settings, **options):
    """Run the command; return what it prints."""
    out = Console(file=io.StringIO(), width=200)
    make_demo(settings, out, **{"size": "small", "seed": 1, "password": None, "again": False, **options})
    return out.file.getvalue()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The small office, made once; tests only read it."""
    settings = _settings(tmp_path_factory.mktemp("demo"))
    printed = _make(settings, password=PASSWORD)
    parts = build(settings)
    yield parts, printed
    parts.engine.dispose()
    parts.durable_engine.dispose()


@pytest.fixture
def rows(demo):
    """A function that runs a query on the demo and returns its rows."""

    def ask(query):
        with demo[0].unit_of_work() as uow:
            return uow.session.execute(query).all()

    return ask


def _values(rows, column):
    return Counter(value for (value,) in rows(select(column)))


def test_the_small_office_has_the_size_of_one(demo, rows):
    counts = [rows(select(func.count()).select_from(table))[0][0] for table in (t.contact, t.case, t.message, t.request)]
    assert 210 <= counts[0] <= 240
    assert 90 <= counts[1] <= 150
    assert 1900 <= counts[2] <= 3000
    assert counts[3] >= 25
    assert f"{counts[0]} people, {counts[1]} cases, {counts[2]} messages" in demo[1]


@pytest.mark.parametrize(
    ("column", "all_of"),
    [
        (t.case.c.kind, CaseKind), (t.case.c.queue_state, QueueState), (t.case.c.priority, Priority),
        (t.request.c.status, RequestStatus), (t.request.c.kind, RequestKind), (t.case_entry.c.kind, EntryKind),
        (t.conversation.c.channel, Channel),
    ],
    ids=lambda value: getattr(value, "name", "") or value.__name__,
)  # fmt: skip
def test_everything_that_staff_meet_is_there(rows, column, all_of):
    assert set(_values(rows, column)) == set(all_of)


def test_the_queue_is_alive_now(rows):
    case, at = t.case.c, now()
    waiting = rows(select(case.priority, case.waiting_since, case.due_at).where(case.waiting_since.is_not(None)))
    assert len(waiting) >= 20
    assert any(priority is Priority.CRITICAL and at - since < timedelta(minutes=20) for priority, since, _ in waiting)
    assert any(due < at for _, _, due in waiting)
    assert any(due > at for _, _, due in waiting)
    assert {bool(helped) for (helped,) in rows(select(case.helped).where(case.helped.is_not(None)))} == {True, False}


def test_no_request_that_is_over_keeps_a_case_in_the_queue(rows):
    case, request = t.case.c, t.request.c
    found = rows(
        select(request.reference, request.status).where(
            request.reference == case.reference, case.queue_state != QueueState.RESOLVED
        )
    )
    assert len(found) > 10
    assert [one for one in found if one.status not in LIVE] == []


def test_nothing_in_it_lies_ahead(rows):
    at = now()
    for column in (
        t.message.c.created_at, t.case.c.opened_at, t.case.c.resolved_at, t.case_entry.c.at, t.request.c.updated_at,
        t.request_step.c.at, t.audit_entry.c.at,
    ):  # fmt: skip
        assert all(moment is None or moment <= at for (moment,) in rows(select(column))), column


def test_a_conversation_runs_forward_in_time(rows):
    message, before = t.message.c, {}
    for conversation, at in rows(select(message.conversation_id, message.created_at).order_by(message.position)):
        assert before.setdefault(conversation, at) <= at
        before[conversation] = at


def test_messages_say_something(rows):
    message = t.message.c
    for kind, text, pressed in rows(select(message.kind, message.text, message.pressed)):
        assert text or kind.value in ("voice", "photo") or pressed
        assert "{" not in text


def test_what_may_go_wrong_went_wrong(rows):
    message = t.message.c
    assert _values(rows, message.failure).keys() >= {"phone_off", "not_on_whatsapp"}
    assert _values(rows, t.channel_address.c.stop_reason).keys() >= {"opted_out", "not_on_whatsapp"}
    assert _values(rows, message.decision).keys() >= {"answer", "suggest", "check_safety", "fallback"}
    assert len(rows(select(t.media.c.id))) >= 2
    assert rows(select(message.id).where(message.template.is_not(None)))
    with_staff = select(Conversation).where(
        t.conversation.c.channel == Channel.WHATSAPP, t.conversation.c.with_staff_id.is_not(None)
    )
    assert any(not conversation.takes_free_text(now()) for (conversation,) in rows(with_staff))


def test_while_staff_write_the_assistant_is_silent(rows):
    message, ours = t.message.c, t.case_entry.c
    taken = {}
    events = [(at, 1, kind.value, one) for at, kind, one in rows(select(ours.at, ours.kind, ours.conversation_id))]
    said = select(message.created_at, message.answer_id, message.conversation_id).where(
        message.direction == Direction.OUTBOUND, message.author_id.is_(None)
    )
    events += [(at, 2, answer, one) for at, answer, one in rows(said)]
    for _at, order, what, conversation in sorted(events, key=lambda event: event[:2]):
        if order == 1:
            taken[conversation] = what == "taken" or (taken.get(conversation, False) and what not in BACK)
        elif taken.get(conversation):
            assert what == "reply_ready" or topics.is_safety(what) or what.startswith("safety_case")


def test_nobody_in_it_can_be_reached(rows):
    for provider, address in rows(select(t.channel_address.c.provider, t.channel_address.c.address)):
        assert provider is Provider.SIMULATOR
        assert address.startswith(("+21800", "sim:"))
    for (phones,) in rows(select(t.directory_entry.c.phones).where(t.directory_entry.c.id.like("demo%"))):
        # Of those that Ofcom keeps for drama; the form of the directory takes them.
        assert all(phone.startswith("+443069990") and read_office_phone(phone) == phone for phone in phones)
    for (answers,) in rows(select(t.request.c.answers)):
        assert (answers.get("contact_phone") or "+21800").startswith("+21800")


def test_requests_can_be_told_apart_and_run_out(demo, rows):
    parts, _ = demo
    with parts.unit_of_work() as uow:
        found = [uow.requests.get(request_id) for (request_id,) in rows(select(t.request.c.id))]
        assert any(likely_duplicates(uow, request) for request in found)
    assert {one for (one,) in rows(select(t.request_name_key.c.request_id))} >= {
        request.id for request in found if request.status is not RequestStatus.DRAFT and request.answers.get("full_name")
    }
    assert any(request.has_open_fear for request in found)
    assert any(request.fear_cleared_by for request in found)
    soon = now().date() + timedelta(days=14)
    assert any(request.documents_until and request.documents_until < soon for request in found)
    assert all(request.has_consent or request.status in (RequestStatus.DRAFT, RequestStatus.WITHDRAWN) for request in found)


def test_the_directory_has_entries_that_hold_that_ran_out_and_that_nobody_checked(demo):
    with demo[0].unit_of_work() as uow:
        entries = [entry for entry in uow.directory.all() if entry.id.startswith("demo")]
    assert {(entry.verified_at is not None, entry.is_shown(now())) for entry in entries} == {
        (True, True), (True, False), (False, False),
    }  # fmt: skip


def test_the_audit_log_holds_together(demo):
    with demo[0].unit_of_work() as uow:
        assert verify_chain(uow.audit).is_whole
        assert len(uow.audit.entries(limit=1000)) > 200


def test_who_was_answered_was_so_in_time_or_not(rows):
    case = t.case.c
    told = rows(select(case.in_time, case.resolved_at, case.first_reply_at))
    assert all((in_time is None) is (resolved is None and replied is None) for in_time, resolved, replied in told)
    assert {in_time for in_time, *_ in told} == {None, True, False}


@pytest.mark.parametrize("period", PERIODS)
def test_the_dashboard_shows_an_office_that_copes_and_an_assistant_that_does_most(demo, period):
    with demo[0].unit_of_work() as uow:
        shown = make_dashboard(uow, {Role.SUPERVISOR}, period=period, clock=now)
    assert 55 <= shown.in_time.percent <= 90
    assert 55 <= shown.alone.percent <= 85
    assert all(shown.breakdowns[name] for name in ("inbound.language", "inbound.topic", "inbound.decision", "outbound.author"))
    assert all(figure.rounded for _day, figure in shown.days[:-1])


def test_who_is_handed_on_hears_that_the_team_goes_on(rows):
    said = rows(select(t.message.c.answer_id, t.message.c.text))
    assert any("L'équipe prend la suite" in text for answer_id, text in said if answer_id == "handed_on_on_duty")


def test_each_property_of_a_day_adds_up_to_the_same(rows):
    count = t.daily_count.c
    days = {}
    for day, _by, number in rows(
        select(count.day, count.by, func.sum(count["count"]))
        .where(count.of == "inbound", count.by != "topic")
        .group_by(count.day, count.by)
    ):
        days.setdefault(day, set()).add(number)
    assert len(days) >= 90
    assert all(len(numbers) == 1 for numbers in days.values())


def test_a_second_run_adds_nothing(demo, rows):
    settings, before = demo[0].settings, rows(select(func.count()).select_from(t.message))
    with pytest.raises(WrongState) as refused:
        _make(settings)
    assert refused.value.code == "demo_exists"
    assert "daleel demo --again" in refused.value.detail
    assert "password already" in _make(settings, again=True)
    assert rows(select(func.count()).select_from(t.message)) == before


def test_without_a_password_everybody_gets_a_link_which_can_be_had_again(tmp_path):
    settings = _settings(tmp_path)
    first, again = _make(settings), _make(settings, again=True)
    assert len(re.findall(r"/invitation/\S+", first)) == len(read("office.yml")["staff"])
    client = create_app(build(settings)).test_client()
    token = re.search(r"/invitation/(\S+)", again).group(1)
    assert client.get(f"/invitation/{token}").status_code == 200
    old = re.search(r"/invitation/(\S+)", first).group(1)
    assert client.get(f"/invitation/{old}").status_code == 404


def test_it_never_mixes_with_people_who_really_wrote(tmp_path):
    settings = _settings(tmp_path)
    parts = build(settings)
    migrate(parts.engine)
    with parts.unit_of_work() as uow:
        receive_message(
            uow, Incoming(Provider.SIMULATOR, Channel.SMS, "sim:1", new_id(), text="hello"), clock=now, new_id=new_id
        )
    for again in (False, True):
        with pytest.raises(WrongState) as refused:
            _make(settings, again=again)
        assert refused.value.code == "database_in_use"
        assert "DATABASE_URL" in refused.value.detail
    with parts.unit_of_work() as uow:
        assert uow.session.execute(select(func.count()).select_from(t.staff)).scalar_one() == 0


@pytest.mark.parametrize(
    ("options", "code"), [({"size": "huge"}, "size_unknown"), ({"password": "short"}, "password_too_short")]
)
def test_a_wrong_call_says_what_is_wrong(tmp_path, options, code):
    with pytest.raises(InvalidInput) as refused:
        _make(_settings(tmp_path), **options)
    assert refused.value.code == code


def test_the_stories_name_what_there_is():
    stories = [*load_stories(), *(one for of in load_earlier().values() for one in of)]
    keys = {one["key"] for one in read("office.yml")["staff"]}
    assert len({story.id for story in stories}) == len(stories)
    for story in stories:
        assert set(story.people) <= set(read("people.yml"))
        assert all(place_name(place, "en") for place in story.places)
        assert all(Channel(channel) for channel in story.channels)
        for line in story.script:
            said = {line.get("topic"), *line.get("suggestions", [])} - {None, "danger_no"}
            assert said <= set(topics.ALL), story.id
            assert {line.get("by"), line.get("give")} - {None} <= keys


def test_no_two_stories_tell_the_same():
    words = Counter(
        words
        for story in load_stories()
        for line in story.script
        for words in ([line["them"]] if isinstance(line.get("them"), str) else line.get("them", []))
        if words
    )
    assert [text for text, count in words.items() if count > 1] == []


# The pages, for each role.


@pytest.fixture(scope="module")
def demo_app(demo):
    """The console on the demo."""
    return create_app(demo[0])


PEOPLE = ("amal", "salem", "huda", "zahra", "nadia", "rania", "tarek")
MOST_OF_A_KIND = 6
"""Pages of one endpoint that are opened for one role: the rest look alike."""


@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_that_a_role_can_reach_opens(demo_app, name):
    client = demo_app.test_client()
    assert log_in(client, f"{name}@demo.example", PASSWORD).status_code == 303
    adapter = demo_app.url_map.bind("localhost")
    waiting, seen, opened = ["/"], {"/"}, Counter()
    while waiting:
        path = waiting.pop(0)
        endpoint = adapter.match(path.partition("?")[0], method="GET")[0]
        if endpoint == "static" or opened[endpoint] >= MOST_OF_A_KIND:
            continue
        opened[endpoint] += 1
        response = client.get(path)
        assert response.status_code in (200, 303), f"{path}: {response.status_code}"
        if response.mimetype == "text/html":
            found = [link.replace("&amp;", "&") for link in re.findall(r'<a [^>]*?href="(/[^"#]*)', response.text)]
            waiting += [link for link in dict.fromkeys(found) if link not in seen]
            seen.update(found)
    if name not in ("rania", "tarek"):
        assert opened.keys() >= {"queue.show", "cases.show", "requests.show"}


def test_the_five_roles_are_all_there(rows):
    assert set(_values(rows, t.role.c.name)) >= {role.value for role in Role}
