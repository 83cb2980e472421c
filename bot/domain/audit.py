"""The audit log: who looked at what, and who did what. Entries are only added, and each seals the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Act(str, Enum):
    """What is recorded. Looks at personal data, and acts with consequences."""

    LOGGED_IN = "logged_in"
    LOGIN_FAILED = "login_failed"
    LOCKED_OUT = "locked_out"
    LOGGED_OUT = "logged_out"
    INVITED = "invited"
    INVITATION_ACCEPTED = "invitation_accepted"
    STAFF_CHANGED = "staff_changed"
    STAFF_DISABLED = "staff_disabled"
    STAFF_RESET = "staff_reset"
    SESSIONS_ENDED = "sessions_ended"
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    WENT_ON_DUTY = "went_on_duty"
    WENT_OFF_DUTY = "went_off_duty"
    CONVERSATION_OPENED = "conversation_opened"
    PERSON_SHOWN = "person_shown"
    REQUEST_OPENED = "request_opened"
    REQUEST_SHOWN = "request_shown"
    MEDIA_OPENED = "media_opened"
    SEARCHED = "searched"
    EXPORTED = "exported"
    CASE_OPENED = "case_opened"
    CASE_CLAIMED = "case_claimed"
    CASE_ASSIGNED = "case_assigned"
    CASE_TRANSFERRED = "case_transferred"
    CASE_RELEASED = "case_released"
    CASE_GIVEN_BACK = "case_given_back"
    CASE_RESOLVED = "case_resolved"
    CASE_PRIORITY_CHANGED = "case_priority_changed"
    NOTE_WRITTEN = "note_written"
    MESSAGE_SENT = "message_sent"
    TEMPLATE_SENT = "template_sent"
    REQUEST_MOVED = "request_moved"
    FEAR_CLEARED = "fear_cleared"
    END_DATE_SET = "end_date_set"
    DUPLICATE_DECIDED = "duplicate_decided"
    REQUEST_MERGED = "request_merged"
    ATTEMPT_RECORDED = "attempt_recorded"
    ENTRY_ADDED = "entry_added"
    ENTRY_CHANGED = "entry_changed"
    ENTRY_VERIFIED = "entry_verified"
    ENTRY_TAKEN_BACK = "entry_taken_back"
    ANSWER_MARKED = "answer_marked"
    ANSWER_WITHDRAWN = "answer_withdrawn"
    ANSWER_RESTORED = "answer_restored"
    ANSWER_MARK_SETTLED = "answer_mark_settled"
    CANNED_REPLY_CHANGED = "canned_reply_changed"
    MESSAGE_LABELLED = "message_labelled"
    LABELS_EXPORTED = "labels_exported"
    PERSON_ERASED = "person_erased"
    KEYS_ROTATED = "keys_rotated"
    OLD_KEYS_REMOVED = "old_keys_removed"
    BACKED_UP = "backed_up"
    RESTORED = "restored"


FIRST_HASH = ""
"""What the first entry seals."""


@dataclass(frozen=True)
class AuditEntry:
    """One entry.

    Attributes:
        act: What was done; None where the log holds a word that is none of ours.
        staff_id: Who; None for the command line and the hotline itself.
        subject: Opaque id or reference of what it was about; empty where there is none.
        detail: A word or a reason; never personal data of a contact. Encrypted at rest; None where no key opens it.
        previous_hash, hash: The seal: ``hash`` covers all the rest, ``previous_hash`` included.
    """

    position: int
    at: datetime
    act: Act | None
    staff_id: int | None
    subject: str
    detail: str | None
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Link:
    """One link of the chain, as a verification sees it.

    Attributes:
        is_sealed: Whether ``hash`` is what the entry's content gives.
    """

    position: int
    previous_hash: str
    hash: str
    is_sealed: bool
