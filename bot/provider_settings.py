"""Settings of the providers: Telegram, Twilio, an SMS gateway. A channel without its credentials is off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urlsplit

from bot.gateway_checks import CODINGS, STATES, gateway_problems

TELEGRAM_API_URL = "https://api.telegram.org"
TWILIO_API_URL = "https://api.twilio.com"

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
_CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
_NUMBER = re.compile(r"\+[1-9]\d{4,14}")
_SENDER = re.compile(r"\+[1-9]\d{4,14}|\d{3,8}|[A-Za-z0-9 ]{1,11}")
"""An SMS sender: a number in E.164, a short code, or an alphanumeric id."""
_COUNTRY = re.compile(r"[A-Z]{2}|\*")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class TelegramSettings:
    """A bot.

    Attributes:
        secret_token: What Telegram brings with each webhook; empty in polling mode.
        api_url: Where the Bot API is; a stand-in in tests.
    """

    token: str = field(repr=False)
    secret_token: str = field(repr=False)
    api_url: str
    mode: str

    @property
    def bot_id(self) -> str:
        """The bot's own id: the first half of its token, and no secret."""
        return self.token.partition(":")[0]


@dataclass(frozen=True)
class TwilioSettings:
    """A Twilio account.

    Attributes:
        auth_tokens: The present one first; during a rotation the old one stays valid for signatures.
        sms_from, whatsapp_from: Our numbers in E.164 (or an SMS sender id); None where that channel is off.
        messaging_service_sid: Sends SMS in place of a number.
        contents: Content templates by our name for them (``reply_ready_ar``, ``quick_reply_3``, ``list_5``).
    """

    account_sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    api_url: str
    sms_from: str | None
    messaging_service_sid: str | None
    whatsapp_from: str | None
    contents: Mapping[str, str]

    @property
    def has_sms(self) -> bool:
        """Whether SMS can be sent."""
        return bool(self.sms_from or self.messaging_service_sid)


@dataclass(frozen=True)
class GatewaySettings:
    """An SMS gateway of a local operator or aggregator, spoken to by plain HTTP.

    Attributes:
        send_url: Where a message is handed over.
        format: How: ``query`` (GET), ``form`` or ``json`` (POST).
        fields: Our names (``to``, ``text``, ``from``, ``coding``, ``report_url``) and the gateway's, for sending.
        parameters: What goes along unchanged: user, password.
        authorization: Value of the Authorization header, or empty.
        sender: Our number or sender id; where it is empty, a reply leaves from the number that the person wrote to.
        secret: What the gateway must bring with each request to us.
        secret_name: Name of the header or field that brings it.
        inbound_fields: Our names (``from``, ``text``, ``id``, ``to``, ``time``, ``charset``) and the gateway's, for what
            comes in. An empty name stands for a field that the gateway does not bring, here as below.
        report_fields: The same for delivery reports (``id``, ``status``, ``message`` for our own id).
        statuses: The gateway's words for a state, and ours (``delivered``, ``undelivered``, ``sent``, ``failed``), where it
            helps with a reason after a colon (``undelivered:phone_off``).
        report_query: What is appended to the address for reports, for the gateway to fill in (``status=%d``).
        codings: What the field ``coding`` holds for each alphabet, ``gsm7`` and ``ucs2``.
        numbers: How the gateway wants numbers: ``plus`` (+218…), ``zeros`` (00218…) or ``bare`` (218…).
        answer_id: Where its answer holds its id of a message: a path into JSON, or a regular expression.
        accepted: Regular expression for the answer to a message that was taken; empty where the HTTP status says it.
    """

    send_url: str = field(repr=False)
    format: str
    fields: Mapping[str, str]
    parameters: Mapping[str, str] = field(repr=False)
    authorization: str = field(repr=False)
    sender: str
    secret: str = field(repr=False)
    secret_name: str
    inbound_fields: Mapping[str, str]
    report_fields: Mapping[str, str]
    statuses: Mapping[str, str]
    report_query: str = ""
    codings: Mapping[str, str] = field(default_factory=lambda: dict(CODINGS))
    numbers: str = "plus"
    answer_id: str = "id"
    accepted: str = ""


def telegram_settings(
    environment: Mapping[str, str], problems: list[str], *, public_url: str | None
) -> TelegramSettings | None:
    """Read the bot's settings; None where there is no token. Adds what is wrong to ``problems``."""
    token = environment.get("TELEGRAM_TOKEN")
    if not token:
        return None
    mode = environment.get("TELEGRAM_MODE", "webhook")
    secret = environment.get("TELEGRAM_SECRET_TOKEN", "")
    if not _TOKEN.fullmatch(token):
        problems.append("TELEGRAM_TOKEN must look like 123456:ABC… (BotFather gives it)")
    if mode not in ("webhook", "polling"):
        problems.append("TELEGRAM_MODE must be webhook or polling")
    if mode == "webhook" and not _SECRET_TOKEN.fullmatch(secret):
        problems.append("TELEGRAM_SECRET_TOKEN must be 1 to 256 letters, digits, _ or - (make one up; it proves who calls)")
    if mode == "webhook" and public_url is None:
        problems.append("PUBLIC_URL is missing: Telegram must reach this hotline (or set TELEGRAM_MODE=polling)")
    return TelegramSettings(
        token=token,
        secret_token=secret,
        api_url=_url(environment, "TELEGRAM_API_URL", TELEGRAM_API_URL, problems),
        mode=mode,
    )


def twilio_settings(environment: Mapping[str, str], problems: list[str], *, public_url: str | None) -> TwilioSettings | None:
    """Read the account's settings; None where there is no account. Adds what is wrong to ``problems``."""
    sid = environment.get("TWILIO_ACCOUNT_SID")
    tokens = tuple(t.strip() for t in environment.get("TWILIO_AUTH_TOKEN", "").split(",") if t.strip())
    senders = {name: environment.get(name) for name in ("TWILIO_SMS_FROM", "TWILIO_WHATSAPP_FROM")}
    service = environment.get("TWILIO_MESSAGING_SERVICE_SID")
    if not sid and not tokens and not service and not any(senders.values()):
        return None
    whatsapp = (senders["TWILIO_WHATSAPP_FROM"] or "").removeprefix("whatsapp:")
    if not _ACCOUNT_SID.fullmatch(sid or ""):
        problems.append("TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits (Twilio's console shows it)")
    if not tokens:
        problems.append("TWILIO_AUTH_TOKEN is missing (Twilio's console shows it)")
    if not service and not any(senders.values()):
        problems.append("TWILIO_SMS_FROM, TWILIO_MESSAGING_SERVICE_SID or TWILIO_WHATSAPP_FROM is missing: nothing can be sent")
    if senders["TWILIO_SMS_FROM"] and not _SENDER.fullmatch(senders["TWILIO_SMS_FROM"]):
        problems.append("TWILIO_SMS_FROM must be a number like +15551234567, a short code or a sender id")
    if service and not _SERVICE_SID.fullmatch(service):
        problems.append("TWILIO_MESSAGING_SERVICE_SID must be MG and 32 hexadecimal digits")
    if whatsapp and not _NUMBER.fullmatch(whatsapp):
        problems.append("TWILIO_WHATSAPP_FROM must be a number like +15551234567")
    if public_url is None:
        problems.append("PUBLIC_URL is missing: Twilio calls it, and its signatures are computed over it")
    contents = _pairs(environment.get("TWILIO_CONTENT_SIDS", ""))
    if any(not _CONTENT_SID.fullmatch(value) for value in contents.values()):
        problems.append("TWILIO_CONTENT_SIDS must be name=HX… pairs with commas between (daleel whatsapp templates prints it)")
    return TwilioSettings(
        account_sid=sid or "",
        auth_tokens=tokens,
        api_url=_url(environment, "TWILIO_API_URL", TWILIO_API_URL, problems),
        sms_from=senders["TWILIO_SMS_FROM"] or None,
        messaging_service_sid=service or None,
        whatsapp_from=whatsapp or None,
        contents=contents,
    )


def gateway_settings(environment: Mapping[str, str], problems: list[str], *, public_url: str | None) -> GatewaySettings | None:
    """Read the SMS gateway's settings; None where there is none. Adds what is wrong to ``problems``."""
    send_url = environment.get("SMS_GATEWAY_URL")
    if not send_url:
        return None
    if public_url is None:
        problems.append("PUBLIC_URL is missing: the gateway must reach this hotline")
    settings = GatewaySettings(
        # As it is: a slash at its end may matter to the gateway.
        send_url=send_url,
        format=environment.get("SMS_GATEWAY_FORMAT", "form"),
        fields={"to": "to", "text": "text", "from": "from", **_pairs(environment.get("SMS_GATEWAY_FIELDS", ""))},
        parameters=dict(parse_qsl(environment.get("SMS_GATEWAY_PARAMETERS", ""), keep_blank_values=True)),
        authorization=environment.get("SMS_GATEWAY_AUTHORIZATION", ""),
        sender=environment.get("SMS_GATEWAY_FROM", ""),
        secret=environment.get("SMS_GATEWAY_SECRET", ""),
        secret_name=environment.get("SMS_GATEWAY_SECRET_NAME", "X-Gateway-Secret"),
        inbound_fields={
            **{name: name for name in ("from", "to", "text", "id", "time")},
            **_pairs(environment.get("SMS_GATEWAY_INBOUND_FIELDS", "")),
        },
        report_fields={
            **{name: name for name in ("id", "status", "message")},
            **_pairs(environment.get("SMS_GATEWAY_REPORT_FIELDS", "")),
        },
        statuses=_pairs(environment.get("SMS_GATEWAY_STATUSES", "")) or {state: state for state in STATES},
        report_query=environment.get("SMS_GATEWAY_REPORT_QUERY", "").lstrip("?&"),
        codings={**CODINGS, **_pairs(environment.get("SMS_GATEWAY_CODINGS", ""))},
        numbers=environment.get("SMS_GATEWAY_NUMBERS", "plus"),
        answer_id=environment.get("SMS_GATEWAY_ID", "id"),
        accepted=environment.get("SMS_GATEWAY_ACCEPTED", ""),
    )
    problems += gateway_problems(settings)
    return settings


def sms_prices(environment: Mapping[str, str], problems: list[str]) -> Mapping[str, Decimal]:
    """Read the price of one SMS part by country (``LY=0.085,TN=0.06,*=0.10``); empty where nothing is set."""
    prices: dict[str, Decimal] = {}
    for country, text in _pairs(environment.get("SMS_PRICES", "")).items():
        try:
            price = Decimal(text)
        except InvalidOperation:
            price = Decimal(-1)
        if not _COUNTRY.fullmatch(country) or not price.is_finite() or price < 0:
            problems.append(
                "SMS_PRICES must be country=price pairs like LY=0.085,*=0.10 (two capital letters, or * for all others)"
            )
            return {}
        prices[country] = price
    return prices


def sms_currency(environment: Mapping[str, str], problems: list[str]) -> str | None:
    """Read the currency of ``SMS_PRICES`` (ISO 4217); None where nothing is set."""
    currency = environment.get("SMS_CURRENCY") or None
    if currency and not _CURRENCY.fullmatch(currency):
        problems.append("SMS_CURRENCY must be three capital letters, like USD or LYD (ISO 4217)")
    return currency


def _pairs(text: str) -> dict[str, str]:
    pairs = (item.partition("=") for item in text.split(",") if item.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _url(environment: Mapping[str, str], name: str, default: str, problems: list[str]) -> str:
    url = environment.get(name) or default
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.netloc)
    except ValueError:
        is_address = False
    if not is_address:
        problems.append(f"{name} must start with https:// (or http:// for a stand-in on this machine)")
    return url.rstrip("/")
