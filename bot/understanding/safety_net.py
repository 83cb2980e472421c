"""A second look for danger, at each piece of a message: does any of them belong to one of the nine safety topics?

A plea often stands in the middle of something else: a question about papers, thanks, an answer. The topic of the whole is then
that of the question, and two pleas of five are missed (docs/benchmarks.md). A complaint is on the safety list, too.
"""

from __future__ import annotations

import random
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
from bot.understanding.tuned_encoder import TunedEncoder, Tuning

BATCH, RATE = 1024, 0.014
"""Of the tuning: as good as smaller steps, in two thirds of the time."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SafetyNet(ModelComponent):
    """Puts the probability of danger on each message, as ``safety``: of that piece where it is highest."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``seed``: of the tuning, and of the choice of pieces."""
        return {"seed": 7}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the topics of sentences, and of a piece of each that has several and is not about danger.

        A piece of a harmless story is harmless, whatever words of danger it holds. A piece of a plea may be anything.
        """
        samples: list[Sample] = []
        labels: list[str] = []
        rng = random.Random(self.config["seed"])  # noqa: S311
        for example in training_data.intent_examples:
            text, language = keys.training_sample(example)
            topic = topics.topic_of_intent(keys.full_intent(example) or "")
            pieces = [] if topics.is_safety(topic) else [piece for piece in pieces_of(text) if piece != text]
            for taught in (text, rng.choice(pieces)) if pieces else (text,):
                samples.append((taught, language))
                labels.append(topic)
        classes, truth = np.unique(labels, return_inverse=True)
        is_safety = np.array([topics.is_safety(str(one)) for one in classes])
        self.model = (TunedEncoder.fit(samples, truth, Tuning(batch=BATCH, rate=RATE, seed=self.config["seed"])), is_safety)
        return self.persist()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the probability of danger to each message."""
        for message in messages:
            message.set(keys.SAFETY, self.probability(keys.sample_of(message)), add_to_output=True)
        return messages

    def probability(self, sample: Sample) -> float:
        """Return the probability that some piece of a text is about danger."""
        tuned, is_safety = self.model
        text, language = sample
        pieces = [piece for piece in pieces_of(text) if normalise(piece)]
        found = [float(softmax(tuned.logits((piece, language)))[is_safety].sum()) for piece in pieces]
        return round(max(found, default=0.0), 4)
