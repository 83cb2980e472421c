"""What the audit log gives to the services, and how it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.audit import Act, AuditEntry, Link

THE_HOTLINE = 0
"""In a filter by staff member: what nobody of the staff did."""


@dataclass(frozen=True)
class AuditFilter:
    """Which entries an auditor wants to see; None for all.

    Attributes:
        staff_id: Who did it; ``THE_HOTLINE`` for the hotline and its command line.
        subject: Reference or id of what it was about.
        since, until: From this moment on, and before that one.
    """

    staff_id: int | None = None
    act: Act | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Audit(Protocol):
    """The audit log. An entry is permanent with the transaction of the act itself."""

    def add(self, act: Act, *, staff_id: int | None, at: datetime, subject: str = "", detail: str = "") -> None: ...

    def entries(self, *, after: int = 0, limit: int) -> Sequence[AuditEntry]: ...

    def newest(self, wanted: AuditFilter, *, before: int | None, limit: int) -> Sequence[AuditEntry]: ...

    def links(self, *, after: int, limit: int) -> Sequence[Link]: ...

    def head(self) -> tuple[int, str]: ...
