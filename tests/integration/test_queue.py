"""The queue and the saved views on both databases: who comes first, what is found, and how little is asked for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import insert

from benchmarks.queries import counted
from bot.domain.audit import Act
from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.contacts import Channel
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.requests import Actor, RequestStatus
from bot.domain.staff import Grant, Role
from bot.services.cases import visible_kinds
from bot.services.duty import set_duty
from bot.services.queue import ROWS, alarms, assign_many, list_queue, transfer_many
from bot.services.queue_ports import QueueFilter, Reader, Sort, Tab, Timing
from bot.services.views import MAX_VIEWS, delete_view, list_views, save_view
from bot.storage import tables
from bot.wiring import new_id
from tests.builders import NOON, make_address, make_case, make_contact, make_conversation, make_request

AMAL, SAMI = 1, 2
SUPERVISOR = Actor(str(AMAL), frozenset({Role.SUPERVISOR}), "tripoli")
CASEWORKER = Actor(str(SAMI), frozenset({Role.CASEWORKER}), "sabha")
ALL = QueueFilter()
_numbers = count(100)


def at(minutes):
    """Return a moment so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def office(database):
    """A database with two staff members."""
    with database.unit_of_work() as uow:
        for member_id in (AMAL, SAMI):
            values = {"id": member_id, "email": f"{member_id}@example.org", "name": "", "fs_uniquifier": str(member_id)}
            uow.session.execute(insert(tables.staff).values(created_at=NOON, **values))
        uow.commit()
    return database


@pytest.fixture
def add(office):
    """A function that opens a case of somebody new and returns its reference."""

    def add_case(priority=Priority.NORMAL, *, language="ar", channel=Channel.SMS, waits=0, due=60, **changes):
        number = next(_numbers)
        person, talk, reference = f"contact-{number}", f"talk-{number}", f"R-{number:05}-X"
        with office.unit_of_work() as uow:
            uow.contacts.add(make_contact(person))
            uow.contacts.add_address(make_address(person, id=f"address-{number}", address_hash=f"hash-{number}"))
            uow.conversations.add(
                make_conversation(
                    id=talk, contact_id=person, channel_address_id=f"address-{number}", channel=channel, language=language
                )
            )
            values = {"waiting_since": None if waits is None else at(waits), "due_at": at(due), **changes}
            uow.cases.add(
                make_case(priority, id=f"case-{number}", reference=reference, contact_id=person, conversation_id=talk, **values)
            )
            uow.commit()
        return reference

    return add_case


def references(office, wanted=ALL, *, actor=SUPERVISOR, now=NOON):
    """Return the references of one page of the queue."""
    return [row.reference for row in listed(office, wanted, actor=actor, now=now).rows]


def listed(office, wanted=ALL, *, actor=SUPERVISOR, now=NOON):
    """Return one page of the queue."""
    with office.unit_of_work() as uow:
        return list_queue(uow, wanted, actor=actor, clock=lambda: now)


def test_critical_comes_first_then_what_is_due_first_and_who_was_answered_last(office, add):
    later = add(Priority.HIGH, due=90)
    sooner = add(Priority.LOW, due=30)
    critical = add(Priority.CRITICAL, due=200)
    answered = add(Priority.CRITICAL, waits=None, due=-500, assignee_id=SAMI, queue_state=QueueState.WITH_STAFF)
    assert references(office) == [critical, sooner, later, answered]


def test_other_orders(office, add):
    old = add(opened_at=at(-90), waits=-10)
    new = add(opened_at=at(-5), waits=-5)
    waits_longest = add(opened_at=at(-60), waits=-60)
    assert references(office, QueueFilter(sort=Sort.NEWEST)) == [new, waits_longest, old]
    assert references(office, QueueFilter(sort=Sort.LONGEST)) == [waits_longest, old, new]


def test_each_sees_their_kinds_and_complaints_only_who_is_named_for_them(office, add):
    of = {kind: add(kind=kind) for kind in CaseKind}
    hidden = {
        Role.CASEWORKER: {CaseKind.PROTECTION, CaseKind.COMPLAINT},
        Role.PROTECTION: {CaseKind.COMPLAINT},
        Role.SUPERVISOR: {CaseKind.COMPLAINT},
        Role.ADMINISTRATOR: set(CaseKind),
        Role.AUDITOR: set(CaseKind),
    }
    for role, kinds in hidden.items():
        found = listed(office, actor=Actor("1", frozenset({role})))
        assert {row.kind for row in found.rows} == set(CaseKind) - kinds
        assert found.counts.get("all", 0) == len(set(CaseKind) - kinds)
        # And not by asking for the kind either
        for kind in kinds:
            assert references(office, QueueFilter(kind=kind), actor=Actor("1", frozenset({role}))) == []
    named = Actor("1", frozenset({Role.CASEWORKER, Grant.COMPLAINTS}))
    assert references(office, QueueFilter(kind=CaseKind.COMPLAINT), actor=named) == [of[CaseKind.COMPLAINT]]


def test_the_tabs_and_their_counts(office, add):
    mine = add(assignee_id=AMAL, queue_state=QueueState.ASSIGNED, team="tripoli")
    theirs = add(assignee_id=SAMI, queue_state=QueueState.ASSIGNED, team="sabha")
    of_team = add(team="tripoli")
    of_nobody = add(Priority.CRITICAL, due=-1)
    add(queue_state=QueueState.RESOLVED, waits=None, resolved_at=NOON, assignee_id=AMAL, team="tripoli")
    tabs = {tab: set(references(office, QueueFilter(tab=tab))) for tab in Tab}
    assert tabs == {
        Tab.MINE: {mine},
        Tab.TEAM: {mine, of_team},
        Tab.UNASSIGNED: {of_team, of_nobody},
        Tab.ALL: {mine, theirs, of_team, of_nobody},
    }
    assert listed(office).counts == {"mine": 1, "team": 2, "unassigned": 2, "all": 4, "critical": 1, "late": 1}
    assert listed(office, QueueFilter(tab=Tab.MINE)).counts["critical"] == 0


def test_who_belongs_to_no_team_has_no_cases_of_a_team(office, add):
    add()
    found = listed(office, QueueFilter(tab=Tab.TEAM), actor=replace(SUPERVISOR, team=None))
    assert (list(found.rows), found.counts["team"]) == ([], 0)


@pytest.mark.parametrize(
    ("wanted", "changes"),
    [
        (QueueFilter(priority=Priority.HIGH), {"priority": Priority.HIGH}),
        (QueueFilter(kind=CaseKind.DETENTION), {"kind": CaseKind.DETENTION}),
        (QueueFilter(language="fr"), {"language": "fr"}),
        (QueueFilter(language="unknown"), {"language": None}),
        (QueueFilter(channel=Channel.WHATSAPP), {"channel": Channel.WHATSAPP}),
        (QueueFilter(place="sabha"), {"place": "sabha"}),
        (QueueFilter(timing=Timing.LATE), {"due": 0}),
        (QueueFilter(timing=Timing.SOON), {"due": 59}),
        (QueueFilter(state=QueueState.WITH_STAFF), {"queue_state": QueueState.WITH_STAFF, "assignee_id": SAMI}),
        (QueueFilter(state=QueueState.RESOLVED), {"queue_state": QueueState.RESOLVED, "waits": None, "resolved_at": NOON}),
        (QueueFilter(language="fr", kind=CaseKind.DETENTION), {"language": "fr", "kind": CaseKind.DETENTION}),
    ],
)
def test_each_filter_finds_its_case_and_no_other(office, add, wanted, changes):
    add(due=90, place="tripoli")
    found = add(**{"due": 90, "place": "tripoli", **changes})
    assert references(office, wanted) == [found]
    assert listed(office, wanted).counts["all"] == 1


def test_who_was_answered_is_not_late(office, add):
    add(waits=None, due=-60, assignee_id=AMAL, queue_state=QueueState.WITH_STAFF)
    assert references(office, QueueFilter(timing=Timing.LATE)) == []
    assert not listed(office).rows[0].is_late(NOON)


def test_resolved_cases_come_by_when_they_were_resolved(office, add):
    resolved = {"queue_state": QueueState.RESOLVED, "waits": None}
    first = add(Priority.CRITICAL, resolved_at=at(-60), **resolved)
    last = add(resolved_at=at(-1), **resolved)
    assert references(office, QueueFilter(state=QueueState.RESOLVED)) == [last, first]


def test_the_list_is_paged_and_no_case_is_lost_or_shown_twice(office, add):
    all_of_them = {add(due=number % 7) for number in range(ROWS + 3)}
    first, second = listed(office), listed(office, QueueFilter(page=2))
    assert (len(first.rows), first.has_more, first.first) == (ROWS, True, 1)
    assert (len(second.rows), second.has_more, second.first) == (3, False, ROWS + 1)
    assert {row.reference for row in (*first.rows, *second.rows)} == all_of_them


def test_counting_stops_in_time(office, add):
    for _ in range(4):
        add()
    with office.unit_of_work() as uow:
        page = listed(office)
        counts = uow.queue.counts(page.wanted, _reader(SUPERVISOR), most=2)
    assert counts["all"] == 3


def test_a_row_tells_the_status_and_fear_of_its_request_but_nothing_of_a_draft(office, add):
    sent, draft = add(kind=CaseKind.RETURN, due=10), add(kind=CaseKind.RETURN, due=20)
    question = add(kind=CaseKind.QUESTION, due=30)
    with office.unit_of_work() as uow:
        statuses = {sent: RequestStatus.SCREENED, draft: RequestStatus.DRAFT, question: RequestStatus.READY}
        for reference, status in statuses.items():
            case = uow.cases.find_by_reference(reference)
            uow.requests.add(
                make_request(
                    id=f"request-{reference}",
                    reference=reference,
                    status=status,
                    contact_id=case.contact_id,
                    conversation_id=case.conversation_id,
                    fear_at=NOON,
                )
            )
        uow.commit()
    rows = listed(office).rows
    assert [(row.status, row.has_open_fear) for row in rows] == [
        (RequestStatus.SCREENED, True),
        (RequestStatus.DRAFT, False),
        # A request with the reference of a case of another kind is not that case's.
        (None, False),
    ]


def test_a_page_takes_two_statements_however_many_rows_it_has_and_opens_nothing_encrypted(office, add):
    for kind in (CaseKind.RETURN, CaseKind.QUESTION) * 5:
        add(kind=kind)
    with counted() as statements, office.unit_of_work() as uow:
        list_queue(uow, QueueFilter(language="ar"), actor=SUPERVISOR, clock=lambda: NOON)
    assert len(statements) == 2
    assert not any(name in statement for statement in statements for name in ("topic", "text", "answers", ".address"))
    with counted() as statements, office.unit_of_work() as uow:
        alarms(uow, SUPERVISOR.roles, staff_id=AMAL, clock=lambda: NOON)
    assert len(statements) == 1


def test_alarms_are_critical_cases_that_nobody_follows_or_that_are_mine_and_wait_for_a_word(office, add):
    critical = {"priority": Priority.CRITICAL, "kind": CaseKind.QUESTION}
    followed = {"queue_state": QueueState.ASSIGNED}
    add(**critical, waits=-9)
    newest = add(**critical, waits=-1)
    add(**critical, waits=-5, assignee_id=AMAL, **followed)
    add(**critical, waits=-0, assignee_id=SAMI, **followed)
    add(**critical, waits=None, assignee_id=AMAL, **followed)
    add(Priority.HIGH, waits=-3, assignee_id=AMAL, **followed)
    add(**{**critical, "kind": CaseKind.COMPLAINT}, waits=0)
    with office.unit_of_work() as uow:
        found = alarms(uow, SUPERVISOR.roles, staff_id=AMAL, clock=lambda: NOON)
    assert (found.critical, found.unclaimed, found.mine) == (3, 2, 2)
    assert (found.reference, found.newest, found.as_of) == (newest, at(-1), NOON)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_sees_no_cases_hears_no_alarm(office, add, role):
    add(Priority.CRITICAL)
    with office.unit_of_work() as uow:
        found = alarms(uow, {role}, staff_id=AMAL, clock=lambda: NOON)
    assert (found.critical, found.newest, found.reference, found.mine) == (0, None, None, 0)


def test_many_cases_are_given_out_and_each_that_could_not_be_is_told(office, add):
    given, second = add(), add()
    resolved = add(queue_state=QueueState.RESOLVED, waits=None, resolved_at=NOON)
    protection, complaint = add(kind=CaseKind.PROTECTION), add(kind=CaseKind.COMPLAINT)
    asked = [given, resolved, protection, complaint, "R-00000-0", second]
    with office.unit_of_work() as uow:
        outcome = assign_many(
            uow, asked, to=SAMI, team="sabha", roles={Role.CASEWORKER}, actor=SUPERVISOR, clock=lambda: NOON, note="please"
        )
    # The complaint is not told apart from a case that does not exist.
    assert (outcome.done, outcome.resolved, outcome.unseen, outcome.missing) == (2, 1, 1, 2)
    assert set(references(office, QueueFilter(tab=Tab.MINE), actor=CASEWORKER)) == {given, second}
    with office.unit_of_work() as uow:
        assert uow.cases.find_by_reference(protection).assignee_id is None
        assert [entry.act for entry in uow.audit.entries(limit=9)] == [Act.CASE_ASSIGNED] * 2


def test_many_cases_are_handed_to_a_team_with_a_note(office, add):
    first, second = add(), add(assignee_id=SAMI, queue_state=QueueState.ASSIGNED)
    how = {"team": "sabha", "actor": SUPERVISOR, "words": lambda *_, **__: None, "clock": lambda: NOON, "new_id": new_id}
    with office.unit_of_work() as uow, pytest.raises(InvalidInput):
        transfer_many(uow, [first], note=" ", **how)
    with office.unit_of_work() as uow:
        outcome = transfer_many(uow, [first, second], note="near there", **how)
    assert outcome.done == 2
    assert set(references(office, QueueFilter(tab=Tab.TEAM), actor=CASEWORKER)) == {first, second}


def test_a_view_is_kept_found_replaced_and_deleted(office):
    with office.unit_of_work() as uow:
        save_view(uow, "queue", name=" late  ones ", query="timing=late&page=3&kind=", staff_id=AMAL, clock=lambda: NOON)
        save_view(uow, "requests", name="late ones", query="status=ready", staff_id=AMAL, clock=lambda: NOON)
        save_view(uow, "queue", name="late ones", query="timing=late&kind=return", staff_id=AMAL, clock=lambda: NOON)
    with office.unit_of_work() as uow:
        (view,) = list_views(uow, "queue", staff_id=AMAL)
        assert (view.name, view.query) == ("late ones", "kind=return&timing=late")
        delete_view(uow, view.id, staff_id=AMAL)
        assert (list(list_views(uow, "queue", staff_id=AMAL)), len(list_views(uow, "requests", staff_id=AMAL))) == ([], 1)


def test_a_colleagues_view_is_neither_listed_nor_deleted(office):
    with office.unit_of_work() as uow:
        save_view(uow, "queue", name="mine", query="tab=mine", staff_id=AMAL, clock=lambda: NOON)
        (view,) = list_views(uow, "queue", staff_id=AMAL)
        assert list(list_views(uow, "queue", staff_id=SAMI)) == []
        with pytest.raises(NotFound):
            delete_view(uow, view.id, staff_id=SAMI)
        assert list(list_views(uow, "queue", staff_id=AMAL)) == [view]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"name": "  "}, "name_missing"), ({"name": "x" * 61}, "name_too_long"), ({"query": "a=" + "x" * 1000}, "query_too_long")],
)
def test_a_view_needs_a_short_name_and_a_short_filter(office, changes, code):
    with office.unit_of_work() as uow, pytest.raises(InvalidInput) as error:
        save_view(uow, "queue", **{"name": "view", "query": "tab=mine", **changes}, staff_id=AMAL, clock=lambda: NOON)
    assert error.value.code == code


def test_views_have_an_end(office):
    with office.unit_of_work() as uow:
        for number in range(MAX_VIEWS):
            save_view(uow, "queue", name=str(number), query="tab=mine", staff_id=AMAL, clock=lambda: NOON)
        with pytest.raises(InvalidInput):
            save_view(uow, "queue", name="one more", query="tab=mine", staff_id=AMAL, clock=lambda: NOON)
        save_view(uow, "queue", name="0", query="tab=team", staff_id=AMAL, clock=lambda: NOON)


def test_going_on_duty_is_recorded_once(office):
    with office.unit_of_work() as uow:
        for is_on in (True, True, False):
            set_duty(uow, AMAL, is_on_duty=is_on, clock=lambda: NOON)
            assert uow.duty.count() == int(is_on)
        assert [(entry.act, entry.staff_id) for entry in uow.audit.entries(limit=9)] == [
            (Act.WENT_ON_DUTY, AMAL),
            (Act.WENT_OFF_DUTY, AMAL),
        ]


def _reader(actor):
    return Reader(visible_kinds(actor.roles), actor.staff_id, actor.team, NOON)
