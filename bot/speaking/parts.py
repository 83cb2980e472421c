"""Builds the speaker from the parts of the hotline, for the processes that speak."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.directory import DirectoryEntry
from bot.services.directory import entries_to_tell
from bot.speaking.register import load_register
from bot.speaking.speaker import Speaker
from bot.wiring import Parts, now


def speaker_of(parts: Parts) -> Speaker:
    """Return a speaker that tells verified directory entries as they are at each answer."""

    def directory(kinds: Sequence[str]) -> Sequence[DirectoryEntry]:
        with parts.unit_of_work() as uow:
            return entries_to_tell(uow, kinds, clock=now)

    return Speaker(parts.catalogues, load_register(), directory)
