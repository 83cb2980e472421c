"""Names of what our components put on a Rasa message and read from its metadata, and the shapes of both."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.domain import topics

LANGUAGE = "language"
LANGUAGE_IS_CHOSEN = "language_is_chosen"
TOPICS = "topics"
KNOWS_A_WORD = "knows_a_word"
SAFETY = "safety"
MATTERS = "matters"
"""What each piece of a message of several is about, with its probability by the safety net, the likeliest first."""
DECISION = "decision"
SUGGESTIONS = "suggestions"
DOUBTED = "doubted"
"""The topic of a message that would have been answered but for a sign of danger."""
PICKED = "picked"
UNDERSTOOD = "understood"
"""The topic of a message that is left to staff: its intent is a signal then."""

METADATA = "metadata"


def text_of(message: Message) -> str:
    """Return the text that the person wrote, as written."""
    return message.get(TEXT) or ""


def metadata_of(message: Message) -> dict[str, Any]:
    """Return what the turn told us: ``language``, ``language_is_chosen``, ``offered``, ``pressed``, ``kind``,
    ``place``, ``asked`` with ``offered_is_latest`` while a form waits, and ``with_staff`` (``bot.delivery.turn_message``).
    """
    return message.get(METADATA) or {}


def training_topic(example: Message) -> str:
    """Return the topic of a training example."""
    return topics.topic_of_intent(full_intent(example) or "")


def full_intent(message: Message) -> str | None:
    """Return the intent of a training example, with the answer key of a retrieval intent."""
    return message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)


def predicted_intent(message: Message) -> str | None:
    """Return the intent that a component before this one put on the message."""
    return (message.get(INTENT) or {}).get(INTENT_NAME_KEY)


def predicted_topic(message: Message) -> str:
    """Return the topic, or the signal, that a component before this one put on the message."""
    response = ((message.get("response_selector") or {}).get("faq") or {}).get("response") or {}
    return topics.topic_of_intent(response.get("intent_response_key") or predicted_intent(message) or "")


def training_language(message: Message) -> str | None:
    """Return the language of a training example, from the metadata of its block."""
    return ((message.get(METADATA) or {}).get("intent") or {}).get("language")


def training_sample(message: Message) -> tuple[str, str]:
    """Return text and language of a training example, as the features take them."""
    return text_of(message), training_language(message) or ""


def vector_of(message: Message) -> np.ndarray:
    """Return what the dense featurizers of the pipeline put on a message, side by side; empty where there are none."""
    _, found = message.get_dense_features(TEXT, [])
    return np.zeros(0, dtype=np.float32) if found is None else np.asarray(found.features[0], dtype=np.float32)


def sample_of(message: Message) -> tuple[str, str]:
    """Return text and identified language of a message, as the features take them."""
    return text_of(message), message.get(LANGUAGE) or ""
