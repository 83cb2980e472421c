"""Staff members and roles as Flask-Security wants them, on the tables ``staff``, ``role`` and ``staff_role``."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import func, select
from sqlalchemy.orm import relationship

from bot.domain.staff import Role
from bot.storage import tables
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
    def role_set(self) -> frozenset[Role]:
        """The roles."""
        return frozenset(Role(name) for name in self.role_names)


tables.mapper_registry.map_imperatively(StaffRole, tables.role)
tables.mapper_registry.map_imperatively(
    StaffMember,
    tables.staff,
    properties={"roles": relationship(StaffRole, secondary=tables.staff_role, lazy="selectin")},
)


class SqlStaffMembers:
    """The staff in one session; fulfils ``bot.services.staff.StaffMembers``.

    Args:
        session: A session, or a scoped session, of SQLAlchemy in its 2.0 style.
        cipher: For the keyed hash of invitations.
    """

    def __init__(self, session: Any, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def all(self) -> Sequence[StaffMember]:
        """Return everybody."""
        return list(self._session.execute(select(StaffMember).order_by(tables.staff.c.id)).scalars())

    def find(self, email: str) -> StaffMember | None:
        """Return the one with this e-mail address, in whatever case it is written."""
        query = select(StaffMember).where(func.lower(tables.staff.c.email) == email.lower())
        return self._session.execute(query).scalar_one_or_none()

    def find_invited(self, token: str) -> StaffMember | None:
        """Return the one whose invitation has this token."""
        query = select(StaffMember).where(tables.staff.c.invitation_hash == self._hash(token))
        return self._session.execute(query).scalar_one_or_none()

    def create(self, email: str, *, name: str, now: datetime) -> StaffMember:
        """Add somebody without a password, who therefore cannot log in yet."""
        member = StaffMember(email=email, name=name, active=True, created_at=now, is_on_duty=False)
        self.end_sessions(member)
        self._session.add(member)
        self._session.flush()
        return member

    def set_roles(self, member: StaffMember, roles: Iterable[Role]) -> None:
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

    def commit(self) -> None:
        """Make everything since the last commit permanent."""
        self._session.commit()

    def _hash(self, token: str) -> str:
        return self._cipher.hash(f"invitation:{token}")
