"""What staff do with requests, over real databases: who sees which, steps and their reasons, fear, end dates, repeats."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.domain.contacts import Channel
from bot.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from bot.domain.requests import Actor, RequestKind, Step
from bot.domain.requests import RequestStatus as S
from bot.domain.staff import Role
from bot.services.attempts import AttemptWay, record_attempt
from bot.services.repeats import confirm_duplicate, deny_duplicate, likely_duplicates
from bot.services.request_list import PAGE_SIZE, list_requests
from bot.services.request_ports import RequestFilter, RequestSort
from bot.services.requests import (
    MAX_END_DATE,
    MAX_REASON,
    EndDate,
    Note,
    clear_fear,
    find_request,
    move_request,
    needs_reason,
    read_note,
    request_of_case,
    set_end_date,
    visible_request_kinds,
)
from tests.builders import NOON, make_case, make_request
from tests.fakes import FakeClock
from tests.integration.database import in_threads
from tests.integration.request_steps import add_request, stored

STAFF = Actor("8", frozenset({Role.CASEWORKER}))
PROTECTION = Actor("7", frozenset({Role.PROTECTION}))
AUDITOR = Actor("9", frozenset({Role.AUDITOR, Role.ADMINISTRATOR}))
TODAY = NOON.date()


def _move(database, request, to, reason="as agreed", **more):
    with database.unit_of_work() as uow:
        return move_request(
            uow, request.reference, to=to, actor=more.pop("actor", STAFF), reason=reason, clock=FakeClock(), **more
        )


def listed(uow, roles=STAFF.roles, **wanted):
    """Return the references of the requests in a list."""
    page = list_requests(uow, RequestFilter(**wanted), roles, today=TODAY, clock=FakeClock())
    return [row.reference for row in page.rows]


def _try_three_times(database, request):
    for days in range(3):
        with database.unit_of_work() as uow:
            at = NOON - timedelta(days=days)
            record_attempt(uow, request.reference, way=AttemptWay.CALL, note="", actor=STAFF, clock=lambda at=at: at)


def _is_untouched(database, request):
    return stored(database, request) == (request, [])


# Seeing


@pytest.mark.parametrize("role", list(Role))
def test_roles_see_the_requests_whose_cases_they_see(sqlite_database, role):
    request = add_request(sqlite_database)
    sees = role in (Role.CASEWORKER, Role.PROTECTION, Role.SUPERVISOR)
    assert visible_request_kinds({role}) == (frozenset(RequestKind) if sees else frozenset())
    with sqlite_database.unit_of_work() as uow:
        assert len(listed(uow, roles={role})) == sees
        if sees:
            assert find_request(uow, request.reference.lower(), {role}).id == request.id
        else:
            with pytest.raises(NotFound):
                find_request(uow, request.reference, {role})


@pytest.mark.parametrize("reference", ["", "nonsense", "R-00000-0", "R-7K3QF-X"])
def test_a_reference_that_leads_nowhere_is_not_found(sqlite_database, reference):
    with sqlite_database.unit_of_work() as uow, pytest.raises(NotFound):
        find_request(uow, reference, STAFF.roles)


def test_the_list_has_what_is_worked_on_with_fear_first_and_then_the_oldest(database):
    hours = {"young": 3, "old": 1, "afraid": 2, "paused": 2.5}
    changes = {"afraid": {"fear_at": NOON}, "paused": {"status": S.ON_HOLD, "status_before": S.MEDICAL}}
    for name, hour in hours.items():
        add_request(database, id=name, submitted_at=NOON + timedelta(hours=hour), **changes.get(name, {}))
    for status in (S.DRAFT, S.WITHDRAWN, S.CLOSED, S.ARRIVED):
        add_request(database, id=status.value, status=status)
    with database.unit_of_work() as uow:
        by_reference = {uow.requests.get(name).reference: name for name in (*hours, "withdrawn")}
        assert [by_reference[one] for one in listed(uow)] == ["afraid", "old", "paused", "young"]
        assert [by_reference[one] for one in listed(uow, sort=RequestSort.NEWEST)] == ["young", "paused", "afraid", "old"]
        assert [by_reference[one] for one in listed(uow, status=S.WITHDRAWN)] == ["withdrawn"]
        assert listed(uow, kind=RequestKind.COUNSELLING) == []


def test_the_list_is_narrowed_by_each_filter(database):
    one = add_request(database, language="fr", channel=Channel.SMS, submitted_at=NOON - timedelta(days=40), fear_at=NOON)
    two = add_request(database, medical_until=TODAY + timedelta(days=5))
    with database.unit_of_work() as uow:
        ids = {"contact_id": one.contact_id, "conversation_id": one.conversation_id}
        uow.cases.add(make_case(kind=one.kind.case_kind, reference=one.reference, place="sabha", assignee_id=None, **ids))
        uow.commit()
        for wanted in (
            {"language": "fr"}, {"channel": Channel.SMS}, {"older": 30}, {"has_fear": True}, {"place": "sabha"},
        ):  # fmt: skip
            assert listed(uow, **wanted) == [one.reference], wanted
        for wanted in ({"ends": 7}, {"place": "unknown"}, {"language": "en"}):
            assert listed(uow, **wanted) == [two.reference], wanted
        assert listed(uow, place="tripoli") == listed(uow, ends=7, language="fr") == []


def test_the_list_is_read_a_page_at_a_time(sqlite_database):
    for _ in range(PAGE_SIZE + 3):
        add_request(sqlite_database)
    with sqlite_database.unit_of_work() as uow:
        pages = [
            list_requests(uow, RequestFilter(page=number), STAFF.roles, today=TODAY, clock=FakeClock()) for number in (1, 2)
        ]
    assert [(len(page.rows), page.has_more) for page in pages] == [(PAGE_SIZE, True), (3, False)]
    assert len({row.reference for page in pages for row in page.rows}) == PAGE_SIZE + 3


def test_a_draft_is_never_listed_and_shows_no_answer(sqlite_database):
    draft = add_request(sqlite_database, status=S.DRAFT, submitted_at=None, phone_hash="p", fear_at=NOON)
    with sqlite_database.unit_of_work() as uow:
        assert listed(uow, is_all=True) == [] and listed(uow, status=S.DRAFT) == []
        found = find_request(uow, draft.reference, STAFF.roles)
        assert (found.status, found.answers, found.phone_hash, found.has_open_fear) == (S.DRAFT, {}, None, False)
        assert likely_duplicates(uow, found) == []
        # Then even a commit loses nothing of what the person wrote
        uow.commit()
    assert stored(sqlite_database, draft)[0].answers == draft.answers


def test_a_case_leads_to_its_request_and_to_no_other(sqlite_database):
    request = add_request(sqlite_database)
    kind = RequestKind.RETURN.case_kind
    with sqlite_database.unit_of_work() as uow:
        assert request_of_case(uow, make_case(kind=kind, reference=request.reference)).id == request.id
        assert request_of_case(uow, make_case(kind=kind)) is None
        # A question, or a case of another kind that somebody may see although the request is hidden from them
        assert request_of_case(uow, make_case(reference=request.reference)) is None
        other = RequestKind.COUNSELLING.case_kind
        assert request_of_case(uow, make_case(kind=other, reference=request.reference)) is None


# Moving


def test_a_step_is_stored_with_who_when_and_why(database):
    request = add_request(database)
    _move(database, request, S.SCREENED, reason="  all is there \n")
    found, steps = stored(database, request)
    assert found.status is S.SCREENED
    assert steps == [Step(request.id, S.SUBMITTED, S.SCREENED, "8", NOON, "all is there")]


@pytest.mark.parametrize(
    ("status", "to", "is_needed"),
    [
        (S.SUBMITTED, S.SCREENED, False),
        (S.BOOKED, S.DEPARTED, False),
        (S.DEPARTED, S.CLOSED, False),
        (S.SUBMITTED, S.WITHDRAWN, True),
        (S.SUBMITTED, S.ON_HOLD, True),
        (S.SUBMITTED, S.UNREACHABLE, True),
        (S.SUBMITTED, S.NOT_ELIGIBLE, True),
        (S.BOOKED, S.MEDICAL, True),
        (S.NOT_ELIGIBLE, S.SUBMITTED, True),  # a decision is taken back
        (S.NOT_ELIGIBLE, S.CLOSED, False),
        (S.ON_HOLD, S.MEDICAL, False),  # where it stood
        (S.ON_HOLD, S.SCREENED, True),
        (S.ON_HOLD, S.UNREACHABLE, True),
    ],
)
def test_steps_aside_and_back_need_a_reason(sqlite_database, status, to, is_needed):
    before = S.MEDICAL if status is S.ON_HOLD else None
    request = add_request(sqlite_database, status=status, status_before=before)
    assert needs_reason(request, to) == is_needed
    if is_needed:
        with pytest.raises(InvalidInput, match="reason_missing"):
            _move(sqlite_database, request, to, reason=" \n ")
        assert _is_untouched(sqlite_database, request)
        if to is S.UNREACHABLE:
            _try_three_times(sqlite_database, request)
        _move(sqlite_database, request, to)
    else:
        _move(sqlite_database, request, to, reason="")
    assert stored(sqlite_database, request)[0].status is to


def test_other_kinds_come_back_from_a_pause_without_a_reason():
    paused = make_request(RequestKind.ASSISTANCE, status=S.ON_HOLD, status_before=S.SUBMITTED)
    assert not needs_reason(paused, S.SUBMITTED) and not needs_reason(paused, S.CLOSED)


@pytest.mark.parametrize(
    ("changes", "to", "code"),
    [
        ({"status": S.SCREENED, "fear_at": NOON}, S.DOCUMENTS, "fear_open"),
        ({"status": S.SCREENED, "consented_at": None}, S.DOCUMENTS, "consent_missing"),
        ({"status": S.SCREENED}, S.BOOKED, "step_not_allowed"),
        ({"status": S.WITHDRAWN}, S.SUBMITTED, "step_not_allowed"),
        ({"status": S.DRAFT}, S.SUBMITTED, "request_is_draft"),
    ],
)
def test_a_step_that_is_not_open_changes_nothing(sqlite_database, changes, to, code):
    request = add_request(sqlite_database, **changes)
    with pytest.raises(WrongState) as caught:
        _move(sqlite_database, request, to, reason="")
    assert caught.value.code == code
    assert _is_untouched(sqlite_database, request)


def test_a_reason_has_a_length_at_which_it_is_still_read(sqlite_database):
    request = add_request(sqlite_database)
    with pytest.raises(InvalidInput, match="reason_too_long"):
        _move(sqlite_database, request, S.SCREENED, reason="x" * (MAX_REASON + 1))
    _move(sqlite_database, request, S.SCREENED, reason="x" * MAX_REASON)


def test_a_decision_on_a_status_that_is_past_is_refused(sqlite_database):
    request = add_request(sqlite_database, status=S.BOOKED)
    _move(sqlite_database, request, S.ON_HOLD)
    with pytest.raises(WrongState, match="changed_meanwhile"):
        _move(sqlite_database, request, S.SCREENED, seen=S.BOOKED)
    assert stored(sqlite_database, request)[0].status is S.ON_HOLD


def test_two_who_press_at_once_take_one_step(database):
    request = add_request(database)
    results = in_threads(4, lambda: _move(database, request, S.SCREENED, seen=S.SUBMITTED))
    assert sorted(type(result).__name__ for result in results) == ["Request", *["WrongState"] * 3]
    assert len(stored(database, request)[1]) == 1


@pytest.mark.parametrize("change", [move_request, clear_fear, set_end_date, confirm_duplicate, deny_duplicate])
def test_who_does_not_see_a_request_cannot_change_it(sqlite_database, change):
    request = add_request(sqlite_database, fear_at=NOON, duplicate_of="R-00000-0")
    more = {
        move_request: {"to": S.SCREENED, "reason": "x"},
        clear_fear: {"reason": "x"},
        set_end_date: {"which": EndDate.MEDICAL, "until": TODAY, "today": TODAY},
        confirm_duplicate: {"of": request.reference, "reason": "x"},
        deny_duplicate: {"reason": "x"},
    }[change]
    with sqlite_database.unit_of_work() as uow, pytest.raises(NotFound):
        change(uow, request.reference, actor=AUDITOR, clock=FakeClock(), **more)
    assert _is_untouched(sqlite_database, request)


# Fear


def test_clearing_fear_is_an_entry_of_the_history_and_opens_the_way(database):
    request = add_request(database, status=S.SCREENED, fear_at=NOON)
    with database.unit_of_work() as uow:
        clear_fear(uow, request.reference, actor=PROTECTION, reason="she is safe: she said so", clock=FakeClock())
    found, (entry,) = stored(database, request)
    assert (found.has_open_fear, found.fear_cleared_by, found.status) == (False, "7", S.SCREENED)
    assert (entry.from_status, entry.to_status, entry.by) == (S.SCREENED, S.SCREENED, "7")
    assert read_note(entry) == (Note.FEAR_CLEARED, "she is safe: she said so")
    _move(database, request, S.DOCUMENTS)


@pytest.mark.parametrize(
    ("actor", "reason", "changes", "error"),
    [
        (STAFF, "I think so", {"fear_at": NOON}, NotAllowed),
        (PROTECTION, " ", {"fear_at": NOON}, InvalidInput),
        (PROTECTION, "twice", {}, WrongState),
        (PROTECTION, "too early", {"fear_at": NOON, "status": S.DRAFT}, WrongState),
    ],
)
def test_fear_is_not_cleared_by_others_nor_without_a_reason(sqlite_database, actor, reason, changes, error):
    request = add_request(sqlite_database, **changes)
    with sqlite_database.unit_of_work() as uow, pytest.raises(error):
        clear_fear(uow, request.reference, actor=actor, reason=reason, clock=FakeClock())
    assert _is_untouched(sqlite_database, request)


# End dates


def _set(database, request, until, which=EndDate.DOCUMENTS):
    with database.unit_of_work() as uow:
        set_end_date(uow, request.reference, which=which, until=until, today=TODAY, actor=STAFF, clock=FakeClock())


def test_an_end_date_is_set_and_removed_with_two_entries(database):
    request = add_request(database, status=S.MEDICAL)
    _set(database, request, date(2027, 5, 1), EndDate.MEDICAL)
    assert stored(database, request)[0].medical_until == date(2027, 5, 1)
    _set(database, request, None, EndDate.MEDICAL)
    found, entries = stored(database, request)
    assert found.medical_until is None
    assert [read_note(entry) for entry in entries] == [(Note.MEDICAL_UNTIL, "2027-05-01"), (Note.MEDICAL_UNTIL, "")]


@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), TODAY + MAX_END_DATE + timedelta(days=1)])
def test_an_end_date_is_neither_past_nor_absurd(sqlite_database, until):
    request = add_request(sqlite_database)
    with pytest.raises(InvalidInput, match="date_invalid"):
        _set(sqlite_database, request, until)
    assert _is_untouched(sqlite_database, request)


@pytest.mark.parametrize("changes", [{"kind": RequestKind.ASSISTANCE}, {"status": S.WITHDRAWN}, {"status": S.DEPARTED}])
def test_only_live_requests_for_return_have_end_dates(sqlite_database, changes):
    request = add_request(sqlite_database, **changes)
    with pytest.raises(WrongState, match="step_not_allowed"):
        _set(sqlite_database, request, TODAY)


# Repeats


def test_likely_repeats_share_the_phone_or_the_name_with_the_birth_year(database):
    request = add_request(database, id="this", phone_hash="p", identity_hash="i")
    later = {"created_at": NOON + timedelta(hours=1)}
    add_request(database, id="phone", phone_hash="p", identity_hash="x", **later)
    add_request(database, id="name", phone_hash="x", identity_hash="i")
    add_request(database, id="draft", phone_hash="p", status=S.DRAFT)
    add_request(database, RequestKind.ASSISTANCE, id="other kind", phone_hash="p")
    add_request(database, id="stranger", phone_hash="y", identity_hash="y")
    with database.unit_of_work() as uow:
        assert [one.id for one in likely_duplicates(uow, request)] == ["name", "phone"]


def test_the_request_that_a_person_names_is_among_the_likely_ones(sqlite_database):
    first = add_request(sqlite_database)
    second = add_request(sqlite_database, duplicate_of=first.reference)
    with sqlite_database.unit_of_work() as uow:
        assert [one.id for one in likely_duplicates(uow, second)] == [first.id]


def test_a_repeat_is_confirmed_and_denied_with_entries(database):
    first, second = add_request(database), add_request(database)
    with database.unit_of_work() as uow:
        confirm_duplicate(
            uow, second.reference, of=first.reference.lower(), actor=STAFF, reason="same photo", clock=FakeClock()
        )
    assert stored(database, second)[0].duplicate_of == first.reference
    with database.unit_of_work() as uow:
        deny_duplicate(uow, second.reference, actor=STAFF, reason="", clock=FakeClock())
    found, entries = stored(database, second)
    assert found.duplicate_of is None and found.status is S.SUBMITTED
    assert [read_note(entry) for entry in entries] == [
        (Note.SAME_PERSON, f"{first.reference} same photo"),
        (Note.OTHER_PERSON, first.reference),
    ]
    with database.unit_of_work() as uow, pytest.raises(WrongState, match="no_duplicate"):
        deny_duplicate(uow, second.reference, actor=STAFF, reason="", clock=FakeClock())


def test_a_request_repeats_neither_itself_nor_its_repeat_nor_another_kind_nor_a_draft(sqlite_database):
    request = add_request(sqlite_database)
    others = [
        request,
        add_request(sqlite_database, duplicate_of=request.reference),
        add_request(sqlite_database, RequestKind.ASSISTANCE),
        add_request(sqlite_database, status=S.DRAFT),
    ]
    for other in others:
        with sqlite_database.unit_of_work() as uow, pytest.raises(InvalidInput, match="duplicate_invalid"):
            confirm_duplicate(uow, request.reference, of=other.reference, actor=STAFF, reason="", clock=FakeClock())
    assert _is_untouched(sqlite_database, request)


def test_a_step_whose_reason_looks_like_a_note_is_no_note():
    step = Step("request", S.SUBMITTED, S.SCREENED, "8", NOON, "fear_cleared: by nobody")
    assert read_note(step) == (None, "fear_cleared: by nobody")
