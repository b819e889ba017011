"""The perceptron: Rosenblatt's unit (1958), the rule of error correction (1960–62), and two that keep more of it.

x  input      w  weight, its bias is −T      z  net input      y  output      d  desired      η  learning rate
w̄  mean of the weights      n  presentations so far
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from annotated_types import Gt

from allornone.models.delta_rule import delta_epoch
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, summed
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import Shown
from allornone.simulator.learning.rules import Asked, Epoch, LocalRule, Memory
from allornone.simulator.network.network import Network, named_inputs
from allornone.simulator.program.passing import Changes, Passage
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


class Pocket(NamedTuple):
    """The weights in the pocket and by lane their mistakes over all lessons, and the weights looked at last."""

    weights: Weights
    mistakes: Array
    seen: Weights | None


@dataclass(frozen=True)
class PocketRule(LocalRule):
    """Correct every mistake, and keep the best weights in the pocket.

        Δw = η (d − y) x        kept when learning ends: the weights that made the fewest mistakes over all lessons

    Where no weights are right for all, the perceptron's rule goes on for ever and may end on bad ones. Every change is
    judged on all lessons; Gallant's own rule saves time and judges only those that were lucky for longest. In time,
    without lessons, nothing is kept back.
    S. I. Gallant, Perceptron-based learning algorithms, IEEE Trans. Neural Networks 1 (1990).

    >>> from allornone.simulator.learning.presenting import evaluate
    >>> from allornone.simulator.learning.training import train
    >>> net, X, xor = perceptron(inputs=2), [[0, 0], [0, 1], [1, 0], [1, 1]], np.array([0, 1, 1, 0])
    >>> training = train(net, X, xor, rule=PocketRule(), epochs=100, order="shuffled")
    >>> int((evaluate(net, X)[:, 0] != xor).sum())  # the least that one unit can do
    1
    """

    eta: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "pocket"

    def change(self, x: Array, y: Array, d: Array) -> Array:
        """Return Δw = η (d − y) x."""
        return self.eta * (d - y) * x

    def start(self, program: Program, weights: Weights) -> Pocket:
        """Put the first weights in the pocket, of which nothing good is known."""
        return Pocket(weights, np.full(program.lanes, np.inf), None)

    def changes(self, seen: Passage, memory: Pocket) -> tuple[Changes, Pocket]:
        """Return the changes, and put the weights in the pocket if they err less than those in it."""
        found, _ = super().changes(seen, [{} for _ in seen.layers])
        if seen.lessons is None or (memory.seen and all(map(np.array_equal, seen.weights, memory.seen))):
            return found, memory
        mistakes = summed(np.array([part.mistakes for part in seen.lessons(seen.weights)]), 0)
        better = mistakes < memory.mistakes
        pairs = zip(seen.weights, memory.weights, strict=True)
        kept = tuple(np.where(better, w, old) for w, old in pairs)
        return found, Pocket(kept, np.where(better, mistakes, memory.mistakes), seen.weights)

    def finish(self, weights: Weights, memory: Pocket) -> Weights:
        """Return what is in the pocket; the weights as they are where nobody judged them."""
        judged = np.isfinite(memory.mistakes)
        pairs = zip(weights, memory.weights, strict=True)
        return tuple(np.where(judged, kept, w) for w, kept in pairs)


class Mean(NamedTuple):
    """How many presentations there were, and the mean of the weights that met them."""

    n: int
    weights: Weights


@dataclass(frozen=True)
class AveragedPerceptron(LocalRule):
    """Correct every mistake, and keep the mean of the weights, so that those which erred seldom count for more.

        Δw = η (d − y) x        w̄ ← w̄ + (w − w̄) / n        kept when learning ends: w̄

    Y. Freund & R. E. Schapire, Large margin classification using the perceptron algorithm, Machine Learning 37 (1999).

    >>> from allornone.simulator.learning.training import train
    >>> net, X, conjunction = perceptron(inputs=2), [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    >>> training = train(net, X, conjunction, rule=AveragedPerceptron(), epochs=5)
    >>> round(net.nodes["out"]["bias"], 12), round(net.edges["X1", "out"]["weight"], 12)
    (-0.75, 1.3)
    """

    eta: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "averaged-perceptron"

    def change(self, x: Array, y: Array, d: Array) -> Array:
        """Return Δw = η (d − y) x."""
        return self.eta * (d - y) * x

    def start(self, program: Program, weights: Weights) -> Mean:
        """Begin with the first weights, which have met nothing."""
        return Mean(0, weights)

    def changes(self, seen: Passage, memory: Mean) -> tuple[Changes, Mean]:
        """Return the changes, and the mean with the weights that met this passage, each presentation counted."""
        found, _ = super().changes(seen, [{} for _ in seen.layers])
        some = len(seen.y)
        n = memory.n + some
        mean = tuple(m + some * (w - m) / n for w, m in zip(seen.weights, memory.weights, strict=True))
        return found, Mean(n, mean)

    def finish(self, weights: Weights, memory: Mean) -> Weights:
        """Return the mean of the weights."""
        return memory.weights


@checked
def perceptron(
    inputs: int | Sequence[str] = 2, weights: Sequence[float] | float = 0.0, bias: float = 0.0
) -> Network:
    """Return one perceptron unit `out` with inputs `X1`, `X2`, …, or of the names given.

    >>> perceptron(inputs=2).inputs
    ['X1', 'X2']
    """
    return single(Perceptron(), "perceptron", inputs, weights, bias)


def single(
    model: UnitModel, name: str, inputs: int | Sequence[str], weights: Sequence[float] | float, bias: float
) -> Network:
    """Return a network of one unit `out` of a model, fed by the inputs `X1`, `X2`, …

    `weights` is one number for all inputs, or one for each.
    """
    names = named_inputs(name, inputs)
    each = list(weights) if isinstance(weights, Sequence) else [weights] * len(names)
    if len(each) != len(names):
        raise AllornoneError(f"{name}: {len(names)} inputs need {len(names)} weights, found {len(each)}")
    net = Network(name=name)
    net.add_inputs(*names)
    net.add_unit("out", model, bias=bias, output=True)
    for source, weight in zip(names, each, strict=True):
        net.connect(source, "out", weight=weight)
    return net
