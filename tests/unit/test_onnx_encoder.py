"""The big encoder: what is missing is said with what to do, and its vectors are means over what was written."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from bot.domain.errors import ConfigurationError
from bot.understanding.onnx_featurizer import BATCH, OnnxEncoder, OnnxFeaturizer


class _Tokenizer:
    """One token for each word, filled up to the longest text; a token's id is the word's length."""

    @staticmethod
    def from_file(path):
        return _Tokenizer()

    def enable_truncation(self, length):
        self.length = length

    def enable_padding(self):
        pass

    def encode_batch(self, texts):
        split = [text.split()[: self.length] for text in texts]
        longest = max(map(len, split))
        return [
            SimpleNamespace(
                ids=[len(word) for word in words] + [0] * (longest - len(words)),
                attention_mask=[1] * len(words) + [0] * (longest - len(words)),
            )
            for words in split
        ]


class _Session:
    """A model whose hidden state of a token is its length and one; of what was filled up, far away."""

    def __init__(self, path, options):
        pass

    def get_inputs(self):
        return [SimpleNamespace(name="input_ids"), SimpleNamespace(name="attention_mask")]

    def run(self, outputs, inputs):
        assert set(inputs) == {"input_ids", "attention_mask"}
        ids = inputs["input_ids"].astype(float)
        assert len(ids) <= BATCH
        return [np.stack([np.where(ids > 0, ids, 99.0), np.where(ids > 0, 1.0, -99.0)], axis=-1)]


@pytest.fixture
def libraries(monkeypatch):
    """The libraries of the big encoder, with a model that can be counted by hand."""
    runtime, tokenizers = ModuleType("onnxruntime"), ModuleType("tokenizers")
    runtime.SessionOptions, runtime.InferenceSession, tokenizers.Tokenizer = SimpleNamespace, _Session, _Tokenizer
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    monkeypatch.setitem(sys.modules, "tokenizers", tokenizers)


@pytest.fixture
def folder(tmp_path):
    """A folder with the files of a model, as hubs lay them out."""
    (tmp_path / "onnx").mkdir()
    for name in ("tokenizer.json", "onnx/model.onnx"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_without_its_libraries_it_says_what_to_install(folder, libraries, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigurationError, match=r"encoder_library: .*requirements/encoder\.txt"):
        OnnxEncoder(folder, prefix="", threads=1)


@pytest.mark.parametrize("missing", ["tokenizer.json", "onnx/model.onnx"])
def test_without_its_files_it_names_the_folder_and_what_must_be_in_it(folder, libraries, missing):
    (folder / missing).unlink()
    with pytest.raises(ConfigurationError, match=r"encoder_files: .* must hold model\.onnx and tokenizer\.json") as raised:
        OnnxEncoder(folder, prefix="", threads=1)
    assert str(folder) in str(raised.value)


def test_a_featurizer_without_a_model_is_refused():
    with pytest.raises(ConfigurationError, match="encoder_model: name the big encoder"):
        OnnxFeaturizer.create(OnnxFeaturizer.get_default_config(), None, None, None)


def test_a_vector_is_the_mean_over_the_words_and_has_length_one(folder, libraries):
    found = OnnxEncoder(folder, prefix="", threads=1).encode(["aa aaaa", "aaa", "a a a a a"])
    expected = np.array([[3, 1], [3, 1], [1, 1]])
    assert found == pytest.approx(expected / np.linalg.norm(expected, axis=1, keepdims=True))


def test_many_texts_keep_their_order_and_the_prefix_stands_before_each(folder, libraries):
    texts = ["a" * (1 + number % 40) for number in range(BATCH * 2 + 3)]
    found = OnnxEncoder(folder, prefix="aaa ", threads=1).encode(texts)
    assert found[:, 0] / found[:, 1] == pytest.approx([(3 + len(text)) / 2 for text in texts])
