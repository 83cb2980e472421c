"""When the office is open, in words, as part of a sentence: "Sunday to Thursday, 8:30 to 16:30"."""

from __future__ import annotations

from datetime import time
from itertools import groupby

from babel import Locale

from bot.domain.opening_hours import OpeningHours

Spans = tuple[tuple[time, time], ...]

_DAYS = {
    "ar": ("يوم {0}", "يومي {0} و{1}", "من {0} إلى {1}", "كل يوم"),
    "fr": ("le {0}", "le {0} et le {1}", "du {0} au {1}", "tous les jours"),
    "en": ("{0}", "{0} and {1}", "{0} to {1}", "every day"),
}
"""One day, two, from one to another, and all of them."""
_TIMES = {
    "ar": ("من {0} إلى {1}", " و", "، ", "؛ "),
    "fr": ("de {0} à {1}", " et ", ", ", " ; "),
    "en": ("{0} to {1}", " and ", ", ", "; "),
}
"""One span, and what stands between spans, between days and times, and between groups of days."""


def hours_in_words(hours: OpeningHours, language: str) -> str:
    """Return the hours in a language; empty where none are set: nobody is told "always" who was not asked."""
    by_day: dict[int, Spans] = {
        day: tuple(sorted((start, end) for weekday, start, end in hours.hours if weekday == day)) for day in range(7)
    }
    first = next((day for day in range(7) if by_day[day] != by_day[day - 1 if day else 6]), 0)
    days = [(first + step) % 7 for step in range(7)]
    groups = [(spans, list(found)) for spans, found in groupby(days, key=lambda day: by_day[day]) if spans]
    groups.sort(key=lambda group: -len(group[1]))
    _, _, comma, between = _TIMES[language]
    return between.join(f"{_days(found, language)}{comma}{_times(spans, language)}" for spans, found in groups)


def _days(days: list[int], language: str) -> str:
    one, two, several, every = _DAYS[language]
    names = Locale(language).days["format"]["wide"]
    if len(days) == 7:
        return every
    pattern = one if len(days) == 1 else two if len(days) == 2 else several
    return pattern.format(names[days[0]], names[days[-1]])


def _times(spans: Spans, language: str) -> str:
    span, joint, _, _ = _TIMES[language]
    return joint.join(span.format(_time(start, language), _time(end, language)) for start, end in spans)


def _time(at: time, language: str) -> str:
    if language != "fr":
        return f"{at.hour}:{at.minute:02}"
    # Plain spaces: one that does not break makes an SMS of French cost twice as much.
    return f"{at.hour} h {at.minute:02}" if at.minute else f"{at.hour} h"
