"""Serves the console on this machine by waitress, and ends cleanly when told to."""

from __future__ import annotations

import gc
import signal
from types import FrameType
from typing import Any

import waitress
from flask import Flask

from bot.console.app import create_app
from bot.console.outside import Parts
from bot.domain.errors import ConfigurationError

HOST = "127.0.0.1"
THREADS = 4
"""More answer no faster: Python runs one at a time, and each that waits for its turn makes the others wait longer."""
PROXY: dict[str, Any] = {
    # A proxy on this machine says whether the outside came by https: then cookies are Secure. It also says from where,
    # which wrong passwords are counted by: of what it gives, only the last address is its own word, and no more is taken.
    # All other such headers are dropped, so that nobody can name a host.
    "trusted_proxy": HOST,
    "trusted_proxy_count": 1,
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    "clear_untrusted_proxy_headers": True,
}


def serve(parts: Parts) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first.

    Raises:
        ConfigurationError: If the port is taken, or a catalogue of the console is missing or broken.
    """
    port = parts.settings.console_port
    app = create_app(parts)
    _settle(app)
    try:
        server = waitress.create_server(
            app,
            host=HOST,
            port=port,
            threads=THREADS,
            ident=None,
            **PROXY,
        )
    except OSError as error:
        raise ConfigurationError("port_taken", f"CONSOLE_PORT {port} cannot be used: {error.strerror}") from error
    signal.signal(signal.SIGTERM, _end)
    # waitress leaves its loop on SystemExit and KeyboardInterrupt, and waits for its threads.
    server.run()


def _settle(app: Flask) -> None:
    """Read all templates, and let the garbage collector leave alone what stays: going through it takes a tenth of a second."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    gc.collect()
    gc.freeze()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
