"""Requests: every step that is allowed and every one that is not, fear, consent, end dates, households."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from bot.domain.errors import NotAllowed, WrongState
from bot.domain.requests import (
    BEFORE_DEPARTURE,
    GATED,
    HOTLINE,
    JOURNEY,
    LIVE,
    PERSON,
    Actor,
    RequestKind,
    adults_of,
    age_on,
    birth_year_of,
    separated_children_of,
)
from bot.domain.requests import RequestStatus as S
from bot.domain.staff import Role
from tests.builders import NOON, make_request

PROTECTION = Actor("7", frozenset({Role.PROTECTION}))
CASEWORKER = Actor("8", frozenset({Role.CASEWORKER}))
ASIDE = {S.WITHDRAWN, S.ON_HOLD, S.UNREACHABLE, S.NOT_ELIGIBLE}
TODAY = NOON.date()

# Written out by hand from the design ("Return request statuses"), not computed as the domain computes it.
RETURN_STEPS = {
    S.DRAFT: {S.SUBMITTED},
    S.SUBMITTED: {S.SCREENED, *ASIDE},
    S.SCREENED: {S.DOCUMENTS, S.SUBMITTED, *ASIDE},
    S.DOCUMENTS: {S.MEDICAL, S.SUBMITTED, S.SCREENED, *ASIDE},
    S.MEDICAL: {S.EXIT_PERMIT, S.SUBMITTED, S.SCREENED, S.DOCUMENTS, *ASIDE},
    S.EXIT_PERMIT: {S.READY, S.SUBMITTED, S.SCREENED, S.DOCUMENTS, S.MEDICAL, *ASIDE},
    S.READY: {S.BOOKED, S.SUBMITTED, S.SCREENED, S.DOCUMENTS, S.MEDICAL, S.EXIT_PERMIT, *ASIDE},
    S.BOOKED: {S.DEPARTED, S.SUBMITTED, S.SCREENED, S.DOCUMENTS, S.MEDICAL, S.EXIT_PERMIT, S.READY, *ASIDE},
    S.DEPARTED: {S.ARRIVED, S.CLOSED},
    S.ARRIVED: {S.REINTEGRATION},
    S.REINTEGRATION: {S.CLOSED},
    S.CLOSED: set(),
    S.WITHDRAWN: set(),
    S.NOT_ELIGIBLE: {S.SUBMITTED, S.CLOSED},
    # As they stand when the request was put aside at "medical".
    S.ON_HOLD: {S.SUBMITTED, S.SCREENED, S.DOCUMENTS, S.MEDICAL, S.WITHDRAWN, S.UNREACHABLE, S.NOT_ELIGIBLE},
    S.UNREACHABLE: {S.SUBMITTED, S.SCREENED, S.DOCUMENTS, S.MEDICAL, S.WITHDRAWN, S.ON_HOLD, S.NOT_ELIGIBLE},
}
OTHER_STEPS = {
    S.DRAFT: {S.SUBMITTED},
    S.SUBMITTED: {S.CLOSED, S.ON_HOLD, S.UNREACHABLE, S.WITHDRAWN},
    S.ON_HOLD: {S.SUBMITTED, S.WITHDRAWN, S.CLOSED},
    S.UNREACHABLE: {S.SUBMITTED, S.WITHDRAWN, S.CLOSED},
}
SCREENED_AT_MOST = {S.DRAFT, S.SUBMITTED, S.SCREENED, S.CLOSED, *ASIDE}


def _at(status, kind=RequestKind.RETURN, **changes):
    before = S.MEDICAL if status in (S.ON_HOLD, S.UNREACHABLE) and kind is RequestKind.RETURN else None
    return make_request(kind, status=status, status_before=before, **changes)


def _move(request, to, reason="as agreed"):
    return request.move(to, NOON, actor=CASEWORKER, reason=reason)


@pytest.mark.parametrize(("status", "to"), product(S, S))
def test_a_return_request_takes_the_allowed_steps_and_no_other(status, to):
    request = _at(status)
    if to in RETURN_STEPS[status]:
        step = _move(request, to)
        assert request.status is to
        assert (step.from_status, step.to_status, step.by, step.at, step.reason) == (status, to, "8", NOON, "as agreed")
    else:
        with pytest.raises(WrongState) as caught:
            _move(request, to)
        assert (caught.value.code, request.status) == ("step_not_allowed", status)


@pytest.mark.parametrize("kind", [kind for kind in RequestKind if kind is not RequestKind.RETURN])
@pytest.mark.parametrize(("status", "to"), product(S, S))
def test_other_requests_are_dealt_with_and_closed(kind, status, to):
    request = _at(status, kind)
    if to in OTHER_STEPS.get(status, set()):
        assert _move(request, to).to_status is to
    else:
        with pytest.raises(WrongState, match="step_not_allowed"):
            _move(request, to)


@pytest.mark.parametrize(("changes", "code"), [({"fear_at": NOON}, "fear_open"), ({"consented_at": None}, "consent_missing")])
@pytest.mark.parametrize("status", list(S))
def test_nothing_moves_past_screened_with_open_fear_or_without_consent(status, changes, code):
    # Given every status, also those that were reached before the fear was seen
    request = _at(status, **changes)
    open_steps = RETURN_STEPS[status]
    assert set(request.allowed_steps()) == open_steps & SCREENED_AT_MOST
    # Then what is shut only by this says so
    for to in open_steps - SCREENED_AT_MOST:
        with pytest.raises(WrongState) as caught:
            _move(request, to)
        assert caught.value.code == code


def test_gates_are_exactly_the_stages_after_screened():
    assert {
        S.DOCUMENTS, S.MEDICAL, S.EXIT_PERMIT, S.READY, S.BOOKED, S.DEPARTED, S.ARRIVED, S.REINTEGRATION,
    } == GATED  # fmt: skip


def test_fear_is_told_before_consent_where_both_are_in_the_way():
    with pytest.raises(WrongState, match="fear_open"):
        _move(_at(S.SCREENED, fear_at=NOON, consented_at=None), S.DOCUMENTS)


@pytest.mark.parametrize("kind", [kind for kind in RequestKind if kind is not RequestKind.RETURN])
def test_fear_holds_up_no_other_kind_of_request(kind):
    assert _move(_at(S.SUBMITTED, kind, fear_at=NOON, consented_at=None), S.CLOSED)


def test_a_withdrawn_request_never_moves_again_and_its_consent_is_over():
    request = _at(S.BOOKED)
    _move(request, S.WITHDRAWN)
    assert request.consent_ended_at == NOON and not request.has_consent and not request.is_live
    assert request.allowed_steps() == ()


@pytest.mark.parametrize("status", sorted(LIVE - {S.ON_HOLD, S.UNREACHABLE}, key=JOURNEY.index))
def test_a_request_may_be_withdrawn_at_any_status_before_departure(status):
    assert _at(status).is_live
    assert _move(_at(status), S.WITHDRAWN)


def test_what_is_live_is_sent_and_has_not_departed():
    assert {*BEFORE_DEPARTURE, S.ON_HOLD, S.UNREACHABLE} - {S.DRAFT} == LIVE


def test_a_pause_remembers_where_the_request_stood_also_from_one_pause_to_the_other():
    request = _at(S.EXIT_PERMIT)
    _move(request, S.ON_HOLD)
    _move(request, S.UNREACHABLE)
    assert request.status_before is S.EXIT_PERMIT and S.READY not in request.allowed_steps()
    _move(request, S.EXIT_PERMIT)
    assert request.status_before is None


def test_the_time_of_sending_stays_when_a_request_comes_back_to_submitted():
    request = make_request(status=S.DRAFT, submitted_at=None)
    request.move(S.SUBMITTED, NOON, actor=PERSON, reason="")
    _move(request, S.SCREENED)
    request.move(S.SUBMITTED, NOON + timedelta(days=1), actor=CASEWORKER, reason="asked again")
    assert (request.submitted_at, request.updated_at) == (NOON, NOON + timedelta(days=1))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PROTECTION])
def test_fear_is_cleared_by_protection_only(role):
    request = make_request(fear_at=NOON)
    with pytest.raises(NotAllowed, match="fear_cleared_by_protection_only"):
        request.clear_fear(Actor("9", frozenset({role})), NOON)
    assert request.has_open_fear
    request.clear_fear(PROTECTION, NOON)
    assert (request.has_open_fear, request.fear_cleared_by) == (False, "7")


def test_fear_that_is_not_there_cannot_be_cleared():
    with pytest.raises(WrongState, match="no_open_fear"):
        make_request().clear_fear(PROTECTION, NOON)


def test_a_new_sign_of_fear_reopens_what_was_cleared():
    request = make_request()
    assert request.raise_fear(NOON) and not request.raise_fear(NOON)
    request.clear_fear(PROTECTION, NOON)
    assert request.raise_fear(NOON + timedelta(days=1))
    assert request.has_open_fear and request.fear_cleared_by is None


def test_consent_given_again_is_live_again():
    request = make_request(consent_ended_at=NOON)
    assert not request.has_consent
    request.give_consent("2027-01", NOON + timedelta(days=40), channel=request.channel, language="ar")
    assert request.has_consent
    assert (request.consent_version, request.consent_language) == ("2027-01", "ar")


YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "documents", "medical", "to"),
    [
        (S.BOOKED, YESTERDAY, None, S.DOCUMENTS),
        (S.MEDICAL, YESTERDAY, None, S.DOCUMENTS),
        (S.BOOKED, None, YESTERDAY, S.MEDICAL),
        (S.BOOKED, YESTERDAY, YESTERDAY, S.DOCUMENTS),  # the earlier stage, from which the other comes again anyway
        (S.BOOKED, TODAY, TODAY, None),  # a paper holds on its last day
        (S.DOCUMENTS, YESTERDAY, None, None),  # already there
        (S.MEDICAL, None, YESTERDAY, None),
        (S.SCREENED, YESTERDAY, YESTERDAY, None),  # nothing to go back from
        (S.DEPARTED, YESTERDAY, YESTERDAY, None),
        (S.ON_HOLD, YESTERDAY, None, None),
        (S.WITHDRAWN, YESTERDAY, None, None),
    ],
)
def test_a_request_goes_back_to_what_ran_out(status, documents, medical, to):
    request = _at(status, documents_until=documents, medical_until=medical)
    step = request.expire(TODAY, NOON)
    assert (step.to_status if step else None) == to
    if step is not None:
        assert (request.status, step.by, step.reason) == (to, HOTLINE.id, f"{to.value}_expired")


@pytest.mark.parametrize("changes", [{"fear_at": NOON}, {"consent_ended_at": NOON}])
def test_what_ran_out_under_open_fear_or_without_consent_goes_back_to_screened(changes):
    request = _at(S.BOOKED, documents_until=YESTERDAY, **changes)
    step = request.expire(TODAY, NOON)
    assert (request.status, step.reason) == (S.SCREENED, "documents_expired")


@pytest.mark.parametrize(
    ("answers", "age"),
    [
        ({"birth_date": "2008-11-24"}, 18),  # the birthday itself
        ({"birth_date": "2008-11-25"}, 17),
        ({"birth_date": "2008-02-29"}, 18),
        ({"birth_year": 2008}, 17),  # the lower of the two possible ages
        ({"birth_year": 2026}, 0),
        ({"birth_date": None, "birth_year": None}, None),
        ({}, None),
    ],
)
def test_an_age_is_never_guessed_too_high(answers, age):
    assert age_on(date(2026, 11, 24), answers) == age


def test_the_birth_year_comes_from_either_field():
    assert birth_year_of({"birth_date": "1998-05-01"}) == birth_year_of({"birth_year": "1998"}) == 1998
    assert birth_year_of({}) is None


def test_adults_consent_for_themselves_and_children_without_a_parent_are_marked():
    household = [
        {"relation": "spouse", "age": 40},
        {"relation": "spouse", "age": 16},  # a child, whatever the relation
        {"relation": "child", "age": 19},
        {"relation": "child", "age": 3},
        {"relation": "sibling", "age": 12},
        {"relation": "parent", "age": None},  # of unknown age, but no child of the person: asked alone
        {"relation": "child", "age": None},
        {"relation": None, "age": None},
    ]
    assert [adults_of([member]) for member in household] == [1, 0, 1, 0, 0, 1, 0, 1]
    assert [separated_children_of([member]) for member in household] == [0, 1, 0, 0, 1, 0, 0, 0]
    assert (adults_of(household), separated_children_of(household)) == (4, 2)


def test_a_request_shows_nothing_personal_of_itself():
    request = make_request()
    assert repr(request) == f"<Request {request.id}>"
