"""How far features carry with very few sentences: the development sets alone, fold by fold.

    .venv/bin/python -m benchmarks.few_shot SET… [--encoder FILE]

Fold k tests the k-th sentence of each topic and trains a logistic regression on all others, for each language alone and with
the three languages in one classifier. What is measured is the features, not our training sentences: these are not looked at.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from bot.understanding.features import Sample, make_vectoriser
from bot.understanding.static_encoder import WEIGHTS, StaticEncoder

Features = Callable[[Sequence[Sample], Sequence[Sample]], tuple[object, object]]
"""From the samples of training and of testing to their features."""

STRENGTH = 30.0
"""``C`` of the regression; the same for all features."""


def read_sets(paths: Sequence[Path]) -> list[tuple[Sample, str, int, str]]:
    """Return samples with topic, number within topic and language, and register; the language is in the file's name."""
    found = []
    for path in paths:
        language = path.stem.rpartition("_")[2]
        numbers: dict[str, int] = defaultdict(int)
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(((row["text"], language), row["topic"], numbers[row["topic"]], row["register"]))
            numbers[row["topic"]] += 1
    return found


def measure(rows: Sequence[tuple[Sample, str, int, str]], features: Features) -> dict[str, tuple[float, float]]:
    """Return top-1 and top-3 in per cent, by language alone, pooled, and pooled by register of Arabizi."""
    languages = sorted({row[0][1] for row in rows})
    hits: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for name, chosen in [*((one, [row for row in rows if row[0][1] == one]) for one in languages), ("pooled", list(rows))]:
        for fold in sorted({row[2] for row in chosen}):
            train, test = [r for r in chosen if r[2] != fold], [r for r in chosen if r[2] == fold]
            seen, asked = features([r[0] for r in train], [r[0] for r in test])
            model = LogisticRegression(C=STRENGTH, max_iter=300).fit(seen, [r[1] for r in train])
            order = np.argsort(-model.decision_function(asked), axis=1)
            for row, ranks in zip(test, order):
                best = [model.classes_[rank] for rank in ranks[:3]]
                keys = [name] if name != "pooled" else [f"pooled {row[0][1]}", f"pooled {row[0][1]}/{row[3]}"]
                for key in keys:
                    hits[key].append((best[0] == row[1], row[1] in best))
    return {key: tuple(round(100 * float(part), 1) for part in np.mean(found, axis=0)) for key, found in hits.items()}


def characters(train: Sequence[Sample], test: Sequence[Sample]) -> tuple[object, object]:
    """The features of the linear classifier."""
    vectoriser = make_vectoriser()
    if all(language != "ar" for _, language in train):
        vectoriser.set_params(skeletons="drop")
    return vectoriser.fit_transform(train), vectoriser.transform(test)


def of_encoder(encoder: StaticEncoder) -> Features:
    """The vectors of an encoder."""

    def encode(train: Sequence[Sample], test: Sequence[Sample]) -> tuple[object, object]:
        return np.stack([encoder.encode(one) for one in train]), np.stack([encoder.encode(one) for one in test])

    return encode


def both(encoder: StaticEncoder) -> Features:
    """Both side by side."""

    def make(train: Sequence[Sample], test: Sequence[Sample]) -> tuple[object, object]:
        pairs = zip(characters(train, test), of_encoder(encoder)(train, test))
        return tuple(sparse.hstack([one, sparse.csr_matrix(other)]).tocsr() for one, other in pairs)

    return make


def print_table(results: Mapping[str, Mapping[str, tuple[float, float]]]) -> None:
    """Print top-1 (top-3) of each kind of features."""
    keys = list(next(iter(results.values())))
    print("| features | " + " | ".join(keys) + " |\n|" + "---|" * (len(keys) + 1))
    for name, found in results.items():
        print(f"| {name} | " + " | ".join(f"{found[key][0]} ({found[key][1]})" for key in keys) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--encoder", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    rows, encoder = read_sets(arguments.sets), StaticEncoder.load(arguments.encoder)
    print_table({
        "words, characters, skeletons": measure(rows, characters),
        "encoder": measure(rows, of_encoder(encoder)),
        "both": measure(rows, both(encoder)),
    })  # fmt: skip


if __name__ == "__main__":
    main()
