"""Propagation: one tick of a program, stage by stage.

A unit at tick t sees its source at tick t − delay; an inhibitory spike silences its target; before tick 0 all
rests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from allornone.simulator.arrays import Array, Truth
from allornone.simulator.program.blocks import FEW
from allornone.simulator.program.program import Gather, Program, Stage, Weights
from allornone.simulator.program.ties import Reach, decide

Past = tuple[Array, ...]
"""States of the latest ticks, the latest first; as many as the longest delay."""


@dataclass(frozen=True)
class Moment:
    """What one tick left: the state y (batch, N, S); what each stage's units saw (x) and summed up (z)."""

    program: Program
    y: Array
    x: tuple[Array, ...]
    z: Sequence[Array]
    vetoed: tuple[Truth | None, ...]

    def stage_outputs(self, stage: int) -> Array:
        """Return y of one stage's units, (batch, units, lanes)."""
        return self.y[:, self.program.stages[stage].units]

    def net_inputs(self) -> Array:
        """Return z over all units, (batch, N, S); inputs have none and stay 0."""
        z = np.zeros_like(self.y)
        for stage, part in zip(self.program.stages, self.z, strict=True):
            z[:, stage.units] = part
        return z

    def vetoes(self) -> Truth:
        """Return which units would have fired but were silenced, (batch, N, S)."""
        silenced = np.zeros(self.y.shape, dtype=bool)
        for stage, part in zip(self.program.stages, self.vetoed, strict=True):
            if part is not None:
                silenced[:, stage.units] = part
        return silenced


def rest(program: Program, batch: int) -> Past:
    """Return the past before tick 0: nothing has fired."""
    return (np.zeros((batch, len(program.names), program.lanes)),) * program.longest_delay


def propagate(
    program: Program,
    weights: Weights,
    past: Past,
    given: Array,
    forced: Sequence[tuple[int, Array]] = (),
) -> Moment:
    """Compute one tick. `given` is what the inputs bring, (batch, inputs, lanes or 1).

    `forced` holds (place in the state, values (batch, lanes or 1)) for units that the world holds fast; NaN
    leaves the unit free.
    """
    batch = given.shape[0]
    y = np.empty((batch, len(program.names), program.lanes))
    y[:, 0] = 1.0
    y[:, 1 : 1 + given.shape[1]] = given
    xs: list[Array] = []
    zs: list[Array] = []
    vetoed: list[Truth | None] = []
    for stage, w in zip(program.stages, weights, strict=True):
        x = gather(stage.sources, y, past, batch, program.lanes)
        z = stage.block.net_input(stage.model, w, x)
        out = stage.model.activate(z)
        if stage.model.compares:
            reach = stage.latest.of(w, "reach", partial(Reach.of, stage.model, stage.block, w))
            decide(stage.model, stage.block, reach, x, z, out)
        if stage.veto_sources:
            veto = _veto(stage, y, past, batch, program.lanes)
            vetoed.append(veto & (out > 0))
            out = np.where(veto, 0.0, out)
        else:
            vetoed.append(None)
        y[:, stage.units] = out
        for place, values in forced:
            if stage.units.start <= place < stage.units.stop:
                y[:, place] = np.where(np.isnan(values), y[:, place], values)
        xs.append(x)
        zs.append(z)
    return Moment(program, y, tuple(xs), tuple(zs), tuple(vetoed))


def remember(program: Program, past: Past, y: Array) -> Past:
    """Return the past after a tick whose state was y."""
    return (y, *past)[: program.longest_delay]


def gather(sources: tuple[Gather, ...], y: Array, past: Past, batch: int, lanes: int) -> Array:
    """Return what the afferents of a stage bring at this tick, (batch, A, S)."""
    if len(sources) == 1:
        delay, _, where = sources[0]
        return (past[delay - 1] if delay else y)[:, where]
    count = sources[-1][1].stop if sources else 0
    x = np.empty((batch, count, lanes))
    for delay, afferents, where in sources:
        x[:, afferents] = (past[delay - 1] if delay else y)[:, where]
    return x


def _veto(stage: Stage, y: Array, past: Past, batch: int, lanes: int) -> Truth:
    active: Truth = gather(stage.veto_sources, y, past, batch, lanes) > 0
    if stage.vetoes.size <= FEW:
        silenced: Truth = np.asarray((active[:, :, None, :] & stage.vetoes[None, :, :, None]).any(axis=1))
        return silenced
    counts: Array = np.einsum("bvs,vu->bus", active.astype(float), stage.vetoes.astype(float), optimize=True)
    return np.asarray(counts > 0)
