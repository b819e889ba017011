"""Gradients beside a stranger's: autograd differentiates a plain walk over the graph, on two hundred random graphs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import networkx as nx
import numpy as np
import pytest

import allornone as aon
from allornone.simulator.network.network import Network

anp: Any = import_module("autograd.numpy")
grad: Any = import_module("autograd").grad
ACTIVATE: dict[str, Any] = {
    "linear": lambda z: z,
    "logistic": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "square": lambda z: z * z,
}


def graph_of(seed: int) -> Network:
    """Return a random graph: skips, mixed activations, now and then delays, three outputs, or a softmax at the end."""
    random = np.random.default_rng(seed)
    net = Network()
    net.add_inputs("X1", "X2", "X3")
    kinds = {
        "linear": aon.Linear(),
        "logistic": aon.Logistic(),
        "tanh": aon.Tanh(),
        "softplus": aon.Softplus(),
    }
    if seed % 3 == 0:
        kinds["square"] = aon.Square()
    for k in range(int(random.integers(2, 7))):
        earlier = list(net)
        net.add_unit(f"H{k}", kinds[str(random.choice(list(kinds)))], bias=float(random.normal()))
        for source in random.permutation(earlier)[: int(random.integers(1, 4))]:
            delay = int(random.integers(0, 3)) if seed % 2 else 0
            net.connect(str(source), f"H{k}", weight=float(random.normal()), delay=delay)
    hidden = [unit for unit in net if unit not in net.inputs]
    last = net.add_group("Y", 3, aon.Softmax() if seed % 4 == 0 else aon.Tanh(), output=True)
    for unit in last:
        for source in random.permutation(hidden)[: int(random.integers(1, 4))]:
            net.connect(str(source), unit, weight=float(random.normal()))
    return net


def walked(weights: Any, net: Network, x: Any, d: Any, divergence: str) -> Any:
    """Return E of a settled net, unit by unit in topological order; `weights` has synapses first, then biases."""
    place = {edge: k for k, edge in enumerate(net.edges)}
    units = [unit for unit in net if unit not in net.inputs]
    y = dict(zip(net.inputs, x, strict=True))
    z = {}
    for unit in nx.topological_sort(net):
        if unit in y:
            continue
        z[unit] = weights[len(place) + units.index(unit)]
        for source in net.predecessors(unit):
            z[unit] = z[unit] + weights[place[source, unit]] * y[source]
        model = net.nodes[unit]["model"]
        y[unit] = ACTIVATE[model](z[unit]) if model != "softmax" else 0.0
    outputs = [y[unit] for unit in net.outputs]
    if net.nodes[net.outputs[0]]["model"] == "softmax":
        powers = [anp.exp(z[unit]) for unit in net.outputs]
        outputs = [power / sum(powers) for power in powers]
    if divergence == "l2":
        return sum(0.5 * (want - out) ** 2 for want, out in zip(d, outputs, strict=True))
    return -sum(want * anp.log(out) for want, out in zip(d, outputs, strict=True))


@pytest.mark.parametrize("block", range(4))
def test_the_gradient_is_autograds(block: int) -> None:
    """Two hundred graphs; where they end in a softmax, under cross-entropy too."""
    for seed in range(50 * block, 50 * (block + 1)):
        net, random = graph_of(seed), np.random.default_rng([seed, 9])
        x, d = random.normal(size=3), random.dirichlet(np.ones(3))
        units = [unit for unit in net if unit not in net.inputs]
        weights = np.array(
            [data["weight"] for *_, data in net.edges(data=True)]
            + [net.nodes[unit]["bias"] for unit in units]
        )
        for divergence in ("l2", "cross-entropy") if seed % 4 == 0 else ("l2",):
            wanted = grad(walked)(weights, net, x, d, divergence)

            found = aon.gradient(net, x, d, divergence=divergence)

            ours = [*(found.weights[edge] for edge in net.edges), *(found.biases[unit] for unit in units)]
            scale = max(1.0, float(np.abs(wanted).max()))
            np.testing.assert_allclose(ours, wanted, rtol=1e-9, atol=1e-10 * scale)
