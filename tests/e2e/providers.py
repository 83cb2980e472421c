"""A hotline on all channels, with stand-ins of its providers around it."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.settings import PROJECT
from tests.e2e.hotline import Hotline
from tests.standins import GatewayStandIn, TelegramStandIn, TwilioStandIn

PUBLIC_URL = "https://hotline.example"
CONTENTS = {
    "reply_ready_en": "Your reply is ready. Answer OPEN to read it.",
    "reply_ready_fr": "Votre réponse est prête. Répondez OUVRIR pour la lire.",
    "reply_ready_ar": "ردك جاهز. أجب بكلمة: افتح",
}


@dataclass(frozen=True)
class Channels:
    """What a test plays with."""

    hotline: Hotline
    telegram: TelegramStandIn
    twilio: TwilioStandIn


@dataclass(frozen=True)
class Roads(Channels):
    """The same, with a gateway for SMS."""

    gateway: GatewayStandIn


def provider_settings(telegram: TelegramStandIn, twilio: TwilioStandIn) -> dict[str, str]:
    """Return the settings of a hotline whose providers are the stand-ins."""
    contents = {
        name: twilio.contents.add({"twilio/text": {"body": body}}, approved=True).sid for name, body in CONTENTS.items()
    }
    return {
        "PUBLIC_URL": PUBLIC_URL,
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_SECRET_TOKEN": secrets.token_urlsafe(24),
        "TELEGRAM_API_URL": telegram.url,
        "TWILIO_ACCOUNT_SID": twilio.account_sid,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
        "TWILIO_API_URL": twilio.url,
        "TWILIO_SMS_FROM": twilio.sms_numbers[0],
        "TWILIO_WHATSAPP_FROM": twilio.whatsapp_numbers[0],
        "TWILIO_CONTENT_SIDS": ",".join(f"{name}={sid}" for name, sid in contents.items()),
        "SMS_PRICES": "LY=0.085,*=0.10",
        "SMS_PARTS_PER_MINUTE": "100000",
    }


@contextlib.contextmanager
def running(
    home: Path,
    model: Path,
    telegram: TelegramStandIn,
    twilio: TwilioStandIn,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Channels]:
    """Run a hotline whose webhooks the stand-ins call through a proxy, as the Internet would."""
    hotline = Hotline(home, model, {**provider_settings(telegram, twilio), **(settings or {})})
    try:
        telegram.route(PUBLIC_URL, hotline.url)
        for channel in ("sms", "whatsapp"):
            path = f"/webhooks/{channel}/webhook"
            twilio.set_webhook(f"{PUBLIC_URL}{path}#rc=3&rp=all", f"{hotline.url}{path}", channel=channel)
        hotline.wait_ready()
        run(hotline, "telegram", "set-webhook")
        yield Channels(hotline, telegram, twilio)
    finally:
        hotline.stop()


def run(hotline: Hotline, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the hotline."""
    return command(hotline.environment, hotline.home, *words)


def command(settings: Mapping[str, str], home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command with these settings in a folder that may have its keys already."""
    environment = {**os.environ, **settings, "DALEEL_HOME": str(home)}
    call = partial(subprocess.run, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if not (home / "keys.env").exists():
        call([sys.executable, "-m", "bot.cli", "keys", "new"])
    return call([sys.executable, "-m", "bot.cli", *words])


def wait_until(is_so: Callable[[], object], *, seconds: float = 30, what: str = "it") -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)
