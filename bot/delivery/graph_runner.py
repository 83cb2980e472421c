"""Runs a loaded model's graph one node after another.

Rasa's own runner makes a graph for dask and has it ordered and scheduled anew at each run, twice for each message. The order
never changes, and nothing runs side by side, so it is worked out once for each target.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner


class StraightRunner(DaskGraphRunner):
    """The same nodes, inputs, outputs and errors as the runner whose place it takes."""

    def __init__(self, runner: DaskGraphRunner) -> None:
        self._graph_schema: GraphSchema = runner._graph_schema
        self._instantiated_nodes: dict[str, GraphNode] = runner._instantiated_nodes
        self._execution_context = runner._execution_context
        self._orders: dict[tuple[str, ...], list[str]] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Run the nodes that the targets need, each after those that it needs itself."""
        wanted = targets or self._graph_schema.target_names
        results: dict[str, Any] = {}
        self._add_inputs_to_graph(inputs, results)
        try:
            for name in self._order(tuple(wanted)):
                needs = self._graph_schema.nodes[name].needs.values()
                results[name] = self._instantiated_nodes[name](*(results.get(need, need) for need in needs))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return {name: results[name][1] for name in wanted}

    def _order(self, targets: tuple[str, ...]) -> list[str]:
        if targets not in self._orders:
            self._orders[targets] = list(dict.fromkeys(name for target in targets for name in self._needed(target)))
        return self._orders[targets]

    def _needed(self, name: str) -> Iterator[str]:
        # What is no node is an input.
        if name in self._graph_schema.nodes:
            for need in self._graph_schema.nodes[name].needs.values():
                yield from self._needed(need)
            yield name
