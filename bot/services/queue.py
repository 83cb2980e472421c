"""The queue: which cases wait for staff, in which order, and what must be seen at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.cases import CaseKind
from bot.domain.errors import NotAllowed, NotFound, WrongState
from bot.domain.requests import Actor
from bot.domain.staff import Authority
from bot.services.case_talk import HandoverWords
from bot.services.cases import visible_kinds
from bot.services.casework import assign_case, transfer_case
from bot.services.ports import Clock, Ids, UnitOfWork
from bot.services.queue_ports import Alarms, QueueFilter, QueueRow, Reader

ROWS = 50
MAX_PAGE = 200
MOST_COUNTED = 1000
"""Counting stops here: nobody works through more, and the database need not read them."""
MAX_AT_ONCE = 200


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue.

    Attributes:
        wanted: The filter as it was used.
        counts: By the value of each ``Tab``, and ``critical`` and ``late`` in the chosen one; never over ``MOST_COUNTED`` + 1.
        has_more: Whether there is another page.
    """

    wanted: QueueFilter
    rows: Sequence[QueueRow]
    counts: Mapping[str, int]
    has_more: bool

    @property
    def first(self) -> int:
        """The number of the first row, from 1."""
        return (self.wanted.page - 1) * ROWS + 1


def list_queue(uow: UnitOfWork, wanted: QueueFilter, *, actor: Actor, clock: Clock) -> QueuePage:
    """Return one page of the cases that somebody may see, as they want to see them."""
    wanted = replace(wanted, page=min(max(wanted.page, 1), MAX_PAGE))
    kinds = visible_kinds(actor.roles)
    if wanted.kind is not None:
        kinds &= {wanted.kind}
    if not kinds or actor.staff_id is None:
        return QueuePage(wanted, [], {}, False)
    reader = Reader(kinds, actor.staff_id, actor.team, clock())
    rows = uow.queue.rows(wanted, reader, limit=ROWS + 1)
    return QueuePage(wanted, rows[:ROWS], uow.queue.counts(wanted, reader, most=MOST_COUNTED), len(rows) > ROWS)


def alarms(uow: UnitOfWork, roles: Iterable[Authority], *, staff_id: int, clock: Clock) -> Alarms:
    """Return what must be seen and heard at once by somebody; nothing for roles that see no cases."""
    kinds, now = visible_kinds(roles), clock()
    if not kinds:
        return Alarms(0, 0, None, None, 0, now)
    return uow.queue.alarms(Reader(kinds, staff_id, None, now))


@dataclass(frozen=True)
class Outcome:
    """What became of cases that were given out together.

    Attributes:
        done: How many were given.
        resolved: How many had been resolved meanwhile.
        unseen: How many the colleague may not see.
        missing: How many there are not, for the one who gave them.
    """

    done: int = 0
    resolved: int = 0
    unseen: int = 0
    missing: int = 0


def assign_many(
    uow: UnitOfWork,
    references: Sequence[str],
    *,
    to: int,
    team: str | None,
    roles: Collection[Authority],
    actor: Actor,
    clock: Clock,
    note: str = "",
) -> Outcome:
    """Give cases to one colleague, each in a transaction of its own.

    Args:
        roles: Of the colleague. A case of a kind that they do not see stays where it is.

    Raises:
        InvalidInput: As ``assign_case``.
    """
    kinds = uow.queue.kinds_of(references[:MAX_AT_ONCE])
    theirs = [one for one, kind in kinds.items() if kind in visible_kinds(roles)]
    seen = [one for one, kind in kinds.items() if kind in visible_kinds(actor.roles)]

    def give(reference: str) -> None:
        assign_case(uow, reference, to=to, team=team, actor=actor, clock=clock, note=note)

    outcome = _each([one for one in references[:MAX_AT_ONCE] if one in theirs or one not in seen], give)
    return replace(outcome, unseen=len([one for one in seen if one not in theirs]))


def transfer_many(
    uow: UnitOfWork,
    references: Sequence[str],
    *,
    team: str | None,
    note: str,
    actor: Actor,
    words: HandoverWords,
    clock: Clock,
    new_id: Ids,
) -> Outcome:
    """Hand cases to another office, each in a transaction of its own.

    Raises:
        InvalidInput: As ``transfer_case``.
    """

    def give(reference: str) -> None:
        transfer_case(uow, reference, team=team, note=note, actor=actor, words=words, clock=clock, new_id=new_id)

    return _each(references[:MAX_AT_ONCE], give)


def _each(references: Sequence[str], give: Callable[[str], None]) -> Outcome:
    outcome = Outcome()
    for reference in references:
        try:
            give(reference)
        except WrongState:
            outcome = replace(outcome, resolved=outcome.resolved + 1)
        except (NotFound, NotAllowed):
            outcome = replace(outcome, missing=outcome.missing + 1)
        else:
            outcome = replace(outcome, done=outcome.done + 1)
    return outcome


def may_follow(roles: Iterable[Authority], kinds: Collection[CaseKind]) -> bool:
    """Say whether somebody with these roles may see all of these kinds, and any case at all."""
    visible = visible_kinds(roles)
    return bool(visible) and visible >= set(kinds)
