"""Who may do what in the console. Closed by default: a view without a mark is refused, and a test finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from bot.console.second_factor import is_needed
from bot.console.sessions import asks_in_background
from bot.domain.staff import Role

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

_CASE_STAFF = frozenset({Role.CASEWORKER, Role.PROTECTION, Role.SUPERVISOR})
_EDITORS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
PERMISSIONS: dict[str, frozenset[Role]] = {
    "see_overview": frozenset(Role),
    "have_account": frozenset(Role),
    "see_cases": _CASE_STAFF,
    "work_on_cases": _CASE_STAFF,
    # Whoever answers for the office gives out its work.
    "assign_cases": frozenset({Role.SUPERVISOR}),
    "see_deliveries": _CASE_STAFF,
    "see_requests": _CASE_STAFF,
    "see_personal_data": _CASE_STAFF,
    "move_requests": _CASE_STAFF,
    # Whoever clears it has spoken with the person, and knows what to listen for.
    "clear_fear": frozenset({Role.PROTECTION}),
    "open_media": _CASE_STAFF,
    "search": _CASE_STAFF,
    "export_data": frozenset({Role.SUPERVISOR}),
    # Only who can answer people counts as on duty: contacts are told the truth about it.
    "be_on_duty": _CASE_STAFF,
    "see_directory": frozenset(Role),
    "edit_directory": _EDITORS,
    "see_answers": frozenset(Role),
    "mark_answers": _CASE_STAFF | _EDITORS,
    "withdraw_answers": _EDITORS,
    "edit_canned_replies": _EDITORS,
    "label_messages": frozenset({Role.SUPERVISOR}),
    # From a message without a name to the case of who wrote it, or to a new one: somebody may have cried for help.
    "follow_up_messages": frozenset({Role.SUPERVISOR}),
    # Counts only, none under five.
    "see_dashboard": frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR}),
    "read_audit": frozenset({Role.AUDITOR}),
    "manage_staff": frozenset({Role.ADMINISTRATOR}),
}
"""Which roles have a permission. Which case kinds a role sees is in ``bot.domain.staff``."""

OWN_ACCOUNT = "have_account"
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
    """Say whether the one who is logged in has a permission; nobody has none.

    Who still has to set up a second factor has only the account where that is done.
    """
    if not current_user.is_authenticated or (permission != OWN_ACCOUNT and is_needed(current_user)):
        return False
    return bool(current_user.role_set & PERMISSIONS[permission])


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
        if asks_in_background():
            # A page that asks by itself what is new: it says that the session is over, and keeps what was written.
            abort(401)
        wanted = request.path if request.method == "GET" else None
        return redirect(url_for("security.login", next=wanted))
    if may(mark):
        return None
    if is_needed(current_user) and not asks_in_background():
        return redirect(url_for("account.set_up"), 303)
    abort(403)


def _marked(view: View, mark: str) -> View:
    setattr(view, _MARK, mark)
    return view
