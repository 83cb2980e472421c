"""Exports: requests, cases and messages as flat rows with fixed names, for staff, partners and machines.

The names are those of the architecture's "Fixed names". How rows become files is left to ``bot.commands.export``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.domain.requests import Request
from bot.services.privacy_ports import Exports

Row = dict[str, Any]

COMMON = ("reference", "kind", "status", "channel", "language", "created_at")
RETURN_FIELDS = (
    "consent", "full_name", "sex", "birth_date", "birth_year", "nationality", "current_place", "in_detention", "household",
    "travel_document", "needs", "contact_phone", "safe_contact", "destination",
)  # fmt: skip
ASSISTANCE_FIELDS = ("need", "people", "group")
"""What an assistance request has besides the fields that both kinds share."""
OTHER_FIELDS = ("missing_relation", "last_place", "last_contact", "counselling_way", "day_part")
"""Of missing persons and counselling; no design fixes these."""

FIELDS = {
    "requests": (*COMMON, *RETURN_FIELDS, *ASSISTANCE_FIELDS, *OTHER_FIELDS),
    "cases": (*COMMON, "priority", "topic", "due_at"),
    "messages": (*COMMON, "id", "contact_id", "direction", "text", "topic", "decision", "answer_id", "sms_parts"),
}
"""The columns of each export, in their order."""


def request_rows(exports: Exports, *, kind: str | None = None, status: str | None = None) -> Iterator[Row]:
    """Give requests, the oldest first; a field that was skipped, or that this kind does not have, is None.

    Args:
        kind, status: Only requests of this kind, in this status; None for all, drafts included.
    """
    for request in exports.requests():
        if kind in (None, request.kind.value) and status in (None, request.status.value):
            yield request_row(request)


def request_row(request: Request) -> Row:
    """Give one request by its fields."""
    answers = request.answers
    return {
        "reference": request.reference,
        "kind": request.kind.value,
        "status": request.status.value,
        "channel": request.channel.value,
        "language": request.language,
        "created_at": _time(request.created_at),
        "consent": request.has_consent,
        **{name: answers.get(name) for name in FIELDS["requests"] if name not in (*COMMON, "consent")},
    }


def case_rows(exports: Exports) -> Iterator[Row]:
    """Give cases, the oldest first."""
    for case, where in exports.cases():
        yield {
            "reference": case.reference,
            "kind": case.kind.value,
            "status": case.queue_state.value,
            "channel": where.channel.value,
            "language": where.language,
            "created_at": _time(case.opened_at),
            "priority": case.priority.value,
            "topic": case.topic or None,
            "due_at": _time(case.due_at),
        }


def message_rows(exports: Exports) -> Iterator[Row]:
    """Give messages with their texts, the oldest first; ``reference`` is that of the case that a message opened."""
    references = exports.references_by_message()
    for message, where in exports.messages():
        yield {
            "reference": references.get(message.id),
            "kind": message.kind.value,
            "status": message.state,
            "channel": where.channel.value,
            "language": where.language,
            "created_at": _time(message.created_at),
            "id": message.id,
            "contact_id": message.contact_id,
            "direction": message.direction.value,
            "text": message.text,
            "topic": message.topic,
            "decision": message.decision,
            "answer_id": message.answer_id,
            "sms_parts": message.sms_parts,
        }


def _time(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
