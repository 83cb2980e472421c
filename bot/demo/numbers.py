"""The daily counts of the demo: how many messages came and went on each of the last days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from random import Random

from bot.services.oversight_ports import INBOUND, OUTBOUND, CountKey

DAYS = 90
FRIDAY, SATURDAY = 4, 5
_CHANNELS = {"whatsapp": 0.47, "telegram": 0.36, "sms": 0.17}
_LANGUAGES = {"ar": 0.58, "fr": 0.23, "en": 0.17, "unknown": 0.02}
_DECISIONS = {"answer": 0.81, "suggest": 0.09, "fallback": 0.07, "check_safety": 0.03}
_AUTHORS = {"assistant": 0.84, "staff": 0.16}
_HOURS = {f"{hour:02}": weight for hour, weight in enumerate(
    (2, 1, 1, 1, 1, 2, 3, 5, 8, 11, 12, 12, 11, 10, 10, 10, 11, 12, 14, 15, 14, 11, 8, 4)
)}  # fmt: skip
_TOPICS = {
    "return_what_is": 12, "return_how_to_apply": 11, "return_cost": 9, "return_documents": 9, "return_duration": 8,
    "check_status": 10, "service_health": 8, "request_return": 7, "request_assistance": 7, "talk_to_human": 9,
    "service_food_items": 6, "contact_offices": 5, "scam_warning": 3, "return_no_passport": 4, "asylum_unhcr": 3,
    "report_detention": 2, "emergency_danger": 1, "mental_distress": 1, "return_fear": 2, "greet": 9, "thank": 6,
}  # fmt: skip


def daily_counts(*, now: datetime, zone: tzinfo, rng: Random, scale: float) -> Iterator[tuple[CountKey, int]]:
    """Yield the counts; each property of a day adds up to the same number of messages.

    Args:
        zone: Of the office, whose days these are.
        scale: 1 for the small office, some hundred messages a day.
    """
    today = now.astimezone(zone)
    for ago in range(DAYS, -1, -1):
        day = (today - timedelta(days=ago)).date()
        weekday = 0.55 if day.weekday() == FRIDAY else 0.8 if day.weekday() == SATURDAY else 1.0
        part = (today.hour + 1) / 24 if ago == 0 else 1.0
        count = max(1, round((130 + (DAYS - ago) * 0.7) * weekday * part * scale * rng.uniform(0.85, 1.15)))
        hours = {hour: weight for hour, weight in _HOURS.items() if ago or int(hour) <= today.hour}
        inbound = {"channel": _CHANNELS, "language": _LANGUAGES, "decision": _DECISIONS, "hour": hours}
        for by, weights in inbound.items():
            for value, number in _shared(count, weights, rng).items():
                yield CountKey(day, INBOUND, by, value), number
        for value, number in _shared(round(count * _DECISIONS["answer"]), _TOPICS, rng).items():
            yield CountKey(day, INBOUND, "topic", value), number
        for by, weights in {"channel": _CHANNELS, "author": _AUTHORS}.items():
            for value, number in _shared(round(count * 1.3), weights, rng).items():
                yield CountKey(day, OUTBOUND, by, value), number


def _shared(count: int, weights: Mapping[str, float], rng: Random) -> dict[str, int]:
    """Return a count divided by weights, a little by chance, with nothing lost."""
    drawn = {value: weight * rng.uniform(0.8, 1.2) for value, weight in weights.items()}
    total, found, left = sum(drawn.values()), {}, count
    for value, weight in drawn.items():
        found[value] = min(left, round(count * weight / total))
        left -= found[value]
    first = next(iter(found))
    found[first] += left
    return {value: number for value, number in found.items() if number}
