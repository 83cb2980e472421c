"""Attempts to reach a person: each is recorded, and some are needed before a request is set aside for it."""

from __future__ import annotations

from enum import Enum

from bot.domain.audit import Act
from bot.domain.errors import WrongState
from bot.domain.requests import Actor, Request
from bot.services.ports import Clock, UnitOfWork
from bot.services.requests import Note, clean, locked, noted


class AttemptWay(str, Enum):
    """How somebody tried to reach a person."""

    CALL = "call"
    MESSAGE = "message"
    OTHER = "other"


def record_attempt(
    uow: UnitOfWork, reference: str, *, way: AttemptWay, note: str, actor: Actor, clock: Clock
) -> Request:  # fmt: skip
    """Record that somebody tried to reach the person, and did not.

    Raises:
        NotFound, WrongState, InvalidInput: As ``move_request``; ``step_not_allowed`` where the request is not live.
    """
    request = locked(uow, reference, actor)
    if not request.is_live:
        raise WrongState("step_not_allowed", Note.ATTEMPT.value)
    detail = f"{way.value} {clean(note)}".strip()
    act = Act.ATTEMPT_RECORDED
    return noted(uow, request, Note.ATTEMPT, detail, actor=actor, clock=clock, act=act, word=way.value)
