"""When the office is open, and when a promise that counts open hours only falls due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from bot.domain.cases import PROMISES, Priority

LONGEST_LOOK = timedelta(days=60)
"""An office that does not open within this time is treated as always open: a promise must fall due some day."""


@dataclass(frozen=True)
class OpeningHours:
    """The hours of each weekday, in the office's own time; without any, the office is always open.

    Attributes:
        hours: By weekday (Monday is 0), from and to.
        zone: The office's time zone.
    """

    hours: tuple[tuple[int, time, time], ...] = ()
    zone: tzinfo = timezone.utc

    def is_open(self, at: datetime) -> bool:
        """Say whether the office is open at a moment."""
        if not self.hours:
            return True
        return any(start <= at < end for start, end in self._spans(at.astimezone(self.zone).date()))

    def due(self, since: datetime, priority: Priority) -> datetime:
        """Return when the promise of a priority falls due: a critical case never waits for the morning."""
        promise = PROMISES[priority]
        return since + promise if priority is Priority.CRITICAL else self.add(since, promise)

    def add(self, since: datetime, length: timedelta) -> datetime:
        """Return when a length of open time after a moment has passed."""
        if not self.hours:
            return since + length
        left, day, done = length, since.astimezone(self.zone).date(), since
        while day <= (since + LONGEST_LOOK).date():
            for start, end in self._spans(day):
                # Spans that overlap count once.
                begin = max(start, done)
                if begin < end:
                    if left <= end - begin:
                        return (begin + left).astimezone(timezone.utc)
                    left, done = left - (end - begin), end
            day += timedelta(days=1)
        return since + length

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        return sorted(
            (datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone))
            for weekday, start, end in self.hours
            if weekday == day.weekday()
        )


ALWAYS_OPEN = OpeningHours()
