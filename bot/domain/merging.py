"""Two requests of one person made one: what goes over to the one that is kept, and what becomes of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.errors import InvalidInput, WrongState
from bot.domain.requests import Actor, Request, RequestStatus, Step

ENDED = frozenset({RequestStatus.CLOSED, RequestStatus.WITHDRAWN, RequestStatus.NOT_ELIGIBLE})
BIRTH = ("birth_date", "birth_year", "age")
"""Three ways to say one thing: none is added to another."""


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes:
        taken: Fields of answers that the kept request lacked, and has now.
        differing: Fields in which the two say something else; what the kept one says stays.
        step: The end of the other request.
    """

    taken: tuple[str, ...]
    differing: tuple[str, ...]
    step: Step


def merged_into(request: Request) -> str | None:
    """Return the reference of the request that this one was merged into, None where it was not.

    Only a merge ends a request without ending the consent: nobody took that back.
    """
    is_merged = request.status is RequestStatus.WITHDRAWN and request.has_consent
    return request.duplicate_of if is_merged else None


def merge(kept: Request, other: Request, now: datetime, *, actor: Actor, reason: str) -> Merged:
    """Put what the kept request lacks into it, and end the other one by a step; its consent stays as the person gave it.

    Raises:
        InvalidInput: ``merge_invalid`` for a request and itself, or two kinds.
        WrongState: ``request_is_draft``; ``merge_ended`` if either has ended, or the other can no longer be stopped;
            ``consent_missing`` if the kept one has none while the other does: answers go only where the person agreed.
    """
    if kept.id == other.id or kept.kind is not other.kind:
        raise InvalidInput("merge_invalid", kept.id)
    if RequestStatus.DRAFT in (kept.status, other.status):
        raise WrongState("request_is_draft", kept.id)
    if kept.status in ENDED or RequestStatus.WITHDRAWN not in other.allowed_steps():
        raise WrongState("merge_ended", kept.id)
    if not (kept.has_consent and other.has_consent):
        raise WrongState("consent_missing", kept.id)
    taken = lacking(kept.answers, other.answers)
    differing = tuple(
        sorted(
            name for name, value in other.answers.items() if name not in taken and kept.answers.get(name) not in (None, value)
        )
    )
    _complete(kept, other, taken)
    if other.has_open_fear and kept.raise_fear(now) and other.fear_at is not None:
        kept.fear_at = other.fear_at
    kept.updated_at = now
    ended_before = other.consent_ended_at
    step = other.move(RequestStatus.WITHDRAWN, now, actor=actor, reason=reason)
    other.duplicate_of, other.consent_ended_at = kept.reference, ended_before
    if kept.duplicate_of == other.reference:
        kept.duplicate_of = None
    return Merged(tuple(sorted(taken)), differing, step)


def lacking(answers: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return of other answers those that are not among these, or were skipped."""
    has_birth = any(answers.get(name) is not None for name in BIRTH)
    return {
        name: value
        for name, value in others.items()
        if value is not None and answers.get(name) is None and not (name in BIRTH and has_birth)
    }


def _complete(kept: Request, other: Request, taken: Mapping[str, Any]) -> None:
    # A new object: a change inside the old one would not be stored.
    kept.answers = {**kept.answers, **taken}
    kept.phone_hash = kept.phone_hash or other.phone_hash
    is_same = all(kept.answers.get(name) == other.answers.get(name) for name in ("full_name", *BIRTH))
    kept.identity_hash = kept.identity_hash or (other.identity_hash if is_same else None)
    kept.documents_until = kept.documents_until or other.documents_until
    kept.medical_until = kept.medical_until or other.medical_until
