"""Details of the audit log into words: what an act's own code says. A reason that somebody wrote, or an id, stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from flask_babel import format_date, gettext, ngettext, pgettext

from bot.console.answer_words import languages_meant
from bot.console.request_words import attempt_name, duplicate_words, full_moment, status_name
from bot.console.words import kind_name, listed, queue_state_name, role_name
from bot.domain.audit import Act, AuditEntry
from bot.domain.cases import CaseKind, QueueState
from bot.domain.contacts import LANGUAGES
from bot.domain.requests import RequestStatus
from bot.domain.staff import Grant, Role
from bot.services.answers import ALL_LANGUAGES
from bot.services.attempts import AttemptWay
from bot.services.requests import EndDate, Note
from bot.services.search import SearchKind

_STATUSES = frozenset(status.value for status in RequestStatus)
_FORMATS = frozenset({"csv", "hxl", "json", "xlsx"})


def detail_words(entry: AuditEntry) -> str:
    """Return the detail of an entry; one that is none of our codes stays as it is."""
    if entry.detail is None:
        return pgettext("audit log", "No key opens this detail.")
    read = _READ.get(entry.act) if entry.act else None
    return (read(entry.detail) if read else None) or entry.detail


def _code(words: Callable[[], Mapping[str, str]]) -> Callable[[str], str | None]:
    """Return what reads a detail that is one of a few codes."""
    return lambda detail: words().get(detail)


def _login_ways() -> dict[str, str]:
    return {
        "password": pgettext("audit detail", "with the password"),
        "code": pgettext("audit detail", "with a code of the app"),
        "recovery_code": pgettext("audit detail", "with a recovery code"),
        "invitation": pgettext("audit detail", "by the invitation"),
    }


def _account_changes() -> dict[str, str]:
    return {
        "enabled": pgettext("audit detail", "opened again"),
        "unlocked": pgettext("audit detail", "unlocked"),
        "password": pgettext("audit detail", "new password"),
    }


def _search_kinds() -> dict[str, str]:
    return {
        SearchKind.REFERENCE.value: pgettext("audit detail", "by reference"),
        SearchKind.PHONE.value: pgettext("audit detail", "by phone number"),
        SearchKind.NAME.value: pgettext("audit detail", "by name"),
    }


def _end_dates() -> dict[str, str]:
    return {
        EndDate.DOCUMENTS.value: pgettext("audit detail", "of the papers"),
        EndDate.MEDICAL.value: pgettext("audit detail", "of the medical check"),
    }


def _reply_changes() -> dict[str, str]:
    return {
        "added": pgettext("audit detail", "added"),
        "changed": pgettext("audit detail", "changed"),
        "on": pgettext("audit detail", "switched on"),
        "off": pgettext("audit detail", "switched off"),
    }


def _labels() -> dict[str, str]:
    return {
        "labelled": pgettext("audit detail", "for the training"),
        "unfit": pgettext("audit detail", "not for the training"),
    }


def _backups() -> dict[str, str]:
    return {"with keys": pgettext("audit detail", "with the encryption keys")}


def _attempts() -> dict[str, str]:
    return {way.value: attempt_name(way.value) for way in AttemptWay}


def _languages() -> dict[str, str]:
    return {ALL_LANGUAGES: languages_meant(None), **{language: languages_meant(language) for language in LANGUAGES}}


def _authorities(detail: str) -> str | None:
    roles = {role.value: role_name(role.value) for role in Role}
    names = {**roles, Grant.COMPLAINTS.value: gettext("Complaints about staff")}
    words = detail.split()
    return listed(names[word] for word in words) if words and names.keys() >= set(words) else None


def _account(detail: str) -> str | None:
    return _account_changes().get(detail) or _authorities(detail)


def _step(detail: str) -> str | None:
    before, _, after = detail.partition(" ")
    if not _STATUSES.issuperset((before, after)):
        return None
    before, after = status_name(RequestStatus(before)), status_name(RequestStatus(after))
    return pgettext("audit detail", "from “%(before)s” to “%(after)s”", before=before, after=after)


def _duplicate(detail: str) -> str | None:
    note, _, reference = detail.partition(" ")
    return duplicate_words(Note(note), reference) if note in (Note.SAME_PERSON.value, Note.OTHER_PERSON.value) else None


def _labels_exported(detail: str) -> str | None:
    count, _, which = detail.partition(" ")
    if not count.isdecimal():
        return None
    if which == "new":
        return ngettext("%(num)s new message", "%(num)s new messages", int(count))
    return ngettext("all: %(num)s message", "all: %(num)s messages", int(count))


def _export(detail: str) -> str | None:
    head, colon, reason = detail.partition(": ")
    head, *limits = head.split()
    if head not in _FORMATS:
        return None
    said = listed([head.upper(), *(_limit(one) for one in limits)])
    return pgettext("audit detail", "%(what)s: %(reason)s", what=said, reason=reason) if colon else said


def _limit(word: str) -> str:
    if word.isdecimal():
        return ngettext("%(num)s row", "%(num)s rows", int(word))
    return _narrowings().get(word) or _day(word) or word


def _narrowings() -> dict[str, str]:
    return {
        **{kind.value: kind_name(kind) for kind in CaseKind},
        **{status.value: status_name(status) for status in RequestStatus},
        **{state.value: queue_state_name(state) for state in QueueState},
    }


def _day(word: str) -> str | None:
    try:
        return str(format_date(date.fromisoformat(word), "medium"))
    except ValueError:
        return None


def _moment(detail: str) -> str | None:
    try:
        return full_moment(datetime.fromisoformat(detail))
    except ValueError:
        return None


_READ: Mapping[Act, Callable[[str], str | None]] = {
    Act.LOGGED_IN: _code(_login_ways),
    Act.INVITED: _authorities,
    Act.STAFF_CHANGED: _account,
    Act.SEARCHED: _code(_search_kinds),
    Act.EXPORTED: _export,
    Act.REQUEST_MOVED: _step,
    Act.END_DATE_SET: _code(_end_dates),
    Act.DUPLICATE_DECIDED: _duplicate,
    Act.ATTEMPT_RECORDED: _code(_attempts),
    Act.ANSWER_MARKED: _code(_languages),
    Act.ANSWER_WITHDRAWN: _code(_languages),
    Act.ANSWER_RESTORED: _code(_languages),
    Act.ANSWER_MARK_SETTLED: _code(_languages),
    Act.CANNED_REPLY_CHANGED: _code(_reply_changes),
    Act.MESSAGE_LABELLED: _code(_labels),
    Act.LABELS_EXPORTED: _labels_exported,
    Act.BACKED_UP: _code(_backups),
    Act.RESTORED: _moment,
}
"""How the detail of an act is read; of the others it names an id, or was written by somebody."""
