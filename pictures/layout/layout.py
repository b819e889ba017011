"""Layout: a place for every body of a drawn net, and way points for its long synapses. Deterministic.

Lengths are in unit radii, x to the right, y upward.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allornone.pictures.layout.columns import Grid, grid
from allornone.pictures.layout.recurrent import ROOM, around, ellipse, outwards, tangled
from allornone.pictures.layout.routing import LOOP, Placement
from allornone.pictures.layout.rows import vertical_positions
from allornone.pictures.layout.units import DrawnNet, short_name, sides, width

Array = NDArray[np.float64]

NEAR, FAR = 3.6, 16.0  # pitch of columns
WRITTEN = 6.5  # and where numbers stand on the synapses
INPUT, PARTED = 0.6, 1.4  # more room for an input, whose square is smaller; so that heads part
MARGIN = 0.25  # round a unit
UNDER = 0.38  # between a unit and the name under it, so that its glow does not touch it
WIRE = 0.7  # round a way point


@dataclass(frozen=True)
class LayoutOptions:
    """What a picture asks of a layout.

    `aspect`: width over height of where it will be shown; `em`: height of a letter of a name; `named`:
    whether hidden units show their names; `weighted`: whether synapses differ in weight, so that none
    may lie on another; `marks`: the most tick marks that a synapse carries; `numbered`: whether weights are
    written on the synapses; `biased`: units over which their bias is written.
    """

    aspect: float = 1.9
    em: float = 0.62
    named: bool = True
    weighted: bool = False
    marks: int = 0
    numbered: bool = False
    biased: Collection[str] = ()


def layout(wires: DrawnNet, options: LayoutOptions) -> Placement:
    """Return where everything stands.

    >>> from allornone.simulator.network.network import Network
    >>> from allornone.pictures.layout.units import drawn_net
    >>> layout(drawn_net(Network()), LayoutOptions()).places.shape
    (0, 2)
    """
    edges = [(link.source, link.target) for link in wires.links]
    cycle = wires.cycle
    knots = [part for part in _parts(cycle) if tangled(part, edges)]
    if knots:
        return _tangle(wires, max(knots, key=len), options)
    # the trunk of an axon is shared where nothing but its branches differs
    trunks = [None if options.weighted or link.bundle else link.kind for link in wires.links]
    ranks = grid(wires.columns, edges, trunks)
    place = sides(wires, wires.columns, options.named)
    above, below = _room(wires, ranks.items, place, options)
    y = -_vertical_positions(len(wires.bodies), ranks, cycle, above, below)
    x = _pitches(wires, ranks, place, options, _reach(y))
    column = _column_of(ranks)
    items = np.column_stack([x[column], y]) if len(y) else np.zeros((0, 2))
    return Placement(
        bodies=wires.bodies,
        links=wires.links,
        places=items[: len(wires.bodies)],
        columns=wires.columns,
        waypoints={k: items[list(chain[1:-1])] for k, chain in ranks.chains.items() if len(chain) > 2},
        tops=[max(y[i] + above[i] for i in row) for row in ranks.columns],
        bottoms=[min(y[i] - below[i] for i in row) for row in ranks.columns],
    )


def placed(wires: DrawnNet, places: Mapping[str, ArrayLike]) -> Placement:
    """Return a placement with anybody's positions, scaled so that no two units touch.

    Raises KeyError for a unit without a position.
    """
    points = np.array([_middle(body.members, places) for body in wires.bodies]).reshape(-1, 2)
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    apart = apart[apart > 1e-9]
    scale = 3.4 / float(apart.min()) if len(apart) else 1.0
    return Placement(wires.bodies, wires.links, points * scale, columns=())


def _middle(members: Sequence[str], places: Mapping[str, ArrayLike]) -> Array:
    return np.asarray(np.mean([np.asarray(places[unit], dtype=np.float64)[:2] for unit in members], axis=0))


def _room(
    wires: DrawnNet, items: int, place: Sequence[str], options: LayoutOptions
) -> tuple[list[float], list[float]]:
    """How much room each item takes above and below its middle."""
    looped = {link.source for link in wires.links if link.source == link.target}
    above, below = [WIRE] * items, [WIRE] * items
    room = PARTED if options.biased else INPUT
    for k, body in enumerate(wires.bodies):
        half = body.half[1]
        loop = LOOP + 0.35 if k in looped else 0.0
        bias = 0.46 + 1.1 * options.em if body.name in options.biased else 0.0
        above[k] = half + MARGIN + max(loop, bias) + (room if body.kind == "input" else 0.0)
        below[k] = half + (UNDER + 1.1 * options.em if place[k] == "below" else MARGIN)
    return above, below


def _vertical_positions(
    count: int, ranks: Grid, cycle: Sequence[int], above: Sequence[float], below: Sequence[float]
) -> Array:
    """Heights of all items, growing downward."""

    def weight(a: int, b: int) -> float:
        if a >= count and b >= count:
            return 6.0
        if a >= count or b >= count:
            return 2.0
        return 9.0 if cycle[a] == cycle[b] >= 0 else 1.0

    return vertical_positions(ranks.columns, ranks.segments, weight, above, below)


def _pitches(
    wires: DrawnNet, ranks: Grid, place: Sequence[str], options: LayoutOptions, tall: float
) -> Array:
    """The x of each column: as wide as what stands in it needs, then spread to the wanted width."""
    least: list[float] = []
    near = WRITTEN if options.numbered else NEAR
    rows = [[k for k in row if k < len(wires.bodies)] for row in ranks.columns]
    for left, right in pairwise(rows):
        half = [max((wires.bodies[k].half[0] for k in row), default=1.0) for row in (left, right)]
        below = [_widest(wires, row, place, "below", options.em) for row in (left, right)]
        beside = _widest(wires, left, place, "right", options.em)
        marked = 2.6 + sum(half) / 2 + 0.3 * options.marks
        least.append(max(near - 2 + sum(half), sum(below) / 2 + 0.5, beside and beside + 3.2, marked))
    low, high, wanted = 0.0, min(FAR, max(NEAR + 1, tall)), options.aspect * tall
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(max(one, middle) for one in least) < wanted else (low, middle)
    return np.concatenate([[0.0], np.cumsum([max(one, low) for one in least])])


def _widest(wires: DrawnNet, row: Sequence[int], place: Sequence[str], side: str, em: float) -> float:
    """Width of the longest name on one side of the bodies of a column."""
    names = (short_name(wires.bodies[k].name) for k in row if place[k] == side)
    return max((width(name, em) for name in names), default=0.0)


def _reach(y: Array) -> float:
    """Height of the drawing, about."""
    return float(np.ptp(y)) + 2.6 if len(y) else 0.0


def _column_of(ranks: Grid) -> NDArray[np.intp]:
    found = np.zeros(ranks.items, dtype=np.intp)
    for c, row in enumerate(ranks.columns):
        found[list(row)] = c
    return found


def _parts(cycle: Sequence[int]) -> list[list[int]]:
    """The bodies of each cycle."""
    return [[k for k, own in enumerate(cycle) if own == number] for number in sorted(set(cycle) - {-1})]


def _tangle(wires: DrawnNet, knot: Sequence[int], options: LayoutOptions) -> Placement:
    """A cycle as an ellipse; what drives it in columns at the left, the rest at the right."""
    edges = [(link.source, link.target) for link in wires.links]
    members = around(knot, edges)
    inside = set(members)
    places = np.zeros((len(wires.bodies), 2))
    places[members] = ellipse(members, options.aspect)
    start = min(wires.columns[k] for k in members)
    reach = np.abs(places[members]).max(axis=0)
    looped = LOOP * any(u == v and u in inside for u, v in edges)
    named = max(width(short_name(wires.bodies[k].name), options.em) for k in members)
    others: dict[int, list[int]] = {}
    for k, column in enumerate(wires.columns):
        if k not in inside:
            others.setdefault(column - start if column < start else column - start + 1, []).append(k)
    rights = sorted(step for step in others if step > 0)
    gap = max(5.0, 2.6 + looped + named)
    for step, row in others.items():
        out = -step if step < 0 else rights.index(step) + 1
        side = np.sign(step) or -1.0
        places[row, 0] = side * (reach[0] + gap + 5.0 * (max(out, 1) - 1))
        pitch = min(ROOM + 0.4, 2 * reach[1] / max(len(row) - 1, 1)) if len(row) * 2.5 < 2 * reach[1] else 2.5
        places[row, 1] = (len(row) - 1) / 2 * pitch - np.arange(len(row)) * pitch
    bent = {k: np.zeros(2) for k, (u, v) in enumerate(edges) if u in inside and v in inside and u != v}
    busy = {k for edge in edges for k in edge if not inside.issuperset(edge)}
    away = {
        k: _aslant(way) if k in busy else way
        for k, way in zip(members, outwards(places[members]), strict=True)
    }
    return Placement(wires.bodies, wires.links, places, wires.columns, heart=bent, outward=away)


def _aslant(way: Array) -> Array:
    """The same direction, but not level: there a synapse comes from outside, and a name would lie on it."""
    return way if abs(way[1]) > 0.6 else np.array([0.6 * np.sign(way[0]), 0.8 * (np.sign(way[1]) or 1.0)])
