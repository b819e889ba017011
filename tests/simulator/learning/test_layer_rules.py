"""Layer rules: what a rule says of a layer as a table is what its weights become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.learning.rules import LayerRule
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Layer
from allornone.simulator.testing import check_rule

WANTED = np.array([[0.1, 0.3], [1 / 3, 1.0], [0.7, 1e-17]])


@dataclass(frozen=True)
class Dictate(LayerRule):
    """Give every synapse a weight that is written down, and remember how often that was done."""

    name: ClassVar[str] = "test-dictate"
    teacher: ClassVar[bool] = False

    def begin(self, sources: int, units: int, lanes: int) -> int:
        """Return how often it was done."""
        return 0

    def change(self, layer: Layer, memory: int) -> tuple[Array, int]:
        """Return by how much the weights differ from what is written down."""
        return self.written(layer, memory + 1) - layer.w, memory + 1

    def become(self, layer: Layer, change: Array, memory: int) -> Array:
        """Return what is written down."""
        return self.written(layer, memory)

    def written(self, layer: Layer, times: int) -> Array:
        """Return the weights, times how often they were dictated."""
        rows, columns, lanes = layer.w.shape
        table: Array = np.resize(WANTED, (rows, columns))[..., None] * float(times)
        return np.broadcast_to(table, (rows, columns, lanes))


def net_of(weights: Array) -> Network:
    """Return two units that hear three inputs."""
    net = Network()
    net.add_inputs("X0", "X1", "X2")
    for j in range(2):
        net.add_unit(f"Y{j}", aon.Linear(), output=True, plastic=False)
        for k in range(3):
            net.connect(f"X{k}", f"Y{j}", weight=float(weights[k, j]))
    return net


def weights_of(net: Network) -> list[list[float]]:
    """Return its weights, a row an input."""
    return [[net.edges[f"X{k}", f"Y{j}"]["weight"] for j in range(2)] for k in range(3)]


@pytest.mark.parametrize("seed", range(5))
def test_the_weights_become_what_is_said_to_the_bit(seed: int) -> None:
    """Whatever they were: a limit that a rule keeps is kept, not nearly."""
    net = net_of(np.random.default_rng(seed).normal(size=(3, 2)) * 10)

    aon.train(net, [[1, 2, 3]], rule=Dictate())

    assert weights_of(net) == WANTED.tolist()


def test_what_may_not_change_does_not_and_memory_goes_from_batch_to_batch() -> None:
    """The second time everything is twice as large, but for the synapse that is fixed."""
    net = net_of(np.full((3, 2), 0.5))
    net.edges["X1", "Y0"]["plastic"] = False

    aon.train(net, [[1, 2, 3], [4, 5, 6]], rule=Dictate())

    wanted = 2 * WANTED
    wanted[1, 0] = 0.5
    assert weights_of(net) == wanted.tolist()


@dataclass(frozen=True)
class Pull(LayerRule):
    """Move every weight to what is written down."""

    name: ClassVar[str] = "test-pull"
    teacher: ClassVar[bool] = False

    def change(self, layer: Layer, memory: Any) -> tuple[Array, Any]:
        """Return by how much they differ."""
        return np.resize(WANTED, layer.w.shape[:2])[..., None] - layer.w, memory


def test_synapses_that_share_a_weight_add_up_their_changes() -> None:
    """One from 1/2 to 1/10, the other to 3/10: both to −1/10."""
    net = net_of(np.full((3, 2), 0.5))
    for j in range(2):
        net.edges["X0", f"Y{j}"]["shared"] = "k"

    aon.train(net, [[1, 2, 3]], rule=Pull())

    assert weights_of(net)[0] == pytest.approx([-0.1, -0.1])
    assert weights_of(net)[2] == pytest.approx(WANTED[2].tolist())


def test_it_conforms() -> None:
    """Pure, plastic synapses only, lanes apart."""
    check_rule(Dictate())
