"""When the office is open, and when a promise falls due."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.cases import PROMISES, Priority
from bot.domain.opening_hours import ALWAYS_OPEN, OpeningHours

TRIPOLI = ZoneInfo("Africa/Tripoli")
SUN_TO_THU = (6, 0, 1, 2, 3)
OFFICE = OpeningHours(tuple((day, time(8, 30), time(16, 30)) for day in SUN_TO_THU), TRIPOLI)
"""Eight hours a day; the weekend is Friday and Saturday."""


def at(day, clock):
    """A day of November 2026 in Tripoli: the 22nd is a Sunday, the 26th a Thursday."""
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=TRIPOLI)


@pytest.mark.parametrize(
    ("day", "clock", "is_open"),
    [
        (22, "08:29", False), (22, "08:30", True), (22, "16:29", True), (22, "16:30", False), (26, "12:00", True),
        (27, "12:00", False), (28, "12:00", False), (29, "12:00", True),
    ],
)  # fmt: skip
def test_the_office_is_open_from_sunday_to_thursday(day, clock, is_open):
    assert OFFICE.is_open(at(day, clock)) is is_open


def test_a_moment_is_looked_at_in_the_offices_own_time():
    # Half past six in London is half past eight in Tripoli: Libya knows no summer time.
    assert OFFICE.is_open(datetime(2026, 11, 22, 6, 30, tzinfo=ZoneInfo("UTC")))
    assert OFFICE.is_open(datetime(2026, 7, 19, 6, 30, tzinfo=ZoneInfo("UTC")))
    assert not OFFICE.is_open(datetime(2026, 7, 19, 6, 29, tzinfo=ZoneInfo("UTC")))


@pytest.mark.parametrize(
    ("since", "priority", "due"),
    [
        ((22, "09:00"), Priority.HIGH, (22, "11:00")),
        # In the night the clock stands still.
        ((22, "15:30"), Priority.HIGH, (23, "09:30")),
        ((22, "20:00"), Priority.HIGH, (23, "10:30")),
        ((23, "03:00"), Priority.HIGH, (23, "10:30")),
        # So it does over the weekend.
        ((26, "16:00"), Priority.HIGH, (29, "10:00")),
        ((27, "12:00"), Priority.HIGH, (29, "10:30")),
        ((28, "23:59"), Priority.HIGH, (29, "10:30")),
        # 24 open hours are three days, 72 are nine.
        ((22, "08:30"), Priority.NORMAL, (24, "16:30")),
        ((25, "12:30"), Priority.NORMAL, (30, "12:30")),
        # A critical case waits for no morning.
        ((27, "03:00"), Priority.CRITICAL, (27, "03:15")),
        ((22, "16:25"), Priority.CRITICAL, (22, "16:40")),
    ],
)
def test_a_promise_counts_open_hours_and_a_critical_one_all_hours(since, priority, due):
    assert OFFICE.due(at(*since), priority) == at(*due)


def test_the_longest_promise_counts_nine_days():
    assert OFFICE.due(at(15, "08:30"), Priority.LOW) == at(25, "16:30")


@pytest.mark.parametrize("priority", list(Priority))
def test_without_hours_the_office_is_always_open(priority):
    assert ALWAYS_OPEN.is_open(at(27, "03:00"))
    assert ALWAYS_OPEN.due(at(27, "03:00"), priority) == at(27, "03:00") + PROMISES[priority]


def test_a_lunch_break_counts_for_nothing():
    office = OpeningHours(((6, time(8), time(12)), (6, time(13), time(17))), TRIPOLI)
    assert office.add(at(22, "11:00"), timedelta(hours=2)) == at(22, "14:00")


def test_spans_that_overlap_count_once():
    office = OpeningHours(((6, time(8), time(12)), (6, time(10), time(14)), (0, time(8), time(12))), TRIPOLI)
    assert office.add(at(22, "08:00"), timedelta(hours=7)) == at(23, "09:00")


def test_a_promise_falls_due_some_day_even_of_an_office_that_hardly_opens():
    office = OpeningHours(((6, time(8), time(8, 1)),), TRIPOLI)
    assert office.add(at(22, "08:00"), timedelta(hours=2)) == at(22, "10:00")


def test_what_falls_due_is_told_in_utc():
    assert OFFICE.due(at(22, "09:00"), Priority.HIGH).utcoffset() == timedelta(0)
