"""People's phones: each helper makes one inbound message as Twilio would and posts it, signed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.standins.receivers import Receiver
from tests.standins.retries import AsUrlAsks
from tests.standins.twilio_records import API, Media, TwilioMessage
from tests.standins.twilio_statuses import StatusPlan
from tests.standins.twilio_text import HELP_WORDS, START_WORDS, STOP_WORDS
from tests.standins.webhooks import Delivery, Options, Webhook

if TYPE_CHECKING:
    from tests.standins.twilio import TwilioStandIn

OGG = b"OggS\x00\x02" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)
VCARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Yusuf\r\nTEL:+218910000009\r\nEND:VCARD\r\n"
_COUNTRIES = {"218": "LY", "216": "TN", "213": "DZ", "20": "EG", "33": "FR", "1": "US"}


class Phone(Receiver):
    """One person's phone, with SMS and WhatsApp.

    All helpers that send take ``repeat``, ``delay`` and ``swap`` as in ``Options``, ``to`` for a number that is not the
    first of its kind, and return the message.

    Attributes:
        statuses: how messages to this phone fare, when not as usual.
        carrier_texts: what Twilio itself answered on SMS, to STOP and HELP.
    """

    def __init__(self, twilio: TwilioStandIn, number: str, *, profile_name: str) -> None:
        self._twilio = twilio
        self.number = number
        self.profile_name = profile_name
        self.statuses: StatusPlan | None = None
        self.carrier_texts: list[str] = []

    # What they have got.

    @property
    def messages(self) -> list[TwilioMessage]:
        """Messages that reach the phone, in order."""
        return [message for message in self._twilio.outbound(self.number) if message.reaches]

    @property
    def received(self) -> list[str]:
        """Texts that reach the phone, in order."""
        return [message.text for message in self.messages]

    @property
    def received_sms(self) -> list[str]:
        """The texts on SMS."""
        return [message.text for message in self.messages if not message.is_whatsapp]

    @property
    def received_whatsapps(self) -> list[str]:
        """The texts on WhatsApp."""
        return [message.text for message in self.messages if message.is_whatsapp]

    # SMS.

    def texts(self, text: str, *, to: str | None = None, service: str | None = None, **options: Any) -> TwilioMessage:
        """Send an SMS; a word like STOP makes Twilio block the pair of numbers, and the webhook is called all the same."""
        ours = to or self._twilio.sms_numbers[0]
        self._obey_word(text.strip().upper(), ours, service)
        country = next((c for code, c in _COUNTRIES.items() if self.number.startswith(f"+{code}")), "")
        places = dict.fromkeys(("FromCity", "FromState", "FromZip", "ToCity", "ToState", "ToZip"), "")
        fields = {"FromCountry": country, "ToCountry": "US", **places}
        if service:
            fields["MessagingServiceSid"] = service
        return self._posts("sms", text, fields, ours=ours, theirs=self.number, **options)

    def _obey_word(self, word: str, ours: str, service: str | None) -> None:
        pair = (service or ours, self.number)
        with self._twilio.lock:
            if word in STOP_WORDS:
                self._twilio.opted_out.add(pair)
                self.carrier_texts.append("You have successfully been unsubscribed. Reply START to resubscribe.")
            elif word in START_WORDS and pair in self._twilio.opted_out:
                self._twilio.opted_out.discard(pair)
                self.carrier_texts.append("You have successfully been re-subscribed to messages from this number.")
            elif word in HELP_WORDS:
                self.carrier_texts.append("Reply STOP to unsubscribe. Msg&Data Rates May Apply.")

    # WhatsApp.

    def whatsapps(self, text: str, **options: Any) -> TwilioMessage:
        """Write on WhatsApp."""
        return self._whatsapp("text", text, {}, **options)

    def presses(self, button: str, *, is_forged: bool = False, **options: Any) -> TwilioMessage:
        """Tap a button below the latest message that has it, by title or id; forged, it is there nowhere."""
        message, title, identifier = self._choice(button, is_forged=is_forged)
        fields = {"ButtonText": title, "ButtonPayload": identifier}
        return self._whatsapp("button", title, {**fields, **_reply_to(message)}, **options)

    def chooses(self, item: str, *, is_forged: bool = False, **options: Any) -> TwilioMessage:
        """Choose from the latest list that has it, by title or id."""
        message, title, identifier = self._choice(item, is_forged=is_forged)
        fields = {"ListId": identifier, "ListTitle": title}
        return self._whatsapp("interactive", title, {**fields, **_reply_to(message)}, **options)

    def sends_location(self, latitude: float = 32.8872, longitude: float = 13.1913, **options: Any) -> TwilioMessage:
        """Share a place, with an empty body."""
        fields = {"Latitude": str(latitude), "Longitude": str(longitude), "Address": "Tripoli", "Label": "Port"}
        return self._whatsapp("location", "", fields, **options)

    def sends_voice_note(self, data: bytes = OGG, **options: Any) -> TwilioMessage:
        """Send a voice note, with an empty body."""
        return self._whatsapp("audio", "", {}, media=[("audio/ogg", data)], **options)

    def sends_photo(self, caption: str = "", data: bytes = JPEG, **options: Any) -> TwilioMessage:
        """Send a photo, with or without words."""
        return self._whatsapp("image", caption, {}, media=[("image/jpeg", data)], **options)

    def sends_contact_card(self, vcard: str = VCARD, **options: Any) -> TwilioMessage:
        """Share somebody's number."""
        return self._whatsapp("contacts", "", {}, media=[("text/vcard", vcard.encode())], **options)

    def sends_file(self, content_type: str, data: bytes, *, kind: str = "document", **options: Any) -> TwilioMessage:
        """Send any other file."""
        return self._whatsapp(kind, "", {}, media=[(content_type, data)], **options)

    def reacts(self, emoji: str = "👍", **options: Any) -> TwilioMessage:
        """Put a sign below our latest message."""
        message = next(m for m in reversed(self.messages) if m.is_whatsapp)
        return self._whatsapp("reaction", emoji, _reply_to(message), **options)

    def _choice(self, wanted: str, *, is_forged: bool) -> tuple[TwilioMessage | None, str, str]:
        if is_forged:
            return None, wanted, wanted
        for message in reversed(self.messages):
            for title, identifier in message.buttons:
                if wanted in (title, identifier):
                    return message, title, identifier
        raise AssertionError(f"no message to this phone has a choice {wanted!r}")

    def _whatsapp(self, kind: str, body: str, fields: dict[str, str], *, to: str | None = None, **more: Any) -> TwilioMessage:
        ours, theirs = f"whatsapp:{to or self._twilio.whatsapp_numbers[0]}", f"whatsapp:{self.number}"
        with self._twilio.lock:
            self._twilio.last_inbound[ours, theirs] = self._twilio.clock.now()
        profile = {"ProfileName": self.profile_name, "WaId": self.number.removeprefix("+")}
        metadata = {"type": "whatsapp", "data": {"context": profile}}
        common = {"MessageType": kind, "ReferralNumMedia": "0", "ChannelMetadata": json.dumps(metadata), **profile}
        return self._posts("whatsapp", body, {**common, **fields}, ours=ours, theirs=theirs, **more)

    def _posts(
        self,
        channel: str,
        body: str,
        fields: dict[str, str],
        *,
        ours: str,
        theirs: str,
        media: list[tuple[str, bytes]] | None = None,
        **options: Any,
    ) -> TwilioMessage:
        twilio = self._twilio
        public, local = twilio.webhook(channel)
        with twilio.lock:
            message = self._stored(body, ours, theirs, media or [])
            fields = {**_common_fields(message), **_media_fields(message), **fields}
            signed = public.split("#")[0]
            webhook = Webhook(
                message.sid,
                local,
                urlencode(fields).encode(),
                twilio.signed_headers(signed, fields),
                AsUrlAsks.of(public),
                repeat_headers=twilio.repeat_headers(),
            )
            # Twilio promises no order, but people write one message after the other.
            twilio.sender.post(webhook, lane=(ours, theirs), options=Options(**options), done=self._read_answer)
            return message

    def _read_answer(self, delivery: Delivery) -> None:
        """Twilio would send a plain text to the person, and logs error 12300 for most other types."""
        answer = delivery.attempts[-1]
        is_empty = re.fullmatch(r"\s*(<\?xml[^>]*>)?\s*(<Response\s*/>|<Response>\s*</Response>)?\s*", answer.body)
        if delivery.is_taken and answer.body and not (is_empty and "xml" in answer.content_type):
            self._twilio.violate("webhook", f"answered with {answer.content_type} that is no empty TwiML")

    def _stored(self, body: str, ours: str, theirs: str, media: list[tuple[str, bytes]]) -> TwilioMessage:
        twilio, now = self._twilio, self._twilio.clock.now()
        files = [Media(twilio.sids.new("ME"), kind, data, now) for kind, data in media]
        twilio.storage.update({file.sid: file for file in files})
        sid = twilio.sids.new("MM" if files else "SM")
        message = TwilioMessage(
            sid, twilio.account_sid, theirs, ours, body, "received", "inbound", now, media=files, sent=now
        )  # fmt: skip
        twilio.messages[sid] = message
        return message


def _common_fields(message: TwilioMessage) -> dict[str, str]:
    ids = dict.fromkeys(("MessageSid", "SmsSid", "SmsMessageSid"), message.sid)
    return {
        **ids, "AccountSid": message.account_sid, "From": message.sender or "", "To": message.to, "Body": message.text,
        "NumMedia": str(len(message.media)), "NumSegments": str(message.num_segments), "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }  # fmt: skip


def _media_fields(message: TwilioMessage) -> dict[str, str]:
    fields = {}
    for number, media in enumerate(message.media):
        path = f"{API}/{message.account_sid}/Messages/{message.sid}/Media/{media.sid}"
        fields |= {f"MediaUrl{number}": f"https://api.twilio.com{path}", f"MediaContentType{number}": media.content_type}
    return fields


def _reply_to(message: TwilioMessage | None) -> dict[str, str]:
    if message is None:
        return {}
    return {"OriginalRepliedMessageSid": message.sid, "OriginalRepliedMessageSender": message.sender or ""}
