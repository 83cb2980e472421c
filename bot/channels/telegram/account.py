"""The bot's account: tells Telegram where to bring updates, and looks whether all is as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

from bot.channels.telegram.api import TIMEOUT, ApiRefusal, method_url, result_of
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.channels.telegram.webhook import PATH
from bot.domain.errors import ConfigurationError
from bot.provider_settings import TELEGRAM_API_URL, TelegramSettings

MAX_CONNECTIONS = 40
MAX_WAITING = 100
RECENT = timedelta(minutes=15)

Transport = httpx.BaseTransport | None


def examine(
    settings: TelegramSettings, public_url: str | None, *, now: datetime | None = None, transport: Transport = None
) -> str:
    """Return one line that says what is right.

    Raises:
        ConfigurationError: Says what is wrong and what to do about it.
    """
    me = _mapping(_call(settings, "getMe", transport=transport))
    info = _mapping(_call(settings, "getWebhookInfo", transport=transport))
    name = f"@{me.get('username', settings.bot_id)}"
    waiting = info.get("pending_update_count", 0)
    if settings.mode == "polling":
        if info.get("url"):
            raise ConfigurationError(
                "telegram_webhook",
                "a webhook is set, and TELEGRAM_MODE is polling; remove it with: daleel telegram delete-webhook",
            )
        return f"{name}, polling, {waiting} updates waiting"
    _check_webhook(info, _webhook_url(settings, public_url), now or datetime.now(timezone.utc))
    return f"{name}, webhook set, {waiting} updates waiting"


def set_webhook(settings: TelegramSettings, public_url: str | None, *, transport: Transport = None) -> str:
    """Tell Telegram to bring updates to this hotline; return the address. What waits is kept.

    Raises:
        ConfigurationError: If the mode is polling, or Telegram does not take the address.
    """
    if settings.mode != "webhook":
        raise ConfigurationError("telegram_webhook", "TELEGRAM_MODE is polling; set it to webhook first")
    url = _webhook_url(settings, public_url)
    fields = {
        "url": url,
        "secret_token": settings.secret_token,
        "allowed_updates": list(ALLOWED_UPDATES),
        "max_connections": MAX_CONNECTIONS,
    }
    _call(settings, "setWebhook", fields, transport=transport)
    return url


def delete_webhook(settings: TelegramSettings, *, transport: Transport = None) -> None:
    """Tell Telegram to bring nothing more; what waits is kept for 24 hours.

    Raises:
        ConfigurationError: If Telegram does not answer, or refuses the token.
    """
    _call(settings, "deleteWebhook", {"drop_pending_updates": False}, transport=transport)


def _check_webhook(info: Mapping[str, Any], url: str, now: datetime) -> None:
    again = "set it with: daleel telegram set-webhook"
    if not info.get("url"):
        raise ConfigurationError("telegram_webhook", f"no webhook is set; {again}")
    if info["url"] != url:
        raise ConfigurationError("telegram_webhook", f"the webhook is {info['url']}, not {url}; {again}")
    # Telegram leaves the list out where it is the usual one, which has all that we read.
    missing = set(ALLOWED_UPDATES) - set(info.get("allowed_updates") or ALLOWED_UPDATES)
    if missing:
        raise ConfigurationError("telegram_webhook", f"Telegram does not bring {', '.join(sorted(missing))}; {again}")
    failed_at = info.get("last_error_date")
    if isinstance(failed_at, int) and now - datetime.fromtimestamp(failed_at, timezone.utc) < RECENT:
        reason = str(info.get("last_error_message", "no reason given")).splitlines()[0]
        raise ConfigurationError(
            "telegram_webhook", f"Telegram could not deliver a moment ago ({reason}); look whether {url} can be reached"
        )
    waiting = info.get("pending_update_count", 0)
    if isinstance(waiting, int) and waiting > MAX_WAITING:
        raise ConfigurationError(
            "telegram_webhook", f"{waiting} updates wait at Telegram; look whether the assistant is up: daleel doctor"
        )


def _webhook_url(settings: TelegramSettings, public_url: str | None) -> str:
    if public_url is None:
        raise ConfigurationError("telegram_webhook", "PUBLIC_URL is missing: Telegram must reach this hotline")
    if settings.api_url == TELEGRAM_API_URL and not public_url.startswith("https://"):
        raise ConfigurationError("telegram_webhook", "PUBLIC_URL must start with https://; Telegram calls nothing else")
    return f"{public_url}{PATH}"


def _call(settings: TelegramSettings, method: str, fields: Mapping[str, Any] | None = None, *, transport: Transport) -> Any:
    try:
        with httpx.Client(timeout=TIMEOUT, transport=transport) as http:
            return result_of(http.post(method_url(settings, method), json=dict(fields or {})))
    except ApiRefusal as refusal:
        if refusal.status in (httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND):
            detail = "Telegram does not know TELEGRAM_TOKEN; copy it from BotFather again"
        else:
            detail = f"Telegram refuses {method}: {refusal.detail or refusal.status}"
        raise ConfigurationError("telegram_refused", detail) from refusal
    except httpx.HTTPError as error:
        raise ConfigurationError(
            "telegram_away", f"{settings.api_url} does not answer ({type(error).__name__}); look at the network and try again"
        ) from error


def _mapping(result: object) -> Mapping[str, Any]:
    if not isinstance(result, Mapping):
        raise ConfigurationError("telegram_away", "what answers at TELEGRAM_API_URL is not the Bot API")
    return result
