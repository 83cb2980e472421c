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
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, settings.assistant_port))
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            "port_busy", f"port {settings.assistant_port} is in use: stop what uses it, or set ASSISTANT_PORT to a free one"
        ) from error
    listening.listen(BACKLOG)
    return listening
