"""What the linear models see of a text: words and word pairs, character n-grams, consonant skeletons."""

from __future__ import annotations

import itertools

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from bot.understanding.normalise import has_arabic_script, normalise, skeleton, without_clitics


def words(text: str) -> list[str]:
    """Return words, and pairs of neighbours, of a text; Arabic words without their clitics too."""
    tokens = normalise(text).split()
    bare = [without_clitics(t) if has_arabic_script(t) else t for t in tokens]
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(bare)]
    return tokens + [b for b, t in zip(bare, tokens) if b != t] + pairs


def skeletons(text: str) -> list[str]:
    """Return consonant skeletons of the words, and pairs of them; see ``normalise.skeleton``."""
    bones = [s for s in (skeleton(t) for t in normalise(text).split()) if len(s) > 1]
    return bones + [f"{a} {b}" for a, b in itertools.pairwise(bones)]


def make_vectoriser() -> FeatureUnion:
    """Return the untrained features of the topic classifier and the safety net."""
    common = {"sublinear_tf": True, "dtype": np.float32, "lowercase": False}
    return FeatureUnion(
        [
            ("words", TfidfVectorizer(analyzer=words, **common)),
            (
                "characters",
                TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, preprocessor=normalise, **common),
            ),
            ("skeletons", TfidfVectorizer(analyzer=skeletons, min_df=2, **common)),
        ]
    )
