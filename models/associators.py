"""Associative memories of linear units: keys bring back values (Anderson 1972, Kohonen 1972).

x  key (A)      y  value (U)      w  weight (A, U)      p  number of pairs      X⁺  pseudo-inverse of the keys

The linear associator is Hebb's rule with the outputs held at the values: w = Σ x y. Keys that overlap bring back some
of each other's values, the crosstalk. The projection takes it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.rules import Layer, LayerRule
from allornone.simulator.program.program import Program, Weights

Pairs = tuple[Array, Array]
"""The keys and values that the units of a layer have met, (pairs, A, S) and (pairs, U, S)."""


@dataclass(frozen=True)
class Projection(LayerRule):
    """Give every key met so far its own value, as well as weights can.

        w = X⁺ Y

    The least weights of the least error: none for keys that are linearly independent. It is not local: what a
    synapse becomes depends on all keys. Synapses that are missing or may not change are left out of w as it is found.
    T. Kohonen & M. Ruohonen (1973); L. Personnaz, I. Guyon & G. Dreyfus (1985) for Hopfield's net.

    >>> from allornone.models.differentiable import Linear
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.time.simulation import simulate
    >>> net = Network()
    >>> net.add_inputs("a", "b")
    >>> net.add_unit("V", Linear(), plastic=False)
    >>> net.connect("a", "V", weight=0.0); net.connect("b", "V", weight=0.0)
    >>> trace = simulate(net, {"a": [1, 1], "b": [0, 1], "V": [3, 5]}, rule=Projection())
    >>> round(net.edges["a", "V"]["weight"], 9), round(net.edges["b", "V"]["weight"], 9)
    (3.0, 2.0)
    """

    name: ClassVar[str] = "projection"
    teacher: ClassVar[bool] = False

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Remember no pairs; plastic synapses that share a weight are refused."""
        if (program.wiring.shared[program.wiring.plastic] >= 0).any():
            raise AllornoneError(
                f"the rule {self.name!r} solves for each synapse, so none of them may share a weight"
            )
        return super().start(program, weights)

    def begin(self, sources: int, units: int, lanes: int) -> Pairs:
        """Remember no pairs."""
        return np.zeros((0, sources, lanes)), np.zeros((0, units, lanes))

    def learned(self, layer: Layer, memory: Any, average: bool) -> tuple[Array, Pairs]:
        """Meet the pairs of a batch, and solve for all that were met."""
        keys = np.concatenate([memory[0], np.broadcast_to(layer.x, (len(layer.y), *layer.x.shape[1:]))])
        values = np.concatenate([memory[1], layer.y])
        keys, values = _once(keys, values)
        heard = layer.plastic.any(axis=1)
        w = np.zeros_like(layer.w)
        for lane in range(keys.shape[-1]):
            some, wanted = _once(keys[..., lane], values[..., lane])
            w[heard, :, lane] = np.linalg.pinv(some[:, heard]) @ wanted
        return w, (keys, values)


def _once(keys: Array, values: Array) -> Pairs:
    """Return every pair once, in the order in which they were met first."""
    rows = np.concatenate([keys.reshape(len(keys), -1), values.reshape(len(values), -1)], axis=1)
    first = np.sort(np.unique(rows, axis=0, return_index=True)[1])
    return keys[first], values[first]
