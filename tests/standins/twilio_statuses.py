"""What becomes of an accepted message, and the status calls that tell about it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.standins.retries import AsUrlAsks
from tests.standins.twilio_records import ERRORS, TwilioMessage
from tests.standins.webhooks import Options, Webhook

if TYPE_CHECKING:
    from tests.standins.twilio import TwilioStandIn


@dataclass(frozen=True)
class StatusPlan:
    """How a message fares.

    Attributes:
        ends: the last status before ``read``: ``sent``, ``delivered``, ``undelivered`` or ``failed``.
        code: Twilio's error code, when it fails.
        is_read: a delivered WhatsApp message is read, too.
        is_told: status calls are made.
        is_reversed: the calls come in the wrong order.
        repeat: each call comes so many times more.
        before_answer: the calls come before the answer to our request.
        pause: seconds before each step.
    """

    ends: str = "delivered"
    code: int | None = None
    is_read: bool = True
    is_told: bool = True
    is_reversed: bool = False
    repeat: int = 0
    before_answer: bool = False
    pause: float = 0.02

    @property
    def reaches(self) -> bool:
        """The person gets the message."""
        return self.ends not in ("undelivered", "failed")

    def steps(self, *, is_whatsapp: bool) -> list[str]:
        """Return the statuses after the first, for which there is no call."""
        if self.ends == "failed":
            return ["failed"]
        steps = ["sent"] if self.ends == "sent" else ["sent", self.ends]
        return [*steps, "read"] if self.ends == "delivered" and is_whatsapp and self.is_read else steps


class Statuses:
    """Carries out the plans."""

    def __init__(self, twilio: TwilioStandIn) -> None:
        self._twilio = twilio

    async def run(self, message: TwilioMessage, plan: StatusPlan) -> None:
        """Let a message go through its statuses, and tell about each."""
        steps = plan.steps(is_whatsapp=message.is_whatsapp)
        if plan.is_reversed:
            self._move(message, steps[-1], plan)
            for step in reversed(steps):
                await self._call(message, step, plan)
            return
        for step in steps:
            await self._twilio.pause(plan.pause)
            self._move(message, step, plan)
            await self._call(message, step, plan)

    def _move(self, message: TwilioMessage, status: str, plan: StatusPlan) -> None:
        now = self._twilio.clock.now()
        message.status, message.updated = status, now
        message.sent = message.sent or now
        if status in ("undelivered", "failed"):
            message.error_code = plan.code

    async def _call(self, message: TwilioMessage, status: str, plan: StatusPlan) -> None:
        if not message.callback or not plan.is_told:
            return
        fields = self._fields(message, status, plan)
        signed = message.callback.split("#")[0]
        webhook = Webhook(
            f"{message.sid} {status}",
            self._twilio.routed(signed),
            urlencode(fields).encode(),
            self._twilio.signed_headers(signed, fields),
            AsUrlAsks.of(message.callback),
            repeat_headers=self._twilio.repeat_headers(),
        )
        done = asyncio.Event()
        options = Options(repeat=plan.repeat)
        self._twilio.sender.post(webhook, lane=message.sid, options=options, done=lambda _: done.set())
        if plan.before_answer:
            await done.wait()

    def _fields(self, message: TwilioMessage, status: str, plan: StatusPlan) -> dict[str, str]:
        fields = {
            "SmsSid": message.sid, "SmsStatus": status, "MessageStatus": status, "To": message.to, "MessageSid": message.sid,
            "AccountSid": message.account_sid, "From": message.sender or "", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if message.service_sid:
            fields["MessagingServiceSid"] = message.service_sid
        if status in ("undelivered", "failed") and plan.code is not None:
            fields |= {"ErrorCode": str(plan.code), "ErrorMessage": ERRORS.get(plan.code, "Error")}
        if message.is_whatsapp:
            fields |= {
                "ChannelPrefix": "whatsapp", "ChannelInstallSid": "XE" + 32 * "0", "StructuredMessage": "false",
                "ChannelToAddress": message.to[9:-4] + "XXXX",
            }  # fmt: skip
            if status in ("delivered", "read"):
                fields["EventType"] = status.upper()
        elif status in ("delivered", "undelivered"):
            fields["RawDlrDoneDate"] = self._twilio.clock.now().strftime("%y%m%d%H%M")
        return fields
