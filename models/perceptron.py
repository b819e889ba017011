"""The perceptron: Rosenblatt's unit (1958) and the rule of error correction (1960–62).

x  input      w  weight, its bias is −T      z  net input      y  output      d  desired      η  learning rate
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Gt

from allornone.models.delta_rule import delta_epoch
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import Shown
from allornone.simulator.learning.rules import Asked, Epoch, LocalRule, Memory
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.units import SummingUnit, UnitModel


@dataclass(frozen=True)
class Perceptron(SummingUnit):
    """A unit that fires when its net input is positive.

        y = 1 if z > 0, else 0        z = Σ w x + b,  b = −T

    Rosenblatt, Psych. Rev. 65 (1958); the strict inequality is the lecture's.

    >>> import numpy as np
    >>> Perceptron().activate(np.array([-1.0, 0.0, 1.0]))
    array([0., 0., 1.])
    """

    name: ClassVar[str] = "perceptron"
    binary: ClassVar[bool] = True
    compares: ClassVar[str] = ">"

    def activate(self, z: Array) -> Array:
        """Return 1 where z > 0, else 0."""
        return (z > 0).astype(float)


@dataclass(frozen=True)
class PerceptronRule(LocalRule):
    """Correct every mistake by the input.

        Δw = η (d − y) x

    Rosenblatt, Principles of Neurodynamics (1962); the proof that it ends is Block's and Novikoff's (1962).
    """

    eta: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "perceptron"

    def change(self, x: Array, y: Array, d: Array) -> Array:
        """Return Δw = η (d − y) x."""
        return self.eta * (d - y) * x

    def epoch(
        self, program: Program, shown: Shown, weights: Weights, memory: Memory, asked: Asked
    ) -> Epoch | None:
        """Teach a single unit in plain floats."""
        return delta_epoch(self, "y", program, shown, weights, memory, asked)


def perceptron(inputs: int = 2, weights: Sequence[float] | float = 0.0, bias: float = 0.0) -> Network:
    """Return one perceptron unit `out` with inputs `X1`, `X2`, …

    >>> perceptron(inputs=2).inputs
    ['X1', 'X2']
    """
    return single(Perceptron(), "perceptron", inputs, weights, bias)


def single(
    model: UnitModel, name: str, inputs: int, weights: Sequence[float] | float, bias: float
) -> Network:
    """Return a network of one unit `out` of a model, fed by the inputs `X1`, `X2`, …

    `weights` is one number for all inputs, or one for each.
    """
    if isinstance(inputs, bool) or not isinstance(inputs, int) or inputs < 1:
        raise AllornoneError(f"{name}: inputs must be a whole number from 1, found {inputs!r}")
    each = list(weights) if isinstance(weights, Sequence) else [weights] * inputs
    if len(each) != inputs:
        raise AllornoneError(f"{name}: {inputs} inputs need {inputs} weights, found {len(each)}")
    net = Network(name=name)
    names = [f"X{k}" for k in range(1, inputs + 1)]
    net.add_inputs(*names)
    net.add_unit("out", model, bias=bias, output=True)
    for source, weight in zip(names, each, strict=True):
        net.connect(source, "out", weight=weight)
    return net
