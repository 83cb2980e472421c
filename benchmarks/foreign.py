"""Messages that are none of our business: how often the hotline answers them as if they were.

    .venv/bin/python -m benchmarks.foreign CORPORA [--each 200] [--models FOLDER]

From each corpus of another field (bank customers, news, questions on an encyclopaedia, voice commands) as many sentences in
each language, chosen by a seed. None of them is in the training data. To say "this is nothing of ours" is right.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from pathlib import Path

from bot.commands.understand import Understanding
from bot.settings import load_settings, read_environment

FIELDS = {
    "banking77_en_ar": "bank", "flores200": "news", "ntrex": "news", "xquad_questions": "encyclopaedia", "xsid": "commands",
}  # fmt: skip
LANGUAGES = ("ar", "fr", "en")
NOTHING_OF_OURS = frozenset({"out_of_scope"})
SEED = 7


def read(folder: Path, each: int) -> list[tuple[str, str, str]]:
    """Return field, language and text of foreign sentences."""
    found: list[tuple[str, str, str]] = []
    for name, field in FIELDS.items():
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        for language in LANGUAGES:
            texts = sorted({row[language] for row in rows if language in row})
            random.Random(SEED).shuffle(texts)
            found += [(field, language, text) for text in texts[:each]]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--models", type=Path)
    arguments = parser.parse_args()
    understanding = Understanding(arguments.models or load_settings(read_environment()).home / "models")
    decisions: dict[tuple[str, str], Counter[str]] = {}
    topics: Counter[str] = Counter()
    for field, language, text in read(arguments.corpora, arguments.each):
        result = understanding.parse(text)
        is_wrong = result["decision"] == "answer" and result["topic"] not in NOTHING_OF_OURS
        answered = "answered as a topic" if is_wrong else "nothing of ours"
        what = answered if result["decision"] == "answer" else result["decision"]
        topics[result["topic"]] += is_wrong
        for key in ((field, language), ("all", language), ("all", "all")):
            decisions.setdefault(key, Counter())[what] += 1
    columns = ("answered as a topic", "nothing of ours", "suggest", "check_safety", "fallback")
    print("| field | language | n | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 3))
    for (field, language), found in sorted(decisions.items()):
        shares = " | ".join(f"{100 * found[column] / found.total():.1f} %" for column in columns)
        print(f"| {field} | {language} | {found.total()} | {shares} |")
    print("most often answered:", ", ".join(f"{topic} {count}" for topic, count in topics.most_common(8) if count))


if __name__ == "__main__":
    main()
