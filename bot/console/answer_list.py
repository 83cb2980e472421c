"""The list of answers: what each one needs, by what it is narrowed, and how many wait for somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from flask import Flask
from flask_babel import pgettext

from bot.console.answer_words import GROUPS, is_found, missing_languages, name_of
from bot.console.badges import badge
from bot.console.days import today
from bot.console.outside import register
from bot.console.ways import list_address
from bot.domain.answers import AnswerMark, is_due_soon, is_overdue
from bot.services.answers import open_marks
from bot.services.ports import UnitOfWork

PER_PAGE = 50
MAX_QUERY = 100


class State(str, Enum):
    """What an answer may be listed for."""

    ALL = "all"
    OVERDUE = "overdue"
    SOON = "soon"
    WRONG = "wrong"
    WITHDRAWN = "withdrawn"
    MISSING = "missing"


@dataclass(frozen=True)
class Wanted:
    """By what the list is narrowed."""

    q: str = ""
    group: str = ""
    state: State = State.ALL
    page: int = 1


@dataclass(frozen=True)
class Row:
    """One answer of the list.

    Attributes:
        marks: Those that hold.
        missing: Languages in which a part is not there.
    """

    id: str
    group: str
    name: str
    review_due: date | None
    is_overdue: bool
    is_due_soon: bool
    marks: tuple[AnswerMark, ...]
    missing: tuple[str, ...]

    @property
    def withdrawn(self) -> list[AnswerMark]:
        """The marks by which people are not told it."""
        return [mark for mark in self.marks if mark.is_withdrawn]

    @property
    def wrong(self) -> list[AnswerMark]:
        """The marks that say that it is wrong."""
        return [mark for mark in self.marks if not mark.is_withdrawn]

    def is_in(self, state: State) -> bool:
        """Say whether it is listed there."""
        return {
            State.ALL: True,
            State.OVERDUE: self.is_overdue,
            State.SOON: self.is_due_soon,
            State.WRONG: bool(self.wrong),
            State.WITHDRAWN: bool(self.withdrawn),
            State.MISSING: bool(self.missing),
        }[state]


def install(app: Flask) -> None:
    """Let templates use the words of the list."""
    app.jinja_env.globals.update(answers_address=address, answer_state=state_name)


def read(args: Mapping[str, str]) -> Wanted:
    """Return what an address asks for; what it asks wrongly counts as not asked."""
    group, page = args.get("group", ""), args.get("page", "")
    return Wanted(
        q=" ".join(args.get("q", "").split())[:MAX_QUERY],
        group=group if group in GROUPS else "",
        state=next((state for state in State if state.value == args.get("state")), State.ALL),
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 4 and int(page) else 1,
    )


def address(wanted: Wanted, **changes: Any) -> str:
    """Return the address of the list with this filter, changed so; another filter begins at its first page."""
    return list_address("answers.show", replace(wanted, **{"page": 1, **changes}))


def rows_of(marks: Sequence[AnswerMark], wanted: Wanted) -> list[Row]:
    """Return the answers of a group in which the words are found, those whose review is overdue first, then the marked ones."""
    by_answer = defaultdict(list)
    for mark in marks:
        by_answer[mark.answer_id].append(mark)
    day = today()
    rows = [
        Row(
            id=one.id, group=one.group, name=name_of(one.id), review_due=one.review_due,
            is_overdue=is_overdue(one.review_due, day), is_due_soon=is_due_soon(one.review_due, day),
            marks=tuple(by_answer[one.id]), missing=missing_languages(one.id),
        )
        for one in register().values()
        if wanted.group in ("", one.group) and (not wanted.q or is_found(wanted.q, one.id))
    ]  # fmt: skip
    return sorted(rows, key=_urgency)


def _urgency(row: Row) -> tuple[Any, ...]:
    due = row.review_due or date.max
    return (not row.is_overdue, due if row.is_overdue else date.max, not row.marks, not row.missing, GROUPS.index(row.group))


def state_name(state: State) -> str:
    """Return for what answers are listed."""
    return {
        State.ALL: pgettext("answers", "All"),
        State.OVERDUE: pgettext("answers", "Review overdue"),
        State.SOON: pgettext("answers", "Review within 30 days"),
        State.WRONG: pgettext("answers", "Marked as wrong"),
        State.WITHDRAWN: pgettext("answers", "Withdrawn"),
        State.MISSING: pgettext("answers", "Missing in a language"),
    }[state]


def answers_to_look_at() -> str:
    """Return how many answers are marked or overdue, for the badge of those who may withdraw them; empty for none."""
    return badge("withdraw_answers", _count_to_look_at)


def _count_to_look_at(uow: UnitOfWork) -> int:
    day = today()
    overdue = {one.id for one in register().values() if is_overdue(one.review_due, day)}
    return len(overdue | {mark.answer_id for mark in open_marks(uow)})
