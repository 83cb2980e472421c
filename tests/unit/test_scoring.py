"""Scoring one text gives what scikit-learn gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.understanding.features import make_vectoriser, parts_of
from bot.understanding.scoring import Scorer

SAMPLES = [
    ("I want to go home", "en"),
    ("how much is the flight home", "en"),
    ("je veux rentrer au pays", "fr"),
    ("combien coûte le vol", "fr"),
    ("أريد العودة إلى بلدي", "ar"),
    ("بكم الرحلة", "ar"),
    ("nrja3 l bladi", "ar"),
    ("أريد العودة", "ar"),
    ("بكم الرحلة إلى بلدي", "ar"),
    ("home home home, please go home!", "en"),
]
LABELS = ["go", "cost", "go", "cost", "go", "cost", "go", "go", "cost", "other"]
OTHERS = [("", "en"), ("zzz 123", "en"), ("home", "en"), ("العودة", "ar"), ("pays pays vol", "fr")]


def vectors_of(count, size):
    """Return vectors of length one, of which there are as many as wanted."""
    made = np.random.default_rng(3).normal(size=(count, size)).astype(np.float32)
    return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)


@pytest.mark.parametrize("classifier", [LinearSVC(), LogisticRegression()])
@pytest.mark.parametrize("labels", [LABELS, [label == "cost" for label in LABELS]])
@pytest.mark.parametrize("size", [0, 4])
def test_a_score_is_scikit_learns(classifier, labels, size):
    vectoriser, vectors = make_vectoriser(), vectors_of(len(SAMPLES) + len(OTHERS), size)
    classifier.fit(sparse.hstack([vectoriser.fit_transform(SAMPLES), vectors[: len(SAMPLES)]]), labels)
    scorer = Scorer(parts_of(vectoriser), classifier.coef_, classifier.intercept_)
    for sample, vector in zip([*SAMPLES, *OTHERS], vectors):
        features = sparse.hstack([vectoriser.transform([sample]), vector[None, :]])
        assert scorer.margins(sample, vector) == pytest.approx(
            np.atleast_1d(classifier.decision_function(features)[0]), abs=1e-4
        )
