"""Divergences: how far an output is from what is desired, and the slope that a gradient follows.

y  output     d  desired     z  net input     E  divergence, summed over outputs and samples
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from allornone.simulator.arrays import Array
from allornone.simulator.units import UnitModel


class Divergence(ABC):
    """What a gradient descends. It has no numbers of its own, so one object serves everybody."""

    @abstractmethod
    def error(self, y: Array, d: Array) -> Array:
        """Return what each output adds to E."""

    @abstractmethod
    def slope(self, y: Array, d: Array) -> Array:
        """Return ∂E/∂y."""

    def slope_of_net_input(self, model: UnitModel, z: Array, y: Array, d: Array) -> Array | None:
        """Return ∂E/∂z for the activation that matches, where ∂E/∂y times its derivative would be 0/0; else None."""
        return None


class L2(Divergence):
    """Half the squared error:   E = ½ Σ (d − y)²,   ∂E/∂y = y − d.

    >>> import numpy as np
    >>> L2().error(np.array([0.5]), np.array([1.0])), L2().slope(np.array([0.5]), np.array([1.0]))
    (array([0.125]), array([-0.5]))
    """

    def error(self, y: Array, d: Array) -> Array:
        """Return ½ (d − y)²."""
        half: Array = 0.5 * (d - y) ** 2
        return half

    def slope(self, y: Array, d: Array) -> Array:
        """Return y − d."""
        return y - d
