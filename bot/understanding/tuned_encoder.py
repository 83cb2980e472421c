"""The encoder tuned to labelled sentences: its vectors move until texts of one label lie together, apart from all others'.

The encoder knows what texts mean; tuning teaches it what of that matters here. A label's score is how near a text lies to the
label's own vector. A regression over the encoder's vectors as they are gets three times as much wrong (docs/benchmarks.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import softmax

from bot.understanding.features import Sample
from bot.understanding.noise import noisy
from bot.understanding.static_encoder import StaticEncoder, encoder, encoder_features
from bot.understanding.vector_table import RowAdam, counts_of, partly_seen, slope_before_length_one, to_length_one


@dataclass(frozen=True)
class Tuning:
    """How the encoder is tuned.

    Attributes:
        rate: Step of Adam at the beginning; it falls to nought.
        label_rate: How much larger the steps of the labels' vectors are.
        dropped: Share of a text's features that a step does not see.
        smoothing: Share of the certainty that is spread over all labels.
        sharpness: Length of the labels' vectors at the beginning.
        seen: In how many texts a feature that the encoder does not know must occur to get a vector.
        hurried: Share of the texts that a step sees with typing errors.
    """

    epochs: int = 4
    batch: int = 512
    rate: float = 0.01
    label_rate: float = 5.0
    dropped: float = 0.3
    smoothing: float = 0.1
    sharpness: float = 12.0
    seen: int = 3
    hurried: float = 0.5
    seed: int = 7


@dataclass(frozen=True)
class Bags:
    """Samples in bags. An epoch sees one of each: the one that looks most like some labels, by what was learned till then.

    Attributes:
        samples: Those of one bag side by side.
        bag: The bag of each sample: numbers from nought, rising.
        shares: What each bag has of each label.
        sought: For each label, whether samples are chosen by it.
    """

    samples: Sequence[Sample]
    bag: np.ndarray
    shares: np.ndarray
    sought: np.ndarray

    def chosen(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the number of one sample of each bag, from the probabilities of all samples, one row each."""
        order = np.lexsort((probabilities[:, self.sought].sum(axis=1), self.bag))
        return order[np.flatnonzero(np.diff(self.bag, append=-1))]


class TunedEncoder:
    """A classifier made of the encoder of this release.

    Args:
        own: The tuned vectors. All others are the encoder's.
        length: What the encoder's are divided by.
        labels: Vectors of the labels, one in a row.
        biases: One for each label.
    """

    def __init__(self, own: StaticEncoder, length: float, labels: np.ndarray, biases: np.ndarray) -> None:
        self._own, self._length = own, length
        self._labels, self._biases = labels, biases

    @classmethod
    def fit(cls, samples: Sequence[Sample], shares: np.ndarray, tuning: Tuning, bags: Bags | None = None) -> TunedEncoder:
        """Return the encoder tuned to samples.

        Args:
            shares: What each sample has of each label; a row for each sample, which sums to one.
            bags: More samples, of which one in each bag is learned in each epoch.
        """
        learned = [*samples, *bags.samples] if bags else samples
        shares_of = np.vstack([shares, bags.shares[bags.bag]]) if bags else shares
        texts = [Counter(encoder_features(sample)) for sample in learned]
        rows, table, length = _beginning(texts[: len(samples)], tuning.seen)
        as_typed = counts_of((text.elements() for text in texts), rows)
        in_a_hurry = counts_of((encoder_features((noisy(text, tuning.seed), language)) for text, language in samples), rows)
        # Of what stands in bags there is no hurried version: to make them took a quarter of the time.
        matrix = sparse.vstack([as_typed, in_a_hurry, as_typed[len(samples) :]], format="csr")
        matrix.sum_duplicates()
        units = to_length_one(as_typed[: len(samples)] @ table)[0]
        weights = tuning.sharpness * to_length_one(shares.T @ units)[0]
        biases = np.zeros((len(weights), 1), dtype=np.float32)
        wanted = ((1 - tuning.smoothing) * shares_of + tuning.smoothing / len(weights)).astype(np.float32)
        vectors_of_features, vectors_of_labels, biases_of_labels = RowAdam(table), RowAdam(weights), RowAdam(biases)
        rng = np.random.default_rng(tuning.seed)
        in_epoch = len(samples) + (len(bags.shares) if bags else 0)
        steps, step = tuning.epochs * -(-in_epoch // tuning.batch), 0
        for _ in range(tuning.epochs):
            order = np.arange(len(samples))
            if bags:
                units = to_length_one(as_typed[len(samples) :] @ table)[0]
                found = bags.chosen(softmax(units @ weights.T + biases[:, 0], axis=1))
                order = np.concatenate([order, len(samples) + found])
            order = rng.permutation(order)
            for start in range(0, len(order), tuning.batch):
                chosen = order[start : start + tuning.batch]
                versions = chosen + len(texts) * (rng.random(len(chosen)) < tuning.hurried)
                seen, columns = partly_seen(matrix[versions], tuning.dropped, rng)
                units, lengths = to_length_one(seen @ table[columns])
                slope = (softmax(units @ weights.T + biases[:, 0], axis=1) - wanted[chosen]) / len(chosen)
                by_sum = slope_before_length_one(slope @ weights, units, lengths)
                rate = tuning.rate * (1 - step / steps)
                step += 1
                vectors_of_features.step(columns, seen.T @ by_sum, rate)
                vectors_of_labels.step(slice(None), slope.T @ units, rate * tuning.label_rate)
                biases_of_labels.step(slice(None), slope.sum(axis=0)[:, None], rate * tuning.label_rate)
        return cls(StaticEncoder.rounded(rows, table), length, weights, biases[:, 0])

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        # Read with the model: a broken file is known at the start, and the first person does not wait for it.
        encoder()

    def logits(self, sample: Sample) -> np.ndarray:
        """Return the scores of one sample, one for each label."""
        counts = Counter(encoder_features(sample))
        others = {feature: count for feature, count in counts.items() if feature not in self._own.rows}
        total = self._own.sum_of(counts) + encoder().sum_of(others) / self._length
        units, _ = to_length_one(total[None, :])
        return np.asarray(units[0] @ self._labels.T + self._biases)


def _beginning(texts: Iterable[Mapping[str, int]], seen: int) -> tuple[dict[str, int], np.ndarray, float]:
    """Return rows and table to begin with, and what the encoder's vectors were divided by: their mean length.

    Features that the encoder knows begin with its vectors; others, if they occur in enough texts, with nought.
    """
    counts = Counter(feature for text in texts for feature in text)
    base = encoder()
    known = [feature for feature in counts if feature in base.rows]
    unknown = [feature for feature, count in counts.items() if count >= seen and feature not in base.rows]
    vectors = base.vectors()
    length = float(np.linalg.norm(vectors, axis=1).mean())
    table = np.zeros((len(known) + len(unknown), base.size), dtype=np.float32)
    table[: len(known)] = vectors[[base.rows[feature] for feature in known]] / length
    return {feature: row for row, feature in enumerate([*known, *unknown])}, table, length
