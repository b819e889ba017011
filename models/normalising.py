"""Competition for what a unit can have in all: divisive and subtractive normalisation (Miller & MacKay, 1994).

x  what the synapse brought      y  output      w  weight      η  learning rate
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Gt

from allornone.simulator.arrays import Array, mean, summed
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.rules import Layer, LayerRule
from allornone.simulator.program.program import Program, Weights


@dataclass(frozen=True)
class Divisive(LayerRule):
    """Grow as Hebb does, then shrink every weight of a unit in proportion, so that their length is kept.

        w ← ℓ (w + η x y) / |w + η x y|

    The length is that of a unit's plastic synapses. C. von der Malsburg, Kybernetik 14 (1973), kept the sum;
    K. D. Miller and D. J. C. MacKay, Neural Computation 6 (1994), compare.

    >>> from allornone.models.differentiable import Linear
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.learning.training import train
    >>> net = Network()
    >>> net.add_inputs("A", "B")
    >>> net.add_unit("Y", Linear(), plastic=False)
    >>> net.connect("A", "Y", weight=3.0); net.connect("B", "Y", weight=4.0)
    >>> training = train(net, [[0, 0]], rule=Divisive(length=10))
    >>> net.edges["A", "Y"]["weight"], net.edges["B", "Y"]["weight"]
    (6.0, 8.0)
    """

    eta: Annotated[float, Gt(0)] = 0.01
    length: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "divisive"
    teacher: ClassVar[bool] = False

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Remember nothing; synapses of different units that share a weight are refused."""
        _of_their_own(program, self.name)
        return super().start(program, weights)

    def learned(self, layer: Layer, memory: Any, average: bool) -> tuple[Array, Any]:
        """Let the weights grow, then bring each unit's back to their length; where all are 0 there is none."""
        w = layer.w + _growth(layer, self.eta, average)
        square = layer.total(np.where(layer.plastic[..., None], w * w, 0.0))
        share = self.length / np.sqrt(np.where(square > 0, square, 1.0))
        return w * np.where(square > 0, share, 1.0), memory


@dataclass(frozen=True)
class Subtractive(LayerRule):
    """Grow as Hebb does, less the mean growth of the unit's synapses, so that their sum is kept.

        Δw = η x y − mean(η x y),        then w is kept from `low` to `high`

    What one synapse wins others lose, until the limits stop them. K. D. Miller and D. J. C. MacKay, Neural
    Computation 6 (1994). Where the inputs say the same nobody wins:

    >>> from allornone.models.differentiable import Linear
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.learning.training import train
    >>> net = Network()
    >>> net.add_inputs("A", "B")
    >>> net.add_unit("Y", Linear(), plastic=False)
    >>> net.connect("A", "Y", weight=0.75); net.connect("B", "Y", weight=0.25)
    >>> training = train(net, [[1, 1]], rule=Subtractive())
    >>> net.edges["A", "Y"]["weight"], net.edges["B", "Y"]["weight"]
    (0.75, 0.25)
    """

    eta: Annotated[float, Gt(0)] = 0.01
    low: float = 0.0
    high: float = 1.0

    name: ClassVar[str] = "subtractive"
    teacher: ClassVar[bool] = False

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Remember nothing; synapses of different units that share a weight are refused."""
        _of_their_own(program, self.name)
        return super().start(program, weights)

    def learned(self, layer: Layer, memory: Any, average: bool) -> tuple[Array, Any]:
        """Let the weights grow, take each unit's mean growth away, and keep the limits."""
        w = layer.w + _growth(layer, self.eta, average)
        many = layer.total(layer.plastic[..., None].astype(float))
        level = layer.total(w - layer.w) / np.maximum(many, 1.0)
        return np.maximum(self.low, np.minimum(self.high, w - level)), memory


def _growth(layer: Layer, eta: float, average: bool) -> Array:
    """Return what Hebb's rule adds to the plastic synapses of a layer: η x y."""
    grown = eta * layer.x[:, :, None] * layer.y[:, None]
    added = mean(grown, 0) if average else summed(grown, 0)
    return np.where(layer.plastic[..., None], added, 0.0)


def _of_their_own(program: Program, name: str) -> None:
    if (program.wiring.shared[program.wiring.plastic] >= 0).any():
        raise AllornoneError(
            f"the rule {name!r} keeps a sum of each unit's own synapses, so none of them may share a weight"
        )
