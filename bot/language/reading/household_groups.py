"""People of one relation in a text about who travels along, and the limits of a household."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.language.reading.household_words import Token

MOST_MEMBERS = 15
OLDEST = 110


@dataclass
class Group:
    """People of one relation: as many as said, with the ages said."""

    relation: str | None
    count: int | None
    ages: list[int] = field(default_factory=list)
    is_plural: bool = False
    have_one_age: bool = False

    @property
    def is_open(self) -> bool:
        """Whether an age may still be said of one of them."""
        return self.count is None or len(self.ages) < self.count

    def members(self) -> list[dict[str, Any]]:
        """Return each of them with relation and age, those without a said age last."""
        ages: list[int | None] = [*self.ages]
        count = max(self.count or 0, len(ages))
        if self.have_one_age and len(ages) == 1:
            ages *= count
        return [{"relation": self.relation, "age": age} for age in ages + [None] * (count - len(ages))]


def age_of(number: int, unit: Token | None) -> int:
    """Return an age in whole years from a number and the unit that follows it, if one does."""
    if unit is None or unit.kind != "age_unit" or not unit.is_month:
        return number
    return number // unit.number if unit.number else 0
