"""Staff members and what their role lets them do."""

from __future__ import annotations

from enum import Enum

from bot.domain.cases import CaseKind


class Role(str, Enum):
    """The five roles of the console."""

    CASEWORKER = "caseworker"
    PROTECTION = "protection"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


_ORDINARY = frozenset(CaseKind) - {CaseKind.PROTECTION, CaseKind.COMPLAINT}

VISIBLE_KINDS: dict[Role, frozenset[CaseKind]] = {
    Role.CASEWORKER: _ORDINARY,
    Role.PROTECTION: frozenset(CaseKind) - {CaseKind.COMPLAINT},
    Role.SUPERVISOR: frozenset(CaseKind),
    Role.ADMINISTRATOR: frozenset(),
    Role.AUDITOR: frozenset(),
}
"""Case kinds each role sees: caseworkers see neither protection cases nor complaints about staff."""
