"""Radial units and networks of them (Broomhead & Lowe 1988): a unit answers by how far its input is from its centre.

x  input      w  the centre, held as weights      z = Σ (x − w)², the squared distance      y  output
r  the distance in widths, √z / width
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Gt

from allornone.simulator.arrays import Array
from allornone.simulator.units import DifferentiableUnit

Kind = Literal["gaussian", "exponential", "multiquadric", "distance"]


@dataclass(frozen=True)
class Radial(DifferentiableUnit):
    """A unit that measures the distance of its input from its weights, instead of a sum.

        z = Σ (x − w)²        r = √z / width

        gaussian        y = e^(−r²)         dy/dz = −y / width²
        exponential     y = e^−r            dy/dz = −y / (2 r width²)
        multiquadric    y = √(1 + r²)       dy/dz = 1 / (2 y width²)
        distance        y = r               dy/dz = 1 / (2 r width²)

    At its centre every slope is taken to be 0: nothing there says which way is nearer. Broomhead & Lowe, Complex
    Systems 2 (1988); Hardy (1971) for the multiquadric.

    >>> import numpy as np
    >>> squared_distance = np.array([0.0, 1.0, 4.0])
    >>> Radial().activate(squared_distance).round(4)
    array([1.    , 0.3679, 0.0183])
    >>> Radial(kind="exponential", width=2.0).activate(squared_distance).round(4)
    array([1.    , 0.6065, 0.3679])
    """

    kind: Kind = "gaussian"
    width: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "radial"
    biased: ClassVar[bool] = False

    def combine(self, w: Array, x: Array) -> Array:
        """Return (x − w)², what one direction adds to the squared distance."""
        apart = x - w
        return apart * apart

    def partials(self, w: Array, x: Array) -> tuple[Array, Array]:
        """Return 2 (w − x) for w, and 2 (x − w) for x."""
        apart = x - w
        return -2 * apart, 2 * apart

    def activate(self, z: Array) -> Array:
        """Return the formula of its kind; below 0, where no squared distance is, what it is at the centre."""
        r = np.sqrt(np.maximum(z, 0.0)) / self.width
        if self.kind == "gaussian":
            return np.exp(-r * r)
        if self.kind == "exponential":
            return np.exp(-r)
        return np.sqrt(1 + r * r) if self.kind == "multiquadric" else r

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz, 0 at the centre."""
        away = z > 0
        square = self.width * self.width
        r = np.sqrt(np.where(away, z, 1.0)) / self.width
        if self.kind == "gaussian":
            slope = -y / square
        elif self.kind == "exponential":
            slope = -y / (2 * r * square)
        else:
            slope = 1 / (2 * (y if self.kind == "multiquadric" else r) * square)
        return np.where(away, slope, 0.0)
