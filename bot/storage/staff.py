"""Staff members and roles as Flask-Security wants them, on the tables ``staff``, ``role`` and ``staff_role``."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import deferred, relationship

from bot.domain.errors import NotFound
from bot.domain.staff import Authority, Grant, Role
from bot.storage import tables
from bot.storage.audit import SqlAudit
from bot.storage.cipher import Cipher


class StaffRole(RoleMixin):
    """One of the roles of ``bot.domain.staff``."""

    def __init__(self, name: str) -> None:
        self.name = name


class StaffMember(UserMixin):
    """Somebody who may log in to the console."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        return f"<StaffMember {self.id}>"

    @property
    def role_names(self) -> Sequence[str]:
        """The names of the roles, in the order of the design."""
        held = {role.name for role in self.roles}
        return [role.value for role in Role if role.value in held]

    @property
    def role_set(self) -> frozenset[Authority]:
        """The roles, and what the staff member is named for beside them."""
        grants = {grant.value for grant in Grant}
        return frozenset(Grant(role.name) if role.name in grants else Role(role.name) for role in self.roles)

    @property
    def has_second_factor(self) -> bool:
        """Whether the login asks for a code."""
        return self.tf_primary_method is not None

    @property
    def is_for_complaints(self) -> bool:
        """Whether they are named for complaints about staff."""
        return Grant.COMPLAINTS in self.role_set


_staff = tables.staff.c

tables.mapper_registry.map_imperatively(StaffRole, tables.role)
tables.mapper_registry.map_imperatively(
    StaffMember,
    tables.staff,
    properties={
        "roles": relationship(StaffRole, secondary=tables.staff_role, lazy="joined"),
        # Read and decrypted only where a code is checked: lists of the staff are on many pages.
        "tf_totp_secret": deferred(_staff.tf_totp_secret),
        "mf_recovery_codes": deferred(_staff.mf_recovery_codes),
    },
)


class SqlStaffMembers:
    """The staff in one session; fulfils ``bot.services.staff_ports.StaffMembers``.

    Args:
        session: A session, or a scoped session, of SQLAlchemy in its 2.0 style.
        cipher: For the keyed hashes of invitations and recovery codes, and the seals of the audit log.
    """

    def __init__(self, session: Any, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher
        self.audit = SqlAudit(session, cipher)

    def all(self) -> Sequence[StaffMember]:
        """Return everybody."""
        return list(self._session.execute(select(StaffMember).order_by(tables.staff.c.id)).unique().scalars())

    def get(self, staff_id: int) -> StaffMember:
        """Return one by id.

        Raises:
            NotFound: If there is none.
        """
        member = self._session.get(StaffMember, staff_id)
        if member is None:
            raise NotFound("staff_not_found")
        return member

    def find(self, email: str) -> StaffMember | None:
        """Return the one with this e-mail address, in whatever case it is written."""
        query = select(StaffMember).where(func.lower(tables.staff.c.email) == email.lower())
        return self._session.execute(query).unique().scalar_one_or_none()

    def find_invited(self, token: str) -> StaffMember | None:
        """Return the one whose invitation has this token."""
        query = select(StaffMember).where(tables.staff.c.invitation_hash == self._hash(token))
        return self._session.execute(query).unique().scalar_one_or_none()

    def create(self, email: str, *, name: str, now: datetime) -> StaffMember:
        """Add somebody without a password, who therefore cannot log in yet."""
        member = StaffMember(email=email, name=name, active=True, created_at=now, is_on_duty=False)
        self.end_sessions(member)
        self._session.add(member)
        self._session.flush()
        return member

    def set_roles(self, member: StaffMember, roles: Iterable[Authority]) -> None:
        """Give exactly these roles."""
        known = {role.name: role for role in self._session.execute(select(StaffRole)).scalars()}
        member.roles = [known.get(role.value) or StaffRole(role.value) for role in roles]

    def set_invitation(self, member: StaffMember, token: str | None, *, until: datetime | None) -> None:
        """Keep the hash of an invitation, or none."""
        member.invitation_hash = self._hash(token) if token is not None else None
        member.invitation_until = until

    def end_sessions(self, member: StaffMember) -> None:
        """Change the value by which sessions know the staff member, so that all of them end."""
        member.fs_uniquifier = secrets.token_hex(32)

    def lock(self, member: StaffMember) -> None:
        """Keep others from changing a member until the transaction ends, and read it as it is now."""
        self._session.flush()
        # A change of nothing: SQLite has no other lock, and gives the turn to write with it.
        self._run(update(tables.staff).where(_staff.id == member.id).values(active=_staff.active))
        self._session.refresh(member)

    def lock_administrators(self) -> Sequence[StaffMember]:
        """Return who has this role, and keep others from changing who has it until the transaction ends."""
        role = tables.role.c
        self._run(update(tables.role).where(role.name == Role.ADMINISTRATOR.value).values(name=role.name))
        held = StaffMember.roles.any(StaffRole.name == Role.ADMINISTRATOR.value)
        query = select(StaffMember).where(held).execution_options(populate_existing=True)
        return list(self._session.execute(query).unique().scalars())

    def count_failure(self, member: StaffMember, *, limit: int, now: datetime, until: datetime) -> bool:
        """Count a wrong password or code; say whether the account was locked by it. One that is locked is not counted."""
        mine, is_open = _staff.id == member.id, or_(_staff.locked_until.is_(None), _staff.locked_until <= now)
        # Counted by the database: tries at the same moment must not count as one.
        self._run(update(tables.staff).where(mine, is_open).values(failed_logins=_staff.failed_logins + 1))
        lock = update(tables.staff).where(mine, _staff.failed_logins >= limit).values(failed_logins=0, locked_until=until)
        is_locked = self._run(lock)
        self._session.expire(member)
        return is_locked

    def use_counter(self, member: StaffMember, counter: int) -> bool:
        """Take the code of one moment, and say whether neither it nor a later one was taken before."""
        is_new = or_(_staff.tf_last_counter.is_(None), _staff.tf_last_counter < counter)
        return self._run(update(tables.staff).where(_staff.id == member.id, is_new).values(tf_last_counter=counter))

    def hash_code(self, member: StaffMember, code: str) -> str:
        """Return the keyed hash under which a recovery code is kept."""
        return self._cipher.hash(f"recovery:{member.id}:{code}")

    def commit(self) -> None:
        """Make everything since the last commit permanent."""
        self._session.commit()

    def _run(self, change: Any) -> bool:
        return self._session.execute(change.execution_options(synchronize_session=False)).rowcount == 1

    def _hash(self, token: str) -> str:
        return self._cipher.hash(f"invitation:{token}")
