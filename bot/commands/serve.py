"""What each process does once it is started: settings in, server running."""

from __future__ import annotations

import os

from bot.commands import training
from bot.commands.listener import bind
from bot.commands.prefork import several_processes
from bot.keys import process_secret
from bot.logs import configure_logging
from bot.settings import PROJECT, Settings
from bot.wiring import build

CONSOLE_PROCESSES = min(2, os.cpu_count() or 1)
"""On one core a second has nothing to run on; two serve an office of twenty (docs/benchmarks.md)."""


def _quiet_environment(settings: Settings) -> None:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["ACTIONS_PORT"] = str(settings.actions_port)
    os.chdir(PROJECT)


def serve_rasa(settings: Settings, *, port: int) -> None:
    """Serve Rasa behind the door on a port of this machine, until a signal.

    Rasa's own HTTP API answers only to a token, which other processes of this machine derive from the secret key.
    """
    configure_logging("assistant")
    model = training.find_model(settings.model_folder)
    _quiet_environment(settings)
    import rasa.core.run
    from rasa.core.utils import read_endpoints_from_path

    configure_logging("assistant")
    rasa.core.run.serve_application(
        model_path=str(model),
        interface="127.0.0.1",
        port=port,
        credentials=str(PROJECT / "credentials.yml"),
        endpoints=read_endpoints_from_path(str(PROJECT / "endpoints.yml")),
        auth_token=process_secret(settings.secret_key, "rasa-api"),
    )


def serve_actions(settings: Settings) -> None:
    """Serve the custom actions on this machine's own address."""
    configure_logging("actions")
    _quiet_environment(settings)
    from rasa_sdk.endpoint import create_app

    configure_logging("actions")
    app = create_app("actions")
    app.run(host="127.0.0.1", port=settings.actions_port, workers=1, access_log=False)


def serve_console(settings: Settings) -> None:
    """Serve the console on its port.

    Raises:
        ConfigurationError: If the port is taken, or a catalogue of the console is missing or broken.
    """
    configure_logging("console")
    from bot.console.server import prepare, serve

    listening = bind(settings.console_port, setting="CONSOLE_PORT")
    parts = build(settings)
    app = prepare(parts)
    parts.engine.dispose()
    parts.durable_engine.dispose()
    with several_processes(CONSOLE_PROCESSES):
        serve(app, listening)
