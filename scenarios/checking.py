"""Checking a scenario file: everything that is wrong with it, at once and at its place, and nothing is simulated.

The document is judged first. Where its experiment is sound, the networks and lessons of its runs are made, and of the
first run that each change makes; measures are asked of records that hold zeros, to see which axes they have.
What only values reveal, a weight that bursts or a mistake that never ends, is left to the run.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import islice
from operator import or_
from pathlib import Path as FilePath
from typing import Any, cast

import numpy as np

from allornone.scenarios.document import advice, reading
from allornone.scenarios.document.axes import Family, Run, alters, at_most, differ, family, runs
from allornone.scenarios.document.change import CHANGEABLE, Path, Raw, all_changes, spoken
from allornone.scenarios.document.errors import Violation
from allornone.scenarios.document.names import many_seeds, parts_of
from allornone.scenarios.document.reading import Source
from allornone.scenarios.experiment.causes import PartError, caused_by, violation
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.measuring import NothingThereError, needs, scope_of
from allornone.scenarios.experiment.preparing import Known, Prepared, PreparedPhase, alike, prepare
from allornone.scenarios.experiment.running_phases import Needs, PhaseRecord, RunRecord, lessons_of
from allornone.scenarios.expressions.expression import expression
from allornone.scenarios.expressions.labelled import Labelled, Value, same_label
from allornone.scenarios.verdict.family import Selection
from allornone.scenarios.verdict.judging import selection
from allornone.simulator.errors import AllornoneError, LimitExceeded, UnknownName, nearest
from allornone.simulator.notation.expression import ExpressionError
from allornone.simulator.notation.reading import NotationError
from allornone.simulator.program.program import compile
from allornone.simulator.records.records import AT_REST

MOST_LABELS = 8
"""Labels of an axis of numbers at which networks and lessons are made; as a rule the others differ in numbers only."""
FEW = 8
"""Labels of an axis that a message names."""


def look_over(path: FilePath, limits: Limits | None = None) -> list[str]:
    """Return what is allowed in a file but unwise; SourceError says everything that is wrong with it."""
    with at_most((limits or Limits()).runs):
        return _looked_over(path, limits or Limits())


def _looked_over(path: FilePath, limits: Limits) -> list[str]:
    source = reading.parse(path)
    found = list(source.violations)
    wrong = {violation.path[0] for violation in found if violation.path}
    if not wrong.intersection(CHANGEABLE) and {"connectivity", "experience"} <= source.raw.keys():
        inside = replace(limits, folder=source.path.parent)
        judged = {"measures", "interpretation"} <= source.raw.keys() - wrong and "changes" not in wrong
        found += _Workshop(source, inside).faults(judged=judged)
    if found:
        raise source.error(found)
    return advice.warnings(source.raw)


class _Workshop:
    """Makes what a file describes; networks that are built alike are built once."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.raw, self.limits = source, source.raw, limits
        self.measures = {name: str(text) for name, text in self.raw.get("measures", {}).items()}
        self.known = Known(source.experiments)

    def faults(self, judged: bool) -> Iterator[Violation]:
        """Find what is wrong with runs, and where they can be `judged` with measures, claims and changes."""
        try:
            whole = family(self.raw)
            seeds = self.raw.get("seeds", 1)  # which may be told as wrong already
            self.limits.need("runs", len(whole.runs) * (seeds if type(seeds) is int else 1))
        except LimitExceeded as error:
            yield Violation(("seeds",) if "seeds" in self.raw else ("vary",), str(error))
            return
        ready: list[Prepared] = []
        told: set[Path] = set()
        structures = set()
        for run in _departing(whole):
            try:
                made = prepare(run.raw, 0, self.limits, self.known)
                if made.key not in structures:
                    _present(made)
                    structures.add(made.key)
                    ready.append(made)
            except AllornoneError as error:
                found = self._of_run(run, error)
                if found.path not in told:  # other runs have it too
                    told.add(found.path)
                    yield found
        if judged and not told:
            dry, wrong = self._measured(ready)
            yield from wrong
            yield from self._claims(whole, dry)
            yield from self._changes()

    def _of_run(self, run: Run, error: AllornoneError) -> Violation:
        """Return what is wrong with a run, at the part of the file that caused it, or of the alternative it lies on."""
        found = violation(self.raw, error)
        at = ", ".join(f"{axis} = {label}" for axis, label in run.labels.items())
        if found is None:
            return Violation((), f"{at + ': ' if at else ''}{error}")
        for axis, label in [*run.labels.items()][::-1]:  # the innermost axis says it last
            change = self.raw.get("vary", {}).get(axis)
            change = change.get(label) if isinstance(change, dict) else None
            if isinstance(change, dict) and found.path[:1] and found.path[0] in change:
                return Violation(("vary", axis, str(label)), f"{found.message}")
        return found if not at else found._replace(message=f"at {at}: {found.message}")

    def _measured(self, ready: Sequence[Prepared]) -> tuple[dict[str, Value], list[Violation]]:
        """Return what measures look like where nothing was lived, and what they ask for that is not there."""
        asked = needs(self.measures.values())
        found: dict[str, Value] = {}
        wrong: dict[str, Violation] = {}
        for one in ready:
            run = _unlived(one, asked)
            names: dict[str, Value] = dict(run.parameters)
            scope = scope_of(run, names)
            for name, text in self.measures.items():
                try:
                    value = expression(text).evaluate(scope)
                    names[name] = value
                    found.setdefault(name, value)
                    message, column = _wrong_pick(text, names)
                except ExpressionError as error:
                    # Zeros may mean nothing to a measure: what is no matter of names only a run can tell.
                    cause = error.__context__
                    names_nothing = isinstance(cause, UnknownName | NothingThereError | NotationError)
                    message, column = (error.sentence, error.column) if names_nothing else ("", None)
                if message:
                    wrong.setdefault(name, Violation(("measures", name), message, column))
        return found, list(wrong.values())

    def _claims(self, whole: Family, dry: Mapping[str, Value]) -> Iterator[Violation]:
        """Find labels that no run and no measure has."""
        outer: dict[str, Sequence[Any]] = {axis.name: axis.labels for axis in whole.axes}
        outer |= {name: values for axis in whole.axes for name, values in axis.members.items()}
        if many_seeds(self.raw):
            outer["seed"] = range(self.raw["seeds"])
        for number, claim in enumerate(self.raw["interpretation"]["claims"]):
            for inside, message, column in _wrong_labels(claim, dry, outer):
                yield Violation(("interpretation", "claims", number, *inside), message, column)

    def _changes(self) -> Iterator[Violation]:
        """Make the first run of each change that its claim looks at: a change must name and alter something."""
        for number, claim in enumerate(self.raw["interpretation"]["claims"]):
            picks = selection(claim, self.measures)
            chosen = reduce(or_, list(picks.values()) or [Selection()])
            for inside, change in all_changes(self.raw, claim):
                found = self._of_change(cast(Raw, change), chosen)
                if found is not None:
                    owner: Path = () if inside[0] == "changes" else ("interpretation", "claims", number)
                    yield found._replace(path=(*owner, *inside, *found.path))

    def _of_change(self, change: Raw, chosen: Selection) -> Violation | None:
        """Return what is wrong with the first of the chosen runs that a change makes, at its place in the change."""
        try:
            if not alters(self.raw, change):
                raise AllornoneError("the change alters no run")
            if self._idles(change, chosen):
                raise AllornoneError("the change alters no run: net, lessons and rules are what they were")
        except AllornoneError as error:
            found = violation(change, error) if isinstance(error, NotationError) else None
            return found or Violation((), f"{spoken(change)}: {_said(error)}")
        return None

    def _idles(self, change: Raw, chosen: Selection) -> bool:
        """Return whether a change leaves each of the chosen runs the experiment that it was, word for word or made.

        Where it alters more than a few runs, one that it makes no other says nothing of the rest.
        """
        pairs = zip(runs(self.raw), runs(self.raw, change), strict=True)
        altered = ((old, new) for old, new in pairs if chosen.has(new, 0) and differ(old.raw, new.raw))
        few = list(islice(altered, MOST_LABELS + 1))
        make = partial(prepare, seed=0, limits=self.limits, known=self.known)
        if few:
            make(few[0][1].raw)  # also to find what cannot be made of it
        return 0 < len(few) <= MOST_LABELS and all(alike(make(old.raw), make(new.raw)) for old, new in few)


def _present(made: Prepared) -> None:
    """Make the lessons of a run as they will be presented; an error has the phase that cannot be."""
    program = compile(made.network)
    for index, phase in enumerate(made.phases):
        if not (phase.by_tick or phase.timed):
            with caused_by("experience", index):
                lessons_of(program, [phase])


def _said(error: AllornoneError) -> str:
    return error.message if isinstance(error, PartError) else str(error)


def _departing(whole: Family) -> Iterator[Run]:
    """Yield the runs of all alternatives that lie at the first label of every axis of numbers but one.

    Of a long axis some labels from all over it stand for the rest, both ends among them.
    """
    numeric = {axis.name: axis.labels for axis in whole.axes if axis.form != "labels"}
    looked_at = {axis: {labels[k] for k in _spread(len(labels))} for axis, labels in numeric.items()}
    for run in whole.runs:
        at = {axis: run.labels[axis] for axis in numeric if axis in run.labels}
        departs = [axis for axis, label in at.items() if label != numeric[axis][0]]
        if len(departs) <= 1 and all(at[axis] in looked_at[axis] for axis in departs):
            yield run


def _spread(count: int) -> list[int]:
    """Return some places from all over a row, the first and the last among them.

    >>> _spread(3), _spread(100)
    ([0, 1, 2], [0, 14, 28, 42, 57, 71, 85, 99])
    """
    return sorted({round(k * (count - 1) / (MOST_LABELS - 1)) for k in range(MOST_LABELS)})


def _unlived(ready: Prepared, asked: Needs) -> RunRecord:
    """Return what a run would leave, with zeros for whatever is to be measured."""
    net = ready.network
    pairs = [(u, v) for u, v, data in net.edges(data=True) if data.get("kind") != "inhibitory"]
    biased = [(None, unit) for unit, data in net.nodes(data=True) if "bias" in data]
    weights = [net.edges[pair].get("weight", 1.0) for pair in pairs]
    start = np.array([*weights, *(net.nodes[unit]["bias"] for _, unit in biased)], dtype=float)
    groups = ready.groups
    wanted = {unit for name in asked.record.units or () for unit in groups.get(name, ())}
    units = tuple(unit for unit in net if unit in wanted)
    records = tuple(
        _unlived_phase(_Unlived(phase, units, (*pairs, *biased), start, tuple(net), tuple(net.inputs)), asked)
        for phase in ready.phases
    )
    return RunRecord(net, groups, records, dict(ready.parameters), ready.seed)


@dataclass(frozen=True)
class _Unlived:
    """A phase that nobody lives, and of its network what a record of it must name."""

    phase: PreparedPhase
    units: tuple[str, ...]
    synapses: tuple[tuple[str | None, str], ...]
    start: np.ndarray[Any, np.dtype[np.float64]]
    state: tuple[str, ...]
    inputs: tuple[str, ...]


def _unlived_phase(of: _Unlived, asked: Needs) -> PhaseRecord:
    phase, synapses = of.phase, of.synapses
    trials, ticks = phase.x.shape[:2]
    shape = (trials, ticks, len(of.units)) if phase.by_tick else (trials, len(of.units))
    words: dict[str, Any] = {}
    alone = phase.by_tick and trials == 1 and phase.epochs == 1
    history = None
    if phase.rule is not None and not phase.timed:
        words = {word: _zeros(phase.epochs) for word in ("mistakes", "updates", "change")}
        words |= {word: _zeros(phase.epochs + 1) for word in AT_REST}
    elif not phase.by_tick and phase.d is not None and not phase.clamped:
        words = {"mistakes": np.zeros(1)}
    if phase.rule is not None and "history" in asked.words:
        history = np.broadcast_to(of.start, ((ticks if alone else phase.epochs) + 1, len(of.start)))
    slopes = {"dw": len(synapses), "dz": len(of.state), "dx": len(of.inputs)} if phase.divergence else {}
    return PhaseRecord(
        phase,
        of.units,
        synapses,
        {word: _zeros(*shape) for word in asked.record.words},
        of.start,
        of.start,
        history,
        "tick" if alone else "epoch",
        words,
        slopes={word: _zeros(trials, count) for word, count in slopes.items()},
        state=of.state,
        gap=0.0,
    )


def _zeros(*shape: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return an array of zeros that takes no memory."""
    return np.broadcast_to(np.zeros(()), shape)


def _wrong_pick(text: str, names: Mapping[str, Value]) -> tuple[str, int | None]:
    """Return what is wrong with a label that a measure picks from an earlier one, and its column."""
    for name, pick in _picks(text, names):
        message = _pick_fault(name, pick, _axes_of(names[name]))
        if message:
            return message, pick.col_offset + 1
    return "", None


def _wrong_labels(
    claim: Mapping[str, Any], dry: Mapping[str, Value], outer: Mapping[str, Sequence[Any]]
) -> Iterator[tuple[Path, str, int | None]]:
    """Yield each label of a claim that is not there: its path, what is wrong with it, its column."""
    where = claim.get("where", {})
    for axis, labels in where.items():
        message = _label_fault("the family", axis, labels, outer)
        if message:
            yield ("where", axis), message, None
    for inside, text in parts_of(claim):
        for name, pick in _picks(text, dry):
            message = _pick_fault(name, pick, {**_axes_of(dry[name]), **outer})
            if pick.arg in where:
                message = f"where picks {pick.arg!r} already: say it there or here"
            if message:
                yield inside, message, pick.col_offset + 1
        yield from ((inside, message, column) for message, column in _wrong_over(text, dry, outer))


def _wrong_over(
    text: str, dry: Mapping[str, Value], outer: Mapping[str, Sequence[Any]]
) -> Iterator[tuple[str, int]]:
    """Yield each axis over which a claim reduces and which nothing in it can have, with its column."""
    calls = [node for node in ast.walk(expression(text).tree) if isinstance(node, ast.Call)]
    for call, said in ((one, word) for one in calls for word in one.keywords if word.arg == "over"):
        used = {part.id for part in ast.walk(call) if isinstance(part, ast.Name)} & dry.keys()
        axes = [*outer, *(axis for name in used for axis in _axes_of(dry[name]))]
        named = [part.value for part in ast.walk(said.value) if isinstance(part, ast.Constant)]
        strange = [UnknownName("axis", str(axis), axes) for axis in named if axis not in axes]
        yield from ((str(error), said.value.col_offset + 1) for error in strange)


def _picks(text: str, among: Container[str]) -> Iterator[tuple[str, ast.keyword]]:
    """Yield each axis that an expression picks from a name, with the name."""
    for node in ast.walk(expression(text).tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in among:
            yield from ((node.func.id, pick) for pick in node.keywords)


def _axes_of(value: Value) -> dict[str, Sequence[Any]]:
    """Return the axes of a value with their labels; an epoch may be any, since a rule may end sooner or later."""
    return {axis: value.labels[axis] for axis in value.axes} if isinstance(value, Labelled) else {}


def _pick_fault(name: str, pick: ast.keyword, axes: Mapping[str, Sequence[Any]]) -> str:
    """Return why a pick names an axis or a label that is not there, or ""."""
    if pick.arg is None or pick.arg == "over":
        return ""
    if pick.arg not in axes:
        return f"{name} has no axis {pick.arg!r}. {nearest(pick.arg, axes) or _there(axes)}"
    try:
        wanted = ast.literal_eval(pick.value)
    except ValueError:
        return ""  # computed: only a run can tell
    return _label_fault(name, pick.arg, wanted, axes)


def _label_fault(name: str, axis: str, wanted: Any, axes: Mapping[str, Sequence[Any]]) -> str:
    """Return why an axis has not the labels wanted, or ""."""
    for label in wanted if isinstance(wanted, list) else [wanted]:
        if axis in axes and axis != "epoch" and not _is_label(label, axis, axes[axis]):
            return f"{axis} is never {label!r} in {name}. It is one of {_listed(axes[axis])}"
    return ""


def _is_label(label: Any, axis: str, labels: Sequence[Any]) -> bool:
    if axis in ("trial", "tick") and not isinstance(label, str) and label < 0:
        return bool(-len(labels) <= label)
    return any(same_label(one, label) for one in labels)


def _there(axes: Mapping[str, Any]) -> str:
    return f"It has: {', '.join(axes) or 'none'}"


def _listed(labels: Sequence[Any]) -> str:
    return ", ".join(map(str, labels[:FEW])) + (", …" if len(labels) > FEW else "")
