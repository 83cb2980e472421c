"""The console under twenty caseworkers at once, on a filled database: how long its pages take, and how many queries they ask.

    .venv/bin/python -m benchmarks.console [--database sqlite,postgresql] [--size medium,large] [--seconds 75] [--keep FOLDER]

Each database is filled by ``daleel demo`` (kept in ``--keep`` for the next run), a console process serves it as in reality, and
each caseworker is a thread with a browser's cookies: they look at the queue, narrow it, open a case, stay on it while the page
asks every two seconds, claim, note, reply, search, look at requests, and think in between. The load comes from this process on
the same machine. A page that does not exist is left out and named. The queries are counted apart, without load, in this
process over Flask's test client.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from benchmarks import queries
from benchmarks.caseworkers import CASEWORKERS, PASSWORD, Crowd
from tests.integration import database

SIZES = {"sqlite": "medium", "postgresql": "large"}
TARGET_MS = 150.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--size", default="", help="for each database; else medium on SQLite, large on PostgreSQL")
    parser.add_argument("--seconds", type=float, default=75)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--think", type=float, default=3.0, help="seconds of thought between two pages, on average")
    parser.add_argument("--keep", type=Path, help="a folder in which the filled databases stay")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    names = arguments.database.split(",")
    sizes = arguments.size.split(",") if arguments.size else [SIZES[name] for name in names]
    report = {}
    with folder_of(arguments.keep) as folder:
        for name, size in zip(names, sizes, strict=True):
            report[f"{name}, {size}"] = measure(name, size, folder / f"{name}-{size}", arguments)
    for title, result in report.items():
        print_table(title, result)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


@contextlib.contextmanager
def folder_of(keep: Path | None) -> Iterator[Path]:
    """Give a folder, which is removed afterwards unless it is to be kept."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="daleel-console-") as name:
        yield Path(name)


def measure(name: str, size: str, folder: Path, arguments: argparse.Namespace) -> dict:
    """Fill a database where it is not filled yet, and let people work on it."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    with postgres(folder / "server") if name == "postgresql" else contextlib.nullcontext() as url:
        port = free_port()
        settings = {
            "DALEEL_HOME": str(home), "CONSOLE_PORT": str(port), "SECOND_FACTOR": "offered", "DALEEL_SIMULATOR": "0",
            "DATABASE_URL": url or f"sqlite:///{home / 'daleel.db'}",
        }  # fmt: skip
        environment = {**os.environ, **settings}
        result: dict = {"filled_seconds": fill(folder, size, environment), "reference_ms": reference_ms()}
        result["load_before"] = os.getloadavg()
        say(f"{name}: {arguments.people} people for {arguments.seconds:g} s")
        with console(environment, port) as process:
            crowd = Crowd(f"http://127.0.0.1:{port}", arguments.people, arguments.seconds, arguments.think)
            before = processor_seconds(process.pid)
            crowd.work()
            result["processor_share"] = round((processor_seconds(process.pid) - before) / arguments.seconds, 2)
        result["load_after"] = os.getloadavg()
        say(f"{name}: counting queries")
        result |= {"pages": crowd.pages(), "requests_per_second": crowd.rate(), "errors": dict(crowd.errors)}
        result["queries"] = queries.count(environment, PASSWORD, CASEWORKERS[0])
    return result


def reference_ms() -> float:
    """Return how long a fixed piece of Python takes here: runs on other machines compare by it."""
    return round(1000 * min(timeit.repeat(lambda: sorted(map(str, range(100_000))), number=1, repeat=7)), 1)


def fill(folder: Path, size: str, environment: Mapping[str, str]) -> float | None:
    """Fill the database with the demo, once; return how long it took."""
    done = folder / "filled"
    if done.exists():
        return None
    say(f"filling: daleel demo --size {size}")
    began = time.monotonic()
    run(environment, "keys", "new")
    run(environment, "demo", "--size", size, "--password", PASSWORD)
    done.touch()
    return round(time.monotonic() - began, 1)


def run(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command of the hotline to its end."""
    command = [sys.executable, "-m", "bot.cli", *arguments]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, timeout=3000)


@contextlib.contextmanager
def console(environment: Mapping[str, str], port: int) -> Iterator[subprocess.Popen]:
    """Serve the console as in reality, until the end of the block."""
    command = [sys.executable, "-m", "bot.cli", "console"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                    break
            time.sleep(0.2)
        else:
            raise SystemExit("the console did not start")
        yield process
    finally:
        process.terminate()
        process.wait(15)


class Kept(database.Postgres):
    """A durable PostgreSQL in a folder that stays."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        super().__init__(binaries, is_durable=True)
        shutil.rmtree(self._folder)
        self._folder = folder
        self.address = f"postgresql://daleel@/{{name}}?host={self._folder}"

    def __enter__(self) -> Kept:
        if (self._folder / "data").exists():
            self.start()
            return self
        self._folder.mkdir(parents=True)
        # Whoever PostgreSQL runs as must get to its folder.
        for parent in self._folder.parents[:-1]:
            if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
        return super().__enter__()

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL whose data stay in a folder; give the address of its database."""
    binaries = database.find_postgres()
    if binaries is None:
        raise SystemExit("no PostgreSQL on this machine: leave it out with --database")
    with Kept(binaries, folder) as server:
        yield server.address.format(name="postgres")


def processor_seconds(pid: int) -> float:
    """Return what a process and the one beside it, its child, have used so far."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if pid in (int(path.parent.name), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def print_table(title: str, result: Mapping) -> None:
    """Print the figures of one database."""
    print(f"\n{title}: {result['requests_per_second']} requests a second, console's processor share "
          f"{result['processor_share']}, load {result['load_before'][0]:.1f} before, {result['load_after'][0]:.1f} after, "
          f"filled in {result['filled_seconds']} s, reference {result['reference_ms']} ms")  # fmt: skip
    print("| page | requests | p50 ms | p95 ms | max ms | KB | queries | |\n|---|---|---|---|---|---|---|---|")
    for page, one in result["pages"].items():
        asked = result["queries"].get(page, "")
        slow = "slow" if one["p95"] > TARGET_MS else ""
        print(f"| {page} | {one['count']} | {one['p50']} | {one['p95']} | {one['max']} | {one['kb']} | {asked} | {slow} |")
    if result["errors"]:
        print("errors:", ", ".join(f"{name} ({count})" for name, count in result["errors"].items()))


if __name__ == "__main__":
    main()
