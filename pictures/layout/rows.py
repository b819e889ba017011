"""Heights: weighted medians of the neighbours, kept in order and apart by isotonic regression.

Medians, not means: only so do chains come out exactly straight (least absolute deviations).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Edge = tuple[int, int]

ROUNDS = 12


def weighted_median(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the weighted median; the middle between two values that balance.

    >>> weighted_median([1, 2, 9], [1, 1, 3]), weighted_median([1, 2], [1, 1])
    (9.0, 1.5)
    """
    order = np.argsort(values, kind="stable")
    sorted_values = np.asarray(values, dtype=np.float64)[order]
    summed = np.cumsum(np.asarray(weights, dtype=np.float64)[order])
    half = summed[-1] / 2
    low = int(np.searchsorted(summed, half - 1e-9))
    high = int(np.searchsorted(summed, half + 1e-9))
    high = min(high, len(sorted_values) - 1)
    return float((sorted_values[low] + sorted_values[high]) / 2)


def isotonic(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return heights next to `wanted`, each at least its gap below the one before.

    Least weighted absolute deviation, by pooling adjacent violators. `gaps` has one entry fewer.

    >>> isotonic([0, 0], [1, 1], [2])
    [-1.0, 1.0]
    """
    offsets = np.concatenate([[0.0], np.cumsum(np.asarray(gaps, dtype=np.float64))])
    pools: list[tuple[float, list[float], list[float]]] = []
    for value, weight, offset in zip(wanted, weights, offsets, strict=True):
        members, heavy = [float(value - offset)], [float(weight)]
        level = members[0]
        while pools and pools[-1][0] > level:
            _, more, heavier = pools.pop()
            members, heavy = more + members, heavier + heavy
            level = weighted_median(members, heavy)
        pools.append((level, members, heavy))
    levels = [level for level, members, _ in pools for _ in members]
    return [float(level + offset) for level, offset in zip(levels, offsets, strict=True)]


def vertical_positions(
    columns: Sequence[Sequence[int]],
    segments: Sequence[Edge],
    weight: Callable[[int, int], float],
    above: Sequence[float],
    below: Sequence[float],
) -> Array:
    """Return the height of each item, growing downward, (items,).

    `weight(a, b)` says how much a segment wants to be straight; `above` and `below` how much room
    an item takes on either side.
    """
    pulls = _pulls(len(above), segments, weight)
    gaps = [[below[a] + above[b] for a, b in pairwise(row)] for row in columns]
    y = np.zeros(len(above))
    for row, gap in zip(columns, gaps, strict=True):
        y[list(row)] = isotonic([0.0] * len(row), [1.0] * len(row), gap)
    last = len(columns)
    for turn in range(ROUNDS):
        sides = (-1,) if turn % 3 == 0 else (1,) if turn % 3 == 1 else (-1, 1)
        for c in range(last) if turn % 2 == 0 else reversed(range(last)):
            _align(columns[c], gaps[c], sides, pulls, y)
    for row, gap in zip(columns, gaps, strict=True):
        _gather(row, gap, pulls, y)
    return y


def _gather(row: Sequence[int], gaps: Sequence[float], pulls: "Pulls", y: Array) -> None:
    """Bring the items at the ends of a column that nothing pulls next to those that something does."""
    held = [k for k, item in enumerate(row) if pulls[item][-1] or pulls[item][1]]
    if not held:
        return
    for k in range(held[0] - 1, -1, -1):
        y[row[k]] = y[row[k + 1]] - gaps[k]
    for k in range(held[-1] + 1, len(row)):
        y[row[k]] = y[row[k - 1]] + gaps[k - 1]


Pulls = list[dict[int, list[tuple[int, float]]]]


def _pulls(count: int, segments: Sequence[Edge], weight: Callable[[int, int], float]) -> Pulls:
    """Per item, its neighbours at the left (−1) and at the right (1), each with a weight."""
    found: Pulls = [{-1: [], 1: []} for _ in range(count)]
    for a, b in segments:
        found[a][1].append((b, weight(a, b)))
        found[b][-1].append((a, weight(a, b)))
    return found


def _align(row: Sequence[int], gaps: Sequence[float], sides: tuple[int, ...], pulls: Pulls, y: Array) -> None:
    """Move one column towards its neighbours on the given sides; who has none there stays, lightly."""
    wanted: list[float] = []
    weights: list[float] = []
    for item in row:
        near = [pair for side in sides for pair in pulls[item][side]]
        if near:
            values, heavy = zip(*[(y[other], weight) for other, weight in near], strict=True)
            wanted.append(weighted_median(values, heavy))
            weights.append(float(max(heavy)))
        else:
            wanted.append(float(y[item]))
            weights.append(0.01)
    y[list(row)] = isotonic(wanted, weights, gaps)
