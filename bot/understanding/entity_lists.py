"""Entities that lists and rules find: place, nationality, phone, number, date and reference.

Values are ids and standard forms: ids of ``places.yml``, ISO 3166-1 alpha-2, E.164, ISO 8601, ``R-XXXXX-C``. Places and
nationalities that stand on no list come from the learned extractor before this one; where both found something, the list
is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import phonenumbers
from rapidfuzz import fuzz, process
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from bot.domain import references
from bot.language.dates import find_numeric_date, month_spellings
from bot.language.gazetteer import nationality_spellings, place_spellings
from bot.language.normalise import normalise, to_ascii_digits, without_clitics
from bot.understanding import message as keys

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"(?<![\w+])\d{1,6}(?!\w)")
LONGEST_NAME = 4
FUZZY_LENGTH = 6
FUZZY_SCORE = 91
HOME_REGION = "LY"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityListExtractor(GraphComponent):
    """Adds the entities found to each message."""

    def __init__(self) -> None:
        self._places = place_spellings(normalise)
        self._nationalities = nationality_spellings(normalise)
        self._months = month_spellings(normalise)
        self._fuzzy_places = [name for name in self._places if len(name) >= FUZZY_LENGTH]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityListExtractor:
        """Return the component."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities to each message."""
        for message in messages:
            found = self.extract(keys.text_of(message))
            for entity in found:
                entity["extractor"] = type(self).__name__
            learned = [entity for entity in message.get(ENTITIES) or [] if not _overlaps(entity, found)]
            message.set(ENTITIES, [*learned, *found], add_to_output=True)
        return messages

    def extract(self, text: str) -> list[dict[str, Any]]:
        """Return the entities of a text, with start and end in it, never overlapping."""
        plain = to_ascii_digits(text)
        found: list[dict[str, Any]] = []
        for entity in (*self._patterns(plain), *self._names(text)):
            if not _overlaps(entity, found):
                found.append(entity)
        return sorted(found, key=lambda entity: entity["start"])

    def _patterns(self, text: str) -> Iterator[dict[str, Any]]:
        for match in references.PATTERN.finditer(text):
            reference = references.parse_reference(match.group())
            if reference:
                yield _entity("reference", reference, match.start(), match.end())
        numeric = find_numeric_date(text)
        if numeric:
            yield _entity("date", numeric[0].isoformat(), numeric[1], numeric[2])
        for match in phonenumbers.PhoneNumberMatcher(text, HOME_REGION):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            yield _entity("phone", number, match.start, match.end)
        yield from self._written_dates(text)
        for match in _NUMBER.finditer(text):
            yield _entity("number", int(match.group()), match.start(), match.end())

    def _written_dates(self, text: str) -> Iterator[dict[str, Any]]:
        words = list(_WORD.finditer(text))
        for index, word in enumerate(words):
            month = self._months.get(normalise(word.group()))
            if month is None or index == 0 or not words[index - 1].group().isdigit():
                continue
            day = int(words[index - 1].group())
            after = words[index + 1].group() if index + 1 < len(words) else ""
            if 1 <= day <= 31 and re.fullmatch(r"(?:19|20)\d\d", after):
                value = f"{after}-{month:02}-{day:02}"
                yield _entity("date", value, words[index - 1].start(), words[index + 1].end())

    def _names(self, text: str) -> Iterator[dict[str, Any]]:
        words = list(_WORD.finditer(text))
        for length in range(LONGEST_NAME, 0, -1):
            for index in range(len(words) - length + 1):
                group = words[index : index + length]
                spelling = normalise(" ".join(word.group() for word in group))
                kind, value = self._look_up(spelling)
                if kind and value:
                    yield _entity(kind, value, group[0].start(), group[-1].end())

    def _look_up(self, spelling: str) -> tuple[str | None, str | None]:
        for form in (spelling, without_clitics(spelling)):
            if form in self._places:
                return "place", self._places[form]
            if form in self._nationalities:
                return "nationality", self._nationalities[form]
        if len(spelling) >= FUZZY_LENGTH and " " not in spelling:
            best = process.extractOne(spelling, self._fuzzy_places, scorer=fuzz.ratio, score_cutoff=FUZZY_SCORE)
            if best:
                return "place", self._places[best[0]]
        return None, None


def _overlaps(entity: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    return any(entity["start"] < other["end"] and other["start"] < entity["end"] for other in others)


def _entity(kind: str, value: Any, start: int, end: int) -> dict[str, Any]:
    return {"entity": kind, "value": value, "start": start, "end": end, "confidence_entity": 1.0}
