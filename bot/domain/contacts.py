"""Contacts and their channel addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Channel(str, Enum):
    """What kind of phone conversation this is; it decides how an answer looks."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    SMS = "sms"


class Provider(str, Enum):
    """Who carries the messages of a channel address."""

    TELEGRAM = "telegram"
    TWILIO = "twilio"
    GATEWAY = "gateway"
    SIMULATOR = "simulator"


LANGUAGES = ("ar", "fr", "en")


@dataclass
class Contact:
    """Who writes to us from one address. The id is opaque and is Rasa's ``sender_id``.

    Attributes:
        is_shared: Two persons use this number, so that knowing it opens nothing.
        wrong_tries: References and birth years that did not fit, in a row.
        locked_until: Until when no further try is taken.
        erase_asked_at, erased_at: When erasing everything was asked for, and done; a shell stays for the count.
    """

    id: str
    created_at: datetime
    is_shared: bool = False
    wrong_tries: int = 0
    locked_until: datetime | None = None
    erase_asked_at: datetime | None = None
    erased_at: datetime | None = None

    def __repr__(self) -> str:
        return f"<Contact {self.id}>"


@dataclass
class ChannelAddress:
    """A phone number or chat id of a contact: always personal data.

    Attributes:
        address: In clear, encrypted at rest.
        address_hash: Keyed hash, for look-ups.
        stopped_at: Since when nothing may be sent here; None while we may write.
        stop_reason: A code of ``bot.domain.deliveries``: the person said stop, or the provider says that nothing arrives.
        line: Our own number that the person wrote to last; a reply leaves from there. None where a channel has one only.
    """

    id: str
    contact_id: str
    channel: Channel
    provider: Provider
    address: str
    address_hash: str
    created_at: datetime
    stopped_at: datetime | None = None
    stop_reason: str | None = None
    line: str | None = None

    def __repr__(self) -> str:
        return f"<ChannelAddress {self.id}>"

    def stop(self, now: datetime, *, reason: str = "opted_out") -> None:
        """Record that nothing may be sent here until the person writes again."""
        if self.stopped_at is None:
            self.stopped_at, self.stop_reason = now, reason

    def resume(self) -> None:
        """Record that the person wrote again of their own will."""
        self.stopped_at = self.stop_reason = None
