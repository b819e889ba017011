"""Wiring: what a graph says, as arrays. One network is one lane; networks of equal structure are many.

A graph is walked once, into columns, and a column is checked at once; where something of it may mean nothing,
units and synapses are checked one by one, which finds the words for the first that does.

S lanes, N units with the constant 1 in front, E synapses with the biases behind.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.arrays import Array, Index, Truth
from allornone.simulator.errors import NetworkError
from allornone.simulator.network import network
from allornone.simulator.network.network import Network
from allornone.simulator.registry import units as unit_models
from allornone.simulator.units import UnitModel

SHOWN = 12
MANY = 50
"""Units from which on it is quicker to let their synapses go together, as arrays, than one by one."""

Objects = NDArray[np.object_]


@dataclass(frozen=True)
class Wiring:
    """A network's units and synapses as arrays; unit 0 is the constant 1, a bias is its synapse.

    `kind[i]` is the place of unit i's model among `kinds`, −1 for inputs and the constant, and `row[i]` its row
    in the columns of that model, `fields[kind]`, each (units of the model, lanes). `group[i]` tells apart the
    groups of a vector model, and is 0 elsewhere.
    The arrays `source`, `target`, `delay`, `inhibitory`, `plastic`, `shared` have one entry a synapse, `weight`
    is (synapses, lanes).
    """

    names: tuple[str, ...]
    kinds: tuple[type[UnitModel], ...]
    kind: Index
    row: Index
    fields: tuple[dict[str, Objects], ...]
    group: Index
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

    def model(self, units: Sequence[int] | Index, lanes: slice | Sequence[int] = slice(None)) -> UnitModel:
        """Stack the models of units of one kind into one whose fields are scalars or arrays (units, lanes)."""
        kind = int(self.kind[units[0]])
        rows, model = self.row[units], self.kinds[kind]
        stacked: dict[str, Any] = {}
        for name, column in self.fields[kind].items():
            values = column[rows][:, lanes]
            first = values[0, 0]
            if (values == first).all():
                stacked[name] = first
            elif isinstance(first, str | bool):
                raise NetworkError(
                    f"all {model.name} units of a net must agree in {name!r}: their formula is one"
                )
            else:
                stacked[name] = values.astype(float)
        return model(**stacked)


def wire(networks: Sequence[Network]) -> Wiring:
    """Read networks of equal structure into one wiring, a lane each; an error names what means nothing."""
    if not networks:
        raise NetworkError("at least one network is needed")
    different = {id(net): net for net in networks}  # one may stand in many lanes
    said = [_read(net) for net in different.values()]
    units, synapses = said[0].units, said[0].synapses
    shape = said[0].structure if len(said) > 1 else None
    for net, other in [*zip(different.values(), said, strict=True)][1:]:
        if other.structure != shape:
            raise NetworkError(
                f"network {networks.index(net)} differs from network 0 in more than numbers: "
                "lanes need equal structure"
            )
    number = {key: k for k, key in enumerate(different)}
    which = [number[id(net)] for net in networks]
    plastic = np.concatenate([synapses.plasticity(units), units.plasticity()])
    weights = [np.concatenate([one.synapses.weight, one.units.biases()]) for one in said]
    biased = units.biased
    none = np.zeros(len(biased), dtype=np.intp)
    return Wiring(
        names=("", *units.names),
        kinds=units.kinds,
        kind=units.kind,
        row=units.row,
        fields=tuple(
            {
                name: np.array([said[lane].units.fields[k][name] for lane in which], dtype=object).T
                for name in names
            }
            for k, names in enumerate(units.fields)
        ),
        group=units.group,
        source=np.concatenate([synapses.source, none]),
        target=np.concatenate([synapses.target, biased]),
        delay=np.concatenate([synapses.delay, none]),
        weight=np.ascontiguousarray(np.array([weights[lane] for lane in which]).T),
        inhibitory=np.concatenate([synapses.inhibitory, none.astype(bool)]),
        plastic=plastic,
        shared=np.concatenate([_sharing(synapses.shared, len(synapses.source)), none - 1]),
    )


def structure(net: Network) -> Hashable:
    """Return all of a network but its numbers: networks that agree in it can be lanes of one program."""
    return _read(net).structure


@dataclass(frozen=True)
class _Units:
    """What a network says of its units, in its order: as data, and as columns with the constant in front."""

    names: list[str]
    data: list[dict[str, Any]]
    kinds: tuple[type[UnitModel], ...]
    kind: Index
    row: Index
    members: list[list[dict[str, Any]]]
    fields: tuple[dict[str, list[Any]], ...]
    group: Index

    @classmethod
    def of(cls, net: Network) -> _Units:
        """Read the units of a network."""
        names, data = list(net), [data for _, data in net.nodes(data=True)]
        kinds, kind = _kinds(data)
        rows = [(kind == k).nonzero()[0] for k in range(len(kinds))]
        members = [[data[unit - 1] for unit in own.tolist()] for own in rows]
        row = np.zeros(len(kind), dtype=np.intp)
        for own in rows:
            row[own] = np.arange(len(own))
        fields = tuple(model.columns(own) for model, own in zip(kinds, members, strict=True))
        group = np.zeros(len(kind), dtype=np.intp)
        number: dict[tuple[type[UnitModel], Any], int] = {}
        for model, own in zip(kinds, rows, strict=True):
            for unit in own.tolist() if model.vector else ():
                group[unit] = number.setdefault((model, data[unit - 1].get("group")), len(number) + 1)
        return cls(names, data, kinds, kind, row, members, fields, group)

    @property
    def sound(self) -> bool:
        """Whether all of them evidently mean something."""
        if "" in self.names or not all(issubclass(kind, str) for kind in set(map(type, self.names))):
            return False
        if not "".join(self.names).isprintable() or not _are_words(self.data):
            return False
        inputs = set(chain.from_iterable(data for data in self.data if data.get("input")))
        if network.misspelt(inputs, network.UNIT_KEYS) is not None:
            return False
        for model, own, columns in zip(self.kinds, self.members, self.fields, strict=True):
            keys = set(chain.from_iterable(own))
            if network.misspelt(keys, (*network.UNIT_KEYS, *columns)) or not model.take(columns):
                return False
            if "bias" in keys and not _are_numbers([data["bias"] for data in own if "bias" in data]):
                return False
        return True

    @property
    def biased(self) -> Index:
        """Those that have a bias."""
        return np.array([k for k, data in enumerate(self.data, 1) if "bias" in data], dtype=np.intp)

    def biases(self) -> Array:
        """Return the bias of each that has one."""
        return np.array([data["bias"] for data in self.data if "bias" in data], dtype=float)

    def plasticity(self) -> Truth:
        """Return which biases a rule may change, as `Network.plastic` does."""
        found = []
        for unit in self.biased.tolist():
            name, data = self.names[unit - 1], self.data[unit - 1]
            given = data.get("plastic")
            found.append(bool(given) if given is not None else network.model_class(name, data).plastic)
        return np.array(found, dtype=bool)

    def usual(self, values: Sequence[Any], otherwise: Any, units: Index) -> NDArray[Any]:
        """Return what their models, which say `values`, say of some units; of inputs something else."""
        return np.array([*values, otherwise])[self.kind[units]]


@dataclass(frozen=True)
class _Synapses:
    """What a network says of its synapses, a column each; `plastic` and `shared` if anything is said at all."""

    source: Index
    target: Index
    delay: Index
    weight: Array
    inhibitory: Truth
    plastic: list[Any] | None
    shared: list[Any] | None

    @classmethod
    def of(cls, net: Network, units: _Units) -> tuple[_Synapses, bool]:
        """Read the synapses of a network, and whether all of them evidently mean something."""
        data, source, target = _walked(net, units.names)
        keys = set(chain.from_iterable(data))
        sound = not keys & {"plastic", "shared"} or _are_words(data)
        sound = (
            sound
            and network.misspelt(keys, network.SYNAPSE_KEYS) is None
            and not (units.kind[target] < 0).any()
        )
        delay = units.usual([model.delay for model in units.kinds], 0, target)
        if "delay" in keys:
            given = [one.get("delay", -1) for one in data]
            sound = sound and _are_delays(given, data)
            own = np.array(given, dtype=np.intp)
            delay = np.where(own < 0, delay, own)
        weight = np.ones(len(data))
        if "weight" in keys:
            given = [one.get("weight", 1.0) for one in data]
            sound = sound and _are_numbers(given)
            weight = np.array(given, dtype=float)
        inhibitory = np.zeros(len(data), dtype=bool)
        if "kind" in keys:
            given = [one.get("kind", "weighted") for one in data]
            inhibitory = np.array([kind == "inhibitory" for kind in given], dtype=bool)
            can = units.usual([model.absolute_inhibition for model in units.kinds], False, target)
            sound = sound and set(given) <= {"weighted", "inhibitory"} and bool(can[inhibitory].all())
        plastic, shared = (_column(key, keys, data) for key in ("plastic", "shared"))
        return cls(source, target, delay, weight, inhibitory, plastic, shared), sound

    def plasticity(self, units: _Units) -> Truth:
        """Return which of them a rule may change: as `Network.plastic`, all at once."""
        plastic = units.usual([model.plastic for model in units.kinds], False, self.target)
        for k, given in enumerate(self.plastic or ()):
            if given is not None:
                plastic[k] = bool(given)
        return plastic & ~self.inhibitory


@dataclass(frozen=True)
class _Columns:
    """What one network says."""

    units: _Units
    synapses: _Synapses

    @property
    def structure(self) -> Hashable:
        """All but the numbers."""
        units, synapses = self.units, self.synapses
        words = tuple(
            (name, "bias" in data, *_words(data)) for name, data in zip(units.names, units.data, strict=True)
        )
        ends = (synapses.source, synapses.target, synapses.delay, synapses.inhibitory)
        said = tuple(None if one is None else tuple(one) for one in (synapses.plastic, synapses.shared))
        return words, tuple(array.tobytes() for array in (units.kind, units.group, *ends)), said


def _read(net: Network) -> _Columns:
    """Walk a network once, into columns; an error names the first unit or synapse that means nothing."""
    try:
        units = _Units.of(net)
        synapses, sound = _Synapses.of(net, units)
        sound = sound and units.sound
    except Exception as error:
        failure = error
    else:
        if not sound:
            network.check(net)  # which has the words for what is wrong
        return _Columns(units, synapses)
    network.check(net)
    raise failure


def _kinds(data: Sequence[dict[str, Any]]) -> tuple[tuple[type[UnitModel], ...], Index]:
    """Return the models in the order in which they come, and by unit which is its own, −1 for none."""
    number: dict[Any, int] = {}
    found = [-1 if one.get("input") else number.setdefault(one["model"], len(number)) for one in data]
    models = [unit_models.get(word) for word in number]
    kinds = list(dict.fromkeys(models))
    place = np.array([*(kinds.index(model) for model in models), -1], dtype=np.intp)
    return tuple(kinds), place[[-1, *found]]


def _walked(net: Network, names: Sequence[str]) -> tuple[list[dict[str, Any]], Index, Index]:
    """Return the data of all synapses, their sources and their targets."""
    place = {name: k for k, name in enumerate(names, 1)}
    data: list[dict[str, Any]] = []
    targets: list[str] = []
    sources: list[int] = []
    counts: list[int] = []
    for name, reached in net.adjacency():
        sources.append(place[name])
        counts.append(len(reached))
        targets.extend(reached)
        data.extend(reached.values())
    target = np.fromiter(map(place.__getitem__, targets), dtype=np.intp, count=len(targets))
    return data, np.repeat(np.array(sources, dtype=np.intp), counts), target


def _column(key: str, keys: set[Any], data: Sequence[dict[str, Any]]) -> list[Any] | None:
    """Return what is said under a key, None if nothing is."""
    if key not in keys:
        return None
    given = [one.get(key) for one in data]
    return None if all(value is None for value in given) else given


def _are_words(data: Sequence[dict[str, Any]]) -> bool:
    """Return whether flags are flags and names are texts, where anything is said."""
    said = {
        key: [one[key] for one in data if key in one] for key in (*network.FLAGS, "group", "shared", "layer")
    }
    kinds = {key: {*map(type, values)} for key, values in said.items()}
    if not all(kinds[key] <= {bool} for key in network.FLAGS) or not kinds["layer"] <= {int}:
        return False
    if not kinds["group"] | kinds["shared"] <= {str}:
        return False
    return all(text and text.isprintable() for text in {*said["group"], *said["shared"]})


def _are_numbers(values: Sequence[Any]) -> bool:
    kinds = set(map(type, values))
    real = bool not in kinds and all(issubclass(kind, Real) for kind in kinds)
    return real and all(map(isfinite, values))


def _are_delays(values: Sequence[Any], data: Sequence[dict[str, Any]]) -> bool:
    """Return whether delays mean something; −1 stands where none is given, and nowhere else."""
    kinds = set(map(type, values))
    if bool in kinds or not all(issubclass(kind, Integral | float) for kind in kinds):
        return False
    if kinds != {int} and not all(value == value // 1 for value in values):
        return False
    if not (min(values) >= -1 and max(values) <= network.MOST_DELAY):
        return False
    without = values.count(-1)
    return not without or without == sum("delay" not in one for one in data)


def _words(data: dict[str, Any]) -> tuple[Hashable, ...]:
    """Return what is said of a unit that is no number: its model, its group, whether it is an output, …"""
    return tuple(sorted((key, value) for key, value in data.items() if isinstance(value, str | bool)))


def _sharing(labels: Sequence[Any] | None, count: int) -> Index:
    if labels is None:
        return np.full(count, -1, dtype=np.intp)
    number: dict[str, int] = {}
    found = [-1 if label is None else number.setdefault(label, len(number)) for label in labels]
    return np.array(found, dtype=np.intp)


@dataclass(frozen=True)
class Flow:
    """How signals pass: each unit's place in line within a tick, whether they come back, how long they take."""

    level: Index
    has_loops: bool
    settling: int


def flow(wiring: Wiring) -> Flow:
    """Find the longest path of zero-delay synapses to each unit, loops, and the longest sum of delays.

    Units that answer together count as one, which waits for all that any of them waits for. Raises NetworkError
    where synapses without delay form a loop, and names it unit by unit.
    """
    real = wiring.source != 0
    source, target, delay = wiring.source[real], wiring.target[real], wiring.delay[real]
    one = _together(wiring.group)
    level = np.zeros(len(one), dtype=np.intp)
    now = delay == 0
    if now.any():
        ends = source[now], target[now]
        level, left = _longest(one[ends[0]], one[ends[1]], np.ones_like(ends[0]), len(one))
        if left.any():
            raise NetworkError(_loop(wiring, ends[0].tolist(), ends[1].tolist(), one, left))
    has_loops, settling = False, 0
    if not now.all():
        has_loops, settling = _settling(one[source], one[target], delay, len(one))
    return Flow(level[one], has_loops, settling)


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
    said = _read(net)
    one, synapses = _together(said.units.group), said.synapses
    return _settling(one[synapses.source], one[synapses.target], synapses.delay, len(one))[1]


def _together(group: Index) -> Index:
    """Return by unit the first of those that answer together with it, which stands for all of them."""
    one = np.arange(len(group))
    if not group.any():
        return one
    _, first, number = np.unique(group, return_index=True, return_inverse=True)
    return np.where(group > 0, first[number], one)


def _settling(source: Index, target: Index, delay: Index, count: int) -> tuple[bool, int]:
    longest, left = _longest(source, target, delay, count)
    has_loops = bool(left.any())
    return has_loops, 0 if has_loops else int(longest.max(initial=0))


def _longest(source: Index, target: Index, length: Index, count: int) -> tuple[Index, Truth]:
    """Return the length of the longest path to each unit, and which units are in a loop or follow one.

    In rounds: whoever waits for nobody any more lets those go that waited for it.
    """
    order = np.argsort(source, kind="stable")
    target, length = target[order], length[order]
    starts = np.zeros(count + 1, dtype=np.intp)
    np.cumsum(np.bincount(source, minlength=count), out=starts[1:])
    longest = np.zeros(count, dtype=np.intp)
    waits = np.bincount(target, minlength=count)
    arrays = (starts, target, length, longest, waits)
    views = tuple(array.data for array in arrays)  # numbers go in and out of them quicker
    ready = ((waits == 0) & (starts[1:] > starts[:-1])).nonzero()[0].tolist()
    while ready:
        ready = _go_together(ready, *arrays) if len(ready) >= MANY else _go_in_turn(ready, *views)
    return longest, waits > 0


def _go_together(
    ready: list[int], starts: Index, target: Index, length: Index, longest: Index, waits: Index
) -> list[int]:
    units = np.array(ready)
    counts = starts[units + 1] - starts[units]
    ends = np.cumsum(counts)
    synapses = np.repeat(starts[units] - ends + counts, counts) + np.arange(ends[-1])
    reached = target[synapses]
    np.maximum.at(longest, reached, np.repeat(longest[units], counts) + length[synapses])
    np.subtract.at(waits, reached, 1)
    found: list[int] = np.unique(reached[waits[reached] == 0]).tolist()
    return found


def _go_in_turn(
    ready: list[int], starts: Any, target: Any, length: Any, longest: Any, waits: Any
) -> list[int]:
    found = []
    for unit in ready:
        so_far = longest[unit]
        for synapse in range(starts[unit], starts[unit + 1]):
            reached = target[synapse]
            longest[reached] = max(longest[reached], so_far + length[synapse])
            waits[reached] -= 1
            if not waits[reached]:
                found.append(reached)
    return found


def _loop(wiring: Wiring, source: list[int], target: list[int], one: Index, left: Truth) -> str:
    """Name a loop unit by unit; where units answer together it may come in at one and go out at another."""
    stands = one.tolist()
    before: dict[int, tuple[int, int]] = {}
    for u, v in sorted(zip(source, target, strict=True), reverse=True):
        if left[stands[u]]:
            before[stands[v]] = (u, v)
    # Units that only follow a loop are left over too; walking backwards from any of them must run into it.
    unit = int(left.nonzero()[0][0])
    walked: dict[int, tuple[int, int]] = {}
    while unit not in walked:
        walked[unit] = before[unit]
        unit = stands[before[unit][0]]
    circle = [*walked.values()][list(walked).index(unit) :][::-1]
    names = [wiring.names[circle[0][0]]]
    for (_, v), (u, _) in zip(circle, [*circle[1:], circle[0]], strict=True):
        together = "" if u == v else f" (together with {wiring.names[u]})"
        names.append(f"{wiring.names[v]}{together}")
    if len(names) > SHOWN:
        names = [*names[: SHOWN - 1], f"… ({len(circle)} units)", names[-1]]
    return f"synapses without delay form a loop: {' → '.join(names)}. Give one of them a delay"
