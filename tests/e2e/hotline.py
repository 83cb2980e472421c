"""A hotline of its own for a test: ``daleel run`` in a folder of its own, and what a test does to it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bot.commands import training
from bot.settings import PROJECT, load_settings
from bot.wiring import Parts, build

READY_SECONDS = 240
PORTS = ("ASSISTANT_PORT", "ACTIONS_PORT", "CONSOLE_PORT")
STOP_SECONDS = 40
OWN_SETTINGS = ("TELEGRAM_", "TWILIO_", "SMS_", "PUBLIC_URL", "DATABASE_URL", "DALEEL_", "REDIS_URL")


def free_ports(count: int) -> list[int]:
    """Return different ports that nobody listens on now."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def ports() -> dict[str, str]:
    """Return settings for ports of its own."""
    return dict(zip(PORTS, map(str, free_ports(len(PORTS)))))


class Hotline:
    """All processes of a hotline, started by ``daleel run``.

    Args:
        home: An empty folder.
        model: A trained model.
        settings: What differs from the defaults.
    """

    def __init__(self, home: Path, model: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        (home / "models").mkdir()
        shutil.copy(model, training.model_path(home / "models"))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN_SETTINGS)}
        self.environment = {
            **inherited,
            "DALEEL_HOME": str(home),
            "DALEEL_SIMULATOR": "1",
            **ports(),
            **(settings or {}),
        }
        self.log = (home / "run.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"], cwd=PROJECT, env=self.environment,
            stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """Where the door is on this machine."""
        return f"http://127.0.0.1:{self.environment['ASSISTANT_PORT']}"

    def output(self) -> str:
        """Return all that was logged."""
        return (self.home / "run.log").read_text(errors="replace")

    def wait_ready(self) -> None:
        """Wait until it says that it is ready."""
        until = time.monotonic() + READY_SECONDS
        while "Daleel is ready" not in self.output():
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < until, self.output()
            time.sleep(0.3)

    def parts(self) -> Parts:
        """Return what reads its database, with its own keys."""
        keys = dict(line.split("=", 1) for line in (self.home / "keys.env").read_text().splitlines() if "=" in line)
        return build(load_settings({**self.environment, **keys}))

    def children(self) -> dict[str, int]:
        """Return the ids of its processes by name, Rasa's among them."""
        listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        rows = re.findall(r"^\s*(\d+)\s+(\d+)\s.*-m bot\.cli (\w+)", listed, flags=re.MULTILINE)
        found = {name: int(pid) for pid, parent, name in rows if int(parent) == self.process.pid}
        found |= {name: int(pid) for pid, parent, name in rows if name == "rasa" and int(parent) == found.get("assistant")}
        return found

    def stop(self) -> int:
        """Stop it as by Ctrl-C; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(STOP_SECONDS)
        self.log.close()
        return code
