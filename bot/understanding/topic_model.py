"""What ranks the topics: support vectors over a text's own features, and the encoder tuned to the topics.

The first know the words of the training sentences, the second what lies near them in meaning. Their scores are added, and
divided by one temperature, so that probabilities mean what they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import joblib
import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.svm import LinearSVC

from bot.understanding.features import Sample, make_vectoriser, parts_of, skeletons, words
from bot.understanding.scoring import Scorer
from bot.understanding.tuned_encoder import TunedEncoder, Tuning

HELD_OUT = 0.2
KEPT = np.float16
"""Half as many bytes as usual for each of forty million coefficients; no probability changes by more than a thousandth."""
MAX_STEPS = 200
"""Of the regression; it changes no answer after some hundred."""


@dataclass(frozen=True)
class _Learned:
    """Margins are the product with the columns, the intercepts, and a share of the tuned encoder's scores."""

    coefficients: np.ndarray
    intercepts: np.ndarray
    tuned: TunedEncoder


class TopicModel:
    """Ranks topics.

    The temperature is chosen on a held-out part (Guo et al. 2017, "On Calibration of Modern Neural
    Networks"): scores are divided by it before the softmax. A multinomial logistic regression on the texts' own
    features was no better on the development sets (docs/benchmarks.md) and took a hundred times as long.

    Args:
        inverse_regularisation: ``C`` of the support vectors.
        share: Weight of the tuned encoder's scores beside the support vectors' margins.
        vector_regularisation: ``C`` of the regression over the vectors of dense featurizers, where the pipeline has any.
        vector_share: Weight of its logits.
        seed: Of the choice of what is held out, and of the tuning.
    """

    def __init__(
        self,
        *,
        inverse_regularisation: float,
        share: float,
        vector_regularisation: float,
        vector_share: float,
        seed: int,
    ) -> None:
        self._c, self._vector_c = inverse_regularisation, vector_regularisation
        self._share, self._vector_share = share, vector_share
        self._seed = seed
        self.temperature = 1.0
        self.classes: list[str] = []
        self._scorer: Scorer | None = None

    def fit(self, samples: Sequence[Sample], vectors: np.ndarray, labels: Sequence[str]) -> TopicModel:
        """Learn; returns itself.

        Args:
            vectors: One row for each sample, with no columns where the pipeline has no dense featurizer.
        """
        vectoriser = make_vectoriser()
        features = vectoriser.fit_transform(samples).tocsr()
        classes, truth = np.unique(np.asarray(labels), return_inverse=True)
        self.classes = [str(one) for one in classes]
        split = StratifiedShuffleSplit(1, test_size=HELD_OUT, random_state=self._seed)
        train, test = next(split.split(features, truth))
        held_in = [samples[n] for n in train], features[train], vectors[train], truth[train]
        # Side by side on two processors, with arrays of their own: liblinear takes none that cannot be written to.
        side_by_side = joblib.Parallel(n_jobs=2, max_nbytes=None)
        partly, self._learned = side_by_side(
            joblib.delayed(self._learn)(*part) for part in (held_in, (samples, features, vectors, truth))
        )
        # Not before: what learns beside goes to another process with all that is known here.
        self._vectoriser = vectoriser
        columns = sparse.hstack([features[test], sparse.csr_matrix(vectors[test])], format="csr")
        margins = columns @ partly.coefficients.T.astype(np.float32) + partly.intercepts
        margins += self._share * np.stack([partly.tuned.logits(samples[n]) for n in test])
        self.temperature = _best_temperature(margins, truth[test])
        return self

    def _learn(
        self, samples: Sequence[Sample], features: sparse.csr_matrix, vectors: np.ndarray, truth: np.ndarray
    ) -> _Learned:
        near = LinearSVC(C=self._c, tol=1e-3, random_state=self._seed).fit(features, truth)
        shares = np.eye(len(self.classes), dtype=np.float32)[truth]
        tuned = TunedEncoder.fit(samples, shares, Tuning(seed=self._seed))
        learned = _Learned(near.coef_.astype(KEPT), near.intercept_, tuned)
        if not vectors.shape[1]:
            return learned
        far = LogisticRegression(C=self._vector_c, max_iter=MAX_STEPS).fit(vectors, truth)
        coefficients = np.hstack([near.coef_, self._vector_share * far.coef_]).astype(KEPT)
        return replace(learned, coefficients=coefficients, intercepts=near.intercept_ + self._vector_share * far.intercept_)

    def knows_a_word(self, sample: Sample) -> bool:
        """Say whether any word of a text, or any Arabic consonant skeleton, was in the training sentences."""
        known_words, _, known_skeletons = (transformer.vocabulary_ for _, transformer in self._vectoriser.transformer_list)
        return any(word in known_words for word in words(sample)) or any(s in known_skeletons for s in skeletons(sample))

    def predict_proba(self, sample: Sample, vector: np.ndarray) -> np.ndarray:
        """Return the probabilities of one sample, one for each class in ``classes``."""
        learned = self._learned
        if self._scorer is None:
            self._scorer = Scorer(parts_of(self._vectoriser), learned.coefficients, learned.intercepts)
        margins = self._scorer.margins(sample, vector) + self._share * learned.tuned.logits(sample)
        return softmax(margins / self.temperature)

    def rank(self, sample: Sample, vector: np.ndarray, *, length: int) -> list[tuple[str, float]]:
        """Return the likeliest classes of one sample with their probabilities, the likeliest first."""
        probabilities = self.predict_proba(sample, vector)
        order = np.argsort(-probabilities)[:length]
        return [(self.classes[number], round(float(probabilities[number]), 4)) for number in order]

    def __getstate__(self) -> dict[str, object]:
        # Made anew from the trained parts: functions of the vectoriser are not stored.
        return {**self.__dict__, "_scorer": None}


def _best_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        chosen = scaled[np.arange(len(truth)), truth]
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - chosen))

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 2.0), method="bounded").x))
