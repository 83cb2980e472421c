"""The questions of each form, in their order, and when each applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any

from bot.domain.requests import ADULT, RequestKind, age_on


class FormKind(str, Enum):
    """The forms; the names of the first two are fixed."""

    RETURN_REQUEST = "return_request_form"
    ASSISTANCE_REQUEST = "assistance_request_form"
    MISSING_PERSON = "missing_person_form"
    COUNSELLING = "counselling_form"
    STATUS = "status_form"
    UPDATE = "update_form"
    WITHDRAWAL = "withdrawal_form"
    MY_DATA = "my_data_form"
    ERASURE = "erasure_form"


REQUEST_OF = {
    FormKind.RETURN_REQUEST: RequestKind.RETURN,
    FormKind.ASSISTANCE_REQUEST: RequestKind.ASSISTANCE,
    FormKind.MISSING_PERSON: RequestKind.MISSING_PERSON,
    FormKind.COUNSELLING: RequestKind.COUNSELLING,
}
"""The forms that make a request; the others look at one or change it."""

TOPIC_OF = {
    FormKind.RETURN_REQUEST: "request_return",
    FormKind.ASSISTANCE_REQUEST: "request_assistance",
    FormKind.MISSING_PERSON: "report_missing_person",
    FormKind.COUNSELLING: "book_counselling",
    FormKind.STATUS: "check_status",
    FormKind.UPDATE: "update_request",
    FormKind.WITHDRAWAL: "withdraw_request",
    FormKind.MY_DATA: "show_my_data",
    FormKind.ERASURE: "delete_my_data",
}
FORM_OF = {topic: kind for kind, topic in TOPIC_OF.items()}


INFORM = "inform"
"""The signal, an intent in the domain, that a message is for the question of a form."""

LEAVE = "form__leave"
"""What a message picks that asks in its own words to stop what is being done, while a form waits."""

OWN_WORDS = frozenset({"name", "town", "text"})
"""Readers that take nearly anything, so that a plea must be told from an answer first."""

Applies = Callable[[Mapping[str, Any], date], bool]


def _always(_answers: Mapping[str, Any], _today: date) -> bool:
    return True


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: Its words are the answer ``ask_<id>``; its choices are ``<id>__<value>``.
        reads: How an answer is read: the name of a reader in ``bot.language.reading``, or ``words`` alone.
        words: Which words its values go by (``yes_no``, ``sex``); their titles are ``<words>__<value>``.
        values: What may be picked, in the order of the numbers.
        takes_several: Whether several values may be picked.
        may_skip: Whether a person may leave it out.
        is_kept: Whether the answer is a field of the request; the others only steer the form.
    """

    id: str
    reads: str
    words: str = ""
    values: tuple[str, ...] = ()
    takes_several: bool = False
    may_skip: bool = False
    is_kept: bool = True
    applies: Applies = field(default=_always, compare=False)


YES_NO = ("yes", "no")


def _yes_no(question_id: str, *, is_kept: bool = True, applies: Applies = _always) -> Question:
    return Question(question_id, "choice", "yes_no", YES_NO, is_kept=is_kept, applies=applies)


def _is_minor(answers: Mapping[str, Any], today: date) -> bool:
    age = age_on(today, answers.get("birth") or {})
    return age is not None and age < ADULT


def _has_unknown_member(answers: Mapping[str, Any], _today: date) -> bool:
    return bool(answers.get("household_open"))


def _is_unidentified(answers: Mapping[str, Any], _today: date) -> bool:
    return not answers.get("is_known")


def _is_unproved(answers: Mapping[str, Any], _today: date) -> bool:
    return not answers.get("is_proved")


def _changes(field_name: str) -> Applies:
    return lambda answers, _today: answers.get("update_field") == field_name


CURRENT_PLACE = Question(
    "current_place", "place", "place", ("tripoli", "benghazi", "misrata", "sabha", "kufra", "zwara", "ajdabiya")
)
CONTACT_PHONE = Question("contact_phone", "phone", "contact_phone", ("this",), may_skip=True)
SAFE_CONTACT = Question("safe_contact", "text", "safe_contact", ("message", "call_day", "call_evening"), may_skip=True)

HOUSEHOLD = Question("household", "household", "household", ("alone",))
HOUSEHOLD_MEMBER = Question(
    "household_member", "member", "relation",
    ("spouse", "child", "parent", "sibling", "grandparent", "other_relative", "not_family"),
    may_skip=True, is_kept=False, applies=_has_unknown_member,
)  # fmt: skip
IDENTIFYING = (
    Question("reference", "reference", is_kept=False, applies=_is_unidentified),
    Question("proof", "proof", is_kept=False, applies=_is_unproved),
)
"""What opens a request from a number that is not known to be its own: reference, and birth year."""

QUESTIONS: dict[FormKind, tuple[Question, ...]] = {
    FormKind.RETURN_REQUEST: (
        Question("fear", "choice", "yes_no_unsure", ("no", "yes", "unsure"), is_kept=False),
        Question("understood", "choice", "yes_no", YES_NO, is_kept=False),
        _yes_no("return_consent", is_kept=False),
        Question("full_name", "name", may_skip=True),
        Question("sex", "choice", "sex", ("female", "male", "other", "undisclosed")),
        Question("birth", "birth"),
        _yes_no("accompanied", is_kept=False, applies=_is_minor),
        Question("nationality", "country", "country", ("SD", "NE", "NG", "TD", "EG", "GM", "ML", "BD")),
        CURRENT_PLACE,
        _yes_no("in_detention"),
        HOUSEHOLD,
        HOUSEHOLD_MEMBER,
        Question("travel_document", "choice", "travel_document", ("passport", "expired", "none", "other")),
        Question(
            "needs", "choices", "needs", ("medical", "pregnant", "disability", "older_person", "child_alone"),
            takes_several=True,
        ),
        CONTACT_PHONE,
        SAFE_CONTACT,
        Question("destination", "town", may_skip=True),
    ),
    FormKind.ASSISTANCE_REQUEST: (
        _yes_no("assistance_consent", is_kept=False),
        Question("need", "choice", "need", ("food", "shelter", "items", "medical", "cash", "protection", "other")),
        CURRENT_PLACE,
        Question("people", "number"),
        Question("group", "choice", "group", ("migrant", "displaced", "returnee", "host")),
        CONTACT_PHONE,
        SAFE_CONTACT,
    ),
    FormKind.MISSING_PERSON: (
        _yes_no("missing_consent", is_kept=False),
        Question(
            "missing_relation", "choice", "relation", ("spouse", "child", "parent", "sibling", "other_relative", "not_family")
        ),
        Question("last_place", "place", "place", CURRENT_PLACE.values, may_skip=True),
        Question("last_contact", "text", may_skip=True),
        CONTACT_PHONE,
        SAFE_CONTACT,
    ),
    FormKind.COUNSELLING: (
        _yes_no("counselling_consent", is_kept=False),
        Question("counselling_way", "choice", "counselling_way", ("message", "call", "office")),
        Question("day_part", "choice", "day_part", ("morning", "afternoon", "any")),
        CURRENT_PLACE,
        CONTACT_PHONE,
    ),
    FormKind.STATUS: IDENTIFYING,
    FormKind.UPDATE: (
        *IDENTIFYING,
        Question("update_field", "choice", "update_field", ("contact_phone", "current_place", "household"), is_kept=False),
        replace(CONTACT_PHONE, may_skip=False, applies=_changes("contact_phone")),
        replace(CURRENT_PLACE, applies=_changes("current_place")),
        replace(HOUSEHOLD, applies=_changes("household")),
        HOUSEHOLD_MEMBER,
    ),
    FormKind.WITHDRAWAL: (*IDENTIFYING, _yes_no("withdrawal", is_kept=False)),
    FormKind.MY_DATA: (*IDENTIFYING, _yes_no("my_data", is_kept=False)),
    FormKind.ERASURE: (_yes_no("erasure", is_kept=False),),
}  # fmt: skip

ASIDES = {
    "confirm": Question("confirm", "choice", "confirm", ("send", "change", "later"), is_kept=False),
    "change": Question("change", "field", is_kept=False),
    "which": Question("which", "choice", is_kept=False),
    "go_on_with_fear": Question("go_on_with_fear", "choice", "go_on_with_fear", ("stop", "go_on"), is_kept=False),
    "resume": Question("resume", "choice", "resume", ("go_on", "start_again", "later"), is_kept=False),
    "leave": Question("leave", "choice", "leave", ("keep", "delete", "go_on"), is_kept=False),
    "asked_before": _yes_no("asked_before", is_kept=False),
    "same_request": _yes_no("same_request", is_kept=False),
}
"""Questions about the form itself; they are asked when there is a reason, whatever comes next."""


CONSENTS = tuple(q.id for questions in QUESTIONS.values() for q in questions if q.id.endswith("_consent"))
"""The questions by which a person agrees that answers are kept."""


def question_of(kind: FormKind, question_id: str) -> Question:
    """Return a question of a form, or one about the form itself."""
    if question_id in ASIDES:
        return ASIDES[question_id]
    return next(question for question in QUESTIONS[kind] if question.id == question_id)
