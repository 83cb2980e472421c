"""What training a table of vectors takes, whose rows are summed for a text: counts, forgetting, and Adam on single rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from scipy import sparse

BETAS = (0.9, 0.99)
EPSILON = 1e-8


def counts_of(texts: Iterable[Iterable[str]], rows: Mapping[str, int]) -> sparse.csr_matrix:
    """Return how often each text has each feature of a table, from the features of each text."""
    starts, columns = [0], []
    for features in texts:
        columns += [row for row in map(rows.get, features) if row is not None]
        starts.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float32)
    shape = (len(starts) - 1, len(rows))
    return sparse.csr_matrix((ones, np.array(columns, dtype=np.int32), np.array(starts)), shape)


def partly_seen(matrix: sparse.csr_matrix, dropped: float, rng: np.random.Generator) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Return what is left of a batch's counts, over its own columns, and which these are.

    Args:
        dropped: Share of the features that are left out, so that each learns to stand without the others.
    """
    matrix.data *= rng.random(len(matrix.data)) >= dropped
    matrix.eliminate_zeros()
    columns, places = np.unique(matrix.indices, return_inverse=True)
    return sparse.csr_matrix((matrix.data, places, matrix.indptr), (matrix.shape[0], len(columns))), columns


def to_length_one(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of length one, and their lengths before, as a column."""
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), EPSILON)
    return sums / lengths, lengths


def slope_before_length_one(slope: np.ndarray, units: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return a loss's slope by the sums, from its slope by the rows of length one."""
    along = (slope * units).sum(axis=1, keepdims=True)
    return ((slope - along * units) / lengths).astype(np.float32)


class RowAdam:
    """Adam over the rows that a step touches; the others' moments stay as they were (Kingma and Ba 2015)."""

    def __init__(self, table: np.ndarray) -> None:
        self._table = table
        self._first, self._second = np.zeros_like(table), np.zeros(len(table), dtype=np.float32)
        self._steps = np.zeros(len(table), dtype=np.int32)

    def step(self, rows: np.ndarray | slice, slope: np.ndarray, rate: float) -> None:
        """Move the rows down their slopes. The second moment is one for each row: a table of them costs half the time."""
        steps = self._steps[rows] + 1
        first = BETAS[0] * self._first[rows] + (1 - BETAS[0]) * slope
        second = BETAS[1] * self._second[rows] + (1 - BETAS[1]) * np.mean(slope**2, axis=1)
        self._steps[rows], self._first[rows], self._second[rows] = steps, first, second
        scale = rate / (1 - BETAS[0] ** steps) / (np.sqrt(second / (1 - BETAS[1] ** steps)) + EPSILON)
        self._table[rows] -= (first * scale[:, None]).astype(np.float32)
