"""Cases: priorities, promises, and who sees what."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from bot.domain import topics
from bot.domain.cases import CASE_OF_TOPIC, PROMISES, URGENCY, CaseKind, Priority, QueueState
from bot.domain.staff import VISIBLE_KINDS, Role
from tests.builders import NOON, make_case


def test_the_promises_are_those_of_the_design():
    minutes = {priority.value: span / timedelta(minutes=1) for priority, span in PROMISES.items()}
    assert minutes == {"critical": 15, "high": 120, "normal": 24 * 60, "low": 72 * 60}


@pytest.mark.parametrize(("before", "new"), product(Priority, Priority))
def test_a_priority_only_rises(before, new):
    case = make_case(before)
    case.raise_priority(new, NOON)
    assert URGENCY.index(case.priority) == min(URGENCY.index(before), URGENCY.index(new))


def test_a_raised_case_is_due_within_the_new_promise():
    case = make_case(Priority.NORMAL)
    case.raise_priority(Priority.CRITICAL, NOON + timedelta(hours=1))
    assert case.due_at == NOON + timedelta(hours=1)


def test_a_case_is_never_due_later_for_being_raised():
    case = make_case(Priority.HIGH)
    case.raise_priority(Priority.CRITICAL, NOON + timedelta(hours=10))
    assert case.due_at == NOON + timedelta(hours=2)


def test_a_case_is_open_until_it_is_resolved():
    for state in QueueState:
        assert make_case(queue_state=state).is_open == (state is not QueueState.RESOLVED)


def test_every_safety_topic_opens_an_urgent_case():
    for topic in topics.SAFETY:
        assert CASE_OF_TOPIC[topic][1] in (Priority.CRITICAL, Priority.HIGH), topic


def test_only_topics_and_our_own_signals_open_cases():
    assert set(CASE_OF_TOPIC) - set(topics.ALL) == {"danger_yes", "fallback", "fear_of_return"}


def test_fear_of_return_opens_counselling():
    assert CASE_OF_TOPIC["return_fear"][0] is CaseKind.COUNSELLING


def test_caseworkers_see_neither_complaints_nor_protection():
    assert VISIBLE_KINDS[Role.CASEWORKER].isdisjoint({CaseKind.COMPLAINT, CaseKind.PROTECTION})
    assert CaseKind.COMPLAINT not in VISIBLE_KINDS[Role.PROTECTION]


def test_every_kind_of_case_is_seen_by_some_role():
    assert frozenset().union(*VISIBLE_KINDS.values()) == frozenset(CaseKind)


def test_a_case_shows_its_id_only():
    assert repr(make_case(id="x", reference="R-00000-0")) == "<Case x>"
