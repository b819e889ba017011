"""Curves: smooth lines through way points, cut at the outline of units, divided evenly.

A curve is an array of points (k, 2) in unit radii, x to the right, y upward.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

POINTS = 97  # of an evenly divided curve
FINE = 32  # of one piece


def line(start: ArrayLike, end: ArrayLike) -> Array:
    """Return a straight line of `FINE` points."""
    t = np.linspace(0, 1, FINE)[:, None]
    return np.asarray(start) * (1 - t) + np.asarray(end) * t


def cubic(start: ArrayLike, one: ArrayLike, two: ArrayLike, end: ArrayLike) -> Array:
    """Return a cubic Bézier curve of `FINE` points."""
    t = np.linspace(0, 1, FINE)[:, None]
    s = 1 - t
    a, b, c, d = (np.asarray(point, dtype=np.float64) for point in (start, one, two, end))
    return s**3 * a + 3 * s**2 * t * b + 3 * s * t**2 * c + t**3 * d


def through(points: Sequence[ArrayLike]) -> Array:
    """Return a curve from the first to the last point that passes the others level.

    >>> through([[0, 0], [4, 0]]).shape
    (32, 2)
    """
    spots = [np.asarray(point, dtype=np.float64) for point in points]
    last = len(spots) - 2
    pieces: list[Array] = []
    for k, (a, b) in enumerate(pairwise(spots)):
        if abs(a[1] - b[1]) < 1e-9 or last == 0:
            pieces.append(line(a, b))
            continue
        level = np.array([(b[0] - a[0]) * 0.5, 0.0])
        one = a + level if k > 0 else a + (b - a) * np.array([0.4, 0.45])
        two = b - level if k < last else b - (b - a) * np.array([0.4, 0.45])
        pieces.append(cubic(a, one, two, b))
    return np.concatenate(pieces)


def rounded(points: Sequence[ArrayLike], radius: float) -> Array:
    """Return a polyline whose corners are rounded, at most by `radius`."""
    spots = [np.asarray(point, dtype=np.float64) for point in points]
    pieces: list[Array] = []
    pen = spots[0]
    for before, corner, after in zip(spots, spots[1:], spots[2:], strict=False):
        back, ahead = before - corner, after - corner
        room = min(radius, float(np.hypot(*back)) / 2, float(np.hypot(*ahead)) / 2)
        start = corner + back / max(float(np.hypot(*back)), 1e-9) * room
        end = corner + ahead / max(float(np.hypot(*ahead)), 1e-9) * room
        pieces += [
            line(pen, start),
            cubic(start, start + (corner - start) * 0.6, end + (corner - end) * 0.6, end),
        ]
        pen = end
    return np.concatenate([*pieces, line(pen, spots[-1])])


def cut(
    curve: Array, starts: Callable[[Array], NDArray[np.bool_]], ends: Callable[[Array], NDArray[np.bool_]]
) -> Array:
    """Return the part of a curve after it leaves its source and before it enters its target.

    `starts` and `ends` say for points (k, 2) whether they lie inside. One all inside keeps its middle.
    """
    dense = even(curve, 800)
    out = np.flatnonzero(~starts(dense))
    first = int(out[0]) if len(out) else 399
    into = np.flatnonzero(~ends(dense))
    last = int(into[-1]) if len(into) else 400
    if last <= first:
        first, last = 399, 400
    return dense[first : last + 1]


def even(curve: Array, count: int = POINTS) -> Array:
    """Return a curve divided into equal lengths, (count, 2): a share of the way is an index.

    >>> even(np.array([[0, 0], [1, 0], [4, 0]]), 5)[:, 0].tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    steps = np.hypot(*np.diff(curve, axis=0).T)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, way[-1], count)
    return np.column_stack([np.interp(at, way, curve[:, 0]), np.interp(at, way, curve[:, 1])])


def length(curve: Array) -> float:
    """Return the length of a curve.

    >>> length(np.array([[0, 0], [3, 4]]))
    5.0
    """
    return float(np.hypot(*np.diff(curve, axis=0).T).sum())
