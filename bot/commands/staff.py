"""What ``daleel staff`` does."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bot.console import accounts as staff
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import InvalidInput
from bot.domain.staff import Authority, Grant, Role
from bot.settings import Settings
from bot.wiring import build


def add(
    settings: Settings,
    out: Console,
    *,
    email: str,
    name: str,
    role: str,
    language: str,
    team: str = "",
    is_for_complaints: bool = False,
) -> None:
    """Invite somebody and print the link.

    Raises:
        InvalidInput: If the role, the language or the e-mail address is none, or the team's name is too long.
    """
    if role not in {r.value for r in Role}:
        raise InvalidInput("role_unknown", f"unknown role {role}: use {', '.join(r.value for r in Role)}")
    if language not in LANGUAGES:
        raise InvalidInput("language_unknown", f"unknown language {language}: use ar, fr or en")
    held: list[Authority] = [Role(role), Grant.COMPLAINTS] if is_for_complaints else [Role(role)]
    token = staff.invite(build(settings), email, name, held, language, team=team or None)
    _print_link(settings, out, token)


def show(settings: Settings, out: Console) -> None:
    """Print the accounts."""
    table = Table("e-mail", "name", "roles", "team", "second factor", "state", "on duty")
    for member in staff.list_staff(build(settings)):
        roles = (*member.roles, "complaints") if member.is_for_complaints else member.roles
        table.add_row(
            member.email,
            member.name,
            ", ".join(roles),
            member.team or "",
            _yes(member.has_second_factor),
            member.state,
            _yes(member.is_on_duty),
        )
    out.print(table)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def disable(settings: Settings, out: Console, *, email: str) -> None:
    """Close an account."""
    staff.disable_staff(build(settings), email)
    out.print(f"{email} is disabled and logged out. Their open cases are back in the queue.", markup=False)


def reset(settings: Settings, out: Console, *, email: str) -> None:
    """Void password and second factor, unlock, and print a new link."""
    _print_link(settings, out, staff.reset_staff(build(settings), email))


def _print_link(settings: Settings, out: Console, token: str) -> None:
    base = settings.staff_url or settings.console_url
    out.print("Hand over this link, valid for 72 hours, once:")
    out.print(f"{base}/invitation/{token}", markup=False)
