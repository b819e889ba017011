"""Arrays laid out against each other: axes matched by name, loose ones cut, lists laid along what they meet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from allornone.scenarios.labelled import INNER_AXES, LARGEST, LIST, Array, Labelled, Value, labelled
from allornone.simulator.errors import AllornoneError


def align(values: Sequence[Labelled], most: int = LARGEST) -> tuple[list[Array], Labelled]:
    """Return arrays that broadcast against each other, and an array with the axes and labels of the result.

    Axes that not all share are outer. A loose axis is cut to the labels of the others; a list takes the units
    or the only axis that it meets. Raises `AllornoneError` where labels differ, or beyond `most` elements.
    """
    values = _met(values)
    order = dict.fromkeys(axis for value in values for axis in value.axes)
    axes = sorted(order, key=lambda axis: axis in INNER_AXES)
    for axis in axes:
        owners = [value for value in values if axis in value.axes]
        firm = [value for value in owners if axis not in value.loose]
        leader = min(firm or owners, key=lambda value: len(value.labels[axis]))
        values = [
            value.fitted(axis, leader.labels[axis]) if axis in value.axes else value for value in values
        ]
    holders = {axis: [value for value in values if axis in value.axes] for axis in axes}
    labels = {axis: holders[axis][0].labels[axis] for axis in axes}
    loose = frozenset(axis for axis in axes if all(axis in value.loose for value in holders[axis]))
    members = {axis: row for value in values for axis, row in value.members.items()}
    shape = tuple(len(labels[axis]) for axis in axes)
    if math.prod(shape) > most:
        raise AllornoneError(f"an array of {' × '.join(map(str, shape))} elements is more than {most}")
    frame = Labelled(np.broadcast_to(np.False_, shape), tuple(axes), labels, loose, members)
    return [_spread(value, axes) for value in values], frame


def combine(function: Callable[..., Array], *values: Value, most: int = LARGEST) -> Value:
    """Return a function of arrays element by element, their axes matched by name.

    >>> m = Labelled([1.0, 2.0], ("tick",))
    >>> combine(np.add, m, 1).values
    array([2., 3.])
    """
    arrays, frame = align([labelled(value) for value in values], most)
    return frame.having(np.asarray(function(*arrays)), frame.axes).plain()


def _met(values: Sequence[Labelled]) -> list[Labelled]:
    arrays = [value for value in values if value.axes and LIST not in value.axes]
    if not arrays or len(arrays) == len([value for value in values if value.axes]):
        return list(values)
    frame = align(arrays)[1]
    axis = frame.meeting_axis()
    labels, loose = {axis: frame.labels[axis]}, frame.loose & {axis}
    for value in values:
        if LIST in value.axes and value.size != len(labels[axis]):
            raise AllornoneError(f"a list of {value.size} meets axis {axis!r}, which has {len(labels[axis])}")
    return [Labelled(v.values, (axis,), labels, loose) if LIST in v.axes else v for v in values]


def _spread(value: Labelled, axes: Sequence[str]) -> Array:
    order = [value.axes.index(axis) for axis in axes if axis in value.axes]
    missing = tuple(at for at, axis in enumerate(axes) if axis not in value.axes)
    return np.expand_dims(value.values.transpose(order), missing)
