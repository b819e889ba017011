"""Sums over the synapses of a sparse layer on the way back: in the order of the synapses, whatever the lanes."""

from __future__ import annotations

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array, summed
from allornone.simulator.program.blocks import ROOM, SparseBlock, block_of
from allornone.simulator.units import UnitModel

SUMMING_OR_NOT = pytest.mark.parametrize("model", [aon.Tanh(), aon.Radial()], ids=lambda model: model.name)


def drawn(lanes: int, batch: int) -> tuple[SparseBlock, Array, Array, Array]:
    """Return a sparse block, some of whose sources lead nowhere, and w, x and δ of many sizes."""
    random = np.random.default_rng(3)
    pairs = np.argwhere(random.random((100, 90)) < 0.1)
    pairs = pairs[pairs[:, 0] % 10 != 7]
    block, _ = block_of(pairs[:, 0], pairs[:, 1], afferents=100, units=90)
    assert isinstance(block, SparseBlock)
    w, x = random.normal(size=(len(pairs), lanes)), random.normal(size=(batch, 100, lanes))
    sizes = 10.0 ** random.integers(-6, 6, size=(batch, 90, lanes))
    return block, w, x, random.normal(size=(batch, 90, lanes)) * sizes


@SUMMING_OR_NOT
@pytest.mark.parametrize("lanes", [1, 3])
def test_what_is_handed_back_is_summed_synapse_by_synapse(model: UnitModel, lanes: int) -> None:
    """To the bit, for every source; again with other weights, which makes nothing old answer."""
    block, w, x, delta = drawn(lanes, 5)
    for now in (w, w + 1.0):
        _, slopes = model.partials(now, x[:, block.afferent])
        wanted = np.zeros(x.shape)
        for k, source in enumerate(block.afferent):
            wanted[:, source] += np.broadcast_to(slopes, (5, *w.shape))[:, k] * delta[:, block.unit[k]]

        assert np.array_equal(block.back(model, now, x, delta), wanted)


@SUMMING_OR_NOT
def test_slopes_are_summed_over_the_batch_alike_in_one_lane_and_in_many(model: UnitModel) -> None:
    """To the bit, though of many lanes fewer samples are taken at once."""
    block, w, x, delta = drawn(3, 200)
    assert x.shape[0] * w.size > 2 * ROOM

    together = block.outer(model, w, x, delta)

    for lane in range(3):
        own = np.s_[..., lane : lane + 1]
        assert np.array_equal(block.outer(model, w[own], x[own], delta[own]), together[own])


@pytest.mark.parametrize("shape", [(40, 1), (40, 3), (40, 3, 1), (1, 40), (40, 1, 1)])
@pytest.mark.parametrize("axes", [0, 1, (0, 1)])
def test_a_sum_is_taken_in_turn_whatever_the_number_of_lanes(
    shape: tuple[int, ...], axes: int | tuple[int, ...]
) -> None:
    """One lane alone equals the same one among others, to the bit, whichever axis is the innermost."""
    shape = (*shape, 1) if len(shape) == 2 else shape
    random = np.random.default_rng(0)
    alone = random.normal(size=shape) * 10.0 ** random.integers(-9, 9, size=shape)

    assert np.array_equal(summed(alone, axes)[..., 0], summed(alone.repeat(3, axis=-1), axes)[..., 2])
