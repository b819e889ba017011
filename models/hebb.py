"""Hebb's rule (1949): a synapse whose two ends are active together grows.

x  what the synapse brought, its source at t − delay      y  output at t      w  weight      η  learning rate
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Gt

from allornone.simulator.arrays import Array
from allornone.simulator.learning.rules import LocalRule


@dataclass(frozen=True)
class Hebb(LocalRule):
    """Strengthen what takes part in firing.

        Δw = η x y

    No teacher, and no way back: with non-negative activities no weight ever falls.
    Hebb, The Organization of Behavior (1949), p. 62; the formula is the lecture's.
    """

    eta: Annotated[float, Gt(0)] = 0.1

    name: ClassVar[str] = "hebb"

    def change(self, x: Array, y: Array) -> Array:
        """Return Δw = η x y."""
        return self.eta * x * y
