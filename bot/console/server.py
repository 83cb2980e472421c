"""Serves the console on this machine by waitress, and ends cleanly when told to."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

import waitress

from bot.console.app import create_app
from bot.console.outside import Parts
from bot.domain.errors import ConfigurationError

HOST = "127.0.0.1"
THREADS = 8
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
    try:
        server = waitress.create_server(
            create_app(parts),
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


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
