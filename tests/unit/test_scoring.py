"""Scoring one text gives what scikit-learn gives."""

from __future__ import annotations

import numpy as np
import pytest
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


@pytest.mark.parametrize("classifier", [LinearSVC(), LogisticRegression()])
@pytest.mark.parametrize("labels", [LABELS, [label == "cost" for label in LABELS]])
def test_a_score_is_scikit_learns(classifier, labels):
    vectoriser = make_vectoriser()
    classifier.fit(vectoriser.fit_transform(SAMPLES), labels)
    scorer = Scorer(parts_of(vectoriser), classifier.coef_, classifier.intercept_)
    for sample in [*SAMPLES, *OTHERS]:
        wanted = np.atleast_1d(classifier.decision_function(vectoriser.transform([sample]))[0])
        assert scorer.margins(sample) == pytest.approx(wanted, abs=1e-4)
