"""Weight blocks: the synapses of one stage, dense or sparse, and the sums over them, both ways.

A afferents, U units, K synapses, S lanes.
x (batch, A, S)  w dense (A, U, S) or sparse (K, S)  z (batch, U, S)

A net input is summed afferent by afferent, the bias last, and in the same way whatever the number of lanes,
so that a run alone equals the same run among others to the bit. Which way is taken depends on the work of one
lane alone.

A afferents, U units, K synapses.   values (batch, A, U, S) of a dense block, (batch, K, S) of a sparse one
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, TypeVar

import numpy as np
from scipy.sparse import csr_array

from allornone.simulator.arrays import Array, Index, Truth, summed
from allornone.simulator.units import UnitModel

T = TypeVar("T")

FEW = 1024
"""Products of one lane and sample up to which `einsum` beats a call of BLAS a lane (see benchmarks/)."""
SPARSE_FROM = 4096
"""Cells of a block from which one that is mostly empty is stored by its synapses."""


class Latest:
    """What was made of some weights, by purpose, kept as long as nobody asks for other weights."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Array, Any]] = {}

    def of(self, w: Array, purpose: str, make: Callable[[], T]) -> T:
        """Return what was made of these weights for a purpose; they are never changed in place."""
        known = self._made.get(purpose)
        if known is None or known[0] is not w:
            known = self._made[purpose] = (w, make())
        made: T = known[1]
        return made


@dataclass(frozen=True)
class Block(ABC):
    """The synapses of a stage: `afferent[k]` leads to `unit[k]`, both counted within the stage."""

    afferent: Index
    unit: Index
    afferents: int
    units: int

    @abstractmethod
    def weights(self, values: Array) -> Array:
        """Lay one value a synapse, (K, S), out as this block's weights."""

    @abstractmethod
    def values(self, w: Array) -> Array:
        """Return one value a synapse, (K, S), from this block's weights."""

    @abstractmethod
    def net_input(self, model: UnitModel, w: Array, x: Array) -> Array:
        """Return z, (batch, U, S)."""

    @abstractmethod
    def before(self, x: Array) -> Array:
        """Shape a value an afferent, (batch, A, S), to broadcast over the weights, batch in front."""

    @abstractmethod
    def after(self, y: Array) -> Array:
        """Shape a value a unit, (batch, U, S), to broadcast over the weights, batch in front."""

    @abstractmethod
    def total(self, values: Array) -> Array:
        """Sum over the synapses of each unit, shaped so that it broadcasts over the weights."""


@dataclass(frozen=True)
class DenseBlock(Block):
    """Weights as a table (A, U, S), 0 where no synapse is."""

    exists: Truth

    def weights(self, values: Array) -> Array:
        w = np.zeros((self.afferents, self.units, values.shape[-1]), dtype=values.dtype)
        w[self.afferent, self.unit] = values
        return w

    def values(self, w: Array) -> Array:
        return w[self.afferent, self.unit]

    def net_input(self, model: UnitModel, w: Array, x: Array) -> Array:
        if not model.summing:
            terms = model.combine(w, x[:, :, None, :])
            return summed(np.where(self.exists[..., None], terms, 0.0), 1)
        if w.size > FEW * w.shape[-1]:
            return _lane_by_lane(w, x)
        if w.shape[-1] == 1:
            # With one lane einsum would reduce along the afferents in another order; two lanes keep it.
            twice: Array = np.einsum("bas,aus->bus", x.repeat(2, axis=-1), w.repeat(2, axis=-1))
            return twice[..., :1]
        z: Array = np.einsum("bas,aus->bus", x, w)
        return z

    def before(self, x: Array) -> Array:
        return x[:, :, None, :]

    def after(self, y: Array) -> Array:
        return y[:, None, :, :]

    def total(self, values: Array) -> Array:
        shape = (values.shape[0], *self.exists.shape, values.shape[-1])
        there = np.where(self.exists[None, :, :, None], np.broadcast_to(values, shape), 0.0)
        return summed(there, 1, keepdims=True)


@dataclass(frozen=True)
class SparseBlock(Block):
    """Weights as a list (K, S), sorted by unit, then afferent."""

    starts: Index

    def weights(self, values: Array) -> Array:
        return values.copy()

    def values(self, w: Array) -> Array:
        return w

    def net_input(self, model: UnitModel, w: Array, x: Array) -> Array:
        z: Array = np.empty((x.shape[0], self.units, w.shape[-1]), dtype=x.dtype)
        for lane in range(w.shape[-1]):
            if model.summing:
                table = csr_array(
                    (w[:, lane], self.afferent, self.starts), shape=(self.units, self.afferents)
                )
                z[:, :, lane] = (table @ np.ascontiguousarray(x[:, :, lane].T)).T
            else:
                terms = model.combine(w[:, lane], x[:, self.afferent, lane])
                z[:, :, lane] = self._sum(terms)
        return z

    def before(self, x: Array) -> Array:
        return x[:, self.afferent]

    def after(self, y: Array) -> Array:
        return y[:, self.unit]

    def total(self, values: Array) -> Array:
        return self._sum(values)[:, self.unit]

    def _sum(self, values: Array) -> Array:
        # A zero behind the last synapse is where the units after it, which have none, may start.
        padded = np.concatenate([values, np.zeros_like(values[:, :1])], axis=1)
        total: Array = np.add.reduceat(padded, self.starts[:-1], axis=1)
        total[:, self.starts[:-1] == self.starts[1:]] = 0
        return total


def block_of(afferent: Index, unit: Index, afferents: int, units: int) -> tuple[Block, Index]:
    """Return the block for these synapses, and the order in which it holds them."""
    cells = afferents * units
    order = np.lexsort((afferent, unit))
    afferent, unit = afferent[order], unit[order]
    if cells > SPARSE_FROM and len(afferent) * 4 < cells:
        starts = np.searchsorted(unit, np.arange(units + 1)).astype(np.intp)
        return SparseBlock(afferent, unit, afferents, units, starts), order
    exists = np.zeros((afferents, units), dtype=bool)
    exists[afferent, unit] = True
    return DenseBlock(afferent, unit, afferents, units, exists), order


def _lane_by_lane(w: Array, x: Array) -> Array:
    z = np.empty((x.shape[0], w.shape[1], w.shape[-1]), dtype=x.dtype)
    for lane in range(w.shape[-1]):
        z[..., lane] = np.ascontiguousarray(x[..., lane]) @ np.ascontiguousarray(w[..., lane])
    return z


@singledispatch
def across(block: Block, values: Array) -> Array:
    """Sum over the synapses of each source, shaped so that it broadcasts over the weights.

    A stage's sources are seen by units of one model that are computed together: theirs are the synapses.

    >>> block, _ = block_of(np.array([0, 0, 1]), np.array([0, 1, 1]), afferents=2, units=2)
    >>> w = block.weights(np.array([[1.0], [2.0], [4.0]]))      # from 0 to both units, from 1 to the second
    >>> across(block, w[None])[0, :, 0, 0]
    array([3., 4.])
    """
    raise NotImplementedError(f"no fan of {type(block).__name__}")


@singledispatch
def up_to(block: Block, values: Array) -> Array:
    """Sum over the synapses of each source to this unit and to those before it, in the order of the net.

    >>> block, _ = block_of(np.array([0, 0, 1]), np.array([0, 1, 1]), afferents=2, units=2)
    >>> w = block.weights(np.array([[1.0], [2.0], [4.0]]))
    >>> up_to(block, w[None])[0, :, :, 0]
    array([[1., 3.],
           [0., 4.]])
    """
    raise NotImplementedError(f"no fan of {type(block).__name__}")


@across.register
def _(block: DenseBlock, values: Array) -> Array:
    return summed(values, 2, keepdims=True)


@up_to.register
def _(block: DenseBlock, values: Array) -> Array:
    running: Array = np.cumsum(values, axis=2)
    return running


@across.register
def _(block: SparseBlock, values: Array) -> Array:
    table, _ = _table(block, values)
    return summed(table, 2)[:, block.afferent]


@up_to.register
def _(block: SparseBlock, values: Array) -> Array:
    table, rank = _table(block, values)
    running: Array = np.cumsum(table, axis=2)
    return running[:, block.afferent, rank]


def _table(block: SparseBlock, values: Array) -> tuple[Array, Index]:
    """Lay values out as (batch, A, most synapses of one source, S), and tell each synapse's place there."""
    order = np.lexsort((block.unit, block.afferent))
    counts = np.bincount(block.afferent, minlength=block.afferents)
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    table = np.zeros((len(values), block.afferents, int(counts.max(initial=0)), values.shape[-1]))
    table[:, block.afferent, rank] = values
    return table, rank
