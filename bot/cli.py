"""The command ``daleel``: every process and every chore of the hotline.

Errors that the user can mend are one line on standard error and exit code 1; a wrong call is exit code 2.
Heavy libraries are imported by the commands that need them, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console

from bot.commands.data import add_data_commands
from bot.domain.errors import HotlineError
from bot.settings import PROJECT, Settings, load_settings, read_environment

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Daleel, a messaging hotline for people on the move in Libya.",
)  # fmt: skip
telegram_app = typer.Typer(no_args_is_help=True, help="The Telegram bot.")
whatsapp_app = typer.Typer(no_args_is_help=True, help="The WhatsApp sender.")
staff_app = typer.Typer(no_args_is_help=True, help="Accounts of the staff's console.")
keys_app = typer.Typer(no_args_is_help=True, help="Encryption keys.")
locales_app = typer.Typer(no_args_is_help=True, help="Translation catalogues.")
app.add_typer(telegram_app, name="telegram")
app.add_typer(whatsapp_app, name="whatsapp")
app.add_typer(staff_app, name="staff")
app.add_typer(keys_app, name="keys")
app.add_typer(locales_app, name="locales")
add_data_commands(app, keys_app)

out = Console(highlight=False, soft_wrap=True)


def _settings() -> Settings:
    return load_settings(read_environment())


def main() -> None:
    """Run a command; turn our own errors into one line and exit code 1."""
    try:
        app(prog_name="daleel")
    except HotlineError as error:
        print(f"daleel: {error.detail or error.code}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)


@app.command()
def run() -> None:
    """Start everything on this machine: database, keys and model where they are missing, then all processes."""
    from bot.commands.run import run_everything

    sys.exit(run_everything())


@app.command()
def assistant(listener: Annotated[Optional[int], typer.Option(hidden=True)] = None) -> None:  # noqa: UP045
    """Serve the assistant: the webhooks, and Rasa behind them."""
    from bot.commands.assistant import serve_assistant

    serve_assistant(_settings(), listener=listener)


@app.command(hidden=True)
def rasa(port: Annotated[int, typer.Option(help="On this machine only.")]) -> None:
    """Serve Rasa alone: `daleel assistant` starts it."""
    from bot.commands.serve import serve_rasa

    serve_rasa(_settings(), port=port)


@app.command()
def actions() -> None:
    """Serve Rasa's custom actions."""
    from bot.commands.serve import serve_actions

    serve_actions(_settings())


@app.command()
def console() -> None:
    """Serve the staff's console, and the simulator where it is on."""
    from bot.commands.serve import serve_console

    serve_console(_settings())


@app.command()
def worker() -> None:
    """Send what is in the outbox."""
    from bot.commands.worker import serve_worker

    serve_worker(_settings())


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="Train even if nothing changed.")] = False,
    validate_only: Annotated[bool, typer.Option(help="Check the training data and train nothing.")] = False,
) -> None:
    """Train the model, if its inputs changed."""
    from bot.commands.train import train_with_progress, validate_data

    if validate_only:
        validate_data(_home())
        return
    train_with_progress(_home(), force=force)


@app.command()
def chat(
    channel: Annotated[str, typer.Option(help="sms, whatsapp or telegram: how answers look.")] = "telegram",
    language: Annotated[Optional[str], typer.Option(help="ar, fr or en; else the hotline finds out.")] = None,  # noqa: UP045
) -> None:
    """Write to the running hotline from the terminal."""
    from bot.commands.chat import chat as start

    start(_settings(), channel=channel, language=language)


@app.command()
def understand() -> None:
    """Read JSON lines {"text": …} and write what the assistant understands of each."""
    from bot.commands.understand import understand_lines

    sys.exit(understand_lines(_home() / "models", sys.stdin.buffer, sys.stdout, sys.stderr))


@app.command()
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="YAML lists of {topic, register, text}; the language is in the name.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Measure the understanding on sets of messages with known topics."""
    from bot.commands.evaluate import evaluate_files, print_report

    report = evaluate_files(_home() / "models", files)
    if as_json:
        out.print_json(data=report)
    else:
        print_report(report, out)


@app.command()
def doctor() -> None:
    """Check settings, database, model, catalogues and the running processes; say what to do about each."""
    from bot.commands.doctor import examine

    sys.exit(examine(read_environment(), out))


@app.command()
def demo(
    size: Annotated[str, typer.Option(help="cases: small (100), medium (10,000) or large (100,000).")] = "small",
    seed: Annotated[int, typer.Option(help="Another number invents other people.")] = 1,
    password: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(envvar="DEMO_PASSWORD", help="For all demo accounts, in place of a link for each."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="The demo is there: add nothing, only print how to log in.")] = False,
) -> None:
    """Fill an empty database with an invented office, for training staff. Refuses where people have written already."""
    from bot.commands.demo import make_demo

    make_demo(_settings(), out, size=size, seed=seed, password=password, again=again)


@telegram_app.command("set-webhook")
def telegram_set_webhook() -> None:
    """Tell Telegram where this hotline is (PUBLIC_URL) and how it proves that it calls (TELEGRAM_SECRET_TOKEN)."""
    from bot.commands.telegram import set_webhook

    set_webhook(_settings(), out)


@telegram_app.command("delete-webhook")
def telegram_delete_webhook() -> None:
    """Tell Telegram to call no more; what it has waits for 24 hours."""
    from bot.commands.telegram import delete_webhook

    delete_webhook(_settings(), out)


@whatsapp_app.command("templates")
def whatsapp_templates() -> None:
    """Create the content templates at Twilio (buttons, lists, "your reply is ready") and print their setting."""
    from bot.commands.whatsapp import create_templates
    from bot.wiring import build

    settings = _settings()
    create_templates(settings, build(settings).catalogues, out)


@staff_app.command("add")
def staff_add(
    email: str,
    name: Annotated[str, typer.Option(help="Shown to colleagues.")] = "",
    role: Annotated[str, typer.Option(help="caseworker, protection, supervisor, administrator or auditor.")] = "caseworker",
    language: Annotated[str, typer.Option(help="ar, fr or en.")] = "en",
    team: Annotated[str, typer.Option(help="Town of the office, such as tripoli.")] = "",
    complaints: Annotated[bool, typer.Option("--complaints", help="Named for complaints about staff.")] = False,
) -> None:
    """Invite a staff member; prints the link to hand over."""
    from bot.commands.staff import add

    add(_settings(), out, email=email, name=name, role=role, language=language, team=team, is_for_complaints=complaints)


@staff_app.command("list")
def staff_list() -> None:
    """List the accounts."""
    from bot.commands.staff import show

    show(_settings(), out)


@staff_app.command("disable")
def staff_disable(email: str) -> None:
    """Close an account at once."""
    from bot.commands.staff import disable

    disable(_settings(), out, email=email)


@staff_app.command("reset")
def staff_reset(email: str) -> None:
    """Make an account's password and second factor void, unlock it, and print a new link to set both."""
    from bot.commands.staff import reset

    reset(_settings(), out, email=email)


@keys_app.command("new")
def keys_new() -> None:
    """Make the secrets of this hotline, once."""
    from bot.keys import make_keys

    out.print(f"Wrote {make_keys(_home())}. Keep a copy apart from the database.")


@locales_app.command("extract")
def locales_extract() -> None:
    """Write the templates anew from the register of answers and the console's pages."""
    from bot.commands.locales import extract

    extract()


@locales_app.command("update")
def locales_update() -> None:
    """Bring the catalogues in step with the templates."""
    from bot.commands.locales import update

    update()


@locales_app.command("compile")
def locales_compile() -> None:
    """Build the .mo files."""
    from bot.commands.locales import compile_all

    compile_all()


@locales_app.command("check")
def locales_check() -> None:
    """Fail on a missing or fuzzy text, a lost placeholder, an SMS too long, a stale catalogue."""
    from bot.commands.locales import check

    problems = check()
    for problem in problems:
        out.print(problem, markup=False)
    if problems:
        raise typer.Exit(1)
    out.print("The catalogues are complete.")


def _home() -> Path:
    from bot.settings import home_of

    return home_of(read_environment(), PROJECT)


if __name__ == "__main__":
    main()
