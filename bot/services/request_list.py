"""The list of requests: what may be asked of it, one page at a time, and nothing in it that was encrypted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.staff import Authority
from bot.services.ports import Clock, UnitOfWork
from bot.services.request_ports import RequestFilter, RequestReader, RequestRow
from bot.services.requests import visible_request_kinds

PAGE_SIZE = 50
LAST_PAGE = 400
"""Whoever looks further filters: each page behind is slower than the one before."""
DAYS = (7, 30, 90)
"""What the filters of end dates and of age offer."""


@dataclass(frozen=True)
class RequestPage:
    """One page of the list, and whether another follows."""

    rows: tuple[RequestRow, ...]
    has_more: bool
    wanted: RequestFilter

    @property
    def first(self) -> int:
        """The number of the first row."""
        return (self.wanted.page - 1) * PAGE_SIZE + 1


def list_requests(
    uow: UnitOfWork, wanted: RequestFilter, roles: Iterable[Authority], *, today: date, clock: Clock
) -> RequestPage:  # fmt: skip
    """Return a page of the requests that the roles may see.

    Args:
        today: In Libya.
    """
    seen = visible_request_kinds(roles)
    kinds = seen if wanted.kind is None else seen & {wanted.kind}
    wanted = replace(wanted, page=max(1, min(wanted.page, LAST_PAGE)))
    rows: Sequence[RequestRow] = []
    if kinds and wanted.statuses:
        now: datetime = clock()
        rows = uow.request_lists.rows(wanted, RequestReader(kinds, today, now), limit=PAGE_SIZE + 1)
    return RequestPage(tuple(rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE and wanted.page < LAST_PAGE, wanted)
