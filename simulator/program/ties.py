"""Ties: where a threshold decides and rounding would, the exactly rounded sum decides.

w  weights     x  what the synapses bring     z  net input     θ  threshold     ε = 2⁻⁵²

A sum of n products is wrong by less than n ε Σ|w x|, in whatever order it was added up. Weights .6, .3 and .1 so
reach θ = 1 in every order, though .6 + .3 + .1 and .1 + .3 + .6 differ in floating point.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, isfinite

import numpy as np

from allornone.simulator.arrays import Array, Index
from allornone.simulator.errors import AllornoneError
from allornone.simulator.program.blocks import Block
from allornone.simulator.units import UnitModel

EPSILON = float(np.finfo(np.float64).eps)
FINE = 2.0**12
"""Numbers that are multiples of 2⁻¹² have products, and sums of these, that are exact ..."""
LARGE = 2.0**28
"""... as long as they are smaller than this."""


@dataclass(frozen=True)
class Reach:
    """How far rounding can reach in the sums of a block: n ε Σ|w| by unit, (U, S), for inputs of size 1."""

    values: Array
    starts: Index
    error: Array
    largest: float
    fine: bool

    @classmethod
    def of(cls, model: UnitModel, block: Block, w: Array) -> Reach:
        """Look at the weights of a block."""
        values = block.values(w)
        starts = np.searchsorted(block.unit, np.arange(block.units + 1))
        sums = np.zeros((block.units, values.shape[-1]))
        np.add.at(sums, block.unit, np.abs(values))
        count = np.diff(starts)[:, None] + 1
        fine = is_fine(values) and is_fine(threshold_of(model))
        return cls(values, starts, count * EPSILON * sums, float(sums.max(initial=0.0)), fine)

    def exact(self, x: Array, most: float) -> bool:
        """Return whether every sum over these inputs, none larger than `most`, is exact in whatever order."""
        return self.fine and self.largest * most < LARGE and is_fine(x)


def decide(model: UnitModel, block: Block, reach: Reach, x: Array, z: Array, y: Array) -> None:
    """Correct z and y, (batch, U, S), in place where the exactly rounded sum decides otherwise."""
    most = float(np.abs(x).max(initial=0.0))
    if not isfinite(reach.largest * most):
        raise AllornoneError(
            "what a threshold unit hears, |w x| summed up, is more than a float can hold, 1.8e308, "
            "so nobody can tell whether it fires: choose smaller weights or inputs"
        )
    near = np.abs(z - getattr(model, "threshold", 0.0)) <= reach.error * most
    if not near.any() or reach.exact(x, most):
        return
    rounded = z.copy()
    for trial, unit, lane in np.argwhere(near):
        mine = slice(reach.starts[unit], reach.starts[unit + 1])
        rounded[trial, unit, lane] = fsum(reach.values[mine, lane] * x[trial, block.afferent[mine], lane])
    decided = model.activate(rounded)
    other = near & (decided != y)
    z[other], y[other] = rounded[other], decided[other]


def threshold_of(model: UnitModel) -> Array:
    """Return what a model compares its net input with: its threshold, 0 where it has none."""
    return np.asarray(getattr(model, "threshold", 0.0), dtype=float)


def total(terms: Array) -> Array:
    """Return the exactly rounded sums over the first axis, such as decide where a threshold does.

    >>> total(np.array([[0.6, 0.1], [0.3, 0.3], [0.1, 0.6]]))
    array([1., 1.])
    """
    if is_fine(terms) and np.abs(terms).sum() < LARGE:
        exact: Array = terms.sum(axis=0)
        return exact
    columns = terms.reshape(len(terms), -1).T
    return np.array([fsum(column) for column in columns]).reshape(terms.shape[1:])


def is_fine(values: Array) -> bool:
    """Return whether all numbers are multiples of 2⁻¹²."""
    scaled = values * FINE
    return bool((scaled == np.rint(scaled)).all())
