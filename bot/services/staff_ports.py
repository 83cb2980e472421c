"""What the services of staff accounts need from outside, as protocols; ``bot.storage.staff`` provides it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.staff import Authority
from bot.services.audit_ports import Audit


class Member(Protocol):
    """A staff member as it is stored.

    Attributes:
        failed_logins: Wrong passwords and codes since the last login or lock.
        locked_until: When an account that was tried too often opens again.
        mf_recovery_codes: Keyed hashes of the codes that are left; replaced by a new list, never changed in place.
    """

    id: int
    email: str
    name: str
    password: str | None
    active: bool
    language: str | None
    is_on_duty: bool
    team: str | None
    invitation_until: datetime | None
    failed_logins: int
    locked_until: datetime | None
    last_login_at: datetime | None
    tf_primary_method: str | None
    tf_totp_secret: str | None
    mf_recovery_codes: list[str] | None

    @property
    def role_names(self) -> Sequence[str]:
        """Return the names of the roles, in the order of the design."""
        ...

    @property
    def role_set(self) -> frozenset[Authority]:
        """Return the roles and grants."""
        ...

    @property
    def has_second_factor(self) -> bool:
        """Say whether the login asks for a code."""
        ...


class StaffMembers(Protocol):
    """The staff, in one transaction."""

    @property
    def audit(self) -> Audit:
        """Return the audit log of this transaction."""
        ...

    def all(self) -> Sequence[Member]:
        """Return everybody."""
        ...

    def get(self, staff_id: int) -> Member:
        """Return one by id.

        Raises:
            NotFound: If there is none.
        """
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

    def set_roles(self, member: Member, roles: Iterable[Authority]) -> None:
        """Give exactly these roles."""
        ...

    def set_invitation(self, member: Member, token: str | None, *, until: datetime | None) -> None:
        """Keep the hash of an invitation, or none."""
        ...

    def end_sessions(self, member: Member) -> None:
        """End all sessions that are open."""
        ...

    def lock(self, member: Member) -> None:
        """Keep others from changing a member until the transaction ends, and read it as it is now."""
        ...

    def lock_administrators(self) -> Sequence[Member]:
        """Return who has this role, and keep others from changing who has it until the transaction ends."""
        ...

    def count_failure(self, member: Member, *, limit: int, now: datetime, until: datetime) -> bool:
        """Count a wrong password or code; say whether the account was locked by it. One that is locked is not counted."""
        ...

    def use_counter(self, member: Member, counter: int) -> bool:
        """Take the code of one moment, and say whether neither it nor a later one was taken before."""
        ...

    def hash_code(self, member: Member, code: str) -> str:
        """Return the keyed hash under which a recovery code is kept."""
        ...

    def commit(self) -> None:
        """Make everything since the last commit permanent."""
        ...
