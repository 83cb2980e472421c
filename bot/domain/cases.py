"""Cases: matters that a caseworker follows for a contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.errors import WrongState


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
        due_at: When a person should have looked at it, by the opening hours.
        assignee_id: The staff member who follows it.
        team: The office that it was given to; None for whoever comes first.
        place: Id of a town of the gazetteer, where it is known. Never a place in somebody's own words.
        waiting_since: Since when the person waits for a word from staff; None while they do not.
        touched_at: When staff last did something with it.
        first_reply_at: When staff first wrote to the person.
        escalated_at: When it went back to the queue and to a supervisor because nobody touched it in its time.
        helped: What the person said after it was resolved; None while they said nothing.
        in_time: Whether staff first wrote, or resolved it, before it was due; None while they did neither.
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
    assignee_id: int | None = None
    team: str | None = None
    place: str | None = None
    waiting_since: datetime | None = None
    touched_at: datetime | None = None
    first_reply_at: datetime | None = None
    escalated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: int | None = None
    helped: bool | None = None
    in_time: bool | None = None

    def __repr__(self) -> str:
        return f"<Case {self.id}>"

    @property
    def is_open(self) -> bool:
        """True until staff resolved it."""
        return self.queue_state is not QueueState.RESOLVED

    def start_waiting(self, since: datetime, due_at: datetime) -> None:
        """Record that the person waits for a word from staff; whoever waits already goes on waiting."""
        if self.waiting_since is None:
            self.waiting_since, self.due_at = since, due_at

    def raise_priority(self, priority: Priority, due_at: datetime) -> None:
        """Make the case more urgent, due at the given time at the latest; a new message never makes it less urgent."""
        if URGENCY.index(priority) < URGENCY.index(self.priority):
            self.priority = priority
            self.due_at = min(self.due_at, due_at)

    def claim(self, staff_id: int, now: datetime, *, team: str | None) -> None:
        """Let somebody follow the case.

        Raises:
            WrongState: ``case_taken`` if a colleague follows it, ``case_resolved``.
        """
        self._require_open()
        if self.assignee_id not in (None, staff_id):
            raise WrongState("case_taken", self.id)
        self.assign(staff_id, now, team=team)

    def assign(self, staff_id: int, now: datetime, *, team: str | None) -> None:
        """Give the case to somebody, whoever followed it before.

        Raises:
            WrongState: ``case_resolved``.
        """
        self._require_open()
        self.assignee_id, self.team, self.touched_at = staff_id, team, now
        if self.queue_state is QueueState.WAITING:
            self.queue_state = QueueState.ASSIGNED

    def release(self, now: datetime, *, team: str | None) -> None:
        """Put the case back into the queue, of one team or of all.

        Raises:
            WrongState: ``case_resolved``.
        """
        self._require_open()
        self.assignee_id, self.team, self.touched_at = None, team, now
        self.queue_state = QueueState.WAITING
        self.waiting_since = self.waiting_since or now

    def take_conversation(self, staff_id: int, now: datetime, *, team: str | None) -> None:
        """Record that staff write to the person: the case is theirs, and the person no longer waits.

        Raises:
            WrongState: ``case_resolved``.
        """
        self._require_open()
        if self.assignee_id is None:
            self.assignee_id, self.team = staff_id, team
        self.queue_state, self.touched_at, self.waiting_since = QueueState.WITH_STAFF, now, None
        self._record_in_time(now)
        self.first_reply_at = self.first_reply_at or now

    def give_back(self, now: datetime) -> None:
        """Record that the assistant speaks again while the case stays open; the person no longer waits for staff.

        Raises:
            WrongState: ``case_not_with_staff``.
        """
        if self.queue_state is not QueueState.WITH_STAFF:
            raise WrongState("case_not_with_staff", self.id)
        self.queue_state, self.touched_at, self.waiting_since = QueueState.ASSIGNED, now, None

    def escalate(self, now: datetime) -> None:
        """Put a case that nobody touched in its time back into the queue, for a supervisor to see."""
        self._require_open()
        self.assignee_id, self.queue_state, self.escalated_at = None, QueueState.WAITING, now

    def resolve(self, staff_id: int, now: datetime) -> None:
        """End the case.

        Raises:
            WrongState: ``case_resolved`` if it has ended before.
        """
        self._require_open()
        self._record_in_time(now)
        self.queue_state, self.touched_at, self.waiting_since = QueueState.RESOLVED, now, None
        self.resolved_at, self.resolved_by = now, staff_id

    def _record_in_time(self, now: datetime) -> None:
        # Once: what is due later has another clock.
        if self.in_time is None:
            self.in_time = now <= self.due_at

    def _require_open(self) -> None:
        if not self.is_open:
            raise WrongState("case_resolved", self.id)


class EntryKind(str, Enum):
    """What an entry in a case's history records; a note is for colleagues only."""

    NOTE = "note"
    CLAIMED = "claimed"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    RELEASED = "released"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    ESCALATED = "escalated"
    PRIORITY_CHANGED = "priority_changed"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class CaseEntry:
    """One thing that happened to a case.

    Attributes:
        by: The staff member; None for the hotline itself.
        to: Whom it was given to, where it was.
        text: A note, or the reason. Encrypted at rest.
        client_id: Made by the page that sent it, so that sending again adds nothing.
    """

    case_id: str
    conversation_id: str
    kind: EntryKind
    at: datetime
    by: int | None = None
    to: int | None = None
    text: str = ""
    client_id: str | None = None
