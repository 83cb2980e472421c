"""What the understanding must not fall below: writes ``benchmarks/figures.yml``, which the tests compare with.

    .venv/bin/python -m benchmarks.figures SET…

Parses every message of the sets once with the model of the present inputs. A bound is the figure as measured, less two
standard errors (more for wrong answers), and at least one message apart from it: what lies between is noise. Written anew
after every gain, so that it cannot be lost unnoticed; after a loss only with the reason in the change that brings it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import sqrt
from pathlib import Path

import yaml

from bot.commands import evaluate
from bot.commands.understand import Understanding
from bot.domain import topics
from bot.settings import PROJECT, home_of, read_environment

FIGURES = PROJECT / "benchmarks" / "figures.yml"
BOUNDS = {"within_one_tap": "at_least", "wrong_answers": "at_most", "safety_recall": "at_least"}
HEAD = """\
# Made by `.venv/bin/python -m benchmarks.figures benchmarks/sets/stories_*.yml ../shared/eval/dev_*.yml`; not edited by hand.
# tests/conversation/test_understanding_figures.py fails beyond a bound: two standard errors, or one message, from the measured.
"""


def measure(understanding: Understanding, path: Path) -> dict[str, tuple[float, int]]:
    """Return each figure of a set that has a bound, with the number of messages that it is a share of."""
    language = evaluate.language_of_file(path)
    judged = [
        evaluate.Judged(language, entry["register"], entry["text"], entry["topic"], understanding.parse(entry["text"]))
        for entry in evaluate.read_set(path)
    ]
    found = evaluate.figures(judged)
    safety = sum(topics.is_safety(one.topic) for one in judged)
    return {name: (found[name], safety if name == "safety_recall" else len(judged)) for name in BOUNDS}


def bounded(measured: Mapping[str, tuple[float, int]]) -> dict[str, dict[str, float]]:
    """Return figures with the bound of each."""
    entries = {}
    for name, (share, count) in measured.items():
        noise = max(2 * sqrt(share * (1 - share) / count), 1 / count)
        bound = share - noise if BOUNDS[name] == "at_least" else share + noise
        entries[name] = {"n": count, "measured": share, BOUNDS[name]: round(bound, 4)}
    return entries


def failures(measured: Mapping[str, tuple[float, int]], entries: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return what lies beyond its bound, in words."""
    found = []
    for name, (share, _) in measured.items():
        limit = entries[name][BOUNDS[name]]
        if share < limit if BOUNDS[name] == "at_least" else share > limit:
            before = entries[name]["measured"]
            found.append(f"{name} {share:.4f}, was {before:.4f}, must be {BOUNDS[name].replace('_', ' ')} {limit:.4f}")
    return found


def main() -> None:
    understanding = Understanding(home_of(read_environment()) / "models")
    entries = {path.stem: bounded(measure(understanding, path)) for path in map(Path, sys.argv[1:])}
    FIGURES.write_text(HEAD + yaml.safe_dump(entries, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
