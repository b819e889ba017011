"""Competition: rules that find principal components, and normalisation of what a unit can have in all.

x  what the synapse brought      y  output      w  weight      η  learning rate
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Gt

from allornone.simulator.arrays import Array, Truth
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.rules import LocalRule
from allornone.simulator.program.program import Program, Weights

Sums = Callable[[Array], Array]


@dataclass(frozen=True)
class Oja(LocalRule):
    """Grow as Hebb does, and forget by as much as keeps the weights at length 1.

        Δw = η y (x − y w)

    A linear unit turns its weights into the direction in which its inputs vary most. E. Oja, J. Math. Biol. 15
    (1982). On two inputs that are always alike they become (1, 1) / √2:

    >>> from allornone.models.activations import Linear
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.learning.training import train
    >>> net = Network()
    >>> net.add_inputs("A", "B")
    >>> net.add_unit("Y", Linear(), plastic=False)
    >>> net.connect("A", "Y", weight=1.0); net.connect("B", "Y", weight=0.0)
    >>> training = train(net, [[1, 1], [-1, -1]], rule=Oja(eta=0.1), epochs=100)
    >>> round(net.edges["A", "Y"]["weight"], 6), round(net.edges["B", "Y"]["weight"], 6)
    (0.707107, 0.707107)
    """

    eta: Annotated[float, Gt(0)] = 0.01

    name: ClassVar[str] = "oja"

    def change(self, x: Array, y: Array, w: Array) -> Array:
        """Return Δw = η y (x − y w)."""
        return self.eta * y * (x - y * w)


@dataclass(frozen=True)
class Sanger(LocalRule):
    """Oja's rule for one unit after the other: each learns from what those before it leave unexplained.

        Δw_i = η y_i (x − Σ_(k ≤ i) y_k w_k)

    Units of one model that hear the same inputs, in the order of the net, become the principal components, the
    largest first. The sum runs over plastic synapses. T. Sanger, Neural Networks 2 (1989). The first unit, before
    which there is none, has Oja's rule:

    >>> Sanger(eta=1.0).change(x=1.0, y=0.5, w=1.0, up_to=lambda part: part) == Oja(eta=1.0).change(1.0, 0.5, 1.0)
    True
    """

    eta: Annotated[float, Gt(0)] = 0.01

    name: ClassVar[str] = "sanger"

    def change(self, x: Array, y: Array, w: Array, up_to: Callable[[Array], Array]) -> Array:
        """Return Δw_i = η y_i (x − Σ_(k ≤ i) y_k w_k)."""
        return self.eta * y * (x - up_to(y * w))


@dataclass(frozen=True)
class Subspace(LocalRule):
    """Oja's rule for units together: each learns from what all of them leave unexplained.

        Δw_i = η y_i (x − Σ_k y_k w_k)

    The units span the space of the principal components, but none need be a component: nothing tells them apart.
    The sum runs over plastic synapses. E. Oja, Int. J. Neural Systems 1 (1989). Two units that say the same are
    done when each says half of it:

    >>> Subspace(eta=1.0).change(x=1.0, y=1.0, w=0.5, across=lambda part: part + part)
    0.0
    """

    eta: Annotated[float, Gt(0)] = 0.01

    name: ClassVar[str] = "subspace"

    def change(self, x: Array, y: Array, w: Array, across: Callable[[Array], Array]) -> Array:
        """Return Δw_i = η y_i (x − Σ_k y_k w_k)."""
        return self.eta * y * (x - across(y * w))


@dataclass(frozen=True)
class Divisive(LocalRule):
    """Grow as Hebb does, then shrink every weight of a unit in proportion, so that their length is kept.

        w ← ℓ (w + η x y) / |w + η x y|

    The length is that of a unit's plastic synapses. C. von der Malsburg, Kybernetik 14 (1973), kept the sum;
    K. D. Miller and D. J. C. MacKay, Neural Computation 6 (1994), compare.

    >>> from allornone.models.activations import Linear
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

    def start(self, program: Program, weights: Weights) -> Any:
        """Remember nothing; synapses of different units that share a weight are refused."""
        _of_their_own(program, self.name)
        return super().start(program, weights)

    def change(self, x: Array, y: Array) -> Array:
        """Return Δw = η x y."""
        return self.eta * x * y

    def limit(self, w: Array, total: Sums, plastic: Truth) -> Array:
        """Return ℓ w / |w|; where all weights are 0 there is no length to bring them to."""
        square = total(np.where(plastic, w * w, 0.0))
        share = self.length / np.sqrt(np.where(square > 0, square, 1.0))
        return w * np.where(square > 0, share, 1.0)


@dataclass(frozen=True)
class Subtractive(LocalRule):
    """Grow as Hebb does, less the mean growth of the unit's synapses, so that their sum is kept.

        Δw = η x y − mean(η x y),        then w is kept from `low` to `high`

    What one synapse wins others lose, until the limits stop them. K. D. Miller and D. J. C. MacKay, Neural
    Computation 6 (1994). Where the inputs say the same nobody wins:

    >>> from allornone.models.activations import Linear
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

    def start(self, program: Program, weights: Weights) -> Any:
        """Remember nothing; synapses of different units that share a weight are refused."""
        _of_their_own(program, self.name)
        return super().start(program, weights)

    def change(self, x: Array, y: Array, total: Sums, plastic: Truth) -> Array:
        """Return Δw = η x y − mean(η x y)."""
        grown = np.where(plastic, self.eta * x * y, 0.0)
        many = total(np.where(plastic, 1.0, 0.0))
        return grown - total(grown) / np.maximum(many, 1.0)

    def limit(self, w: Array) -> Array:
        """Keep every weight from `low` to `high`."""
        return np.maximum(self.low, np.minimum(self.high, w))


def _of_their_own(program: Program, name: str) -> None:
    if (program.wiring.shared[program.wiring.plastic] >= 0).any():
        raise AllornoneError(
            f"the rule {name!r} keeps a sum of each unit's own synapses, so none of them may share a weight"
        )
