"""Preparing: from one run of a scenario to a network and its phases, ready to be lived beside others in lanes.

x  (trials, ticks, units driven), NaN where a unit is free      d  (trials, units taught)
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any

import numpy as np

from allornone.scenarios.document.chance import draws
from allornone.scenarios.document.change import NAMING_TASKS, Raw
from allornone.scenarios.document.document import Experiment, LearningSettings, Phase
from allornone.scenarios.document.validating import Experiments
from allornone.scenarios.experiment import build, tasks
from allornone.scenarios.experiment.build import Groups, Pair, start
from allornone.scenarios.experiment.causes import caused_by
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.tasks import Task
from allornone.scenarios.expressions.expression import Numbers
from allornone.scenarios.expressions.labelled import Labelled, Value
from allornone.simulator.arrays import Array, stream
from allornone.simulator.errors import AllornoneError, UnknownName, whole
from allornone.simulator.learning.rules import LearningRule, needs_teacher
from allornone.simulator.learning.training import Ramp, ramp_of
from allornone.simulator.network.network import Network
from allornone.simulator.notation.stimuli import Sequence as Given, compose, read_stimuli
from allornone.simulator.program.wiring import settling, structure
from allornone.simulator.registry import rules, units

CUE_WORDS = ("flip", "hold", "from", "update")
"""Words of a phase that shows cues to a net without inputs."""

_NAME = re.compile(r"[A-Za-z_]\w*")
Lesson = tuple[Array, tuple[str, ...], Array | None, tuple[str, ...], float | None]


@dataclass(frozen=True)
class PreparedPhase:
    """One phase of one run.

    `x` is (trials, ticks, driven), NaN where a unit is left free; `d` is (trials, taught), or by tick (trials, ticks,
    taught), or None: what the teacher wants, or where they are `clamped` holds the units at. A `timed` phase is lived
    tick by tick, any other presents; `by_tick` are those that are recorded so, all others a value a presentation.
    """

    name: str
    x: Array
    driven: tuple[str, ...]
    d: Array | None
    taught: tuple[str, ...]
    ticks: int | None
    clamped: bool
    timed: bool
    by_tick: bool
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
    ramps: Mapping[str, Ramp] = field(default_factory=dict)
    divergence: str = ""
    """Of what the slopes are asked for, in a gradient phase."""

    @property
    def key(self) -> Hashable:
        """Return all that must agree for runs to be lanes of one phase."""
        shape = None if self.d is None else self.d.shape
        return (
            self.name,
            self.x.shape,
            self.driven,
            shape,
            self.taught,
            self.ticks,
            self.clamped,
            self.timed,
            self.by_tick,
            type(self.rule),
            None if self.rule is None else self.rule.words(),
            tuple((name, ramp.epochs) for name, ramp in self.ramps.items()),
            self.divergence,
            self.plastic,
            self.epochs,
            self.order,
            self.batch,
            self.average,
            self.until,
            self.bound,
            self.from_rest,
            self.update,
        )


@dataclass(frozen=True)
class Prepared:
    """One run: its network at the start, which other runs may share, its phases, its numbers and its seed."""

    network: Network
    groups: Groups
    phases: tuple[PreparedPhase, ...]
    parameters: Mapping[str, Any]
    seed: int
    key: Hashable = field(repr=False, default=None)


@dataclass(frozen=True)
class Beginning:
    """A network at its start, its structure, and by the texts of a file which of its synapses are plastic."""

    network: Network
    groups: Groups
    structure: Hashable
    plastic: dict[Hashable, tuple[Pair, ...]] = field(default_factory=dict)

    def plastic_of(
        self, texts: Any, numbers: Numbers, rule: LearningRule, limits: Limits
    ) -> tuple[Pair, ...]:
        """Return the synapses and biases that the texts name, or all that a rule can change.

        Biases that nobody names are for rules with a teacher.
        """
        key = needs_teacher(rule) if texts is None else tuple(texts)
        if key not in self.plastic:
            pairs = _plastic(self.network, texts, numbers, limits)
            if key is False:
                named = self.network.nodes(data="plastic")
                pairs = tuple((u, v) for u, v in pairs if u is not None or named[v])
            self.plastic[key] = pairs
        return self.plastic[key]


@dataclass(frozen=True)
class Known:
    """What runs share: tables that were judged, and networks at their start by all that they are built from."""

    experiments: Experiments = field(default_factory=Experiments)
    networks: dict[str, Beginning] = field(default_factory=dict)


def prepare(raw: Raw, seed: int, limits: Limits, known: Known | None = None) -> Prepared:
    """Make the tasks, the network and the phases of one run, of whose scenario all changes are laid over.

    `known` keeps networks in which nothing is drawn: runs that are built alike share one, which nobody may change.
    """
    known = known or Known()
    experiment = known.experiments.of(raw)
    numbers = _numbers(experiment.parameters)
    inputs = partial(build.net_inputs, experiment, numbers, seed, limits)
    made = tasks.make(experiment.tasks, numbers, seed, limits, experiment.connectivity, inputs)
    key = _built_from(raw, numbers, made, seed)
    if key not in known.networks:
        net = _at_start(experiment, numbers, made, seed, limits)
        net.graph["name"] = raw.get("title", "")
        known.networks[key] = Beginning(net, build.groups_of(net), structure(net))
    begun = known.networks[key]
    drawn = tuple(phase.name for phase in experiment.experience if _is_drawn(phase))
    phases = []
    for index, phase in enumerate(experiment.experience):
        with caused_by("experience", index):
            words = experiment.learning_settings(phase)
            phases.append(_phase(phase, words, begun, numbers, made, seed, limits, drawn))
    run_key = (begun.structure, tuple(phase.key for phase in phases))
    return Prepared(begun.network, begun.groups, tuple(phases), numbers.parameters, seed, run_key)


def _numbers(parameters: Mapping[str, Any]) -> Numbers:
    """Return the numbers of [parameters], of which each may use those before it."""
    known: dict[str, Any] = {}
    numbers = Numbers(known)  # which sees each as soon as it is known
    for name, value in parameters.items():
        with caused_by("parameters", name):
            known[name] = numbers.number(value)
    return numbers


def alike(first: Prepared, second: Prepared) -> bool:
    """Return whether two runs are one experiment: one net, phases that show and want the same, the same numbers."""
    return (
        first.key == second.key
        and dict(first.parameters) == dict(second.parameters)
        and _parts(first.network) == _parts(second.network)
        and all(map(_same_phase, first.phases, second.phases))
    )


def _parts(net: Network) -> tuple[Any, Any]:
    """Return the units and the synapses of a network with what is said of them, whatever their order."""
    return {unit: {**data} for unit, data in net.nodes(data=True)}, {
        (u, v): data for u, v, data in net.edges(data=True)
    }


def _same_phase(first: PreparedPhase, second: PreparedPhase) -> bool:
    taught = first.d is second.d or (
        first.d is not None and second.d is not None and np.array_equal(first.d, second.d, equal_nan=True)
    )
    return (
        taught
        and np.array_equal(first.x, second.x, equal_nan=True)
        and first.rule == second.rule
        and first.ramps == second.ramps
    )


def _at_start(
    experiment: Experiment, numbers: Numbers, made: Mapping[str, Task], seed: int, limits: Limits
) -> Network:
    """Return the network of a run with its weights as they are before the first phase."""
    net, named = build.build(experiment, numbers, made, seed, limits), experiment.learning.plastic
    plastic: tuple[Pair, ...] = ()
    if named is not None or experiment.connectivity.start is not None:
        with caused_by("learning", "plastic"):
            plastic = _plastic(net, named, numbers, limits)
    with caused_by("connectivity", "start"):
        start(net, experiment.connectivity, numbers, plastic, seed, limits)
    return net


def _built_from(raw: Mapping[str, Any], numbers: Numbers, made: Mapping[str, Task], seed: int) -> str:
    """Return all that a network at its start depends on.

    Of the parameters it is those that are named there, so that runs which differ in others share one network; the seed
    only where something of it is drawn.
    """
    parts = ("title", "connectivity", "activation")
    pieces = [
        raw.get(name) for name in parts
    ]  # their order counts: of two weights of a synapse the last is meant
    built = raw["connectivity"].get("build", {})
    given = [made[built[key]] for key in NAMING_TASKS if built.get(key) in made]
    samples = [[_digest(task.x), None if task.d is None else _digest(task.d)] for task in given]
    drawn = draws({"connectivity": raw["connectivity"]}) is not None
    plastic = [raw.get("learning", {}).get("plastic"), *(phase.get("plastic") for phase in raw["experience"])]
    first = next(iter(made.values()), None)
    shape = None if first is None else [first.x.shape, None if first.d is None else first.d.shape]
    text = json.dumps([pieces, plastic, samples, shape, seed if drawn else None], default=str)
    named = {name: numbers.parameters[name] for name in _NAME.findall(text) if name in numbers.parameters}
    return text + json.dumps(named, default=str)


def _digest(samples: Array) -> str:
    return f"{samples.shape} {sha256(np.ascontiguousarray(samples).tobytes()).hexdigest()}"


def _is_drawn(phase: Phase) -> bool:
    stimulus = {"stimulus": phase.stimulus or {}, "sample": phase.sample or 0}
    return draws({"experience": [stimulus]}) is not None


def _plastic(net: Network, texts: Any, numbers: Numbers, limits: Limits) -> tuple[Pair, ...]:
    if texts is not None:
        return tuple(dict.fromkeys(build.pairs(net, texts, numbers, limits)))
    biased = [unit for unit, data in net.nodes(data=True) if "bias" in data]
    pairs: list[Pair] = [*net.edges, *((None, unit) for unit in biased)]
    return tuple((source, target) for source, target in pairs if net.plastic(source, target))


def _phase(
    phase: Phase,
    words: LearningSettings,
    begun: Beginning,
    numbers: Numbers,
    made: Mapping[str, Task],
    seed: int,
    limits: Limits,
    drawn: Sequence[str],
) -> PreparedPhase:
    net = begun.network
    x, driven, d, taught, cell = lesson(phase, begun, numbers, made, seed, limits, drawn)
    rule = None if phase.act in ("test", "gradient") else _rule(words, numbers)
    _check_teacher(phase, rule, d)
    # A rule that asks for no teacher learns from what the units are made to do.
    clamped = phase.act == "teach" and d is not None and rule is not None and not needs_teacher(rule)
    # A presentation is judged at its last tick; a stimulus without a teacher, and a cue on units, are lived in time.
    by_tick = phase.act == "stimulus" and (d is None or phase.taught_each_tick)
    timed = by_tick or not set(driven) <= set(net.inputs)
    return PreparedPhase(
        name=phase.name,
        x=x,
        driven=driven,
        d=d,
        taught=taught,
        ticks=None if by_tick else ticks_said(phase, x, numbers),
        clamped=clamped,
        timed=timed,
        by_tick=by_tick,
        rule=rule,
        ramps=_ramps(words, rule, numbers),
        divergence=words.rule_parameters.get("divergence", "l2") if phase.act == "gradient" else "",
        plastic=() if rule is None else begun.plastic_of(words.plastic, numbers, rule, limits),
        epochs=_epochs(words, numbers, limits),
        order=words.order,
        batch=words.batch if words.batch == "all" else numbers.whole(words.batch, "batch"),
        average=words.average,
        until=words.until,
        bound=_bound(words, numbers),
        from_rest=phase.from_ == "rest",
        update=phase.update,
        parameters=numbers.parameters,
        cell=cell,
    )


def _check_teacher(phase: Phase, rule: LearningRule | None, d: Array | None) -> None:
    """Raise an error where somebody should say what the outputs should be, or says it to nobody."""
    if phase.act == "gradient" and d is None:
        raise AllornoneError(
            f"phase {phase.name!r}: a gradient needs a task that says what the outputs should be"
        )
    if rule is not None and phase.act == "stimulus" and d is None and needs_teacher(rule):
        raise AllornoneError(f"phase {phase.name!r}: the rule {rule.name!r} needs a teacher")
    if rule is not None and phase.taught_each_tick and not needs_teacher(rule):
        raise AllornoneError(f"phase {phase.name!r}: the rule {rule.name!r} listens to no teacher")


def _epochs(words: LearningSettings, numbers: Numbers, limits: Limits) -> int:
    with caused_by("learning", "epochs"):
        found = whole("epochs", numbers.whole(words.epochs, "epochs"))
        limits.need("epochs", found)
    return found


def _bound(words: LearningSettings, numbers: Numbers) -> float:
    bound = float(numbers.number(words.bound))
    if not bound > 0:
        raise AllornoneError(f"bound must be more than 0, found {bound:g}")
    return bound


def _rule(words: LearningSettings, numbers: Numbers) -> LearningRule | None:
    if words.rule is None:
        return None
    cls = rules.get(words.rule)
    said = words.rule_parameters.items()
    first = {key: value["from"] if isinstance(value, Mapping) else value for key, value in said}
    rule: LearningRule = cls.from_values(numbers.arguments(cls, first))
    return rule


def _ramps(words: LearningSettings, rule: LearningRule | None, numbers: Numbers) -> Mapping[str, Ramp]:
    """Return the numbers of a rule that go from one value to another while it learns."""
    if rule is None:
        return {}
    return {
        key: ramp_of(
            rule,
            key,
            {
                "from": numbers.number(value["from"]),
                "to": numbers.number(value["to"]),
                "epochs": numbers.whole(value["epochs"], "epochs"),
            },
        )
        for key, value in words.rule_parameters.items()
        if isinstance(value, Mapping)
    }


def lesson(
    phase: Phase,
    begun: Beginning,
    numbers: Numbers,
    made: Mapping[str, Task],
    seed: int,
    limits: Limits,
    drawn: Sequence[str] = (),
) -> Lesson:
    """Return what a phase shows, the units that it drives, what is desired of which units, and a point's area.

    `drawn` names the phases whose stimuli are drawn: each has draws of its own.
    """
    net, said = begun.network, _said(phase, numbers)
    if said is not None:
        limits.need("ticks", said)
    if phase.stimulus is not None:
        again = phase.name if phase.name in drawn[1:] else ""
        x, driven = _stimulus(phase, begun, numbers, stream(seed, "stimulus", again), limits)
        taught = tuple(phase.teacher or {})
        spoken = x if phase.taught_each_tick else x[:, -1]
        d = _teacher(phase.teacher, spoken, driven, begun.groups, numbers) if phase.teacher else None
        return x, driven, d, _units(taught, begun.groups), None
    name = str(phase.task)
    if name not in made:
        raise UnknownName("task", name, made)
    task = made[name]
    if not net.outputs and (task.d is not None or not net.inputs):
        raise AllornoneError(
            f"phase {phase.name!r}: every unit has an outgoing synapse, so no output is evident that the task "
            f"{name!r} could speak of: say outputs = [...] in [connectivity]"
        )
    if not net.inputs:
        return _on_outputs(phase, task, net, numbers, seed)
    _no_cues(phase, net)
    if task.x.shape[1] != len(net.inputs):
        raise AllornoneError(f"task {name!r} has {task.x.shape[1]} inputs, the net has {len(net.inputs)}")
    if task.d is not None and task.d.shape[1] != len(net.outputs):
        raise AllornoneError(
            f"task {name!r} teaches {task.d.shape[1]} outputs, the net has {len(net.outputs)}: {', '.join(net.outputs)}"
        )
    return _by_name(task, name, net)[:, None], tuple(net.inputs), task.d, tuple(net.outputs), task.cell


def _by_name(task: Task, name: str, net: Network) -> Array:
    """Return the inputs of a task in the order of the net's, which their names decide where they have any."""
    if not task.names:
        return task.x
    if {*task.names} != {*net.inputs}:
        raise AllornoneError(
            f"task {name!r} has the inputs {', '.join(task.names)}, the net has {', '.join(net.inputs)}"
        )
    return task.x[:, [task.names.index(unit) for unit in net.inputs]]


def _no_cues(phase: Phase, net: Network) -> None:
    """Raise an error if a phase whose net has inputs speaks of cues."""
    said = {name.rstrip("_") for name in phase.model_fields_set}
    for word in CUE_WORDS:
        if word in said:
            raise AllornoneError(
                f"phase {phase.name!r}: {word} is of cues, which are shown to a net without inputs; this one has "
                f"{len(net.inputs)}, and each sample is presented to it from rest"
            )


def _stimulus(
    phase: Phase, begun: Beginning, numbers: Numbers, draw: np.random.Generator, limits: Limits
) -> tuple[Array, tuple[str, ...]]:
    with limits.naming("ticks"), limits.naming("bytes"):
        given = read_stimuli(
            phase.stimulus or {},
            begun.groups,
            numbers.wiring,
            parameters=numbers.parameters,
            limit=limits.ticks,
            room=limits.bytes,
        )
    net, inputs = begun.network, begun.groups["inputs"]
    known = set(inputs)
    forced = [unit for unit in net if unit in given and unit not in known]
    at_end = phase.teacher is not None and not phase.taught_each_tick
    if forced and at_end:
        raise AllornoneError(
            f"phase {phase.name!r}: a teacher speaks at the end of a presentation, in which only inputs are "
            f"given something, found {forced[0]!r}; without a teacher a stimulus may force any unit"
        )
    _spikes_alone(phase.name, given, net)
    lasts, ticks = _ticks(phase, given, net, numbers)
    if phase.teacher is not None and phase.teacher_at is None and lasts > 1:
        raise AllornoneError(
            f"phase {phase.name!r}: when does the teacher speak beside a stimulus of {lasts} ticks? "
            'Say teacher_at = "last": once, when it ends; or "every"'
        )
    limits.need("ticks", ticks)
    sample = None if phase.sample is None else numbers.whole(phase.sample, "sample")
    with limits.naming("trials"), limits.naming("bytes"):
        x = compose(given, inputs, lasts, sample, draw, forced=forced, limit=limits.trials, room=limits.bytes)
    if ticks > lasts:
        # Under a teacher the last of what is given is held until it has come through, and there he speaks.
        x = np.pad(x, [(0, 0), (0, ticks - lasts), (0, 0)], mode="edge")
    return x, (*inputs, *forced)


def _spikes_alone(phase: str, given: Mapping[str, Given], net: Network) -> None:
    """Raise an error if units that hear spikes, a tick late, are given what is neither 0 nor 1."""
    for unit, sequence in given.items():
        strange = sequence.values[~np.isin(sequence.values, (0.0, 1.0)) & ~np.isnan(sequence.values)]
        hears = list(net.successors(unit)) if net.nodes[unit].get("input") else [unit]
        models = [units.get(net.nodes[one]["model"]) for one in hears]
        if not strange.size or not models or not all(model.binary and model.delay > 0 for model in models):
            continue
        found = f"{strange[0]:.15g}"
        hint = 'write one character a tick, 0 or 1, as in "101" for three ticks'
        if sequence.held and set(found) <= {"0", "1"}:
            hint = f'write "{found}" for {_COUNTS.get(len(found), len(found))} ticks'
        raise AllornoneError(
            f"phase {phase!r}: {unit!r} is given {found}, where all-or-none units know 0 and 1 alone: {hint}"
        )


_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def _ticks(phase: Phase, given: Mapping[str, Given], net: Network, numbers: Numbers) -> tuple[int, int]:
    """Return for how many ticks something is given, and how many the phase takes."""
    longest = max((len(sequence) for sequence in given.values()), default=0)
    taught, said = phase.teacher is not None and not phase.taught_each_tick, _said(phase, numbers)
    if said is not None:
        ticks = said
    elif net.loops:
        raise AllornoneError(
            f"phase {phase.name!r}: a net with loops has no end of its own; say how many ticks"
        )
    else:
        ticks = max(longest, 1 if taught else 0) + settling(net)
    return min(max(longest, 1), ticks) if taught else ticks, ticks


def _teacher(
    teacher: Mapping[str, Any], x: Array, driven: tuple[str, ...], groups: Groups, numbers: Numbers
) -> Array:
    """Return what the teacher wants where so much is given, (…, driven): (…, taught)."""
    given = np.nan_to_num(x.reshape(-1, x.shape[-1]))
    names: dict[str, Value] = {unit: Labelled(given[:, k], ("trial",)) for k, unit in enumerate(driven)}
    place = {unit: k for k, unit in enumerate(driven)}
    for group, members in groups.items():
        if group not in names and members and all(unit in place for unit in members):
            columns = given[:, [place[unit] for unit in members]]
            names[group] = Labelled(columns, ("trial", "unit"), {"unit": tuple(members)})
    columns_of = [
        _column(numbers.of_examples(text, names) if isinstance(text, str) else text, len(given), unit)
        for unit, text in teacher.items()
        for _ in _units((unit,), groups)
    ]
    return np.stack(columns_of, axis=1).reshape(*x.shape[:-1], -1)


def _column(value: Value, trials: int, unit: str) -> Array:
    if isinstance(value, Labelled):
        if value.axes != ("trial",):
            raise AllornoneError(
                f"teacher of {unit!r}: one number a trial is needed, found axes {', '.join(value.axes)}"
            )
        return value.values.astype(float)
    return np.full(trials, float(value))


def _units(names: tuple[str, ...], groups: Groups) -> tuple[str, ...]:
    for name in names:
        if name not in groups:
            raise UnknownName("unit or group", name, groups)
    return tuple(unit for name in names for unit in groups[name])


def _on_outputs(phase: Phase, task: Task, net: Network, numbers: Numbers, seed: int) -> Lesson:
    """A net without inputs meets a task on its outputs: held at it to learn, given it as a cue to be completed."""
    outputs = tuple(net.outputs)
    if task.x.shape[1] != len(outputs):
        raise AllornoneError(f"phase {phase.name!r}: cues of {task.x.shape[1]} for {len(outputs)} outputs")
    if phase.act == "teach":
        return np.zeros((len(task.x), 1, 0)), (), task.x, outputs, task.cell
    if phase.act == "gradient":
        raise AllornoneError(
            f"phase {phase.name!r}: a gradient is taken of what inputs bring, and the net has none"
        )
    return _cues(phase, task.x, numbers, seed), outputs, task.x, outputs, task.cell


def _cues(phase: Phase, patterns: Array, numbers: Numbers, seed: int) -> Array:
    """Return cues for as long as they are held, a share of their units inverted; without `ticks` that is all."""
    hold = 1 if phase.hold is None else numbers.whole(phase.hold, "hold")
    ticks = _said(phase, numbers) or max(hold, 1)
    if not 1 <= hold <= ticks:
        raise AllornoneError(
            f"phase {phase.name!r}: hold must be from 1 to the ticks of the phase, {ticks}; found {hold}"
        )
    share = float(numbers.number(phase.flip or 0.0))
    if not 0 <= share <= 1:
        raise AllornoneError(f"phase {phase.name!r}: flip is a share, from 0 to 1, found {share:g}")
    cues = patterns.copy()
    count = round(share * cues.shape[1])
    draw = stream(seed, "noise")
    bipolar = bool((cues < 0).any())
    for row in cues:
        chosen = draw.permutation(cues.shape[1])[:count]
        row[chosen] = -row[chosen] if bipolar else 1 - row[chosen]
    return np.repeat(cues[:, None], hold, axis=1)


def ticks_said(phase: Phase, x: Array, numbers: Numbers) -> int | None:
    """Return how many ticks a presentation takes; None where a net settles by itself."""
    return int(x.shape[1]) if phase.act == "stimulus" else _said(phase, numbers)


def _said(phase: Phase, numbers: Numbers) -> int | None:
    if phase.ticks is None:
        return None
    ticks = numbers.whole(phase.ticks, "ticks")
    if ticks < 1:
        raise AllornoneError(f"phase {phase.name!r}: ticks must be at least 1, found {ticks}")
    return ticks
