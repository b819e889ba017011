"""Preparing: from one run of a scenario to a network and its phases, ready to be lived beside others in lanes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from allornone.scenarios import build, tasks
from allornone.scenarios.labelled import Labelled, Value
from allornone.scenarios.limits import Limits
from allornone.scenarios.numbers import Numbers
from allornone.scenarios.tasks import Task
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.network import Network
from allornone.simulator.program import delay_of
from allornone.simulator.registry import rules
from allornone.simulator.rules import LearningRule, needs_teacher
from allornone.simulator.stimulus import Sequence as Given
from allornone.simulator.stimulus import compose, read_stimuli
from allornone.simulator.streams import stream
from allornone.simulator.units import Array
from allornone.simulator.wiring import structure

LEARNING_WORDS = ("plastic", "batch", "average", "divergence", "order", "epochs", "until", "bound")
PHASE_WORDS = ("name", "stimulus", "teach", "show", "gradient", "ticks", "teacher", "from", "update", "flip", "hold", "sample")
Pair = tuple[str | None, str]


@dataclass(frozen=True)
class Phase:
    """One phase of one run.

    `x` is (trials, ticks, driven), NaN where a unit is left free; `d` is (trials, taught) or None. A `timed` phase is
    lived tick by tick and recorded so; any other presents, and is recorded a value a presentation.
    """

    name: str
    x: Array
    driven: tuple[str, ...]
    d: Array | None
    taught: tuple[str, ...]
    ticks: int | None
    timed: bool
    rule: LearningRule | None
    plastic: tuple[Pair, ...]
    epochs: int
    order: str
    batch: int | str
    average: bool
    until: str | None
    bound: float
    from_rest: bool
    update: str
    parameters: Mapping[str, Any]
    cell: float | None = None

    @property
    def key(self) -> Hashable:
        """Return all that must agree for runs to be lanes of one phase."""
        shape = None if self.d is None else self.d.shape
        return (
            self.name, self.x.shape, self.driven, shape, self.taught, self.ticks, self.timed, type(self.rule),
            self.plastic, self.epochs, self.order, self.batch, self.average, self.until, self.bound, self.from_rest,
            self.update,
        )


@dataclass(frozen=True)
class Prepared:
    """One run: its network at the start, its phases, its numbers and its seed."""

    network: Network
    phases: tuple[Phase, ...]
    parameters: Mapping[str, Any]
    seed: int
    key: Hashable = field(repr=False, default=None)


def prepare(raw: Mapping[str, Any], seed: int, limits: Limits) -> Prepared:
    """Make the tasks, the network and the phases of one run."""
    numbers = Numbers.of(raw)
    made = tasks.make(raw, numbers, seed)
    net = build.build(raw, numbers, made, seed, limits)
    learning = raw.get("learning", {})
    plastic = _plastic(net, learning.get("plastic"), numbers)
    build.start(net, raw["connectivity"], numbers, plastic, seed)
    phases = tuple(_phase(phase, learning, net, numbers, made, seed, limits) for phase in raw["experience"])
    key = (structure(net), tuple(phase.key for phase in phases))
    return Prepared(net, phases, numbers.parameters, seed, key)


def _plastic(net: Network, texts: Any, numbers: Numbers) -> tuple[Pair, ...]:
    if texts is not None:
        return tuple(dict.fromkeys(build.pairs(net, texts, numbers)))
    from allornone.simulator.checking import model_class

    found: list[Pair] = []
    for source, target, data in net.edges(data=True):
        can = data.get("plastic", model_class(target, net.nodes[target]).plastic)
        if can and data.get("kind") != "inhibitory":
            found.append((source, target))
    for unit, data in net.nodes(data=True):
        if "bias" in data and data.get("plastic", model_class(unit, data).plastic):
            found.append((None, unit))
    return tuple(found)


def _phase(
    phase: Mapping[str, Any],
    learning: Mapping[str, Any],
    net: Network,
    numbers: Numbers,
    made: Mapping[str, Task],
    seed: int,
    limits: Limits,
) -> Phase:
    words = {**learning, **{key: value for key, value in phase.items() if key not in PHASE_WORDS}}
    if phase.get("rule", learning.get("rule")) != learning.get("rule"):
        own = (*LEARNING_WORDS, "rule")
        words = {key: value for key, value in words.items() if key in own or key in phase}
    x, driven, d, taught, cell = _lesson(phase, net, numbers, made, seed, limits)
    rule = None if "show" in phase else _rule(words, numbers)
    if rule is not None and "stimulus" in phase and d is None and needs_teacher(rule):
        raise AllornoneError(f"phase {phase['name']!r}: the rule {rule.name!r} needs a teacher")
    # A presentation is judged at its last tick; a stimulus without a teacher, and a cue on units, are lived in time.
    timed = ("stimulus" in phase and d is None) or any(unit not in net.inputs for unit in driven)
    return Phase(
        name=phase["name"],
        x=x,
        driven=driven,
        d=d,
        taught=taught,
        ticks=None if timed else _presentation(phase, x, net, numbers),
        timed=timed,
        rule=rule,
        plastic=_plastic(net, words.get("plastic"), numbers),
        epochs=numbers.whole(words.get("epochs", 1), "epochs"),
        order=words.get("order", "cyclic"),
        batch=words.get("batch", 1) if words.get("batch") == "all" else numbers.whole(words.get("batch", 1), "batch"),
        average=words.get("average", True),
        until=words.get("until"),
        bound=float(numbers.number(words.get("bound", 1e6))),
        from_rest=phase.get("from", "rest") == "rest",
        update=phase.get("update", "together"),
        parameters=numbers.parameters,
        cell=cell,
    )


def _rule(words: Mapping[str, Any], numbers: Numbers) -> LearningRule | None:
    if "rule" not in words:
        return None
    cls = rules.get(words["rule"])
    given = {key: numbers.number(value) for key, value in words.items() if key not in (*LEARNING_WORDS, "rule")}
    rule: LearningRule = cls.from_values(given)
    return rule


Lesson = tuple[Array, tuple[str, ...], Array | None, tuple[str, ...], float | None]


def _lesson(
    phase: Mapping[str, Any],
    net: Network,
    numbers: Numbers,
    made: Mapping[str, Task],
    seed: int,
    limits: Limits,
) -> Lesson:
    if "stimulus" in phase:
        x, driven = _stimulus(phase, net, numbers, seed, limits)
        taught = tuple(phase.get("teacher", {}))
        d = _teacher(phase["teacher"], x, driven, net, numbers) if taught else None
        return x, driven, d, _units(taught, net), None
    name = phase.get("teach", phase.get("show"))
    if name is None:
        raise AllornoneError(f"phase {phase['name']!r}: gradient phases need backpropagation, which no rule here is")
    if name not in made:
        raise UnknownName("task", name, made)
    task = made[name]
    if not net.inputs:
        return (*_cue(phase, task, net, numbers, seed), task.d, tuple(net.outputs), task.cell)
    if task.x.shape[1] != len(net.inputs):
        raise AllornoneError(f"task {name!r} has {task.x.shape[1]} inputs, the net has {len(net.inputs)}")
    if task.d is not None and task.d.shape[1] != len(net.outputs):
        raise AllornoneError(
            f"task {name!r} teaches {task.d.shape[1]} outputs, the net has {len(net.outputs)}: {', '.join(net.outputs)}"
        )
    return task.x[:, None], tuple(net.inputs), task.d, tuple(net.outputs), task.cell


def _stimulus(
    phase: Mapping[str, Any], net: Network, numbers: Numbers, seed: int, limits: Limits
) -> tuple[Array, tuple[str, ...]]:
    given = read_stimuli(
        phase["stimulus"], build.groups_of(net), numbers.wiring, parameters=numbers.parameters, limit=limits.ticks
    )
    forced = [unit for unit in net if unit in given and unit not in net.inputs]
    ticks = _ticks(phase, given, net, numbers)
    limits.need("ticks", ticks)
    sample = None if "sample" not in phase else numbers.whole(phase["sample"], "sample")
    x = compose(given, net.inputs, ticks, sample, stream(seed, "stimulus"), forced=forced, limit=limits.trials)
    return x, (*net.inputs, *forced)


def _ticks(phase: Mapping[str, Any], given: Mapping[str, Given], net: Network, numbers: Numbers) -> int:
    if "ticks" in phase:
        return numbers.whole(phase["ticks"], "ticks")
    longest = max((len(sequence) for sequence in given.values()), default=0)
    if "teacher" in phase:
        return max(longest, 1)
    if net.loops:
        raise AllornoneError(f"phase {phase['name']!r}: a net with loops has no end of its own; say how many ticks")
    return longest + _longest_path(net)


def _longest_path(net: Network) -> int:
    import networkx as nx

    reach: dict[str, int] = {}
    for unit in nx.topological_sort(net):
        reach[unit] = max((reach[u] + delay_of(net, u, unit) for u in net.predecessors(unit)), default=0)
    return max(reach.values(), default=0)


def _teacher(
    teacher: Mapping[str, Any], x: Array, driven: tuple[str, ...], net: Network, numbers: Numbers
) -> Array:
    last = np.nan_to_num(x[:, -1])
    names: dict[str, Value] = {unit: Labelled(last[:, k], ("trial",)) for k, unit in enumerate(driven)}
    for group in net.groups:
        members = net.group(group)
        if all(unit in driven for unit in members):
            columns = last[:, [driven.index(unit) for unit in members]]
            names[group] = Labelled(columns, ("trial", "unit"), {"unit": tuple(members)})
    columns_of = [
        _column(numbers.evaluate(text, names) if isinstance(text, str) else text, len(x), unit)
        for unit, text in teacher.items()
        for _ in _units((unit,), net)
    ]
    return np.stack(columns_of, axis=1)


def _column(value: Value, trials: int, unit: str) -> Array:
    if isinstance(value, Labelled):
        if value.axes != ("trial",):
            raise AllornoneError(f"teacher of {unit!r}: one number a trial is needed, found axes {', '.join(value.axes)}")
        return value.values.astype(float)
    return np.full(trials, float(value))


def _units(names: tuple[str, ...], net: Network) -> tuple[str, ...]:
    groups = build.groups_of(net)
    for name in names:
        if name not in groups:
            raise UnknownName("unit or group", name, groups)
    return tuple(unit for name in names for unit in groups[name])


def _cue(
    phase: Mapping[str, Any], task: Task, net: Network, numbers: Numbers, seed: int
) -> tuple[Array, tuple[str, ...]]:
    """A net without inputs is given its cues on its outputs: held for a while, a share of the units inverted."""
    outputs = tuple(net.outputs)
    if task.x.shape[1] != len(outputs):
        raise AllornoneError(f"phase {phase['name']!r}: cues of {task.x.shape[1]} for {len(outputs)} outputs")
    cue = task.x.copy()
    share = float(numbers.number(phase.get("flip", 0.0)))
    count = round(share * cue.shape[1])
    draw = stream(seed, "noise")
    bipolar = bool((cue < 0).any())
    for row in cue:
        chosen = draw.permutation(cue.shape[1])[:count]
        row[chosen] = -row[chosen] if bipolar else 1 - row[chosen]
    ticks = numbers.whole(phase.get("ticks", 1), "ticks")
    hold = numbers.whole(phase.get("hold", 1), "hold") if "show" in phase else ticks
    x = np.full((len(cue), ticks, cue.shape[1]), np.nan)
    x[:, :hold] = cue[:, None]
    return x, outputs


def _presentation(phase: Mapping[str, Any], x: Array, net: Network, numbers: Numbers) -> int | None:
    if "stimulus" in phase:
        return int(x.shape[1])
    return numbers.whole(phase["ticks"], "ticks") if "ticks" in phase else None
