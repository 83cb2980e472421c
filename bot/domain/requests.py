"""Requests: what a person asks for by a form, from the first answer to the end, and the steps that are allowed.

A return request passes the statuses of the architecture's "Fixed names". The other kinds are written down, dealt with and
closed. A request by chat is an expression of interest: consent to travel is given to a counsellor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from bot.domain.cases import CaseKind
from bot.domain.contacts import Channel
from bot.domain.errors import NotAllowed, WrongState
from bot.domain.staff import Authority, Role

ADULT = 18
"""Age from which a person decides alone."""


class RequestKind(str, Enum):
    """What is asked for."""

    RETURN = "return"
    ASSISTANCE = "assistance"
    MISSING_PERSON = "missing_person"
    COUNSELLING = "counselling"

    @property
    def case_kind(self) -> CaseKind:
        """The kind of case that staff follow it in."""
        return CaseKind(self.value)


class RequestStatus(str, Enum):
    """Where a request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SCREENED = "screened"
    DOCUMENTS = "documents"
    MEDICAL = "medical"
    EXIT_PERMIT = "exit_permit"
    READY = "ready"
    BOOKED = "booked"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    REINTEGRATION = "reintegration"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    ON_HOLD = "on_hold"
    UNREACHABLE = "unreachable"
    NOT_ELIGIBLE = "not_eligible"


S = RequestStatus
JOURNEY = (
    S.DRAFT, S.SUBMITTED, S.SCREENED, S.DOCUMENTS, S.MEDICAL, S.EXIT_PERMIT, S.READY,
    S.BOOKED, S.DEPARTED, S.ARRIVED, S.REINTEGRATION, S.CLOSED,
)  # fmt: skip
"""The way of a return request, one step after the other."""

PAUSES = (S.ON_HOLD, S.UNREACHABLE)
"""Left again to where the request stood, or to an earlier step."""

BEFORE_DEPARTURE = JOURNEY[: JOURNEY.index(S.DEPARTED)]
LIVE = frozenset({*BEFORE_DEPARTURE, *PAUSES}) - {S.DRAFT}
"""Statuses of a request that staff work on and a person may withdraw."""

GATED = frozenset(JOURNEY[JOURNEY.index(S.DOCUMENTS) :]) - {S.CLOSED}
"""Not reached with an open sign of fear, nor without live consent."""


@dataclass(frozen=True)
class Actor:
    """Who takes a step.

    Attributes:
        id: A staff account's id, ``person`` for who asked, ``hotline`` for a rule that acts by itself.
        team: The office of a staff member.
    """

    id: str
    roles: frozenset[Authority] = frozenset()
    team: str | None = None

    @property
    def staff_id(self) -> int | None:
        """The staff account, None where nobody of the staff acts."""
        return int(self.id) if self.id.isascii() and self.id.isdigit() else None


PERSON = Actor("person")
HOTLINE = Actor("hotline")


@dataclass(frozen=True)
class Step:
    """One step of a request: who, when, from where to where, and why."""

    request_id: str
    from_status: RequestStatus
    to_status: RequestStatus
    by: str
    at: datetime
    reason: str


@dataclass
class Request:
    """What a person asks for.

    Attributes:
        reference: ``R-XXXXX-C``; its case carries the same one.
        answers: By field; None where the person skipped it. Encrypted at rest.
        status_before: Where it stood before it was put on hold or the person became unreachable.
        consent_version: Of the notice that the person agreed to; None before consent.
        consent_ended_at: When consent was taken back.
        fear_at: When a sign of fear of going home was first seen.
        fear_cleared_at: When a protection officer cleared it.
        phone_hash, identity_hash: Keyed hashes of the phone, and of the name with the birth year, to find a second request.
        duplicate_of: Reference of the request that the person says this one repeats, or that staff confirmed.
        documents_until, medical_until: Day on which the paper or the check runs out.
    """

    id: str
    kind: RequestKind
    reference: str
    contact_id: str
    conversation_id: str
    channel: Channel
    language: str
    status: RequestStatus
    answers: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None = None
    status_before: RequestStatus | None = None
    consent_version: str | None = None
    consented_at: datetime | None = None
    consent_channel: Channel | None = None
    consent_language: str | None = None
    consent_ended_at: datetime | None = None
    fear_at: datetime | None = None
    fear_cleared_at: datetime | None = None
    fear_cleared_by: str | None = None
    phone_hash: str | None = None
    identity_hash: str | None = None
    duplicate_of: str | None = None
    documents_until: date | None = None
    medical_until: date | None = None
    wrong_tries: int = 0
    locked_until: datetime | None = None

    def __repr__(self) -> str:
        return f"<Request {self.id}>"

    @property
    def is_live(self) -> bool:
        """Submitted, and neither departed nor ended."""
        return self.status in LIVE

    @property
    def has_consent(self) -> bool:
        """Whether the person agreed to the notice and did not take it back."""
        return self.consented_at is not None and self.consent_ended_at is None

    @property
    def has_open_fear(self) -> bool:
        """Whether a sign of fear waits for a protection officer."""
        return self.fear_at is not None and self.fear_cleared_at is None

    def give_consent(self, version: str, now: datetime, *, channel: Channel, language: str) -> None:
        """Record that the person agreed to a version of the notice."""
        self.consent_version, self.consented_at, self.consent_ended_at = version, now, None
        self.consent_channel, self.consent_language = channel, language

    def raise_fear(self, now: datetime) -> bool:
        """Record a sign of fear; say whether it is a new one. It reopens what was cleared before."""
        if self.has_open_fear:
            return False
        self.fear_at, self.fear_cleared_at, self.fear_cleared_by = now, None, None
        return True

    def clear_fear(self, actor: Actor, now: datetime) -> None:
        """Record that a protection officer spoke with the person and clears the flag.

        Raises:
            NotAllowed: If the actor is no protection officer.
            WrongState: If nothing waits to be cleared.
        """
        if Role.PROTECTION not in actor.roles:
            raise NotAllowed("fear_cleared_by_protection_only", actor.id)
        if not self.has_open_fear:
            raise WrongState("no_open_fear", self.id)
        self.fear_cleared_at, self.fear_cleared_by = now, actor.id

    def allowed_steps(self) -> tuple[RequestStatus, ...]:
        """Return the statuses that this request may go to now."""
        found = _ways(self.kind, self.status, self.status_before)
        if self.has_open_fear or not self.has_consent:
            found = tuple(status for status in found if status not in GATED or self.kind is not RequestKind.RETURN)
        return found

    def move(self, to: RequestStatus, now: datetime, *, actor: Actor, reason: str) -> Step:
        """Take one step.

        Raises:
            WrongState: ``fear_open`` or ``consent_missing`` where only these stand in the way, else ``step_not_allowed``.
        """
        if to not in self.allowed_steps():
            code = "step_not_allowed"
            if to in _ways(self.kind, self.status, self.status_before):
                code = "fear_open" if self.has_open_fear else "consent_missing"
            raise WrongState(code, f"{self.status.value} to {to.value}")
        step = Step(self.id, self.status, to, actor.id, now, reason)
        if to in PAUSES and self.status not in PAUSES:
            self.status_before = self.status
        elif to not in PAUSES:
            self.status_before = None
        self.status, self.updated_at = to, now
        if to is S.SUBMITTED and self.submitted_at is None:
            self.submitted_at = now
        if to is S.WITHDRAWN:
            self.consent_ended_at = now
        return step

    def expire(self, today: date, now: datetime) -> Step | None:
        """Move back to the papers or the medical check whose end date has passed; None where nothing has."""
        for until, stage in ((self.documents_until, S.DOCUMENTS), (self.medical_until, S.MEDICAL)):
            if until is None or until >= today or self.status not in JOURNEY:
                continue
            if JOURNEY.index(stage) < JOURNEY.index(self.status) < JOURNEY.index(S.DEPARTED):
                # With a sign of fear or without consent no gated stage is entered, not even from a later one.
                to = stage if stage in self.allowed_steps() else S.SCREENED
                return self.move(to, now, actor=HOTLINE, reason=f"{stage.value}_expired")
        return None


def _ways(kind: RequestKind, status: RequestStatus, before: RequestStatus | None) -> tuple[RequestStatus, ...]:
    if kind is not RequestKind.RETURN:
        ways = {S.DRAFT: (S.SUBMITTED,), S.SUBMITTED: (S.CLOSED, S.ON_HOLD, S.UNREACHABLE, S.WITHDRAWN)}
        return ways.get(status, (S.SUBMITTED, S.WITHDRAWN, S.CLOSED) if status in PAUSES else ())
    if status is S.DRAFT:
        return (S.SUBMITTED,)
    asides = (S.WITHDRAWN, S.ON_HOLD, S.UNREACHABLE, S.NOT_ELIGIBLE)
    if status in PAUSES:
        reached = JOURNEY.index(before) if before in JOURNEY else 1
        return (*JOURNEY[1 : reached + 1], *(aside for aside in asides if aside is not status))
    if status is S.NOT_ELIGIBLE:
        return (S.SUBMITTED, S.CLOSED)
    if status is S.WITHDRAWN:
        return ()
    stage = JOURNEY.index(status)
    if stage >= JOURNEY.index(S.DEPARTED):
        return JOURNEY[stage + 1 : stage + 2] if status is not S.DEPARTED else (S.ARRIVED, S.CLOSED)
    # Papers and checks run out, and journeys are missed: any earlier stage may come again, but never "draft".
    return (JOURNEY[stage + 1], *JOURNEY[1:stage][::-1], *asides)


def age_on(today: date, answers: Mapping[str, Any]) -> int | None:
    """Return the age that the answers give, in whole years.

    An age that was said counts as it was said; by a birth year alone, the lower of the two possible ages.
    """
    if answers.get("age") is not None:
        return int(answers["age"])
    if answers.get("birth_date"):
        born = date.fromisoformat(answers["birth_date"])
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if answers.get("birth_year"):
        return max(0, today.year - int(answers["birth_year"]) - 1) if today.year > int(answers["birth_year"]) else 0
    return None


def birth_year_of(answers: Mapping[str, Any]) -> int | None:
    """Return the birth year that the answers give."""
    if answers.get("birth_date"):
        return int(str(answers["birth_date"])[:4])
    return int(answers["birth_year"]) if answers.get("birth_year") else None


def adults_of(household: Sequence[Mapping[str, Any]]) -> int:
    """Return how many members must still consent for themselves: adults, and those whose age is not known."""
    return sum(
        member["age"] >= ADULT if member.get("age") is not None else member.get("relation") != "child" for member in household
    )


def separated_children_of(household: Sequence[Mapping[str, Any]]) -> int:
    """Return how many children travel with somebody who is not their parent; child protection looks at each."""
    return sum(
        member.get("age") is not None and member["age"] < ADULT and member.get("relation") != "child" for member in household
    )
