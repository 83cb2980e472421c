"""Two requests of one person made one: what goes over, what stays, who is told what; and attempts to reach a person."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from bot.domain.audit import Act
from bot.domain.cases import EntryKind, QueueState
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.domain.merging import merged_into
from bot.domain.questions import FormKind
from bot.domain.requests import Actor, RequestKind
from bot.domain.requests import RequestStatus as S
from bot.domain.staff import Role
from bot.services.attempts import AttemptWay, record_attempt
from bot.services.audit_ports import AuditFilter
from bot.services.repeats import confirm_duplicate, deny_duplicate, kept_of, merge_requests
from bot.services.requests import Note, attempts_in, move_request, open_steps, read_note
from bot.storage.cipher import new_key
from bot.wiring import new_id
from tests.builders import NOON, make_case, make_request
from tests.fakes import FakeClock
from tests.integration.console_steps import token_on
from tests.integration.database import in_threads
from tests.integration.form_steps import Sent, SmallHotline
from tests.integration.request_steps import add_request, stored

STAFF = Actor("8", frozenset({Role.CASEWORKER}))
PROTECTION = Actor("7", frozenset({Role.PROTECTION}))


def merge(parts, other, kept, *, reason="same voice on the phone", actor=STAFF):
    with parts.unit_of_work() as uow:
        return merge_requests(uow, other.reference, into=kept.reference, actor=actor, reason=reason, clock=FakeClock())


def case_of(parts, request, **changes):
    """Store the case of a request."""
    ids = {"contact_id": request.contact_id, "conversation_id": request.conversation_id}
    values = {"id": new_id(), "reference": request.reference, "opened_by_message_id": new_id(), **ids, **changes}
    with parts.unit_of_work() as uow:
        case = make_case(kind=request.kind.case_kind, **values)
        uow.cases.add(case)
        uow.commit()
    return case


def acts(parts, act):
    with parts.unit_of_work() as uow:
        return [(one.subject, one.detail) for one in uow.audit.newest(AuditFilter(act=act), before=None, limit=20)]


# What a merge does


def test_the_kept_request_gets_what_it_lacks_and_loses_nothing(database):
    kept = add_request(database, answers={"full_name": None, "sex": None, "destination": "Nyala", "needs": []})
    other = add_request(database, answers={"destination": "Khartoum", "needs": ["medical"], "birth_year": 1990})
    merge(database, other, kept)
    answers = stored(database, kept)[0].answers
    assert answers["full_name"] == other.answers["full_name"] and answers["sex"] == other.answers["sex"]
    assert (answers["destination"], answers["needs"], answers["birth_year"]) == ("Nyala", [], kept.answers["birth_year"])
    # Then the other one is as the person sent it
    assert stored(database, other)[0].answers == other.answers


def test_the_other_one_ends_and_nobodys_consent_does(database):
    kept, other = add_request(database, status=S.DOCUMENTS), add_request(database)
    merge(database, other, kept)
    (ended, history), (stays, told) = stored(database, other), stored(database, kept)
    assert (ended.status, merged_into(ended)) == (S.WITHDRAWN, kept.reference)
    assert ended.has_consent and stays.has_consent and stays.status is S.DOCUMENTS
    assert read_note(history[-1]) == (Note.MERGED_INTO, f"{kept.reference} same voice on the phone")
    assert read_note(told[-1])[0] is Note.MERGED_FROM and other.reference in told[-1].reason
    pairs = {(other.reference, kept.reference), (kept.reference, other.reference)}
    assert set(acts(database, Act.REQUEST_MERGED)) == pairs


def test_differences_are_told_in_the_history(database):
    kept = add_request(database, answers={"sex": None})
    other = add_request(database, answers={"destination": "Khartoum", "sex": "female"})
    merge(database, other, kept)
    detail = read_note(stored(database, kept)[1][-1])[1]
    assert detail.split()[1] == "sex;destination"


@pytest.mark.parametrize("cleared", [None, NOON - timedelta(days=1)])
def test_a_sign_of_fear_on_either_stays_open_on_the_kept_one(database, cleared):
    since = NOON - timedelta(days=3)
    before = {"fear_at": NOON - timedelta(days=5), "fear_cleared_at": cleared} if cleared else {}
    kept, other = add_request(database, **before), add_request(database, fear_at=since)
    merge(database, other, kept)
    found = stored(database, kept)[0]
    assert found.has_open_fear and found.fear_at == since
    afraid, calm = add_request(database, fear_at=since), add_request(database)
    merge(database, calm, afraid)
    assert stored(database, afraid)[0].has_open_fear


def test_the_case_of_the_other_one_is_resolved_and_who_waits_in_it_waits_on(database):
    kept = add_request(database)
    ids = {"contact_id": kept.contact_id, "conversation_id": kept.conversation_id}
    with database.unit_of_work() as uow:
        other = make_request(id="other", reference="R-00000-0", **ids)
        uow.requests.add(other)
        uow.commit()
    waits = NOON - timedelta(hours=9)
    ending, staying = case_of(database, other, waiting_since=waits), case_of(database, kept, waiting_since=None)
    merge(database, other, kept)
    with database.unit_of_work() as uow:
        ended, stays = uow.cases.lock(ending.id), uow.cases.lock(staying.id)
        assert (ended.queue_state, ended.resolved_by) == (QueueState.RESOLVED, 8)
        assert stays.is_open and stays.waiting_since == waits
        assert [entry.kind for entry in uow.cases.entries_of(other.conversation_id)] == [EntryKind.RESOLVED]


@pytest.mark.parametrize("changes", [{"queue_state": QueueState.WITH_STAFF}, {"waiting_since": NOON}])
def test_a_case_stays_open_where_staff_write_or_a_person_waits_on_another_number(database, changes):
    kept, other = add_request(database), add_request(database)
    case_of(database, kept)
    ending = case_of(database, other, **{"waiting_since": None, **changes})
    merge(database, other, kept)
    with database.unit_of_work() as uow:
        assert uow.cases.lock(ending.id).is_open
        assert [entry.kind for entry in uow.cases.entries_of(other.conversation_id)] == [EntryKind.NOTE]


@pytest.mark.parametrize(
    ("kept", "other", "error", "code"),
    [
        ({"status": S.WITHDRAWN}, {}, WrongState, "merge_ended"),
        ({"status": S.CLOSED}, {}, WrongState, "merge_ended"),
        ({}, {"status": S.WITHDRAWN}, WrongState, "merge_ended"),
        ({}, {"status": S.DEPARTED}, WrongState, "merge_ended"),
        ({"status": S.DRAFT}, {}, WrongState, "request_is_draft"),
        ({}, {"status": S.DRAFT}, WrongState, "request_is_draft"),
        ({"consent_ended_at": NOON}, {}, WrongState, "consent_missing"),
        ({}, {"consented_at": None}, WrongState, "consent_missing"),
        ({"kind": RequestKind.ASSISTANCE}, {}, InvalidInput, "merge_invalid"),
    ],
)
def test_what_cannot_be_one_stays_two(sqlite_database, kept, other, error, code):
    kept, other = add_request(sqlite_database, **kept), add_request(sqlite_database, **other)
    with pytest.raises(error) as raised:
        merge(sqlite_database, other, kept)
    assert raised.value.code == code
    assert stored(sqlite_database, kept) == (kept, []) and stored(sqlite_database, other) == (other, [])
    assert not acts(sqlite_database, Act.REQUEST_MERGED)


def test_a_merge_needs_a_reason_two_requests_and_somebody_who_sees_them(sqlite_database):
    kept, other = add_request(sqlite_database), add_request(sqlite_database)
    for args, error in (
        ({"reason": " "}, InvalidInput),
        ({"actor": Actor("9", frozenset({Role.AUDITOR}))}, NotFound),
    ):
        with pytest.raises(error):
            merge(sqlite_database, other, kept, **args)
    with pytest.raises(InvalidInput):
        merge(sqlite_database, kept, kept)


def test_two_who_merge_each_into_the_other_at_once_end_with_one(database):
    first, second = add_request(database), add_request(database)

    pairs = iter([(first, second), (second, first)])
    outcomes = in_threads(2, lambda: merge(database, *next(pairs)).reference)
    (refused,) = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(refused, WrongState) and refused.code == "merge_ended"
    assert sum(stored(database, one)[0].is_live for one in (first, second)) == 1


def test_a_merged_request_is_not_marked_anew(sqlite_database):
    kept, other = add_request(sqlite_database), add_request(sqlite_database)
    merge(sqlite_database, other, kept)
    with sqlite_database.unit_of_work() as uow:
        for change, more in ((confirm_duplicate, {"of": kept.reference}), (deny_duplicate, {})):
            with pytest.raises(WrongState) as raised:
                change(uow, other.reference, actor=STAFF, reason="x", clock=FakeClock(), **more)
            assert raised.value.code == "request_merged"


def test_merges_of_merges_lead_to_the_last_and_a_withdrawn_repeat_leads_nowhere(sqlite_database):
    first, second, third = (add_request(sqlite_database) for _ in range(3))
    merge(sqlite_database, first, second)
    merge(sqlite_database, second, third)
    repeat = add_request(sqlite_database, status=S.WITHDRAWN, duplicate_of=third.reference, consent_ended_at=NOON)
    with sqlite_database.unit_of_work() as uow:
        assert kept_of(uow, uow.requests.get(first.id)).id == third.id
        assert kept_of(uow, uow.requests.get(repeat.id)).id == repeat.id


# What the person is told


@pytest.fixture
def hotline(sqlite_template, tmp_path):
    path = shutil.copy(sqlite_template, tmp_path / "talk.db")
    return SmallHotline(f"sqlite:///{path}", (new_key(),))


def say(hotline, *texts, first):
    reply = None
    for number, text in enumerate(texts):
        means = {"means": first} if number == 0 else {}
        hotline.receive(Sent(f"m{len(hotline.turns)}", text, **means))
        reply = hotline.work_off()
    return [(line.answer_id, line.values.get("reference")) for line in reply.lines]


def test_who_asks_for_the_merged_one_is_told_of_the_kept_one(hotline):
    kept, other = add_request(hotline), add_request(hotline)
    merge(hotline, other, kept)
    told = say(hotline, "my request", other.reference, str(other.answers["birth_year"]), first=FormKind.STATUS)
    assert told == [("status_open", kept.reference)]


def test_who_withdraws_the_merged_one_withdraws_the_kept_one(hotline):
    kept, other = add_request(hotline), add_request(hotline)
    merge(hotline, other, kept)
    year = str(other.answers["birth_year"])
    told = say(hotline, "cancel my request", other.reference, year, "yes", first=FormKind.WITHDRAWAL)
    assert told[0] == ("withdrawn", kept.reference)
    found = stored(hotline, kept)[0]
    assert found.status is S.WITHDRAWN and not found.has_consent


# Attempts


def attempt(parts, request, *, at=NOON, way=AttemptWay.CALL, note=""):
    with parts.unit_of_work() as uow:
        record_attempt(uow, request.reference, way=way, note=note, actor=STAFF, clock=lambda: at)


def may_be_unreachable(parts, request):
    with parts.unit_of_work() as uow:
        found = uow.requests.get(request.id)
        return S.UNREACHABLE in open_steps(found, uow.requests.steps_of(request.id), uow.duty.hours.zone)


def test_a_person_is_unreachable_only_after_three_attempts_on_two_days(database):
    request = add_request(database)
    for days, way in ((0, AttemptWay.CALL), (0, AttemptWay.MESSAGE), (0, AttemptWay.OTHER)):
        attempt(database, request, at=NOON + timedelta(days=days, hours=1), way=way)
        assert not may_be_unreachable(database, request)
    with database.unit_of_work() as uow, pytest.raises(WrongState) as raised:
        move_request(uow, request.reference, to=S.UNREACHABLE, actor=STAFF, reason="x", clock=FakeClock())
    assert raised.value.code == "attempts_missing"
    attempt(database, request, at=NOON + timedelta(days=1), note="rang, no answer")
    assert may_be_unreachable(database, request)
    with database.unit_of_work() as uow:
        move_request(uow, request.reference, to=S.UNREACHABLE, actor=STAFF, reason="x", clock=FakeClock())
    assert len(acts(database, Act.ATTEMPT_RECORDED)) == 4 and "rang" not in str(acts(database, Act.ATTEMPT_RECORDED))


def test_attempts_of_before_the_person_was_reached_count_no_more(database):
    request = add_request(database)
    for days in (0, 1, 2):
        attempt(database, request, at=NOON + timedelta(days=days))
    with database.unit_of_work() as uow:
        move_request(uow, request.reference, to=S.UNREACHABLE, actor=STAFF, reason="x", clock=FakeClock())
        move_request(uow, request.reference, to=S.SUBMITTED, actor=STAFF, reason="rang back", clock=FakeClock())
    assert not may_be_unreachable(database, request)
    assert attempts_in(stored(database, request)[1]) == []


def test_nobody_is_tried_for_a_request_that_has_ended(sqlite_database):
    request = add_request(sqlite_database, status=S.CLOSED)
    with pytest.raises(WrongState):
        attempt(sqlite_database, request)


# The pages


def press(client, request, path, **data):
    form = {"csrf_token": token_on(client, "/directory"), **data}
    return client.post(f"/requests/{request.reference}/{path}", data=form, follow_redirects=True)


@pytest.mark.parametrize("keeps_this", [True, False])
def test_two_are_merged_on_the_page_and_both_say_so(console_parts, console_staff, keeps_this):
    first, second = add_request(console_parts, phone_hash="p"), add_request(console_parts, phone_hash="p")
    client = console_staff("amal@example.org", Role.CASEWORKER)
    page = client.get(f"/requests/{second.reference}").text
    assert f'name="keep" value="{first.reference}"' in page and f'name="keep" value="{second.reference}"' in page
    kept, other = (second, first) if keeps_this else (first, second)
    assert "Write the reason" in press(client, second, "merge", **{"with": first.reference, "keep": kept.reference}).text
    page = press(client, second, "merge", **{"with": first.reference, "keep": kept.reference, "reason": "same"}).text
    assert f"{other.reference} is part of this request now" in page
    assert f"{other.reference} was merged into this request" in page and 'name="keep"' not in page
    page = client.get(f"/requests/{other.reference}").text
    assert "The person withdrew nothing" in page and "Stop every preparation" not in page
    assert f"Merged into {kept.reference}" in page and "Taken back" not in page
    assert "status-merged" in client.get("/requests?status=withdrawn").text


def test_a_merge_with_what_is_not_there_is_refused(console_parts, console_staff):
    request = add_request(console_parts)
    client = console_staff("amal@example.org", Role.CASEWORKER)
    assert press(client, request, "merge", **{"with": "nonsense", "keep": "R-00000-0", "reason": "x"}).status_code == 400
    answer = press(client, request, "merge", **{"with": "R-00000-0", "keep": request.reference, "reason": "x"})
    assert answer.status_code == 404


def test_an_attempt_is_recorded_on_the_page(console_parts, console_staff):
    request = add_request(console_parts)
    client = console_staff("amal@example.org", Role.CASEWORKER)
    page = press(client, request, "attempt", way="call", reason="line was dead").text
    assert page.count("Called, and did not reach the person") == 3 and "line was dead" in page
    assert "opens after three attempts" in page
    assert press(client, request, "attempt", way="pigeon").status_code == 400


def test_changes_by_staff_are_in_the_audit_log(console_parts, console_staff):
    client = console_staff("huda@example.org", Role.PROTECTION)
    request = add_request(console_parts, fear_at=NOON, phone_hash="p")
    other = add_request(console_parts, phone_hash="p")
    press(client, request, "move", to="screened", seen="submitted", reason="secret words")
    press(client, request, "clear-fear", reason="secret words")
    press(client, request, "end-date", which="medical_until", until="")
    press(client, request, "duplicate", of=other.reference, reason="secret words")
    expected = {
        Act.REQUEST_MOVED: "submitted screened",
        Act.FEAR_CLEARED: "",
        Act.END_DATE_SET: "medical_until",
        Act.DUPLICATE_DECIDED: f"same_person {other.reference}",
    }
    for act, detail in expected.items():
        assert acts(console_parts, act) == [(request.reference, detail)]
