"""The pages that Twilio calls: messages to us, and what became of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator

from bot.channels.edge import Receiver, Refused, form_fields, public_address
from bot.channels.twilio.addresses import channel_of, with_prefix, without_prefix
from bot.channels.twilio.inbound import read_message
from bot.channels.twilio.statuses import MESSAGE_PARAMETER, read_report
from bot.domain.contacts import Channel, Provider
from bot.domain.errors import InvalidInput
from bot.provider_settings import TwilioSettings

_MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")


def pages(settings: TwilioSettings, receiver: Receiver, *, public_url: str) -> Blueprint:
    """Return the pages of the channels that are on.

    Args:
        public_url: As Twilio was given it. A path in it is one that the proxy in front takes away again: signatures are
            computed over it, while our routes have none. A port makes no difference to the signature.
    """
    blueprint = Blueprint("twilio", __name__, url_prefix="/webhooks")
    channels = [Channel.WHATSAPP] * bool(settings.whatsapp_from) + [Channel.SMS] * settings.has_sms
    for channel in channels:
        desk = _Desk(settings, receiver, public_url, channel)
        for name, view in (("webhook", desk.take_message), ("status", desk.take_status)):
            blueprint.add_url_rule(f"/{channel.value}/{name}", f"{channel.value}_{name}", view, methods=["POST"])
    return blueprint


@dataclass(frozen=True)
class _Desk:
    """Takes what Twilio brings for one channel."""

    settings: TwilioSettings
    receiver: Receiver
    public_url: str
    channel: Channel

    def take_message(self) -> Response:
        """Store a message."""
        fields = self._verified_fields()
        if channel_of(fields.get("From", "")) is not self.channel:
            raise Refused("channel_wrong", status=400)
        if not self._is_ours(fields.get("To", "")):
            raise Refused("line_wrong", status=403)
        try:
            incoming = read_message(fields)
        except InvalidInput as error:
            raise Refused(error.code, status=400) from error
        if incoming is not None:
            self.receiver.message(incoming)
        if fields.get("OptOutType") == "STOP":
            # Advanced Opt-Out: the words are the operator's, and Twilio has blocked the number already.
            sender = without_prefix(fields["From"]).strip()
            self.receiver.stop(Provider.TWILIO, self.channel, sender, reason="opted_out")
        return _taken()

    def take_status(self) -> Response:
        """Store what became of a message."""
        fields = self._verified_fields()
        report = read_report(fields, message_id=request.args.get(MESSAGE_PARAMETER))
        if report is not None:
            self.receiver.report(report)
        return _taken()

    def _verified_fields(self) -> dict[str, str]:
        """Return the fields of a request that is signed with one of our tokens and about our account.

        Raises:
            Refused: If it is not, or cannot be read.
        """
        signature = request.headers.get("X-Twilio-Signature")
        if not signature:
            raise Refused("signature_wrong", status=403)
        fields, address = form_fields(), public_address(self.public_url)
        if not any(RequestValidator(t).validate(address, fields, signature) for t in self.settings.auth_tokens):
            raise Refused("signature_wrong", status=403)
        if fields.get("AccountSid") != self.settings.account_sid:
            raise Refused("account_wrong", status=403)
        if not _MESSAGE_SID.fullmatch(fields.get("MessageSid", "")):
            raise Refused("message_id_wrong", status=400)
        return fields

    def _is_ours(self, line: str) -> bool:
        """Say whether the number that was written to is one we answer from; those of a messaging service all are."""
        if self.channel is Channel.SMS and self.settings.messaging_service_sid:
            return channel_of(line) is Channel.SMS
        ours = self.settings.whatsapp_from if self.channel is Channel.WHATSAPP else self.settings.sms_from
        return ours is not None and line == with_prefix(ours, self.channel)


def _taken() -> Response:
    """Return the answer after which Twilio is content and says nothing to the person."""
    return Response(status=204)
