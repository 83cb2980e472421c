"""Serves the console on this machine by waitress, and ends cleanly when told to."""

from __future__ import annotations

import gc
import signal
from socket import socket
from types import FrameType
from typing import Any

import waitress
from flask import Flask

from bot.console.app import create_app
from bot.console.outside import Parts

HOST = "127.0.0.1"
THREADS = 2
"""In each process. More answer later: Python runs one at a time, and a page gives way to others at each of its queries."""
PROXY: dict[str, Any] = {
    # A proxy on this machine says whether the outside came by https: then cookies are Secure. It also says from where,
    # which wrong passwords are counted by: of what it gives, only the last address is its own word, and no more is taken.
    # All other such headers are dropped, so that nobody can name a host.
    "trusted_proxy": HOST,
    "trusted_proxy_count": 1,
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    "clear_untrusted_proxy_headers": True,
}


def prepare(parts: Parts) -> Flask:
    """Return the application with all that can be read before the first page is asked for.

    Raises:
        ConfigurationError: If a catalogue of the console is missing or broken.
    """
    app = create_app(parts)
    _settle(app)
    return app


def serve(app: Flask, listening: socket) -> None:
    """Serve on a bound socket until SIGTERM or SIGINT; requests under way are answered first."""
    server = waitress.create_server(app, sockets=[listening], threads=THREADS, ident=None, **PROXY)
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
