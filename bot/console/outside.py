"""The one place where the console meets what it may not know otherwise: the wiring and the storage.

All other modules here take the parts, the clock, the ids and the staff from this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import scoped_session, sessionmaker

from bot.storage.staff import SqlStaffMembers, StaffMember, StaffRole
from bot.wiring import Parts, new_id, now

__all__ = [
    "IntegrityError",
    "Parts",
    "SQLAlchemyError",
    "StaffMember",
    "StaffRole",
    "install",
    "members",
    "new_id",
    "now",
    "open_members",
    "parts",
]


def install(app: Flask, parts: Parts) -> scoped_session:
    """Return the session that Flask-Security and our pages share; it ends with each request."""
    app.extensions["parts"] = parts
    shared = scoped_session(sessionmaker(parts.engine, future=True))
    app.extensions["staff_session"] = shared

    @app.teardown_appcontext
    def _end(_error: BaseException | None) -> None:
        shared.remove()

    return shared


def members() -> SqlStaffMembers:
    """Return the staff in the session of this request."""
    if "members" not in g:
        g.members = SqlStaffMembers(current_app.extensions["staff_session"], parts().cipher)
    return g.members


def parts() -> Parts:
    """Return the parts the application was built with."""
    return current_app.extensions["parts"]


@contextmanager
def open_members(parts: Parts) -> Iterator[SqlStaffMembers]:
    """Give the staff in a transaction of their own, where there is no request."""
    with parts.unit_of_work() as uow:
        yield SqlStaffMembers(uow.session, parts.cipher)
