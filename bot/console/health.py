"""What is asked without a person asking: whether the console lives and can work, and its icon."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from bot.console.outside import SQLAlchemyError, parts
from bot.console.permissions import open_to_all

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@open_to_all("tells nothing but that the process answers")
def healthz() -> ResponseReturnValue:
    """Answer."""
    return jsonify(status="ok")


@pages.get("/readyz")
@open_to_all("tells nothing but whether the database answers")
def readyz() -> ResponseReturnValue:
    """Answer 200 when the database can be read, else 503."""
    try:
        with parts().unit_of_work() as uow:
            uow.duty.count()
    except SQLAlchemyError:
        return jsonify(status="not ready", database="unreadable"), 503
    return jsonify(status="ok", database="ok")


@pages.get("/favicon.ico")
@open_to_all("browsers ask for it everywhere")
def favicon() -> ResponseReturnValue:
    """Say where the icon is."""
    return redirect(url_for("static", filename="icon.svg"), 301)
