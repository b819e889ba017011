"""Arrays: their types, sums that do not depend on the lanes beside, and random streams."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.errors import AllornoneError, shown, whole

Array = NDArray[np.float64]

Index = NDArray[np.intp]
Truth = NDArray[np.bool_]

PURPOSES = ("wiring", "weights", "tasks", "order", "stimulus", "update", "noise", "split", "rewiring")


def summed(values: Array, axes: int | tuple[int, ...], keepdims: bool = False) -> Array:
    """Sum over axes, term by term; the last axis, which stays, is that of the lanes.

    >>> import numpy as np
    >>> summed(np.ones((4, 3, 1)), (0, 1))
    array([12.])
    """
    # numpy adds an axis in pairs where it is the innermost one, as it may be with a single lane, else in turn.
    inner = max((axis for axis, length in enumerate(values.shape) if length > 1), default=0)
    along = [axis % values.ndim for axis in ((axes,) if isinstance(axes, int) else axes)]
    alone = values.shape[-1] == 1 and inner in along
    pair = np.ascontiguousarray(values.repeat(2, axis=-1) if alone else values)
    total: Array = pair.sum(axis=axes, keepdims=keepdims)
    return total[..., :1] if alone else total


NO_ARRAY = (TypeError, ValueError, OverflowError, RecursionError)
"""What numpy raises for something that is no array of numbers."""


def as_numbers(given: object) -> Array | None:
    """Return real numbers as an array, be they infinite or NaN; None for anything else, such as rows of unlike length.

    >>> as_numbers([1, 2]), as_numbers([[1], [2, 3]])
    (array([1., 2.]), None)
    """
    try:
        array = np.asarray(given)
        return array.astype(np.float64) if array.dtype.kind in "biufO" else None
    except NO_ARRAY:
        return None


def numbers_of(name: str, given: object) -> Array:
    """Return finite numbers as an array; raise an error that says what else was found.

    >>> numbers_of("heights", [1, 2])
    array([1., 2.])
    """
    numbers = as_numbers(given)
    if numbers is None or not np.isfinite(numbers).all():
        raise AllornoneError(f"{name} must be finite numbers, in rows of one length, found {shown(given)}")
    return numbers


def stream(seed: int, purpose: str, name: str = "") -> np.random.Generator:
    """Return the random stream of a seed for one purpose, and within it for one thing of a name.

    >>> bool(stream(3, "order").random() == stream(3, "order").random())
    True
    """
    key = [whole("seed", seed), PURPOSES.index(purpose)]
    return np.random.default_rng([*key, crc32(name.encode())] if name else key)
