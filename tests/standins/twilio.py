"""The Twilio stand-in: one account with numbers, people's phones, and signed webhooks to the hotline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.standins.server import StandIn
from tests.standins.twilio_api import routes_of
from tests.standins.twilio_content import Contents
from tests.standins.twilio_phones import Phone
from tests.standins.twilio_records import ERRORS, Media, Sids, TwilioMessage
from tests.standins.twilio_sending import Sending
from tests.standins.twilio_statuses import Statuses, StatusPlan

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "stand-in-auth-token-0123456789ab"
SMS_NUMBER, WHATSAPP_NUMBER = "+12025550100", "+14155238886"


class TwilioStandIn(StandIn):
    """Twilio with one account; ``api.twilio.com`` and ``content.twilio.com`` are both at ``url``.

    Args:
        account_sid: the account.
        auth_token: its token, which signs webhooks, too.
        sms_numbers: numbers that may send SMS.
        whatsapp_numbers: numbers that may send on WhatsApp, without prefix.
        messaging_services: senders of each service (WhatsApp ones with prefix).
        seed: for all that is random.

    Attributes:
        statuses: how messages fare unless a phone has a plan of its own.
        protects_media: media are given out against credentials only.
        storage_reads: how often media were fetched from storage.
    """

    provider = "twilio"
    sending = frozenset({"CreateMessage"})
    # The second one is the storage that media requests are redirected to: another origin, as in reality.
    port_count = 2

    def __init__(
        self,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        *,
        sms_numbers: Collection[str] = (SMS_NUMBER,),
        whatsapp_numbers: Collection[str] = (WHATSAPP_NUMBER,),
        messaging_services: Mapping[str, Collection[str]] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(seed=seed)
        self.account_sid, self.auth_token = account_sid, auth_token
        self.sms_numbers, self.whatsapp_numbers = list(sms_numbers), list(whatsapp_numbers)
        self.messaging_services = dict(messaging_services or {})
        self.sids = Sids(self.random)
        self.contents = Contents(account_sid, self.sids, self.clock)
        self.statuses = StatusPlan()
        self.opted_out: set[tuple[str | None, str]] = set()
        self.last_inbound: dict[tuple[str, str], datetime] = {}
        self.landlines: set[str] = set()
        self.invalid_numbers: set[str] = set()
        self.protects_media = True
        self.messages: dict[str, TwilioMessage] = {}
        self.storage: dict[str, Media] = {}
        self.storage_reads = 0
        self.refused_logins = 0
        self._phones: dict[str, Phone] = {}
        self._webhooks: dict[str, tuple[str, str]] = {}
        self._sending, self._statuses = Sending(self), Statuses(self)

    # What a test sets.

    def phone(self, number: str, *, profile_name: str = "Amina") -> Phone:
        """Return a phone, the same for the same number."""
        with self.lock:
            if number not in self._phones:
                self._phones[number] = Phone(self, number, profile_name=profile_name)
            return self._phones[number]

    def set_webhook(self, public_url: str, local_url: str | None = None, *, channel: str | None = None) -> None:
        """Say where inbound messages go.

        Args:
            public_url: the address that Twilio was given; signatures are made over it. A fragment (``#rc=3&rp=all``) says
                how to try again.
            local_url: what is really called, when there is a proxy in between. Status calls to the public host go to
                the same local host.
            channel: ``sms`` or ``whatsapp``; both when left out.
        """
        local = local_url or public_url.split("#")[0]
        for name in (channel,) if channel else ("sms", "whatsapp"):
            self._webhooks[name] = (public_url, local)
        if local_url:
            self.route(_origin(public_url), _origin(local_url))

    def has_webhook(self, channel: str) -> bool:
        """A test has said where a channel's messages go."""
        return channel in self._webhooks

    def webhook(self, channel: str) -> tuple[str, str]:
        """Return the public and the local address for a channel.

        Raises:
            KeyError: a test has not set it.
        """
        return self._webhooks[channel]

    # What the parts ask.

    @property
    def storage_url(self) -> str:
        """Where media lie; no credentials may arrive there."""
        return f"http://127.0.0.1:{self._ports[1]}"

    def plan_for(self, to: str) -> StatusPlan:
        """Return how a message to this person fares."""
        phone = self._phones.get(to.removeprefix("whatsapp:"))
        return (phone.statuses if phone else None) or self.statuses

    async def send(self, fields: Mapping[str, Any]) -> TwilioMessage:
        """Take a message, and let its statuses follow.

        Raises:
            Refused: Twilio would not.
        """
        with self.lock:
            message, plan = self._sending.accept(fields)
            self.messages[message.sid] = message
        if plan.before_answer:
            await self._statuses.run(message, plan)
        else:
            self.in_background(self._statuses.run(message, plan))
        return message

    def signed_headers(self, url: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of a webhook; the signature is over the public URL."""
        return {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": RequestValidator(self.auth_token).compute_signature(url, fields),
        }

    def repeat_headers(self) -> dict[str, str]:
        """Return what comes with further tries of one webhook."""
        return {"I-Twilio-Idempotency-Token": self.sids.new("IT")}

    def outbound(self, number: str) -> list[TwilioMessage]:
        """Return all messages to a number on SMS and WhatsApp, in order."""
        with self.lock:
            return [m for m in self.messages.values() if m.direction != "inbound" and m.to.endswith(number)]

    # The API.

    def routes(self) -> list[web.RouteDef]:
        """The REST API, the content API and the storage."""
        return [web.get("/storage/{name}", self._read_storage), *routes_of(self)]

    def error(self, status: int, reason: str, *, code: int | None = None, seconds: float | None = None) -> web.Response:
        """An error in Twilio's form."""
        code = code or {401: 20003, 404: 20404, 429: 20429}.get(status, 20500 if status >= 500 else 20001)
        body = {
            "code": code,
            "message": reason or ERRORS.get(code, "Error"),
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        headers = {} if seconds is None else {"Retry-After": str(max(1, round(seconds)))}
        return web.json_response(body, status=status, headers=headers)

    async def _read_storage(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.violate("storage", "the account's credentials were sent to the storage")
        media = self.storage.get(request.match_info["name"])
        if media is None or media.is_deleted:
            return web.Response(status=404)
        self.storage_reads += 1
        return web.Response(body=media.data, headers={"Content-Type": media.content_type})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
