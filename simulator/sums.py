"""Sums whose last bit does not depend on how many lanes stand side by side."""

from __future__ import annotations

import numpy as np

from allornone.simulator.units import Array


def summed(values: Array, axes: int | tuple[int, ...], keepdims: bool = False) -> Array:
    """Sum over axes, term by term; the last axis, which stays, is that of the lanes.

    >>> import numpy as np
    >>> summed(np.ones((4, 3, 1)), (0, 1))
    array([12.])
    """
    # numpy adds an axis in pairs where it is the innermost one, as it is with a single lane, else in turn.
    alone = values.shape[-1] == 1
    pair = np.ascontiguousarray(values.repeat(2, axis=-1) if alone else values)
    total: Array = pair.sum(axis=axes, keepdims=keepdims)
    return total[..., :1] if alone else total


def mean(values: Array, axes: int, keepdims: bool = False) -> Array:
    """Return the mean over an axis, by `summed`."""
    average: Array = summed(values, axes, keepdims) / values.shape[axes]
    return average
