"""Cases that go back to the queue by themselves: nobody touched them in their time, or who followed them has no account now."""

from __future__ import annotations

from datetime import datetime

from bot.domain.audit import Act
from bot.domain.cases import Case, CaseEntry, EntryKind, QueueState
from bot.services.case_talk import HandoverWords, hand_over, put_back
from bot.services.ports import Clock, Ids, UnitOfWork


def escalate_late(uow: UnitOfWork, *, words: HandoverWords, clock: Clock, new_id: Ids, limit: int = 100) -> int:
    """Put cases back that nobody touched in their time, for a supervisor to see; return how many.

    Whoever claims a late case has the whole time of its priority from then on. Where staff were writing, the assistant says
    so and speaks again: a person must not write into the void.
    """
    now, count = clock(), 0
    for late in uow.cases.late(now, limit=limit):
        conversation = uow.conversations.lock(late.conversation_id)
        case = uow.cases.lock(late.id)
        if not _is_late(uow, case, now):
            continue
        by = case.assignee_id
        if case.queue_state is QueueState.WITH_STAFF:
            hand_over(uow, case, conversation, words=words, now=now, new_id=new_id)
        case.escalate(now)
        uow.cases.add_entry(CaseEntry(case.id, case.conversation_id, EntryKind.ESCALATED, now, to=by))
        count += 1
    uow.commit()
    return count


def _is_late(uow: UnitOfWork, case: Case, now: datetime) -> bool:
    if case.waiting_since is None or not case.is_open or now < case.due_at:
        return False
    touched = max(case.touched_at or case.waiting_since, case.waiting_since)
    is_known = case.escalated_at is not None and case.escalated_at > touched
    return not is_known and now >= uow.duty.hours.due(touched, case.priority)


def release_cases_of(uow: UnitOfWork, staff_id: int, *, by: int | None, words: HandoverWords, clock: Clock, new_id: Ids) -> int:
    """Put all open cases that somebody follows back into the queues of their offices; return how many.

    Args:
        by: The staff member who closed the account; None for the command line.
    """
    now, count = clock(), 0
    for found in uow.cases.followed_by(staff_id):
        conversation = uow.conversations.lock(found.conversation_id)
        case = uow.cases.lock(found.id)
        if not case.is_open or case.assignee_id != staff_id:
            continue
        put_back(uow, case, conversation, team=case.team, words=words, now=now, new_id=new_id)
        uow.cases.add_entry(CaseEntry(case.id, case.conversation_id, EntryKind.RELEASED, now, by=by))
        uow.audit.add(Act.CASE_RELEASED, staff_id=by, at=now, subject=case.reference)
        count += 1
    uow.commit()
    return count
