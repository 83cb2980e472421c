"""The one place where the console meets the storage: staff members, in the session of a request."""

from __future__ import annotations

from flask import Flask, current_app, g
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import scoped_session, sessionmaker

from bot.storage.staff import SqlStaffMembers, StaffMember, StaffRole
from bot.wiring import Parts

__all__ = ["IntegrityError", "SQLAlchemyError", "StaffMember", "StaffRole", "install", "members", "parts"]


def install(app: Flask, parts: Parts) -> scoped_session:
    """Return the session that Flask-Security and our pages share; it ends with each request."""
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
