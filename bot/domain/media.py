"""Media: pictures, voice notes and files that a contact sent. We keep what they are; the content stays with the provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAX_MEDIA_BYTES = 20 * 1024 * 1024
"""Telegram's own limit of ``getFile``; larger files are not fetched from anybody."""

OPENED_TYPES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/amr",
        "video/mp4",
        "video/3gpp",
        "application/pdf",
    }
)
"""Content types that are opened for staff. Nothing that a browser would run."""


@dataclass
class Media:
    """One file of an inbound message.

    Attributes:
        content_type: As the provider names it, in lower case, without parameters; empty where it names none.
        size: Bytes, where the provider says so.
        reference: How the provider finds it again (Telegram's ``file_id``, Twilio's address); encrypted at rest.
        fetched_at: When a caseworker first opened it.
    """

    id: str
    message_id: str
    content_type: str
    size: int | None
    reference: str
    created_at: datetime
    fetched_at: datetime | None = None

    def __repr__(self) -> str:
        return f"<Media {self.id}>"


@dataclass(frozen=True)
class Fetched:
    """A file as a provider gave it out."""

    content_type: str
    data: bytes
