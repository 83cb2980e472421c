"""A small sentence encoder for three languages: the sum of learned vectors of words, pairs, character n-grams and skeletons.

Made by ``tools/encoder``; docs/understanding.md tells how. It knows no order of words beyond pairs, and is fast.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from bot.domain.errors import ConfigurationError
from bot.language.normalise import has_arabic_script, light_stem, normalise, skeleton
from bot.understanding.features import Sample

WEIGHTS = Path(__file__).with_name("data") / "encoder-2.npz"
VERSION = 2
NGRAMS = (3, 4, 5)
SMALLEST = 1e-9
"""Of the largest numbers of a vector, so that nothing is divided by nought."""


def encoder_features(sample: Sample) -> Iterator[str]:
    """Yield what the encoder has vectors for; the first letter tells the kind.

    Skeletons are for Arabic, in either script. Arabic in Latin letters has words and n-grams of its own: the same letters
    mean something else in French and English.
    """
    text, language = sample
    bones: list[str] = []
    bare: list[str] = []
    for word in normalise(text).split():
        is_script = has_arabic_script(word)
        core = light_stem(word) if is_script else word
        kind_of_word, kind_of_ngram = ("W", "C") if language == "ar" and not is_script else ("w", "c")
        bare.append(core)
        yield kind_of_word + core
        framed = f"<{core}>"
        for size in NGRAMS:
            for start in range(len(framed) - size + 1):
                yield kind_of_ngram + framed[start : start + size]
        if language == "ar" and len(bone := skeleton(word)) > 1:
            bones.append(bone)
            yield f"s{bone}"
    for first, second in itertools.pairwise(bare):
        yield f"p{first} {second}"
    for first, second in itertools.pairwise(bones):
        yield f"t{first} {second}"


class StaticEncoder:
    """Learned vectors by feature.

    Args:
        rows: Rows of the table by feature.
        table: One row of whole numbers for each feature.
        scales: What each row is multiplied with.
    """

    def __init__(self, rows: dict[str, int], table: np.ndarray, scales: np.ndarray) -> None:
        self.rows, self.table, self.scales = rows, table, scales
        self.size = int(table.shape[1])

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> StaticEncoder:
        """Return the encoder in a file.

        Raises:
            ConfigurationError: ``encoder_unreadable`` if it is missing, broken or of another version.
        """
        try:
            with np.load(path) as file:
                if int(file["version"]) != VERSION:
                    raise ConfigurationError("encoder_unreadable", f"{path} is of another version: make encoder")
                names = file["features"].tobytes().decode().split("\n")
                return cls(dict(zip(names, range(len(names)))), file["table"], file["scales"].astype(np.float32))
        except (OSError, KeyError, ValueError, AttributeError, BadZipFile) as error:
            raise ConfigurationError("encoder_unreadable", f"{path} cannot be read ({error}): make encoder") from error

    @classmethod
    def rounded(cls, rows: dict[str, int], table: np.ndarray) -> StaticEncoder:
        """Return the encoder of a trained table, in whole numbers of eight bits, each row with a scale of its own."""
        scales = np.maximum(np.abs(table).max(axis=1), SMALLEST) / 127
        return cls(rows, np.rint(table / scales[:, None]).astype(np.int8), scales.astype(np.float16).astype(np.float32))

    def vectors(self) -> np.ndarray:
        """Return the vectors as they are summed."""
        return self.table.astype(np.float32) * self.scales[:, None]

    def sum_of(self, counts: Mapping[str, int]) -> np.ndarray:
        """Return the sum of the vectors of those features that it knows, each as often as it occurs."""
        known = {row: counts[feature] for feature in counts if (row := self.rows.get(feature)) is not None}
        rows = np.fromiter(known, dtype=np.intp, count=len(known))
        weights = np.fromiter(known.values(), dtype=np.float32, count=len(known)) * self.scales[rows]
        return np.asarray(weights @ self.table[rows].astype(np.float32))

    def encode(self, sample: Sample) -> np.ndarray:
        """Return a vector of length one; of length nought where no feature of the text is known."""
        vector = self.sum_of(Counter(encoder_features(sample)))
        length = float(np.sqrt(vector @ vector))
        return vector / length if length else vector


@lru_cache(maxsize=1)
def encoder() -> StaticEncoder:
    """Return the encoder of this release, read once in a process."""
    return StaticEncoder.load()
