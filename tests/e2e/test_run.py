"""``daleel run`` for real: all processes, killed and restarted, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands.train import train_with_progress
from bot.delivery.receiver import StoringReceiver
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction, InboundState
from bot.domain.deliveries import OutboundState
from bot.services.messages import Incoming
from bot.settings import PROJECT, home_of, read_environment
from bot.wiring import Parts, new_id
from tests.e2e.hotline import READY_SECONDS, Hotline, ports

REPLY_SECONDS = 60


@pytest.fixture(scope="module")
def model() -> Path:
    return train_with_progress(home_of(read_environment()))


@pytest.fixture
def hotline(tmp_path: Path, model: Path) -> Iterator[Hotline]:
    running = Hotline(tmp_path, model)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


def send(parts: Parts, phone: str, text: str) -> str:
    incoming = Incoming(Provider.SIMULATOR, Channel.TELEGRAM, phone, new_id(), text=text)
    message_id, _ = StoringReceiver(parts).receive(incoming)
    with parts.unit_of_work() as uow:
        return uow.messages.get(message_id).conversation_id


def replies(parts: Parts, conversation_id: str) -> list[tuple[str | None, str | None]]:
    """Return (answer id, message replied to) of what was delivered, once everything received was handled."""
    until = time.monotonic() + REPLY_SECONDS
    while time.monotonic() < until:
        with parts.unit_of_work() as uow:
            messages = uow.messages.in_conversation(conversation_id, after=0)
        inbound = [m for m in messages if m.direction is Direction.INBOUND]
        outbound = [m for m in messages if m.direction is Direction.OUTBOUND]
        is_done = all(m.state == InboundState.HANDLED.value for m in inbound)
        if is_done and outbound and all(m.state == OutboundState.DELIVERED.value for m in outbound):
            return [(m.answer_id, m.reply_to_id) for m in outbound]
        time.sleep(0.2)
    raise AssertionError(f"not everything was answered in {REPLY_SECONDS} s")


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def rasa_port(hotline: Hotline) -> str:
    arguments = Path(f"/proc/{hotline.children()['rasa']}/cmdline").read_text().split("\0")
    return arguments[arguments.index("--port") + 1]


def wait_for(hotline: Hotline, name: str) -> dict[str, int]:
    until = time.monotonic() + READY_SECONDS
    while name not in (found := hotline.children()):
        assert time.monotonic() < until, f"{name} is not there"
        time.sleep(0.2)
    return found


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    # A process that ended and was not yet collected by its new parent is a zombie, not an orphan at work.
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_every_process_may_be_killed_and_no_message_is_lost_or_answered_twice(hotline: Hotline) -> None:
    # Given a hotline that is ready and answers
    hotline.wait_ready()
    parts = hotline.parts()
    conversation = send(parts, "phone-1", "Do I have to pay for the flight home?")
    assert [answer for answer, _ in replies(parts, conversation)] == ["return_cost"]
    other = send(parts, "phone-2", "I want to talk to a person please")
    assert [answer for answer, _ in replies(parts, other)] == ["talk_to_human", "case_opened_off_duty"]
    assert " error " not in hotline.output()

    # And Rasa's own interface is not behind the door, and closed to whoever has no token
    with urllib.request.urlopen(f"{hotline.url}/readyz", timeout=5) as response:
        assert json.load(response)["status"] == "ready"
    assert status_of(f"{hotline.url}/domain") == 404
    assert status_of(f"http://127.0.0.1:{rasa_port(hotline)}/domain") == 401

    # When each process is killed while messages come in
    for name in ("assistant", "rasa", "worker", "actions"):
        before = wait_for(hotline, name)
        os.kill(before[name], signal.SIGKILL)
        send(parts, "phone-1", "How much does the return cost?")
        until = time.monotonic() + READY_SECONDS
        while hotline.children().get(name) in (None, before[name]):
            assert time.monotonic() < until, f"{name} was not started again"
            time.sleep(0.2)

    # Then every message is answered, once
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            answered = replies(parts, conversation)
            break
        except AssertionError:
            assert time.monotonic() < until
    assert len(answered) == 5
    assert len({message for _, message in answered}) == 5

    # And nothing that was written stands in the log
    assert "return cost" not in hotline.output()
    assert "flight home" not in hotline.output()

    # And Ctrl-C ends everything, leaving no orphan
    pids = list(hotline.children().values())
    assert len(pids) == 5
    assert hotline.stop() == 0
    assert [pid for pid in pids if is_alive(pid)] == []


def test_when_the_supervisor_is_killed_its_children_end(hotline: Hotline) -> None:
    hotline.wait_ready()
    pids = list(hotline.children().values())
    hotline.process.kill()
    hotline.process.wait()
    until = time.monotonic() + 30
    while [pid for pid in pids if is_alive(pid)] and time.monotonic() < until:
        time.sleep(0.2)
    assert [pid for pid in pids if is_alive(pid)] == []


def test_a_busy_port_is_named_in_one_line(tmp_path: Path, model: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        environment = {**os.environ, "DALEEL_HOME": str(tmp_path), **ports(), "CONSOLE_PORT": str(port)}
        ended = subprocess.run(
            [sys.executable, "-m", "bot.cli", "run"], cwd=PROJECT, env=environment, capture_output=True, text=True
        )
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines() == [
        f"daleel: port {port} is in use: stop what uses it, or set CONSOLE_PORT to a free one"
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"CONSOLE_PORT": "eight"}, "CONSOLE_PORT must be a port number from 1 to 65535"),
        ({"DALEEL_KEYS": "rubbish"}, "DALEEL_KEYS holds something that is no key"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL must look like"),
    ],
)
def test_a_broken_setting_is_named_in_one_line(tmp_path: Path, change: dict[str, str], line: str) -> None:
    subprocess.run([sys.executable, "-m", "bot.cli", "keys", "new"], cwd=PROJECT, check=True, capture_output=True,
                   env={**os.environ, "DALEEL_HOME": str(tmp_path)})  # fmt: skip
    environment = {**os.environ, "DALEEL_HOME": str(tmp_path), **ports(), **change}
    ended = subprocess.run(
        [sys.executable, "-m", "bot.cli", "run"], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert line in ended.stderr


def test_a_missing_model_is_named_in_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "DALEEL_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "bot.cli", "understand"], cwd=PROJECT, env=environment, input='{"text": "hello"}\n',
        capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 1
    assert re.fullmatch(r"daleel: no model for the present data in \S+; run: daleel train\n", ended.stderr)


def test_a_wrong_call_ends_with_exit_code_2() -> None:
    ended = subprocess.run([sys.executable, "-m", "bot.cli", "fly"], cwd=PROJECT, capture_output=True, text=True)
    assert ended.returncode == 2
