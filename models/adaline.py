"""ADALINE, the adaptive linear unit, and the LMS rule (Widrow & Hoff, 1960).

x  input, ±1      w  weight      z  net input, the sum      y  output, its sign      d  desired, ±1
η  learning rate
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Gt

from allornone.models.delta_rule import delta_epoch
from allornone.models.perceptron import single
from allornone.simulator.arrays import Array
from allornone.simulator.learning.presenting import Shown
from allornone.simulator.learning.rules import Asked, Epoch, LocalRule, Memory
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.units import SummingUnit


@dataclass(frozen=True)
class Adaline(SummingUnit):
    """A unit whose sum is quantised to +1 or −1.

        y = +1 if z ≥ 0, else −1

    Widrow & Hoff, Adaptive switching circuits, IRE WESCON (1960).

    >>> import numpy as np
    >>> Adaline().activate(np.array([-0.5, 0.0, 2.0]))
    array([-1.,  1.,  1.])
    """

    name: ClassVar[str] = "adaline"
    compares: ClassVar[str] = ">="

    def activate(self, z: Array) -> Array:
        """Return the sign of z; that of 0 is +1."""
        return np.where(z >= 0, 1.0, -1.0)


@dataclass(frozen=True)
class LMS(LocalRule):
    """Descend the squared error of the net input.

        Δw = η (d − z) x

    It differs from the perceptron's rule by one letter: z for y. Widrow & Hoff (1960); Widrow later writes η
    = 2 μ.
    """

    eta: Annotated[float, Gt(0)] = 0.1

    name: ClassVar[str] = "lms"

    def change(self, x: Array, z: Array, d: Array) -> Array:
        """Return Δw = η (d − z) x."""
        return self.eta * (d - z) * x

    def epoch(
        self, program: Program, shown: Shown, weights: Weights, memory: Memory, asked: Asked
    ) -> Epoch | None:
        """Teach a single unit in plain floats."""
        return delta_epoch(self, "z", program, shown, weights, memory, asked)

    def error(self, z: Array, y: Array, d: Array) -> Array:
        """Return ½ (d − z)², which the rule descends."""
        wrong: Array = 0.5 * (d - z) ** 2
        return wrong


def adaline(inputs: int = 2, weights: Sequence[float] | float = 0.0, bias: float = 0.0) -> Network:
    """Return one ADALINE unit `out` with inputs `X1`, `X2`, …

    >>> adaline(inputs=4).number_of_edges()
    4
    """
    return single(Adaline(), "adaline", inputs, weights, bias)
