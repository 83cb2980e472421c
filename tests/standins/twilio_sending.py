"""Twilio's rules for a message that we want to send: senders, recipients, opt-outs, length, templates, the window."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.standins.twilio_content import LIST_PICKER, QUICK_REPLY, TEXT, Content, fill
from tests.standins.twilio_records import Refused, TwilioMessage
from tests.standins.twilio_statuses import StatusPlan
from tests.standins.twilio_text import MAX_BODY

if TYPE_CHECKING:
    from tests.standins.twilio import TwilioStandIn

WINDOW = timedelta(hours=24)
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


class Sending:
    """Decides on a request to send."""

    def __init__(self, twilio: TwilioStandIn) -> None:
        self._twilio = twilio

    def accept(self, fields: Mapping[str, Any]) -> tuple[TwilioMessage, StatusPlan]:
        """Take a message and return how it will fare.

        Raises:
            Refused: Twilio answers with an error; nothing is sent.
        """
        to, sender, service = fields["To"], fields.get("From"), fields.get("MessagingServiceSid")
        sender = self._check_sender(to, sender, service)
        self._check_recipient(to, sender, service)
        self._check_callback(fields.get("StatusCallback"))
        plan = self._twilio.plan_for(to)
        text, buttons = fields.get("Body", ""), []
        content = self._content(fields)
        if content is not None:
            text, buttons = self._filled(content, fields, to)
        elif len(text) > MAX_BODY:
            raise Refused(21617, is_violation=True)
        elif not text.strip() and not fields.get("MediaUrl"):
            raise Refused(21602, is_violation=True)
        code = self._late_refusal(to, sender, content)
        if code is not None:
            plan = replace(plan, ends="failed", code=code)
        media_urls = list(fields.get("MediaUrl", []))
        message = TwilioMessage(
            sid=self._twilio.sids.new("MM" if media_urls else "SM"),
            account_sid=self._twilio.account_sid,
            sender=sender,
            to=to,
            text=text,
            status="accepted" if service else "queued",
            direction="outbound-api",
            created=self._twilio.clock.now(),
            service_sid=service,
            callback=fields.get("StatusCallback"),
            content_sid=fields.get("ContentSid"),
            buttons=buttons,
            media_urls=media_urls,
            request=dict(fields),
            reaches=plan.reaches,
        )
        return message, plan

    def _check_sender(self, to: str, sender: str | None, service: str | None) -> str:
        if service is not None:
            pool = self._twilio.messaging_services.get(service)
            if pool is None:
                raise Refused(21701)
            is_whatsapp = to.startswith("whatsapp:")
            sender = sender or next((n for n in pool if n.startswith("whatsapp:") == is_whatsapp), None)
        if not sender:
            raise Refused(21603, is_violation=True)
        if sender.startswith("whatsapp:") != to.startswith("whatsapp:"):
            raise Refused(21910, is_violation=True)
        if sender.startswith("whatsapp:"):
            if sender.removeprefix("whatsapp:") not in self._twilio.whatsapp_numbers:
                raise Refused(63007)
        elif sender not in self._twilio.sms_numbers:
            raise Refused(21606)
        return sender

    def _check_recipient(self, to: str, sender: str, service: str | None) -> None:
        number = to.removeprefix("whatsapp:")
        if not _NUMBER.fullmatch(number) or number in self._twilio.invalid_numbers:
            raise Refused(21211)
        if to.startswith("whatsapp:"):
            return
        if number in self._twilio.landlines:
            raise Refused(21614)
        if {(sender, number), (service, number)} & self._twilio.opted_out:
            raise Refused(21610)

    def _check_callback(self, url: str | None) -> None:
        if url is None:
            return
        parts = urlsplit(url)
        # Twilio refuses underscores in host names.
        if parts.scheme not in ("http", "https") or not parts.hostname or "_" in parts.hostname:
            raise Refused(21609, is_violation=True)

    def _content(self, fields: Mapping[str, Any]) -> Content | None:
        if "ContentSid" not in fields:
            if "ContentVariables" in fields:
                raise Refused(21656, "ContentVariables without ContentSid", is_violation=True)
            return None
        if "Body" in fields or "MediaUrl" in fields:
            raise Refused(20001, "ContentSid excludes Body and MediaUrl", is_violation=True)
        if fields["ContentSid"] not in self._twilio.contents.by_sid:
            raise Refused(21655)
        return self._twilio.contents.by_sid[fields["ContentSid"]]

    def _filled(self, content: Content, fields: Mapping[str, Any], to: str) -> tuple[str, list[tuple[str, str]]]:
        values = _variables(fields.get("ContentVariables"))
        wanted = content.placeholders()
        if set(values) != wanted:
            raise Refused(21656, f"variables given {sorted(values)}, wanted {sorted(wanted)}", is_violation=True)
        if not to.startswith("whatsapp:"):
            if not content.types.get(TEXT):
                raise Refused(21655, "no twilio/text for SMS in this template", is_violation=True)
            return content.body(TEXT, values), []
        return content.body(content.kind, values), [(fill(t, values), fill(i, values)) for t, i in content.choices]

    def _late_refusal(self, to: str, sender: str, content: Content | None) -> int | None:
        """Return the code with which WhatsApp refuses a message that Twilio has accepted."""
        if not to.startswith("whatsapp:"):
            return None
        if not self.is_window_open(sender, to):
            may_pass = content is not None and content.is_approved and content.kind != LIST_PICKER
            return None if may_pass else 63016
        if content is not None and content.kind == QUICK_REPLY and len(content.choices) > 3 and not content.is_approved:
            return 63021
        return None

    def is_window_open(self, sender: str, to: str) -> bool:
        """The person wrote to this number within the last 24 hours."""
        last = self._twilio.last_inbound.get((sender, to))
        return last is not None and self._twilio.clock.now() - last < WINDOW


def _variables(text: str | None) -> dict[str, str]:
    try:
        values = json.loads(text or "{}")
    except ValueError as error:
        raise Refused(21656, is_violation=True) from error
    if not isinstance(values, dict) or not all(isinstance(value, str) and value for value in values.values()):
        raise Refused(21656, "a JSON object of non-empty strings is wanted", is_violation=True)
    return values
