"""Which of our places is nearest to a pin on the map, and how places are named."""

from __future__ import annotations

import math

import pytest
import yaml

from bot.domain.contacts import LANGUAGES
from bot.domain.errors import NotFound
from bot.language.gazetteer import DATA, nearest_place, place_name

PLACES = yaml.safe_load(DATA.read_text(encoding="utf-8"))["places"]
LOCATED = [place for place in PLACES if "lat" in place]


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (27.04, 14.43, "sabha"),
        (27.31, 14.35, "brak"),  # 28 km from Brak, 31 km from Sabha
        (33.20, 12.10, "zwara"),  # at sea, 30 km north of Zuwara
        (32.89, 13.19, "tripoli"),
        (32.11, 20.07, "benghazi"),
        (24.20, 23.29, "kufra"),
    ],
)
def test_a_pin_has_the_nearest_place(latitude, longitude, place):
    assert nearest_place(latitude, longitude) == place


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (30.04, 31.24),  # Cairo
        (35.50, 12.60),  # Lampedusa
        (34.00, 13.00),  # far out at sea
        (29.00, 12.00),  # desert, far from every town
        (0.0, 0.0),
        (-90.0, 0.0),
    ],
)
def test_a_pin_far_from_every_place_has_none(latitude, longitude):
    assert nearest_place(latitude, longitude) is None


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(90.1, 13.0), (-91.0, 13.0), (32.9, 180.5), (32.9, -181.0), (math.nan, 13.0), (32.9, math.nan), (math.inf, 13.0)],
)
def test_numbers_that_are_no_coordinates_have_no_place(latitude, longitude):
    assert nearest_place(latitude, longitude) is None


def test_fifty_kilometres_are_the_limit():
    # Nothing of ours lies near Ghadames, so going south from it only the distance counts: a degree of latitude has 111.2 km.
    assert nearest_place(30.1337 - 0.44, 9.5007) == "ghadames"
    assert nearest_place(30.1337 - 0.46, 9.5007) is None


@pytest.mark.parametrize("place", LOCATED, ids=lambda place: place["id"])
def test_a_place_is_nearest_to_itself_and_lies_in_libya(place):
    assert nearest_place(place["lat"], place["lon"]) == place["id"]
    assert 19.5 <= place["lat"] <= 33.2
    assert 9.3 <= place["lon"] <= 25.2


def test_coordinates_come_in_pairs():
    assert [place["id"] for place in PLACES if ("lat" in place) != ("lon" in place)] == []
    assert len(LOCATED) > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_has_a_name_in_every_language(language):
    assert all(place_name(place["id"], language) == place[language] for place in PLACES)


def test_an_unknown_place_has_no_name():
    with pytest.raises(NotFound):
        place_name("atlantis", "en")
