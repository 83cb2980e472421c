"""Runs Kannel as the operator's page says, on free ports, with its fake SMSC in place of a network."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

BEARERBOX, SMSBOX = Path("/usr/sbin/bearerbox"), Path("/usr/sbin/smsbox")
FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "operators" / "sms-gateways.md"
PHONE = "218912345678"
SHORT_CODE = "1234"
FILLED = {"<the-secret>": "f4kXq0-Wm_27ubHPzt91Lc", "<a-password>": "open-sesame", "<another-password>": "knock-knock"}
_GOT = re.compile(r"Got message \d+: <(.*)>$", re.DOTALL | re.MULTILINE)


def block_of_page(kind):
    """Return the one block of the page that is marked so, with its blanks filled in."""
    [block] = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    for blank, filled in FILLED.items():
        block = block.replace(blank, filled)
    return block


def free_ports(count):
    """Return ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for taken in sockets:
            taken.bind(("127.0.0.1", 0))
        return [taken.getsockname()[1] for taken in sockets]


def wait_for(condition, *, seconds=10.0):
    """Return what a condition gives, as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.05)
    return found


class KannelBox:
    """A bearerbox and an smsbox in a folder; a context manager."""

    def __init__(self, folder, hotline_port):
        self.folder = folder
        self.admin_port, self.smsbox_port, self.send_port, self.smsc_port = free_ports(4)
        self._hotline_port = hotline_port
        self._processes = []

    def __enter__(self):
        (self.folder / "spool").mkdir()
        config = self.folder / "kannel.conf"
        config.write_text(self._config(), encoding="utf-8")
        try:
            for box, port in ((BEARERBOX, self.smsc_port), (SMSBOX, self.send_port)):
                self._start(box, "-v", "4", str(config))
                wait_for(lambda port=port: _listens(port))
        except BaseException:
            self._stop_all()
            raise
        return self

    def __exit__(self, *_error):
        self._stop_all()

    def _config(self):
        text = block_of_page("kannel")
        for before, after in {
            "admin-port = 13000": f"admin-port = {self.admin_port}",
            "smsbox-port = 13001": f"smsbox-port = {self.smsbox_port}",
            "sendsms-port = 13013": f"sendsms-port = {self.send_port}",
            "http://127.0.0.1:5005/": f"http://127.0.0.1:{self._hotline_port}/",
            "/var/spool/kannel": str(self.folder / "spool"),
            "/var/log/kannel": str(self.folder),
            "http-queue-delay = 30": "http-queue-delay = 1",
        }.items():
            assert before in text
            text = text.replace(before, after)
        smsc = f"group = smsc\nsmsc = fake\nsmsc-id = fake\nport = {self.smsc_port}\nconnect-allow-ip = 127.0.0.1\n"
        return f"{text}\n{smsc}"

    def _start(self, *command):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        self._processes.append(process)

    def _stop_all(self):
        for process in reversed(self._processes):
            stop(process)

    def logs(self):
        """Return all that both boxes logged."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


class Phone:
    """A person's phone on the fake network; a context manager. One can be on at a time."""

    def __init__(self, box, *texts):
        """Switch it on; it sends the texts."""
        self._output = box.folder / f"phone-{time.monotonic_ns()}.txt"
        messages = [
            f"{PHONE} {SHORT_CODE} ucs2 {quote_from_bytes(text.encode('utf-16-be'))}"
            if not text.isascii()
            else f"{PHONE} {SHORT_CODE} text {text}"
            for text in texts
        ]
        self._command = [
            str(FAKESMSC), "-H", "127.0.0.1", "-r", str(box.smsc_port), "-i", "0.01",
            "-m", str(len(texts)), *(messages or [f"{PHONE} {SHORT_CODE} text never sent"]),
        ]  # fmt: skip

    def __enter__(self):
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(self._command, stdout=output, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_error):
        stop(self._process)

    def received(self):
        """Return what arrived, as (sender, number, text), parts of a long text joined."""
        shown = self._output.read_bytes().decode("utf-8", "replace")
        # A message may hold line ends, so it goes on to the next line that begins with a date.
        records = re.split(r"(?=^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )", shown, flags=re.MULTILINE)
        found = [match[1] for record in records if (match := _GOT.search(record))]
        return [_read(line) for line in found]


def _read(line):
    sender, number, kind, data = line.split(" ", 3)
    if kind == "udh":
        # A part of a long text: its header, then its own kind.
        _, kind, data = data.split(" ", 2)
    if kind in ("ucs-2", "data"):
        return sender, number, unquote_to_bytes(data.replace("+", " ")).decode("utf-16-be")
    return sender, number, data


def stop(process):
    """End a process that we started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_installed():
    """Say whether Kannel and its test tools are here."""
    return all(path.exists() for path in (BEARERBOX, SMSBOX, FAKESMSC))


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
