"""Scores one short text by a linear model over the text features, without scikit-learn's overhead for single samples.

For one text scikit-learn spends fifteen times as long on checks and sparse matrices as on the arithmetic. What comes out is
the same: a test compares both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.understanding.features import Sample

Table = tuple[Callable[[Any], list[str]], dict[str, int], np.ndarray, np.ndarray]
"""One kind of features: its analyser, columns by feature, weights of rareness, coefficients by column."""


class Scorer:
    """The decision function of a linear model on trained features.

    Args:
        vectorisers: Trained, in the order of the coefficients' columns.
        coefficients: One row for each margin.
        intercepts: One for each margin.
    """

    def __init__(self, vectorisers: Sequence[TfidfVectorizer], coefficients: np.ndarray, intercepts: np.ndarray) -> None:
        by_column = np.ascontiguousarray(coefficients.T)
        self._intercepts = intercepts.astype(np.float32)
        self._tables: list[Table] = []
        start = 0
        for part in vectorisers:
            end = start + len(part.vocabulary_)
            self._tables.append((part.build_analyzer(), part.vocabulary_, part.idf_.astype(np.float32), by_column[start:end]))
            start = end
        self._of_vector = by_column[start:]

    def margins(self, sample: Sample | str, vector: np.ndarray | None = None) -> np.ndarray:
        """Return a sample's margins: sublinear counts, weighted by rareness, each kind of features of length one; the vector.

        Args:
            vector: Of as many numbers as the model was trained with; None if it was trained with none.
        """
        margins = self._intercepts if vector is None else self._intercepts + vector @ self._of_vector
        for analyse, vocabulary, weights, coefficients in self._tables:
            counts = Counter(column for column in map(vocabulary.get, analyse(sample)) if column is not None)
            if counts:
                columns = np.fromiter(counts, dtype=np.intp, count=len(counts))
                values = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
                values *= weights[columns]
                margins = margins + (values / np.sqrt(values @ values)) @ coefficients[columns]
        return margins
