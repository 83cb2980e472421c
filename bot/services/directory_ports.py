"""What the directory needs from outside, as a protocol."""
# ruff: noqa: D102 - the names say it; a class's docstring says what they have in common.

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.directory import DirectoryEntry


class Directory(Protocol):
    """Directory entries."""

    def all(self, *, only_verified: bool = False) -> Sequence[DirectoryEntry]: ...

    def get(self, entry_id: str) -> DirectoryEntry: ...

    def add(self, entry: DirectoryEntry) -> None: ...

    def lock(self, entry_id: str) -> DirectoryEntry: ...

    def count_ending(self, *, by: datetime) -> int: ...
