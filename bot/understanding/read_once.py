"""Rasa's importer of files, but for one thing: the training sentences are read once. Rasa asks for them twice in a training."""

from __future__ import annotations

from functools import cached_property

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData


class ReadOnceImporter(RasaFileImporter):
    """Keeps the sentences that it read; whoever merges them works on copies."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the training sentences; Rasa's ``language`` changes nothing here, since each block names its own."""
        return self._sentences

    @cached_property
    def _sentences(self) -> TrainingData:
        return super().get_nlu_data()
