"""Puts the vector of our own encoder on each message, as Rasa's dense featurizers do, for every classifier behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from bot.understanding.features import Sample
from bot.understanding.static_encoder import encoder
from bot.understanding.vector_featurizer import VectorFeaturizer


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EncoderFeaturizer(VectorFeaturizer):
    """Adds our encoder's vector. The language decides how Latin letters are read, so it comes after that."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        # Read with the model, so that the first person does not wait for it.
        self._encoder = encoder()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Nothing to set."""
        return {}

    def vectors(self, samples: Sequence[Sample]) -> Sequence[np.ndarray]:
        """Return one vector for each sample."""
        return [self._encoder.encode(one) for one in samples]
