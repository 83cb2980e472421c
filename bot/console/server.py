"""Serves the console on this machine by waitress, and ends cleanly when told to."""

from __future__ import annotations

import signal
from types import FrameType

import waitress

from bot.console.app import create_app
from bot.wiring import Parts

HOST = "127.0.0.1"
THREADS = 8


def serve(parts: Parts) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first."""
    server = waitress.create_server(
        create_app(parts),
        host=HOST,
        port=parts.settings.console_port,
        threads=THREADS,
        ident=None,
        # A proxy on this machine says whether the outside came by https: then cookies are Secure.
        trusted_proxy=HOST,
        trusted_proxy_headers={"x-forwarded-proto"},
        clear_untrusted_proxy_headers=True,
    )
    signal.signal(signal.SIGTERM, _end)
    # waitress leaves its loop on SystemExit and KeyboardInterrupt, and waits for its threads.
    server.run()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
