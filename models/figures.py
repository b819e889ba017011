"""Figures composed of half-planes, circles, pulses and cylinders: what threshold units in few layers can draw.

N  sides      n_i  outward normal of side i      inside where n_i · x ≤ inradius for all i      R  radius
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any, Literal

import numpy as np

from allornone.models.activations import Linear, Logistic
from allornone.models.mcculloch_pitts import Threshold
from allornone.models.rbf import Points, Radial, samples
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, numbers_of
from allornone.simulator.errors import AllornoneError, UnknownName, finite, shown
from allornone.simulator.network.network import Network, foresee

Centre = tuple[float, float]


@checked
def polygon(
    sides: int,
    inradius: float = 1.0,
    centre: Sequence[float] = (0.0, 0.0),
    turn: float = 0.0,
    least: float | None = None,
) -> Network:
    """Return a network that fires inside a regular polygon: hidden `H1…`, one a side, and `out`.

    Side i is at angle turn + 2πi/N. `out` fires when at least `least` sides agree, all of them where none is
    given. The lecture's composition of decision boundaries; Lippmann, IEEE ASSP (1987).

    >>> polygon(4).number_of_edges()
    12
    """
    _check_polygon("polygon", sides, inradius)
    net = Network(name="polygon")
    net.add_inputs("X1", "X2")
    guards = _sides(net, 1, sides, inradius, _centre("polygon", centre), turn)
    net.add_unit("out", Threshold(threshold=(sides if least is None else least) - 0.5), output=True)
    for guard in guards:
        net.connect(guard, "out")
    return net


@checked
def polygons(
    shapes: Sequence[dict[Any, Any]] | None = None,
    cover: Iterable[Any] | None = None,
    sides: int = 64,
    inradius: float = 0.1,
    join: Literal["or", "sum"] = "or",
    least: float = 0.5,
) -> Network:
    """Return a network that fires inside a figure made of polygons; those of many sides are circles.

    `shapes` are the polygons, each with its `sides`, `inradius`, `centre` and `turn`; or a task is to be covered, its
    points and what is desired of them, by polygons of `sides` and `inradius` on a square lattice through 0, inradius·√2
    apart: those whose centre's nearest point is desired. Hidden units are `H1…`, one a side.

    Joined by "or", each polygon has a unit `F1…` that fires when all its sides agree, and `out` fires when any does.
    Joined by "sum", there is no such layer: `out` fires where Σ (share of a polygon's sides that agree − ½) ≥ `least`,
    the lecture's proposal. Lippmann, IEEE ASSP (1987).

    >>> net = polygons([{"sides": 5, "centre": [-1, 0]}, {"sides": 6, "centre": [1, 0]}])
    >>> len(net.group("hidden1")), len(net.group("hidden2")), net.depth
    (11, 2, 3)
    """
    if join not in ("or", "sum"):
        raise UnknownName("choice of join", str(join), ("or", "sum"))
    if (shapes is None) is (cover is None):
        raise AllornoneError("polygons: give either shapes or a task to cover")
    if cover is not None:
        shapes = [{"sides": sides, "inradius": inradius, "centre": c} for c in _cover(cover, sides, inradius)]
    if shapes is None or not len(shapes):
        raise AllornoneError("polygons: shapes must be one polygon or more, found none")
    figures = [_shape(shape, sides, inradius) for shape in shapes]
    net = Network(name="polygons")
    net.add_inputs("X1", "X2")
    first = accumulate((figure[0] for figure in figures), initial=1)
    guards = [_sides(net, start, *figure) for start, figure in zip(first, figures, strict=False)]
    if join == "sum":
        # Whole weights in place of shares: with them a sum at the threshold is exact.
        common = math.lcm(*(len(own) for own in guards))
        net.add_unit("out", Threshold(threshold=common * (least + len(guards) / 2)), output=True)
        for own in guards:
            for guard in own:
                net.connect(guard, "out", weight=common // len(own))
        return net
    for number, own in enumerate(guards, start=1):
        net.add_unit(f"F{number}", Threshold(threshold=len(own) - 0.5), group="hidden2")
        for guard in own:
            net.connect(guard, f"F{number}", plastic=False)
    net.add_unit("out", Threshold(threshold=0.5), output=True)
    for number in range(1, len(guards) + 1):
        net.connect(f"F{number}", "out")
    return net


@checked
def pulses(
    edges: Sequence[float] | Array | None = None,
    heights: Sequence[float] | Array | float | None = None,
    task: Iterable[Any] | None = None,
    gain: float | None = None,
) -> Network:
    """Return a network that adds up square pulses of one input, two hidden units each: `H1…` and `out`.

    Pulse k is as high as `heights` says, 1 where nothing is said, from edges[k] to edges[k + 1]: one unit fires from
    the one edge on, another takes it back from the other on. With a task each of its points is given a pulse, as high
    as is desired there, that reaches halfway to its neighbours. With a `gain` the units are logistic and that steep.

    >>> from allornone.simulator.learning.presenting import evaluate
    >>> evaluate(pulses([0.3, 0.6]), [[0.2], [0.3], [0.5], [0.6]]).ravel()
    array([0., 1., 1., 0.])
    """
    borders, tall = _pulses(edges, heights, task)
    if gain is not None and not gain > 0:
        raise AllornoneError(f"pulses: gain must be more than 0, found {gain!r}")
    net = Network(name="pulses")
    net.add_inputs("X1")
    for number, edge in enumerate((edge for pulse in pairwise(borders) for edge in pulse), start=1):
        if gain is None:
            net.add_unit(f"H{number}", Threshold(threshold=edge), group="hidden1")
        else:
            net.add_unit(f"H{number}", Logistic(gain=gain), bias=-edge, group="hidden1", plastic=False)
        net.connect("X1", f"H{number}", plastic=False)
    net.add_unit("out", Linear(), output=True)
    for k, height in enumerate(tall):
        net.connect(f"H{2 * k + 1}", "out", weight=height)
        net.connect(f"H{2 * k + 2}", "out", weight=-height)
    return net


@checked
def cylinders(
    centres: Points | None = None,
    heights: Sequence[float] | Array | float = 1.0,
    radius: float = 0.5,
    sides: int | None = None,
    task: Iterable[Any] | None = None,
) -> Network:
    """Return a network that adds up cylinders over the plane: `C1…`, one a cylinder, and `out`.

    Each stands on a circle of the `radius` about its centre and is as high as `heights` says: the weight from its unit
    to `out`, which alone may learn. With a task each of its points is a centre, as high as is desired there.

    Of `sides` half-planes, `H1…`, a cylinder is the lecture's: 2 (share of its sides that agree − ½), which is 1 inside
    and falls outside like 2R/πr, but never to 0. Where no sides are given it is ideal: one radial unit, by distance,
    and a threshold.

    >>> from allornone.simulator.learning.presenting import evaluate
    >>> evaluate(cylinders([[0, 0]], radius=1), [[0, 0], [3, 0]]).ravel()
    array([1., 0.])
    >>> evaluate(cylinders([[0, 0]], radius=1, sides=60), [[0, 0], [3, 0]]).ravel().round(2)
    array([1.  , 0.23])
    """
    where, tall = _cylinders(centres, heights, task)
    if not radius > 0:
        raise AllornoneError(f"cylinders: radius must be more than 0, found {radius!r}")
    if sides is not None:
        _check_polygon("cylinders", sides, radius)
    net = Network(name="cylinders")
    net.add_inputs("X1", "X2")
    for number, centre in enumerate(where, start=1):
        if sides is None:
            _disc(net, number, centre, radius)
        else:
            _shares(net, number, centre, radius, sides)
    net.add_unit("out", Linear(), output=True)
    for number, height in enumerate(tall, start=1):
        net.connect(f"C{number}", "out", weight=height)
    return net


def _check_polygon(owner: str, sides: object, inradius: float) -> None:
    if isinstance(sides, bool) or not isinstance(sides, int) or sides < 3:
        raise AllornoneError(f"{owner}: sides must be a whole number from 3, found {sides!r}")
    if not inradius > 0:
        raise AllornoneError(f"{owner}: inradius must be more than 0, found {inradius!r}")


def _centre(owner: str, given: Sequence[float] | Array) -> Centre:
    numbers = numbers_of(f"{owner}: a centre", given)
    if numbers.shape != (2,):
        raise AllornoneError(f"{owner}: a centre is two numbers, found {shown(given)}")
    return float(numbers[0]), float(numbers[1])


def _sides(
    net: Network,
    first: int,
    sides: int,
    inradius: float,
    centre: Centre,
    turn: float,
) -> list[str]:
    """Add a fixed unit a side, numbered from `first` on, and return their names."""
    for word, value in (("turn", turn), ("inradius", inradius)):
        if not finite(value):
            raise AllornoneError(f"a polygon's {word} must be a finite number, found {shown(value)}")
    foresee("units", sides)
    names = []
    for k in range(sides):
        angle = turn + 2 * math.pi * k / sides
        across, up = math.cos(angle), math.sin(angle)
        # −n·x ≥ −(inradius + n·centre), said with weights −n and a threshold
        reach = inradius + across * centre[0] + up * centre[1]
        name = f"H{first + k}"
        net.add_unit(name, Threshold(threshold=-reach), group="hidden1")
        net.connect("X1", name, weight=-across, plastic=False)
        net.connect("X2", name, weight=-up, plastic=False)
        names.append(name)
    return names


def _shape(given: dict[Any, Any], sides: int, inradius: float) -> tuple[int, float, Centre, float]:
    known = ("sides", "inradius", "centre", "turn")
    for key in given:
        if key not in known:
            raise UnknownName("key of a shape", str(key), known)
    laid = {"sides": sides, "inradius": inradius, "centre": (0.0, 0.0), "turn": 0.0, **given}
    _check_polygon("polygons", laid["sides"], laid["inradius"])
    return laid["sides"], laid["inradius"], _centre("polygons", laid["centre"]), laid["turn"]


def _cover(task: Iterable[Any], sides: int, inradius: float) -> list[Centre]:
    """Return the points of the lattice that the figure holds: those whose nearest sample does."""
    from scipy.spatial import KDTree  # a figure that is told shape by shape does without

    _check_polygon("polygons", sides, inradius)
    x, d = samples("polygons", task, inputs=2)
    step = inradius * math.sqrt(2)
    low, high = (
        np.ceil(x.min(axis=0) / step).astype(int),
        np.floor(x.max(axis=0) / step).astype(int),
    )
    axes = [step * np.arange(least, most + 1) for least, most in zip(low, high, strict=True)]
    lattice = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = d[KDTree(x).query(lattice)[1], 0] > 0.5
    if not inside.any():
        raise AllornoneError(
            f"polygons: of the lattice with spacing {step:g} no point lies where 1 is desired; "
            "a smaller inradius has more"
        )
    return [(float(a), float(b)) for a, b in lattice[inside]]


def _pulses(
    edges: Sequence[float] | Array | None,
    heights: Sequence[float] | Array | float | None,
    task: Iterable[Any] | None,
) -> tuple[list[float], list[float]]:
    if task is not None:
        if edges is not None or heights is not None:
            raise AllornoneError("pulses: a task says edges and heights itself; leave them out")
        x, d = samples("pulses", task, inputs=1)
        order = np.argsort(x[:, 0], kind="stable")
        points = x[order, 0]
        if len(points) < 2 or not (np.diff(points) > 0).all():
            raise AllornoneError("pulses: a task needs two points or more, no two of them alike")
        between = (points[1:] + points[:-1]) / 2
        ends = 2 * points[0] - between[0], 2 * points[-1] - between[-1]
        return [float(one) for one in (ends[0], *between, ends[1])], [float(one) for one in d[order, 0]]
    borders = [float(edge) for edge in numbers_of("pulses: edges", [] if edges is None else edges).ravel()]
    if len(borders) < 2 or any(not a < b for a, b in pairwise(borders)):
        raise AllornoneError(f"pulses: edges must be two or more numbers that rise, found {borders}")
    return borders, _heights("pulses", 1.0 if heights is None else heights, len(borders) - 1)


def _cylinders(
    centres: Points | None, heights: Sequence[float] | Array | float, task: Iterable[Any] | None
) -> tuple[list[Centre], list[float]]:
    if (centres is None) is (task is None):
        raise AllornoneError("cylinders: give either centres or a task")
    if task is not None:
        x, d = samples("cylinders", task, inputs=2)
        return [_centre("cylinders", point) for point in x], [float(one) for one in d[:, 0]]
    where = [_centre("cylinders", one) for one in np.atleast_1d(numbers_of("cylinders: centres", centres))]
    if not where:
        raise AllornoneError("cylinders: centres must be one point or more, found none")
    return where, _heights("cylinders", heights, len(where))


def _heights(owner: str, given: Sequence[float] | Array | float, count: int) -> list[float]:
    tall = numbers_of(f"{owner}: heights", given)
    if tall.ndim == 0:
        return [float(tall)] * count
    if tall.shape != (count,):
        raise AllornoneError(f"{owner}: heights must be one number, or {count}, one each; found {tall.size}")
    return [float(one) for one in tall]


def _disc(net: Network, number: int, centre: Centre, radius: float) -> None:
    """Add a unit that fires up to a distance: −d ≥ −R."""
    near, name = f"H{number}", f"C{number}"
    net.add_unit(near, Radial(kind="distance"), group="hidden1")
    net.add_unit(name, Threshold(threshold=-radius), group="hidden2")
    for source, place in zip(("X1", "X2"), centre, strict=True):
        net.connect(source, near, weight=place, plastic=False)
    net.connect(near, name, weight=-1.0, plastic=False)


def _shares(net: Network, number: int, centre: Centre, radius: float, sides: int) -> None:
    """Add a unit that says 2 (share of the sides that agree − ½)."""
    guards = _sides(net, (number - 1) * sides + 1, sides, radius, centre, 0.0)
    net.add_unit(f"C{number}", Linear(), bias=-1.0, group="hidden2", plastic=False)
    for guard in guards:
        net.connect(guard, f"C{number}", weight=2 / sides, plastic=False)
