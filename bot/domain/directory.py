"""The directory: contacts and services that change, told to people only while verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class DirectoryEntry:
    """An organisation that people may be sent to.

    Attributes:
        kinds: What it is for (``return_office``, ``protection``, ``embassy``…); an answer names kinds.
        phones: In E.164 or as a short code.
        places: Ids of places it serves; empty means the whole country.
        source, source_as_of: Where the entry came from, and how old that was.
        verified_at, verified_by, valid_until: Who checked it and until when that holds.
    """

    id: str
    organisation: str
    purpose: str
    kinds: tuple[str, ...]
    phones: tuple[str, ...]
    places: tuple[str, ...]
    hours: str
    address: str
    source: str
    source_as_of: str
    verified_at: datetime | None = None
    verified_by: str | None = None
    valid_until: datetime | None = None

    def is_shown(self, now: datetime) -> bool:
        """Say whether people may be told of it: verified, and the check still holds."""
        if self.verified_at is None:
            return False
        return self.valid_until is None or now < self.valid_until

    def verify(self, *, by: str, now: datetime, valid_until: datetime | None) -> None:
        """Record that a staff member checked this entry."""
        self.verified_at, self.verified_by, self.valid_until = now, by, valid_until
