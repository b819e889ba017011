"""Differentiable units (1986): linear and logistic.

z  net input      y  output      each formula with its derivative beside it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from allornone.simulator.arrays import Array
from allornone.simulator.units import DifferentiableUnit


@dataclass(frozen=True)
class Linear(DifferentiableUnit):
    """A unit that passes its net input on.

        y = z

    >>> import numpy as np
    >>> Linear().activate(np.array([-2.0, 0.5]))
    array([-2. ,  0.5])
    """

    name: ClassVar[str] = "linear"

    def activate(self, z: Array) -> Array:
        """Return z."""
        return z

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz = 1."""
        return np.ones_like(z)


@dataclass(frozen=True)
class Logistic(DifferentiableUnit):
    """A unit with the logistic sigmoid.

        y = 1 / (1 + e^−z)        dy/dz = y (1 − y)

    Rumelhart, Hinton & Williams, Nature 323 (1986).

    >>> import numpy as np
    >>> Logistic().activate(np.array([0.0, 1000.0]))
    array([0.5, 1. ])
    """

    name: ClassVar[str] = "logistic"
    probability: ClassVar[Literal["", "each", "together"]] = "each"

    def activate(self, z: Array) -> Array:
        """Return 1 / (1 + e^−z), without overflow at either end."""
        small = np.exp(-np.abs(z))
        return np.where(z >= 0, 1.0, small) / (1.0 + small)

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz = y (1 − y)."""
        return y * (1 - y)
