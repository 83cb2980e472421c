"""Towns and offices in words, in the language of the page."""

from __future__ import annotations

from flask_babel import get_locale, pgettext

from bot.language.gazetteer import place_names


def place_words(place: str | None) -> str:
    """Return the name of a town; an id that we do not know stays as it is."""
    if place is None or place == "unknown":
        return pgettext("place of a case", "Place not known")
    return place_names(get_locale().language).get(place, place)


def team_words(team: str | None) -> str:
    """Return the name of an office: that of its town, where it is named for one."""
    if team is None:
        return pgettext("team of a case", "Any team")
    return place_names(get_locale().language).get(team, team)
