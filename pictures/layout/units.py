"""What is drawn of a network: bodies and links, how strong they are, and where their names stand.

A body is a unit, a patch of pixels, or the ⋮ of a folded layer; a link is a synapse, or a bundle of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allornone.pictures.layout.columns import columns, cycles
from allornone.simulator.errors import NetworkError
from allornone.simulator.network.network import Network

WIDE = 14  # a layer of more units than this is folded
KEPT = 7  # to so many at either end
PATCH = 10.0  # a patch of pixels is at most so wide, in unit radii

LINES = 500  # synapses that are drawn, at most
GOLDEN = (5**0.5 - 1) / 2  # its multiples spread evenly: of equal synapses some from all over are kept

Array = NDArray[np.float64]

MARKED = 48  # above so many synapses there are no tick marks

INSIDE = 2  # characters that fit into an input
LETTER = 0.62  # mean width of a letter of DejaVu Sans, in ems
LONGEST = 16  # characters of a name


@dataclass(frozen=True)
class Body:
    """Something with a place: its name, kind ("input", "unit", "output", "patch" or "fold") and members."""

    name: str
    kind: str
    members: tuple[str, ...] = ()
    rows: int = 1
    cols: int = 1

    @property
    def pixel(self) -> float:
        """Side of a pixel of a patch, in unit radii."""
        return min(0.9, PATCH / max(self.cols, self.rows))

    @property
    def half(self) -> tuple[float, float]:
        """Half the width and half the height."""
        if self.kind == "patch":
            return self.cols * self.pixel / 2, self.rows * self.pixel / 2
        return {"input": (0.86, 0.86), "output": (1.285, 1.285)}.get(self.kind, (1.0, 1.0))


@dataclass(frozen=True)
class Link:
    """A synapse between bodies; a `bundle` stands for all the synapses of a patch."""

    source: int
    target: int
    kind: str = "weighted"
    bundle: bool = False


@dataclass(frozen=True)
class DrawnNet:
    """Bodies in the network's order, the links between them, and each body's column.

    `cycle`: the number of the cycle that each body is in, −1 for none; `left_out`: what there is to be said of
    synapses that are not drawn.
    """

    bodies: tuple[Body, ...]
    links: tuple[Link, ...]
    columns: tuple[int, ...]
    index: Mapping[str, int] = field(default_factory=dict)
    cycle: tuple[int, ...] = ()
    left_out: str = ""


def drawn_net(net: Network) -> DrawnNet:
    """Return what is drawn of a network.

    >>> net = Network()
    >>> net.add_inputs("a", "b")
    >>> [(body.name, body.kind) for body in drawn_net(net).bodies]
    [('a', 'input'), ('b', 'input')]
    """
    bodies, owner = _bodies(net)
    links = _links(net, bodies, owner)
    place = _layers(net, bodies) or _columns(bodies, links)
    return _thinned(net, _folded(bodies, links, place))


def _thinned(net: Network, wires: DrawnNet) -> DrawnNet:
    """The same with no more links than can be seen; who is in a cycle is judged by all of them."""
    edges = [(link.source, link.target) for link in wires.links]
    found = replace(wires, cycle=tuple(cycles(len(wires.bodies), edges)))
    kept = strongest([_strength(net, wires.bodies, link) for link in wires.links])
    if len(kept) == len(wires.links):
        return found
    links = tuple(wires.links[k] for k in kept)
    return replace(found, links=links, left_out=said(len(links), net.number_of_edges()))


def _strength(net: Network, bodies: Sequence[Body], link: Link) -> float:
    """The weight of a link; bundles and absolute inhibition are always drawn."""
    if link.bundle or link.kind == "inhibitory":
        return float("nan")
    u, v = bodies[link.source].members[0], bodies[link.target].members[0]
    return float(net.edges[u, v].get("weight", 1.0))


def _bodies(net: Network) -> tuple[list[Body], dict[str, int]]:
    """One body per unit, save that a group with a shape is one patch; and the body of each unit."""
    inputs, outputs = set(net.inputs), set(outputs_of(net))
    shapes = net.facts.get("shapes", {})
    group: dict[str, str | None] = {unit: data.get("group") for unit, data in net.nodes(data=True)}
    bodies: list[Body] = []
    patches: dict[str, int] = {}
    owner: dict[str, int] = {}
    for unit in net:
        name = group[unit]
        if name is not None and name in shapes:
            if name not in patches:
                patches[name] = len(bodies)
                bodies.append(_patch(name, tuple(u for u in net if group[u] == name), shapes[name]))
            owner[unit] = patches[name]
            continue
        owner[unit] = len(bodies)
        kind = "input" if unit in inputs else "output" if unit in outputs else "unit"
        bodies.append(Body(str(unit), kind, (unit,)))
    return bodies, owner


def outputs_of(net: Network) -> list[str]:
    """Return the outputs; a net in which none is evident can be drawn all the same.

    >>> outputs_of(Network())
    []
    """
    try:
        return net.outputs
    except NetworkError:
        return []


def _patch(name: str, members: tuple[str, ...], shape: Sequence[int]) -> Body:
    """The patch of a group; more than two sides are laid out row by row."""
    cols = int(shape[-1])
    return Body(name, "patch", members, rows=-(-len(members) // max(cols, 1)), cols=cols)


def _links(net: Network, bodies: Sequence[Body], owner: Mapping[str, int]) -> list[Link]:
    """One link per synapse between units, one per pair of bodies where a patch takes part."""
    found: dict[tuple[int, int, str], Link] = {}
    for u, v, kind in net.edges(data="kind", default="weighted"):
        a, b = owner[u], owner[v]
        bundle = "patch" in (bodies[a].kind, bodies[b].kind)
        found.setdefault((a, b, kind), Link(a, b, kind, bundle))
    return list(found.values())


def _layers(net: Network, bodies: Sequence[Body]) -> list[int] | None:
    """The columns that the units' own `layer` gives, if all have one."""
    given = [net.nodes[body.members[0]].get("layer") for body in bodies]
    layer = [int(value) for value in given if value is not None]
    if not layer or len(layer) < len(bodies):
        return None
    rank = {value: k for k, value in enumerate(sorted(set(layer)))}
    return [rank[value] for value in layer]


def _columns(bodies: Sequence[Body], links: Sequence[Link]) -> list[int]:
    net_inputs = [k for k, body in enumerate(bodies) if body.kind == "input"]
    edges = [(link.source, link.target) for link in links]
    silent = [(link.source, link.target) for link in links if link.kind == "inhibitory"]
    place = columns(len(bodies), edges, net_inputs, silent)
    for k, body in enumerate(bodies):
        if body.kind == "patch" and not any(b == k for _, b in edges):
            place[k] = 0
    return place


def _folded(bodies: Sequence[Body], links: Sequence[Link], place: Sequence[int]) -> DrawnNet:
    """The same with every wide layer folded to its ends, and numbers made consecutive again."""
    layers: dict[tuple[int, str], list[int]] = {}
    for k, body in enumerate(bodies):
        if body.kind != "patch":
            layers.setdefault((place[k], body.kind), []).append(k)
    hidden: set[int] = set()
    folds: dict[int, Body] = {}
    for layer in layers.values():
        if len(layer) > WIDE and not _tangled(layer, links):
            middle = layer[KEPT:-KEPT]
            hidden.update(middle)
            members = tuple(bodies[k].members[0] for k in middle)
            folds[middle[0]] = Body(f"⋮ {len(layer)}", "fold", members, rows=len(layer))
    kept = [k for k in range(len(bodies)) if k not in hidden or k in folds]
    new = {k: position for position, k in enumerate(kept) if k not in hidden}
    seen = [
        Link(new[link.source], new[link.target], link.kind, link.bundle)
        for link in links
        if link.source in new and link.target in new
    ]
    shown = tuple(folds.get(k, bodies[k]) for k in kept)
    index = {member: position for position, body in enumerate(shown) for member in body.members}
    return DrawnNet(shown, tuple(seen), tuple(place[k] for k in kept), index)


def _tangled(layer: Sequence[int], links: Sequence[Link]) -> bool:
    """Whether synapses join units of the layer to one another: then it is no layer to fold."""
    inside = set(layer)
    return any(link.source in inside and link.target in inside for link in links)


def strongest(weights: ArrayLike, most: int = LINES) -> list[int]:
    """Return the places of the largest weights, whatever their sign, in their order; NaN goes before all.

    >>> strongest([0.5, -2.0, 1.0], most=2)
    [1, 2]
    """
    size = np.abs(np.asarray(weights, dtype=np.float64))
    if len(size) <= most:
        return list(range(len(size)))
    size = np.where(np.isnan(size), np.inf, size)
    spread = np.arange(len(size)) * GOLDEN % 1
    return sorted(np.lexsort((spread, -size))[:most].tolist())


def said(drawn: int, whole: int) -> str:
    """Return what a picture says of the synapses that it leaves out.

    >>> said(400, 10000)
    '400 of 10,000 synapses are drawn'
    """
    return f"{drawn:,} of {whole:,} synapses are drawn"


def faint(count: int) -> float:
    """Return how opaque so many equal lines are, so that crossing ones can be told apart.

    >>> faint(20), faint(500)
    (1.0, 0.3)
    """
    steps: Sequence[float] = (100.0, 500.0)
    return float(np.interp(count, steps, (1.0, 0.3)))


@dataclass(frozen=True)
class Strengths:
    """Weights (NaN for a bundle), delays and tick marks, per link; what differs and so is drawn.

    `weighted`: their sizes differ; `signed`: their colours say the sign.
    """

    weights: Array
    delays: NDArray[np.int64]
    ticks: NDArray[np.int64]
    weighted: bool
    signed: bool

    @classmethod
    def of(cls, net: Network, wires: DrawnNet, learning: bool) -> "Strengths":
        """Return what a network says of each link; of `learning` weights all is worth drawing."""
        data = [_data(net, wires.bodies[x.source], wires.bodies[x.target]) for x in wires.links]
        weights = np.array(
            [np.nan if x.bundle else float(d["weight"]) for x, d in zip(wires.links, data, strict=True)]
        )
        delays = np.array([int(d["delay"]) for d in data], dtype=np.int64)
        summed = np.array([x.kind == "weighted" and not x.bundle for x in wires.links], dtype=bool)
        seen = weights[summed]
        # what is uniform is said once, what differs is drawn
        uniform = len(set(delays.tolist())) <= 1
        ticks = np.zeros_like(delays) if uniform or len(delays) > MARKED else delays
        weighted = learning or len(set(np.abs(seen).tolist())) > 1
        signed = bool(len(seen)) and (learning or bool(np.any(seen < 0)) or bool(np.any(seen % 1)))
        return cls(weights, delays, ticks, weighted, signed)


def _data(net: Network, source: Body, target: Body) -> dict[str, Any]:
    """Weight and delay of a link, defaults filled in; of a bundle those of its first synapse."""
    u, v = next((u, v) for u in source.members for v in target.members if net.has_edge(u, v))
    found: dict[str, Any] = dict(net.edges[u, v])
    found.setdefault("weight", 1.0)
    found["delay"] = net.delay(u, v)
    return found


def short_name(name: str) -> str:
    """Return a name of at most `LONGEST` characters.

    >>> short_name("a-unit-with-a-very-long-name")
    'a-unit-with-a-v…'
    """
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def sides(wires: DrawnNet, columns: Sequence[int], named: bool) -> list[str]:
    """Return for each body "inside", "middle", "left", "right", "below" or "" (no name).

    `named`: whether units that are neither input nor output carry their names where that takes room; at either
    edge of the picture it takes none.
    """
    heard = {link.target for link in wires.links if link.source != link.target}
    leaving = {link.source for link in wires.links if columns[link.target] > columns[link.source]}
    last = max(columns, default=0)
    found = [_side(body, columns[k], last, k in leaving, named) for k, body in enumerate(wires.bodies)]
    for k, body in enumerate(wires.bodies):
        if body.kind == "unit" and columns[k] == last > 0 and k not in leaving:
            found[k] = "right"
        elif body.kind == "unit" and columns[k] == 0 < last and k not in heard:
            found[k] = "left"
    return found


def _side(body: Body, column: int, last: int, leaving: bool, named: bool) -> str:
    if body.kind == "fold":
        return "middle"
    if body.kind == "patch":
        return "below"
    if body.kind == "input":
        return "inside" if len(body.name) <= INSIDE else "left" if column == 0 else "below"
    if body.kind == "output":
        roomy = column == last or len(body.name) <= 6
        return "right" if roomy and not leaving else "below"
    return "below" if named else ""


def width(text: str, em: float) -> float:
    """Return about how wide a text is, in unit radii, when a letter is `em` high."""
    return len(text) * LETTER * em
