"""Logging in and out by Flask-Security, cookies, and the headers that keep browsers strict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Response, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_security import Security, SQLAlchemySessionUserDatastore, user_authenticated

from bot.console import outside
from bot.console.outside import Parts
from bot.console.permissions import open_to_all
from bot.services.staff import MIN_PASSWORD_LENGTH

SESSION_LIFE = timedelta(hours=12)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_SETTINGS = {
    "SESSION_COOKIE_NAME": "daleel",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Strict",
    "REMEMBER_COOKIE_HTTPONLY": True,
    "REMEMBER_COOKIE_SAMESITE": "Strict",
    "PERMANENT_SESSION_LIFETIME": SESSION_LIFE,
    # A session ends so long after the login: a page that renews itself must not keep it open for ever.
    "SESSION_REFRESH_EACH_REQUEST": False,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    # Argon2 salts by itself; without this a second secret would stand between a password and its hash.
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_LENGTH_MIN": MIN_PASSWORD_LENGTH,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_LOGIN_USER_TEMPLATE": "login.html",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    # No page of Flask-Security's but login and logout.
    "SECURITY_FRESHNESS": timedelta(days=-1),
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CACHE_CONTROL": None,
    # SQLAlchemy 1.4 wants .unique() after a joined load, which Flask-Security does not call.
    "SECURITY_JOIN_USER_ROLES": False,
}


class _Sessions(SecureCookieSessionInterface):
    """Session cookies that are ``Secure`` wherever the page came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def install(app: Flask, parts: Parts) -> None:
    """Add login, logout, the staff's session and the headers to the application."""
    app.config.update(_SETTINGS)
    app.session_interface = _Sessions()
    staff = outside.install(app, parts)
    datastore = SQLAlchemySessionUserDatastore(staff, outside.StaffMember, outside.StaffRole)
    security = Security(app, datastore)
    # Pages only: tokens for programs would be a second way in.
    security.want_json(lambda _request: False)
    open_to_all("login page")(app.view_functions["security.login"])
    open_to_all("ends a session, if there is one")(app.view_functions["security.logout"])
    user_authenticated.connect(_start_session, app)
    app.after_request(_add_headers)


def _start_session(_app: Flask, **_: Any) -> None:
    session.permanent = True


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
