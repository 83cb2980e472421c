"""What more training sentences would bring: the same sets, with 25, 50, 100 and all sentences of each topic and language.

    .venv/bin/python -m benchmarks.learning_curve SET… [--sizes 25,50,100]

The sentences are chosen by a seed. Only the topic classifier and the thresholds are at work: the safety net is not asked.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rasa.shared.importers.importer import TrainingDataImporter

from bot.commands import evaluate
from bot.settings import PROJECT
from bot.understanding import message as keys
from bot.understanding.decision_maker import DecisionMaker, decide
from bot.understanding.features import Sample
from bot.understanding.topic_classifier import RANKING_LENGTH, TopicClassifier, make_model
from bot.understanding.topic_model import TopicModel

SEED = 7
SHOWN = ("top1", "within_one_tap", "answered_right", "wrong_answers", "safety_recall", "false_alarms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--sizes", default="25,50,100,10000", help="at most so many; the last of the default is all")
    arguments = parser.parse_args()
    found = list(training_sentences())
    print("| sentences a topic and language | in all | seconds | set | " + " | ".join(SHOWN) + " |")
    print("|---" * (len(SHOWN) + 4) + "|")
    for size in map(int, arguments.sizes.split(",")):
        chosen = sampled(found, size)
        began = time.monotonic()
        model = trained(chosen)
        seconds = time.monotonic() - began
        for path in arguments.sets:
            figures = evaluate.figures([judged(model, path, entry) for entry in evaluate.read_set(path)])
            row = " | ".join(f"{100 * figures[name]:.1f}" for name in SHOWN)
            print(f"| {size} | {len(chosen)} | {seconds:.0f} | {path.stem} | {row} |", flush=True)


def training_sentences() -> Iterator[tuple[Sample, str]]:
    """Yield all training sentences with their topics, as the pipeline reads them."""
    importer = TrainingDataImporter.load_from_config(
        str(PROJECT / "config.yml"), training_data_paths=[str(PROJECT / "nlu_data")]
    )
    for example in importer.get_nlu_data().intent_examples:
        yield keys.training_sample(example), keys.training_topic(example)


def sampled(found: Sequence[tuple[Sample, str]], size: int) -> list[tuple[Sample, str]]:
    """Return at most so many sentences of each topic and language."""
    groups: dict[tuple[str, str], list[tuple[Sample, str]]] = defaultdict(list)
    for sample, topic in found:
        groups[topic, sample[1]].append((sample, topic))
    rng = random.Random(SEED)
    return [one for _, group in sorted(groups.items()) for one in rng.sample(group, min(size, len(group)))]


def trained(chosen: Sequence[tuple[Sample, str]]) -> TopicModel:
    """Return the classifier, trained as in the pipeline."""
    samples = [sample for sample, _ in chosen]
    no_vectors = np.zeros((len(samples), 0), dtype=np.float32)
    return make_model(TopicClassifier.get_default_config()).fit(samples, no_vectors, [topic for _, topic in chosen])


def judged(model: TopicModel, path: Path, entry: dict[str, str]) -> evaluate.Judged:
    """Return what is made of one message of a set."""
    language = evaluate.language_of_file(path)
    sample = (entry["text"], language)
    ranking = model.rank(sample, np.zeros(0, dtype=np.float32), length=RANKING_LENGTH)
    decision, suggestions = decide(ranking, 0.0, DecisionMaker.get_default_config())
    result = {"topic": ranking[0][0], "decision": decision, "suggestions": suggestions, "language": language}
    return evaluate.Judged(language, entry["register"], entry["text"], entry["topic"], result)


if __name__ == "__main__":
    main()
