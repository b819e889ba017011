"""Weight blocks: the synapses of one stage, dense or sparse, and the sums over them, both ways.

A afferents, U units, K synapses, S lanes.
x (batch, A, S)  w dense (A, U, S) or sparse (K, S)  z (batch, U, S)

A net input is summed afferent by afferent, the bias last, and in the same way whatever the number of lanes,
so that a run alone equals the same run among others to the bit. Which way is taken depends on the work of one
lane alone.

values that are summed up (batch, A, U, S) of a dense block, (batch, K, S) of a sparse one
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from allornone.simulator.arrays import Array, Index, Truth, summed
from allornone.simulator.units import UnitModel

if TYPE_CHECKING:
    from scipy.sparse import csr_array

T = TypeVar("T")

FEW = 1024
"""Products of one lane and sample up to which `einsum` beats a call of BLAS a lane (see benchmarks/)."""
ROOM = 2**16
"""Numbers that one step of a sum over a batch holds at once: they stay in cache."""
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
    def outer(self, model: UnitModel, w: Array, x: Array, delta: Array) -> Array:
        """Return Σ δ ∂z/∂w over the batch, shaped as the weights."""

    @abstractmethod
    def back(self, model: UnitModel, w: Array, x: Array, delta: Array) -> Array:
        """Return Σ δ ∂z/∂x over the units, (batch, A, S)."""

    @property
    @abstractmethod
    def there(self) -> Truth:
        """Where a synapse is, shaped to broadcast over the weights."""

    @abstractmethod
    def as_table(self) -> DenseBlock:
        """Return the block that holds the same synapses as a table."""

    @abstractmethod
    def before(self, x: Array) -> Array:
        """Shape a value an afferent, (batch, A, S), to broadcast over the weights, batch in front."""

    @abstractmethod
    def after(self, y: Array) -> Array:
        """Shape a value a unit, (batch, U, S), to broadcast over the weights, batch in front."""

    @abstractmethod
    def total(self, values: Array) -> Array:
        """Sum over the synapses of each unit, shaped so that it broadcasts over the weights."""

    @abstractmethod
    def across(self, values: Array) -> Array:
        """Sum over the synapses of each source, shaped so that it broadcasts over the weights.

        A stage's sources are seen by units of one model that are computed together: theirs are the synapses.

        >>> block, _ = block_of(np.array([0, 0, 1]), np.array([0, 1, 1]), afferents=2, units=2)
        >>> w = block.weights(np.array([[1.0], [2.0], [4.0]]))      # from 0 to both units, from 1 to the second
        >>> block.across(w[None])[0, :, 0, 0]
        array([3., 4.])
        """

    @abstractmethod
    def up_to(self, values: Array) -> Array:
        """Sum over the synapses of each source to this unit and to those before it, in the order of the net.

        >>> block, _ = block_of(np.array([0, 0, 1]), np.array([0, 1, 1]), afferents=2, units=2)
        >>> w = block.weights(np.array([[1.0], [2.0], [4.0]]))
        >>> block.up_to(w[None])[0, :, :, 0]
        array([[1., 3.],
               [0., 4.]])
        """


@dataclass(frozen=True)
class DenseBlock(Block):
    """Weights as a table (A, U, S), 0 where no synapse is."""

    exists: Truth

    @cached_property
    def complete(self) -> bool:
        """Whether every source leads to every unit."""
        return bool(self.exists.all())

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

    def outer(self, model: UnitModel, w: Array, x: Array, delta: Array) -> Array:
        if not model.summing:
            slopes, _ = model.partials(w, x[:, :, None, :])
            return np.where(self.there, summed(slopes * delta[:, None], 0), 0.0)
        if len(x) * w.size <= FEW * w.shape[-1]:
            return np.where(self.there, summed(x[:, :, None, :] * delta[:, None], 0), 0.0)
        total = np.empty(w.shape)
        for lane in range(w.shape[-1]):
            total[..., lane] = np.ascontiguousarray(x[..., lane]).T @ np.ascontiguousarray(delta[..., lane])
        return total if self.complete else np.where(self.there, total, 0.0)

    def back(self, model: UnitModel, w: Array, x: Array, delta: Array) -> Array:
        if not model.summing:
            _, slopes = model.partials(w, x[:, :, None, :])
            return summed(np.where(self.there, slopes * delta[:, None], 0.0), 2)
        if len(x) * w.size <= FEW * w.shape[-1]:
            return summed(w * delta[:, None], 2)
        handed = np.empty((len(delta), *w.shape[::2]))
        for lane in range(w.shape[-1]):
            handed[..., lane] = np.ascontiguousarray(delta[..., lane]) @ np.ascontiguousarray(w[..., lane]).T
        return handed

    @property
    def there(self) -> Truth:
        return self.exists[..., None]

    def as_table(self) -> DenseBlock:
        return self

    def before(self, x: Array) -> Array:
        return x[:, :, None, :]

    def after(self, y: Array) -> Array:
        return y[:, None, :, :]

    def total(self, values: Array) -> Array:
        shape = (values.shape[0], *self.exists.shape, values.shape[-1])
        there = np.where(self.exists[None, :, :, None], np.broadcast_to(values, shape), 0.0)
        return summed(there, 1, keepdims=True)

    def across(self, values: Array) -> Array:
        return summed(values, 2, keepdims=True)

    def up_to(self, values: Array) -> Array:
        running: Array = np.cumsum(values, axis=2)
        return running


@dataclass(frozen=True)
class SparseBlock(Block):
    """Weights as a list (K, S), sorted by unit, then afferent."""

    starts: Index
    latest: Latest = field(default_factory=Latest, compare=False, repr=False)

    def weights(self, values: Array) -> Array:
        return values.copy()

    def values(self, w: Array) -> Array:
        return w

    def net_input(self, model: UnitModel, w: Array, x: Array) -> Array:
        z: Array = np.empty((x.shape[0], self.units, w.shape[-1]), dtype=x.dtype)
        for lane in range(w.shape[-1]):
            if model.summing:
                table = self.latest.of(w, f"csr {lane}", partial(self._csr, w, lane))
                z[:, :, lane] = (table @ np.ascontiguousarray(x[:, :, lane].T)).T
            else:
                terms = model.combine(w[:, lane], x[:, self.afferent, lane])
                z[:, :, lane] = self._sum(terms)
        return z

    def outer(self, model: UnitModel, w: Array, x: Array, delta: Array) -> Array:
        total = np.zeros((len(w), delta.shape[-1]))
        some = max(1, ROOM // total.size)
        for start in range(0, len(x), some):
            batch = slice(start, start + some)
            slopes, _ = model.partials(w, x[batch, self.afferent])
            terms = slopes * delta[batch, self.unit]
            terms[0] += total  # in turn, so that the sum knows nothing of how many samples are taken at once
            total = summed(terms, 0)
        return total

    def back(self, model: UnitModel, w: Array, x: Array, delta: Array) -> Array:
        handed = np.empty((len(delta), self.afferents, delta.shape[-1]))
        if model.summing:
            for lane in range(w.shape[-1]):
                table = self.latest.of(w, f"csr back {lane}", partial(self._csr_back, w, lane))
                handed[..., lane] = (table @ np.ascontiguousarray(delta[..., lane].T)).T
            return handed
        for trial in range(len(delta)):
            _, slopes = model.partials(w, x[trial, self.afferent])
            handed[trial] = self._to_sources @ (slopes * delta[trial, self.unit])
        return handed

    @property
    def there(self) -> Truth:
        return np.ones((len(self.afferent), 1), dtype=bool)

    def as_table(self) -> DenseBlock:
        exists = np.zeros((self.afferents, self.units), dtype=bool)
        exists[self.afferent, self.unit] = True
        return DenseBlock(self.afferent, self.unit, self.afferents, self.units, exists)

    def before(self, x: Array) -> Array:
        return x[:, self.afferent]

    def after(self, y: Array) -> Array:
        return y[:, self.unit]

    def total(self, values: Array) -> Array:
        return self._sum(values)[:, self.unit]

    def across(self, values: Array) -> Array:
        table, _ = self._by_source(values)
        return summed(table, 2)[:, self.afferent]

    def up_to(self, values: Array) -> Array:
        table, rank = self._by_source(values)
        running: Array = np.cumsum(table, axis=2)
        return running[:, self.afferent, rank]

    def _by_source(self, values: Array) -> tuple[Array, Index]:
        """Lay values out as (batch, A, most synapses of one source, S), and tell each synapse's place there."""
        order = np.lexsort((self.unit, self.afferent))
        counts = np.bincount(self.afferent, minlength=self.afferents)
        rank = np.empty(len(order), dtype=np.intp)
        rank[order] = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        table = np.zeros((len(values), self.afferents, int(counts.max(initial=0)), values.shape[-1]))
        table[:, self.afferent, rank] = values
        return table, rank

    def _csr(self, w: Array, lane: int) -> csr_array:
        from scipy.sparse import csr_array  # a net of small blocks does without

        return csr_array((w[:, lane], self.afferent, self.starts), shape=(self.units, self.afferents))

    def _csr_back(self, w: Array, lane: int) -> csr_array:
        """Return the weights of a lane, from units to sources."""
        from scipy.sparse import csr_array

        order = self._to_sources.indices
        shape = (self.afferents, self.units)
        return csr_array((w[order, lane], self.unit[order], self._to_sources.indptr), shape=shape)

    @cached_property
    def _to_sources(self) -> csr_array:
        """What sums a value a synapse up by source, in the order of the synapses."""
        from scipy.sparse import csr_array

        order = np.argsort(self.afferent, kind="stable")
        starts = np.searchsorted(self.afferent[order], np.arange(self.afferents + 1))
        shape = (self.afferents, len(order))
        return csr_array((np.ones(len(order)), order, starts), shape=shape)

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
