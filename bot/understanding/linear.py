"""Linear support vectors over sparse text features, with probabilities that mean what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.understanding.features import Sample, make_vectoriser, parts_of, skeletons, words
from bot.understanding.scoring import Scorer


class CalibratedLinearModel:
    """Features, classifier and temperature.

    The temperature is chosen on held-out folds (Guo et al. 2017, "On Calibration of Modern Neural
    Networks"): margins are divided by it before the softmax. A multinomial logistic regression on the same
    features was no better on the development sets (docs/benchmarks.md) and took a hundred times as long.

    Args:
        inverse_regularisation: ``C`` of the support vectors.
        folds: Of the cross-validation behind the temperature.
        seed: Of the folds.
    """

    def __init__(self, *, inverse_regularisation: float, folds: int, seed: int) -> None:
        self._c = inverse_regularisation
        self._folds = folds
        self._seed = seed
        self.temperature = 1.0
        self.classes: list[str] = []
        self._scorer: Scorer | None = None

    def fit(self, samples: Sequence[Sample], labels: Sequence[str]) -> CalibratedLinearModel:
        """Learn; returns itself."""
        self._vectoriser = make_vectoriser()
        features = self._vectoriser.fit_transform(samples).tocsr()
        targets = np.asarray(labels)
        held_out = np.zeros((len(samples), len(set(labels))), dtype=np.float32)
        splits = StratifiedKFold(self._folds, shuffle=True, random_state=self._seed)
        for train, test in splits.split(features, targets):
            held_out[test] = self._classifier().fit(features[train], targets[train]).decision_function(features[test])
        self._margins = self._classifier().fit(features, targets)
        self.classes = [str(c) for c in self._margins.classes_]
        truth = np.searchsorted(self._margins.classes_, targets)
        self.temperature = _best_temperature(held_out, truth)
        self._margins.coef_ = self._margins.coef_.astype(np.float32)
        return self

    def _classifier(self) -> LinearSVC:
        return LinearSVC(C=self._c, tol=1e-3, random_state=self._seed)

    def knows_a_word(self, sample: Sample) -> bool:
        """Say whether any word of a text, or any Arabic consonant skeleton, was in the training sentences."""
        known_words, _, known_skeletons = (transformer.vocabulary_ for _, transformer in self._vectoriser.transformer_list)
        return any(word in known_words for word in words(sample)) or any(s in known_skeletons for s in skeletons(sample))

    def predict_proba(self, samples: Sequence[Sample]) -> np.ndarray:
        """Return probabilities, one row per sample, one column per class in ``classes``."""
        if self._scorer is None:
            self._scorer = Scorer(parts_of(self._vectoriser), self._margins.coef_, self._margins.intercept_)
        logits = np.stack([self._scorer.margins(sample) for sample in samples]) / self.temperature
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

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
