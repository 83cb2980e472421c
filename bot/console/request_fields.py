"""The fields of a request in the language of the staff: labels, values, and what stays masked until somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_date, get_locale, pgettext

from bot.console.request_choices import choices, labels, relations, safe_contacts
from bot.console.words import listed
from bot.domain.errors import NotFound
from bot.domain.masks import mask_address, mask_name
from bot.domain.merging import ENDED
from bot.domain.requests import Request, RequestKind, RequestStatus, adults_of, age_on, separated_children_of
from bot.language.gazetteer import place_name

FIELDS = {
    RequestKind.RETURN: (
        "full_name", "birth", "sex", "nationality", "current_place", "in_detention", "travel_document", "needs", "destination",
    ),
    RequestKind.ASSISTANCE: ("need", "people", "group", "current_place"),
    RequestKind.MISSING_PERSON: ("missing_relation", "last_place", "last_contact"),
    RequestKind.COUNSELLING: ("counselling_way", "day_part", "current_place"),
}  # fmt: skip
"""What is shown of each kind, in this order. Household, phone and safe contact have a place of their own."""

COMPARED = ("full_name", "birth", "sex", "nationality", "current_place", "contact_phone")


@dataclass(frozen=True)
class Field:
    """One field. ``value`` is empty where the person left it out; ``is_masked`` where there is more to show."""

    id: str
    label: str
    value: str
    is_masked: bool = False


@dataclass(frozen=True)
class Member:
    """Somebody who travels along; ``age`` is in words."""

    relation: str
    age: str
    is_adult: bool
    is_separated_child: bool


@dataclass(frozen=True)
class Compared:
    """One field of two requests side by side."""

    label: str
    this: str
    other: str
    is_same: bool


def fields_of(request: Request, *, is_open: bool, today: date) -> list[Field]:
    """Return the fields of a request.

    Args:
        is_open: Whether names and phones are shown in full.
        today: For the age.
    """
    return [_field(name, request.answers, is_open=is_open, today=today) for name in FIELDS[request.kind]]


def phone_of(request: Request, *, is_open: bool) -> Field:
    """Return the phone to reach the person by."""
    return _field("contact_phone", request.answers, is_open=is_open, today=date.min)


def safe_contact_of(request: Request) -> str:
    """Return when and how it is safe to reach the person; empty where nothing was said."""
    return _worded(safe_contacts(), request.answers.get("safe_contact"))


def masked_name(request: Request) -> str:
    """Return the initials of who asks; empty where no name was given."""
    return mask_name(str(request.answers.get("full_name") or ""))


def place_of(request: Request) -> str:
    """Return where the person is, or was last."""
    return _place(request.answers.get("current_place") or request.answers.get("last_place"))


def household_of(request: Request) -> list[Member]:
    """Return who travels along, with who must consent alone and which child travels without a parent."""
    return [
        Member(
            relation=_worded(relations(), member.get("relation")) or pgettext("household", "relation not known"),
            age=str(member["age"]) if member.get("age") is not None else "",
            is_adult=adults_of([member]) == 1,
            is_separated_child=separated_children_of([member]) == 1,
        )
        for member in request.answers.get("household") or ()
    ]


def compare(request: Request, other: Request, *, is_open: bool, today: date) -> list[Compared]:
    """Return the fields by which two requests are told apart.

    Equal means equal in full, also where they are masked; a name in any script, by the keyed hash of name and birth year.
    """
    rows = []
    for name in COMPARED:
        if name in FIELDS[request.kind] or name == "contact_phone":
            full = [_field(name, one.answers, is_open=True, today=today).value for one in (request, other)]
            shown = [_field(name, one.answers, is_open=is_open, today=today) for one in (request, other)]
            is_same = bool(full[0]) and full[0].casefold() == full[1].casefold()
            if name == "full_name" and all(full):
                is_same = is_same or (request.identity_hash is not None and request.identity_hash == other.identity_hash)
            rows.append(Compared(shown[0].label, shown[0].value, shown[1].value, is_same))
    return rows


def mergeable(request: Request, other: Request) -> list[tuple[str, bool]]:
    """Return which of two requests may be kept, this one first, where the other can be stopped; with whether it is this one."""
    found = []
    for kept, ended in ((request, other), (other, request)):
        has_consent = kept.has_consent and ended.has_consent
        if has_consent and kept.status not in ENDED and RequestStatus.WITHDRAWN in ended.allowed_steps():
            found.append((kept.reference, kept is request))
    return found


def _field(name: str, answers: Mapping[str, Any], *, is_open: bool, today: date) -> Field:
    label, say = labels()[name], _SAID.get(name)
    if name == "birth":
        return Field(name, label, _birth(answers, today))
    value = answers.get(name)
    if name == "full_name" and value:
        return Field(name, label, str(value) if is_open else mask_name(str(value)), not is_open)
    if name == "contact_phone" and value:
        return Field(name, label, str(value) if is_open else mask_address(str(value)), not is_open)
    return Field(name, label, say(value) if say else _worded(choices().get(name, {}), value))


def _worded(words: Mapping[str, str], value: Any) -> str:
    """Return the words of a value or of several; one that has no words was written by the person and stays as it is."""
    if isinstance(value, (list, tuple)):
        return listed(_worded(words, one) for one in value) or pgettext("answer", "none")
    return "" if value is None else words.get(str(value), str(value))


def _yes_no(value: Any) -> str:
    return "" if value is None else pgettext("answer", "yes") if value else pgettext("answer", "no")


def _country(code: Any) -> str:
    return str(get_locale().territories.get(code, code)) if code else ""


def _place(place: Any) -> str:
    if not place:
        return ""
    try:
        return place_name(str(place), get_locale().language)
    except NotFound:
        return str(place)


def _birth(answers: Mapping[str, Any], today: date) -> str:
    age = age_on(today, answers)
    if answers.get("birth_date"):
        day = format_date(date.fromisoformat(answers["birth_date"]), "long")
        return pgettext("birth", "%(day)s (age %(age)s)", day=day, age=age)
    if answers.get("birth_year"):
        return pgettext("birth", "%(year)s, the day is not known (age at least %(age)s)", year=answers["birth_year"], age=age)
    return ""


_SAID: dict[str, Callable[[Any], str]] = {
    "nationality": _country,
    "current_place": _place,
    "last_place": _place,
    "in_detention": _yes_no,
}
