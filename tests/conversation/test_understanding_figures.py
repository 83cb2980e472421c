"""A change may not lower the understanding beyond noise: the sets of messages with known topics, against figures as stored."""

from __future__ import annotations

import pytest
import yaml

from benchmarks.figures import BOUNDS, FIGURES, bounded, failures, measure
from bot.commands.understand import Understanding
from bot.settings import PROJECT

ENTRIES = yaml.safe_load(FIGURES.read_text(encoding="utf-8"))
FOLDERS = {"stories": PROJECT / "benchmarks" / "sets", "dev": PROJECT.parent / "shared" / "eval"}


class _Loaded(Understanding):
    """Understands with a model that is loaded already."""

    def __init__(self, agent):
        self._agent = agent


def path_of(name):
    """Return the file of a set."""
    return FOLDERS[name.partition("_")[0]] / f"{name}.yml"


def test_every_set_of_the_repository_has_figures():
    assert {path.stem for path in FOLDERS["stories"].glob("*.yml")} <= set(ENTRIES)
    assert all(set(entry) == set(BOUNDS) for entry in ENTRIES.values())


@pytest.mark.parametrize("name", ENTRIES)
def test_no_set_is_understood_worse_than_before_beyond_noise(assistant, name):
    path = path_of(name)
    if not path.exists():
        pytest.skip(f"../shared/eval/{path.name} is not beside this checkout")
    measured = measure(_Loaded(assistant.agent), path)
    changed = {figure: count for figure, (_, count) in measured.items() if count != ENTRIES[name][figure]["n"]}
    assert changed == {}, "the set is another one: write benchmarks/figures.yml anew (python -m benchmarks.figures)"
    assert failures(measured, ENTRIES[name]) == [], name


def test_a_bound_lies_two_standard_errors_away_and_never_nearer_than_one_message():
    measured = {"within_one_tap": (0.9, 400), "wrong_answers": (0.02, 400), "safety_recall": (1.0, 36)}
    entries = bounded(measured)
    assert [entry[BOUNDS[name]] for name, entry in entries.items()] == [0.87, 0.034, 0.9722]
    assert failures(measured, entries) == []
    assert (
        failures({"within_one_tap": (0.87, 400), "wrong_answers": (0.034, 400), "safety_recall": (0.9722, 36)}, entries) == []
    )
    worse = {"within_one_tap": (0.8675, 400), "wrong_answers": (0.0375, 400), "safety_recall": (0.9444, 36)}
    assert [line.split()[0] for line in failures(worse, entries)] == list(BOUNDS)
    assert failures({"within_one_tap": (1.0, 400), "wrong_answers": (0.0, 400)}, entries) == []
