"""What the linear models see of a text: words and word pairs, character n-grams, consonant skeletons.

A sample is a pair of text and language: skeletons bring Arabic script and Arabizi together, and only disturb French and
English (figures in docs/benchmarks.md), so they are made for Arabic alone.
"""

from __future__ import annotations

import itertools

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from bot.language.normalise import has_arabic_script, light_stem, normalise, skeleton

Sample = tuple[str, str]
"""A text as written, and its language (``ar``, ``fr``, ``en``)."""


def words(sample: Sample) -> list[str]:
    """Return words, and pairs of neighbours, of a text; Arabic words without their clitics too."""
    tokens = normalise(sample[0]).split()
    bare = [light_stem(t) if has_arabic_script(t) else t for t in tokens]
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(bare)]
    return tokens + [b for b, t in zip(bare, tokens) if b != t] + pairs


def skeletons(sample: Sample) -> list[str]:
    """Return consonant skeletons of the words of an Arabic text, and pairs of them; see ``normalise.skeleton``."""
    text, language = sample
    if language != "ar":
        return []
    bones = [s for s in (skeleton(t) for t in normalise(text).split()) if len(s) > 1]
    return bones + [f"{a} {b}" for a, b in itertools.pairwise(bones)]


def evened(sample: Sample) -> str:
    """Return the evened-out text of a sample, for the character n-grams."""
    return normalise(sample[0])


def make_vectoriser() -> FeatureUnion:
    """Return the untrained features of the topic classifier."""
    common = {"sublinear_tf": True, "dtype": np.float32, "lowercase": False}
    return FeatureUnion(
        [
            ("words", TfidfVectorizer(analyzer=words, **common)),
            (
                "characters",
                TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, preprocessor=evened, **common),
            ),
            ("skeletons", TfidfVectorizer(analyzer=skeletons, min_df=2, **common)),
        ]
    )


def parts_of(vectoriser: FeatureUnion) -> list[TfidfVectorizer]:
    """Return the kinds of features of ``make_vectoriser``, in the order of the columns."""
    return [part for _, part in vectoriser.transformer_list]
