"""The door: the web application that takes the providers' webhooks, stores what they bring, and acknowledges at once.

It knows nothing of Rasa, so that it opens within a second of a restart and never waits for a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bot.channels.edge import MAX_BODY_BYTES, Refused
from bot.logs import get_logger

WEBHOOKS = "/webhooks/"


def create_door(pages: Sequence[Blueprint], missing: Callable[[], list[str]]) -> Flask:
    """Return the application.

    Args:
        pages: The webhooks of the channels that are on.
        missing: Says what the hotline lacks to answer now (``database``, ``model``).
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES)
    for blueprint in pages:
        app.register_blueprint(blueprint)
    log = get_logger()

    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="alive")

    @app.get("/readyz")
    def readyz() -> ResponseReturnValue:
        lacking = missing()
        return jsonify(status="waiting" if lacking else "ready", missing=lacking), 503 if lacking else 200

    @app.errorhandler(Refused)
    def refuse(error: Refused) -> ResponseReturnValue:
        log.warning("webhook_refused", channel=_channel(), error_code=error.code)
        return jsonify(error=error.code), error.status

    @app.errorhandler(SQLAlchemyError)
    def try_again(error: SQLAlchemyError) -> ResponseReturnValue:
        # Nothing was acknowledged: the provider sends it again.
        log.error("webhook_not_stored", channel=_channel(), error_class=type(error).__name__)
        return jsonify(error="not_stored"), 503

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> ResponseReturnValue:
        if request.path.startswith(WEBHOOKS):
            log.warning("webhook_refused", channel=_channel(), error_code=f"http_{error.code}")
        return jsonify(error=(error.name or "error").lower().replace(" ", "_")), error.code or 500

    @app.errorhandler(Exception)
    def fail(error: Exception) -> ResponseReturnValue:
        log.error("webhook_failed", channel=_channel(), error_class=type(error).__name__)
        return jsonify(error="failed"), 500

    return app


def _channel() -> str | None:
    """Return the channel that a path names, for the log; never anything that the caller made up."""
    name = request.path.removeprefix(WEBHOOKS).partition("/")[0]
    return name if name in ("telegram", "whatsapp", "sms") else None
