"""Says in one line each which channels are on; at the start and in ``daleel doctor``."""

from __future__ import annotations

from bot.domain.contacts import Channel
from bot.settings import Settings


def channel_lines(settings: Settings) -> list[str]:
    """Say for each channel whether it is on and who carries it, or which setting turns it on."""
    names = {Channel.TELEGRAM: "Telegram", Channel.WHATSAPP: "WhatsApp", Channel.SMS: "SMS"}
    needs = {
        Channel.TELEGRAM: "TELEGRAM_TOKEN",
        Channel.WHATSAPP: "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_WHATSAPP_FROM",
        Channel.SMS: "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_SMS_FROM, or SMS_GATEWAY_URL",
    }
    on = settings.channels
    return [
        f"{name:<10} {f'on, by {on[channel].value}' if channel in on else f'off: set {needs[channel]}'}"
        for channel, name in names.items()
    ]
