"""Starting: the plastic weights and biases of a network before anything is learned: given, or drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from allornone.scenarios.build import groups_of
from allornone.scenarios.numbers import Numbers
from allornone.simulator.arrays import stream
from allornone.simulator.errors import NetworkError
from allornone.simulator.network.network import Network
from allornone.simulator.notation.synapses import expand_synapses, expand_units


def start(
    net: Network, connectivity: Mapping[str, Any], numbers: Numbers, plastic: Sequence[Any], seed: int
) -> None:
    """Give the plastic synapses and biases their start: one number, drawn ones, or those given by name."""
    groups = groups_of(net)
    given = connectivity.get("start")
    if given is not None:
        draw = stream(seed, "weights")
        shared: dict[str, float] = {}
        for source, target in plastic:
            value = _started(given, numbers, net, target, draw)
            label = None if source is None else net.edges[source, target].get("shared")
            # One weight in several places is one number: the first that is drawn.
            _set(net, source, target, value if label is None else shared.setdefault(label, value))
    for text, value in connectivity.get("weights", {}).items():
        for wire in expand_synapses([text], groups, numbers.wiring, parameters=numbers.parameters):
            if not net.has_edge(wire.source, wire.target):
                raise NetworkError(
                    f"connectivity.weights: there is no synapse {wire.source!r} → {wire.target!r}"
                )
            _set(net, wire.source, wire.target, float(numbers.number(value)))
    for text, value in connectivity.get("biases", {}).items():
        for unit, indices in expand_units(text, groups, numbers.wiring, parameters=numbers.parameters):
            _set(net, None, unit, float(numbers.number(value, indices)))


def _started(given: Any, numbers: Numbers, net: Network, target: str, draw: np.random.Generator) -> float:
    if not isinstance(given, Mapping):
        return float(numbers.number(given))
    names = {"n": net.in_degree(target)}
    kind, value = next(iter(given.items()))
    width = float(numbers.number(value, names))
    return float(draw.uniform(-width, width) if kind == "uniform" else draw.normal(0.0, width))


def _set(net: Network, source: str | None, target: str, value: float) -> None:
    if source is None:
        net.nodes[target]["bias"] = value
    else:
        net.edges[source, target]["weight"] = value
