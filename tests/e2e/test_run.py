"""``daleel run`` for real: all processes, killed and restarted, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
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

from bot.commands import training
from bot.commands.train import train_with_progress
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction, InboundState, OutboundState
from bot.services.messages import Incoming, receive_message
from bot.settings import PROJECT, home_of, load_settings, read_environment
from bot.wiring import Parts, build, new_id, now

READY_SECONDS = 150
REPLY_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Hotline:
    """A hotline of its own in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            **os.environ,
            "DALEEL_HOME": str(home),
            "DALEEL_SIMULATOR": "1",
            **{name: str(free_port()) for name in ("ASSISTANT_PORT", "ACTIONS_PORT", "CONSOLE_PORT")},
        }
        for name in ("DATABASE_URL", "DALEEL_KEYS", "DALEEL_SECRET_KEY"):
            self.environment.pop(name, None)
        self.log = (home / "run.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"], cwd=PROJECT, env=self.environment,
            stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def output(self) -> str:
        return (self.home / "run.log").read_text(errors="replace")

    def wait_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while "Daleel is ready" not in self.output():
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < until, self.output()
            time.sleep(0.3)

    def parts(self) -> Parts:
        keys = dict(line.split("=", 1) for line in (self.home / "keys.env").read_text().splitlines() if "=" in line)
        return build(load_settings({**self.environment, **keys}))

    def children(self) -> dict[str, int]:
        listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        found = re.findall(rf"^\s*(\d+)\s+{self.process.pid}\s.*-m bot\.cli (\w+)$", listed, flags=re.MULTILINE)
        return {name: int(pid) for pid, name in found}

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(40)
        self.log.close()
        return code


@pytest.fixture(scope="module")
def model() -> Path:
    return train_with_progress(home_of(read_environment()))


@pytest.fixture
def hotline(tmp_path: Path, model: Path) -> Iterator[Hotline]:
    (tmp_path / "models").mkdir()
    shutil.copy(model, training.model_path(tmp_path / "models"))
    running = Hotline(tmp_path)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


def send(parts: Parts, phone: str, text: str) -> str:
    incoming = Incoming(Provider.SIMULATOR, Channel.TELEGRAM, phone, new_id(), text=text)
    with parts.unit_of_work() as uow:
        message, _ = receive_message(uow, incoming, clock=now, new_id=new_id)
    return message.conversation_id


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

    # And Rasa's own interface is closed to whoever has no token
    url = f"http://127.0.0.1:{hotline.environment['ASSISTANT_PORT']}"
    with urllib.request.urlopen(f"{url}/readyz", timeout=5) as response:
        assert json.load(response)["status"] == "ready"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{url}/domain", timeout=5)
    assert refused.value.code == 401
    refused.value.close()

    # When each process is killed while messages come in
    for name in ("assistant", "worker", "actions"):
        before = hotline.children()
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
    assert len(answered) == 4
    assert len({message for _, message in answered}) == 4

    # And nothing that was written stands in the log
    assert "return cost" not in hotline.output()
    assert "flight home" not in hotline.output()

    # And Ctrl-C ends everything, leaving no orphan
    pids = list(hotline.children().values())
    assert len(pids) == 4
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
        environment = {**os.environ, "DALEEL_HOME": str(tmp_path), "CONSOLE_PORT": str(port)}
        environment |= {"ASSISTANT_PORT": str(free_port()), "ACTIONS_PORT": str(free_port())}
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
    environment = {**os.environ, "DALEEL_HOME": str(tmp_path), **change}
    environment |= {name: str(free_port()) for name in ("ASSISTANT_PORT", "ACTIONS_PORT", "CONSOLE_PORT") if name not in change}
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
