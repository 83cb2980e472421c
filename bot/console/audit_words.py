"""Acts of the audit log into words."""

from __future__ import annotations

from flask_babel import gettext, pgettext

from bot.console.outside import staff_names
from bot.console.words import remembered
from bot.domain.audit import Act

STAFF_SUBJECT = "staff:"


@remembered
def act_name(act: Act | None) -> str:
    """Return what was done; a word that is none of ours was written by somebody else."""
    if act is None:
        return pgettext("act", "Unknown")
    return {**_of_accounts(), **_of_looks(), **_of_cases(), **_of_requests(), **_of_content(), **_of_operators()}[act]


def who_name(staff_id: int | None) -> str:
    """Return who did something."""
    if staff_id is None:
        return pgettext("audit log", "The hotline")
    return staff_names().get(staff_id) or gettext("Account %(number)s", number=staff_id)


def subject_words(subject: str) -> str:
    """Return what an entry is about: a staff account by its name; all else is an id, and names nobody."""
    number = subject.removeprefix(STAFF_SUBJECT)
    return who_name(int(number)) if subject.startswith(STAFF_SUBJECT) and number.isdecimal() else subject


def _of_accounts() -> dict[Act, str]:
    return {
        Act.LOGGED_IN: pgettext("act", "Logged in"),
        Act.LOGIN_FAILED: pgettext("act", "Failed to log in"),
        Act.LOCKED_OUT: pgettext("act", "Was locked out"),
        Act.LOGGED_OUT: pgettext("act", "Logged out"),
        Act.INVITED: pgettext("act", "Invited a colleague"),
        Act.INVITATION_ACCEPTED: pgettext("act", "Accepted an invitation"),
        Act.STAFF_CHANGED: pgettext("act", "Changed an account"),
        Act.STAFF_DISABLED: pgettext("act", "Disabled an account"),
        Act.STAFF_RESET: pgettext("act", "Reset an account"),
        Act.SESSIONS_ENDED: pgettext("act", "Ended the sessions of an account"),
        Act.SECOND_FACTOR_SET: pgettext("act", "Set up a second factor"),
        Act.SECOND_FACTOR_REMOVED: pgettext("act", "Removed a second factor"),
        Act.RECOVERY_CODES_MADE: pgettext("act", "Made recovery codes"),
        Act.WENT_ON_DUTY: pgettext("act", "Went on duty"),
        Act.WENT_OFF_DUTY: pgettext("act", "Went off duty"),
    }


def _of_looks() -> dict[Act, str]:
    return {
        Act.CONVERSATION_OPENED: pgettext("act", "Opened a conversation"),
        Act.PERSON_SHOWN: pgettext("act", "Looked at a person's name and phone"),
        Act.REQUEST_OPENED: pgettext("act", "Opened a request"),
        Act.REQUEST_SHOWN: pgettext("act", "Looked at the hidden fields of a request"),
        Act.MEDIA_OPENED: pgettext("act", "Opened a file"),
        Act.SEARCHED: pgettext("act", "Searched"),
        Act.EXPORTED: pgettext("act", "Exported data"),
        Act.PERSON_ERASED: pgettext("act", "Erased a person's data"),
    }


def _of_cases() -> dict[Act, str]:
    return {
        Act.CASE_OPENED: pgettext("act", "Opened a case"),
        Act.CASE_CLAIMED: pgettext("act", "Took on a case"),
        Act.CASE_ASSIGNED: pgettext("act", "Assigned a case"),
        Act.CASE_TRANSFERRED: pgettext("act", "Handed over a case"),
        Act.CASE_RELEASED: pgettext("act", "Put a case back into the queue"),
        Act.CASE_GIVEN_BACK: pgettext("act", "Gave a conversation back to the assistant"),
        Act.CASE_RESOLVED: pgettext("act", "Resolved a case"),
        Act.CASE_PRIORITY_CHANGED: pgettext("act", "Changed the priority of a case"),
        Act.NOTE_WRITTEN: pgettext("act", "Wrote a note"),
        Act.MESSAGE_SENT: pgettext("act", "Wrote to a person"),
        Act.TEMPLATE_SENT: pgettext("act", "Sent a template"),
    }


def _of_requests() -> dict[Act, str]:
    return {
        Act.REQUEST_MOVED: pgettext("act", "Moved a request on"),
        Act.FEAR_CLEARED: pgettext("act", "Cleared a sign of fear"),
        Act.END_DATE_SET: pgettext("act", "Set an end date"),
        Act.DUPLICATE_DECIDED: pgettext("act", "Decided about a duplicate"),
        Act.REQUEST_MERGED: pgettext("act", "Merged requests"),
        Act.ATTEMPT_RECORDED: pgettext("act", "Recorded an attempt to reach a person"),
    }


def _of_content() -> dict[Act, str]:
    return {
        Act.ENTRY_ADDED: pgettext("act", "Added a directory entry"),
        Act.ENTRY_CHANGED: pgettext("act", "Changed a directory entry"),
        Act.ENTRY_VERIFIED: pgettext("act", "Verified a directory entry"),
        Act.ENTRY_TAKEN_BACK: pgettext("act", "Took back the verification of a directory entry"),
        Act.ANSWER_MARKED: pgettext("act", "Marked an answer as wrong"),
        Act.ANSWER_WITHDRAWN: pgettext("act", "Withdrew an answer"),
        Act.ANSWER_RESTORED: pgettext("act", "Restored an answer"),
        Act.ANSWER_MARK_SETTLED: pgettext("act", "Settled a mark on an answer"),
        Act.CANNED_REPLY_CHANGED: pgettext("act", "Changed a canned reply"),
        Act.MESSAGE_LABELLED: pgettext("act", "Labelled a message"),
        Act.LABELS_EXPORTED: pgettext("act", "Exported labelled messages"),
    }


def _of_operators() -> dict[Act, str]:
    return {
        Act.KEYS_ROTATED: pgettext("act", "Changed the encryption keys"),
        Act.OLD_KEYS_REMOVED: pgettext("act", "Removed old encryption keys"),
        Act.BACKED_UP: pgettext("act", "Made a backup of all data"),
        Act.RESTORED: pgettext("act", "Put a backup in place of all data"),
    }
