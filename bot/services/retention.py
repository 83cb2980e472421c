"""Retention: how long each kind of data is kept, and taking away what is older.

The reason for each default is in ``docs/privacy.md``. A purge works in small transactions: the hotline goes on beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.ports import Clock, UnitOfWork
from bot.services.privacy import REPEATS, empty_request, forget_contact

BATCH = 200
PURGE_EVERY = timedelta(days=1)
PURGED_MARK = "purged"
DAYS_OF_MONTH = 30.44
"""A month of a retention time, on average: nobody's right hangs on a day."""

OpenUnitOfWork = Callable[[], AbstractContextManager[UnitOfWork]]


@dataclass(frozen=True)
class Retention:
    """How long each kind of data is kept.

    Attributes:
        draft_days: A form, and a request that was never sent, after its last answer.
        message_days: A message with all that came with it; also an address that nothing else needs any more.
        request_months: A request after it ended: closed, withdrawn, not eligible.
        case_months: A case after it was resolved.
        tracker_days: What Rasa remembers of a conversation.
        media_days: The reference by which staff can open a file.
    """

    draft_days: int = 30
    message_days: int = 180
    request_months: int = 24
    case_months: int = 24
    tracker_days: int = 30
    media_days: int = 90


@dataclass(frozen=True)
class _Kind:
    """One kind of old data: how it is found, and taken away."""

    name: str
    keep: timedelta
    find: Callable[[UnitOfWork, datetime, int | None], Sequence[str]]
    drop: Callable[[UnitOfWork, Sequence[str], datetime], None]


def purge(open_uow: OpenUnitOfWork, retention: Retention, *, clock: Clock, is_dry: bool = False) -> dict[str, int]:
    """Take away what is older than it may be.

    Args:
        is_dry: Only count. What one kind leaves behind for the next (an address, once its messages are gone) is not foreseen.

    Returns:
        How much of each kind went, or would.
    """
    now = clock()
    counts: dict[str, int] = {}
    for kind in _kinds(retention, now):
        before, done = now - kind.keep, set[str]()
        while True:
            with open_uow() as uow:
                found = kind.find(uow, before, None if is_dry else BATCH)
                if is_dry or not set(found) - done:
                    counts[kind.name] = len(found) if is_dry else len(done)
                    break
                kind.drop(uow, found, before)
                uow.commit()
                done.update(found)
    if not is_dry:
        with open_uow() as uow:
            uow.privacy.settle()
    return counts


def purge_daily(open_uow: OpenUnitOfWork, retention: Retention, *, clock: Clock) -> dict[str, int] | None:
    """Purge, and move back what ran out, unless that was done within a day; say how much, or None."""
    with open_uow() as uow:
        last = uow.marks.get(PURGED_MARK)
        # A mark in the future was set before the clock jumped back.
        if last is not None and timedelta(0) <= clock() - last < PURGE_EVERY:
            return None
        uow.marks.set(PURGED_MARK, clock())
        uow.commit()
    with open_uow() as uow:
        expired = expire_requests(uow, clock=clock)
        uow.retention.drop_replies()
        uow.commit()
    return {**purge(open_uow, retention, clock=clock), "expired": expired}


def expire_requests(uow: UnitOfWork, *, clock: Clock) -> int:
    """Move requests back whose papers or medical check ran out, each with a step; return how many."""
    now, count = clock(), 0
    for dated in uow.requests.with_end_dates():
        step = uow.requests.lock(dated.id).expire(now.date(), now)
        if step is not None:
            uow.requests.add_step(step)
            count += 1
    uow.commit()
    return count


def _kinds(retention: Retention, now: datetime) -> tuple[_Kind, ...]:
    drafts, trackers = timedelta(days=retention.draft_days), timedelta(days=retention.tracker_days)
    messages = max(timedelta(days=retention.message_days), REPEATS)
    return (
        _Kind("forms", drafts, lambda uow, before, n: uow.retention.old_forms(before, limit=n),
              lambda uow, ids, _: uow.retention.drop_forms(ids)),
        _Kind("drafts", drafts, lambda uow, before, n: uow.retention.old_drafts(before, limit=n),
              lambda uow, ids, _: uow.retention.drop_drafts(ids)),
        _Kind("requests", _months(retention.request_months), lambda uow, before, n: uow.retention.old_requests(before, limit=n),
              lambda uow, ids, _: _empty_requests(uow, ids)),
        _Kind("cases", _months(retention.case_months), lambda uow, before, n: uow.retention.old_cases(before, limit=n),
              lambda uow, ids, _: uow.retention.empty_cases(ids)),
        _Kind("trackers", trackers, lambda uow, before, n: uow.retention.old_trackers(before, limit=n),
              lambda uow, ids, before: uow.retention.drop_trackers(ids, before)),
        _Kind("files", timedelta(days=retention.media_days), lambda uow, before, n: uow.retention.old_media(before, limit=n),
              lambda uow, ids, _: uow.retention.drop_media(ids)),
        _Kind("messages", messages,
              lambda uow, before, n: uow.retention.old_messages(before, shells_before=now - REPEATS, limit=n),
              lambda uow, ids, _: uow.retention.drop_messages(ids)),
        _Kind("delivery_reports", messages,
              lambda uow, before, n: uow.retention.old_reports(before, strays_before=now - REPEATS, limit=n),
              lambda uow, ids, _: uow.retention.drop_reports(ids)),
        # Last: it is what the others have left over.
        _Kind("contacts", messages, lambda uow, before, n: uow.retention.old_contacts(before, limit=n),
              lambda uow, ids, _: _forget_contacts(uow, ids, now)),
    )  # fmt: skip


def _months(number: int) -> timedelta:
    return timedelta(days=number * DAYS_OF_MONTH)


def _empty_requests(uow: UnitOfWork, request_ids: Sequence[str]) -> None:
    for request_id in request_ids:
        empty_request(uow, uow.requests.lock(request_id))


def _forget_contacts(uow: UnitOfWork, contact_ids: Sequence[str], now: datetime) -> None:
    for contact_id in contact_ids:
        forget_contact(uow, contact_id, now=now)
