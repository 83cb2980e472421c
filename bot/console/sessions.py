"""Sessions of the staff: a signed cookie, new with each login, that ends by time, by idleness, and when it is ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, flash, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_babel import gettext
from flask_security import current_user, login_user, logout_user

from bot.console.outside import StaffMember, members, now
from bot.services.login import record_login, record_logout

SESSION_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(minutes=60)
FRESH = timedelta(minutes=15)
"""How long after a login the password need not be asked again."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly idleness is measured: the cookie is not sent again with each page."""

AUTOMATIC = frozenset({"queue.live", "cases.live"})
"""Endpoints that pages ask by themselves. They keep no session open, and answer 401 when it is over."""

SETTINGS = {
    "SESSION_COOKIE_NAME": "daleel",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Strict",
    "REMEMBER_COOKIE_HTTPONLY": True,
    "REMEMBER_COOKIE_SAMESITE": "Strict",
    "PERMANENT_SESSION_LIFETIME": SESSION_LIFE,
    # A session ends so long after the login: a page that renews itself must not keep it open for ever.
    "SESSION_REFRESH_EACH_REQUEST": False,
}

_USER, _BEGAN, _SEEN = "_user_id", "began", "seen"


class Sessions(SecureCookieSessionInterface):
    """Session cookies that are ``Secure`` wherever the page came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Say whether the browser may send the cookie by https only."""
        return request.is_secure

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Keep the session, but not for a file: browsers would fetch what depends on a cookie again with each new one."""
        if request.endpoint != "static":
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Watch over the sessions; before Flask-Security, which would read the staff member of one that is over."""
    app.config.update(SETTINGS)
    app.session_interface = Sessions()
    app.before_request(_watch)


def begin(member: StaffMember, *, way: str) -> None:
    """Log somebody in, in a session that has nothing of the one before.

    Args:
        way: As in ``bot.services.login.record_login``.
    """
    session.clear()
    record_login(members(), member, clock=now, way=way)
    login_user(member, remember=False)
    session.permanent = True
    session[_BEGAN] = session[_SEEN] = int(now().timestamp())


def go_on(member: StaffMember) -> None:
    """Let this session go on when all of its staff member were ended."""
    session[_USER] = member.get_id()


def end() -> None:
    """Log out who is logged in, if anybody is."""
    if current_user.is_authenticated:
        record_logout(members(), current_user, clock=now)
        logout_user()
    session.clear()


def age() -> timedelta:
    """Return how long ago somebody logged in."""
    return timedelta(seconds=now().timestamp() - session.get(_BEGAN, 0))


def asks_in_background() -> bool:
    """Say whether a script asks, and not a person who would see a page of ours as the answer."""
    return request.endpoint in AUTOMATIC or request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _is_activity() -> bool:
    """Say whether somebody is at work: pages that ask what is new do so by themselves, but a script sends what one wrote."""
    return request.endpoint not in AUTOMATIC and not (request.method == "GET" and asks_in_background())


def _watch() -> None:
    if _USER not in session or request.endpoint == "static":
        return
    at = now().timestamp()
    is_idle = at - session.get(_SEEN, 0) >= IDLE_LIFE.total_seconds()
    if is_idle or at - session.get(_BEGAN, 0) >= SESSION_LIFE.total_seconds():
        session.clear()
        if asks_in_background():
            abort(401)
        flash(gettext("You were logged out, because nothing happened for a while. Please log in again."), "done")
    elif _is_activity() and at - session[_SEEN] >= SEEN_EVERY.total_seconds():
        session[_SEEN] = int(at)
