"""Trains the static encoder: a table of vectors, whose sums come close to the teacher's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from bot.understanding.features import Sample
from bot.understanding.static_encoder import encoder_features
from bot.understanding.vector_table import (
    EPSILON,
    RowAdam,
    counts_of,
    partly_seen,
    slope_before_length_one,
    to_length_one,
)


@dataclass(frozen=True)
class Recipe:
    """How the encoder is trained.

    Attributes:
        size: Of a vector.
        seen: How often a feature must occur to get a vector.
        temperature: Of the contrastive loss.
        contrast: Weight of the contrastive loss beside the cosine.
        dropped: Share of a text's features that a step does not see, so that each learns to stand without the others.
        kinds: First letters of the features that are used; see ``encoder_features``.
    """

    size: int = 128
    seen: int = 10
    epochs: int = 6
    batch: int = 512
    rate: float = 0.02
    temperature: float = 0.05
    contrast: float = 0.5
    dropped: float = 0.2
    seed: int = 7
    kinds: str = "wcWCpst"


@dataclass
class Student:
    """A table under training.

    Attributes:
        rows: Rows of the table by feature.
    """

    rows: dict[str, int]
    table: np.ndarray
    losses: list[float] = field(default_factory=list)

    def matrix(self, samples: Sequence[Sample]) -> sparse.csr_matrix:
        """Return how often each text has each feature."""
        return counts_of(map(encoder_features, samples), self.rows)

    def encode(self, samples: Sequence[Sample]) -> np.ndarray:
        """Return one vector of length one for each text."""
        return to_length_one(self.matrix(samples) @ self.table)[0]


def new_student(samples: Sequence[Sample], recipe: Recipe) -> Student:
    """Return an untrained student, with the features that occur often enough."""
    counts: Counter[str] = Counter()
    for sample in samples:
        counts.update(one for one in set(encoder_features(sample)) if one[0] in recipe.kinds)
    names = sorted(name for name, count in counts.items() if count >= recipe.seen)
    table = np.random.default_rng(recipe.seed).normal(0, 0.1, (len(names), recipe.size)).astype(np.float32)
    return Student({name: row for row, name in enumerate(names)}, table)


def train(
    student: Student, samples: Sequence[Sample], targets: np.ndarray, recipe: Recipe, told: Callable[[str], None]
) -> None:
    """Move the sums of the samples' vectors towards the targets (one row each, of length one), and away from others'."""
    rng = np.random.default_rng(recipe.seed)
    matrix = student.matrix(samples)
    steps = recipe.epochs * -(-len(samples) // recipe.batch)
    optimiser, step = RowAdam(student.table), 0
    for epoch in range(recipe.epochs):
        order, losses = rng.permutation(len(samples)), []
        for start in range(0, len(order), recipe.batch):
            chosen = order[start : start + recipe.batch]
            seen, columns = partly_seen(matrix[chosen], recipe.dropped, rng)
            loss, slope = _loss(seen @ student.table[columns], targets[chosen], recipe)
            step += 1
            optimiser.step(columns, seen.T @ slope, recipe.rate * (1 - (step - 1) / steps))
            losses.append(loss)
        student.losses.append(float(np.mean(losses)))
        told(f"epoch {epoch + 1} of {recipe.epochs}: loss {student.losses[-1]:.4f}")


def _loss(sums: np.ndarray, targets: np.ndarray, recipe: Recipe) -> tuple[float, np.ndarray]:
    """Return the loss of a batch, and its slope by the sums."""
    units, lengths = to_length_one(sums)
    likeness = units @ targets.T
    cosine = np.diagonal(likeness)
    # Equal targets are no contrast to each other.
    logits = likeness / recipe.temperature - 1e9 * ((targets @ targets.T > 0.999) & ~np.eye(len(targets), dtype=bool))
    logits -= logits.max(axis=1, keepdims=True)
    shares = np.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True)
    own = np.maximum(np.diagonal(shares), EPSILON)
    loss = float(np.mean(1 - cosine) - recipe.contrast * np.mean(np.log(own)))
    wrong = shares - np.eye(len(targets), dtype=np.float32)
    by_unit = (-targets + recipe.contrast / recipe.temperature * (wrong @ targets)) / len(targets)
    return loss, slope_before_length_one(by_unit, units, lengths)
