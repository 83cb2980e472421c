"""Several processes behind one port, with real processes killed for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standins.clock import wait_until

PATIENCE_SECONDS = 30
SERVER = r"""
import os, sys, time
from bot.commands.prefork import several_processes

with several_processes(int(sys.argv[1])):
    os.write(1, f"{os.getpid()}\n".encode())
    time.sleep(60)
"""


@pytest.fixture
def start():
    """Start a program in so many processes; return it with their ids, the first of them its own."""
    started = []

    def begin(count):
        process = subprocess.Popen([sys.executable, "-c", SERVER, str(count)], stdout=subprocess.PIPE, text=True)
        started.append(process)
        ids = [int(process.stdout.readline()) for _ in range(count)]
        return process, [process.pid, *(one for one in ids if one != process.pid)]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def is_gone(process_id):
    try:
        return Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("count", [1, 2, 3])
def test_as_many_processes_run_as_were_asked_for(start, count):
    _, ids = start(count)
    assert len(set(ids)) == count
    assert not any(is_gone(one) for one in ids)


def test_who_is_told_to_stop_stops_the_others_too(start):
    process, (_, other) = start(2)
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE_SECONDS)
    assert is_gone(other)


def test_when_the_first_is_killed_no_other_stays_behind(start):
    process, (_, *others) = start(3)
    process.kill()
    process.wait(PATIENCE_SECONDS)
    for one in others:
        wait_until(lambda one=one: is_gone(one), seconds=PATIENCE_SECONDS, what="the end of the other process")


def test_when_another_is_killed_all_end_so_that_they_are_started_anew(start):
    process, (_, killed, other) = start(3)
    os.kill(killed, signal.SIGKILL)
    assert process.wait(PATIENCE_SECONDS) == 1
    assert is_gone(other)
