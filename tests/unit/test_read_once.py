"""The training sentences are read once, and are what Rasa's own importer reads."""

from __future__ import annotations

import pytest
import yaml
from rasa.shared.importers import rasa as importers
from rasa.shared.importers.importer import TrainingDataImporter

from bot.settings import PROJECT

SENTENCES = """
version: "3.1"
nlu:
  - intent: faq/return_cost
    examples: |
      - is it free
      - what does it cost from [Sabha](place)
  - intent: greet
    examples: |
      - hello
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    """A function that loads sentences and domain by a configuration; returns the sentences, and how often they were read."""
    (tmp_path / "nlu.yml").write_text(SENTENCES)
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents: [faq, greet]\n')
    times = []
    reading = importers.utils.training_data_from_paths
    monkeypatch.setattr(importers.utils, "training_data_from_paths", lambda *given: times.append(given) or reading(*given))

    def by(config):
        times.clear()
        (tmp_path / "config.yml").write_text(yaml.safe_dump(config))
        paths = (str(tmp_path / name) for name in ("config.yml", "domain.yml", "nlu.yml"))
        importer = TrainingDataImporter.load_from_config(next(paths), next(paths), training_data_paths=list(paths))
        found = importer.get_nlu_data()
        assert "faq" in importer.get_domain().intents
        return sorted((one.get("text"), one.get("intent"), str(one.get("entities"))) for one in found.intent_examples), len(
            times
        )

    return by


@pytest.mark.parametrize("name", ["config.yml", "config.encoder.yml"])
def test_what_the_pipeline_is_trained_on_is_read_once_and_the_same(read, name):
    ours = yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))
    plain = {key: value for key, value in ours.items() if key != "importers"}
    sentences, times = read(ours)
    assert (len(sentences), times) == (3, 1)
    # Rasa's own would read them twice; once that is no more so, ours can go.
    assert read(plain) == (sentences, 2)
