"""Requests in words, for the staff: kinds, statuses, steps, what went wrong, and the lines of a history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from babel.lists import format_list as _format_list
from flask import Flask
from flask_babel import format_date, format_datetime, get_locale, pgettext

from bot.console.request_choices import labels
from bot.console.words import kind_name, remembered
from bot.domain.errors import HotlineError
from bot.domain.requests import HOTLINE, PERSON, RequestKind, RequestStatus, Step
from bot.services.attempts import AttemptWay
from bot.services.requests import Note, read_note

_CODE = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True)
class Entry:
    """One line of a history.

    Attributes:
        by: A name, or words for the person and for the hotline itself.
        title: What was recorded; empty for a step, which has two statuses.
        reason: As it was written; empty where nothing was.
    """

    at: datetime
    by: str
    from_status: RequestStatus
    to_status: RequestStatus
    title: str
    reason: str


def install(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.globals.update(
        attempt_name=attempt_name, full_moment=full_moment, request_kind=request_kind, status_name=status_name
    )


def request_kind(kind: RequestKind) -> str:
    """Return what is asked for; the same word as for the case."""
    return kind_name(kind.case_kind)


@remembered
def status_name(status: RequestStatus) -> str:
    """Return where a request stands."""
    return {
        RequestStatus.DRAFT: pgettext("request status", "Draft"),
        RequestStatus.SUBMITTED: pgettext("request status", "Submitted"),
        RequestStatus.SCREENED: pgettext("request status", "Screened"),
        RequestStatus.DOCUMENTS: pgettext("request status", "Documents"),
        RequestStatus.MEDICAL: pgettext("request status", "Medical check"),
        RequestStatus.EXIT_PERMIT: pgettext("request status", "Exit permit"),
        RequestStatus.READY: pgettext("request status", "Ready to travel"),
        RequestStatus.BOOKED: pgettext("request status", "Booked"),
        RequestStatus.DEPARTED: pgettext("request status", "Departed"),
        RequestStatus.ARRIVED: pgettext("request status", "Arrived"),
        RequestStatus.REINTEGRATION: pgettext("request status", "Reintegration"),
        RequestStatus.CLOSED: pgettext("request status", "Closed"),
        RequestStatus.WITHDRAWN: pgettext("request status", "Withdrawn"),
        RequestStatus.ON_HOLD: pgettext("request status", "On hold"),
        RequestStatus.UNREACHABLE: pgettext("request status", "Person not reached"),
        RequestStatus.NOT_ELIGIBLE: pgettext("request status", "Not eligible"),
    }[status]


def error_words(error: HotlineError) -> str:
    """Return why something was not done, and what to do; nothing was changed then."""
    return {
        "attempts_missing": pgettext(
            "request error",
            "Try first: at least three times, on at least two days. Phones are out of credit or in other hands for a day.",
        ),
        "changed_meanwhile": pgettext(
            "request error", "Somebody changed this request meanwhile. Look at where it stands now, and decide again."
        ),
        "consent_missing": pgettext(
            "request error", "The person's consent is missing or was taken back. The request cannot go on without it."
        ),
        "date_invalid": pgettext("request error", "Choose a day from today on, at most 20 years ahead. Nothing was changed."),
        "duplicate_invalid": pgettext("request error", "This request cannot repeat the other one. Nothing was changed."),
        "fear_open": pgettext(
            "request error",
            "A sign of fear is open. The request goes no further until a protection caseworker has spoken with the person.",
        ),
        "merge_ended": pgettext(
            "request error",
            "One of the two has ended, or can no longer be stopped. They cannot be merged. Nothing was changed.",
        ),
        "merge_invalid": pgettext("request error", "These two cannot be merged. Nothing was changed."),
        "no_duplicate": pgettext("request error", "This request is not marked as a repeat any more."),
        "no_open_fear": pgettext("request error", "No sign of fear is open. Perhaps somebody cleared it meanwhile."),
        "reason_missing": pgettext("request error", "Write the reason: this step needs one. Nothing was changed."),
        "reason_too_long": pgettext("request error", "The reason is too long: at most 500 characters. Nothing was changed."),
        "request_is_draft": pgettext("request error", "The person has not sent this request yet. It cannot be changed here."),
        "request_merged": pgettext("request error", "This request was merged into another one. Go on there."),
        "step_not_allowed": pgettext("request error", "This step is not open from where the request stands now."),
    }.get(error.code, pgettext("request error", "This did not work. Nothing was changed."))


def entry_of(step: Step, staff: Mapping[str, str]) -> Entry:
    """Return a line of the history.

    Args:
        staff: Names by the ids of staff accounts.
    """
    note, rest = read_note(step)
    title, reason = _noted(note, rest) if note is not None else ("", _reason(step))
    return Entry(step.at, name_of(step.by, staff), step.from_status, step.to_status, title, reason)


def name_of(by: str, staff: Mapping[str, str]) -> str:
    """Return who did something."""
    known = {PERSON.id: pgettext("who", "the person"), HOTLINE.id: pgettext("who", "the hotline, by a rule")}
    return known.get(by) or staff.get(by) or pgettext("who", "somebody who has no account any more")


def full_moment(at: datetime) -> str:
    """Return a day with its year, and a time: consent and history reach back over years."""
    return format_datetime(at, pgettext("pattern of a day with its year and a time", "d MMM y, HH:mm"))


def attempt_name(way: str) -> str:
    """Return how somebody tried to reach the person."""
    return {
        AttemptWay.CALL.value: pgettext("attempt", "Called, and did not reach the person"),
        AttemptWay.MESSAGE.value: pgettext("attempt", "Wrote, and got no answer"),
        AttemptWay.OTHER.value: pgettext("attempt", "Tried another way, and did not reach the person"),
    }.get(way, pgettext("attempt", "Did not reach the person"))


def duplicate_words(note: Note, reference: str) -> str:
    """Return whether a request was said to be a repeat of another."""
    if note is Note.SAME_PERSON:
        return pgettext("history", "Marked as a repeat of %(reference)s", reference=reference)
    return pgettext("history", "No repeat of %(reference)s after all", reference=reference)


def _merge_words(reference: str, rest: str) -> tuple[str, str]:
    fields, _, reason = rest.partition(" ")
    taken, _, differing = fields.partition(";")
    said = [pgettext("history", "%(reference)s was merged into this request.", reference=reference)]
    if taken:
        said.append(pgettext("history", "Taken from it: %(fields)s.", fields=_field_names(taken)))
    if differing:
        said.append(pgettext("history", "Different there, and left as it is here: %(fields)s.", fields=_field_names(differing)))
    return " ".join(said), reason


def _field_names(ids: str) -> str:
    names = {**labels(), "birth_date": labels()["birth"], "birth_year": labels()["birth"], "age": labels()["birth"]}
    names["household"] = pgettext("request field", "Who travels along")
    names["safe_contact"] = pgettext("request field", "Safe contact")
    # A field that has no name here is one that staff do not see.
    return _format_list(list(dict.fromkeys(names[one] for one in ids.split(",") if one in names)), locale=get_locale())


def _reason(step: Step) -> str:
    if step.by not in (PERSON.id, HOTLINE.id):
        return step.reason
    known = {
        "sent": pgettext("reason", "Sent by the person in the chat."),
        "withdrawn_by_person": pgettext("reason", "The person withdrew it in the chat."),
        "erased_by_person": pgettext("reason", "The person asked to erase everything."),
        "updated_by_person": pgettext("reason", "The person asked again, and these answers were put in here."),
        "updated_contact_phone": pgettext("reason", "The person gave another phone number."),
        "updated_current_place": pgettext("reason", "The person gave another town."),
        "updated_household": pgettext("reason", "The person told of another household."),
        "fear_seen": pgettext("reason", "The person wrote of fear of going home."),
        "documents_expired": pgettext("reason", "The day on which the papers run out has passed."),
        "medical_expired": pgettext("reason", "The day on which the medical check runs out has passed."),
    }
    # Rules give their reason as a code; one without words here says no more than who did it.
    return known.get(step.reason, "" if _CODE.fullmatch(step.reason) else step.reason)


def _noted(note: Note, rest: str) -> tuple[str, str]:
    reference, _, reason = rest.partition(" ")
    if note is Note.FEAR_CLEARED:
        return pgettext("history", "Sign of fear cleared"), rest
    if note is Note.ATTEMPT:
        return attempt_name(reference), reason
    if note is Note.MERGED_INTO:
        return pgettext("history", "Merged into %(reference)s", reference=reference), reason
    if note is Note.MERGED_FROM:
        return _merge_words(reference, reason)
    if note in (Note.SAME_PERSON, Note.OTHER_PERSON):
        return duplicate_words(note, reference), reason
    day = format_date(date.fromisoformat(rest), "long") if rest else None
    if note is Note.DOCUMENTS_UNTIL:
        return (
            pgettext("history", "Papers hold until %(day)s", day=day)
            if day
            else pgettext("history", "End date of the papers removed")
        ), ""
    return (
        pgettext("history", "Medical check holds until %(day)s", day=day)
        if day
        else pgettext("history", "End date of the medical check removed")
    ), ""
