"""The page of messages that did not arrive or wait: state, reason and what to do. No text, no address."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_security import current_user

from bot.console.badges import badge
from bot.console.outside import now, parts
from bot.console.permissions import requires
from bot.domain.deliveries import OutboundState
from bot.services.deliveries import MAX_ROWS, count_lost, hidden_kinds, list_deliveries

_ORDER = (
    OutboundState.UNKNOWN,
    OutboundState.UNDELIVERED,
    OutboundState.FAILED,
    OutboundState.HELD,
    OutboundState.QUEUED,
    OutboundState.WITHDRAWN,
)

pages = Blueprint("deliveries", __name__)


def install(app: Flask) -> None:
    """Let every page show how many messages were lost."""
    app.jinja_env.globals.update(lost_deliveries=lost_deliveries)


@pages.get("/deliveries")
@requires("see_deliveries")
def show() -> ResponseReturnValue:
    """Show the messages in trouble, the newest first."""
    roles = current_user.role_set
    with parts().unit_of_work() as uow:
        rows = list_deliveries(uow, roles)
    found = Counter(row.state for row in rows)
    counts = [(state, found[state]) for state in _ORDER if found[state]]
    return render_template(
        "deliveries.html",
        rows=rows,
        counts=counts,
        as_of=now(),
        is_cut=len(rows) == MAX_ROWS,
        has_hidden=bool(hidden_kinds(roles)),
    )


def lost_deliveries() -> str:
    """Return how many messages failed or became uncertain in the last 24 hours, for the badge; empty for none."""
    return badge("see_deliveries", lambda uow: count_lost(uow, current_user.role_set, clock=now))
