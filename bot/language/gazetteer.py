"""Places and nationalities in every spelling we know: the lists behind the entities and, later, the forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import yaml
from babel import Locale

from bot.domain.contacts import LANGUAGES

DATA = Path(__file__).parent / "data" / "places.yml"


@lru_cache(maxsize=1)
def _data() -> dict:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def place_spellings(normalise: Callable[[str], str]) -> dict[str, str]:
    """Return place ids by evened-out spelling."""
    found: dict[str, str] = {}
    for place in _data()["places"]:
        variants = place.get("variants") or {}
        names = [place[code] for code in LANGUAGES] + variants.get("latin", []) + variants.get("ar", [])
        for name in names:
            found.setdefault(normalise(name), place["id"])
    return found


def nationality_spellings(normalise: Callable[[str], str]) -> dict[str, str]:
    """Return ISO 3166-1 alpha-2 codes by evened-out spelling of the country or its people."""
    found: dict[str, str] = {}
    for entry in _data()["nationalities"]:
        for name in _nationality_names(entry):
            found.setdefault(normalise(name), entry["iso2"])
    for code in LANGUAGES:
        for territory, name in Locale(code).territories.items():
            if len(territory) == 2 and territory.isalpha():
                found.setdefault(normalise(name), territory)
    return found


def _nationality_names(entry: dict) -> Iterator[str]:
    yield from entry["country"].values()
    for forms in entry["demonym"].values():
        yield from forms.values()
    variants = entry.get("variants") or {}
    yield from variants.get("latin", [])
    yield from variants.get("ar", [])
