"""Our understanding beside Rasa's default pipeline: the same sentences, the same sets, in one run.

    .venv/bin/python benchmarks/understanding.py SET… [--epochs 100] [--output report.json]

Both are trained from ``nlu_data`` in this run. The default pipeline is the one that ``rasa init`` writes for Rasa 3.6,
with its NLU part only (no dialogue policies); ``--epochs`` shortens DIET and the response selector where 100 would take
hours, and is reported. Figures: seconds to train, size of the model, seconds to load, memory of a process that holds it,
parse time, and the shares of ``daleel evaluate``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

DEFAULT_CONFIG = """
recipe: default.v1
assistant_id: benchmark
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: {epochs}
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: ResponseSelector
    epochs: {epochs}
    constrain_similarities: true
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "MODEL"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure[0], Path(arguments.measure[1]), arguments.sets)))
        return
    report = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("daleel", "rasa_default"):
            model, seconds = train(kind, Path(folder) / kind, arguments.epochs)
            report[kind] = {"train_seconds": round(seconds), "model_mb": round(model.stat().st_size / 1e6, 1)}
            command = [sys.executable, __file__, *map(str, arguments.sets), "--measure", kind, str(model)]
            measured = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=PROJECT).stdout
            report[kind] |= json.loads(measured.decode().strip().splitlines()[-1])
    report["rasa_default"]["epochs"] = arguments.epochs
    text = json.dumps(report, indent=2, ensure_ascii=False)
    print(text)
    if arguments.output:
        arguments.output.write_text(text + "\n", encoding="utf-8")


def train(kind: str, folder: Path, epochs: int) -> tuple[Path, float]:
    folder.mkdir(parents=True)
    started = time.monotonic()
    if kind == "daleel":
        subprocess.run(
            [sys.executable, "-m", "bot.commands.training", str(folder)], check=True, cwd=PROJECT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    else:
        (folder / "config.yml").write_text(DEFAULT_CONFIG.format(epochs=epochs))
        (folder / "models").mkdir()
        subprocess.run(
            [sys.executable, "-m", "rasa", "train", "nlu", "--config", str(folder / "config.yml"),
             "--nlu", str(PROJECT / "nlu_data"), "--out", str(folder / "models")],
            check=True, cwd=folder, env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"}, stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    seconds = time.monotonic() - started
    return next((folder / "models").glob("*.tar.gz")), seconds


def measure(kind: str, model: Path, sets: list[Path]) -> dict:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    from bot.commands import evaluate
    from bot.commands.understand import Understanding

    started = time.monotonic()
    agent = Agent.load(str(model))
    load_seconds = time.monotonic() - started
    judged, milliseconds = [], []
    for path in sets:
        language = evaluate.language_of_file(path)
        for entry in evaluate.read_set(path):
            begun = time.perf_counter()
            parsed = asyncio.run(agent.processor.parse_message(UserMessage(text=entry["text"])))
            milliseconds.append((time.perf_counter() - begun) * 1000)
            result = Understanding._result(entry["text"], parsed) if kind == "daleel" else default_result(entry["text"], parsed)
            judged.append(evaluate.Judged(language, entry["register"], entry["text"], entry["topic"], result))
    report = evaluate.report_on(judged, milliseconds)
    return {
        "load_seconds": round(load_seconds, 1),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "parse_ms": report["parse_ms"],
        "all": report["all"],
        "languages": report["languages"],
    }


def default_result(text: str, parsed: dict) -> dict:
    """Read Rasa's default parse in our terms: the fallback intent suggests its three likeliest topics."""
    full = {}
    for selector in (parsed.get("response_selector") or {}).values():
        if isinstance(selector, dict) and "response" in selector:
            full["faq"] = (selector["response"].get("intent_response_key") or "faq").removeprefix("faq/")
    ranking = [full.get(e["name"], e["name"]) for e in parsed["intent_ranking"] if e["name"] != "nlu_fallback"]
    is_answer = parsed["intent"]["name"] != "nlu_fallback"
    return {
        "topic": ranking[0],
        "decision": "answer" if is_answer else "suggest",
        "suggestions": [] if is_answer else ranking[:3],
        "language": "",
    }


if __name__ == "__main__":
    main()
