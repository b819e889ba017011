"""Wiring: what is drawn of a network. Wide layers are folded, image groups become patches.

A body is a unit, a patch of pixels, or the ⋮ of a folded layer; a link is a synapse, or a bundle of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from allornone.pictures.columns import columns, cycles
from allornone.pictures.thinning import said, strongest
from allornone.simulator.errors import NetworkError
from allornone.simulator.network.network import Network

WIDE = 14  # a layer of more units than this is folded
KEPT = 7  # to so many at either end
PATCH = 10.0  # a patch of pixels is at most so wide, in unit radii


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
class Wiring:
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


def wiring(net: Network) -> Wiring:
    """Return what is drawn of a network.

    >>> net = Network()
    >>> net.add_inputs("a", "b")
    >>> [(body.name, body.kind) for body in wiring(net).bodies]
    [('a', 'input'), ('b', 'input')]
    """
    bodies, owner = _bodies(net)
    links = _links(net, bodies, owner)
    place = _layers(net, bodies) or _columns(bodies, links)
    return _thinned(net, _folded(bodies, links, place))


def _thinned(net: Network, wires: Wiring) -> Wiring:
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
    shapes = net.graph.get("shapes", {})
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


def _folded(bodies: Sequence[Body], links: Sequence[Link], place: Sequence[int]) -> Wiring:
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
    return Wiring(shown, tuple(seen), tuple(place[k] for k in kept), index)


def _tangled(layer: Sequence[int], links: Sequence[Link]) -> bool:
    """Whether synapses join units of the layer to one another: then it is no layer to fold."""
    inside = set(layer)
    return any(link.source in inside and link.target in inside for link in links)
