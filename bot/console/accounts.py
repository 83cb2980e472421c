"""Staff accounts for the command line: each function is one transaction over ``bot.services.staff``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.console.outside import Parts, handover_of, new_id, now, open_members
from bot.domain.staff import Authority, Grant, Role
from bot.services import staff
from bot.services.case_returns import release_cases_of
from bot.services.staff_ports import Member


@dataclass(frozen=True)
class Account:
    """What an operator may see of a staff member: ``state`` is ``active``, ``invited`` or ``disabled``."""

    email: str
    name: str
    roles: tuple[str, ...]
    state: str
    is_on_duty: bool
    team: str | None = None
    is_for_complaints: bool = False
    has_second_factor: bool = False


def invite(
    parts: Parts,
    email: str,
    name: str,
    role: Role | Iterable[Authority],
    language: str | None = None,
    *,
    team: str | None = None,
) -> str:
    """Add a staff member; return the token of the invitation page ``/invitation/<token>``.

    Raises:
        InvalidInput: If the e-mail address is none or taken, there is no such language, or the team's name is too long.
    """
    roles: list[Authority] = [role] if isinstance(role, Role) else list(role)
    with open_members(parts) as members:
        return staff.invite(members, email, name=name, roles=roles, clock=now, language=language, team=team)


def first_invitation(parts: Parts) -> str | None:
    """Return a fresh token for the first administrator; None once anybody has a password."""
    with open_members(parts) as members:
        return staff.first_invitation(members, clock=now)


def list_staff(parts: Parts) -> list[Account]:
    """Return all staff members by e-mail address."""
    with open_members(parts) as members:
        found = staff.list_staff(members)
        return [_account(member) for member in found]


def disable_staff(parts: Parts, email: str) -> None:
    """Shut a staff member out at once; their open cases go back to the queue.

    Raises:
        NotFound: If there is no such staff member.
        WrongState: If nobody would be left who manages staff.
    """
    with open_members(parts) as members:
        member = staff.get_staff(members, email)
        staff.disable_staff(members, member, clock=now)
        staff_id = member.id
    release_cases(parts, staff_id)


def release_cases(parts: Parts, staff_id: int, *, by: int | None = None) -> None:
    """Put the open cases of an account that was disabled back into the queue; done twice, it changes nothing more.

    Args:
        by: The staff member who disabled it; None for the command line.
    """
    with parts.unit_of_work(is_durable=True) as uow:
        release_cases_of(uow, staff_id, by=by, words=handover_of(parts), clock=now, new_id=new_id)


def reset_staff(parts: Parts, email: str) -> str:
    """Take password and second factor away and return the token of a new invitation; opens a disabled account again.

    Raises:
        NotFound: If there is no such staff member.
    """
    with open_members(parts) as members:
        return staff.reset_staff(members, staff.get_staff(members, email), clock=now)


def _account(member: Member) -> Account:
    state = "disabled" if not member.active else "active" if member.password else "invited"
    return Account(
        email=member.email,
        name=member.name,
        roles=tuple(member.role_names),
        state=state,
        is_on_duty=member.is_on_duty,
        team=member.team,
        is_for_complaints=Grant.COMPLAINTS in member.role_set,
        has_second_factor=member.has_second_factor,
    )
