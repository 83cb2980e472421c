"""The socket at which the providers' webhooks arrive."""

from __future__ import annotations

import socket

from bot.domain.errors import ConfigurationError
from bot.settings import Settings

HOST = "127.0.0.1"
BACKLOG = 1024
"""Callers that may wait while the door starts again."""


def open_listener(settings: Settings) -> socket.socket:
    """Return a socket that listens on the assistant's port.

    Raises:
        ConfigurationError: If the port is taken.
    """
    listening = bind(settings.assistant_port, setting="ASSISTANT_PORT")
    listening.listen(BACKLOG)
    return listening


def bind(port: int, *, setting: str) -> socket.socket:
    """Return a socket that holds a port of this machine.

    Raises:
        ConfigurationError: If the port is taken; names its setting.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
    except OSError as error:
        held.close()
        raise ConfigurationError(
            "port_busy", f"port {port} is in use: stop what uses it, or set {setting} to a free one"
        ) from error
    return held
