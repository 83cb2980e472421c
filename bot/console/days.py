"""Days as the office counts them: by the clock of Libya, whatever that of the machine."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask_babel import get_timezone

from bot.console.outside import now


def today() -> date:
    """Return the day in Libya."""
    return now().astimezone(get_timezone()).date()


def start_of(day: str) -> datetime:
    """Return when a day in Libya begins, named as a form names it (``2026-03-01``).

    Raises:
        ValueError: If there is no such day.
    """
    return _midnight(day, 0)


def end_of(day: str) -> datetime:
    """Return when a day is over, which is when the next one begins.

    Raises:
        ValueError: As ``start_of``.
    """
    return _midnight(day, 1)


def _midnight(day: str, days_after: int) -> datetime:
    try:
        midnight = datetime.combine(date.fromisoformat(day) + timedelta(days=days_after), time())
        # Given to ``combine``, a zone of pytz counts in the local mean time of its city.
        return get_timezone().localize(midnight)
    except OverflowError as error:
        raise ValueError(day) from error
