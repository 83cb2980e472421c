"""Two linear models in one: support vectors over a text's own features, a regression over its dense vector.

The first knows the words of the training sentences, the second what lies near them in meaning. Their logits are added, so that
together they are one linear model, with probabilities that mean what they say.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.svm import LinearSVC

from bot.understanding.features import Sample, make_vectoriser, parts_of, skeletons, words
from bot.understanding.scoring import Scorer

HELD_OUT = 0.2
MAX_STEPS = 200
"""Of the regression; it changes no answer after some hundred."""


class CalibratedLinearModel:
    """Features, classifier and temperature.

    The temperature is chosen on a held-out part (Guo et al. 2017, "On Calibration of Modern Neural
    Networks"): logits are divided by it before the softmax. A multinomial logistic regression on the texts' own
    features was no better on the development sets (docs/benchmarks.md) and took a hundred times as long.

    Args:
        inverse_regularisation: ``C`` of the support vectors and of the regression.
        share: Weight of the regression's logits beside the support vectors' margins.
        seed: Of the choice of what is held out.
    """

    def __init__(self, *, inverse_regularisation: tuple[float, float], share: float, seed: int) -> None:
        self._c = inverse_regularisation
        self._share = share
        self._seed = seed
        self.temperature = 1.0
        self.classes: list[str] = []
        self._scorer: Scorer | None = None

    def fit(self, samples: Sequence[Sample], vectors: np.ndarray, labels: Sequence[str]) -> CalibratedLinearModel:
        """Learn; returns itself.

        Args:
            vectors: One row for each sample, with no columns where the pipeline has no dense featurizer.
        """
        self._vectoriser = make_vectoriser()
        features = self._vectoriser.fit_transform(samples).tocsr()
        targets = np.asarray(labels)
        classes, truth = np.unique(targets, return_inverse=True)
        self.classes = [str(one) for one in classes]
        split = StratifiedShuffleSplit(1, test_size=HELD_OUT, random_state=self._seed)
        train, test = next(split.split(features, targets))
        coefficients, intercepts = self._learn(features[train], vectors[train], targets[train])
        columns = sparse.hstack([features[test], sparse.csr_matrix(vectors[test])], format="csr")
        self.temperature = _best_temperature(columns @ coefficients.T + intercepts, truth[test])
        self._coefficients, self._intercepts = self._learn(features, vectors, targets)
        return self

    def _learn(self, features: sparse.csr_matrix, vectors: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients and intercepts over both kinds of columns, one row for each class in their order."""
        near = LinearSVC(C=self._c[0], tol=1e-3, random_state=self._seed).fit(features, targets)
        if not vectors.shape[1]:
            return near.coef_.astype(np.float32), near.intercept_
        far = LogisticRegression(C=self._c[1], max_iter=MAX_STEPS).fit(vectors, targets)
        coefficients = np.hstack([near.coef_, self._share * far.coef_]).astype(np.float32)
        return coefficients, near.intercept_ + self._share * far.intercept_

    def knows_a_word(self, sample: Sample) -> bool:
        """Say whether any word of a text, or any Arabic consonant skeleton, was in the training sentences."""
        known_words, _, known_skeletons = (transformer.vocabulary_ for _, transformer in self._vectoriser.transformer_list)
        return any(word in known_words for word in words(sample)) or any(s in known_skeletons for s in skeletons(sample))

    def predict_proba(self, sample: Sample, vector: np.ndarray) -> np.ndarray:
        """Return the probabilities of one sample, one for each class in ``classes``."""
        if self._scorer is None:
            self._scorer = Scorer(parts_of(self._vectoriser), self._coefficients, self._intercepts)
        logits = self._scorer.margins(sample, vector) / self.temperature
        powers = np.exp(logits - logits.max())
        return powers / powers.sum()

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
