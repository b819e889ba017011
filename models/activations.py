"""Differentiable units (1986): their activations, each with its derivative beside it.

z  net input      y  output      g  derivative of something for y

    linear     y = z                       dy/dz = 1
    square     y = z²                      dy/dz = 2 z
    clipped    y = z within low…high       dy/dz = 1 there, else 0
    relu       y = max(z, 0)               dy/dz = 1 where z ≥ 0, else 0
    softplus   y = log(1 + e^z)            dy/dz = 1 / (1 + e^−z)
    logistic   y = 1 / (1 + e^−kz)         dy/dz = k y (1 − y)
    tanh       y = a tanh kz               dy/dz = k (a − y²/a)
    softmax    y_i = e^z_i / Σ_j e^z_j     dy_i/dz_j = y_i (δ_ij − y_j)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Gt, Le

from allornone.simulator.arrays import Array, summed
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
class Square(DifferentiableUnit):
    """A unit that squares its net input: three of them multiply two numbers, k in a row raise one to 2^k.

        y = z²        dy/dz = 2 z

    >>> import numpy as np
    >>> Square().activate(np.array([-3.0, 0.5]))
    array([9.  , 0.25])
    """

    name: ClassVar[str] = "square"

    def activate(self, z: Array) -> Array:
        """Return z²."""
        return z * z

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz = 2 z."""
        return 2 * z


@dataclass(frozen=True)
class Clipped(DifferentiableUnit):
    """A unit that passes its net input on from `low` to `high`, and goes no further.

        y = min(max(z, low), high)        dy/dz = 1 where low ≤ z ≤ high, else 0

    >>> import numpy as np
    >>> Clipped(low=-1.0).activate(np.array([-2.0, 0.5, 3.0]))
    array([-1. ,  0.5,  1. ])
    """

    low: Annotated[float, Le(0)] = 0.0
    high: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "clipped"

    def activate(self, z: Array) -> Array:
        """Return z, or the nearer end of what it may be."""
        return np.clip(z, self.low, self.high)

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz = 1 between the ends, 0 beyond."""
        return np.where((z >= self.low) & (z <= self.high), 1.0, 0.0)


@dataclass(frozen=True)
class ReLU(DifferentiableUnit):
    """A unit that passes on what is above 0: the rectified linear unit.

        y = max(z, 0)        dy/dz = 1 where z ≥ 0, else 0

    At the corner the lecture takes the slope of the right side.

    >>> import numpy as np
    >>> ReLU().activate(np.array([-2.0, 0.5])), ReLU().derivative(np.zeros(1), np.zeros(1))
    (array([0. , 0.5]), array([1.]))
    """

    name: ClassVar[str] = "relu"

    def activate(self, z: Array) -> Array:
        """Return max(z, 0)."""
        return np.maximum(z, 0.0)

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz = 1 where z ≥ 0, else 0."""
        return np.where(z >= 0, 1.0, 0.0)


@dataclass(frozen=True)
class Softplus(DifferentiableUnit):
    """A unit that rounds the corner of the rectified one; its slope is the logistic sigmoid.

        y = log(1 + e^z)        dy/dz = 1 / (1 + e^−z)

    >>> import numpy as np
    >>> Softplus().activate(np.array([-1000.0, 0.0, 1000.0])).round(4)
    array([0.000e+00, 6.931e-01, 1.000e+03])
    """

    name: ClassVar[str] = "softplus"

    def activate(self, z: Array) -> Array:
        """Return log(1 + e^z), without overflow at either end."""
        return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz = 1 / (1 + e^−z)."""
        return _sigmoid(z)


@dataclass(frozen=True)
class Logistic(DifferentiableUnit):
    """A unit with the logistic sigmoid, as steep at 0 as k/4, where k is its `gain`.

        y = 1 / (1 + e^−kz)        dy/dz = k y (1 − y)

    Rumelhart, Hinton & Williams, Nature 323 (1986).

    >>> import numpy as np
    >>> Logistic().activate(np.array([0.0, 1000.0]))
    array([0.5, 1. ])
    """

    gain: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "logistic"
    probability: ClassVar[Literal["", "each", "together"]] = "each"

    def activate(self, z: Array) -> Array:
        """Return 1 / (1 + e^−kz), without overflow at either end."""
        return _sigmoid(self.gain * z)

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz = k y (1 − y)."""
        return self.gain * y * (1 - y)


@dataclass(frozen=True)
class Tanh(DifferentiableUnit):
    """A unit with the hyperbolic tangent, from −a to a, where a is its `scale` and k its `gain`.

        y = a tanh kz        dy/dz = k (a − y²/a)

    LeCun's (1989) has a = 1.7159 and k = 2/3, so that it is 1 at 1 and −1 at −1.

    >>> import numpy as np
    >>> Tanh().activate(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.,  0.,  1.])
    >>> Tanh(scale=1.7159, gain=2 / 3).activate(np.array([-1.0, 1.0])).round(4)
    array([-1.,  1.])
    """

    scale: Annotated[float, Gt(0)] = 1.0
    gain: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "tanh"

    def activate(self, z: Array) -> Array:
        """Return a tanh kz."""
        return self.scale * np.tanh(self.gain * z)

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz = k (a − y²/a)."""
        return self.gain * (self.scale - y * y / self.scale)


@dataclass(frozen=True)
class Softmax(DifferentiableUnit):
    """Units that share out 1 between them, the members of a group together.

        y_i = e^z_i / Σ_j e^z_j        dy_i/dz_j = y_i (δ_ij − y_j)

    A group is one layer; each member's share depends on the net inputs of all. Bridle (1990).

    >>> import numpy as np
    >>> Softmax().activate(np.array([[0.0], [0.0], [800.0]])).ravel()
    array([0., 0., 1.])
    """

    name: ClassVar[str] = "softmax"
    probability: ClassVar[Literal["", "each", "together"]] = "together"
    vector: ClassVar[bool] = True

    def activate(self, z: Array) -> Array:
        """Return e^z_i / Σ_j e^z_j, the same whatever is added to all z."""
        power = np.exp(z - z.max(axis=-2, keepdims=True))
        shares: Array = power / summed(power, -2, keepdims=True)
        return shares

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy_i/dz_i = y_i (1 − y_i): what a share's own net input does to it."""
        return y * (1 - y)

    def pull(self, z: Array, y: Array, g: Array) -> Array:
        """Return Σ_i g_i dy_i/dz_j = y_j (g_j − Σ_i g_i y_i)."""
        pulled: Array = y * (g - summed(g * y, -2, keepdims=True))
        return pulled


def _sigmoid(z: Array) -> Array:
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)
