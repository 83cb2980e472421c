"""The graph runner: the same results as Rasa's own, in an order that is worked out once."""

from __future__ import annotations

import pytest
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from bot.delivery.graph_runner import StraightRunner


class Node:
    """Joins what it gets, and its own name."""

    def __init__(self, name, ran):
        self.name, self.ran = name, ran

    def __call__(self, *inputs):
        self.ran.append(self.name)
        return self.name, "(" + " ".join([*(value for _, value in inputs), self.name]) + ")"


def _runners(nodes, ran):
    def node(needs, is_target):
        return SchemaNode(needs=needs, uses=object, constructor_name="", fn="", config={}, is_target=is_target)

    schema = GraphSchema({name: node(needs, name == "end") for name, needs in nodes.items()})
    rasas = DaskGraphRunner.__new__(DaskGraphRunner)
    rasas._graph_schema, rasas._execution_context = schema, None
    rasas._instantiated_nodes = {name: Node(name, ran) for name in nodes}
    return rasas, StraightRunner(rasas)


DIAMOND = {
    "end": {"a": "left", "b": "right"},
    "left": {"x": "start"},
    "right": {"x": "start", "y": "__input__"},
    "start": {"x": "__input__"},
    "other": {"x": "start"},
}


@pytest.mark.parametrize("targets", [None, ["end"], ["left", "other"], ["right", "right"]])
def test_it_gives_what_rasas_runner_gives(targets):
    rasas, ours = _runners(DIAMOND, [])

    assert ours.run({"__input__": "in"}, targets) == rasas.run({"__input__": "in"}, targets)


def test_a_node_runs_once_and_only_if_it_is_needed():
    ran = []
    _, ours = _runners(DIAMOND, ran)

    ours.run({"__input__": "in"})

    assert sorted(ran) == ["end", "left", "right", "start"]


def test_an_input_that_reads_like_a_nodes_name_is_only_a_text():
    _, ours = _runners(DIAMOND, [])

    assert ours.run({"__input__": "start"}, ["start"]) == {"start": "(start start)"}


def test_a_nodes_failure_is_rasas_error():
    _, ours = _runners(DIAMOND, [])

    def fail(*_inputs):
        raise RuntimeError("no")

    ours._instantiated_nodes["start"] = fail

    with pytest.raises(GraphRunError):
        ours.run({"__input__": "in"})
