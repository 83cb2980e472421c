"""What our trained graph components share: one learned object, kept with joblib in Rasa's model storage."""

from __future__ import annotations

from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage


class ModelComponent(GraphComponent):
    """A graph component with one learned object, ``self.model``; None until trained or loaded."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: Any = None) -> None:
        self.config = config
        self._model_storage = model_storage
        self._resource = resource
        self.model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ModelComponent:
        """Return an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ModelComponent:
        """Return a trained component from the model archive."""
        with model_storage.read_from(resource) as folder:
            model = joblib.load(folder / "model.joblib")
        return cls(config, model_storage, resource, model)

    def persist(self) -> Resource:
        """Write the learned object into the model archive."""
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump(self.model, folder / "model.joblib", compress=3)
        return self._resource
