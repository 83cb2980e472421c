"""Stock Rasa with its own Telegram and Twilio connectors, in a process of its own.

As a program it serves a model with Rasa's unchanged connectors; only the addresses of the providers are others, so that
they lead to the stand-ins. Rasa 3.6 with the packages it asks for fails at every Telegram update, because it calls
``asyncio.run(set_webhook)`` before its own event loop starts; ``--without-set-webhook`` leaves that one call out.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.keys import make_keys
from bot.settings import load_settings
from bot.storage.migrate import migrate
from bot.storage.seed import seed_directory
from bot.wiring import build
from tests.e2e.hotline import OWN_SETTINGS, free_ports
from tests.e2e.providers import PUBLIC_URL
from tests.standins import TelegramStandIn, TwilioStandIn

PROJECT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
READY_SECONDS = 180
QUIET_ENVIRONMENT = {
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "RASA_TELEMETRY_ENABLED": "false",
}


class StockRasa:
    """Rasa and the action server, started and stopped.

    Args:
        home: A folder with keys and a migrated database, which the action server and the answers need.
        credentials: Of Rasa's connectors, by name.
        tracker_store: An entry of ``endpoints.yml``, or None for Rasa's default, which is in memory.
        environment: Where the providers are, and our settings.
        sets_webhook: Leave Rasa's call at the start as it is.
    """

    def __init__(
        self,
        home: Path,
        model: Path,
        *,
        credentials: Mapping[str, Any],
        tracker_store: Mapping[str, Any] | None,
        environment: Mapping[str, str],
        port: int,
        sets_webhook: bool = False,
    ) -> None:
        self.url = f"http://{HOST}:{port}"
        endpoints = {
            "action_endpoint": {"url": f"http://{HOST}:{environment['ACTIONS_PORT']}/webhook"},
            "nlg": {"type": "bot.speaking.generator.AnswerGenerator"},
            **({"tracker_store": dict(tracker_store)} if tracker_store else {}),
        }
        for name, content in (("credentials", credentials), ("endpoints", endpoints)):
            (home / f"{name}.yml").write_text(yaml.safe_dump(dict(content)), encoding="utf-8")
        self._environment = {**environment, **QUIET_ENVIRONMENT, "DALEEL_HOME": str(home)}
        self._log = (home / "stock.log").open("ab")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        served = [
            "benchmarks.stock_rasa", "--model", str(model), "--port", str(port), "--credentials", str(home / "credentials.yml"),
            "--endpoints", str(home / "endpoints.yml"), *([] if sets_webhook else ["--without-set-webhook"]),
        ]  # fmt: skip
        try:
            self._start("actions", "bot.cli", "actions")
            self._start("rasa", *served)
            self._wait_ready(home / "stock.log")
        except BaseException:
            self.stop()
            raise

    def processes(self) -> dict[str, int]:
        """Return the ids of its processes by name."""
        return {name: process.pid for name, process in self._processes.items()}

    def stop(self) -> None:
        """End its processes."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()

    def _start(self, name: str, *module: str) -> None:
        self._processes[name] = subprocess.Popen(
            [sys.executable, "-m", *module], cwd=PROJECT, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def _wait_ready(self, log: Path) -> None:
        until = time.monotonic() + READY_SECONDS
        while not answers(f"{self.url}/status"):
            is_dead = any(process.poll() is not None for process in self._processes.values())
            if is_dead or time.monotonic() > until:
                raise RuntimeError(f"stock Rasa did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.3)


@contextlib.contextmanager
def stock(
    folder: Path,
    model: Path,
    telegram: TelegramStandIn,
    twilio: TwilioStandIn,
    *,
    tracker_store: Mapping[str, str] | None = None,
    sets_webhook: bool = False,
) -> Iterator[StockRasa]:
    """Run stock Rasa in a fresh folder; its webhooks are known to the stand-ins. Arguments as for ``StockRasa``."""
    make_keys(folder)
    keys = dict(line.split("=", 1) for line in (folder / "keys.env").read_text().splitlines() if "=" in line)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN_SETTINGS)}
    port, actions_port = free_ports(2)
    environment = {
        **inherited, **keys, "DALEEL_HOME": str(folder), "ACTIONS_PORT": str(actions_port),
        "BENCHMARK_TELEGRAM_URL": telegram.url, "BENCHMARK_TWILIO_URL": twilio.url,
    }  # fmt: skip
    parts = build(load_settings(environment))
    migrate(parts.engine)
    with parts.unit_of_work() as uow:
        seed_directory(uow)
    hook = f"{PUBLIC_URL}/webhooks/telegram/webhook"
    credentials = {
        "telegram": {"access_token": telegram.token, "verify": telegram.bot["username"], "webhook_url": hook},
        "twilio": {
            "account_sid": twilio.account_sid, "auth_token": twilio.auth_token, "twilio_number": twilio.sms_numbers[0],
        },
    }  # fmt: skip
    telegram.route(PUBLIC_URL, f"http://127.0.0.1:{port}")
    rasa = StockRasa(
        folder, model, credentials=credentials, tracker_store=tracker_store, environment=environment, port=port,
        sets_webhook=sets_webhook,
    )  # fmt: skip
    try:
        path = "/webhooks/twilio/webhook"
        twilio.set_webhook(f"{PUBLIC_URL}{path}", f"{rasa.url}{path}", channel="sms")
        if not sets_webhook:
            asked = urllib.parse.urlencode({"url": hook}).encode()
            urllib.request.urlopen(f"{telegram.url}/bot{telegram.token}/setWebhook", asked, timeout=10).close()
        yield rasa
    finally:
        rasa.stop()


def answers(url: str) -> bool:
    """Say whether a page is there."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("model", "credentials", "endpoints"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--without-set-webhook", action="store_true")
    arguments = parser.parse_args()
    lead_to_stand_ins(telegram=os.environ["BENCHMARK_TELEGRAM_URL"], twilio=os.environ["BENCHMARK_TWILIO_URL"])
    if arguments.without_set_webhook:
        leave_out_set_webhook()
    let_answers_fit_sms()
    import rasa.core.run
    from rasa.core.utils import read_endpoints_from_path
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    # As `rasa run` does before it serves; without it every turn would be logged in full.
    configure_logging_and_warnings(warn_only_once=True, filter_repeated_logs=True)
    configure_structlog()
    rasa.core.run.serve_application(
        model_path=arguments.model,
        interface=HOST,
        port=arguments.port,
        credentials=arguments.credentials,
        endpoints=read_endpoints_from_path(arguments.endpoints),
    )


def lead_to_stand_ins(*, telegram: str, twilio: str) -> None:
    """Give the providers' libraries other addresses; Rasa offers no setting for it."""
    from aiogram import Bot
    from aiogram.bot.api import TelegramAPIServer
    from twilio.http.http_client import TwilioHttpClient

    Bot.__init__ = functools.partialmethod(Bot.__init__, server=TelegramAPIServer.from_base(telegram))
    request = TwilioHttpClient.request

    def request_stand_in(self: TwilioHttpClient, method: str, url: str, *rest: Any, **named: Any) -> Any:
        return request(self, method, url.replace("https://api.twilio.com", twilio), *rest, **named)

    TwilioHttpClient.request = request_stand_in


def leave_out_set_webhook() -> None:
    """Let the Telegram connector start without its call to Telegram, and otherwise be as it is."""
    from rasa.core.channels.telegram import TelegramInput, TelegramOutput

    TelegramInput.get_output_channel = lambda self: TelegramOutput(self.access_token)


def let_answers_fit_sms() -> None:
    """Let the answers know that ``twilio`` is SMS: short words, and no choices in the text, as Rasa adds them itself."""
    from bot.speaking.generator import AnswerGenerator

    generate = AnswerGenerator.generate

    async def generate_fitting(self: AnswerGenerator, utter: str, tracker: Any, output_channel: str, **values: Any) -> dict:
        if output_channel != "twilio":
            return await generate(self, utter, tracker, output_channel, **values)
        message = await generate(self, utter, tracker, "sms", **values)
        lines = message["text"].split("\n")
        return {**message, "text": "\n".join(lines[: len(lines) - len(message["buttons"])])}

    AnswerGenerator.generate = generate_fitting


if __name__ == "__main__":
    main()
