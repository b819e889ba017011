"""Associative memories of binary synapses: Steinbuch's Lernmatrix (1961), Willshaw's net (1969).

x  what a synapse brings      y  output, held at what is to be learned      w  weight      ε  step
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Gt

from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.rules import Layer, LayerRule, LocalRule
from allornone.simulator.program.program import Program, Weights


@dataclass(frozen=True)
class Willshaw(LayerRule):
    """Switch a synapse on, for good, when both its ends are active together.

        w = 1 if x > 0 and y > 0 once, else as it was

    Clipped Hebb: a second pattern that meets the same synapse adds nothing.
    D. J. Willshaw, O. P. Buneman & H. C. Longuet-Higgins, Non-holographic associative memory, Nature 222 (1969).

    >>> from allornone.models.threshold import Threshold
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.time.simulation import simulate
    >>> net = Network()
    >>> net.add_inputs("a", "b")
    >>> net.add_unit("V", Threshold(threshold=1))
    >>> net.connect("a", "V", weight=0.0); net.connect("b", "V", weight=0.0)
    >>> trace = simulate(net, {"a": "11", "b": "00", "V": "11"}, rule=Willshaw())
    >>> net.edges["a", "V"]["weight"], net.edges["b", "V"]["weight"]
    (1.0, 0.0)
    """

    name: ClassVar[str] = "willshaw"
    teacher: ClassVar[bool] = False

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Remember nothing; plastic synapses that share a weight are refused."""
        if (program.wiring.shared[program.wiring.plastic] >= 0).any():
            raise AllornoneError(
                f"the rule {self.name!r} switches each synapse by itself, so none of them may share a weight"
            )
        return super().start(program, weights)

    def learned(self, layer: Layer, memory: Any, average: bool) -> tuple[Array, Any]:
        """Switch on what any trial of a batch switches on; its mean and its sum are the same."""
        w = layer.w.copy()
        before, after = ((part > 0).astype(np.float32) for part in (layer.x, layer.y))
        for lane in range(w.shape[-1]):
            met = before[..., lane].T @ after[..., lane] > 0
            w[met, lane] = np.maximum(w[met, lane], 1.0)
        return w, memory


@dataclass(frozen=True)
class Steinbuch(LocalRule):
    """Let an active output strengthen what is there and weaken what is not.

        Δw = ε if x > 0, −ε if not, where y > 0

    The conditioned synapses of a Lernmatrix: each output is a class, each input a property.
    K. Steinbuch, Die Lernmatrix, Kybernetik 1 (1961).

    >>> Steinbuch(eta=0.5).change(x=np.array([1.0, 0.0]), y=np.array([1.0]))
    array([ 0.5, -0.5])
    """

    eta: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "steinbuch"

    def change(self, x: Array, y: Array) -> Array:
        """Return Δw = ±ε where y is active."""
        return self.eta * np.where(x > 0, 1.0, -1.0) * (y > 0)
