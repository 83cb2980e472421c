"""What our dense featurizers share: one vector for a whole text, put on training sentences and messages as Rasa's do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding import message as keys
from bot.understanding.features import Sample


class VectorFeaturizer(GraphComponent):
    """A graph component that learns nothing, and adds one dense vector to each message, beside those of others."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self._name = str(config.get("component_name", type(self).__name__))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VectorFeaturizer:
        """Return the component."""
        return cls(config)

    @abstractmethod
    def vectors(self, samples: Sequence[Sample]) -> Sequence[np.ndarray]:
        """Return one vector for each sample."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vectors of the training sentences."""
        examples = training_data.intent_examples
        self._add(examples, [keys.training_sample(one) for one in examples])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vectors of messages."""
        self._add(messages, [keys.sample_of(one) for one in messages])
        return messages

    def _add(self, messages: Sequence[Message], samples: Sequence[Sample]) -> None:
        for message, vector in zip(messages, self.vectors(samples) if samples else ()):
            message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._name))
