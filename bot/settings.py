"""Settings: read once from the environment and ``.env``, checked, frozen, passed on as an argument."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from bot.domain.contacts import LANGUAGES, Channel, Provider
from bot.domain.errors import ConfigurationError
from bot.domain.opening_hours import ALWAYS_OPEN, OpeningHours
from bot.provider_settings import (
    GatewaySettings,
    TelegramSettings,
    TwilioSettings,
    gateway_settings,
    sms_currency,
    sms_prices,
    telegram_settings,
    twilio_settings,
)
from bot.services.retention import Retention
from bot.storage.key_file import KEYS_FILE, FileKeys

PROJECT = Path(__file__).resolve().parent.parent
"""The checkout: Rasa's own files (``config.yml``, ``domain.yml``…) lie here."""

DEFAULT_HOME = "var"
DEFAULT_PORTS = {"ASSISTANT_PORT": 5005, "ACTIONS_PORT": 5055, "CONSOLE_PORT": 8000}
MIN_SECRET_LENGTH = 32
DEFAULT_SMS_PARTS_PER_MINUTE = 60
"""What Twilio takes for one long number (one part a second)."""
RETENTION = {
    "RETENTION_DRAFT_DAYS": "draft_days",
    "RETENTION_MESSAGE_DAYS": "message_days",
    "RETENTION_REQUEST_MONTHS": "request_months",
    "RETENTION_CASE_MONTHS": "case_months",
    "RETENTION_TRACKER_DAYS": "tracker_days",
    "RETENTION_MEDIA_DAYS": "media_days",
}
"""Setting of each retention time; docs/privacy.md gives the reasons of the defaults."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY, _TIME = f"({'|'.join(DAYS)})", "([01][0-9]|2[0-3]):([0-5][0-9])"
_HOURS = re.compile(f"{_DAY}(?:-{_DAY})? {_TIME}-{_TIME}")


@dataclass(frozen=True)
class Settings:
    """All settings of one process. Secrets have no default and do not show in ``repr``.

    Attributes:
        home: Folder for the database, the model, keys made by ``daleel keys new`` and logs.
        database_url: SQLAlchemy address; SQLite in ``home`` unless set.
        keys: Encryption keys, newest first; ciphers made of them follow a change of the keys' file.
        secret_key: Signs sessions and tokens, and keys the look-up hashes.
        public_url: Where the providers reach this hotline; None on a desk.
        staff_url: Where staff reach the console: the address in the links of invitations.
        has_simulator: Whether the phone in the browser is on.
        sms_prices: Price of one SMS part by country code, ``*`` for all others.
        sms_currency: The currency of these prices (ISO 4217); None where the operator named none.
        sms_parts_per_minute: How many SMS parts the provider takes from our number.
        retention: How long each kind of data is kept.
        opening_hours: When the office is open; without hours set, always.
        needs_second_factor: Whether staff without a second factor must set one up before anything else.
        erasure_law: By language, what the law makes the operator keep after an erasure; empty where there is nothing.
    """

    home: Path
    database_url: str = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    secret_key: str = field(repr=False)
    public_url: str | None
    staff_url: str | None
    assistant_port: int
    actions_port: int
    console_port: int
    has_simulator: bool
    telegram: TelegramSettings | None = None
    twilio: TwilioSettings | None = None
    gateway: GatewaySettings | None = None
    sms_prices: Mapping[str, Decimal] = field(default_factory=dict)
    sms_currency: str | None = None
    sms_parts_per_minute: int = DEFAULT_SMS_PARTS_PER_MINUTE
    retention: Retention = field(default_factory=Retention)
    erasure_law: Mapping[str, str] = field(default_factory=dict)
    opening_hours: OpeningHours = ALWAYS_OPEN
    needs_second_factor: bool = True

    @property
    def channels(self) -> dict[Channel, Provider]:
        """The channels that are on, and who carries each."""
        on = {}
        if self.telegram is not None:
            on[Channel.TELEGRAM] = Provider.TELEGRAM
        if self.twilio is not None and self.twilio.whatsapp_from:
            on[Channel.WHATSAPP] = Provider.TWILIO
        if self.twilio is not None and self.twilio.has_sms:
            on[Channel.SMS] = Provider.TWILIO
        if self.gateway is not None:
            on[Channel.SMS] = Provider.GATEWAY
        return on

    @property
    def model_folder(self) -> Path:
        """Where trained models lie."""
        return self.home / "models"

    @property
    def assistant_url(self) -> str:
        """Where this machine reaches the assistant."""
        return f"http://127.0.0.1:{self.assistant_port}"

    @property
    def actions_url(self) -> str:
        """Where the assistant reaches the actions."""
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def console_url(self) -> str:
        """Where this machine reaches the console."""
        return f"http://127.0.0.1:{self.console_port}"


def read_environment(project: Path = PROJECT) -> dict[str, str]:
    """Return the settings by name: ``.env`` in the checkout, then the environment over it.

    What ``daleel keys new`` wrote to ``<home>/keys.env`` comes first, so that anything set by hand wins.
    """
    from_file = {k: v for k, v in dotenv_values(project / ".env").items() if v is not None}
    merged = {**from_file, **os.environ}
    home = home_of(merged, project)
    made = {k: v for k, v in dotenv_values(home / KEYS_FILE).items() if v is not None}
    return {**made, **{name: value for name, value in merged.items() if value != ""}}


def load_settings(environment: Mapping[str, str], *, project: Path = PROJECT) -> Settings:
    """Build the settings, or say in one line everything that is wrong.

    Args:
        environment: Settings by name, as ``read_environment`` gives them.
        project: Folder against which a relative ``DALEEL_HOME`` is taken.

    Raises:
        ConfigurationError: Names every missing or wrong setting and says what to do.
    """
    problems: list[str] = []
    ports = {name: _port(environment, name, problems) for name in DEFAULT_PORTS}
    if len(set(ports.values())) < len(ports):
        problems.append("ASSISTANT_PORT, ACTIONS_PORT and CONSOLE_PORT must differ")
    keys = tuple(key.strip() for key in environment.get("DALEEL_KEYS", "").split(",") if key.strip())
    if not keys:
        problems.append("DALEEL_KEYS is missing (make it with: daleel keys new)")
    secret_key = environment.get("DALEEL_SECRET_KEY", "")
    if len(secret_key) < MIN_SECRET_LENGTH:
        problems.append(
            f"DALEEL_SECRET_KEY is missing or shorter than {MIN_SECRET_LENGTH} characters (make it with: daleel keys new)"
        )
    public_url = (environment.get("PUBLIC_URL") or "").rstrip("/") or None
    if public_url and not public_url.startswith(("https://", "http://")):
        problems.append("PUBLIC_URL must start with https:// (or http:// on a desk)")
    staff_url = (environment.get("CONSOLE_URL") or "").rstrip("/") or None
    if staff_url and not staff_url.startswith(("https://", "http://")):
        problems.append("CONSOLE_URL must start with https:// (or http:// on a desk)")
    telegram = telegram_settings(environment, problems, public_url=public_url)
    twilio = twilio_settings(environment, problems, public_url=public_url)
    gateway = gateway_settings(environment, problems, public_url=public_url)
    if gateway is not None and twilio is not None and twilio.has_sms:
        problems.append("SMS has two providers: unset SMS_GATEWAY_URL, or TWILIO_SMS_FROM and TWILIO_MESSAGING_SERVICE_SID")
    prices, currency = sms_prices(environment, problems), sms_currency(environment, problems)
    parts_per_minute = _count(environment, "SMS_PARTS_PER_MINUTE", DEFAULT_SMS_PARTS_PER_MINUTE, problems)
    retention = _retention(environment, problems)
    erasure_law = _erasure_law(environment, problems)
    simulator = environment.get("DALEEL_SIMULATOR", "0")
    if simulator not in ("0", "1"):
        problems.append("DALEEL_SIMULATOR must be 0 or 1")
    opening_hours = _opening_hours(environment, problems)
    second_factor = environment.get("SECOND_FACTOR", "required")
    if second_factor not in ("required", "offered"):
        problems.append("SECOND_FACTOR must be required or offered")
    if problems:
        raise ConfigurationError("settings", "; ".join(problems))
    home = home_of(environment, project)
    return Settings(
        home=home,
        database_url=environment.get("DATABASE_URL") or f"sqlite:///{home / 'daleel.db'}",
        keys=FileKeys(keys, home / KEYS_FILE),
        secret_key=secret_key,
        public_url=public_url,
        staff_url=staff_url,
        assistant_port=ports["ASSISTANT_PORT"],
        actions_port=ports["ACTIONS_PORT"],
        console_port=ports["CONSOLE_PORT"],
        has_simulator=simulator == "1",
        telegram=telegram,
        twilio=twilio,
        gateway=gateway,
        sms_prices=prices,
        sms_currency=currency,
        sms_parts_per_minute=parts_per_minute,
        retention=retention,
        erasure_law=erasure_law,
        opening_hours=opening_hours,
        needs_second_factor=second_factor == "required",
    )


def home_of(environment: Mapping[str, str], project: Path = PROJECT) -> Path:
    """Return the folder for database, models and keys, which some commands need without any other setting."""
    return (project / (environment.get("DALEEL_HOME") or DEFAULT_HOME)).resolve()


def _port(environment: Mapping[str, str], name: str, problems: list[str]) -> int:
    text = environment.get(name, str(DEFAULT_PORTS[name]))
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    problems.append(f"{name} must be a port number from 1 to 65535")
    return 0


def _count(environment: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    text = environment.get(name, str(default))
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000:
        return int(text)
    problems.append(f"{name} must be a whole number, 1 or more")
    return default


def _retention(environment: Mapping[str, str], problems: list[str]) -> Retention:
    defaults = Retention()
    times = {field: _count(environment, name, getattr(defaults, field), problems) for name, field in RETENTION.items()}
    return Retention(**times)


def _opening_hours(environment: Mapping[str, str], problems: list[str]) -> OpeningHours:
    """Read ``sun-thu 08:30-16:30, sat 09:00-12:00``: days or a span of days, and from when to when."""
    name = environment.get("OPENING_TIMEZONE") or "Africa/Tripoli"
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(f"OPENING_TIMEZONE {name} is not known: give one like Africa/Tripoli")
        return ALWAYS_OPEN
    hours: list[tuple[int, time, time]] = []
    for part in filter(None, (part.strip().lower() for part in environment.get("OPENING_HOURS", "").split(","))):
        match = _HOURS.fullmatch(part)
        if match is None:
            problems.append("OPENING_HOURS must look like: sun-thu 08:30-16:30, sat 09:00-12:00")
            return ALWAYS_OPEN
        first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
        start, end = time(int(match[3]), int(match[4])), time(int(match[5]), int(match[6]))
        if start >= end:
            problems.append(f"OPENING_HOURS: {part} ends before it begins")
            return ALWAYS_OPEN
        hours += [((first + step) % 7, start, end) for step in range((last - first) % 7 + 1)]
    return OpeningHours(tuple(hours), zone)


def _erasure_law(environment: Mapping[str, str], problems: list[str]) -> Mapping[str, str]:
    texts = {code: environment.get(f"ERASURE_LAW_{code.upper()}", "").strip() for code in LANGUAGES}
    if any(texts.values()) and not all(texts.values()):
        missing = " and ".join(f"ERASURE_LAW_{code.upper()}" for code, text in texts.items() if not text)
        problems.append(f"{missing} is missing: who is told what the law makes you keep must be told in their language")
    return texts if all(texts.values()) else {}
