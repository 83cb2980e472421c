"""Flask-Security behind the login, cookies, and the headers that keep browsers strict."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, request
from flask_security import Security, SQLAlchemySessionUserDatastore

from bot.console import login, outside, second_factor, sessions, throttle
from bot.console.outside import Parts
from bot.services.staff import MIN_PASSWORD_LENGTH

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "connect-src 'self'; "
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
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    # Argon2 salts by itself; without this a second secret would stand between a password and its hash.
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_LENGTH_MIN": MIN_PASSWORD_LENGTH,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_FRESHNESS": timedelta(days=-1),
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CACHE_CONTROL": None,
    # SQLAlchemy 1.4 wants .unique() after a joined load, which Flask-Security does not call.
    "SECURITY_JOIN_USER_ROLES": False,
}


def install(app: Flask, parts: Parts) -> None:
    """Add login, logout, the staff's session and the headers to the application."""
    sessions.install(app)
    throttle.install(app)
    app.config.update(_SETTINGS, **second_factor.settings(parts.settings.secret_key))
    staff = outside.install(app, parts)
    datastore = SQLAlchemySessionUserDatastore(staff, outside.StaffMember, outside.StaffRole)
    # None of its own pages: each would be a way in with words and rules that are not ours.
    security = Security(app, datastore, register_blueprint=False, totp_cls=second_factor.OneTimeTotp)
    # Pages only: tokens for programs would be a second way in.
    security.want_json(lambda _request: False)
    app.login_manager.request_loader(lambda _request: None)
    app.register_blueprint(login.pages)
    app.jinja_env.globals["is_second_factor_offered"] = second_factor.is_offered
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
