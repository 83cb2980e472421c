"""Which of the 69 topics a message is about: one model for the three languages.

Retrieval intents (``faq/…``) are told apart here, too, and the result is left on the message in the form that
Rasa's retrieval action reads, so that ``utter_faq`` finds its answer without a second model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.domain import topics
from bot.language.normalise import normalise
from bot.understanding import message as keys
from bot.understanding.component import ModelComponent
from bot.understanding.topic_model import TopicModel

RANKING_LENGTH = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(ModelComponent):
    """Puts a calibrated ranking of topics on each message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``C`` and the rest: see ``TopicModel``."""
        return {"C": 0.3, "share": 0.1, "C_vector": 3.0, "share_vector": 0.06, "seed": 7}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples, and the temperature from a held-out part."""
        examples = training_data.intent_examples
        self.model = make_model(self.config).fit(
            [keys.training_sample(one) for one in examples],
            np.stack([keys.vector_of(one) for one in examples]),
            [keys.training_topic(one) for one in examples],
        )
        return self.persist()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add ``intent``, its ranking and the retrieval result to each message."""
        for message in messages:
            sample = keys.sample_of(message)
            ranking = self.model.rank(sample, keys.vector_of(message), length=RANKING_LENGTH) if normalise(sample[0]) else []
            message.set(keys.TOPICS, ranking, add_to_output=True)
            message.set(keys.KNOWS_A_WORD, self.model.knows_a_word(sample))
            if ranking:
                set_topic(message, ranking[0][0], ranking[0][1])
        return messages


def make_model(config: dict[str, Any]) -> TopicModel:
    """Return the untrained model of a configuration."""
    return TopicModel(
        inverse_regularisation=config["C"],
        share=config["share"],
        vector_regularisation=config["C_vector"],
        vector_share=config["share_vector"],
        seed=config["seed"],
    )


def set_topic(message: Message, topic: str, confidence: float) -> None:
    """Make a topic (or one of our own signals, such as ``helped_yes``) the message's intent."""
    intent = topics.intent_of_topic(topic)
    is_retrieval = intent != topic
    name = intent.split("/")[0] if is_retrieval else topic
    message.set(INTENT, {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}, add_to_output=True)
    response = {
        "responses": [{"text": topic}],
        PREDICTED_CONFIDENCE_KEY: confidence,
        "intent_response_key": intent,
        "utter_action": f"utter_{intent}",
    }
    selected = {"faq": {"response": response, "ranking": []}} if is_retrieval else {}
    message.set("response_selector", {"all_retrieval_intents": ["faq"], **selected}, add_to_output=True)
