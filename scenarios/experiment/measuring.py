"""Measuring: the functions of a run that a measure or a question may call, in the lecture's letters.

y  output   x  what an input brings   z  net input   d  desired   veto  silenced   w  weight
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import numpy as np

from allornone.models.boolean.separability import separable
from allornone.scenarios.experiment import build
from allornone.scenarios.experiment.causes import PartError
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.running_phases import (
    Needs,
    PhaseRecord,
    RunRecord,
    chosen_run,
    run_phases,
)
from allornone.scenarios.expressions.expression import Numbers, Scope, expression
from allornone.scenarios.expressions.functions import (
    FUNCTIONS,
    READ_AXES,
    READERS,
    RUN_FUNCTIONS,
    Function,
)
from allornone.scenarios.expressions.labelled import Labelled, Value, combine, labelled
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.notation.expression import ExpressionError
from allornone.simulator.records.records import AT_REST, SEEN, Record
from allornone.simulator.registry import functions

NEEDS = {"y": "y", "x": "y", "z": "z", "veto": "vetoed"}
"""What has to be kept for a function of a run to have an answer."""
COUNTED = ("mistakes", "updates", "change")
"""Words that count what happened on the way, so that their first value is that of epoch 1."""


def needs(texts: Iterable[str]) -> Needs:
    """Return what runs have to keep for these expressions, and of which units."""
    words: set[str] = set()
    units: set[str] = set()
    for text in texts:
        for node in ast.walk(expression(text).tree):
            match node:
                case ast.Call(func=ast.Name(id=word), args=[ast.Constant(value=str(name)), *_]) if (
                    word in NEEDS
                ):
                    words.add(NEEDS[word])
                    units.add(name)
                case ast.Call(func=ast.Name(id="gradient_gap")):
                    words.add("gap")
                case ast.Call(func=ast.Name(id="history"), args=[ast.Constant(value=str(name)), *_]):
                    words |= _of_history(name)
    seen = [word for word in SEEN if word in words]
    return Needs(Record(seen, units=sorted(units)), frozenset(words.difference(SEEN)))


def _of_history(name: str) -> set[str]:
    """Return what has to be kept for a history."""
    if name.startswith("w "):
        return {"history"}
    if name == "gradient":
        return {"gradient"}
    return {"error"} if name in (*AT_REST, "fall") else set()


def measure(measures: Mapping[str, str], run: RunRecord) -> dict[str, Value]:
    """Return every measure of one run, in the order of the file; a later one may use those before it."""
    names: dict[str, Value] = dict(run.parameters)
    scope = scope_of(run, names)
    found: dict[str, Value] = {}
    for name, text in measures.items():
        try:
            found[name] = names[name] = expression(text).evaluate(scope)
        except ExpressionError as error:
            owner = f"measures.{name}: column {error.column}: "
            raise PartError(("measures", name), error.sentence, owner, error.column) from None
    return found


def scope_of(run: RunRecord, names: Mapping[str, Value]) -> Scope:
    """Return what an expression over a run may use: these names, which may grow, and every function."""
    return Scope(names, {**FUNCTIONS, **registered_functions(), **run_functions(run)})


def run_functions(run: RunRecord) -> dict[str, Function]:
    """Return the functions of one run."""
    reader = _Reader(run)
    calls: dict[str, Callable[..., Value]] = {
        **{word: reader.seen(word) for word in ("y", "x", "z", "veto")},
        "d": reader.desired,
        "w": reader.weights,
        "history": reader.history,
        "mistakes": reader.mistakes,
        "epochs": lambda phase=None: reader.learned(phase).epochs,
        "solved": lambda phase=None: reader.learned(phase).solved,
        "diverged": lambda phase=None: reader.changed(phase).diverged,
        "units": reader.units,
        "connections": reader.connections,
        "parameters": lambda: run.network.parameters,
        "depth": lambda: run.network.depth,
        "loops": lambda: len(run.network.loops),
        "area": reader.area,
        "separable": lambda x, d: bool(separable(_matrix(x), _matrix(d))),
        "margin": reader.margin,
        "dw": reader.slope_of_weights,
        "dz": reader.slope_of("dz"),
        "dx": reader.slope_of("dx"),
        "gradient_gap": lambda phase=None: reader.descended(phase).gap,
    }
    return {
        one.name: Function(one.name, _picking(calls[one.name]), one.least, one.most, READ_AXES, one.doc)
        if one.name in READERS
        else Function(one.name, calls[one.name], one.least, one.most, doc=one.doc)
        for one in RUN_FUNCTIONS
    }


def _picking(read: Callable[..., Value]) -> Callable[..., Value]:
    """Return a reader that picks from what it reads, as a measure does."""

    def call(*values: Value, **picks: Value) -> Value:
        found = read(*values)
        return labelled(found).pick(**picks) if picks else found

    return call


@cache
def registered_functions() -> dict[str, Function]:
    """Return the functions that packages registered: plain functions of numbers, of fixed arity, element by element."""
    return {name: _registered(name, functions.get(name)) for name in functions.names()}


def _registered(name: str, function: Callable[..., Any]) -> Function:
    arity = len(inspect.signature(function).parameters)
    many = np.vectorize(function, otypes=[float])
    return Function(
        name, lambda *values: combine(many, *values), arity, arity, doc=(function.__doc__ or "").strip()
    )


class NothingThereError(AllornoneError):
    """What a measure asks for is not in the phase that it names, or in none, or nothing of that kind is anywhere."""


class _Reader:
    """Looks things up in what one run left."""

    def __init__(self, run: RunRecord) -> None:
        self.run = run
        self.groups = run.groups
        self.numbers = Numbers(run.parameters)

    def seen(self, word: str) -> Callable[..., Value]:
        """Return the function of that letter: what was seen at a unit or group."""

        def call(group: Value, phase: Value | None = None) -> Value:
            record, members = self.phase(phase, lambda record: True), self.members(group)
            values = record.seen[NEEDS[word]]
            return self.along(record, values, members, record.units, single=self.is_one(group))

        return call

    def along(
        self, record: PhaseRecord, values: Array, units: Sequence[str], known: Sequence[str], single: bool
    ) -> Value:
        """Return values of units with their axes, where those of `known` units stand; one unit, one trial has none."""
        place = {unit: k for k, unit in enumerate(known)}
        places = [place[unit] for unit in units]
        chosen = values[..., places]
        axes = ["trial", "tick", "unit"] if record.phase.by_tick else ["trial", "unit"]
        if single:
            chosen, axes = chosen[..., 0], axes[:-1]
        if record.phase.by_tick and len(chosen) == 1:
            chosen, axes = chosen[0], axes[1:]
        labels = {"unit": tuple(units)} if "unit" in axes else {}
        return Labelled(chosen, tuple(axes), labels).plain()

    def desired(self, group: Value, phase: Value | None = None) -> Value:
        """Return what the teacher wanted of a unit or group, one value a presentation, or a tick."""
        record = self.phase(phase, lambda record: record.phase.d is not None, "a teacher")
        lesson, d = record.phase, cast(Array, record.phase.d)
        members = self.members(group)
        for unit in members:
            if unit not in lesson.taught:
                raise UnknownName("taught unit", unit, lesson.taught)
        if lesson.by_tick:
            return self.along(record, d, members, lesson.taught, single=self.is_one(group))
        chosen = d[:, [lesson.taught.index(unit) for unit in members]]
        if self.is_one(group):
            return Labelled(chosen[:, 0], ("trial",))
        return Labelled(chosen, ("trial", "unit"), {"unit": tuple(members)})

    def weights(self, of: Value, phase: Value | None = None) -> Value:
        """Return weights when a phase ended: of a unit, its bias first, or of synapses "A -> B"."""
        record = self.phase(phase, lambda record: True)
        pairs = self.pairs(_text(of))
        values = record.weights[record.places(pairs)]
        if "->" in _text(of) and len(pairs) == 1:
            return float(values[0])
        return Labelled(values, ("synapse",), {"synapse": tuple(map(_name, pairs))})

    def slope_of_weights(self, of: Value, phase: Value | None = None) -> Value:
        """Return ∂E/∂w, a value a presentation: of a unit, its bias first, or of synapses "A -> B"."""
        record, pairs = self.descended(phase), self.pairs(_text(of))
        values = record.slopes["dw"][:, record.places(pairs)]
        if "->" in _text(of) and len(pairs) == 1:
            return Labelled(values[:, 0], ("trial",))
        return Labelled(values, ("trial", "synapse"), {"synapse": tuple(map(_name, pairs))})

    def slope_of(self, word: str) -> Callable[..., Value]:
        """Return the function of δ = ∂E/∂z, or of ∂E/∂x, of a unit or group, a value a presentation."""

        def slope(of: Value, phase: Value | None = None) -> Value:
            record, members = self.descended(phase), self.members(of)
            known = self.run.network.inputs if word == "dx" else list(record.state)
            for unit in members:
                if unit not in known:
                    raise UnknownName("input" if word == "dx" else "unit", unit, known)
            values = record.slopes[word][:, [known.index(unit) for unit in members]]
            if self.is_one(of):
                return Labelled(values[:, 0], ("trial",))
            return Labelled(values, ("trial", "unit"), {"unit": tuple(members)})

        return slope

    def descended(self, phase: Value | None) -> PhaseRecord:
        """Return the record of a gradient phase."""
        return self.phase(phase, lambda record: bool(record.slopes), "a gradient")

    def history(self, of: Value, phase: Value | None = None) -> Value:
        """Return how a word of `until`, or weights ("w out"), went on: by epoch, or by tick."""
        text = _text(of)
        if text == "fall":
            record = self.phase(phase, lambda record: "error" in record.words, "a history of 'fall'")
            column = -np.diff(record.words["error"])
            return Labelled(column, ("epoch",), {"epoch": tuple(range(1, 1 + len(column)))})
        if not text.startswith("w "):
            record = self.phase(phase, lambda record: text in record.words, f"a history of {text!r}")
            column = record.words[text]
            first = 1 if text in COUNTED else 0
            return Labelled(column, ("epoch",), {"epoch": tuple(range(first, first + len(column)))})
        record = self.phase(phase, lambda record: record.history is not None, "a history of weights")
        pairs = self.pairs(text[2:].strip())
        values = cast(Array, record.history)[:, record.places(pairs)]
        if "->" in text and len(pairs) == 1:
            return Labelled(values[:, 0], (record.history_axis,))
        labels = {"synapse": tuple(map(_name, pairs))}
        return Labelled(values, (record.history_axis, "synapse"), labels)

    def mistakes(self, phase: Value | None = None) -> Value:
        """Return wrong answers: one number an epoch of learning, or one where nothing learned."""
        record = self.phase(phase, lambda record: "mistakes" in record.words, "mistakes")
        column = record.words["mistakes"]
        if record.phase.rule is None:
            return float(column[0])
        return Labelled(column, ("epoch",), {"epoch": tuple(range(1, len(column) + 1))})

    def units(self, group: Value | None = None) -> Value:
        """Return how many units a group has; without one, all but the inputs."""
        return (
            len(self.run.network) - len(self.groups["inputs"]) if group is None else len(self.members(group))
        )

    def connections(self, of: Value | None = None) -> Value:
        """Return how many synapses lead as the text says; without one, all."""
        if of is None:
            return self.run.network.number_of_edges()
        return len(build.pairs(self.run.network, [_text(of)], self.numbers))

    def area(self, condition: Value, phase: Value | None = None) -> Value:
        """Return the area of the plane where a condition on the points of a grid holds."""
        record = self.phase(phase, lambda record: record.phase.cell is not None, "a grid")
        truths = labelled(condition)
        if truths.axes != ("trial",) or truths.values.dtype != np.bool_:
            raise AllornoneError("area() takes a condition on the points of a grid, such as y('out') == 1")
        return float(np.count_nonzero(truths.values) * cast(float, record.phase.cell))

    def margin(self, unit: Value, phase: Value | None = None) -> Value:
        """Return the least distance of a lesson from the plane that a unit learned."""
        record = self.phase(phase, lambda record: not record.phase.timed, "lessons")
        name = _text(unit)
        if not self.is_one(unit):
            raise UnknownName("unit", name, self.run.network)
        weights = dict(zip(record.synapses, record.weights, strict=True))
        sources = list(self.run.network.predecessors(name))
        if not set(sources) <= set(record.phase.driven):
            raise AllornoneError(f"margin({name!r}): its synapses must come from inputs")
        w = np.array([weights[source, name] for source in sources])
        x = record.phase.x[:, -1, [record.phase.driven.index(source) for source in sources]]
        bias = weights.get((None, name), 0.0)
        length = float(np.linalg.norm(w))
        if length == 0:
            raise AllornoneError(f"margin({name!r}): all weights are 0, there is no plane")
        return float(np.min(np.abs(x @ w + bias)) / length)

    def learned(self, phase: Value) -> PhaseRecord:
        """Return the record of a phase that learned by lessons."""
        return self.phase(
            phase, lambda record: record.phase.rule is not None and not record.phase.timed, "lessons learned"
        )

    def changed(self, phase: Value) -> PhaseRecord:
        """Return the record of a phase in which a rule was at work."""
        return self.phase(phase, lambda record: record.phase.rule is not None, "a rule")

    def phase(self, name: Value | None, has: Callable[[PhaseRecord], bool], what: str = "") -> PhaseRecord:
        """Return the phase of that name, or the last that has what is asked for."""
        records = {record.phase.name: record for record in self.run.records}
        if name is not None:
            if _text(name) not in records:
                raise UnknownName("phase", _text(name), records)
            found = records[_text(name)]
            if not has(found):
                raise NothingThereError(f"phase {name!r} has no {what.removeprefix('a ')}")
            return found
        for record in reversed(self.run.records):
            if has(record):
                return record
        raise NothingThereError(f"no phase has {what}")

    def members(self, group: Value) -> list[str]:
        """Return the units of a unit or group."""
        name = _text(group)
        if name not in self.groups:
            raise UnknownName("unit or group", name, self.groups)
        return self.groups[name]

    def is_one(self, group: Value) -> bool:
        """Return whether a name is a single unit's and not a group's."""
        return _text(group) in self.run.network

    def pairs(self, text: str) -> list[tuple[str | None, str]]:
        """Return synapses: those that a text says, or all that lead to a unit, its bias first."""
        net = self.run.network
        found: list[tuple[str | None, str]] = []
        if "->" in text or "-o" in text:
            found = build.pairs(net, [text], self.numbers)
            for source, target in found:
                if source is not None and net.edges[source, target].get("kind") == "inhibitory":
                    raise NothingThereError(f"{source} -o {target} is an inhibition, which has no weight")
            return found
        for unit in self.members(text):
            found += [(None, unit)] if "bias" in net.nodes[unit] else []
            found += [
                (source, unit)
                for source in net.predecessors(unit)
                if net.edges[source, unit].get("kind") != "inhibitory"
            ]
        return found


def _text(value: Value) -> str:
    """Return the name that a function of a run is given; units in a list are asked for one by one."""
    if not isinstance(value, str):
        found = "a list" if isinstance(value, Labelled) else str(value)
        raise NothingThereError(f"a name in quotes is needed here, such as 'out', found {found}")
    return value


def _name(pair: tuple[str | None, str]) -> str:
    return f"{pair[0]} -> {pair[1]}" if pair[0] is not None else pair[1]


def _matrix(value: Value) -> Array:
    array = labelled(value)
    if array.axes == ("trial",):
        return array.values.astype(float)[:, None]
    if set(array.axes) != {"trial", "unit"}:
        raise AllornoneError("separable() takes lessons: x('S'), d('R')")
    return np.moveaxis(array.values, array.axes.index("trial"), 0).astype(float)


@dataclass(frozen=True)
class Answered:
    """A question to those who watch: the tick, the words, the choices, and the one that holds."""

    at: int
    ask: str
    choices: tuple[str, ...]
    right: str


def answers(
    raw: Mapping[str, Any], seeds: Sequence[int], overrides: Mapping[str, object], limits: Limits
) -> tuple[Answered, ...]:
    """Answer the questions of a scenario; one whose choices do not come out as exactly one truth is an error."""
    questions = raw.get("interpretation", {}).get("questions", [])
    if not questions:
        return ()
    measures = raw.get("measures", {})
    texts = [str(text) for question in questions for text in question["choices"].values()]
    ready = chosen_run(raw, seeds, overrides, limits)
    run = run_phases([ready], needs([*texts, *map(str, measures.values())]))[0]
    names = {**run.parameters, **measure(measures, run)}
    scope = scope_of(run, names)
    return tuple(_answered(question, scope) for question in questions)


def _answered(question: Mapping[str, Any], scope: Scope) -> Answered:
    choices = {name: str(text) for name, text in question["choices"].items()}
    right = [name for name, text in choices.items() if expression(text).evaluate_truth(scope)]
    if len(right) != 1:
        held = ", ".join(right) or "none"
        raise AllornoneError(f"question {question['ask']!r}: exactly one choice must hold, found {held}")
    return Answered(int(question["at"]), str(question["ask"]), tuple(choices), right[0])
