"""Routing: the line of each synapse between units that have their places.

Forward through its way points; back round the nearer side in a lane of its own; a self-synapse as a teardrop
over the unit; mutual pairs and synapses within a column bow apart.

A curve is an array of points (k, 2) in unit radii, x to the right, y upward.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allornone.pictures.layout.recurrent import MANY
from allornone.pictures.layout.units import Body, Link

Array = NDArray[np.float64]

GAP = 0.14  # between an outline and the end of a line
LANE = 1.0  # between one lane and the next
LOOP = 1.7  # height of a teardrop

POINTS = 97  # of an evenly divided curve
FINE = 32  # of one piece


@dataclass(frozen=True)
class Placement:
    """Where bodies stand, (n, 2), their columns, way points per link, and how far each column reaches.

    `tops` and `bottoms`: highest and lowest y of what stands in a column. `heart`: the middle of a tangle, for each
    of its links; `outward`: for each of its bodies the direction away from it, in the order round it.
    """

    bodies: Sequence[Body]
    links: Sequence[Link]
    places: Array
    columns: Sequence[int]
    waypoints: Mapping[int, Array] = field(default_factory=dict)
    tops: Sequence[float] = ()
    bottoms: Sequence[float] = ()
    heart: Mapping[int, Array] = field(default_factory=dict)
    outward: Mapping[int, Array] = field(default_factory=dict)


def routes(placement: Placement) -> list[Array]:
    """Return an evenly divided curve for each link of a placement, (POINTS, 2) each."""
    pairs = {(link.source, link.target) for link in placement.links}
    back = _lanes(placement, pairs)
    found: list[Array] = []
    for number, link in enumerate(placement.links):
        start, end = placement.places[link.source], placement.places[link.target]
        if link.source == link.target:
            found.append(
                even(teardrop(placement.bodies[link.source], start, placement.outward.get(link.source)))
            )
            continue
        if (
            number in placement.heart
            and (link.target, link.source) in pairs
            and len(placement.outward) <= MANY
        ):
            curve = bow(start, end, 0.25 + 0.04 * float(np.hypot(*(end - start))))
        elif number in placement.heart:
            heart = placement.heart[number]
            curve = _bent(start, end, heart)
        elif number in back:
            curve = back[number]
        elif number in placement.waypoints:
            curve = through([start, *placement.waypoints[number], end])
        elif (link.target, link.source) in pairs:
            curve = bow(start, end, 0.32 + 0.1 * float(np.hypot(*(end - start))))
        elif placement.columns and placement.columns[link.source] == placement.columns[link.target]:
            curve = _aside(start, end)
        else:
            curve = line(start, end)
        found.append(even(cut(curve, outline(placement, link.source), outline(placement, link.target))))
    return found


def outline(placement: Placement, number: int) -> Callable[[Array], NDArray[np.bool_]]:
    """Return a test whether points (k, 2) lie within a body or closer to it than GAP."""
    body, (x, y) = placement.bodies[number], placement.places[number]
    wide, high = body.half
    power = {"input": 5.0, "patch": 30.0}.get(body.kind, 2.0)

    def inside(points: Array) -> NDArray[np.bool_]:
        across = np.abs(points[:, 0] - x) / (wide + GAP)
        up = np.abs(points[:, 1] - y) / (high + GAP)
        return np.asarray(across**power + up**power < 1)

    return inside


def teardrop(body: Body, place: Array, up: Array | None = None) -> Array:
    """Return a loop over a body, from its upper right to its upper left; `up`: another direction than upward."""
    r = body.half[1] + GAP
    start, end = np.array([0.5, 0.86]) * r, np.array([-0.5, 0.86]) * r
    top = LOOP * 1.33
    found = cubic(start, start + np.array([1.15, top]), end + np.array([-1.15, top]), end)
    if up is not None:
        found = found @ np.array([[up[1], -up[0]], [up[0], up[1]]])
    return np.asarray(place + found)


def bow(start: Array, end: Array, depth: float) -> Array:
    """Return a curve that bends to its own right by about `depth`, so that a pair of them part."""
    along = end - start
    side = np.array([along[1], -along[0]]) / max(float(np.hypot(*along)), 1e-9)
    one, two = start + along * 0.3 + side * depth * 1.33, end - along * 0.3 + side * depth * 1.33
    return cubic(start, one, two, end)


def _bent(start: Array, end: Array, heart: Array) -> Array:
    """A chord bent towards the middle of a tangle, the less the nearer its ends stand together."""
    across = float(np.hypot(*(start - heart)) + np.hypot(*(end - heart)))
    pull = 0.42 * min(1.0, 1.6 * float(np.hypot(*(end - start))) / max(across, 1e-9))
    return cubic(start, start + (heart - start) * pull, end + (heart - end) * pull, end)


def _aside(start: Array, end: Array) -> Array:
    """Between two units of a column: round the right of whatever stands between them."""
    reach = np.array([min(1.2 + 0.22 * abs(end[1] - start[1]), 3.0), 0.0])
    slope = (end - start) * 0.25
    return cubic(start, start + reach + slope, end + reach - slope, end)


def _lanes(placement: Placement, pairs: set[tuple[int, int]]) -> dict[int, Array]:
    """Curves of the links that run back over more than one column, each in a free lane, short ones inmost."""
    if not placement.tops:
        return {}
    backward = [
        (placement.columns[link.source] - placement.columns[link.target], number, link)
        for number, link in enumerate(placement.links)
        if number not in placement.heart and placement.columns[link.source] > placement.columns[link.target]
    ]
    found: dict[int, Array] = {}
    taken: dict[int, list[tuple[int, int, float]]] = {1: [], -1: []}
    legs: dict[tuple[int, bool], int] = {}
    for span, number, link in sorted(backward, key=lambda entry: entry[:2]):
        if span == 1:
            continue
        left, right = placement.columns[link.target], placement.columns[link.source]
        side, level = _lane(placement, link, left, right, taken)
        taken[side].append((left, right, level))
        shift = [legs.setdefault(key, 0) for key in ((right, True), (left, False))]
        legs[right, True] += 1
        legs[left, False] += 1
        found[number] = _around(placement, link, side, level, shift)
    return found


def _lane(
    placement: Placement,
    link: Link,
    left: int,
    right: int,
    taken: Mapping[int, Sequence[tuple[int, int, float]]],
) -> tuple[int, float]:
    """The side and height of the nearest free lane over (1) or under (−1) the columns left … right."""
    choices = []
    for side in (1, -1):
        edge = max(side * y for y in (placement.tops if side > 0 else placement.bottoms)[left : right + 1])
        level = edge + 0.75
        busy = sorted(side * y for a, b, y in taken[side] if a <= right and b >= left)
        for other in busy:
            if abs(other - level) < LANE * 0.9 or other > level:
                level = max(level, other + LANE)
        ends = [side * placement.places[k][1] for k in (link.source, link.target)]
        choices.append((round(sum(level - end for end in ends), 6), -side, side * level))
    _, negative, level = min(choices)
    return -negative, level


def _around(placement: Placement, link: Link, side: int, level: float, shift: Sequence[int]) -> Array:
    """Up beside the source, along the lane, down beside the target."""
    start, end = placement.places[link.source], placement.places[link.target]
    out = start[0] + placement.bodies[link.source].half[0] + 0.62 + 0.3 * shift[0]
    home = end[0] - placement.bodies[link.target].half[0] - 0.62 - 0.3 * shift[1]
    return rounded(
        [
            start,
            [out, start[1] + side * 1.0],
            [out, level],
            [home, level],
            [home, end[1] + side * 1.0],
            end,
        ],
        1.4,
    )


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
