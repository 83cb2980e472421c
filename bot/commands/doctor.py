"""``daleel doctor``: looks at each part, says what is wrong and what to do about it."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from bot.commands import training
from bot.commands.channel_lines import channel_lines
from bot.commands.locales import check as check_locales
from bot.domain.errors import ConfigurationError, HotlineError
from bot.services.audit import verify_chain
from bot.settings import Settings, load_settings
from bot.storage.engine import check_connection
from bot.wiring import Parts, build


def examine(environment: Mapping[str, str], out: Console) -> int:
    """Print one line for each part; return 0 if all is well, else 1."""
    try:
        settings = load_settings(environment)
    except HotlineError as error:
        out.print(f"[red]✗[/red] settings: {error.detail}")
        return 1
    out.print("[green]✓[/green] settings")
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("database", _database),
        ("audit log", lambda s: audit_note(build(s))),
        ("model", _model),
        ("catalogues", _catalogues),
        ("assistant", lambda s: _page(f"{s.assistant_url}/readyz")),
        ("actions", lambda s: _page(f"{s.actions_url}/health")),
        ("console", lambda s: _page(f"{s.console_url}/readyz")),
    ]
    checks += _accounts(settings)
    code = 0
    for name, look in checks:
        try:
            note = look(settings)
            out.print(f"[green]✓[/green] {name}{f': {note}' if note else ''}")
        except HotlineError as error:
            out.print(f"[red]✗[/red] {name}: {error.detail or error.code}")
            code = 1
    for line in channel_lines(settings):
        out.print(f"[yellow]–[/yellow] {line}")
    return code


def _accounts(settings: Settings) -> list[tuple[str, Callable[[Settings], str]]]:
    """Return the checks of the providers that are on; each asks the provider."""
    checks: list[tuple[str, Callable[[Settings], str]]] = []
    if (telegram := settings.telegram) is not None:
        from bot.channels.telegram.account import examine as examine_telegram

        checks.append(("Telegram", lambda s: examine_telegram(telegram, s.public_url)))
    if (twilio := settings.twilio) is not None:
        from bot.channels.twilio.account import examine as examine_twilio

        checks.append(("Twilio", lambda s: examine_twilio(twilio, s.public_url or "")))
    if (gateway := settings.gateway) is not None:
        from bot.channels.gateway.account import examine as examine_gateway

        checks.append(("SMS gateway", lambda s: examine_gateway(gateway, s.public_url)))
    return checks


def _database(settings: Settings) -> str:
    parts = build(settings)
    check_connection(parts.engine)
    return str(parts.engine.dialect.name)


def audit_note(parts: Parts) -> str:
    """Check the chain of the audit log and say how long it is.

    Raises:
        ConfigurationError: If an entry was changed or is missing; names the first.
    """
    try:
        with parts.unit_of_work() as uow:
            found = verify_chain(uow.audit)
    except SQLAlchemyError as error:
        raise ConfigurationError("database_unreadable", "cannot be read; the database may not be migrated") from error
    if not found.is_whole:
        raise ConfigurationError("audit_log_broken", f"broken at entry {found.broken_at}: it was changed, or is missing")
    return f"{found.through} entries, none changed"


def _model(settings: Settings) -> str:
    path = training.find_model(settings.model_folder)
    return f"{path.name}, {path.stat().st_size / 1e6:.0f} MB"


def _catalogues(settings: Settings) -> str:
    problems = check_locales()
    if problems:
        raise ConfigurationError("catalogues", f"{len(problems)} problems; see: daleel locales check")
    return ""


def _page(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=3):  # noqa: S310
            return ""
    except (urllib.error.URLError, OSError) as error:
        raise ConfigurationError("not_ready", f"{url} does not answer; start everything with: daleel run") from error
