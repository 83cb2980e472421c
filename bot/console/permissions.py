"""Who may do what in the console. Closed by default: a view without a mark is refused, and a test finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from bot.domain.staff import Role

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

_CASE_STAFF = frozenset({Role.CASEWORKER, Role.PROTECTION, Role.SUPERVISOR})
PERMISSIONS: dict[str, frozenset[Role]] = {
    "see_overview": frozenset(Role),
    "see_cases": _CASE_STAFF,
    "see_deliveries": _CASE_STAFF,
    "see_requests": _CASE_STAFF,
    "see_personal_data": _CASE_STAFF,
    "move_requests": _CASE_STAFF,
    # Whoever clears it has spoken with the person, and knows what to listen for.
    "clear_fear": frozenset({Role.PROTECTION}),
    "open_media": _CASE_STAFF,
    # Only who can answer people counts as on duty: contacts are told the truth about it.
    "be_on_duty": _CASE_STAFF,
    "see_directory": frozenset(Role),
    "edit_directory": frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
}
"""Which roles have a permission. Which case kinds a role sees is in ``bot.domain.staff``."""

_MARK = "console_permission"
_OPEN = "open_to_all"


def requires(permission: str) -> Callable[[View], View]:
    """Mark a view: only staff with this permission may see it."""
    if permission not in PERMISSIONS:
        raise ValueError(f"there is no permission {permission}: add it to PERMISSIONS")
    return lambda view: _marked(view, permission)


def open_to_all(reason: str) -> Callable[[View], View]:
    """Mark a view: everybody may see it, for the reason given."""
    if not reason:
        raise ValueError("say why this view is open to all")
    return lambda view: _marked(view, _OPEN)


def mark_of(view: Callable[..., ResponseReturnValue]) -> str | None:
    """Return the permission a view names, ``open_to_all``, or None if it has no mark."""
    return getattr(view, _MARK, None)


def may(permission: str) -> bool:
    """Say whether the one who is logged in has a permission; nobody has none."""
    return bool(current_user.is_authenticated and current_user.role_set & PERMISSIONS[permission])


def install(app: Flask) -> None:
    """Guard every request; called last, so that all views are there."""
    _marked(app.view_functions["static"], _OPEN)
    app.before_request(_guard)
    app.jinja_env.globals["may"] = may


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    mark = mark_of(current_app.view_functions[request.endpoint])
    if mark == _OPEN:
        return None
    if mark is None:
        abort(403)
    if not current_user.is_authenticated:
        wanted = request.path if request.method == "GET" else None
        return redirect(url_for("security.login", next=wanted))
    if not may(mark):
        abort(403)
    return None


def _marked(view: View, mark: str) -> View:
    setattr(view, _MARK, mark)
    return view
