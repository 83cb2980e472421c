"""The part of the command ``daleel`` that deals with stored data: export, erase, purge, keys, backup and restore."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console

from bot.settings import load_settings, read_environment

out = Console(highlight=False, soft_wrap=True)

Password = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        envvar="DALEEL_PASSWORD",
        help="Encrypt the file; - asks for the password. 12 characters or more. "
        "Others on this machine may see what you write here: - or the environment is better.",
    ),
]
OpeningPassword = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(envvar="DALEEL_PASSWORD", help="Open an encrypted backup; - asks for the password."),
]


def add_data_commands(app: typer.Typer, keys_app: typer.Typer) -> None:
    """Add the commands to ``daleel`` and to ``daleel keys``."""
    for command in (export, erase, purge, backup, restore):
        app.command()(command)
    keys_app.command("rotate")(keys_rotate)


def export(
    subject: Annotated[str, typer.Argument(help="requests, cases, messages or statistics.")],
    format: Annotated[str, typer.Option(help="json, csv or xlsx; statistics also hxl.")] = "json",
    output: Annotated[Optional[Path], typer.Option(help="A file; else standard output.")] = None,  # noqa: UP045
    password: Password = None,
    bom: Annotated[bool, typer.Option(help="CSV for Excel: a mark in front, without which it garbles Arabic.")] = False,
    kind: Annotated[Optional[str], typer.Option(help="Only requests of this kind.")] = None,  # noqa: UP045
    status: Annotated[Optional[str], typer.Option(help="Only requests in this status.")] = None,  # noqa: UP045
) -> None:
    """Write requests, cases, messages or statistics for people and machines. All but statistics is personal data."""
    from bot.commands.export import export_data

    export_data(
        load_settings(read_environment()), subject, format=format, output=output, password=_asked(password, twice=True),
        has_bom=bom,
        kind=kind, status=status,
    )  # fmt: skip


def erase(
    reference: Annotated[Optional[str], typer.Argument(help="Of a request or a case: R-XXXXX-C.")] = None,  # noqa: UP045
    contact: Annotated[Optional[str], typer.Option(help="The contact's id, in place of a reference.")] = None,  # noqa: UP045
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase everything that is kept of one contact, at once and for good."""
    from bot.commands.erase import erase_one

    erase_one(load_settings(read_environment()), out, reference=reference, contact_id=contact, is_sure=yes)


def purge(dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False) -> None:
    """Take away what is older than the retention times (RETENTION_…); the worker does so daily."""
    from bot.commands.purge import purge_now

    purge_now(load_settings(read_environment()), out, is_dry=dry_run)


def keys_rotate(
    remove_old: Annotated[bool, typer.Option("--remove-old", help="Remove the keys that nothing needs any more.")] = False,
) -> None:
    """Put a fresh key in front and write all data anew with it, while everything runs. Safe to repeat."""
    from bot.commands.keys import rotate

    rotate(load_settings(read_environment()), out, removes_old=remove_old)


def backup(
    file: Path,
    with_keys: Annotated[bool, typer.Option("--with-keys", help="The keys too; only with a password.")] = False,
    password: Password = None,
) -> None:
    """Write a backup of the database, while everything runs."""
    from bot.commands.backup import back_up

    back_up(load_settings(read_environment()), file, out, has_keys=with_keys, password=_asked(password, twice=True))


def restore(
    file: Path,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    password: OpeningPassword = None,
) -> None:
    """Put a backup in place of the database. Stop the hotline first."""
    from bot.commands.backup import restore as put_back

    if not file.exists():
        raise typer.BadParameter(f"{file} is not there")
    sys.exit(put_back(read_environment(), file, out, is_forced=force, password=_asked(password)))


def _asked(password: str | None, *, twice: bool = False) -> str | None:
    """Ask for the password, unseen, where ``-`` is given."""
    if password != "-":  # noqa: S105 - a sign, not a password
        return password
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True))
