"""Cases: matters that a caseworker follows for a contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


class CaseKind(str, Enum):
    """What a case is about; it decides which queue sees it."""

    RETURN = "return"
    ASSISTANCE = "assistance"
    PROTECTION = "protection"
    DETENTION = "detention"
    MISSING_PERSON = "missing_person"
    COMPLAINT = "complaint"
    COUNSELLING = "counselling"
    QUESTION = "question"


class Priority(str, Enum):
    """How soon a person should look at a case."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class QueueState(str, Enum):
    """Where a case stands in its queue."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    WITH_STAFF = "with_staff"
    RESOLVED = "resolved"


PROMISES = {
    Priority.CRITICAL: timedelta(minutes=15),
    Priority.HIGH: timedelta(hours=2),
    Priority.NORMAL: timedelta(hours=24),
    Priority.LOW: timedelta(hours=72),
}
"""Time within which a person looks at a case (architecture, "Fixed names")."""

URGENCY = (Priority.CRITICAL, Priority.HIGH, Priority.NORMAL, Priority.LOW)

CASE_OF_TOPIC: dict[str, tuple[CaseKind, Priority]] = {
    "emergency_danger": (CaseKind.PROTECTION, Priority.CRITICAL),
    "emergency_medical": (CaseKind.PROTECTION, Priority.CRITICAL),
    "emergency_sea": (CaseKind.PROTECTION, Priority.CRITICAL),
    "report_kidnap_trafficking": (CaseKind.PROTECTION, Priority.CRITICAL),
    "report_sexual_violence": (CaseKind.PROTECTION, Priority.CRITICAL),
    "report_detention": (CaseKind.DETENTION, Priority.HIGH),
    "child_alone": (CaseKind.PROTECTION, Priority.CRITICAL),
    "mental_distress": (CaseKind.PROTECTION, Priority.CRITICAL),
    "report_misconduct": (CaseKind.COMPLAINT, Priority.HIGH),
    "update_request": (CaseKind.RETURN, Priority.NORMAL),
    "withdraw_request": (CaseKind.RETURN, Priority.HIGH),
    "talk_to_human": (CaseKind.QUESTION, Priority.NORMAL),
    "return_fear": (CaseKind.COUNSELLING, Priority.HIGH),
    "fear_of_return": (CaseKind.PROTECTION, Priority.HIGH),
    "frustration": (CaseKind.QUESTION, Priority.NORMAL),
    "danger_yes": (CaseKind.PROTECTION, Priority.CRITICAL),
    "fallback": (CaseKind.QUESTION, Priority.NORMAL),
}
"""Kind and priority of the case that a topic (or one of our own signals) opens."""


@dataclass
class Case:
    """A matter a caseworker follows for a contact.

    Attributes:
        reference: What the contact may quote, ``R-XXXXX-C``.
        topic: The topic that opened it.
        opened_by_message_id: The inbound message that led to it; opening twice for one message gives
            the same case.
        due_at: When a person should have looked at it.
    """

    id: str
    reference: str
    kind: CaseKind
    priority: Priority
    queue_state: QueueState
    contact_id: str
    conversation_id: str
    topic: str
    opened_by_message_id: str
    opened_at: datetime
    due_at: datetime

    def __repr__(self) -> str:
        return f"<Case {self.id}>"

    @property
    def is_open(self) -> bool:
        """True until staff resolved it."""
        return self.queue_state is not QueueState.RESOLVED

    def raise_priority(self, priority: Priority, now: datetime) -> None:
        """Make the case more urgent; it never becomes less urgent by a new message."""
        if URGENCY.index(priority) < URGENCY.index(self.priority):
            self.priority = priority
            self.due_at = min(self.due_at, now + PROMISES[priority])
