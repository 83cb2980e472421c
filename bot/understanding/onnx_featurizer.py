"""A big sentence encoder in the pipeline, where an office has the memory for one: see ``config.encoder.yml``.

Not in the default pipeline. It needs ``requirements/encoder.txt``, and a folder with ``model.onnx`` and ``tokenizer.json``, or
the name of a model on a hub where the Internet exists.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.domain.errors import ConfigurationError
from bot.understanding import message as keys

MAX_TOKENS = 128
BATCH = 64


class OnnxEncoder:
    """A sentence encoder: mean of the last hidden states over the text, of length one.

    Args:
        folder: With ``model.onnx`` (also in a folder ``onnx``) and ``tokenizer.json``.
        prefix: What the model wants before each text (``query: `` for the e5 family).
        threads: How many processors it may use.

    Raises:
        ConfigurationError: If its libraries or its files are missing.
    """

    def __init__(self, folder: Path, *, prefix: str, threads: int) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ConfigurationError("encoder_library", "install requirements/encoder.txt for the big encoder") from error
        models = [path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.exists()]
        if not models or not (folder / "tokenizer.json").exists():
            raise ConfigurationError("encoder_files", f"{folder} must hold model.onnx and tokenizer.json")
        self._prefix = prefix
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(models[0]), options)
        self._inputs = {one.name for one in self._session.get_inputs()}

    def encode(self, texts: list[str]) -> np.ndarray:
        """Return one vector of length one for each text."""
        return np.concatenate([self._encode(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])

    def _encode(self, texts: list[str]) -> np.ndarray:
        read = self._tokenizer.encode_batch([self._prefix + text for text in texts])
        mask = np.array([one.attention_mask for one in read])
        ids = np.array([one.ids for one in read])
        asked = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: value for name, value in asked.items() if name in self._inputs})[0]
        pooled = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return (pooled / np.linalg.norm(pooled, axis=1, keepdims=True)).astype(np.float32)


@lru_cache(maxsize=1)
def _encoder(model: str, prefix: str, threads: int) -> OnnxEncoder:
    folder = Path(model)
    if not folder.exists():
        if folder.is_absolute() or model.startswith("."):
            raise ConfigurationError("encoder_files", f"there is no folder {folder} with the big encoder")
        # Asked only where no folder is given: most offices have no hub within reach.
        try:
            from huggingface_hub import snapshot_download
        except ImportError as error:
            raise ConfigurationError("encoder_library", "install requirements/encoder.txt for the big encoder") from error
        wanted = ["*tokenizer.json", "onnx/model.onnx", "model.onnx"]
        folder = Path(snapshot_download(model, allow_patterns=wanted))
    return OnnxEncoder(folder, prefix=prefix, threads=threads)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class OnnxFeaturizer(GraphComponent):
    """Adds a big encoder's vector to training sentences and messages; the encoder is read with the first of them.

    Raises:
        ConfigurationError: If no model is named.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        if not config["model"]:
            raise ConfigurationError("encoder_model", "name the big encoder: model of OnnxFeaturizer in the pipeline")
        self.config = config
        self._name = str(config.get("component_name", type(self).__name__))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``model``: folder or name on a hub; ``prefix``: before each text; ``threads``: processors."""
        return {"model": "", "prefix": "", "threads": 2}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OnnxFeaturizer:
        """Return the component."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vectors of the training sentences."""
        self.process(training_data.intent_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vectors of messages; a big encoder knows the languages by itself."""
        if messages:
            found = _encoder(self.config["model"], self.config["prefix"], self.config["threads"])
            for message, vector in zip(messages, found.encode([keys.text_of(one) for one in messages])):
                message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._name))
        return messages
