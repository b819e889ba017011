"""Build: from [connectivity] and [activation] of one run to its Network."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from allornone.models.starting import begin
from allornone.scenarios.document.change import NAMING_TASKS
from allornone.scenarios.document.document import Activation, Build, Connectivity, Edit, Experiment, Start
from allornone.scenarios.experiment.causes import caused_by
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.tasks import Task
from allornone.scenarios.expressions.expression import Numbers
from allornone.simulator.arrays import stream
from allornone.simulator.errors import AllornoneError, NetworkError, UnknownName
from allornone.simulator.network.network import Network, within
from allornone.simulator.notation.reading import NotationError
from allornone.simulator.notation.synapses import Wire, expand_synapses, expand_units, parse_synapse
from allornone.simulator.registry import builders, units

Groups = dict[str, list[str]]

Pair = tuple[str | None, str]
"""The source, None for a bias, and the target of a synapse."""


def build(
    experiment: Experiment, numbers: Numbers, tasks: Mapping[str, Task], seed: int, limits: Limits
) -> Network:
    """Return the network of one run, its start weights not yet drawn."""
    connectivity = experiment.connectivity
    first = next(iter(tasks.values()), None)
    every = None if connectivity.delay is None else numbers.whole(connectivity.delay, "delay")
    if connectivity.build is not None:
        with within(limits.need), caused_by("connectivity", "build"):
            net = _built(connectivity.build, numbers, tasks, seed, experiment.activation)
        with caused_by("activation"):
            _activate(net, experiment.activation, numbers)
    else:
        net = _described(experiment, numbers, first, seed, limits, every)
    cut: set[tuple[str, str]] = set()
    for edit in connectivity.edits:
        _edit(net, edit, numbers, seed, limits, every, cut)
    with caused_by("connectivity"):
        limits.need("units", len(net))
        limits.need("synapses", net.number_of_edges())
    return net


def net_inputs(experiment: Experiment, numbers: Numbers, seed: int, limits: Limits) -> int:
    """Return how many numbers a sample for the net of a run has: as many as inputs, or without any as outputs.

    It is asked before there are tasks, so the net must be sound without them.
    """
    connectivity = experiment.connectivity
    if connectivity.build is None and connectivity.inputs is None:
        raise AllornoneError("inputs is missing: neither the task nor [connectivity] says how many there are")
    if connectivity.build is None and connectivity.inputs:
        sizes = [connectivity.groups.get(name, 1) for name in connectivity.inputs]
        return sum(math.prod(_shape(size, numbers)) for size in sizes)
    net = build(experiment, numbers, {}, seed, limits)
    count = len(net.inputs) or len(net.outputs)
    if not count:
        raise AllornoneError("inputs is missing, and the net has neither inputs nor outputs that say it")
    return count


def groups_of(net: Network) -> Groups:
    """Return every name that stands for units: themselves, their groups, inputs, hidden, outputs."""
    named = {unit: [unit] for unit in net}
    members: Groups = {}
    for unit, data in net.nodes(data=True):
        if data.get("group") is not None:
            members.setdefault(data["group"], []).append(unit)
    named |= members
    always = {"inputs": net.inputs, "hidden": net.group("hidden"), "outputs": net.outputs}
    return {**{word: members for word, members in always.items() if members or word != "outputs"}, **named}


def most_named(net: Network, limits: Limits) -> int:
    """Return how many synapses a text may name: as many as a net may have, or as it has all the same."""
    return max(limits.synapses, net.number_of_edges())


def pairs(net: Network, texts: Sequence[str], numbers: Numbers, limits: Limits | None = None) -> list[Pair]:
    """Return the synapses and biases that texts such as "A -> R" and "R" name; each must exist."""
    limits = limits or Limits()
    groups, most = groups_of(net), most_named(net, limits)
    found: list[Pair] = []
    for text in texts:
        named = _named_synapses if "->" in text or "-o" in text else _named_biases
        with limits.naming("synapses"):
            found += named(net, text, groups, numbers, most)
    return found


def _named_synapses(net: Network, text: str, groups: Groups, numbers: Numbers, most: int) -> list[Pair]:
    wires = expand_synapses([text], groups, numbers.wiring, parameters=numbers.parameters, limit=most)
    existing: list[Pair] = [wire[:2] for wire in wires if net.has_edge(wire.source, wire.target)]
    if not existing:
        raise NetworkError(f"there is no synapse {text!r}")
    return existing


def _named_biases(net: Network, text: str, groups: Groups, numbers: Numbers, most: int) -> list[Pair]:
    named = expand_units(text, groups, numbers.wiring, parameters=numbers.parameters, limit=most)
    members = [unit for unit, _ in named]
    for unit in members:
        if "bias" not in net.nodes[unit]:
            raise NetworkError(f"{unit!r} has no bias; give it one with bias = 0 in [activation]")
    return [(None, unit) for unit in members]


def _built(
    given: Build, numbers: Numbers, tasks: Mapping[str, Task], seed: int, activation: Activation
) -> Network:
    builder = builders.get(given.net)
    known = inspect.signature(builder).parameters
    said = {key: value for key, value in given.parameters.items() if key not in NAMING_TASKS}
    arguments = numbers.arguments(builder, said)
    first = next(iter(tasks.values()), None)
    for key in NAMING_TASKS:
        if key in given.parameters:
            named = given.parameters[key]
            if named not in tasks:
                raise UnknownName("task", str(named), tasks)
            first = arguments[key] = tasks[named]
    if "seed" in known:
        arguments["seed"] = seed
    if first is not None:
        if "inputs" in known:
            arguments.setdefault("inputs", list(first.names) or first.x.shape[1])
        if "outputs" in known and first.d is not None:
            arguments.setdefault("outputs", first.d.shape[1])
    if "model" in known and "model" in activation.default:
        arguments.setdefault("model", activation.default["model"])
    for name in ("inputs", "outputs"):
        if name in known and known[name].default is inspect.Parameter.empty and name not in arguments:
            raise AllornoneError(f"the builder {given.net!r} needs {name!r}, which no task says either")
    net = builder(**arguments)
    if not isinstance(net, Network):
        raise AllornoneError(f"the builder {given.net!r} must return a Network, found {type(net).__name__}")
    return net


def _described(
    experiment: Experiment, numbers: Numbers, first: Task | None, seed: int, limits: Limits, every: int | None
) -> Network:
    connectivity, activation = experiment.connectivity, experiment.activation
    net, lines, outputs = Network(), connectivity.synapses or [], connectivity.outputs or []
    with caused_by("connectivity", "groups"):
        groups = {name: _shape(size, numbers) for name, size in connectivity.groups.items()}
        limits.need("units", sum(math.prod(shape) for shape in groups.values()))
    inputs = connectivity.inputs
    if inputs is None:
        inputs = [] if first is None else [*first.names] or [f"x{k + 1}" for k in range(first.x.shape[1])]
    for name in inputs:
        if name in groups:
            net.add_group(name, groups[name])
        else:
            net.add_inputs(name)
    added = [line for edit in connectivity.edits for line in edit.with_]
    mentioned = _mentioned([*lines, *added])
    for name in dict.fromkeys([*groups, *mentioned, *outputs]):
        if name in inputs:
            continue
        with caused_by("activation"):
            model, data = _unit(name, activation, numbers)
        if name in groups:
            members = net.add_group(name, groups[name], model, **data)
        else:
            net.add_unit(name, model, **data)
            members = [name]
        for member in members if name in outputs else ():
            net.nodes[member]["output"] = True
    with caused_by("activation"):
        _known(activation, [*net, *net.groups], inputs)
    for wire in _wires(net, lines, numbers, stream(seed, "wiring"), limits):
        _add(net, wire, every)
    _no_orphans(net, {*groups, *outputs, *activation.units, *_mentioned(added, first=1)}, lines)
    return net


def _shape(size: Any, numbers: Numbers) -> list[int]:
    sides = [
        numbers.whole(side, "the size of a group") for side in (size if isinstance(size, list) else [size])
    ]
    if not sides or any(side < 1 for side in sides):
        raise AllornoneError(f"a group has at least one unit, found {size!r}")
    return sides


def _mentioned(lines: Sequence[str], first: int = 0) -> list[str]:
    stations = (station for line in lines for station in parse_synapse(line).stations[first:])
    return [term.name for station in stations for term in station]


def _unit(name: str, activation: Activation, numbers: Numbers) -> tuple[Any, dict[str, Any]]:
    own, default = activation.units.get(name, {}), activation.default
    if own.get("model", default.get("model")) != default.get("model"):
        default = {key: value for key, value in default.items() if key == "bias"}
    laid = {**default, **own}
    if "model" not in laid:
        raise AllornoneError(f'activation: {name!r} has no model; say model = "mcculloch-pitts", for one')
    model = units.get(laid.pop("model"))
    data = {key: laid.pop(key) for key in ("bias",) if key in laid}
    return model.from_values(numbers.arguments(model, laid)), {
        key: numbers.number(value) for key, value in data.items()
    }


def _activate(net: Network, activation: Activation, numbers: Numbers) -> None:
    """Lay [activation] over the units that a builder made: scalars over all, tables over a unit or group."""
    groups = groups_of(net)
    laid: list[tuple[str, Mapping[str, Any]]] = []
    if activation.default:
        laid += [(unit, activation.default) for unit in net if not net.nodes[unit].get("input")]
    for name, own in activation.units.items():
        if name not in groups:
            raise UnknownName("unit or group", name, groups)
        laid += [(unit, own) for unit in groups[name]]
    for unit, given in laid:
        data = net.nodes[unit]
        model = units.get(given.get("model", data["model"]))
        kept = {
            key: data[key] for key in model.parameter_names() if key in data and model.name == data["model"]
        }
        said = {key: value for key, value in given.items() if key not in ("model", "bias")}
        values = numbers.arguments(model, said)
        for key in units.get(data["model"]).parameter_names():
            data.pop(key, None)
        data.update(model=model.name, **model.from_values({**kept, **values}).values())
        if "bias" in given:
            data["bias"] = float(numbers.number(given["bias"]))
        elif model.biased:
            data.setdefault("bias", 0.0)


def _wires(
    net: Network, lines: Sequence[str], numbers: Numbers, draw: np.random.Generator, limits: Limits
) -> list[Wire]:
    with limits.naming("synapses"):
        return expand_synapses(
            lines,
            groups_of(net),
            numbers.wiring,
            draw,
            parameters=numbers.parameters,
            limit=limits.synapses,
        )


def _add(net: Network, wire: Wire, every: int | None) -> None:
    delay = wire.delay if wire.delay is not None else every
    if wire.kind == "inhibitory":
        net.inhibit(wire.source, wire.target, delay=delay)
    elif wire.relay:
        net.relay(wire.source, wire.target, 2 if delay is None else delay, weight=wire.weight)
    else:
        net.connect(wire.source, wire.target, wire.weight, delay, plastic=wire.plastic, shared=wire.shared)


def _edit(
    net: Network,
    edit: Edit,
    numbers: Numbers,
    seed: int,
    limits: Limits,
    every: int | None,
    cut: set[tuple[str, str]],
) -> None:
    for text in edit.without:
        with limits.naming("synapses"):
            wires = expand_synapses(
                [text],
                groups_of(net),
                numbers.wiring,
                parameters=numbers.parameters,
                limit=most_named(net, limits),
            )
        found = [wire[:2] for wire in wires if net.has_edge(wire.source, wire.target)]
        # What an earlier change has cut may be cut again.
        if not found and not any(wire[:2] in cut for wire in wires):
            raise NetworkError(f"there is no synapse {text!r}")
        net.remove_edges_from(found)
        cut.update(found)
    if edit.with_:
        for wire in _wires(net, edit.with_, numbers, stream(seed, "rewiring"), limits):
            if net.has_edge(wire.source, wire.target) and not wire.relay:
                net.remove_edge(wire.source, wire.target)
            _add(net, wire, every)


def _known(activation: Activation, names: Sequence[str], inputs: Sequence[str]) -> None:
    for name in activation.units:
        if name not in names or name in inputs:
            raise UnknownName("unit or group", name, [known for known in names if known not in inputs])


def _no_orphans(net: Network, meant: set[str], lines: Sequence[str]) -> None:
    """A unit that nothing leads to and that is named but once is a slip of the pen, told where it is named."""
    for unit, data in net.nodes(data=True):
        if data.get("input") or net.in_degree(unit) or unit in meant or data.get("group") in meant:
            continue
        others = [u for u in net if u != unit]
        error = UnknownName("input or unit with a synapse leading to it", unit, others)
        named = (
            (line, term) for line in lines for station in parse_synapse(line).stations for term in station
        )
        place = next(((line, term.column) for line, term in named if term.name == unit), None)
        raise error if place is None else NotationError(str(error), place[1], place[0])


def start(
    net: Network,
    connectivity: Connectivity,
    numbers: Numbers,
    plastic: Sequence[Any],
    seed: int,
    limits: Limits,
) -> None:
    """Give the plastic synapses and biases their start: one number, drawn ones, or those given by name."""
    groups, most = groups_of(net), most_named(net, limits)
    if connectivity.start is not None:
        begin(net, plastic, _start_of(connectivity.start, numbers), stream(seed, "weights"))
    for text, value in connectivity.weights.items():
        with caused_by("connectivity", "weights", text), limits.naming("synapses"), _text_of_key():
            wires = expand_synapses([text], groups, numbers.wiring, parameters=numbers.parameters, limit=most)
            for wire, weight in zip(wires, _one_each(value, len(wires)), strict=True):
                _set(net, wire.source, wire.target, float(numbers.number(weight)))
    for text, value in connectivity.biases.items():
        with caused_by("connectivity", "biases", text), limits.naming("synapses"), _text_of_key():
            named = expand_units(text, groups, numbers.wiring, parameters=numbers.parameters, limit=most)
            for (unit, indices), bias in zip(named, _one_each(value, len(named)), strict=True):
                _set(net, None, unit, float(numbers.number(bias, indices)))


@contextmanager
def _text_of_key() -> Iterator[None]:
    """Tell a mistake in a text that is a key, and has no column in the file, at that key."""
    try:
        yield
    except NotationError as error:
        raise AllornoneError(str(error)) from None


def _one_each(value: Any, count: int) -> list[Any]:
    """Return a value for each of so many: the same, or those that a list gives, however it is nested."""
    if not isinstance(value, list):
        return [value] * count
    given = [one for row in value for one in (row if isinstance(row, list) else [row])]
    if len(given) != count or any(isinstance(one, list) for one in given):
        raise AllornoneError(f"one number for all or {count} numbers are needed, found {len(given)}")
    return given


def _start_of(given: Start, numbers: Numbers) -> Any:
    """Return a start with its expressions, which may speak of n, the fan-in, as functions of it."""
    if given.named is not None:
        return given.named
    if given.constant is not None:
        return float(numbers.number(given.constant))
    return {
        kind: lambda n, width=width: float(numbers.number(width, {"n": n}))
        for kind, width in (("uniform", given.uniform), ("normal", given.normal))
        if width is not None
    }


def _set(net: Network, source: str | None, target: str, value: float) -> None:
    if source is None:
        net.nodes[target]["bias"] = value
    elif not net.has_edge(source, target):
        raise NetworkError(f"there is no synapse {source!r} → {target!r}")
    else:
        net.edges[source, target]["weight"] = value
