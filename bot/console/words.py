"""Ids into words, for the staff, in the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import wraps
from typing import TypeVar

from flask import Flask, g
from flask_babel import format_datetime, format_timedelta, get_locale, pgettext

from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.contacts import Channel
from bot.domain.staff import Role


def install(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.globals.update(
        channel_name=channel_name,
        directory_kind=directory_kind,
        kind_name=kind_name,
        language_name=language_name,
        moment=moment,
        priority_name=priority_name,
        queue_state_name=queue_state_name,
        role_name=role_name,
        time_from=time_from,
    )


Id = TypeVar("Id")


def remembered(name: Callable[[Id], str]) -> Callable[[Id], str]:
    """Look a word up once in a request, however many rows of a list show it."""

    @wraps(name)
    def look_up(of: Id) -> str:
        words = g.setdefault("words", {})
        key = (name.__name__, of)
        if key not in words:
            words[key] = name(of)
        return words[key]

    return look_up


@remembered
def kind_name(kind: CaseKind) -> str:
    """Return what a case is about."""
    return {
        CaseKind.RETURN: pgettext("case kind", "Return"),
        CaseKind.ASSISTANCE: pgettext("case kind", "Assistance"),
        CaseKind.PROTECTION: pgettext("case kind", "Protection"),
        CaseKind.DETENTION: pgettext("case kind", "Detention"),
        CaseKind.MISSING_PERSON: pgettext("case kind", "Missing person"),
        CaseKind.COMPLAINT: pgettext("case kind", "Complaint"),
        CaseKind.COUNSELLING: pgettext("case kind", "Counselling"),
        CaseKind.QUESTION: pgettext("case kind", "Question"),
    }[kind]


@remembered
def priority_name(priority: Priority) -> str:
    """Return how soon somebody should look."""
    return {
        Priority.CRITICAL: pgettext("priority", "Critical"),
        Priority.HIGH: pgettext("priority", "High"),
        Priority.NORMAL: pgettext("priority", "Normal"),
        Priority.LOW: pgettext("priority", "Low"),
    }[priority]


@remembered
def queue_state_name(state: QueueState) -> str:
    """Return where a case stands."""
    return {
        QueueState.WAITING: pgettext("queue state", "Waiting"),
        QueueState.ASSIGNED: pgettext("queue state", "Assigned"),
        QueueState.WITH_STAFF: pgettext("queue state", "With staff"),
        QueueState.RESOLVED: pgettext("queue state", "Resolved"),
    }[state]


@remembered
def channel_name(channel: Channel) -> str:
    """Return the name of a channel."""
    return {
        Channel.SMS: pgettext("channel", "SMS"),
        Channel.WHATSAPP: pgettext("channel", "WhatsApp"),
        Channel.TELEGRAM: pgettext("channel", "Telegram"),
    }[channel]


@remembered
def role_name(role: str) -> str:
    """Return the name of a role."""
    return {
        Role.CASEWORKER: pgettext("role", "Caseworker"),
        Role.PROTECTION: pgettext("role", "Protection caseworker"),
        Role.SUPERVISOR: pgettext("role", "Supervisor"),
        Role.ADMINISTRATOR: pgettext("role", "Administrator"),
        Role.AUDITOR: pgettext("role", "Auditor"),
    }[Role(role)]


@remembered
def language_name(language: str | None) -> str:
    """Return the name of a language of contacts, in the language of the page."""
    if language is None:
        return pgettext("language of a conversation", "not known yet")
    return str(get_locale().languages[language])


@remembered
def directory_kind(kind: str) -> str:
    """Return what a directory entry is for; an id that we have no word for stays as it is."""
    return {
        "asylum": pgettext("directory", "Asylum"),
        "embassy": pgettext("directory", "Embassy"),
        "family_links": pgettext("directory", "Family links"),
        "feedback": pgettext("directory", "Feedback"),
        "food_items": pgettext("directory", "Food and items"),
        "health": pgettext("directory", "Health"),
        "legal": pgettext("directory", "Legal help"),
        "medical_emergency": pgettext("directory", "Medical emergency"),
        "misconduct": pgettext("directory", "Complaints about staff"),
        "protection": pgettext("directory", "Protection"),
        "psychosocial": pgettext("directory", "Psychosocial support"),
        "return_office": pgettext("directory", "Return office"),
        "sea_rescue": pgettext("directory", "Rescue at sea"),
        "survivor_support": pgettext("directory", "Support for survivors"),
    }.get(kind, kind)


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence."""
    return pgettext("between the parts of a list", ", ").join(words)


def length_of(time: timedelta) -> str:
    """Return a length of time in words (“3 hours”)."""
    return format_timedelta(max(time, timedelta(minutes=1)), granularity="minute", threshold=1.2)


def time_from(moment: datetime, now: datetime) -> str:
    """Return when something is, seen from now (“in 2 hours”, “10 minutes ago”)."""
    distance = moment - now
    if abs(distance) < timedelta(minutes=1):
        return pgettext("time", "now")
    return format_timedelta(distance, granularity="minute", threshold=1.2, add_direction=True)


def moment(at: datetime) -> str:
    """Return a day and time, short, in the order of the page's language."""
    # A pattern of Unicode's CLDR: what stands between day and time differs.
    return format_datetime(at, pgettext("pattern of a day and time", "d MMM, HH:mm"))
