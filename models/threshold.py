"""The threshold unit: a weighted sum against a threshold, at once.

z  weighted sum      θ  threshold      y  1 or 0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from allornone.simulator.arrays import Array
from allornone.simulator.units import SummingUnit


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
