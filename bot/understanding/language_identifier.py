"""Which of the three languages a message is in; short ones lean on the conversation's language.

Arabic script is Arabic. For Latin letters a linear model over characters, learned from the training
sentences, tells French, English with Pidgin, and Arabizi apart. What the person chose always wins.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bot.domain.contacts import LANGUAGES
from bot.language.normalise import has_arabic_script, normalise
from bot.understanding import message as keys
from bot.understanding.component import ModelComponent
from bot.understanding.scoring import Scorer

_NAMES = {
    "ar": r"arabic|arabe|arabi|3arabi|3rbi|العربيه|عربي|عربيه|بالعربي|عربى",
    "fr": r"french|francais|francaise|faransi|fransawi|fransi|frensh|الفرنسيه|فرنسي|فرنسيه|فرنساوي|بالفرنسي",
    "en": r"english|anglais|inglizi|ingilizi|englizi|inglish|englis|الانجليزيه|انجليزي|انجليزيه|انقليزي|بالانجليزي",
}
_NAME_PATTERNS = {code: re.compile(rf"\b(?:{names})\b") for code, names in _NAMES.items()}
_NEGATION = re.compile(r"\b(?:not|no|dont|don t|can t|cannot|pas|ne|non|ما|مش|مو|لا|ماني|مب)\b")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LanguageIdentifier(ModelComponent):
    """Puts ``language`` on each message, and an entity of that name, which fills the slot ``language``."""

    _scorer: Scorer | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``prior``: how many times likelier the conversation's language is, before a short Latin-letter text is read."""
        return {"prior": 30.0}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the Latin-letter sentences of all languages."""
        pairs = [(keys.text_of(m), keys.training_language(m)) for m in training_data.intent_examples]
        latin = [(t, code) for t, code in pairs if code and not has_arabic_script(t)]
        self.model = make_pipeline(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), preprocessor=normalise, sublinear_tf=True, min_df=2),
            LogisticRegression(C=20.0, class_weight="balanced", max_iter=300),
        ).fit([t for t, _ in latin], [code for _, code in latin])
        return self.persist()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the language to each message."""
        for message in messages:
            language, is_chosen = self._choose(message)
            message.set(keys.LANGUAGE, language, add_to_output=True)
            message.set(keys.LANGUAGE_IS_CHOSEN, is_chosen, add_to_output=True)
            entity = {"entity": "language", "value": language, "start": 0, "end": 0, "extractor": type(self).__name__}
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), entity], add_to_output=True)
        return messages

    def _choose(self, message: Message) -> tuple[str, bool]:
        metadata = keys.metadata_of(message)
        pressed = metadata.get("pressed") or ""
        if pressed.startswith("choose_language_"):
            return pressed.rsplit("_", 1)[1], True
        if metadata.get("language_is_chosen") and metadata.get("language") in LANGUAGES:
            return metadata["language"], True
        return self.identify(keys.text_of(message), metadata.get("language")), False

    def probabilities(self, text: str) -> np.ndarray:
        """Return how likely each language of the model's ``classes_`` is, by the letters alone."""
        if self._scorer is None:
            vectoriser, regression = self.model[0], self.model[-1]
            self._scorer = Scorer([vectoriser], regression.coef_, regression.intercept_)
        return softmax(self._scorer.margins(text))

    def identify(self, text: str, conversation_language: str | None = None) -> str:
        """Return the language of a text, leaning on that of the conversation where the text says little."""
        if has_arabic_script(text):
            return "ar"
        if not re.search(r"[a-z]", normalise(text)) or self.model is None:
            return conversation_language or "en"
        scores = np.log(self.probabilities(text) + 1e-9)
        codes = list(self.model.classes_)
        if conversation_language in codes:
            # The shorter a text, the more the conversation counts.
            evidence = max(1.0, len(normalise(text).split()) / 2)
            scores[codes.index(conversation_language)] += np.log(self.config["prior"]) / evidence
        return str(codes[int(np.argmax(scores))])


def wanted_language(text: str) -> str | None:
    """Return the one language that a request for another language names, or None.

    "I don't speak French" names French but does not want it.
    """
    evened = normalise(text)
    named = [code for code, pattern in _NAME_PATTERNS.items() if pattern.search(evened)]
    if len(named) == 1 and not _NEGATION.search(evened):
        return named[0]
    return None
