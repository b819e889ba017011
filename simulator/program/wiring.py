"""Wiring: what a graph says, as arrays. One network is one lane; networks of equal structure are many.

S lanes, N units with the constant 1 in front, E synapses with the biases behind.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from allornone.simulator.arrays import Array, Index, Truth
from allornone.simulator.errors import NetworkError
from allornone.simulator.network import network
from allornone.simulator.network.network import Network
from allornone.simulator.units import UnitModel

SHOWN = 12


@dataclass(frozen=True)
class Wiring:
    """A network's units and synapses as arrays; unit 0 is the constant 1, a bias is its synapse.

    `names[i]`, `classes[i]` (None for inputs and the constant) and `fields[i]` describe unit i; the arrays
    `source`, `target`, `delay`, `inhibitory`, `plastic`, `shared` have one entry a synapse, `weight` is
    (synapses, lanes).
    """

    names: tuple[str, ...]
    classes: tuple[type[UnitModel] | None, ...]
    fields: tuple[tuple[dict[str, Any], ...], ...]
    source: Index
    target: Index
    delay: Index
    weight: Array
    inhibitory: Truth
    plastic: Truth
    shared: Index

    @property
    def lanes(self) -> int:
        """Number of networks side by side."""
        return int(self.weight.shape[1])


def wire(networks: Sequence[Network]) -> Wiring:
    """Read networks of equal structure into one wiring, a lane each; an error names what means nothing."""
    if not networks:
        raise NetworkError("at least one network is needed")
    first = networks[0]
    different = list({id(net): net for net in networks}.values())  # one may stand in many lanes
    for net in different:
        network.check(net)
    shape = structure(first)
    for net in different[1:]:
        if structure(net) != shape:
            raise NetworkError(
                f"network {networks.index(net)} differs from network 0 in more than numbers: "
                "lanes need equal structure"
            )
    which = np.array([different.index(net) for net in networks])
    names = ("", *first)
    position = {name: index for index, name in enumerate(names) if index}
    fields = tuple(_field_values(name, different, which) for name in first)
    edges = list(first.edges(data=True))
    biased = [name for name in first if "bias" in first.nodes[name]]
    return Wiring(
        names=names,
        classes=(None, *(_class(name, first) for name in first)),
        fields=((), *fields),
        source=np.array([position[u] for u, _, _ in edges] + [0] * len(biased), dtype=np.intp),
        target=np.array([position[v] for _, v, _ in edges] + [position[v] for v in biased], dtype=np.intp),
        delay=np.array([first.delay(u, v) for u, v in first.edges] + [0] * len(biased), dtype=np.intp),
        weight=_weights(different, biased)[:, which],
        inhibitory=np.array(
            [data.get("kind") == "inhibitory" for *_, data in edges] + [False] * len(biased), dtype=bool
        ),
        plastic=np.array(
            [first.plastic(u, v) for u, v in first.edges] + [first.plastic(None, v) for v in biased],
            dtype=bool,
        ),
        shared=_sharing([data.get("shared") for *_, data in edges], len(biased)),
    )


def structure(net: Network) -> Hashable:
    """Return all of a network but its numbers: networks that agree in it can be lanes of one program."""
    units = tuple((name, "bias" in data, *_words(data)) for name, data in net.nodes(data=True))
    synapses = tuple(
        (u, v, net.delay(u, v), data.get("kind", "weighted"), data.get("plastic"), data.get("shared"))
        for u, v, data in net.edges(data=True)
    )
    return units, synapses


def _words(data: dict[str, Any]) -> tuple[Hashable, ...]:
    """Return what is said of a unit that is no number: its model, its group, whether it is an output, …"""
    return tuple(sorted((key, value) for key, value in data.items() if isinstance(value, str | bool)))


def _class(name: str, net: Network) -> type[UnitModel] | None:
    data = net.nodes[name]
    return None if data.get("input") else network.model_class(name, data)


def _field_values(name: str, different: Sequence[Network], which: Index) -> tuple[dict[str, Any], ...]:
    if different[0].nodes[name].get("input"):
        return ()
    found = [network.model_of(name, net.nodes[name]).values() for net in different]
    return tuple(found[k] for k in which)


def _weights(networks: Sequence[Network], biased: Sequence[str]) -> Array:
    columns = [
        [data.get("weight", 1.0) for _, _, data in net.edges(data=True)]
        + [net.nodes[name]["bias"] for name in biased]
        for net in networks
    ]
    return np.array(columns, dtype=float).reshape(len(networks), -1).T.copy()


def _sharing(labels: Sequence[str | None], biases: int) -> Index:
    number: dict[str, int] = {}
    found = [-1 if label is None else number.setdefault(label, len(number)) for label in labels]
    return np.array(found + [-1] * biases, dtype=np.intp)


def levels(wiring: Wiring) -> Index:
    """Return each unit's place in line: the longest path of zero-delay synapses that leads to it.

    Raises NetworkError where such synapses form a loop, and names it unit by unit.
    """
    now = (wiring.delay == 0) & (wiring.source != 0)
    count = len(wiring.names)
    waits = np.bincount(wiring.target[now], minlength=count)
    followers: list[list[int]] = [[] for _ in range(count)]
    for source, target in zip(wiring.source[now], wiring.target[now], strict=True):
        followers[source].append(int(target))
    level = np.zeros(count, dtype=np.intp)
    ready = [unit for unit in range(count) if not waits[unit]]
    done = 0
    while ready:
        unit = ready.pop()
        done += 1
        for target in followers[unit]:
            level[target] = max(level[target], level[unit] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    if done < count:
        raise NetworkError(_loop(wiring, followers, {unit for unit in range(count) if waits[unit]}))
    return level


def _loop(wiring: Wiring, followers: list[list[int]], left: set[int]) -> str:
    # Units that only follow a loop are left over too; walking backwards from any of them must run into it.
    before = {target: unit for unit in sorted(left, reverse=True) for target in followers[unit]}
    unit = min(left)
    walked: list[int] = []
    while unit not in walked:
        walked.append(unit)
        unit = before[unit]
    circle = [*walked[walked.index(unit) :], unit][::-1]
    names = [wiring.names[i] for i in circle]
    if len(names) > SHOWN:
        names = [*names[: SHOWN - 1], f"… ({len(circle) - 1} units)", names[-1]]
    return f"synapses without delay form a loop: {' → '.join(names)}. Give one of them a delay"


def settling(net: Network) -> int:
    """Return the longest sum of delays on a path, 0 for a net with loops, which never settles by itself.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> net = Network()
    >>> net.add_inputs("N1")
    >>> net.add_unit("N2", McCullochPitts())
    >>> net.connect("N1", "N2", delay=3)
    >>> settling(net)
    3
    """
    if net.loops:
        return 0
    latest: dict[str, int] = {}
    for unit in nx.topological_sort(net):
        latest[unit] = max((latest[u] + net.delay(u, unit) for u in net.predecessors(unit)), default=0)
    return max(latest.values(), default=0)
