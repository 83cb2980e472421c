"""What the Twilio stand-in keeps: messages, media, and how Twilio writes them as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from email.utils import format_datetime
from random import Random
from typing import Any

from tests.standins.twilio_text import segments

API = "/2010-04-01/Accounts"
ERRORS = {
    20001: "Invalid parameter", 20003: "Authenticate", 20404: "The requested resource was not found",
    20429: "Too Many Requests", 21211: "Invalid 'To' Phone Number", 21602: "Message body is required.",
    21603: "A 'From' phone number is required.", 21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided is not a valid message-capable Twilio phone number for this account.",
    21609: "The 'StatusCallback' URL is not a valid URL.", 21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number", 21617: "The concatenated message body exceeds the 1600 character limit",
    21655: "The ContentSid is Invalid", 21656: "The Content Variables parameter is invalid",
    21701: "The messaging service does not exist", 21910: "Invalid From and To pair. From and To should be of the same channel",
    30003: "Unreachable destination handset", 30004: "Message blocked", 30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier", 30007: "Message filtered", 30008: "Unknown error",
    63003: "Channel could not find To address", 63007: "Twilio could not find a Channel with the specified From address",
    63013: "This message send failed because it violates Channel provider's policy.",
    63016: "Failed to send freeform message because you are outside the allowed window. Please use a Template.",
    63018: "Rate limit exceeded for Channel", 63021: "Channel invalid content error", 63024: "Invalid message recipient",
}  # fmt: skip


class Refused(Exception):
    """Twilio says no, with its code. ``is_violation`` if the caller should have known better."""

    def __init__(self, code: int, detail: str = "", *, status: int = 400, is_violation: bool = False) -> None:
        super().__init__(detail or ERRORS.get(code, "Error"))
        self.code = code
        self.status = status
        self.is_violation = is_violation


class Sids:
    """Random ids in Twilio's form, from the stand-in's seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def new(self, prefix: str) -> str:
        """Return a prefix and 32 hexadecimal digits."""
        return f"{prefix}{self._random.getrandbits(128):032x}"


@dataclass
class Media:
    """One file of a message, until it is deleted."""

    sid: str
    content_type: str
    data: bytes
    created: datetime
    is_deleted: bool = False


@dataclass
class TwilioMessage:
    """A message, inbound or outbound; ``text`` and ``buttons`` are what a person sees."""

    sid: str
    account_sid: str
    sender: str | None
    to: str
    text: str
    status: str
    direction: str
    created: datetime
    service_sid: str | None = None
    callback: str | None = None
    content_sid: str | None = None
    buttons: list[tuple[str, str]] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    media_urls: list[str] = field(default_factory=list)
    request: Mapping[str, Any] = field(default_factory=dict)
    error_code: int | None = None
    sent: datetime | None = None
    updated: datetime | None = None
    reaches: bool = True

    @property
    def is_whatsapp(self) -> bool:
        """It travels by WhatsApp."""
        return self.to.startswith("whatsapp:")

    @property
    def num_segments(self) -> int:
        """Parts that an SMS takes; one on WhatsApp."""
        return 1 if self.is_whatsapp else segments(self.text)

    @property
    def uri(self) -> str:
        """Where the message is found."""
        return f"{API}/{self.account_sid}/Messages/{self.sid}.json"

    def as_json(self) -> dict[str, Any]:
        """Return the message as the API writes it."""
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.text,
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(self.sent),
            "date_updated": rfc2822(self.updated or self.created),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None if self.error_code is None else ERRORS.get(self.error_code, "Error"),
            "from": self.sender,
            "messaging_service_sid": self.service_sid,
            "num_media": str(len([m for m in self.media if not m.is_deleted]) + len(self.media_urls)),
            "num_segments": str(self.num_segments),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": self.uri.replace(".json", "/Media.json")},
            "to": self.to,
            "uri": self.uri,
        }

    def media_json(self, media: Media) -> dict[str, Any]:
        """Return one of its files as the API writes it."""
        return {
            "sid": media.sid,
            "account_sid": self.account_sid,
            "parent_sid": self.sid,
            "content_type": media.content_type,
            "date_created": rfc2822(media.created),
            "date_updated": rfc2822(media.created),
            "uri": self.uri.replace(".json", f"/Media/{media.sid}.json"),
        }

    def is_asked_for(self, query: Mapping[str, Any]) -> bool:
        """It passes the filters of a list request. A message that is not sent yet counts by its creation."""
        moment = self.sent or self.created
        same = [("To", self.to), ("From", self.sender)]
        if any(name in query and query[name] != value for name, value in same):
            return False
        if "DateSent" in query and moment.date() != _moment(query["DateSent"]).date():
            return False
        if "DateSent>" in query and moment < _moment(query["DateSent>"]):
            return False
        return not ("DateSent<" in query and moment > _moment(query["DateSent<"]))


def rfc2822(moment: datetime | None) -> str | None:
    """Return a time as Twilio's older API writes it."""
    return None if moment is None else format_datetime(moment.replace(microsecond=0))


def _moment(text: str) -> datetime:
    """Read a day or a time; a day begins at midnight in UTC.

    Raises:
        Refused: it is neither.
    """
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise Refused(20001, "Invalid date", is_violation=True) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
