"""``daleel run``: all processes on one machine, one tidy log, and no orphan left behind.

The children are restarted when they die, with growing pauses; signals are passed on; when this process goes away
without a word, the kernel ends its children.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console

from bot.commands.channel_lines import channel_lines
from bot.commands.child import die_with_parent
from bot.commands.listener import bind, open_listener
from bot.commands.train import train_with_progress
from bot.console.accounts import first_invitation
from bot.delivery.stopping import Stop
from bot.keys import ensure_keys
from bot.settings import PROJECT, Settings, home_of, load_settings, read_environment
from bot.storage.engine import check_connection
from bot.storage.migrate import migrate
from bot.storage.seed import seed_canned_replies, seed_directory
from bot.wiring import Parts, build, new_id, now

PROCESSES = ("actions", "console", "worker", "assistant")
READY_SECONDS = 180
STOP_SECONDS = 15
LONGEST_PAUSE = 30.0
RAN_WELL_SECONDS = 5.0
_COLOURS = {"actions": "cyan", "console": "magenta", "worker": "yellow", "assistant": "green", "run": "blue"}
CHILD_ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    # Rasa's and TensorFlow's imports warn about their own dependencies, a screen full of it.
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


@dataclass
class Child:
    """One process and its history."""

    name: str
    process: subprocess.Popen[str]
    started_at: float
    failures: int = 0
    restart_at: float | None = None
    readers: list[threading.Thread] = field(default_factory=list)


def run_everything() -> int:
    """Set up what is missing, start all processes, watch them until a signal; return the exit code."""
    out = Console(highlight=False, soft_wrap=True)
    started = time.monotonic()
    parts = prepare(out)
    supervisor = Supervisor(parts.settings, out)
    return supervisor.run(lambda: _welcome(parts, out, time.monotonic() - started))


def prepare(out: Console) -> Parts:
    """Make keys, database, directory and model where they are missing.

    Raises:
        ConfigurationError: If something is wrong that only a person can mend.
    """
    environment = read_environment()
    home = home_of(environment)
    if ensure_keys(environment, home):
        out.print(f"Made the keys: {home / 'keys.env'}. Keep a copy apart from the database.")
    settings = load_settings(read_environment())
    _check_ports(settings)
    parts = build(settings)
    check_connection(parts.engine)
    migrate(parts.engine)
    with parts.unit_of_work() as uow:
        seed_directory(uow)
        seed_canned_replies(uow, clock=now, new_id=new_id)
    train_with_progress(settings.home)
    return parts


def _check_ports(settings: Settings) -> None:
    for name, port in (
        ("ASSISTANT_PORT", settings.assistant_port),
        ("ACTIONS_PORT", settings.actions_port),
        ("CONSOLE_PORT", settings.console_port),
    ):
        bind(port, setting=name).close()


def _welcome(parts: Parts, out: Console, seconds: float) -> None:
    settings = parts.settings
    out.print()
    out.print(f"[bold]Daleel is ready[/bold] after {seconds:.0f} seconds.")
    if settings.has_simulator:
        out.print(f"  Simulator  {settings.console_url}/simulator")
    out.print(f"  Console    {settings.console_url}/")
    token = first_invitation(parts)
    if token:
        out.print(
            f"  First login (administrator, valid for 72 hours, once):\n             {settings.console_url}/invitation/{token}"
        )
    for line in channel_lines(settings):
        out.print(f"  {line}")
    out.print("  Stop with Ctrl-C.")
    out.print()


class Supervisor:
    """Starts, watches, restarts and stops the processes."""

    def __init__(self, settings: Settings, out: Console) -> None:
        self._settings = settings
        self._out = out
        self._stop = Stop()
        self._children: dict[str, Child] = {}
        # Held here, so that it listens also while the assistant is started again.
        self._listener = open_listener(settings)

    def run(self, on_ready: object) -> int:
        """Run until SIGINT or SIGTERM; return 0 after a clean stop, 1 if the start failed."""
        self._stop.on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        try:
            for name in PROCESSES:
                self._children[name] = self._start(name)
            if not self._wait_until_ready():
                return 0 if self._stop.is_asked else 1
            on_ready()  # type: ignore[operator]
            while not self._stop.wait(0.5):
                self._restart_dead()
            return 0
        finally:
            self._stop_all()

    def _start(self, name: str) -> Child:
        listener = self._listener.fileno()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "bot.cli", name, *(("--listener", str(listener)) if name == "assistant" else ())],
            cwd=PROJECT,
            env={**os.environ, **CHILD_ENVIRONMENT, "DALEEL_SIMULATOR": "1" if self._settings.has_simulator else "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=(listener,) if name == "assistant" else (),
            preexec_fn=die_with_parent,
        )
        reader = threading.Thread(target=self._show_log, args=(name, process), daemon=True)
        reader.start()
        return Child(name, process, time.monotonic(), readers=[reader])

    def _show_log(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip():
                self._say(name, line.rstrip())

    def _say(self, name: str, text: str) -> None:
        self._out.print(f"[{_COLOURS[name]}]{name:>9}[/] │ ", end="")
        self._out.print(text, markup=False)

    def _wait_until_ready(self) -> bool:
        pages = {
            "assistant": f"{self._settings.assistant_url}/readyz",
            "actions": f"{self._settings.actions_url}/health",
            "console": f"{self._settings.console_url}/readyz",
        }
        waiting = set(pages)
        until = time.monotonic() + READY_SECONDS
        with self._out.status("Starting the assistant, the actions, the console and the worker…"):
            while waiting and not self._stop.is_asked and time.monotonic() < until:
                for child in self._children.values():
                    code = child.process.poll()
                    if code is not None:
                        self._say("run", f"{child.name} ended with exit code {code} before it was ready")
                        return False
                waiting = {name for name in waiting if not _answers(pages[name])}
                self._stop.wait(0.2)
        if waiting and not self._stop.is_asked:
            self._say("run", f"not ready after {READY_SECONDS} seconds: {', '.join(sorted(waiting))}")
        return not waiting

    def _restart_dead(self) -> None:
        now = time.monotonic()
        for name, child in list(self._children.items()):
            code = child.process.poll()
            if code is None:
                continue
            if child.restart_at is None:
                # A process that ran well for a while starts again at once; one that dies at its start waits.
                child.failures = 0 if now - child.started_at > RAN_WELL_SECONDS else child.failures + 1
                pause = min(LONGEST_PAUSE, float(2**child.failures - 1))
                child.restart_at = now + pause
                self._say("run", f"{name} ended with exit code {code}; starting it again in {pause:.0f} s")
            if now >= child.restart_at:
                fresh = self._start(name)
                fresh.failures = child.failures
                self._children[name] = fresh

    def _stop_all(self) -> None:
        running: Sequence[Child] = [c for c in self._children.values() if c.process.poll() is None]
        if running:
            self._out.print("Stopping…")
        for child in running:
            _signal_group(child.process, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for child in running:
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(child.process, signal.SIGKILL)
                child.process.wait()
        for child in self._children.values():
            for reader in child.readers:
                reader.join(timeout=2)


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
