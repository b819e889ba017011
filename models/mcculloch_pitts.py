"""The McCulloch–Pitts unit (1943), all or none, and the threshold unit, which answers at once.

z  sum of the excitatory synapses, or weighted sum      θ  threshold      y  1 or 0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from allornone.simulator.arrays import Array
from allornone.simulator.units import SummingUnit


@dataclass(frozen=True)
class McCullochPitts(SummingUnit):
    """An all-or-none unit that any inhibitory spike silences.

        y = 1 if z ≥ θ and no inhibition, else 0

    Its synapses take one tick, and do not change (assumption 5). A negative weight is relative inhibition.
    McCulloch & Pitts, Bull. Math. Biophys. 5 (1943), the physical assumptions 1–5.

    >>> import numpy as np
    >>> McCullochPitts(threshold=2).activate(np.array([1.0, 2.0, 3.0]))
    array([0., 1., 1.])
    """

    threshold: float = 1.0

    name: ClassVar[str] = "mcculloch-pitts"
    delay: ClassVar[int] = 1
    biased: ClassVar[bool] = False
    plastic: ClassVar[bool] = False
    absolute_inhibition: ClassVar[bool] = True
    binary: ClassVar[bool] = True
    compares: ClassVar[str] = ">="

    def activate(self, z: Array) -> Array:
        """Return 1 where z ≥ θ, else 0."""
        return (z >= self.threshold).astype(float)


@dataclass(frozen=True)
class Threshold(SummingUnit):
    """A unit that fires when its weighted sum reaches the threshold.

        y = 1 if z ≥ θ, else 0

    >>> import numpy as np
    >>> Threshold(threshold=0.5).activate(np.array([0.0, 0.5]))
    array([0., 1.])
    """

    threshold: float = 0.0

    name: ClassVar[str] = "threshold"
    biased: ClassVar[bool] = False
    binary: ClassVar[bool] = True
    compares: ClassVar[str] = ">="

    def activate(self, z: Array) -> Array:
        """Return 1 where z ≥ θ, else 0."""
        return (z >= self.threshold).astype(float)
