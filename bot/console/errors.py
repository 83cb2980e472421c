"""Pages for what went wrong: plain words, no details."""

from __future__ import annotations

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import pgettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from bot.domain.errors import NotFound

API = "/simulator/phones"


def install(app: Flask) -> None:
    """Answer every error with a page of ours, or with JSON where a program asked."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotFound, lambda _error: _answer(404))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error
    if isinstance(error, CSRFError):
        return _answer(400, "session_over")
    return _answer(error.code or InternalServerError.code)


def _answer(status: int, code: str | None = None) -> ResponseReturnValue:
    if request.path.startswith(API):
        return jsonify(error={"code": code or _CODES.get(status, "error")}), status
    title, text = _words(status, code)
    # An error page has no form for a stranger: its token would start a session over the one of the page beside it.
    return render_template("error.html", title=title, text=text, is_error=True), status


_CODES = {
    400: "bad_request",
    403: "not_allowed",
    404: "not_found",
    405: "wrong_method",
    413: "too_large",
    429: "too_many",
    500: "failed",
}


def _words(status: int, code: str | None) -> tuple[str, str]:
    if code == "session_over":
        return (
            pgettext("error", "This page is too old"),
            pgettext("error", "Go back, load the page again, and repeat what you did. Nothing was changed."),
        )
    if status == 401:
        return (
            pgettext("error", "You are logged out"),
            pgettext("error", "Log in again to go on. Nothing was changed."),
        )
    if status == 429:
        return (
            pgettext("error", "Too many tries"),
            pgettext("error", "Wait 15 minutes, then try again. If you forgot your password, an administrator can help."),
        )
    if status == 403:
        return (
            pgettext("error", "This is not open to you"),
            pgettext("error", "Your role does not allow this. A supervisor can help."),
        )
    if status == 404:
        return (
            pgettext("error", "There is nothing here"),
            pgettext("error", "The address may be mistyped or out of date."),
        )
    if status < 500:
        return (
            pgettext("error", "This did not work"),
            pgettext("error", "What was sent cannot be used. Nothing was changed."),
        )
    return (
        pgettext("error", "Something broke on our side"),
        pgettext("error", "It was recorded. Try again in a minute; if it stays, tell whoever runs this hotline."),
    )
