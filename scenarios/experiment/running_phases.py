"""Prepared runs, phase by phase: side by side in lanes, or the one that is filmed.

What each phase leaves for the measures is kept a run at a time, so that a run alone and one among others are alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from allornone.scenarios.document.axes import Run, family
from allornone.scenarios.experiment import build
from allornone.scenarios.experiment.build import Pair
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.preparing import Prepared, PreparedPhase, prepare
from allornone.simulator.arrays import Array, Index, Truth
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.divergences import DIVERGENCES, Divergence
from allornone.simulator.learning.presenting import Lesson, lesson
from allornone.simulator.learning.rules import LearningRule
from allornone.simulator.learning.training import Condition, Plan, Ramp, learn
from allornone.simulator.network.network import Network
from allornone.simulator.parameters import stack
from allornone.simulator.program.passing import Moment, Passage
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.records import Recorder, Trace, Training
from allornone.simulator.time.simulation import Simulator, Snapshot, driving

MOST_LANES = 512

MOST_MOMENTS = 400
"""Ticks or presentations that are recorded for a film."""
STEP = 1e-5
"""How far a weight is moved to each side for a central difference."""


def run_phases(runs: Sequence[Prepared], needs: RecordingNeeds) -> list[RunRecord]:
    """Live runs of one key together and return what each left; `needs` names what measures ask for."""
    found: list[RunRecord] = []
    for start in range(0, len(runs), MOST_LANES):
        found += _live(runs[start : start + MOST_LANES], needs)
    return found


def _live(runs: Sequence[Prepared], needs: RecordingNeeds) -> list[RunRecord]:
    program = compile([run.network for run in runs])
    weights, left = program.weights, None
    records: list[list[Record]] = [[] for _ in runs]
    for number in range(len(runs[0].phases)):
        phases = [run.phases[number] for run in runs]
        learns = phases[0].rule is not None
        ready = replace(program.plastic_only(phases[0].plastic) if learns else program, weights=weights)
        lived = _time if phases[0].by_tick else _cued if phases[0].timed else _lessons
        with np.errstate(over="ignore", invalid="ignore"):  # one lane that bursts is told as diverged
            weights, left, found = lived(ready, left, phases, [run.seed for run in runs], needs)
        for lane, record in enumerate(found):
            records[lane].append(record)
    return [
        RunRecord(run.network, tuple(record), dict(run.parameters), run.seed)
        for record, run in zip(records, runs, strict=True)
    ]


def _stacked_rule(phases: Sequence[PreparedPhase]) -> LearningRule | None:
    first = phases[0].rule
    if first is None:
        return None
    return stack([phase.rule for phase in phases if phase.rule is not None])


@dataclass(frozen=True)
class Record:
    """What one phase of one run left.

    `before` and `weights` are the weights when it began and when it ended, `history` those between, by epoch or tick.
    y, z, vetoed are (trials, ticks, units) of a timed phase, (trials, units) otherwise. `words` has one value an epoch
    of error, worst (at rest, so one more), mistakes,
    updates, change.
    """

    phase: PreparedPhase
    units: tuple[str, ...]
    synapses: Sequence[Pair]
    kept: dict[str, Array]
    before: Array
    weights: Array
    history: Array | None
    history_axis: str
    words: dict[str, Array]
    epochs: float
    solved: bool
    diverged: bool
    slopes: dict[str, Array] = field(default_factory=dict)
    """Of a gradient phase: "dw" (trials, synapses), "dz" (trials, units of `state`), "dx" (trials, inputs)."""
    state: tuple[str, ...] = ()
    gap: float = np.nan

    @cached_property
    def _place(self) -> dict[Pair, int]:
        return {pair: place for place, pair in enumerate(self.synapses)}

    def places(self, pairs: Sequence[Pair]) -> list[int]:
        """Return where the weights of some synapses stand among all."""
        return [self._place[pair] for pair in pairs]


Found = tuple[Weights, Snapshot | None, list[Record]]


def _lessons(
    program: Program,
    left: Snapshot | None,
    phases: Sequence[PreparedPhase],
    seeds: Sequence[int],
    needs: RecordingNeeds,
) -> Found:
    first = phases[0]
    x = _lanes([phase.x for phase in phases])
    d = None if first.d is None else _lanes([phase.d for phase in phases if phase.d is not None])
    plan = lesson(program, x, d, first.taught, first.ticks, clamped=first.clamped)
    rule = _stacked_rule(phases)
    notes = notes_for(program, needs, (plan.samples,))
    if first.divergence:
        return program.weights, left, _descended(program, phases, plan, notes, "gap" in needs.words)
    if rule is None:
        return program.weights, left, _shown(program, phases, plan, notes)
    training = learn(program, program.weights, rule, plan, _plan(phases, seeds, needs, notes))
    if training.weight_history is not None:
        notes.history = list(training.weight_history)
    weights = phase_weights(program, training.theta)
    records = [_learned(program, phase, training, weights, notes, lane) for lane, phase in enumerate(phases)]
    return training.theta, left, records


def _shown(program: Program, phases: Sequence[PreparedPhase], plan: Lesson, notes: Notes) -> list[Record]:
    mistakes = np.zeros(program.lanes)
    for seen in plan.everything(program.weights):
        note(notes, seen, np.ones(program.lanes, dtype=bool))
        mistakes += seen.mistakes
    # who is not taught makes no mistakes, nor none
    words = [
        {"mistakes": mistakes[lane : lane + 1]} if plan.is_taught else {} for lane in range(program.lanes)
    ]
    weights = phase_weights(program, program.weights)
    return [
        record_of(program, phase, weights, notes, lane, words[lane], "epoch")
        for lane, phase in enumerate(phases)
    ]


def _descended(
    program: Program, phases: Sequence[PreparedPhase], plan: Lesson, notes: Notes, gap: bool
) -> list[Record]:
    """Present the lessons one by one, forward and back, and keep the slopes for weights, net inputs and inputs."""
    objective = DIVERGENCES[phases[0].divergence]
    inputs = slice(1, 1 + len(program.inputs))
    slopes: dict[str, list[Array]] = {"dw": [], "dz": [], "dx": []}
    for batch in plan.shown(np.arange(plan.samples), 1).batches():
        seen = batch.present(program.weights)
        note(notes, seen, np.ones(program.lanes, dtype=bool))
        way = seen.walk_back(objective)
        deltas, given = np.zeros(seen.y.shape[1:]), np.zeros((len(program.inputs), program.lanes))
        last = max((step.tick for step in way.steps), default=0)
        for step in way.steps:
            if step.tick == last:
                deltas[seen.layers[step.layer].units] = step.delta[0]
        for part in way.of_outputs:
            given = given if part is None else given + part[0, inputs]
        for word, value in (
            ("dw", program.synapse_values(tuple(way.slopes))),
            ("dz", deltas[1:]),
            ("dx", given),
        ):
            slopes[word].append(value)
    stacked = {word: np.stack(parts) for word, parts in slopes.items()}
    apart = _gap(program, plan, objective, stacked["dw"]) if gap else np.full(program.lanes, np.nan)
    weights = phase_weights(program, program.weights)
    return [
        replace(
            record_of(program, phase, weights, notes, lane, {}, "epoch"),
            slopes={word: np.ascontiguousarray(values[..., lane]) for word, values in stacked.items()},
            state=program.names[1:],
            gap=float(apart[lane]),
        )
        for lane, phase in enumerate(phases)
    ]


def _gap(program: Program, plan: Lesson, objective: Divergence, found: Array) -> Array:
    """Return by lane how far a slope for a weight is from the central difference at most."""
    values, worst = program.synapse_values(program.weights), np.zeros(program.lanes)
    for place in range(len(values)):
        sides = []
        for step in (STEP, -STEP):
            moved = values.copy()
            moved[place] += step
            sides.append(_errors(program.with_values(moved), plan, objective))
        worst = np.maximum(worst, np.abs((sides[0] - sides[1]) / (2 * STEP) - found[:, place]).max(axis=0))
    return worst


def _errors(weights: Weights, plan: Lesson, objective: Divergence) -> Array:
    """Return E of every lesson, (samples, lanes)."""
    parts = []
    for seen in plan.everything(weights):
        total = np.zeros((len(seen.y), seen.y.shape[-1]))
        for layer in seen.layers:
            if layer.d is not None:
                error = objective.error(layer.model, layer.y, layer.d)
                total = total + np.where(np.isnan(layer.d), 0.0, error).sum(axis=1)
        parts.append(total)
    return np.concatenate(parts)


def _plan(phases: Sequence[PreparedPhase], seeds: Sequence[int], needs: RecordingNeeds, notes: Notes) -> Plan:
    def watch(seen: Passage, active: Truth) -> None:
        note(notes, seen, active)

    first = phases[0]
    return Plan(
        epochs=first.epochs,
        order=first.order,
        batch=first.batch,
        average=first.average,
        until=None if first.until is None else _condition(first.until, phases),
        bound=first.bound,
        record=tuple(
            word for word, need in (("weights", "history"), ("error", "error")) if need in needs.words
        ),
        seeds=seeds,
        ramps={
            name: Ramp(
                np.array([phase.ramps[name].first for phase in phases]),
                np.array([phase.ramps[name].last for phase in phases]),
                ramp.epochs,
            )
            for name, ramp in first.ramps.items()
        },
        watch=watch if notes.kept else None,
    )


def _learned(
    program: Program, phase: PreparedPhase, training: Training, weights: PhaseWeights, notes: Notes, lane: int
) -> Record:
    epochs = int(training.lane_epochs[lane])
    lived = epochs + int(training.lane_diverged[lane])
    words = {
        word: column[: lived + (word in ("error", "worst")), lane].copy()
        for word, column in training.values.items()
    }
    notes = Notes(notes.places, notes.kept, notes.history[: lived + 1])
    solved = bool(training.lane_solved[lane])
    return record_of(
        program,
        phase,
        weights,
        notes,
        lane,
        words,
        "epoch",
        epochs=float(epochs) if solved else np.inf,
        solved=solved,
        diverged=bool(training.lane_diverged[lane]),
    )


def _time(
    program: Program,
    left: Snapshot | None,
    phases: Sequence[PreparedPhase],
    seeds: Sequence[int],
    needs: RecordingNeeds,
) -> Found:
    first = phases[0]
    rule = _stacked_rule(phases)
    x = _lanes([phase.x for phase in phases])
    trials, ticks = x.shape[:2]
    # A net that learns meets one trial after the other; one that does not may meet all at once.
    batch = 1 if rule is not None else trials
    simulator = _begun(program, left, first, rule, batch, seeds)
    notes = notes_for(program, needs, (trials, ticks))
    alone = trials == 1 and first.epochs == 1
    by_epoch = _Epochs(simulator, "history" in needs.words, notes)
    by_tick = alone and "history" in needs.words
    for epoch in range(first.epochs if rule is not None else 1):
        for start in range(0, trials, batch):
            if first.from_rest and (start or epoch):
                simulator.rest()
            some = slice(start, start + batch)
            _trial(simulator, x[some], first.driven, notes, some, by_tick)
        by_epoch.end(alone)
    simulator.finish()
    if by_tick:
        notes.history.append(program.synapse_values(simulator.weights))
    axis, weights = "tick" if alone else "epoch", phase_weights(program, simulator.weights)
    diverged = ~simulator.learning
    records = [
        record_of(program, phase, weights, notes, lane, {}, axis, diverged=bool(diverged[lane]))
        for lane, phase in enumerate(phases)
    ]
    return simulator.weights, simulator.snapshot(), records


def _trial(
    simulator: Simulator, x: Array, driven: Sequence[str], notes: Notes, trials: slice, history: bool
) -> None:
    """Simulate some trials at the same time, and keep every tick; with `history`, also the weights before it."""
    for tick, (given, held) in enumerate(driving(simulator.program, x, driven)):
        if history:
            notes.history.append(simulator.program.synapse_values(simulator.weights))
        note_tick(notes, simulator.advance(given, held), (trials, tick))


def _cued(
    program: Program,
    left: Snapshot | None,
    phases: Sequence[PreparedPhase],
    seeds: Sequence[int],
    needs: RecordingNeeds,
) -> Found:
    """Live a phase that shows cues: held for a while, then the net is left alone, and its last state is kept."""
    first = phases[0]
    x = _lanes([phase.x for phase in phases])
    trials, cued = x.shape[:2]
    simulator = _begun(program, left, first, None, trials, seeds)
    for given, held in driving(program, x, first.driven):
        moment = simulator.advance(given, held)
    if (first.ticks or 0) > cued:
        moment = simulator.settle((first.ticks or 0) - cued)
    notes = notes_for(program, needs, (trials,))
    note_tick(notes, moment, ())
    weights = phase_weights(program, program.weights)
    records = [
        record_of(program, phase, weights, notes, lane, {}, "epoch") for lane, phase in enumerate(phases)
    ]
    return program.weights, simulator.snapshot(), records


def _begun(
    program: Program,
    left: Snapshot | None,
    phase: PreparedPhase,
    rule: LearningRule | None,
    batch: int,
    seeds: Sequence[int],
) -> Simulator:
    """Return a simulator at rest, or where the phase before ended."""
    simulator = Simulator(
        program, rule=rule, batch=batch, update=phase.update, seed=seeds, undo=0, bound=phase.bound
    )
    if phase.from_rest or left is None or left.moment is None:
        return simulator
    before = len(left.moment.y)
    if before != batch:
        raise AllornoneError(
            f"phase {phase.name!r} begins here, from where the phase before ended: both need as many trials, "
            f"found {batch} after {before}"
        )
    simulator.resume(left)
    return simulator


class _Epochs:
    """The weights before the first epoch of a phase in time, and after each."""

    def __init__(self, simulator: Simulator, wanted: bool, notes: Notes) -> None:
        self.simulator, self.wanted, self.notes = simulator, wanted, notes
        self.before = simulator.program.synapse_values(simulator.weights)

    def end(self, alone: bool) -> None:
        if not self.wanted or alone:
            return
        if not self.notes.history:
            self.notes.history.append(self.before)
        self.notes.history.append(self.simulator.program.synapse_values(self.simulator.weights))


def _lanes(arrays: Sequence[Array]) -> Array:
    """Put arrays side by side along a last axis; one that all runs share serves every lane."""
    if all(array is arrays[0] for array in arrays):
        return arrays[0][..., None]
    return np.stack(arrays, axis=-1)


def _condition(text: str, phases: Sequence[PreparedPhase]) -> Condition:
    names = phases[0].parameters
    return Condition.read(
        text, {name: np.array([phase.parameters[name] for phase in phases]) for name in names}
    )


@dataclass(frozen=True)
class ShownRun:
    """The run that is shown: its network as learned, the trace of the phase filmed, the last training."""

    network: Network
    trace: Trace
    training: Training | None


def show(
    raw: Mapping[str, Any], seeds: Sequence[int], overrides: Mapping[str, object], limits: Limits
) -> ShownRun:
    """Live the run that the film of a scenario names, the first of each axis where it names none."""
    film = raw.get("interpretation", {}).get("film", {})
    ready = chosen_run(raw, seeds, overrides, limits)
    wanted = film.get("phase", _filmed(ready))
    net = ready.network.copy()
    program = compile(net)
    weights, trace, training = program.weights, None, None
    left: Sequence[Snapshot] = ()
    for number, phase in enumerate(ready.phases):
        lived = replace(program.plastic_only(phase.plastic), weights=weights)
        words = ["weights"] if phase.rule is not None else []
        recorder = Recorder(lived, words, most=None if phase.timed else MOST_MOMENTS)
        keep = recorder if phase.name == wanted else None
        if phase.timed:
            briefly = all(later.from_rest for later in ready.phases[number + 1 :])
            weights, left = _trials_shown(lived, left, phase, ready.seed, keep, briefly)
        else:
            weights, learned = _lessons_shown(lived, weights, phase, ready.seed, keep)
            training = learned or training
        if keep is not None:
            then = ready.network.copy()
            program.write(weights, [then])  # later phases may learn more
            trace = replace(_with_lessons(recorder.trace(), phase), network=then)
    program.write(weights, [net])
    if trace is None:
        raise AllornoneError(f"film: no phase is named {wanted!r}")
    return ShownRun(net, trace, training)


def chosen_run(
    raw: Mapping[str, Any], seeds: Sequence[int], overrides: Mapping[str, object], limits: Limits
) -> Prepared:
    """Return the run that the film of a scenario names, the first of each axis where it names none."""
    at = dict(raw.get("interpretation", {}).get("film", {}).get("at", {}))
    run = _chosen(
        family(dict(raw), None, overrides).runs, {key: value for key, value in at.items() if key != "seed"}
    )
    seed = int(at.get("seed", seeds[0]))
    return prepare(run.raw, seed if seed in seeds else seeds[0], limits)


def _chosen(runs: Sequence[Run], at: Mapping[str, Any]) -> Run:
    for run in runs:
        if all(run.labels.get(axis, value) == value for axis, value in at.items()):
            return run
    raise AllornoneError(
        f"film: no run is at {', '.join(f'{axis} = {value!r}' for axis, value in at.items())}"
    )


def _filmed(ready: Prepared) -> str:
    return ready.phases[0].name


def _trials_shown(
    program: Program,
    left: Sequence[Snapshot],
    phase: PreparedPhase,
    seed: int,
    keep: Recorder | None,
    briefly: bool,
) -> tuple[Weights, Sequence[Snapshot]]:
    """Live a phase trial by trial; `left` and what is returned are where each trial of a phase ended."""
    learning = phase.rule is not None
    simulator = _begun_alone(program, phase, seed, left[:1])
    ended: list[Snapshot] = []
    kept = 0
    for number in range(len(phase.x) * (phase.epochs if learning else 1)):
        trial = number % len(phase.x)
        if not learning:  # all trials are lived at the same time
            simulator = _begun_alone(program, phase, seed, left[trial : trial + 1])
        elif phase.from_rest:
            simulator.rest()
        if keep is not None and (phase.from_rest or not learning or not number):
            keep.begin(rested=phase.from_rest)
        for given, held in driving(program, _whole(phase)[trial : trial + 1, ..., None], phase.driven):
            before = simulator.weights
            moment = simulator.advance(given, held)
            if keep is not None and kept < MOST_MOMENTS:
                keep.keep(moment, before)
                kept += 1
        ended.append(simulator.snapshot())
        if not learning and briefly and (keep is None or kept >= MOST_MOMENTS):
            break
    return simulator.finish(), ended[-1:] if learning else ended


def _whole(phase: PreparedPhase) -> Array:
    """Return what drives a phase at every tick: a cue is held for a while, then the net is left alone."""
    free = max(0, (phase.ticks or 0) - phase.x.shape[1])
    return np.concatenate([phase.x, np.full((len(phase.x), free, phase.x.shape[2]), np.nan)], axis=1)


def _begun_alone(program: Program, phase: PreparedPhase, seed: int, left: Sequence[Snapshot]) -> Simulator:
    simulator = Simulator(
        program, rule=phase.rule, update=phase.update, seed=[seed], undo=0, bound=phase.bound
    )
    if left and not phase.from_rest:
        simulator.resume(left[0])
    return simulator


def _lessons_shown(
    program: Program, weights: Weights, phase: PreparedPhase, seed: int, keep: Recorder | None
) -> tuple[Weights, Training | None]:
    d = None if phase.d is None else phase.d[..., None]
    plan = lesson(program, phase.x[..., None], d, phase.taught, phase.ticks, clamped=phase.clamped)
    if keep is not None:
        keep.begin(lessons=True)

    def watch(seen: Passage, active: Truth) -> None:
        if keep is not None:
            keep.keep(_first(seen.moment), seen.weights)

    if phase.rule is None:
        for number in range(min(plan.samples, MOST_MOMENTS) if keep is not None else 0):
            lesson_shown = next(plan.shown(np.array([number]), 1).batches()).present(weights)
            watch(lesson_shown, np.ones(1, dtype=bool))
        return weights, None
    few = plan.samples * phase.epochs * len(program.synapses) < 10_000_000
    training = learn(
        program,
        weights,
        phase.rule,
        plan,
        Plan(
            epochs=phase.epochs,
            order=phase.order,
            batch=phase.batch,
            average=phase.average,
            until=None if phase.until is None else Condition.read(phase.until, phase.parameters),
            bound=phase.bound,
            record=("error", "weights") if few else ("error",),
            seeds=[seed],
            ramps=phase.ramps,
            watch=watch,
        ),
    )
    return training.theta, training


def _first(moment: Moment) -> Moment:
    """Return the first lesson of a batch."""
    return replace(
        moment,
        y=moment.y[:1],
        x=tuple(x[:1] for x in moment.x),
        z=tuple(z[:1] for z in moment.z),
        vetoed=tuple(None if veto is None else veto[:1] for veto in moment.vetoed),
    )


def _with_lessons(trace: Trace, phase: PreparedPhase) -> Trace:
    """Add what the teacher wanted, so that a film can mark mistakes; only where lessons came in their order."""
    if phase.d is None or phase.clamped or phase.timed or phase.order != "cyclic" or phase.batch != 1:
        return trace
    shown = np.arange(trace.ticks) * trace.every % len(phase.d)
    outputs = trace.network.outputs
    wanted = np.full((trace.ticks, 1, len(outputs), 1), np.nan)
    for column, unit in enumerate(phase.taught):
        if unit in outputs:
            wanted[:, 0, outputs.index(unit), 0] = phase.d[shown, column]
    return replace(trace, recorded={**trace.recorded, "d": wanted})


@dataclass(frozen=True)
class RunRecord:
    """One run when it is over: its network as it was at the start, and a record a phase."""

    network: Network
    records: tuple[Record, ...]
    parameters: dict[str, Any]
    seed: int


@dataclass(frozen=True)
class RecordingNeeds:
    """What measures ask for: "y", "z", "vetoed" of some units or groups, "history", "error" at rest, "gap"."""

    words: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()


@dataclass
class Notes:
    """What a phase keeps of all lanes while it is lived, of the units at some places of the state."""

    places: Index
    kept: dict[str, Array]
    history: list[Array] = field(default_factory=list)


def notes_for(program: Program, needs: RecordingNeeds, shape: tuple[int, ...]) -> Notes:
    groups = build.groups_of(program.networks[0])
    wanted = {unit for name in needs.units for unit in groups.get(name, ())}
    places = np.array([place for name, place in program.index.items() if name in wanted], dtype=np.intp)
    words = [word for word in ("y", "z", "vetoed") if word in needs.words]
    return Notes(places, {word: np.zeros((*shape, len(places), program.lanes)) for word in words})


def note(notes: Notes, seen: Passage, active: Truth) -> None:
    """Keep what is seen at the last tick of some presentations, of the lanes that still learn."""
    lanes = np.flatnonzero(active)
    for word, kept in notes.kept.items():
        value = _seen(word, seen.moment)[:, notes.places]
        if seen.order.ndim == 1:
            kept[seen.order] = np.where(active, value, kept[seen.order])
        else:
            units = np.arange(value.shape[1])
            kept[seen.order[:, None, lanes], units[None, :, None], lanes] = value[..., lanes]


def note_tick(notes: Notes, moment: Moment, at: tuple[slice | int, ...]) -> None:
    """Keep what is seen at one tick of some trials; () stands for all trials of a phase that keeps one tick."""
    for word, kept in notes.kept.items():
        kept[at] = _seen(word, moment)[:, notes.places]


def _seen(word: str, moment: Moment) -> Array:
    if word == "y":
        return moment.y
    if word == "z":
        return moment.net_inputs()
    return moment.vetoes().astype(float)


PhaseWeights = tuple[Array, Array]
"""The weights of every synapse before a phase and after it, (synapses, lanes)."""


def phase_weights(program: Program, weights: Weights) -> PhaseWeights:
    """Return the weights that a phase began with, which are the program's, and those that it ended with."""
    before = program.synapse_values(program.weights)
    return before, before if weights is program.weights else program.synapse_values(weights)


def record_of(
    program: Program,
    phase: PreparedPhase,
    weights: PhaseWeights,
    notes: Notes,
    lane: int,
    words: dict[str, Array],
    axis: str,
    *,
    epochs: float = np.inf,
    solved: bool = False,
    diverged: bool = False,
) -> Record:
    # Contiguous copies: a sum over a slice of lanes could differ in its last bit from the same sum alone.
    kept = {word: np.ascontiguousarray(values[..., lane]) for word, values in notes.kept.items()}
    history = np.array([values[:, lane] for values in notes.history]) if notes.history else None
    before, final = (np.ascontiguousarray(values[:, lane]) for values in weights)
    return Record(
        phase,
        tuple(program.names[place] for place in notes.places),
        program.synapses,
        kept,
        before,
        final,
        history,
        axis,
        words,
        epochs,
        solved,
        diverged,
    )
