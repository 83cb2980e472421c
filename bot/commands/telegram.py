"""``daleel telegram``: where Telegram brings its updates."""

from __future__ import annotations

from rich.console import Console

from bot.channels.telegram import account
from bot.domain.errors import ConfigurationError
from bot.provider_settings import TelegramSettings
from bot.settings import Settings


def set_webhook(settings: Settings, out: Console) -> None:
    """Tell Telegram to bring updates to this hotline.

    Raises:
        ConfigurationError: If Telegram is off, or does not take the address.
    """
    url = account.set_webhook(_telegram(settings), settings.public_url)
    out.print(f"Telegram brings updates to {url} from now on.", markup=False)


def delete_webhook(settings: Settings, out: Console) -> None:
    """Tell Telegram to bring nothing more.

    Raises:
        ConfigurationError: If Telegram is off, or does not answer.
    """
    account.delete_webhook(_telegram(settings))
    out.print("Telegram brings no more updates. It keeps new ones for 24 hours.")


def _telegram(settings: Settings) -> TelegramSettings:
    if settings.telegram is None:
        raise ConfigurationError("telegram_off", "TELEGRAM_TOKEN is missing: Telegram is off")
    return settings.telegram
