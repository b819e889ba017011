"""Tangles: a cycle of many units, or of some that nearly all hear one another, drawn as an ellipse.

A layered drawing of it is unreadable.
Order on the ellipse by the two slowest modes of the graph, then by swaps that shorten the chords.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Edge = tuple[int, int]

MANY = 16  # units in one cycle; more are a tangle
SOME = 5  # so many units are one too, where most of them hear one another:
DENSE, JOINED = 0.5, 0.6  # the share of all synapses that there could be, and of all pairs that are joined
ROOM, WIDE = 3.2, 4.6  # between neighbours on the ellipse, of many and of some


def tangled(members: Sequence[int], edges: Sequence[Edge]) -> bool:
    """Return whether a cycle is drawn as an ellipse.

    >>> ring = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)]
    >>> tangled(range(5), ring), tangled(range(5), [(u, v) for u in range(5) for v in range(5)])
    (False, True)
    """
    count, inside = len(members), set(members)
    if not SOME <= count <= MANY:
        return count > MANY
    ways = {(u, v) for u, v in edges if u in inside and v in inside and u != v}
    pairs = {(min(way), max(way)) for way in ways}
    return len(ways) >= DENSE * count * (count - 1) and len(pairs) >= JOINED * count * (count - 1) / 2


def ellipse(order: Sequence[int], aspect: float) -> Array:
    """Return a place for each unit of `order`, evenly along an ellipse, (units, 2), the first at the left."""
    count = len(order)
    wide = float(np.clip(aspect, 1.0, 2.0))
    turn = np.pi - np.linspace(0, 2 * np.pi, 2001)
    curve = np.column_stack([wide * np.cos(turn), np.sin(turn)])
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    at = np.arange(count) / count * way[-1]
    places = np.column_stack([np.interp(at, way, curve[:, k]) for k in (0, 1)])
    return np.asarray(places * ((ROOM if count > MANY else WIDE) * count / way[-1]))


def outwards(places: Array) -> Array:
    """Return for places on an ellipse about (0, 0) the directions away from it, (units, 2), each of length 1."""
    wide, high = np.maximum(np.abs(places).max(axis=0), 1e-9)
    along = places / np.array([wide**2, high**2])
    return np.asarray(along / np.maximum(np.hypot(*along.T), 1e-9)[:, None])


def around(members: Sequence[int], edges: Sequence[Edge]) -> list[int]:
    """Return the members in an order in which synapses join near neighbours.

    >>> around([0, 1, 2, 3], [(0, 2), (2, 1), (1, 3), (3, 0)])
    [0, 2, 1, 3]
    """
    index = {unit: k for k, unit in enumerate(members)}
    near = np.zeros((len(members), len(members)))
    for u, v in edges:
        if u in index and v in index and u != v:
            near[index[u], index[v]] += 1
            near[index[v], index[u]] += 1
    order = _swapped(_spectral(near), near)
    start = order.index(0)
    order = order[start:] + order[:start]
    if len(order) > 2 and order[-1] < order[1]:
        order = [order[0], *reversed(order[1:])]
    return [members[k] for k in order]


def _spectral(near: Array) -> list[int]:
    """Order by the angle in the plane of the two slowest modes; rounded, to be the same everywhere."""
    laplacian = np.diag(near.sum(axis=1)) - near
    _, modes = np.linalg.eigh(laplacian)
    plane = modes[:, 1:3] * np.sign(modes[np.abs(modes[:, 1:3]).argmax(axis=0), [1, 2]])
    angle = np.round(np.arctan2(plane[:, 1], plane[:, 0]), 6)
    return [int(k) for k in np.argsort(angle, kind="stable")]


def _swapped(order: list[int], near: Array) -> list[int]:
    """Swap pairs of places as long as that shortens the summed chords round the circle."""
    count = len(order)
    steps = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    apart = np.minimum(steps, count - steps).astype(np.float64)
    current = np.array(order)
    cost = float((near[np.ix_(current, current)] * apart).sum())
    pairs = [(a, b) for a in range(count) for b in range(a + 1, min(count, a + 6))]
    for _ in range(3):
        before = cost
        for a, b in pairs:
            trial = current.copy()
            trial[[a, b]] = trial[[b, a]]
            new = float((near[np.ix_(trial, trial)] * apart).sum())
            if new < cost - 1e-9:
                current, cost = trial, new
        if cost >= before:
            break
    return [int(k) for k in current]
