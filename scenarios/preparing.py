"""Preparing: from one run of a scenario to a network and its phases, ready to be lived beside others in lanes."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np

from allornone.scenarios import build, tasks
from allornone.scenarios.chance import draws
from allornone.scenarios.lessons import lesson, ticks_said
from allornone.scenarios.limits import Limits
from allornone.scenarios.numbers import Numbers
from allornone.scenarios.phase_keys import LEARNING_KEYS, PHASE_KEYS
from allornone.scenarios.starting import start
from allornone.scenarios.tasks import Task
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, whole
from allornone.simulator.learning.rules import LearningRule, needs_teacher
from allornone.simulator.network.network import Network, model_class
from allornone.simulator.program.wiring import structure
from allornone.simulator.registry import rules

Pair = tuple[str | None, str]


@dataclass(frozen=True)
class Phase:
    """One phase of one run.

    `x` is (trials, ticks, driven), NaN where a unit is left free; `d` is (trials, taught) or None: what the teacher
    wants, or where they are `clamped` holds the units at. A `timed` phase is lived tick by tick, any other presents;
    `by_tick` are those that are recorded so, all others are recorded a value a presentation.
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
    phases: tuple[Phase, ...]
    parameters: Mapping[str, Any]
    seed: int
    key: Hashable = field(repr=False, default=None)


@dataclass(frozen=True)
class Beginning:
    """A network at its start, its structure, and by the texts of a file which of its synapses are plastic."""

    network: Network
    structure: Hashable
    plastic: dict[Hashable, tuple[Pair, ...]] = field(default_factory=dict)

    def plastic_of(self, texts: Any, numbers: Numbers) -> tuple[Pair, ...]:
        """Return the synapses and biases that the texts name, or all that can change."""
        key = None if texts is None else tuple(texts)
        if key not in self.plastic:
            self.plastic[key] = _plastic(self.network, texts, numbers)
        return self.plastic[key]


Known = dict[str, Beginning]
"""Networks at their start, by all that they are built from."""


def prepare(raw: Mapping[str, Any], seed: int, limits: Limits, known: Known | None = None) -> Prepared:
    """Make the tasks, the network and the phases of one run.

    `known` keeps networks in which nothing is drawn: runs that are built alike share one, which nobody may change.
    """
    numbers = Numbers.of(raw)
    made = tasks.make(raw, numbers, seed, limits)
    learning = raw.get("learning", {})
    known = {} if known is None else known
    key = _built_from(raw, made, seed)
    if key not in known:
        net = build.build(raw, numbers, made, seed, limits)
        start(net, raw["connectivity"], numbers, _plastic(net, learning.get("plastic"), numbers), seed)
        known[key] = Beginning(net, structure(net))
    begun = known[key]
    drawn = tuple(phase["name"] for phase in raw["experience"] if _is_drawn(phase))
    phases = tuple(
        _phase(phase, learning, begun, numbers, made, seed, limits, drawn) for phase in raw["experience"]
    )
    run_key = (begun.structure, tuple(phase.key for phase in phases))
    return Prepared(begun.network, phases, numbers.parameters, seed, run_key)


def _built_from(raw: Mapping[str, Any], made: Mapping[str, Task], seed: int) -> str:
    """Return all that a network at its start depends on; the seed only where something of it is drawn."""
    parts = ("title", "parameters", "tasks", "connectivity", "activation")
    pieces = [
        raw.get(name) for name in parts
    ]  # their order counts: of two weights of a synapse the last is meant
    task = made.get(raw["connectivity"].get("build", {}).get("task", ""))
    samples = None if task is None else [_digest(task.x), None if task.d is None else _digest(task.d)]
    drawn = draws({"connectivity": raw["connectivity"]}) is not None
    plastic = raw.get("learning", {}).get("plastic")
    return json.dumps([pieces, plastic, samples, seed if drawn else None], default=str)


def _digest(samples: Array) -> str:
    return f"{samples.shape} {sha256(np.ascontiguousarray(samples).tobytes()).hexdigest()}"


def _is_drawn(phase: Mapping[str, Any]) -> bool:
    stimulus = {key: phase[key] for key in ("stimulus", "sample") if key in phase}
    return draws({"experience": [stimulus]}) is not None


def _plastic(net: Network, texts: Any, numbers: Numbers) -> tuple[Pair, ...]:
    if texts is not None:
        return tuple(dict.fromkeys(build.pairs(net, texts, numbers)))
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
    begun: Beginning,
    numbers: Numbers,
    made: Mapping[str, Task],
    seed: int,
    limits: Limits,
    drawn: Sequence[str],
) -> Phase:
    net, words = begun.network, _words(phase, learning)
    x, driven, d, taught, cell = lesson(phase, net, numbers, made, seed, limits, drawn)
    rule = None if "show" in phase else _rule(words, numbers)
    # A rule that asks for no teacher learns from what the units are made to do.
    clamped = "teach" in phase and d is not None and rule is not None and not needs_teacher(rule)
    if rule is not None and "stimulus" in phase and d is None and needs_teacher(rule):
        raise AllornoneError(f"phase {phase['name']!r}: the rule {rule.name!r} needs a teacher")
    # A presentation is judged at its last tick; a stimulus without a teacher, and a cue on units, are lived in time.
    by_tick = "stimulus" in phase and d is None
    timed = by_tick or not set(driven) <= set(net.inputs)
    return Phase(
        name=phase["name"],
        x=x,
        driven=driven,
        d=d,
        taught=taught,
        ticks=None if by_tick else ticks_said(phase, x, numbers),
        clamped=clamped,
        timed=timed,
        by_tick=by_tick,
        rule=rule,
        plastic=() if rule is None else begun.plastic_of(words.get("plastic"), numbers),
        epochs=whole("epochs", numbers.whole(words.get("epochs", 1), "epochs")),
        order=words.get("order", "cyclic"),
        batch=words.get("batch", 1)
        if words.get("batch") == "all"
        else numbers.whole(words.get("batch", 1), "batch"),
        average=words.get("average", True),
        until=words.get("until"),
        bound=_bound(words, numbers),
        from_rest=phase.get("from", "rest") == "rest",
        update=phase.get("update", "together"),
        parameters=numbers.parameters,
        cell=cell,
    )


def _words(phase: Mapping[str, Any], learning: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of learning in a phase; another rule than that of [learning] has numbers of its own."""
    words = {**learning, **{key: value for key, value in phase.items() if key not in PHASE_KEYS}}
    if phase.get("rule", learning.get("rule")) == learning.get("rule"):
        return words
    return {key: value for key, value in words.items() if key in LEARNING_KEYS or key in phase}


def _bound(words: Mapping[str, Any], numbers: Numbers) -> float:
    bound = float(numbers.number(words.get("bound", 1e6)))
    if not bound > 0:
        raise AllornoneError(f"bound must be more than 0, found {bound:g}")
    return bound


def _rule(words: Mapping[str, Any], numbers: Numbers) -> LearningRule | None:
    if "rule" not in words:
        return None
    cls = rules.get(words["rule"])
    said = {key: value for key, value in words.items() if key not in LEARNING_KEYS}
    rule: LearningRule = cls.from_values(numbers.arguments(cls, said))
    return rule
