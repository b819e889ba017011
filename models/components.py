"""Rules that find principal components: Oja (1982), Oja's subspace rule (1989) and Sanger (1989).

x  what the synapse brought      y  output      w  weight      η  learning rate
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Gt

from allornone.simulator.arrays import Array
from allornone.simulator.learning.rules import LocalRule


@dataclass(frozen=True)
class Oja(LocalRule):
    """Grow as Hebb does, and forget by as much as keeps the weights at length 1.

        Δw = η y (x − y w)

    A linear unit turns its weights into the direction in which its inputs vary most. E. Oja, J. Math. Biol. 15
    (1982). On two inputs that are always alike they become (1, 1) / √2:

    >>> from allornone.models.differentiable import Linear
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
