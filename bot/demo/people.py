"""Invented people: names that are common where they come from, put together at random; numbers that nobody owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot.demo.stories import Story, read

NUMBER = "+21800{:07}"
"""No number in Libya begins so after its country code."""

HOUSEHOLDS: tuple[list[dict[str, Any]], ...] = (
    [],
    [],
    [],
    [{"relation": "spouse", "age": 27}],
    [{"relation": "spouse", "age": 31}, {"relation": "child", "age": 4}],
    [{"relation": "child", "age": 2}, {"relation": "child", "age": 7}],
    [{"relation": "spouse", "age": 35}, {"relation": "child", "age": 1}, {"relation": "child", "age": 9}],
    [{"relation": "sibling", "age": 16}],
    [{"relation": "parent", "age": 66}],
)
_NEEDS = ([], [], [], [], ["medical"], ["older_person"], ["disability"])


@dataclass
class Person:
    """Somebody who writes to the hotline of the demo."""

    name: str
    sex: str
    nationality: str
    age: int
    phone: str
    destination: str
    household: list[dict[str, Any]] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    document: str = "none"


class People:
    """Makes people up.

    Args:
        rng: Decides everything; the same seed gives the same people.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._count = 0
        self._of_story: dict[str, Person] = {}

    def for_story(self, story: Story, *, is_first: bool) -> Person:
        """Return who lives a story; the one who lived ``same_person_as`` before, if that was told already."""
        known = self._of_story.get(story.same_person_as or "") if is_first else None
        person = known or self.person(story)
        if is_first:
            self._of_story[story.id] = person
        return person

    def person(self, story: Story) -> Person:
        """Return somebody whom the story fits."""
        rng = self._rng
        nationality = rng.choice(story.people)
        names = read("people.yml")[nationality]
        sex = story.sex or rng.choice(("female", "male", "male"))
        script = 0 if story.language == "ar" and _has_arabic(names) else -1
        parts = (rng.choice(names[sex]), rng.choice(names["family"]))
        self._count += 1
        age = story.age or rng.choice((19, 21, 22, 24, 25, 27, 28, 29, 31, 33, 34, 36, 38, 41, 44, 47, 52, 58))
        needs = list(rng.choice(_NEEDS))
        household = [dict(one) for one in rng.choice(HOUSEHOLDS)] if age > 20 else []
        return Person(
            name=" ".join(_in_script(part, script) for part in parts),
            sex=sex,
            nationality=nationality,
            age=age,
            phone=self.number(),
            destination=_in_script(rng.choice(names["towns"]), script),
            household=household,
            needs=needs,
            document=rng.choice(("none", "none", "passport", "expired")),
        )

    def number(self) -> str:
        """Return a number that nobody owns and that nobody else in the demo has."""
        self._count += 1
        return NUMBER.format(self._count)


def _has_arabic(names: Mapping[str, Any]) -> bool:
    return isinstance(names["family"][0], list)


def _in_script(name: str | list[str], script: int) -> str:
    return name if isinstance(name, str) else name[script]
