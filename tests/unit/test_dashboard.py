"""The dashboard's numbers: small ones are hidden, and nothing that is shown gives one away."""

from __future__ import annotations

import pytest

from bot.domain.cases import CaseKind
from bot.domain.staff import Grant, Role
from bot.services.dashboard import FEWEST, Figure, Row, Share, counted_kinds, figure, percentile, rows, share


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, Figure(0)),
        (1, Figure(0, is_hidden=True)),
        (4, Figure(0, is_hidden=True)),
        (5, Figure(5)),
        (7, Figure(5)),
        (8, Figure(10)),
        (12, Figure(10)),
        (13, Figure(15)),
        (99_998, Figure(100_000)),
    ],
)
def test_one_to_four_are_hidden_and_the_rest_rounded_to_five(count, shown):
    assert figure(count) == shown


def test_a_hidden_number_looks_the_same_whatever_it_is():
    assert len({figure(count) for count in (1, 2, 3, 4)}) == 1


@pytest.mark.parametrize("others", [(5,), (7, 13), (21, 22, 24), (5, 5, 5, 5), (8, 12, 18, 1003)])
def test_a_total_tells_no_hidden_number(others):
    """Whoever takes the shown numbers from the shown total is left with more than one answer."""
    possible = set()
    shown = (figure(sum(others) + 2), tuple(map(figure, others)))
    for hidden in (1, 2, 3, 4):
        for shift in range(-2, 3):
            near = tuple(count + shift for count in others)
            if (figure(sum(near) + hidden), tuple(map(figure, near))) == shown:
                possible.add(hidden)
    assert len(possible) >= 2


def test_equal_rounded_numbers_stand_in_the_order_of_their_names():
    assert rows({"b": 4, "a": 1, "d": 12, "c": 11, "e": 0, "f": 5}) == (
        Row("c", Figure(10)),
        Row("d", Figure(10)),
        Row("f", Figure(5)),
        Row("a", figure(1)),
        Row("b", figure(1)),
    )


def test_a_share_of_few_is_not_given():
    assert share(10, FEWEST - 1) is None
    assert share(10, FEWEST) == Share(50)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 40, Share(0)),
        (40, 40, Share(100)),
        (1, 40, Share(13, "under")),
        (4, 40, Share(13, "under")),
        (39, 40, Share(87, "over")),
        (36, 40, Share(87, "over")),
        (5, 40, Share(12)),
        (83, 100, Share(85)),
        (666, 1000, Share(66)),
    ],
)
def test_a_share_tells_no_side_of_one_to_four(part, whole, shown):
    assert share(part, whole) == shown


def test_shares_with_a_hidden_side_are_all_the_same():
    assert len({share(part, 30) for part in (1, 2, 3, 4)}) == 1
    assert len({share(30 - part, 30) for part in (1, 2, 3, 4)}) == 1


def test_percentiles_are_by_nearest_rank():
    counts = dict.fromkeys(range(1, 101), 1)
    assert (percentile(counts, 50), percentile(counts, 90), percentile(counts, 100)) == (50, 90, 100)
    assert percentile({3: 18, 900: 2}, 90) == 3
    assert percentile({3: 17, 900: 3}, 90) == 900
    assert percentile({0: FEWEST}, 50) == 0


def test_a_middle_of_few_is_not_given():
    assert percentile({5: FEWEST - 1}, 50) is None
    assert percentile({}, 90) is None


def test_complaints_are_counted_only_for_those_who_are_named_for_them():
    for role in Role:
        assert CaseKind.COMPLAINT not in counted_kinds({role})
        assert CaseKind.PROTECTION in counted_kinds({role})
    assert counted_kinds({Role.SUPERVISOR, Grant.COMPLAINTS}) == frozenset(CaseKind)
