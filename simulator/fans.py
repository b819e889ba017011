"""Fans: sums over the synapses that leave one source, as a block's `total` sums over those that reach one unit.

A afferents, U units, K synapses.   values (batch, A, U, S) of a dense block, (batch, K, S) of a sparse one
"""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from allornone.simulator.blocks import Block, DenseBlock, SparseBlock
from allornone.simulator.sums import summed
from allornone.simulator.units import Array
from allornone.simulator.wiring import Index


@singledispatch
def across(block: Block, values: Array) -> Array:
    """Sum over the synapses of each source, shaped so that it broadcasts over the weights.

    A stage's sources are seen by units of one model that are computed together: theirs are the synapses.

    >>> from allornone.simulator.blocks import block_of
    >>> block, _ = block_of(np.array([0, 0, 1]), np.array([0, 1, 1]), afferents=2, units=2)
    >>> w = block.weights(np.array([[1.0], [2.0], [4.0]]))      # from 0 to both units, from 1 to the second
    >>> across(block, w[None])[0, :, 0, 0]
    array([3., 4.])
    """
    raise NotImplementedError(f"no fan of {type(block).__name__}")


@singledispatch
def up_to(block: Block, values: Array) -> Array:
    """Sum over the synapses of each source to this unit and to those before it, in the order of the net.

    >>> from allornone.simulator.blocks import block_of
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
