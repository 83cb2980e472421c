"""Staff members: invited by a link that works once, let in with a password of their own, changed, disabled, reset.

Hashing a password is the console's work; here it arrives hashed. Logging in is in ``bot.services.login``. ``by`` is the staff
member who acts; None for the command line.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.domain.audit import Act
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from bot.domain.staff import VISIBLE_KINDS, Authority, Grant, Role
from bot.services.ports import Clock
from bot.services.staff_ports import Member, StaffMembers

INVITATION_LIFE = timedelta(hours=72)
MIN_PASSWORD_LENGTH = 12
MAX_TEAM_LENGTH = 32
FIRST_ROLES: tuple[Authority, ...] = (Role.ADMINISTRATOR, Role.SUPERVISOR, Grant.COMPLAINTS)
FIRST_EMAIL = "first-login"
"""Stands where the e-mail address of the first staff member will be; it is no address, so nobody can own it."""


def invite(
    members: StaffMembers,
    email: str,
    *,
    name: str,
    roles: Iterable[Authority],
    clock: Clock,
    language: str | None = None,
    team: str | None = None,
    by: int | None = None,
) -> str:
    """Add a staff member and return the token of the invitation, of which only a keyed hash is kept.

    Raises:
        InvalidInput: If the e-mail address is none, is taken, there is no such language, or the team's name is too long.
    """
    email = normal_email(email)
    if members.find(email) is not None:
        raise InvalidInput("email_taken")
    if language not in (None, *LANGUAGES):
        raise InvalidInput("language_unknown", str(language))
    team, now, held = normal_team(team), clock(), list(roles)
    member = members.create(email, name=name.strip(), now=now)
    member.language, member.team = language, team
    members.set_roles(member, held)
    members.audit.add(Act.INVITED, staff_id=by, at=now, subject=subject_of(member), detail=_words(held))
    return _renew_invitation(members, member, now)


def first_invitation(members: StaffMembers, *, clock: Clock) -> str | None:
    """Return a fresh invitation for the first administrator, or None once anybody has a password."""
    if _has_anybody_a_password(members):
        return None
    now = clock()
    member = members.find(FIRST_EMAIL) or members.create(FIRST_EMAIL, name="", now=now)
    members.set_roles(member, FIRST_ROLES)
    return _renew_invitation(members, member, now)


def open_invitation(members: StaffMembers, token: str, *, clock: Clock) -> Member:
    """Return the staff member whom an invitation is for.

    Raises:
        NotFound: If it was used or never made.
        WrongState: If its time is over.
    """
    member = members.find_invited(token)
    if member is None or not member.active:
        raise NotFound("invitation_not_found")
    # The first login is for the first one only: once anybody is in, staff invite each other.
    if member.email == FIRST_EMAIL and _has_anybody_a_password(members):
        raise NotFound("invitation_not_found")
    if member.invitation_until is None or clock() >= member.invitation_until:
        raise WrongState("invitation_expired")
    return member


def accept_invitation(members: StaffMembers, token: str, *, email: str, name: str, password_hash: str, clock: Clock) -> Member:
    """Give the invited person their name and password; the invitation is used up by it.

    Raises:
        NotFound, WrongState: As in ``open_invitation``.
        InvalidInput: If the e-mail address is none, or another staff member's.
    """
    member = open_invitation(members, token, clock=clock)
    email = normal_email(email)
    if members.find(email) not in (None, member):
        raise InvalidInput("email_taken")
    member.email, member.name, member.password = email, name.strip(), password_hash
    members.set_invitation(member, None, until=None)
    members.end_sessions(member)
    members.audit.add(Act.INVITATION_ACCEPTED, staff_id=member.id, at=clock(), subject=subject_of(member))
    members.commit()
    return member


def list_staff(members: StaffMembers) -> Sequence[Member]:
    """Return all staff members by e-mail address; the one who waits for the first login is left out."""
    return sorted((m for m in members.all() if m.email != FIRST_EMAIL), key=lambda member: member.email)


def get_staff(members: StaffMembers, email: str) -> Member:
    """Return the staff member with an e-mail address.

    Raises:
        NotFound: If there is no such staff member.
    """
    member = members.find(normal_email(email))
    if member is None:
        raise NotFound("staff_not_found")
    return member


def change_staff(
    members: StaffMembers, member: Member, *, roles: Iterable[Authority], team: str | None, clock: Clock, by: int | None = None
) -> None:
    """Give a staff member other roles, grants and another team; it holds from their next click on.

    Raises:
        InvalidInput: If no role is left, or the team's name is too long.
        NotAllowed: If somebody takes the administrator's role from themselves.
        WrongState: If nobody would be left who manages staff.
    """
    wanted = list(dict.fromkeys(roles))
    if not any(isinstance(one, Role) for one in wanted):
        raise InvalidInput("roles_missing")
    team = normal_team(team)
    if Role.ADMINISTRATOR in member.role_set and Role.ADMINISTRATOR not in wanted:
        if by == member.id:
            raise NotAllowed("own_administrator_role")
        _keep_an_administrator(members, member)
    members.set_roles(member, wanted)
    member.team = team
    if not any(VISIBLE_KINDS[one] for one in wanted):
        # Who sees no cases can answer nobody, and people are told the truth about who is there.
        member.is_on_duty = False
    members.audit.add(Act.STAFF_CHANGED, staff_id=by, at=clock(), subject=subject_of(member), detail=_words(wanted))
    members.commit()


def disable_staff(members: StaffMembers, member: Member, *, clock: Clock, by: int | None = None) -> None:
    """Shut a staff member out at once, open sessions included.

    Raises:
        NotAllowed: If somebody disables themselves.
        WrongState: If nobody would be left who manages staff.
    """
    if by == member.id:
        raise NotAllowed("own_account")
    if Role.ADMINISTRATOR in member.role_set:
        _keep_an_administrator(members, member)
    member.active, member.is_on_duty = False, False
    members.set_invitation(member, None, until=None)
    members.end_sessions(member)
    members.audit.add(Act.STAFF_DISABLED, staff_id=by, at=clock(), subject=subject_of(member))
    members.commit()


def enable_staff(members: StaffMembers, member: Member, *, clock: Clock, by: int | None = None) -> None:
    """Open a disabled account again, with the password and the second factor that it had."""
    member.active = True
    members.audit.add(Act.STAFF_CHANGED, staff_id=by, at=clock(), subject=subject_of(member), detail="enabled")
    members.commit()


def unlock_staff(members: StaffMembers, member: Member, *, clock: Clock, by: int | None = None) -> None:
    """Let somebody try again who gave too many wrong passwords or codes."""
    member.failed_logins, member.locked_until = 0, None
    members.audit.add(Act.STAFF_CHANGED, staff_id=by, at=clock(), subject=subject_of(member), detail="unlocked")
    members.commit()


def end_sessions(members: StaffMembers, member: Member, *, clock: Clock, by: int | None = None) -> None:
    """Log a staff member out everywhere."""
    members.end_sessions(member)
    members.audit.add(Act.SESSIONS_ENDED, staff_id=by, at=clock(), subject=subject_of(member))
    members.commit()


def reset_staff(members: StaffMembers, member: Member, *, clock: Clock, by: int | None = None) -> str:
    """Take password and second factor away, end open sessions, unlock, and return the token of a new invitation.

    It opens a disabled account again. The command line may do it to the last administrator too: it is their way back in.

    Raises:
        NotAllowed: If somebody resets themselves: their own account has a page.
    """
    if by == member.id:
        raise NotAllowed("own_account")
    now = clock()
    if member.has_second_factor:
        members.audit.add(Act.SECOND_FACTOR_REMOVED, staff_id=by, at=now, subject=subject_of(member))
    member.active, member.is_on_duty, member.password = True, False, None
    member.tf_primary_method, member.tf_totp_secret, member.mf_recovery_codes = None, None, None
    member.failed_logins, member.locked_until = 0, None
    members.end_sessions(member)
    members.audit.add(Act.STAFF_RESET, staff_id=by, at=now, subject=subject_of(member))
    return _renew_invitation(members, member, now)


def choose_language(members: StaffMembers, member: Member, language: str) -> None:
    """Keep the language of a staff member's pages.

    Raises:
        InvalidInput: If there is no such language.
    """
    if language not in LANGUAGES:
        raise InvalidInput("language_unknown", language)
    member.language = language
    members.commit()


def change_name(members: StaffMembers, member: Member, name: str) -> None:
    """Keep the name that colleagues see.

    Raises:
        InvalidInput: If it is empty.
    """
    if not name.strip():
        raise InvalidInput("name_missing")
    member.name = name.strip()
    members.commit()


def change_password(members: StaffMembers, member: Member, password_hash: str, *, clock: Clock) -> None:
    """Keep a new password, and end all sessions that the old one opened."""
    member.password = password_hash
    members.end_sessions(member)
    members.audit.add(Act.STAFF_CHANGED, staff_id=member.id, at=clock(), subject=subject_of(member), detail="password")
    members.commit()


def normal_email(email: str) -> str:
    """Return an e-mail address as it is stored and compared.

    Raises:
        InvalidInput: If it cannot be one.
    """
    found = email.strip().lower()
    name, at, host = found.rpartition("@")
    if not (name and at and "." in host.strip(".")) or any(c.isspace() for c in found) or len(found) > 254:
        raise InvalidInput("email_invalid")
    return found


def normal_team(team: str | None) -> str | None:
    """Return a team's name as it is stored; None for no team.

    Raises:
        InvalidInput: If it is too long.
    """
    found = " ".join((team or "").split())
    if len(found) > MAX_TEAM_LENGTH:
        raise InvalidInput("team_too_long")
    return found or None


def subject_of(member: Member) -> str:
    """Return how the audit log names a staff account that something was done to."""
    return f"staff:{member.id}"


def _words(authorities: Iterable[Authority]) -> str:
    return " ".join(authority.value for authority in authorities)


def _has_anybody_a_password(members: StaffMembers) -> bool:
    return any(member.password for member in members.all())


def _keep_an_administrator(members: StaffMembers, leaving: Member) -> None:
    others = (one for one in members.lock_administrators() if one.id != leaving.id)
    if not any(one.active and one.password for one in others):
        raise WrongState("last_administrator")


def _renew_invitation(members: StaffMembers, member: Member, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    members.set_invitation(member, token, until=now + INVITATION_LIFE)
    members.commit()
    return token
