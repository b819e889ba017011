"""Backpropagation: the gradient of a divergence, walked back through any network (Rumelhart, Hinton & Williams, 1986).

x  what a synapse brings      y  output      z  net input      d  desired      δ  ∂E/∂z
η  learning rate      μ  momentum      λ  decay

The backward pass stands once, in `Passage.walk_back`: ∂E/∂z = f'(z) ∂E/∂y, ∂E/∂w = y δ, ∂E/∂y = Σ w δ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Gt, Lt

from allornone.simulator.arrays import Array
from allornone.simulator.learning.divergences import DIVERGENCES, DivergenceName
from allornone.simulator.learning.gradient import delta_told
from allornone.simulator.learning.rules import LearningRule, LocalRule, Memory, RightTargets
from allornone.simulator.program.passing import Changes, Layer, Passage
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.units import UnitModel


@dataclass(frozen=True)
class Backpropagation(LearningRule):
    """Descend the divergence by its gradient, with momentum and decay.

        Δw = −η ∂E/∂w,        v ← μ v + Δw,        w ← (1 − λ) w + v

    Within `zone` of its target an output has no error; beyond it the error counts from the zone's edge. D. E.
    Rumelhart, G. E. Hinton and R. J. Williams, Learning internal representations by error propagation (1986), which
    sums over the patterns: `average=False`.

    >>> from allornone.models.mlp import mlp
    >>> from allornone.models.starting import start
    >>> from allornone.simulator.learning.training import train
    >>> net = mlp(2, [2], 1)
    >>> start(net, {"uniform": 0.5}, seed=0)
    >>> training = train(net, [[0, 1], [1, 1]], [1, 0], rule=Backpropagation(eta=0.5, momentum=0.9), epochs=3)
    >>> training.epochs
    3
    """

    eta: Annotated[float, Gt(0)] = 0.1
    momentum: Annotated[float, Ge(0), Lt(1)] = 0.0
    decay: Annotated[float, Ge(0), Lt(1)] = 0.0
    zone: Annotated[float, Ge(0)] = 0.0
    divergence: DivergenceName = "l2"

    name: ClassVar[str] = "backpropagation"

    def start(self, program: Program, weights: Weights) -> Memory:
        """Begin with no velocity."""
        return [np.zeros_like(w) for w in weights]

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        """Return Δw = −η ∂E/∂w."""
        return [-self.eta * slope for slope in self.descent(seen)], memory

    def update(self, seen: Passage, changes: Changes, memory: Memory) -> tuple[Weights, Memory]:
        """Return w ← (1 − λ) w + v, with v ← μ v + Δw."""
        pairs = zip(memory, changes, strict=True)
        velocity = [self.momentum * v + (0.0 if change is None else change) for v, change in pairs]
        weights = tuple((1 - self.decay) * w + v for w, v in zip(seen.weights, velocity, strict=True))
        return weights, velocity

    def right_targets(self, model: UnitModel, d: Array) -> RightTargets | None:
        """Return the targets for which the divergence means something."""
        return DIVERGENCES[self.divergence].right_targets(model, d)

    def descent(self, seen: Passage) -> Sequence[Array]:
        """Return ∂E/∂w."""
        wanted = seen.wanting(self._from_the_edge(seen.y, seen.d)) if np.any(self.zone) else seen
        return wanted.slopes(DIVERGENCES[self.divergence])

    def why(self, seen: Passage, unit: str, lane: int = 0) -> str:
        """Return δ of the unit, from what is desired of it and from the δ of the units that hear it."""
        wanted = seen.wanting(self._from_the_edge(seen.y, seen.d)) if np.any(self.zone) else seen
        return delta_told(wanted, wanted.walk_back(DIVERGENCES[self.divergence]), unit, lane)

    def missed(self, layer: Layer, d: Array) -> Array:
        """Return what each output adds to the divergence."""
        edge = self._from_the_edge(layer.y, d) if np.any(self.zone) else d
        return DIVERGENCES[self.divergence].error(layer.model, layer.y, edge)

    def _from_the_edge(self, y: Array, d: Array) -> Array:
        """Return the nearest value that is no error: d, or the edge of its zone."""
        return d + np.clip(y - d, -self.zone, self.zone)


@dataclass(frozen=True)
class GeneralisedDelta(LocalRule):
    """Descend the squared error of each output by itself: the delta rule for any unit with a derivative.

        Δw = η (d − y) f'(z) x

    It is backpropagation where f is the whole network. The lecture's generalised delta rule; J. L. McClelland and D. E.
    Rumelhart (1986).

    >>> GeneralisedDelta(eta=1.0).change(x=2.0, y=0.5, d=1.0, slope=0.25)
    0.25
    """

    eta: Annotated[float, Gt(0)] = 0.1

    name: ClassVar[str] = "generalised-delta"

    def change(self, x: Array, y: Array, d: Array, slope: Array) -> Array:
        """Return Δw = η (d − y) f'(z) x."""
        return self.eta * (d - y) * slope * x
