"""Radial units and networks of them (Broomhead & Lowe 1988): a unit answers by how far its input is from its centre.

x  input      w  the centre, held as weights      z = Σ (x − w)², the squared distance      y  output
r  the distance in widths, √z / width      X  points (samples, inputs)      d  what is desired (samples, outputs)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Gt

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, as_numbers, numbers_of, stream
from allornone.simulator.errors import AllornoneError, UnknownName, whole
from allornone.simulator.network.network import Network, foresee, named_inputs
from allornone.simulator.registry import units
from allornone.simulator.units import DifferentiableUnit

WAYS = ("sample", "k-means")
"""How centres are drawn from the points of a task."""
NARROWEST = 1e-150
"""Of a width: its square is still a number."""
TRIES = 20
"""Draws of starting centres, of which one leaves no cluster empty."""

Points = Sequence[Sequence[float]] | Array
Kind = Literal["gaussian", "exponential", "multiquadric", "distance"]


@dataclass(frozen=True)
class Radial(DifferentiableUnit):
    """A unit that measures the distance of its input from its weights, instead of a sum.

        z = Σ (x − w)²        r = √z / width

        gaussian        y = e^(−r²)         dy/dz = −y / width²
        exponential     y = e^−r            dy/dz = −y / (2 r width²)
        multiquadric    y = √(1 + r²)       dy/dz = 1 / (2 y width²)
        distance        y = r               dy/dz = 1 / (2 r width²)

    At its centre every slope is taken to be 0: nothing there says which way is nearer. Broomhead & Lowe, Complex
    Systems 2 (1988); Hardy (1971) for the multiquadric.

    >>> import numpy as np
    >>> squared_distance = np.array([0.0, 1.0, 4.0])
    >>> Radial().activate(squared_distance).round(4)
    array([1.    , 0.3679, 0.0183])
    >>> Radial(kind="exponential", width=2.0).activate(squared_distance).round(4)
    array([1.    , 0.6065, 0.3679])
    """

    kind: Kind = "gaussian"
    width: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "radial"
    biased: ClassVar[bool] = False

    def combine(self, w: Array, x: Array) -> Array:
        """Return (x − w)², what one direction adds to the squared distance."""
        apart = x - w
        return apart * apart

    def partials(self, w: Array, x: Array) -> tuple[Array, Array]:
        """Return 2 (w − x) for w, and 2 (x − w) for x."""
        apart = x - w
        return -2 * apart, 2 * apart

    def activate(self, z: Array) -> Array:
        """Return the formula of its kind; below 0, where no squared distance is, what it is at the centre."""
        r = np.sqrt(np.maximum(z, 0.0)) / self.width
        if self.kind == "gaussian":
            return np.exp(-r * r)
        if self.kind == "exponential":
            return np.exp(-r)
        return np.sqrt(1 + r * r) if self.kind == "multiquadric" else r

    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz, 0 at the centre."""
        away = z > 0
        square = self.width * self.width
        r = np.sqrt(np.where(away, z, 1.0)) / self.width
        if self.kind == "gaussian":
            slope = -y / square
        elif self.kind == "exponential":
            slope = -y / (2 * r * square)
        else:
            slope = 1 / (2 * (y if self.kind == "multiquadric" else r) * square)
        return np.where(away, slope, 0.0)


@checked
def rbf(
    centres: Points | dict[Any, Any] | None = None,
    width: float | Sequence[float] | Array | None = None,
    kind: Kind = "gaussian",
    task: Iterable[Any] | None = None,
    inputs: int | Sequence[str] | None = None,
    outputs: int | None = None,
    weights: float = 0.0,
    fit: bool = False,
    bias: bool = True,
    model: str = "linear",
    plastic: bool = False,
    seed: int | None = None,
    **parameters: float,
) -> Network:
    """Return a network of radial units, hidden `H1…`, one a centre, and `out`, or `out1…`.

    `centres` are points; or are drawn from those of a task, `{"sample": 20}`, or are the centres of its clusters,
    `{"k-means": 20}`; where nothing is said, every point of the task is one. A task may be a pair (X, d). `width` is
    one for all or one for each; where none is given, it is the largest distance between two centres over the root of
    their number, as Lowe (1989) has it.

    With `fit=True` the weights to the outputs are those of least squares for the task: the least weights that bring
    z nearest to d. Otherwise they are `weights`, for a rule to teach; centres stay where they are unless `plastic`.
    Other keywords are parameters of the outputs' model. Broomhead & Lowe, Complex Systems 2 (1988); Moody & Darken
    (1989) for the clusters.

    >>> from allornone.simulator.learning.presenting import evaluate
    >>> X, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
    >>> net = rbf([[0, 0], [1, 1]], task=(X, d), fit=True)
    >>> evaluate(net, X).ravel().round(6) + 0.0
    array([0., 1., 1., 0.])
    >>> round(net.edges["H1", "out"]["weight"], 4), round(net.nodes["out"]["bias"], 4)
    (-2.5027, 2.8413)
    """
    sources = None if inputs is None else named_inputs("rbf", inputs)
    wide = None if sources is None else len(sources)
    shown = None if task is None else samples("rbf", task, wide, wanting=fit)
    points = _centres(centres, None if shown is None else shown[0], wide, seed)
    widths = _widths(width, points)
    if fit and shown is None:
        raise AllornoneError("rbf: fit needs a task, the points and what is desired of them")
    wanted = None if shown is None else shown[1]
    ends = outputs if outputs is not None else 1 if wanted is None else max(1, wanted.shape[1])
    ends = whole("rbf: outputs", ends, 1)
    foresee("units", len(points) + ends)
    if fit and wanted is not None and wanted.shape[1] != ends:
        raise AllornoneError(f"rbf: {ends} outputs need a task of as many, found {wanted.shape[1]}")
    net = _joined(sources or named_inputs("rbf", points.shape[1]), points, widths, kind, plastic)
    names = ["out"] if ends == 1 else [f"out{k}" for k in range(1, ends + 1)]
    unit = units.get(model).from_values(parameters)
    for name in names:
        net.add_unit(name, unit, output=True)
        if not bias:
            net.nodes[name].pop("bias", None)
        for k in range(1, len(points) + 1):
            net.connect(f"H{k}", name, weight=weights)
    if fit and shown is not None and wanted is not None:
        _fit(net, names, shown[0], wanted, points, widths, kind)
    return net


def samples(
    owner: str, task: Iterable[Any], inputs: int | None = None, wanting: bool = True
) -> tuple[Array, Array]:
    """Return the points of a task, or of a pair (X, d), and what is desired of them: none, unless it is `wanting`.

    >>> samples("polygons", ([0, 1, 2], [0, 1, 0]), inputs=2)
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.AllornoneError: polygons: the task must have 2 inputs, found X of shape (3, 1)
    """
    pair = tuple(task)
    if len(pair) != 2:
        raise AllornoneError(f"{owner}: a task is a pair, X and d, found {len(pair)} of them")
    x, d = _table(owner, "X", pair[0]), None if pair[1] is None else _table(owner, "d", pair[1])
    if not len(x) or not x.shape[1]:
        raise AllornoneError(f"{owner}: the task has no points: X has the shape {x.shape}")
    if inputs is not None and x.shape[1] != inputs:
        raise AllornoneError(f"{owner}: the task must have {inputs} inputs, found X of shape {x.shape}")
    if d is None and wanting:
        raise AllornoneError(f"{owner}: the task says nothing of what is desired; give it d")
    if d is not None and len(d) != len(x):
        raise AllornoneError(f"{owner}: each of {len(x)} points needs what is desired of it, found {len(d)}")
    return x, np.zeros((len(x), 0)) if d is None else d


def _table(owner: str, name: str, given: Any) -> Array:
    table = as_numbers(given)
    if table is None:
        raise AllornoneError(f"{owner}: {name} must be a table of numbers, rows of one length")
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2:
        raise AllornoneError(f"{owner}: {name} must be a table, one row a point, found shape {table.shape}")
    if not np.isfinite(table).all():
        raise AllornoneError(f"{owner}: {name} holds a number that is not finite")
    return table


def _centres(given: Any, x: Array | None, inputs: int | None, seed: int | None) -> Array:
    if given is None or isinstance(given, dict):
        if x is None:
            raise AllornoneError("rbf: give centres, or a task whose points they are drawn from")
        return x if given is None else _drawn(given, x, seed)
    points = _table("rbf", "centres", given)
    if not points.size:
        raise AllornoneError("rbf: centres must be one point or more, found none")
    wide = x.shape[1] if x is not None else inputs
    if wide is not None and points.shape[1] != wide:
        raise AllornoneError(f"rbf: {wide} inputs need centres of {wide} numbers, found {points.shape[1]}")
    return points


def _drawn(given: dict[Any, Any], x: Array, seed: int | None) -> Array:
    if len(given) != 1:
        raise AllornoneError(f'rbf: centres are drawn one way, such as {{"k-means": 8}}, found {given}')
    ((way, number),) = given.items()
    if way not in WAYS:
        raise UnknownName("way to draw centres", str(way), WAYS)
    count = whole(f"rbf: the number of centres by {way}", number, 1)
    different = np.unique(x, axis=0)
    if count > len(different):
        raise AllornoneError(f"rbf: {count} centres need as many different points, found {len(different)}")
    random = stream(seed or 0, "wiring", "centres")
    if way == "sample":
        return different[np.sort(random.permutation(len(different))[:count])]
    return _clusters(x, count, random)


def _clusters(x: Array, count: int, random: np.random.Generator) -> Array:
    """Return the centres of k-means, started at points of the data that are drawn far from one another."""
    from scipy.cluster.vq import ClusterError, kmeans2  # centres that are given do without

    for _ in range(TRIES):
        try:
            with np.errstate(all="ignore"):  # points beyond what floats can tell apart make no clusters
                found, _ = kmeans2(x, count, iter=100, minit="++", missing="raise", seed=random)
        except ClusterError:
            continue
        return np.asarray(found, dtype=np.float64)
    raise AllornoneError(
        f"rbf: {count} clusters are too many for these points: some stay empty; ask for fewer"
    )


def _widths(given: float | Sequence[float] | Array | None, points: Array) -> Array:
    from scipy.spatial.distance import cdist

    count = len(points)
    if given is None:
        apart = cdist(points, points).max()
        return np.full(count, apart / np.sqrt(count) if apart > 0 else 1.0)
    widths = numbers_of("rbf: width", given)
    if widths.shape not in ((), (count,)):
        raise AllornoneError(f"rbf: width is one number, or {count}, one a centre; found {widths.size}")
    if ((widths > 0) & (widths < NARROWEST)).any():
        raise AllornoneError(f"rbf: a width must be more than {NARROWEST:g}, found {widths.min():g}")
    return np.broadcast_to(widths, (count,))


def _joined(names: Sequence[str], points: Array, widths: Array, kind: Kind, plastic: bool) -> Network:
    net = Network(name="rbf")
    net.add_inputs(*names)
    for k, (point, width) in enumerate(zip(points, widths, strict=True), start=1):
        unit = Radial.from_values({"kind": kind, "width": float(width)})
        net.add_unit(f"H{k}", unit, group="hidden1")
        for name, place in zip(names, point, strict=True):
            net.connect(name, f"H{k}", weight=float(place), plastic=plastic)
    return net


def _fit(
    net: Network, names: Sequence[str], x: Array, d: Array, points: Array, widths: Array, kind: Kind
) -> None:
    """Set the weights to the outputs to those of least squares."""
    from scipy.spatial.distance import cdist

    told = Radial(kind=kind).activate(cdist(x, points, "sqeuclidean") / widths**2)
    biased = "bias" in net.nodes[names[0]]
    table = np.hstack([told, np.ones((len(x), 1))]) if biased else told
    solved = np.linalg.lstsq(table, d, rcond=None)[0]
    for name, column in zip(names, solved.T, strict=True):
        for k in range(len(points)):
            net.edges[f"H{k + 1}", name]["weight"] = float(column[k])
        if biased:
            net.nodes[name]["bias"] = float(column[-1])
