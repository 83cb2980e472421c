"""Staff members: invited by a link that works once, let in with a password of their own, disabled, reset.

Hashing a password is the console's work; here it arrives hashed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.contacts import LANGUAGES
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.domain.staff import Role
from bot.services.ports import Clock

INVITATION_LIFE = timedelta(hours=72)
MIN_PASSWORD_LENGTH = 12
FIRST_ROLES = (Role.ADMINISTRATOR, Role.SUPERVISOR)
FIRST_EMAIL = "first-login"
"""Stands where the e-mail address of the first staff member will be; it is no address, so nobody can own it."""


class Member(Protocol):
    """A staff member as it is stored."""

    email: str
    name: str
    password: str | None
    active: bool
    language: str | None
    is_on_duty: bool
    invitation_until: datetime | None

    @property
    def role_names(self) -> Sequence[str]:
        """Return the names of the roles, in the order of the design."""
        ...


class StaffMembers(Protocol):
    """The staff, in one transaction."""

    def all(self) -> Sequence[Member]:
        """Return everybody."""
        ...

    def find(self, email: str) -> Member | None:
        """Return the one with this e-mail address, in whatever case it is written."""
        ...

    def find_invited(self, token: str) -> Member | None:
        """Return the one whose invitation has this token."""
        ...

    def create(self, email: str, *, name: str, now: datetime) -> Member:
        """Add somebody without a password, who therefore cannot log in yet."""
        ...

    def set_roles(self, member: Member, roles: Iterable[Role]) -> None:
        """Give exactly these roles."""
        ...

    def set_invitation(self, member: Member, token: str | None, *, until: datetime | None) -> None:
        """Keep the hash of an invitation, or none."""
        ...

    def end_sessions(self, member: Member) -> None:
        """End all sessions that are open."""
        ...

    def commit(self) -> None:
        """Make everything since the last commit permanent."""
        ...


def invite(
    members: StaffMembers,
    email: str,
    *,
    name: str,
    roles: Iterable[Role],
    clock: Clock,
    language: str | None = None,
) -> str:
    """Add a staff member and return the token of the invitation, of which only a keyed hash is kept.

    Raises:
        InvalidInput: If the e-mail address is none, is taken, or there is no such language.
    """
    email = normal_email(email)
    if members.find(email) is not None:
        raise InvalidInput("email_taken")
    if language not in (None, *LANGUAGES):
        raise InvalidInput("language_unknown", str(language))
    now = clock()
    member = members.create(email, name=name.strip(), now=now)
    member.language = language
    members.set_roles(member, roles)
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
    members.commit()
    return member


def list_staff(members: StaffMembers) -> Sequence[Member]:
    """Return all staff members by e-mail address; the one who waits for the first login is left out."""
    return sorted((m for m in members.all() if m.email != FIRST_EMAIL), key=lambda member: member.email)


def disable_staff(members: StaffMembers, email: str) -> None:
    """Shut a staff member out at once, open sessions included.

    Raises:
        NotFound: If there is no such staff member.
    """
    member = _get(members, email)
    member.active, member.is_on_duty = False, False
    members.set_invitation(member, None, until=None)
    members.end_sessions(member)
    members.commit()


def reset_staff(members: StaffMembers, email: str, *, clock: Clock) -> str:
    """Take the password away, end open sessions, and return a new invitation; opens a disabled account again.

    Raises:
        NotFound: If there is no such staff member.
    """
    member = _get(members, email)
    member.active, member.is_on_duty, member.password = True, False, None
    members.end_sessions(member)
    return _renew_invitation(members, member, clock())


def set_duty(members: StaffMembers, member: Member, *, is_on_duty: bool) -> None:
    """Record whether somebody is on duty; contacts are told the truth about it."""
    member.is_on_duty = is_on_duty
    members.commit()


def choose_language(members: StaffMembers, member: Member, language: str) -> None:
    """Keep the language of a staff member's pages.

    Raises:
        InvalidInput: If there is no such language.
    """
    if language not in LANGUAGES:
        raise InvalidInput("language_unknown", language)
    member.language = language
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


def _has_anybody_a_password(members: StaffMembers) -> bool:
    return any(member.password for member in members.all())


def _get(members: StaffMembers, email: str) -> Member:
    member = members.find(normal_email(email))
    if member is None:
        raise NotFound("staff_not_found")
    return member


def _renew_invitation(members: StaffMembers, member: Member, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    members.set_invitation(member, token, until=now + INVITATION_LIFE)
    members.commit()
    return token
