"""Places and nationalities in every spelling we know: the lists behind the entities and, later, the forms.

Also which place is the nearest to a pin on the map.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import yaml
from babel import Locale

from bot.domain.contacts import LANGUAGES
from bot.domain.errors import NotFound

DATA = Path(__file__).parent / "data" / "places.yml"
NEAR_KM = 50
"""Farther away, the name of a place would tell nothing about a pin on the map."""
EARTH_RADIUS_KM = 6371.0


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


def nearest_place(latitude: float, longitude: float) -> str | None:
    """Return the id of the place nearest to a pin on the map, among those whose coordinates we have.

    Args:
        latitude: Degrees, north positive.
        longitude: Degrees, east positive.

    Returns:
        The id, or None if no place lies within ``NEAR_KM``, or the numbers are no coordinates.
    """
    # Not a number fails each comparison, so it falls out here too.
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    distances = {
        place["id"]: _distance_km(latitude, longitude, place["lat"], place["lon"])
        for place in _data()["places"]
        if "lat" in place and "lon" in place
    }
    nearest = min(distances, key=distances.__getitem__)
    return nearest if distances[nearest] <= NEAR_KM else None


def place_name(place_id: str, language: str) -> str:
    """Return a place's name in a language.

    Raises:
        NotFound: If there is no such place.
    """
    for place in _data()["places"]:
        if place["id"] == place_id:
            return str(place[language])
    raise NotFound("place_not_found", place_id)


@lru_cache(maxsize=len(LANGUAGES))
def place_names(language: str) -> dict[str, str]:
    """Return the names of all places in a language, by id and in the order of the names."""
    names = {place["id"]: str(place[language]) for place in _data()["places"]}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def _distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the great-circle distance by the haversine formula, which stays exact for short distances."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    half_north = (other_north - north) / 2
    half_east = math.radians(other_longitude - longitude) / 2
    chord = math.sin(half_north) ** 2 + math.cos(north) * math.cos(other_north) * math.sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


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
