"""``daleel purge``: what is older than its retention time."""

from __future__ import annotations

from rich.console import Console

from bot.services.retention import purge
from bot.settings import Settings
from bot.wiring import build, now


def purge_now(settings: Settings, out: Console, *, is_dry: bool) -> None:
    """Purge, or only count, and say how much of each kind."""
    counts = purge(build(settings).unit_of_work, settings.retention, clock=now, is_dry=is_dry)
    for name, count in counts.items():
        out.print(f"{count:>7} {name.replace('_', ' ')}", markup=False)
    out.print("Nothing was changed." if is_dry else "That is what went.")
