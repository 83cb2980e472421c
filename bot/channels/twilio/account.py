"""Looks whether the Twilio account is set up for this hotline; for ``daleel doctor``."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from bot.channels.twilio.account_api import AccountApi
from bot.channels.twilio.addresses import MESSAGING_API_URL, webhook_url
from bot.channels.twilio.template_store import approval_of, existing_templates
from bot.channels.twilio.templates import REPLY_READY
from bot.domain.contacts import Channel
from bot.domain.errors import ConfigurationError
from bot.provider_settings import TWILIO_API_URL, TwilioSettings

RETRIES = "#rc=3&rp=all"
"""Put behind a webhook's address, it makes Twilio try three times more, whatever failed; by default it hardly does."""


def examine(settings: TwilioSettings, public_url: str, *, transport: httpx.BaseTransport | None = None) -> str:
    """Return in one line what is right.

    Raises:
        ConfigurationError: For the first thing that is wrong, with what to do about it.
    """
    _check_public_url(public_url)
    with AccountApi(settings, transport=transport) as api:
        account = api.get(_account_url(settings))
        if account is None or account.get("status") != "active":
            raise ConfigurationError("account_refused", "the Twilio account is not active: look into Twilio's console")
        notes = ["account active"]
        if settings.has_sms:
            notes.append(_sms(api, settings, public_url))
        if settings.whatsapp_from:
            notes.append(_whatsapp(api, settings))
            # Twilio's API for WhatsApp senders is another one; a wrong address there shows in Twilio's own log only.
            notes.append(
                f"see for yourself that the WhatsApp sender calls {webhook_url(public_url, Channel.WHATSAPP)}{RETRIES}"
            )
    return "; ".join(notes)


def _account_url(settings: TwilioSettings) -> str:
    return f"{TWILIO_API_URL}/2010-04-01/Accounts/{settings.account_sid}.json"


def _check_public_url(public_url: str) -> None:
    parts = urlsplit(public_url)
    if parts.scheme != "https":
        raise ConfigurationError("public_url", "PUBLIC_URL must start with https:// (phone numbers travel to it)")
    if "_" in (parts.hostname or ""):
        raise ConfigurationError("public_url", "the host in PUBLIC_URL has a _ in its name: Twilio refuses such names")


def _sms(api: AccountApi, settings: TwilioSettings, public_url: str) -> str:
    wanted = webhook_url(public_url, Channel.SMS)
    service, number = settings.messaging_service_sid, settings.sms_from or ""
    if service:
        found = api.get(f"{MESSAGING_API_URL}/v1/Services/{service}")
        if found is None:
            raise ConfigurationError("sender_refused", "the account has no messaging service TWILIO_MESSAGING_SERVICE_SID")
        if found.get("use_inbound_webhook_on_number"):
            return f"messaging service is there; see for yourself that its numbers call {wanted}{RETRIES}"
        return f"messaging service {_compared(found.get('inbound_request_url'), wanted, 'the messaging service')}"
    if not number.startswith("+"):
        return "SMS sender is no number: nobody can answer it, and it cannot be checked"
    url = _account_url(settings).replace(".json", "/IncomingPhoneNumbers.json")
    numbers = (api.get(url, PhoneNumber=number) or {}).get("incoming_phone_numbers", [])
    ours = next((n for n in numbers if n.get("phone_number") == number), None)
    if ours is None:
        raise ConfigurationError("sender_refused", "the account has no number TWILIO_SMS_FROM")
    return f"SMS number {_compared(ours.get('sms_url'), wanted, 'the number')}"


def _compared(found: str | None, wanted: str, what: str) -> str:
    """Say whether a webhook is ours; what stands behind a # is for Twilio alone."""
    address, _, fragment = (found or "").partition("#")
    if address != wanted:
        raise ConfigurationError("webhook_elsewhere", f"{what} does not call us: set its message webhook to {wanted}{RETRIES}")
    return "calls us" if fragment else f"calls us, better with {RETRIES} behind the address (Twilio then tries again)"


def _whatsapp(api: AccountApi, settings: TwilioSettings) -> str:
    make = "make them with: daleel whatsapp templates"
    missing = [name for name in REPLY_READY if name not in settings.contents]
    if missing:
        raise ConfigurationError("templates", f"TWILIO_CONTENT_SIDS lacks {', '.join(missing)}; {make}")
    there = set(existing_templates(api).values())
    lost = [name for name, sid in settings.contents.items() if sid not in there]
    if lost:
        names = ", ".join(lost[:3]) + (" …" if len(lost) > 3 else "")
        raise ConfigurationError("templates", f"the account has no template {names}; {make}")
    states = {name: approval_of(api, settings.contents[name]) for name in REPLY_READY}
    waiting = [f"{name} ({state})" for name, state in states.items() if state != "approved"]
    if waiting:
        raise ConfigurationError("templates", f"WhatsApp has not approved {', '.join(waiting)}; it takes up to a day")
    return f"{len(settings.contents)} WhatsApp templates, {len(states)} approved"
