"""A second look, at each piece of a message: does any of them belong to one of the nine safety topics?

A plea often stands in the middle of something else: a question about papers, thanks, an answer. The topic of the whole is then
that of the question, and two pleas of five are missed (docs/benchmarks.md). A complaint is on the safety list, too.
By the same look it is known what else the message is about.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import softmax

from bot.domain import topics
from bot.language.normalise import normalise
from bot.understanding import message as keys
from bot.understanding.component import ModelComponent
from bot.understanding.features import Sample
from bot.understanding.pieces import pieces_of
from bot.understanding.run_on import run_ons
from bot.understanding.tuned_encoder import Bags, TunedEncoder, Tuning

BATCH, RATE = 1024, 0.014
"""Of the tuning: as good as smaller steps, in two thirds of the time."""


@dataclass(frozen=True)
class _Learned:
    """The topics, which of them are about danger, and what tells them apart."""

    classes: list[str]
    is_safety: np.ndarray
    tuned: TunedEncoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SafetyNet(ModelComponent):
    """Puts the probability of danger on each message, as ``safety``: of that piece where it is highest. And ``matters``."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``seed``: of the tuning, and of the choice of pieces."""
        return {"seed": 7}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the topics of sentences, of messages run together from them, and of pieces of those that have several.

        Of these one piece is learned at a time: the one that looks most like danger. In a plea it is the plea; in a harmless
        story it is what must be told from one.
        """
        samples: list[Sample] = [keys.training_sample(example) for example in training_data.intent_examples]
        labels = [keys.training_topic(example) for example in training_data.intent_examples]
        classes, truth = np.unique(labels, return_inverse=True)
        is_safety = np.array([topics.is_safety(str(one)) for one in classes])
        share = np.eye(len(classes), dtype=np.float32)
        run_on = list(run_ons(samples, is_safety[truth], random.Random(self.config["seed"])))  # noqa: S311
        shares = np.vstack([share[truth], *(share[truth[list(numbers)]].mean(axis=0) for _, numbers in run_on)])
        tuning = Tuning(batch=BATCH, rate=RATE, seed=self.config["seed"])
        bags = _pieces(samples, share[truth], is_safety)
        tuned = TunedEncoder.fit([*samples, *(sample for sample, _ in run_on)], shares, tuning, bags)
        self.model = _Learned([str(one) for one in classes], is_safety, tuned)
        return self.persist()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the probability of danger to each message, and to one of several pieces what they are about."""
        for message in messages:
            probabilities = self.look(keys.sample_of(message))
            message.set(keys.SAFETY, self.danger(probabilities), add_to_output=True)
            if len(probabilities) > 1:
                message.set(keys.MATTERS, self.matters(probabilities))
        return messages

    def look(self, sample: Sample) -> np.ndarray:
        """Return the probabilities of the topics for each piece of a text that has a letter, a row each."""
        text, language = sample
        pieces = [piece for piece in pieces_of(text) if any(map(str.isalpha, piece))]
        found = [softmax(self.model.tuned.logits((piece, language))) for piece in pieces]
        return np.array(found).reshape(-1, len(self.model.classes))

    def danger(self, probabilities: np.ndarray) -> float:
        """Return the probability that some piece is about danger."""
        return round(float(probabilities[:, self.model.is_safety].sum(axis=1).max(initial=0.0)), 4)

    def matters(self, probabilities: np.ndarray) -> list[tuple[str, float]]:
        """Return the likeliest topic of each piece, the surest first."""
        found = [(self.model.classes[row.argmax()], round(float(row.max()), 4)) for row in probabilities]
        return sorted(found, key=lambda one: -one[1])


def _pieces(samples: Sequence[Sample], shares: np.ndarray, is_safety: np.ndarray) -> Bags:
    found, bag, whole = [], [], []
    for number, (text, language) in enumerate(samples):
        pieces = [piece for piece in pieces_of(text) if piece != text and normalise(piece)]
        if pieces:
            found += [(piece, language) for piece in pieces]
            bag += [len(whole)] * len(pieces)
            whole.append(number)
    return Bags(found, np.array(bag, dtype=np.intp), shares[whole], is_safety)
