"""The stories of the demo as they stand in ``data/``: who writes, what is said, what staff do, in order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
LANGUAGES = ("ar", "fr", "en")
_LENGTH = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Story:
    """One conversation.

    Attributes:
        people: Nationalities that may live it.
        channels: Where it may happen; the small demo takes the first.
        places: Towns where it may happen; the small demo takes the first.
        ends: How long before now its last line is said.
        script: What happens; the keys of each line are the names of ``bot.demo.scene.Scene``'s steps.
        same_person_as: Id of the story that the same person lived before, from another phone.
        is_brief: Whether it is one of the short matters of which a large office has most.
    """

    id: str
    language: str
    people: Sequence[str]
    channels: Sequence[str]
    places: Sequence[str]
    ends: timedelta
    script: Sequence[Mapping[str, Any]]
    sex: str | None = None
    age: int | None = None
    team: str | None = None
    same_person_as: str | None = None
    is_brief: bool = False


@lru_cache(maxsize=1)
def load_stories() -> tuple[Story, ...]:
    """Return all stories, in the order of the files."""
    return tuple(_story(language, raw) for language in LANGUAGES for raw in read(f"stories_{language}.yml"))


@lru_cache(maxsize=1)
def load_earlier() -> Mapping[str, tuple[Story, ...]]:
    """Return the short talks that somebody may have had before, by language."""
    raw = read("earlier.yml")
    return {language: tuple(_story(language, one) for one in raw[language]) for language in LANGUAGES}


@cache
def read(name: str) -> Any:
    """Return what a data file holds."""
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def length_of(text: str) -> timedelta:
    """Return a length of time that is written as ``40m``, ``3h`` or ``2d``."""
    match = _LENGTH.fullmatch(text)
    if match is None:
        raise ValueError(f"no length of time: {text}")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _story(language: str, raw: Mapping[str, Any]) -> Story:
    return Story(**{"language": language, **raw, "ends": length_of(raw.get("ends", "1d"))})
