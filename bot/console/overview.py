"""The first page: the open cases that the roles may see, and the on-duty switch. It names no topic and no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from bot.console import words
from bot.console.outside import members, now, parts
from bot.console.permissions import may, requires
from bot.domain.cases import Case, CaseKind, Priority, QueueState
from bot.domain.contacts import Channel
from bot.domain.requests import RequestStatus
from bot.services.cases import list_waiting_cases
from bot.services.ports import UnitOfWork
from bot.services.requests import request_of_case
from bot.services.staff import set_duty

pages = Blueprint("overview", __name__)


@dataclass(frozen=True)
class CaseRow:
    """One line of the list.

    Attributes:
        status: Of the request that the case was opened for, if it was for one.
        has_open_fear: Whether that request waits for a protection caseworker.
    """

    reference: str
    kind: CaseKind
    priority: Priority
    queue_state: QueueState
    channel: Channel
    language: str | None
    opened_at: datetime
    due_at: datetime
    waiting: str
    due: str
    is_overdue: bool
    status: RequestStatus | None
    has_open_fear: bool


@pages.get("/")
@requires("see_overview")
def show() -> ResponseReturnValue:
    """Show the cases that wait, the most urgent first."""
    at = now()
    with parts().unit_of_work() as uow:
        cases = list_waiting_cases(uow, current_user.role_set) if may("see_cases") else []
        rows = [_row(uow, case, at) for case in cases]
        on_duty = uow.duty.count()
    return render_template("overview.html", rows=rows, on_duty=on_duty, counts=_counts(rows), as_of=at)


@pages.post("/duty")
@requires("be_on_duty")
def duty() -> ResponseReturnValue:
    """Go on duty or off; contacts are told the truth about it."""
    set_duty(members(), current_user, is_on_duty=request.form.get("is_on_duty") == "1")
    return redirect(url_for("overview.show"), 303)


def _row(uow: UnitOfWork, case: Case, at: datetime) -> CaseRow:
    conversation = uow.conversations.get(case.conversation_id)
    asked = request_of_case(uow, case)
    return CaseRow(
        reference=case.reference,
        kind=case.kind,
        priority=case.priority,
        queue_state=case.queue_state,
        channel=conversation.channel,
        language=conversation.language,
        opened_at=case.opened_at,
        due_at=case.due_at,
        waiting=words.length_of(at - case.opened_at),
        due=words.time_from(case.due_at, at),
        is_overdue=case.due_at <= at and case.queue_state is QueueState.WAITING,
        status=asked.status if asked else None,
        has_open_fear=asked is not None and asked.has_open_fear,
    )


def _counts(rows: list[CaseRow]) -> dict[str, int]:
    return {
        "open": len(rows),
        "critical": sum(row.priority is Priority.CRITICAL for row in rows),
        "overdue": sum(row.is_overdue for row in rows),
    }
