"""The content-addressable memory of J. J. Hopfield (1982): units that all hear one another.

x, y  −1 or +1      z  net input      w  weight      N  number of units      p  number of patterns
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from allornone.simulator.arrays import Array
from allornone.simulator.errors import whole
from allornone.simulator.network.network import Network
from allornone.simulator.units import SummingUnit


@dataclass(frozen=True)
class Bipolar(SummingUnit):
    """A unit that is up or down, one tick after what it hears.

        y = +1 if z ≥ 0, else −1

    A spin in a lattice (E. Ising, 1925), a neuron in Hopfield's memory (1982).

    >>> Bipolar().activate(np.array([-0.5, 0.0, 2.0]))
    array([-1.,  1.,  1.])
    """

    name: ClassVar[str] = "bipolar"
    delay: ClassVar[int] = 1
    biased: ClassVar[bool] = False
    compares: ClassVar[str] = ">="

    def activate(self, z: Array) -> Array:
        """Return the sign of z; that of 0 is +1."""
        return np.where(z >= 0, 1.0, -1.0)


def hopfield(units: int, keep: float | None = None) -> Network:
    """Return N units `units[0]`, `units[1]`, …, each with a plastic synapse of weight 0 to every other.

    All are outputs; there are no inputs. Taught by Hebb's rule with η = 1/N, held at p patterns one after the
    other, the weights become w = Σ x x' / N with nothing on the diagonal. `keep` is the weight of a fixed synapse
    of each unit on itself, by which a unit that hears nothing stays as it is: 1 / 2N where none is given, too little
    to outweigh any other; with 0 there is none.
    J. J. Hopfield, Neural networks and physical systems with emergent collective computational abilities,
    PNAS 79 (1982).

    >>> hopfield(8).number_of_edges()
    64
    """
    size = whole("hopfield: units", units, 2)
    own = 0.5 / size if keep is None else keep
    net = Network(name="hopfield")
    names = net.add_group("units", size, Bipolar(), output=True)
    for source in names:
        for target in names:
            if source != target:
                net.connect(source, target, weight=0.0, plastic=True)
            elif own:
                net.connect(source, target, weight=own, plastic=False)
    return net
