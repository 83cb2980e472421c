"""What ``daleel whatsapp`` does."""

from __future__ import annotations

import httpx
from rich.console import Console

from bot.channels.twilio.account_api import AccountApi
from bot.channels.twilio.template_store import make_templates
from bot.channels.twilio.templates import all_templates
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import ConfigurationError
from bot.language.catalogues import Catalogues
from bot.settings import Settings


def create_templates(
    settings: Settings, catalogues: Catalogues, out: Console, *, transport: httpx.BaseTransport | None = None
) -> None:
    """Make the WhatsApp templates at Twilio that are not there, and print the line for ``.env``.

    Args:
        transport: Of httpx; tests answer with it.

    Raises:
        ConfigurationError: If WhatsApp is off, or Twilio refuses.
    """
    if settings.twilio is None or not settings.twilio.whatsapp_from:
        raise ConfigurationError("whatsapp_off", "WhatsApp is off: set TWILIO_ACCOUNT_SID and TWILIO_WHATSAPP_FROM")
    texts = {language: catalogues.text(language, "reply_ready", "text") for language in LANGUAGES}
    with AccountApi(settings.twilio, transport=transport) as api:
        sids = make_templates(api, all_templates(texts), tell=lambda line: out.print(line, markup=False))
    out.print("Put this line into .env and start again; until WhatsApp has approved reply_ready_*, late replies wait:")
    line = ",".join(f"{name}={sid}" for name, sid in sids.items())
    out.print(f"TWILIO_CONTENT_SIDS={line}", markup=False, soft_wrap=True)
