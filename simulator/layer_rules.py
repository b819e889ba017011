"""Layer rules: learning rules that look at all synapses of a layer of units together, as one table.

A sources, U units, S lanes.   x (batch, A, S)   y, z (batch, U, S)   w (A, U, S)
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from allornone.simulator.program import Program, Stage, Weights
from allornone.simulator.propagation import Moment
from allornone.simulator.rules import Desired, LearningRule
from allornone.simulator.sums import summed
from allornone.simulator.units import Array
from allornone.simulator.wiring import Truth


@dataclass(frozen=True)
class Layer:
    """Units of one model that are computed together, with all synapses that lead to them, at one moment.

    `d` is what the teacher wants of them, NaN where he is silent, or None. Where no synapse is, `w` is 0.
    """

    stage: Stage
    x: Array
    y: Array
    z: Array
    d: Array | None
    weights: Array

    @cached_property
    def w(self) -> Array:
        """The weights as a table (A, U, S)."""
        block = self.stage.block
        return _table(self.stage, block.values(self.weights))

    @cached_property
    def exists(self) -> Truth:
        """Where a synapse is, (A, U)."""
        ones = np.ones((len(self.stage.block.afferent), 1))
        return _table(self.stage, ones)[..., 0] > 0

    @cached_property
    def plastic(self) -> Truth:
        """Which synapses may change, (A, U)."""
        return _table(self.stage, self.stage.block.values(self.stage.plastic.astype(float)))[..., 0] > 0

    def total(self, table: Array) -> Array:
        """Sum a table over the synapses of each unit, (U, S), in the same way whatever the number of lanes."""
        return summed(np.where(self.exists[..., None], table, 0.0), 0)


@dataclass(frozen=True)
class LayerRule(LearningRule):
    """A rule that changes a layer as a whole: normalising, projecting, whatever is not local to a synapse."""

    def begin(self, sources: int, units: int, lanes: int) -> Any:
        """Return what the rule remembers of a layer before the first presentation."""
        return None

    @abstractmethod
    def learned(self, layer: Layer, memory: Any, average: bool) -> tuple[Array, Any]:
        """Return the table of weights (A, U, S) after a batch, and what is remembered.

        What it says of synapses that do not exist or may not change is left out.
        """

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Begin with every layer."""
        blocks = [stage.block for stage in program.stages]
        return [self.begin(block.afferents, block.units, program.lanes) for block in blocks]

    def step(
        self,
        program: Program,
        theta: Weights,
        memory: Any,
        moment: Moment,
        d: Desired,
        average: bool = True,
    ) -> tuple[Weights, Any]:
        """Let every layer learn in which something is plastic; synapses that share a weight add up their changes."""
        learned: list[Array] = []
        memories: list[Any] = []
        for number, (stage, w) in enumerate(zip(program.stages, theta, strict=True)):
            kept, new = memory[number], w
            if stage.plastic.any():
                y, z = moment.stage_outputs(number), moment.z[number]
                layer = Layer(stage, moment.x[number], y, z, d[number], w)
                table, kept = self.learned(layer, kept, average)
                values = table[stage.block.afferent, stage.block.unit]
                new = np.where(stage.plastic, stage.block.weights(values), w)
            learned.append(new)
            memories.append(kept)
        if not (program.wiring.shared >= 0).any():
            return tuple(learned), memories
        changes = tuple(new - w for new, w in zip(learned, theta, strict=True))
        shared = program.same_shared(changes)
        return tuple(w + change for w, change in zip(theta, shared, strict=True)), memories


def _table(stage: Stage, values: Array) -> Array:
    table = np.zeros((stage.block.afferents, stage.block.units, values.shape[-1]), dtype=values.dtype)
    table[stage.block.afferent, stage.block.unit] = values
    return table
