"""``daleel assistant``: the door on the assistant's port, and Rasa behind it as a child.

Loading Rasa takes twenty seconds, the door one: while Rasa starts, restarts or dies, webhooks are taken and stored.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from types import FrameType

import waitress
from flask import Blueprint

from bot.commands import training
from bot.commands.child import die_with_parent
from bot.commands.listener import HOST, open_listener
from bot.delivery.door import create_door
from bot.delivery.receiver import StoringReceiver
from bot.logs import configure_logging, get_logger
from bot.settings import PROJECT, Settings
from bot.storage.engine import database_answers
from bot.wiring import Parts, build, now

THREADS = 4
"""A request is a few milliseconds of computing, which threads cannot share, and a wait for the database."""
SWITCH_SECONDS = 0.0005
"""How long a thread waits for the interpreter. With Python's 5 ms a request that has the database's lock would hold it, at each
statement, for as long as the other threads compute."""
LONGEST_PAUSE = 10.0


def serve_assistant(settings: Settings, *, listener: int | None = None) -> None:
    """Serve the webhooks and Rasa until a signal.

    Args:
        listener: Number of a socket that listens already on the assistant's port: `daleel run` holds it, so that a caller
            waits for a moment in place of being refused while this process starts again.

    Raises:
        ConfigurationError: If there is no model for the present data, or the port is taken.
    """
    configure_logging("assistant")
    sys.setswitchinterval(SWITCH_SECONDS)
    training.find_model(settings.model_folder)
    parts = build(settings)
    receiver = StoringReceiver(parts)
    rasa = RasaChild()
    door = create_door(webhook_pages(parts, receiver), lambda: _missing(parts, rasa))
    server = waitress.create_server(door, sockets=[_listener(settings, listener)], threads=THREADS, ident=None)
    poller = None
    if settings.telegram is not None and settings.telegram.mode == "polling":
        from bot.channels.telegram.courtesies import Courtesies
        from bot.channels.telegram.polling import Poller

        poller = Poller(settings.telegram, receiver, courtesies=Courtesies(settings.telegram, parts.catalogues))
    signal.signal(signal.SIGTERM, _end)
    rasa.start()
    if poller:
        poller.start()
    # What was loaded until now stays: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    try:
        # waitress leaves its loop on SystemExit and KeyboardInterrupt, and waits for its threads.
        server.run()
    finally:
        if poller:
            poller.stop()
        rasa.stop()


def _listener(settings: Settings, number: int | None) -> socket.socket:
    return open_listener(settings) if number is None else socket.socket(fileno=number)


def webhook_pages(parts: Parts, receiver: StoringReceiver) -> list[Blueprint]:
    """Return the webhooks of the channels that are on. A provider's library is loaded only where it is needed."""
    settings, pages = parts.settings, []
    if settings.telegram is not None and settings.telegram.mode == "webhook":
        from bot.channels.telegram.courtesies import Courtesies
        from bot.channels.telegram.webhook import pages as telegram_pages

        courtesies = Courtesies(settings.telegram, parts.catalogues)
        pages.append(telegram_pages(settings.telegram, receiver, courtesies=courtesies, clock=now))
    if settings.twilio is not None and settings.public_url is not None:
        from bot.channels.twilio.webhook import pages as twilio_pages

        pages.append(twilio_pages(settings.twilio, receiver, public_url=settings.public_url))
    if settings.gateway is not None:
        from bot.channels.gateway.webhook import pages as gateway_pages

        pages.append(gateway_pages(settings.gateway, receiver, clock=now))
    return pages


class RasaChild:
    """Rasa's process: started on a free port of this machine, and started again when it dies."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="rasa-keeper", daemon=True)
        self._port = 0

    def start(self) -> None:
        """Start Rasa, and watch it."""
        self._keeper.start()

    def stop(self) -> None:
        """End Rasa, and wait until it has."""
        self._is_stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def is_ready(self) -> bool:
        """Say whether the model is loaded."""
        if not self._port:
            return False
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self._port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _keep(self) -> None:
        pause = 0.0
        while not self._is_stopping.wait(pause):
            started = time.monotonic()
            self._port = _free_port()
            # The kernel ends the child when the thread that started it ends: this one lives as long as the process.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "bot.cli", "rasa", "--port", str(self._port)],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent,
                env=dict(os.environ),
            )
            code = self._process.wait()
            if self._is_stopping.is_set():
                return
            get_logger().error("rasa_ended", exit_code=code)
            pause = 0.0 if time.monotonic() - started > LONGEST_PAUSE else min(LONGEST_PAUSE, pause * 2 + 1)


def _missing(parts: Parts, rasa: RasaChild) -> list[str]:
    checks = {"model": rasa.is_ready(), "database": database_answers(parts.engine)}
    return [name for name, is_there in checks.items() if not is_there]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
