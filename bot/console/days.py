"""Days as the office counts them: by the clock of Libya, whatever that of the machine."""

from __future__ import annotations

from datetime import date

from flask_babel import get_timezone

from bot.console.outside import now


def today() -> date:
    """Return the day in Libya."""
    return now().astimezone(get_timezone()).date()
