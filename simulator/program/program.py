"""Program: a network compiled to arrays, sorted so that a tick is a walk over its stages.

N units with the constant 1 in front, S lanes.   state (batch, N, S)   weights: one block a stage
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from allornone.simulator.arrays import Array, Index, Truth, summed
from allornone.simulator.errors import NetworkError, UnknownName
from allornone.simulator.network.network import Network, evident
from allornone.simulator.program.blocks import Block, Latest, block_of
from allornone.simulator.program.wiring import Wiring, levels, settling, wire
from allornone.simulator.units import UnitModel

Weights = tuple[Array, ...]
"""The weights of every stage, biases included: what a learning rule changes."""
Gather = tuple[int, slice, slice | Index]
"""Of afferents with one delay: the delay, their places in the block, their places in the state."""


@dataclass(frozen=True)
class Stage:
    """Units of one model that can be computed together: none of them waits for another at zero delay."""

    model: UnitModel
    units: slice
    block: Block
    sources: tuple[Gather, ...]
    synapses: Index
    plastic: Truth
    veto_sources: tuple[Gather, ...]
    vetoes: Truth
    latest: Latest = field(default_factory=Latest, compare=False, repr=False)

    @cached_property
    def learns(self) -> bool:
        """Whether any of its synapses may change."""
        return bool(self.plastic.any())

    @cached_property
    def all_plastic(self) -> bool:
        """Whether all of its synapses may change."""
        return bool(self.plastic.all())


@dataclass(eq=False)
class Program:
    """The compiled snapshot of a network, or of networks of equal structure side by side in lanes.

    Nothing of it changes but `weights`, when somebody teaches it: it answers as taught, and learns on from there.
    """

    names: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    stages: tuple[Stage, ...]
    weights: Weights
    lanes: int
    longest_delay: int
    has_loops: bool
    settling: int
    networks: tuple[Network, ...]
    wiring: Wiring = field(repr=False)

    @cached_property
    def index(self) -> dict[str, int]:
        """Place of each unit in the state."""
        return {name: place for place, name in enumerate(self.names) if place}

    @cached_property
    def binary(self) -> bool:
        """Whether every unit but the inputs is 0 or 1."""
        return all(stage.model.binary for stage in self.stages)

    @cached_property
    def shares(self) -> bool:
        """Whether any synapses share a weight."""
        return bool((self.wiring.shared >= 0).any())

    @cached_property
    def output_places(self) -> Index:
        """Places of the outputs in the state; an error where none is evident."""
        return self.places(evident(self.outputs, self.networks[0]))

    def places(self, names: Sequence[str]) -> Index:
        """Return the places of units in the state; an unknown one is an error with the nearest."""
        for name in names:
            if name not in self.index:
                raise UnknownName("unit", name, self.index)
        return np.array([self.index[name] for name in names], dtype=np.intp)

    @cached_property
    def synapses(self) -> list[tuple[str | None, str]]:
        """Weighted synapses as pairs of names, in the graph's order; a bias comes from None."""
        wiring = self.wiring
        return [
            (wiring.names[u] or None, wiring.names[v])
            for u, v, no in zip(wiring.source, wiring.target, wiring.inhibitory, strict=True)
            if not no
        ]

    def synapse_values(self, weights: Weights) -> Array:
        """Return one weight a synapse of `synapses`, (synapses, lanes)."""
        values = np.zeros_like(self.wiring.weight)
        for stage, w in zip(self.stages, weights, strict=True):
            values[stage.synapses] = stage.block.values(w)
        return values[~self.wiring.inhibitory]

    def with_values(self, values: Array) -> Weights:
        """Return weights from one value a synapse of `synapses`, (synapses, lanes)."""
        every = self.wiring.weight.copy()
        every[~self.wiring.inhibitory] = values
        return tuple(stage.block.weights(every[stage.synapses]) for stage in self.stages)

    def keep(self, weights: Weights) -> None:
        """Take learned weights for one's own, and write them back to the networks."""
        self.weights = weights
        self.write(weights, self.networks)

    def write(self, weights: Weights, networks: Sequence[Network]) -> None:
        """Write weights and biases to graphs, a lane each."""
        values = self.synapse_values(weights)
        for lane, net in enumerate(networks):
            for (source, target), value in zip(self.synapses, values[:, lane], strict=True):
                if source is None:
                    net.nodes[target]["bias"] = float(value)
                else:
                    net.edges[source, target]["weight"] = float(value)

    def plastic_only(self, chosen: Iterable[tuple[str | None, str]]) -> Program:
        """Return the program with just these synapses plastic, pairs of names, None for a bias."""
        wanted, names = set(chosen), self.wiring.names
        pairs = zip(self.wiring.source, self.wiring.target, strict=True)
        mask = np.array([(names[u] or None, names[v]) in wanted for u, v in pairs], dtype=float)
        stages = tuple(
            replace(stage, plastic=stage.block.weights(mask[stage.synapses, None]).astype(bool))
            for stage in self.stages
        )
        return replace(self, stages=stages)

    def same_shared(self, change: Weights) -> Weights:
        """Give synapses that share a weight the sum of their changes."""
        shared = self.wiring.shared
        if not (shared >= 0).any():
            return change
        values = np.zeros_like(self.wiring.weight)
        for stage, part in zip(self.stages, change, strict=True):
            values[stage.synapses] = stage.block.values(part)
        for label in range(int(shared.max()) + 1):
            members = shared == label
            values[members] = summed(values[members], 0)
        return tuple(stage.block.weights(values[stage.synapses]) for stage in self.stages)


def compile(net: Network | Program | Sequence[Network]) -> Program:
    """Compile a network, or several of equal structure as lanes; a program is returned as it is.

    A program is a snapshot: what is done to the graph later does not reach it. What it learns is kept in it and
    written to its networks. Raises NetworkError for whatever means nothing, and for a loop of zero-delay synapses,
    unit by unit.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> net = Network()
    >>> net.add_unit("M", McCullochPitts())
    >>> net.connect("M", "M", delay=0)
    >>> compile(net)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.NetworkError: synapses without delay form a loop: M → M. ...
    """
    if isinstance(net, Program):
        return net
    networks = list(net) if isinstance(net, Sequence) else [net]
    for one in networks:
        if not isinstance(one, Network):
            raise NetworkError(f"a Network is needed here, found {type(one).__name__}")
    wiring = wire(networks)
    if len(wiring.names) == 1:
        raise NetworkError("the network has no units")
    return _assemble(wiring, tuple(networks))


def _assemble(wiring: Wiring, networks: tuple[Network, ...]) -> Program:
    level = levels(wiring)
    inputs = [i for i, cls in enumerate(wiring.classes) if i and cls is None]
    order = [0, *inputs]
    groups = list(_by_level_and_model(wiring, level))
    for _, members in groups:
        order.extend(members)
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    in_lists: dict[int, list[int]] = {}
    for synapse, target in enumerate(wiring.target):
        in_lists.setdefault(int(target), []).append(synapse)
    stages = tuple(_stage(wiring, cls, members, place, in_lists) for cls, members in groups)
    return Program(
        names=tuple(wiring.names[i] for i in order),
        inputs=tuple(wiring.names[i] for i in inputs),
        outputs=tuple(networks[0].outputs),
        stages=stages,
        weights=tuple(stage.block.weights(wiring.weight[stage.synapses]) for stage in stages),
        lanes=wiring.lanes,
        longest_delay=int(wiring.delay.max(initial=0)),
        has_loops=bool(networks[0].loops),
        settling=settling(networks[0]),
        networks=networks,
        wiring=wiring,
    )


def _by_level_and_model(wiring: Wiring, level: Index) -> Iterator[tuple[type[UnitModel], list[int]]]:
    groups: dict[tuple[int, int], list[int]] = {}
    seen: dict[type[UnitModel], int] = {}
    for i, cls in enumerate(wiring.classes):
        if cls is not None:
            groups.setdefault((int(level[i]), seen.setdefault(cls, len(seen))), []).append(i)
    models = list(seen)
    for key in sorted(groups):
        yield models[key[1]], groups[key]


def _stage(
    wiring: Wiring,
    cls: type[UnitModel],
    members: list[int],
    place: Index,
    in_lists: dict[int, list[int]],
) -> Stage:
    every = np.array([k for unit in members for k in in_lists.get(unit, ())], dtype=np.intp)
    local = {unit: position for position, unit in enumerate(members)}
    weighted, inhibitory = every[~wiring.inhibitory[every]], every[wiring.inhibitory[every]]
    pairs, afferent = _afferents(wiring, weighted, place)
    unit = np.array([local[int(t)] for t in wiring.target[weighted]], dtype=np.intp)
    block, sequence = block_of(afferent, unit, len(pairs), len(members))
    synapses = weighted[sequence]
    veto_pairs, veto_afferent = _afferents(wiring, inhibitory, place)
    vetoes = np.zeros((len(veto_pairs), len(members)), dtype=bool)
    vetoes[veto_afferent, [local[int(t)] for t in wiring.target[inhibitory]]] = True
    start = int(place[members[0]])
    return Stage(
        model=_stacked(wiring, members, cls),
        units=slice(start, start + len(members)),
        block=block,
        sources=_gathers(pairs),
        synapses=synapses,
        plastic=block.weights(wiring.plastic[synapses, None].astype(float)) > 0,
        veto_sources=_gathers(veto_pairs),
        vetoes=vetoes,
    )


def _afferents(wiring: Wiring, synapses: Index, place: Index) -> tuple[list[tuple[int, int]], Index]:
    """Return the distinct (delay, source) pairs, the constant last, and which of them each synapse has."""
    found = [
        (int(d), int(place[s])) for d, s in zip(wiring.delay[synapses], wiring.source[synapses], strict=True)
    ]
    pairs = sorted(set(found), key=lambda pair: (pair[1] == 0, pair))
    number = {pair: k for k, pair in enumerate(pairs)}
    return pairs, np.array([number[pair] for pair in found], dtype=np.intp)


def _gathers(pairs: list[tuple[int, int]]) -> tuple[Gather, ...]:
    gathers: list[Gather] = []
    start = 0
    for stop in range(1, len(pairs) + 1):
        if stop < len(pairs) and pairs[stop][0] == pairs[start][0] and pairs[stop][1] != 0:
            continue
        places = [source for _, source in pairs[start:stop]]
        runs_on = places == list(range(places[0], places[0] + len(places)))
        where = slice(places[0], places[-1] + 1) if runs_on else np.array(places, dtype=np.intp)
        gathers.append((pairs[start][0], slice(start, stop), where))
        start = stop
    return tuple(gathers)


def _stacked(wiring: Wiring, members: list[int], cls: type[UnitModel]) -> UnitModel:
    """Stack the models of a stage's units into one whose fields are scalars or arrays (units, lanes)."""
    stacked: dict[str, Any] = {}
    for name in cls.parameter_names():
        column = [[lane[name] for lane in wiring.fields[unit]] for unit in members]
        first = column[0][0]
        if all(value == first for row in column for value in row):
            stacked[name] = first
        elif isinstance(first, str | bool):
            raise NetworkError(f"all {cls.name} units of a net must agree in {name!r}: their formula is one")
        else:
            stacked[name] = np.array(column, dtype=float)
    return cls(**stacked)
