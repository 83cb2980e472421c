"""A second look for danger: does a message belong to any of the nine safety topics?

It is tuned for recall: where it doubts, the assistant asks. A complaint is on the safety list, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from bot.domain import topics
from bot.language.normalise import normalise
from bot.understanding import message as keys
from bot.understanding.component import ModelComponent
from bot.understanding.features import Sample, make_vectoriser, parts_of
from bot.understanding.scoring import Scorer


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SafetyNet(ModelComponent):
    """Puts the probability of danger on each message, as ``safety``."""

    _scorer: Scorer | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``C``: inverse strength of regularisation."""
        return {"C": 4.0}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn danger against all else."""
        examples = training_data.intent_examples
        vectoriser = make_vectoriser()
        found = vectoriser.fit_transform([keys.training_sample(one) for one in examples])
        vectors = np.stack([keys.vector_of(one) for one in examples])
        features = sparse.hstack([found, sparse.csr_matrix(vectors)], format="csr")
        labels = np.array([topics.is_safety(topics.topic_of_intent(keys.full_intent(m) or "")) for m in examples])
        regression = LogisticRegression(C=self.config["C"], class_weight="balanced", solver="liblinear")
        regression.fit(features, labels)
        regression.coef_ = regression.coef_.astype(np.float32)
        self.model = (vectoriser, regression)
        return self.persist()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the probability of danger to each message."""
        for message in messages:
            sample = keys.sample_of(message)
            danger = self.probability(sample, keys.vector_of(message)) if normalise(sample[0]) else 0.0
            message.set(keys.SAFETY, danger, add_to_output=True)
        return messages

    def probability(self, sample: Sample, vector: np.ndarray) -> float:
        """Return the probability that a text is about danger."""
        if self._scorer is None:
            vectoriser, regression = self.model
            self._scorer = Scorer(parts_of(vectoriser), regression.coef_, regression.intercept_)
        return round(float(expit(self._scorer.margins(sample, vector)[0])), 4)
