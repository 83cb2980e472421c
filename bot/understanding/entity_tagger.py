"""Places and nationalities that stand on no list, learned from the marks in the training sentences.

A conditional random field over word shapes and neighbours ("je viens de …", "ساكن في …"). Rasa's own extractor of this
kind keeps its data set in the model and learns again at every start, so the same library is used here directly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sklearn_crfsuite
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.normalise import normalise
from bot.understanding import message as keys
from bot.understanding.component import ModelComponent

_WORD = re.compile(r"\w+")
OUTSIDE = "O"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityTagger(ModelComponent):
    """Adds learned ``place`` and ``nationality`` entities, whose value is the text as written."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``threshold``: least probability of a tag; ``others``: one in how many sentences without marks is learned from."""
        return {"threshold": 0.6, "others": 3, "max_iterations": 60}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the marked sentences, and from some without marks."""
        examples = training_data.intent_examples
        marked = [m for m in examples if m.get(ENTITIES)]
        plain = [m for m in examples if not m.get(ENTITIES)][:: self.config["others"]]
        sentences = [(list(_WORD.finditer(keys.text_of(m))), m.get(ENTITIES) or []) for m in marked + plain]
        self.model = sklearn_crfsuite.CRF(c1=0.1, c2=0.1, max_iterations=self.config["max_iterations"])
        self.model.fit([_features(words) for words, _ in sentences], [_tags(words, marks) for words, marks in sentences])
        return self.persist()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities to each message."""
        for message in messages:
            found = [entity | {"extractor": type(self).__name__} for entity in self.extract(keys.text_of(message))]
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *found], add_to_output=True)
        return messages

    def extract(self, text: str) -> Iterator[dict[str, Any]]:
        """Yield the entities of a text; neighbouring words with the same tag are one."""
        words = list(_WORD.finditer(text))
        if not words:
            return
        open_entity: dict[str, Any] | None = None
        for word, tags in zip(words, self.model.predict_marginals_single(_features(words))):
            tag = max(tags, key=lambda name: tags[name])
            if tag == OUTSIDE or tags[tag] < self.config["threshold"]:
                tag = OUTSIDE
            if open_entity and (tag == OUTSIDE or tag != open_entity["entity"]):
                yield open_entity
                open_entity = None
            if tag == OUTSIDE:
                continue
            start = open_entity["start"] if open_entity else word.start()
            open_entity = {"entity": tag, "start": start, "end": word.end(), "value": text[start : word.end()]}
        if open_entity:
            yield open_entity


def _tags(words: list[re.Match[str]], marks: list[dict[str, Any]]) -> list[str]:
    return [next((m["entity"] for m in marks if m["start"] <= w.start() and w.end() <= m["end"]), OUTSIDE) for w in words]


def _features(words: list[re.Match[str]]) -> list[dict[str, Any]]:
    forms = [normalise(word.group()) for word in words]
    sentence = []
    for index, form in enumerate(forms):
        features = {
            "prefix2": form[:2],
            "prefix3": form[:3],
            "suffix2": form[-2:],
            "suffix3": form[-3:],
            "length": min(len(form), 8),
            "title": words[index].group()[:1].isupper() and index > 0,
        }
        for offset in (-2, -1, 1, 2):
            neighbour = forms[index + offset] if 0 <= index + offset < len(forms) else "#"
            features[f"word{offset:+d}"] = neighbour
        features["before"] = " ".join(forms[max(0, index - 2) : index])
        sentence.append(features)
    return sentence
