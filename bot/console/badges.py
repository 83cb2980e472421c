"""The numbers that entries of the navigation carry."""

from __future__ import annotations

from collections.abc import Callable

from bot.console.outside import SQLAlchemyError, parts
from bot.console.permissions import may
from bot.services.ports import UnitOfWork

MOST_SHOWN = 99


def badge(permission: str, count: Callable[[UnitOfWork], int]) -> str:
    """Return what a badge shows; empty for none, and for who has not the permission."""
    if not may(permission):
        return ""
    try:
        with parts().unit_of_work() as uow:
            found = count(uow)
    except SQLAlchemyError:
        # Also the page that says that something broke has the badge.
        return ""
    return f"{MOST_SHOWN}+" if found > MOST_SHOWN else str(found or "")
