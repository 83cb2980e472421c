"""The directory: contacts and services that change, told to people only while verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

TRANSLATED = ("organisation", "purpose", "hours", "address")
"""Attributes of an entry that are words, and may stand in each language."""

KINDS = (
    "return_office", "protection", "asylum", "health", "medical_emergency", "psychosocial", "survivor_support", "food_items",
    "legal", "embassy", "family_links", "sea_rescue", "feedback", "misconduct",
)  # fmt: skip
"""What an entry may be for; answers name these kinds."""

EXPIRING = timedelta(days=14)
"""How long before the end of a check staff are told that it ends."""


class EntryState(str, Enum):
    """Whether people are told of an entry, and why not."""

    TOLD = "told"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    NOT_VERIFIED = "not_verified"


@dataclass
class DirectoryEntry:
    """An organisation that people may be sent to.

    Attributes:
        kinds: What it is for (``return_office``, ``protection``, ``embassy``…); an answer names kinds.
        phones: In E.164 or as a short code.
        places: Ids of places it serves; empty means the whole country.
        source, source_as_of: Where the entry came from, and how old that was.
        verified_at, verified_by, valid_until: Who checked it and until when that holds.
        translations: By language, the words of ``TRANSLATED`` in it; what is missing is taken from the entry itself.
        languages: Languages that are spoken there.
        updated_at, updated_by: When and by whom its contents were last changed in the console.
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
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    updated_at: datetime | None = None
    updated_by: str | None = None

    def word(self, name: str, language: str) -> str:
        """Return one of ``TRANSLATED`` in a language, or as the entry itself has it."""
        return self.translations.get(language, {}).get(name) or str(getattr(self, name))

    def is_shown(self, now: datetime) -> bool:
        """Say whether people may be told of it: verified, and the check still holds."""
        if self.verified_at is None:
            return False
        return self.valid_until is None or now < self.valid_until

    def state(self, now: datetime) -> EntryState:
        """Return whether people are told of it; one that is told may be told for a short time only."""
        if self.verified_at is None:
            return EntryState.NOT_VERIFIED
        if not self.is_shown(now):
            return EntryState.EXPIRED
        is_short = self.valid_until is not None and self.valid_until - now <= EXPIRING
        return EntryState.EXPIRING if is_short else EntryState.TOLD

    def take_back(self) -> None:
        """Record that nobody vouches for this entry any more."""
        self.verified_at = self.verified_by = self.valid_until = None

    def verify(self, *, by: str, now: datetime, valid_until: datetime | None) -> None:
        """Record that a staff member checked this entry."""
        self.verified_at, self.verified_by, self.valid_until = now, by, valid_until
