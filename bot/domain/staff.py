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


class Grant(str, Enum):
    """What somebody is named for, beside their roles.

    Attributes:
        COMPLAINTS: Follows complaints about staff. No role brings it: a supervisor may be the one complained about.
    """

    COMPLAINTS = "complaints"


Authority = Role | Grant
"""Something that a staff member holds and that opens something to them."""

_ORDINARY = frozenset(CaseKind) - {CaseKind.PROTECTION, CaseKind.COMPLAINT}

VISIBLE_KINDS: dict[Authority, frozenset[CaseKind]] = {
    Role.CASEWORKER: _ORDINARY,
    Role.PROTECTION: _ORDINARY | {CaseKind.PROTECTION},
    Role.SUPERVISOR: _ORDINARY | {CaseKind.PROTECTION},
    Role.ADMINISTRATOR: frozenset(),
    Role.AUDITOR: frozenset(),
    Grant.COMPLAINTS: frozenset({CaseKind.COMPLAINT}),
}
"""Case kinds that each authority opens: caseworkers see no protection cases, and complaints only those named for them."""
