"""Program: a network compiled to arrays, sorted so that a tick is a walk over its stages.

N units with the constant 1 in front, S lanes.   state (batch, N, S)   weights: one block a stage
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import repeat

import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Index, Truth, summed
from allornone.simulator.errors import NetworkError, UnknownName
from allornone.simulator.network.network import Network, evident
from allornone.simulator.program.blocks import Block, DenseBlock, Latest, block_of
from allornone.simulator.program.wiring import Wiring, flow, wire
from allornone.simulator.units import UnitModel

Weights = tuple[Array, ...]
"""The weights of every stage, biases included: what a learning rule changes."""
Gather = tuple[int, slice, slice | Index]
"""Of afferents with one delay: the delay, their places in the block, their places in the state."""


@dataclass(frozen=True)
class Vetoes:
    """Who silences whom in a stage: `afferent[k]`, of its veto sources, silences `unit[k]`; sorted by unit.

    `silenced` are the units that something silences, `starts` where each one's begin.
    """

    afferent: Index
    unit: Index
    silenced: Index
    starts: Index

    @classmethod
    def of(cls, afferent: Index, unit: Index) -> Vetoes:
        """Return vetoes of synapses that are sorted by unit."""
        starts = _starts(unit)
        return cls(afferent, unit, unit[starts], starts)


@dataclass(frozen=True)
class Stage:
    """Units of one model that can be computed together: none of them waits for another at zero delay.

    Units that answer together, as those of a softmax do, are one stage, and nobody else is in it.
    """

    model: UnitModel
    units: slice
    block: Block
    sources: tuple[Gather, ...]
    synapses: Index
    plastic: Truth
    veto_sources: tuple[Gather, ...]
    vetoes: Vetoes
    latest: Latest = field(default_factory=Latest, compare=False, repr=False)

    @cached_property
    def learns(self) -> bool:
        """Whether any of its synapses may change."""
        return bool(self.plastic.any())

    @cached_property
    def heard(self) -> Index:
        """Places in the state of its afferents, the constant last."""
        places = [
            np.arange(where.start, where.stop) if isinstance(where, slice) else where
            for *_, where in self.sources
        ]
        return np.concatenate([np.zeros(0, dtype=np.intp), *places])

    @cached_property
    def all_plastic(self) -> bool:
        """Whether all of its synapses may change."""
        return bool(self.plastic.all())


@dataclass(frozen=True)
class OneLayer:
    """What an epoch from arrays needs to know of a net that is one layer, its inputs heard at once.

    Of the weights (sources, units, lanes) row k is heard from `places[k]` of the state; place 0 is the constant 1.
    """

    model: UnitModel
    places: Index
    units: slice
    block: Block = field(repr=False)

    def net_input(self, w: Array, x: Array) -> Array:
        """Return z, (batch, U, S), of what the sources bring, (batch, A, S), summed as the engine sums it."""
        return self.block.net_input(self.model, w, x)


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
    chosen: bool = False
    """Whether somebody has named the synapses and biases that are plastic."""

    @cached_property
    def index(self) -> dict[str, int]:
        """Place of each unit in the state."""
        return {name: place for place, name in enumerate(self.names) if place}

    @cached_property
    def binary(self) -> bool:
        """Whether every unit but the inputs is 0 or 1."""
        return all(stage.model.binary for stage in self.stages)

    @cached_property
    def plastic(self) -> Truth:
        """Which synapses of the wiring a rule may change, biases included."""
        found = np.zeros(len(self.wiring.target), dtype=bool)
        for stage in self.stages:
            found[stage.synapses] = stage.block.values(stage.plastic.astype(float))[:, 0] > 0
        return found

    @cached_property
    def place_of(self) -> Index:
        """Place in the state of each unit of the wiring."""
        return np.array([0, *(self.index[name] for name in self.wiring.names[1:])], dtype=np.intp)

    @cached_property
    def hears_units(self) -> tuple[bool, ...]:
        """By stage, whether any of its sources is more than an input."""
        return tuple(bool((stage.heard > len(self.inputs)).any()) for stage in self.stages)

    @cached_property
    def shares(self) -> bool:
        """Whether any synapses share a weight."""
        return bool((self.wiring.shared >= 0).any())

    @cached_property
    def one_layer(self) -> OneLayer | None:
        """The only layer of a net that has one, of weights that all may change, without delays, vetoes, sharing."""
        if len(self.stages) != 1 or self.shares or self.longest_delay:
            return None
        stage = self.stages[0]
        if stage.veto_sources or not stage.all_plastic or not isinstance(stage.block, DenseBlock):
            return None
        return OneLayer(stage.model, stage.heard, stage.units, stage.block)

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

    def heard_by(self, layer: int, unit: int) -> list[tuple[str | None, int]]:
        """Return what a unit of a layer hears: each source by name, None for the bias, and its row in the layer's x."""
        stage = self.stages[layer]
        rows = stage.block.afferent[stage.block.unit == unit].tolist()
        return [(self.names[stage.heard[row]] or None, row) for row in rows]

    def synapse_values(self, weights: Weights) -> Array:
        """Return one weight a synapse of `synapses`, (synapses, lanes)."""
        return self.every_value(weights)[~self.wiring.inhibitory]

    def every_value(self, weights: Weights) -> Array:
        """Return one weight a synapse of the wiring, (synapses, lanes), 0 where it is inhibitory."""
        values = np.zeros_like(self.wiring.weight)
        for stage, w in zip(self.stages, weights, strict=True):
            values[stage.synapses] = stage.block.values(w)
        return values

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
            after = dict(net.adjacency())  # not net.edges, which would look every synapse up anew
            for (source, target), value in zip(self.synapses, values[:, lane].tolist(), strict=True):
                if source is None:
                    net.nodes[target]["bias"] = value
                else:
                    after[source][target]["weight"] = value

    def plastic_only(self, chosen: Iterable[tuple[str | None, str]]) -> Program:
        """Return the program with just these synapses plastic, pairs of names, None for a bias."""
        wanted, names = set(chosen), self.wiring.names
        pairs = zip(self.wiring.source, self.wiring.target, strict=True)
        mask = np.array([(names[u] or None, names[v]) in wanted for u, v in pairs], dtype=float)
        stages = tuple(
            replace(stage, plastic=stage.block.weights(mask[stage.synapses, None]).astype(bool))
            for stage in self.stages
        )
        return replace(self, stages=stages, chosen=True)

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


@checked
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
    flows = flow(wiring)
    units = (wiring.kind >= 0).nonzero()[0]
    inputs = (wiring.kind < 0).nonzero()[0]
    groups = int(wiring.group.max()) + 1
    key = ((flows.level * len(wiring.kinds) + wiring.kind) * groups + wiring.group)[units]
    sorting = np.argsort(key, kind="stable")
    order = np.concatenate([inputs, units[sorting]])
    bounds = np.concatenate([_starts(key[sorting]), [len(units)]]) + len(inputs)
    stages = _stages(wiring, order, bounds)
    names = [wiring.names[i] for i in order.tolist()]
    return Program(
        names=tuple(names),
        inputs=tuple(names[1 : len(inputs)]),
        outputs=tuple(networks[0].outputs),
        stages=stages,
        weights=tuple(stage.block.weights(wiring.weight[stage.synapses]) for stage in stages),
        lanes=wiring.lanes,
        longest_delay=int(wiring.delay.max(initial=0)),
        has_loops=flows.has_loops,
        settling=flows.settling,
        networks=networks,
        wiring=wiring,
    )


def _stages(wiring: Wiring, order: Index, bounds: Index) -> tuple[Stage, ...]:
    """Return the stages: `order` are the units as they stand in the state, `bounds` where a stage begins in it."""
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    weighted = _heard(wiring, (~wiring.inhibitory).nonzero()[0], place, bounds)
    inhibitory = _heard(wiring, wiring.inhibitory.nonzero()[0], place, bounds)
    edges = bounds.tolist()
    found = []
    for start, stop, heard, silencing in zip(edges[:-1], edges[1:], weighted, inhibitory, strict=True):
        block, sequence = block_of(heard.afferent, heard.unit, heard.afferents, stop - start)
        synapses = heard.synapses[sequence]
        stage = Stage(
            model=wiring.model(order[start:stop]),
            units=slice(start, stop),
            block=block,
            sources=heard.sources,
            synapses=synapses,
            plastic=block.weights(wiring.plastic[synapses, None].astype(float)) > 0,
            veto_sources=silencing.sources,
            vetoes=Vetoes.of(silencing.afferent, silencing.unit),
        )
        found.append(stage)
    return tuple(found)


def _starts(key: Index) -> Index:
    """Return where each run of equal values begins."""
    new = np.ones(len(key), dtype=bool)
    np.not_equal(key[1:], key[:-1], out=new[1:])
    return new.nonzero()[0]


@dataclass(frozen=True)
class _Heard:
    """What the units of a stage hear: synapses by unit, then afferent; the afferents by delay, the constant last."""

    synapses: Index
    unit: Index
    afferent: Index
    afferents: int
    sources: tuple[Gather, ...]


def _heard(wiring: Wiring, synapses: Index, place: Index, bounds: Index) -> Iterator[_Heard]:
    """Sort synapses into stages, all at once: the distinct afferents of each, and who hears which of them."""
    source, target = place[wiring.source[synapses]], place[wiring.target[synapses]]
    reached = target >= bounds[0]
    synapses, source, target = synapses[reached], source[reached], target[reached]
    if not len(synapses):
        yield from repeat(_Heard(synapses, synapses, synapses, 0, ()), len(bounds) - 1)
        return
    stage = np.searchsorted(bounds, target, side="right") - 1
    delay = np.where(source == 0, int(wiring.delay.max(initial=0)) + 1, wiring.delay[synapses])
    many, late = len(place), int(delay.max(initial=0)) + 1
    pairs, pair = np.unique((stage * late + delay) * many + source, return_inverse=True)
    sorting = np.argsort(target * len(pairs) + pair)
    synapses, target, pair = synapses[sorting], target[sorting], pair[sorting]
    first_pair = np.searchsorted(pairs, np.arange(len(bounds)) * late * many).tolist()
    first = np.searchsorted(target, bounds).tolist()
    runs = _runs(pairs, late, many)
    for number, start in enumerate(bounds[:-1].tolist()):
        mine = slice(first[number], first[number + 1])
        begin, end = first_pair[number], first_pair[number + 1]
        sources = tuple(
            (delay, slice(i - begin, j - begin), where) for delay, i, j, where in runs.get(number, ())
        )
        yield _Heard(synapses[mine], target[mine] - start, pair[mine] - begin, end - begin, sources)


def _runs(pairs: Index, late: int, many: int) -> dict[int, list[tuple[int, int, int, slice | Index]]]:
    """Return by stage the afferents of one delay: the delay, from which to which they go, their places in the state."""
    key, place = np.divmod(pairs, many)
    starts = _starts(key)
    stops = [*starts[1:].tolist(), len(pairs)]
    found: dict[int, list[tuple[int, int, int, slice | Index]]] = {}
    for start, stop, number in zip(starts.tolist(), stops, key[starts].tolist(), strict=True):
        stage, delay = divmod(number, late)
        low, high = int(place[start]), int(place[stop - 1])
        where = slice(low, high + 1) if high - low == stop - 1 - start else place[start:stop].copy()
        found.setdefault(stage, []).append((delay if low else 0, start, stop, where))
    return found
