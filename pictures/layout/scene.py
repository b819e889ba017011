"""A Scene: all the geometry of a drawn network, in unit radii, before any painter sees it.

One polyline per synapse, evenly divided, so that a travelling pulse is an index.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allornone.pictures.layout.layout import UNDER, LayoutOptions, layout, placed
from allornone.pictures.layout.marks import CURVE, mini_curve, threshold
from allornone.pictures.layout.routing import LOOP, POINTS, Placement, routes
from allornone.pictures.layout.units import Body, DrawnNet, Strengths, drawn_net, short_name, sides, width
from allornone.simulator.errors import UnknownName
from allornone.simulator.network.network import Network

Array = NDArray[np.float64]

ASPECT = 1.9  # width over height that is filled where nothing else is asked
EM = 0.62  # height of a letter of a name
NAMED = 40  # in larger nets only inputs and outputs carry their names
ROW = 14  # and so where a column holds more hidden units
HEADS = 24  # above so many synapses left-to-right is the convention
NUMBERS = 12  # up to so many synapses their weights are written on them
MARKS = 5  # tick marks on a synapse; beyond, "×d"

APART = 0.35  # between a body and its name, and between two names in ems


@dataclass(frozen=True)
class Patch:
    """A group drawn as an image: its units row by row, its middle, and the side of a pixel."""

    name: str
    members: tuple[str, ...]
    rows: int
    cols: int
    x: float
    y: float
    pixel: float


@dataclass(frozen=True)
class Label:
    """A text at a place; `across` "left", "right", "center", `up` "top", "center", "bottom": which point of it."""

    text: str
    x: float
    y: float
    across: str
    up: str
    role: str  # "input", "output", "unit", "patch", "fold", "note"


@dataclass(frozen=True)
class Scene:
    """The geometry of a network; arrays are read-only in spirit.

    units (n), shapes (n) "input" | "unit" | "output", positions (n, 2), texts (n) inside the unit, curves
    (n, 33, 2) its activation, NaN where a text stands; synapses (s) pairs of names (of patches for
    bundles), paths (s, POINTS, 2), weights (s), delays (s), kinds (s), ticks (s) marks across, backward (s);
    loops: units that remember together, save those of a tangle; dots (f, 2) the middle of folded layers; box: x and
    y from, to.
    """

    name: str
    units: tuple[str, ...]
    shapes: tuple[str, ...]
    positions: Array
    texts: tuple[str, ...]
    curves: Array
    biases: Array
    labels: tuple[Label, ...]
    synapses: tuple[tuple[str, str], ...]
    paths: Array
    weights: Array
    delays: NDArray[np.int64]
    kinds: tuple[str, ...]
    ticks: NDArray[np.int64]
    backward: NDArray[np.bool_]
    loops: tuple[tuple[str, ...], ...]
    patches: tuple[Patch, ...]
    dots: Array
    box: tuple[float, float, float, float]
    headed: bool = True
    weighted: bool = False
    signed: bool = False
    numbered: bool = False
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return the scene as plain lists and numbers, rounded to 1e-4, for JSON."""
        found: dict[str, Any] = {}
        for key, value in vars(self).items():
            found[key] = _plain(value)
        return found

    def to_json(self) -> str:
        """Return the scene as JSON text: the same network gives the same bytes."""
        return json.dumps(self.as_data(), ensure_ascii=False, separators=(",", ":"))


def scene(
    net: Network,
    pos: Mapping[str, ArrayLike] | None = None,
    *,
    aspect: float = ASPECT,
    em: float = EM,
    named: bool | None = None,
    learning: bool = False,
) -> Scene:
    """Return the scene of a network.

    `pos`: anybody's positions, unit → (x, y), e.g. of `nx.spring_layout`; `aspect`: width over height of
    where it will be shown; `em`: height of a letter of a name, in unit radii; `named`: whether hidden
    units show their names (by default where there is room); `learning`: draw weights although they are equal.
    Raises UnknownName for a unit that `pos` leaves out.

    >>> net = Network(name="wire")
    >>> net.add_inputs("a", "b")
    >>> scene(net).units
    ('a', 'b')
    """
    wires = drawn_net(net)
    if named is None:
        named = _names_fit(wires)
    facts = Strengths.of(net, wires, learning)
    if pos is None:
        marks = min(int(facts.ticks.max(initial=0)), MARKS)
        numbered, biased = _numbered(wires, facts), _biased(net, wires, facts)
        placement = layout(wires, LayoutOptions(aspect, em, named, facts.weighted, marks, numbered, biased))
    else:
        missing = next((str(unit) for unit in net if unit not in pos), None)
        if missing is not None:
            raise UnknownName("position", missing, [str(unit) for unit in pos])
        placement = placed(wires, pos)
    return _scene(net, wires, placement, facts, em, named)


def _holds(net: Network, loop: Collection[str]) -> bool:
    """Whether a loop can hold anything: where all its synapses weigh nothing it is no memory."""
    own = net.subgraph(loop).edges(data=True)
    return any(data.get("kind") == "inhibitory" or data.get("weight", 1.0) != 0 for _, _, data in own)


def _note(text: str, placement: Placement, labels: Sequence[Label], em: float) -> tuple[Label, ...]:
    """What there is to say of the whole, under all of it."""
    if not text:
        return ()
    low = float(placement.places[:, 1].min()) - 2.0
    low = min([low, *(float(extent(label, em)[0, 1]) - 0.5 * em for label in labels)])
    return (Label(text, float(placement.places[:, 0].min()), low, "left", "top", "note"),)


def _numbered(wires: DrawnNet, facts: Strengths) -> bool:
    """Whether weights are written on the synapses: few, and not all the same."""
    return facts.weighted and len(wires.links) <= NUMBERS


def _biased(net: Network, wires: DrawnNet, facts: Strengths) -> list[str]:
    """Units over which a bias is written."""
    if not _numbered(wires, facts):
        return []
    return [
        body.name
        for body in wires.bodies
        if body.kind in ("unit", "output") and "bias" in net.nodes[body.name]
    ]


def _names_fit(wires: DrawnNet) -> bool:
    """Whether there is room for the names of hidden units."""
    hidden = [wires.columns[k] for k, body in enumerate(wires.bodies) if body.kind == "unit"]
    return len(hidden) <= NAMED and max((hidden.count(column) for column in set(hidden)), default=0) <= ROW


def _scene(
    net: Network, wires: DrawnNet, placement: Placement, facts: Strengths, em: float, named: bool
) -> Scene:
    shown = [k for k, body in enumerate(wires.bodies) if body.kind in ("input", "unit", "output")]
    bodies = [wires.bodies[k] for k in shown]
    labels = _labels(wires, placement, em, named)
    paths = np.array(routes(placement)).reshape(-1, POINTS, 2)
    labels += _note(wires.left_out, placement, labels, em)
    texts = tuple(_text(net, body) for body in bodies)
    columns = placement.columns or [0] * len(wires.bodies)
    tangle = {wires.bodies[k].name for k in placement.outward}
    back = [columns[x.source] > columns[x.target] for x in wires.links]
    inhibited = any(x.kind == "inhibitory" for x in wires.links)
    patches = tuple(_patch(b, placement.places[k]) for k, b in enumerate(wires.bodies) if b.kind == "patch")
    return Scene(
        name=str(net.graph.get("name", "")),
        units=tuple(body.name for body in bodies),
        shapes=tuple(body.kind for body in bodies),
        positions=placement.places[shown],
        texts=texts,
        curves=_curves(net, bodies, texts),
        biases=np.array([float(net.nodes[body.members[0]].get("bias", np.nan)) for body in bodies]),
        labels=labels,
        synapses=tuple((wires.bodies[x.source].name, wires.bodies[x.target].name) for x in wires.links),
        paths=paths,
        weights=facts.weights,
        delays=facts.delays,
        kinds=tuple(x.kind for x in wires.links),
        ticks=facts.ticks,
        backward=np.array(back, dtype=bool),
        loops=tuple(tuple(loop) for loop in net.loops if _holds(net, loop) and not tangle.intersection(loop)),
        patches=patches,
        dots=np.array([placement.places[k] for k, b in enumerate(wires.bodies) if b.kind == "fold"]).reshape(
            -1, 2
        ),
        box=_box(placement, labels, paths, em, _biased(net, wires, facts)),
        headed=len(wires.links) <= HEADS or inhibited,
        weighted=facts.weighted,
        signed=facts.signed,
        numbered=_numbered(wires, facts),
        members={patch.name: patch.members for patch in patches},
    )


def _labels(wires: DrawnNet, placement: Placement, em: float, named: bool) -> tuple[Label, ...]:
    """The names of units, where there is room for them."""
    place = sides(wires, placement.columns or wires.columns, named)
    if not placement.columns:
        place = ["below" if side in ("left", "right") else side for side in place]
    if placement.outward:  # beside a tangle units stand close, without room for names under them
        place = [
            "" if b.kind == "unit" and s == "below" else s for b, s in zip(wires.bodies, place, strict=True)
        ]
    labels = tuple(
        label_of(body, placement.places[k], place[k])
        for k, body in enumerate(wires.bodies)
        if place[k] not in ("", "inside") and k not in placement.outward
    )
    outputs = [k for k in placement.outward if wires.bodies[k].kind == "output"]
    return labels + tuple(around(placement, list(placement.outward) if named else outputs, em))


def _patch(body: Body, place: Array) -> Patch:
    return Patch(body.name, body.members, body.rows, body.cols, float(place[0]), float(place[1]), body.pixel)


def _text(net: Network, body: Body) -> str:
    """What stands inside: the short name of an input, the threshold of a unit."""
    if body.kind == "input":
        return body.name if len(body.name) <= 2 else ""
    return threshold(net, body.members[0])


def _curves(net: Network, bodies: Sequence[Body], texts: Sequence[str]) -> Array:
    found = np.full((len(bodies), CURVE, 2), np.nan)
    for k, (body, text) in enumerate(zip(bodies, texts, strict=True)):
        if body.kind != "input" and not text:
            found[k] = mini_curve(net, body.members[0])
    return found


def _box(
    placement: Placement, labels: Sequence[Label], paths: Array, em: float, biased: Collection[str]
) -> tuple[float, float, float, float]:
    """From x, to x, from y, to y of all that is drawn."""
    around = np.array([[-0.6, -0.6], [0.6, 0.6]])  # half a band, and heads
    corners = [(paths[:, :, None] + around).reshape(-1, 2)]
    for body, place in zip(placement.bodies, placement.places, strict=True):
        half = np.array(body.half) + 0.45
        bias = np.array([0.0, 0.46 + 1.1 * em if body.name in biased else 0.0])
        corners.append(np.array([place - half, place + half + bias]))
    corners += [extent(label, em) for label in labels]
    points = np.concatenate(corners) if len(placement.bodies) else np.zeros((1, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def _plain(value: Any) -> Any:
    """Arrays as nested lists rounded to 1e-4 (NaN as None), everything else as JSON has it."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, 4) + 0.0
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Label | Patch):
        return {key: _plain(entry) for key, entry in vars(value).items()}
    return value


def label_of(body: Body, place: Array, side: str) -> Label:
    """The name of a body, beside it."""
    x, y = float(place[0]), float(place[1])
    wide, high = body.half
    role = body.kind
    text = str(body.rows) if role == "fold" else short_name(body.name)
    if side == "middle":
        return Label(text, x, y, "center", "center", role)
    if side == "left":
        return Label(text, x - wide - 0.35, y, "right", "center", role)
    if side == "right":
        return Label(text, x + wide + 0.42, y, "left", "center", role)
    return Label(text, x, y - high - UNDER, "center", "top", role)


def around(placement: Placement, named: Sequence[int], em: float) -> list[Label]:
    """Return the labels of bodies of a tangle, away from it; a name that would lie on another is left out."""
    looped = {link.source for link in placement.links if link.source == link.target}
    found: list[Label] = []
    taken: list[Array] = []
    for k in named:
        body, (x, y) = placement.bodies[k], placement.outward[k]
        far = body.half[0] + APART + (LOOP if k in looped else 0.0)
        at = placement.places[k] + placement.outward[k] * far
        across = "center" if abs(x) < 0.3 else "left" if x > 0 else "right"
        up = "center" if abs(y) < 0.6 else "bottom" if y > 0 else "top"
        label = Label(short_name(body.name), float(at[0]), float(at[1]), across, up, body.kind)
        box = extent(label, em)
        room = np.array([APART, 0.0]) * em
        if all((box[1] + room < other[0]).any() or (other[1] + room < box[0]).any() for other in taken):
            found.append(label)
            taken.append(box)
    return found


def extent(label: Label, em: float) -> Array:
    """Return the lower left and the upper right corner of a label whose letters are `em` high, (2, 2)."""
    long, high = width(label.text, em), 1.15 * em
    left = label.x - {"left": 0.0, "center": 0.5, "right": 1.0}[label.across] * long
    top = label.y + {"top": 0.0, "center": em / 2, "bottom": high}[label.up]
    return np.array([[left, top - high], [left + long, top]])
