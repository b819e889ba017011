"""Prepared runs, phase by phase, side by side in lanes: the one way in which anything is run.

A phase leaves a record for every run: what its measures ask for, and of the run that is shown a Trace or a Training.
What each phase leaves is kept a run at a time, so that a run alone and one among others are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from allornone.scenarios.document.axes import Family, Run, at_most, family, lies_at, picked
from allornone.scenarios.document.views import shown_of
from allornone.scenarios.experiment import build
from allornone.scenarios.experiment.build import Pair
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.preparing import Prepared, PreparedPhase, prepare
from allornone.simulator.arrays import Array, Index, Truth, summed
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.divergences import DIVERGENCES, Divergence
from allornone.simulator.learning.presenting import Lesson, lesson
from allornone.simulator.learning.rules import LearningRule
from allornone.simulator.learning.training import Condition, Plan, Ramp, keep_seen, learn
from allornone.simulator.network.network import Network
from allornone.simulator.parameters import stack
from allornone.simulator.program.passing import WRONG, Moment, Passage, wanted_of_stages
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.records import AT_REST, SEEN, Record, Recorder, Trace, Training, seen_at
from allornone.simulator.time.simulation import Simulator, Snapshot, driving

MOST_LANES = 512
MOST_MOMENTS = 400
"""Ticks or presentations that are kept of the run that is shown."""
MOST_HISTORY = 10_000_000
"""Weights by presentations up to which a training that is shown keeps its weights after every epoch."""
STEP = 1e-5
"""How far a weight is moved to each side for a central difference."""


@dataclass(frozen=True)
class Needs:
    """What is asked of runs: a record of units, "history" of weights, "error", "gradient" at rest, a gradient's "gap".

    `shown` is the phase of which everything is kept, moment by moment; then there is one run.
    """

    record: Record = field(default_factory=lambda: Record(units=()))
    words: frozenset[str] = frozenset()
    shown: str | None = None


@dataclass(frozen=True)
class PhaseRecord:
    """What one phase of one run left.

    `before` and `weights` are the weights when it began and when it ended, `history` those between, by epoch or tick.
    `seen` holds y, z, vetoed of `units`: (trials, ticks, units) of a timed phase, (trials, units) otherwise. `words`
    has one value an epoch of error, worst (at rest, so one more), mistakes, updates, change. Of the run that is shown
    there are `trace` and `training`.
    """

    phase: PreparedPhase
    units: tuple[str, ...]
    synapses: Sequence[Pair]
    seen: dict[str, Array]
    before: Array
    weights: Array
    history: Array | None = None
    history_axis: str = "epoch"
    words: dict[str, Array] = field(default_factory=dict)
    epochs: float = np.inf
    solved: bool = False
    diverged: bool = False
    slopes: dict[str, Array] = field(default_factory=dict)
    """Of a gradient phase: "dw" (trials, synapses), "dz" (trials, units of `state`), "dx" (trials, inputs)."""
    state: tuple[str, ...] = ()
    gap: float = np.nan
    trace: Trace | None = None
    training: Training | None = None

    @cached_property
    def _place(self) -> dict[Pair, int]:
        return {pair: place for place, pair in enumerate(self.synapses)}

    def places(self, pairs: Sequence[Pair]) -> list[int]:
        """Return where the weights of some synapses stand among all."""
        return [self._place[pair] for pair in pairs]


@dataclass(frozen=True)
class RunRecord:
    """One run when it is over: its network as it was at the start, and a record a phase."""

    network: Network
    groups: build.Groups
    records: tuple[PhaseRecord, ...]
    parameters: dict[str, Any]
    seed: int


@dataclass(frozen=True)
class ShownRun:
    """The run that is shown: its network as learned, the trace of the phase shown, the last training."""

    network: Network
    trace: Trace
    training: Training | None


def run_phases(runs: Sequence[Prepared], needs: Needs) -> list[RunRecord]:
    """Run prepared runs of one key together and return what each left; `needs` says what is kept."""
    found: list[RunRecord] = []
    for start in range(0, len(runs), MOST_LANES):
        found += _together(runs[start : start + MOST_LANES], needs)
    return found


def show(
    raw: Mapping[str, Any], seeds: Sequence[int], overrides: Mapping[str, object], limits: Limits
) -> ShownRun:
    """Run the run that the film or first view of a scenario names, the first of each axis where none is named."""
    ready = chosen_run(raw, seeds, overrides, limits)
    wanted = shown_of(raw).get("phase", ready.phases[0].name)
    if wanted not in [phase.name for phase in ready.phases]:
        raise AllornoneError(f"film: no phase is named {wanted!r}")
    left = run_phases([ready], Needs(words=frozenset({"error", "history"}), shown=wanted))[0]
    shown, trace = next((record, record.trace) for record in left.records if record.trace is not None)
    trainings = [record.training for record in left.records if record.training is not None]
    network = _learned_network(ready.network, left.records[-1])
    trace = replace(_with_lessons(trace, shown.phase), network=_learned_network(ready.network, shown))
    return ShownRun(network, trace, trainings[-1] if trainings else None)


def chosen_run(
    raw: Mapping[str, Any], seeds: Sequence[int], overrides: Mapping[str, object], limits: Limits
) -> Prepared:
    """Return the run that the film or first view of a scenario names, the first of each axis where none is named."""
    at = dict(shown_of(raw).get("at", {}))
    seed = int(at.pop("seed", seeds[0]))
    with at_most(limits.runs):
        run = _chosen(family(dict(raw), None, overrides), at)
    return prepare(run.raw, seed if seed in seeds else seeds[0], limits)


def _chosen(whole: Family, at: Mapping[str, Any]) -> Run:
    wanted = picked(whole.axes, at)
    for run in whole.runs:
        if lies_at(run.labels, wanted):
            return run
    raise AllornoneError(
        f"film: no run is at {', '.join(f'{axis} = {value!r}' for axis, value in at.items())}"
    )


def _learned_network(network: Network, record: PhaseRecord) -> Network:
    """Return a copy of a network with the weights that a phase ended with."""
    learned = network.copy()
    for (source, target), value in zip(record.synapses, record.weights.tolist(), strict=True):
        if source is None:
            learned.nodes[target]["bias"] = value
        else:
            learned.edges[source, target]["weight"] = value
    return learned


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


@dataclass
class _Group:
    """Runs side by side in one phase: their program, what begins it, what is asked for, and what they leave.

    `seen` holds what is kept of units at some `places`, `history` the weights by epoch or tick; `recorder` keeps
    everything of the run that is shown.
    """

    program: Program
    begun: Snapshot | None
    phases: Sequence[PreparedPhase]
    seeds: Sequence[int]
    needs: Needs
    places: Index
    recorder: Recorder | None
    seen: dict[str, Array] = field(default_factory=dict)
    history: list[Array] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        program: Program,
        begun: Snapshot | None,
        phases: Sequence[PreparedPhase],
        seeds: Sequence[int],
        needs: Needs,
        groups: build.Groups,
    ) -> _Group:
        wanted = {unit for name in needs.record.units or () for unit in groups.get(name, ())}
        places = np.array([place for name, place in program.index.items() if name in wanted], dtype=np.intp)
        first = phases[0]
        recorder = None
        if needs.shown == first.name:
            words = ["weights"] if first.rule is not None else []
            recorder = Recorder(program, Record(words, most=None if first.timed else MOST_MOMENTS))
        return cls(program, begun, phases, seeds, needs, places, recorder)

    @property
    def first(self) -> PreparedPhase:
        """The phase of the first run, from which those of the others differ in numbers only."""
        return self.phases[0]

    @property
    def rule(self) -> LearningRule | None:
        """The rule of all runs, its numbers a lane each."""
        rules = [phase.rule for phase in self.phases if phase.rule is not None]
        return stack(rules) if rules else None

    @property
    def wants_history(self) -> bool:
        """Whether anybody asks how the weights went on."""
        return "history" in self.needs.words

    def keep_room(self, *shape: int) -> None:
        """Make room for what is asked to be seen, in each of so many trials, and of their ticks."""
        words = [word for word in SEEN if word in self.needs.record.words]
        self.seen = {word: np.zeros((*shape, len(self.places), self.program.lanes)) for word in words}

    def keep_lessons(self, seen: Passage, active: Truth) -> None:
        """Keep what is seen at the last tick of some presentations, of the lanes that still learn."""
        for word, kept in self.seen.items():
            keep_seen(kept, seen_at(word, seen.moment, self.places), seen.order, active)
        self.show(_alone(seen.moment, 0), seen.weights)

    def show(self, moment: Moment, weights: Weights) -> None:
        """Keep a moment of the run that is shown, if it is this one."""
        if self.recorder is not None:
            self.recorder.keep(moment, weights)

    def keep_tick(self, moment: Moment, at: tuple[slice | int, ...] = ()) -> None:
        """Keep what is seen at one tick of some trials; () stands for all trials of a phase that keeps one tick."""
        for word, kept in self.seen.items():
            kept[at] = seen_at(word, moment, self.places)

    def records(
        self,
        weights: Weights,
        axis: str = "epoch",
        words: Callable[[int], dict[str, Array]] = lambda lane: {},
        trace: Trace | None = None,
        **more: Sequence[Any],
    ) -> list[PhaseRecord]:
        """Return what each run leaves; `more` are other parts of a record, one a lane."""
        program = self.program
        before = program.synapse_values(program.weights)
        after = before if weights is program.weights else program.synapse_values(weights)
        units = tuple(program.names[place] for place in self.places)
        if trace is None and self.recorder is not None:
            trace = self.recorder.trace()
        # Contiguous copies: a sum over a slice of lanes could differ in its last bit from the same sum alone.
        return [
            PhaseRecord(
                phase,
                units,
                program.synapses,
                {word: np.ascontiguousarray(values[..., lane]) for word, values in self.seen.items()},
                np.ascontiguousarray(before[:, lane]),
                np.ascontiguousarray(after[:, lane]),
                np.array([values[:, lane] for values in self.history]) if self.history else None,
                axis,
                words(lane),
                trace=trace,
                **{name: values[lane] for name, values in more.items()},
            )
            for lane, phase in enumerate(self.phases)
        ]


Left = tuple[Weights, Snapshot | None, list[PhaseRecord]]
"""What a phase leaves: weights, the activity that a later one may go on from, and a record a run."""


def _together(runs: Sequence[Prepared], needs: Needs) -> list[RunRecord]:
    program = compile([run.network for run in runs])
    weights, activity = program.weights, None
    records: list[list[PhaseRecord]] = [[] for _ in runs]
    for number in range(len(runs[0].phases)):
        phases = [run.phases[number] for run in runs]
        learns = phases[0].rule is not None
        ready = replace(program.plastic_only(phases[0].plastic) if learns else program, weights=weights)
        seeds = [run.seed for run in runs]
        group = _Group.of(ready, activity, phases, seeds, needs, runs[0].groups)
        run_phase = _in_time if phases[0].by_tick else _cued if phases[0].timed else _lessons
        with np.errstate(over="ignore", invalid="ignore"):  # one lane that bursts is told as diverged
            weights, activity, found = run_phase(group)
        for lane, record in enumerate(found):
            records[lane].append(record)
    return [
        RunRecord(run.network, run.groups, tuple(record), dict(run.parameters), run.seed)
        for record, run in zip(records, runs, strict=True)
    ]


def _lessons(group: _Group) -> Left:
    first, program = group.first, group.program
    plan = lessons_of(program, group.phases)
    group.keep_room(plan.samples)
    if group.recorder is not None:
        group.recorder.begin(lessons=True)
    if first.divergence:
        return program.weights, group.begun, _descended(group, plan)
    if group.rule is None:
        return program.weights, group.begun, _asked(group, plan)
    return _taught(group, group.rule, plan)


def lessons_of(program: Program, phases: Sequence[PreparedPhase]) -> Lesson:
    """Return the lessons of one phase of runs side by side, as they will be presented."""
    first = phases[0]
    x = _lanes([phase.x for phase in phases])
    d = None if first.d is None else _lanes([phase.d for phase in phases if phase.d is not None])
    return lesson(program, x, d, first.taught, first.ticks, clamped=first.clamped)


def _asked(group: _Group, plan: Lesson) -> list[PhaseRecord]:
    """Present every lesson without learning."""
    program, everybody = group.program, np.ones(group.program.lanes, dtype=bool)
    mistakes = np.zeros(program.lanes)
    room = MOST_MOMENTS
    for seen in plan.everything(program.weights):
        for row in range(min(len(seen.y), room)):
            group.show(_alone(seen.moment, row), program.weights)
        room -= min(len(seen.y), room)
        for word, kept in group.seen.items():
            keep_seen(kept, seen_at(word, seen.moment, group.places), seen.order, everybody)
        mistakes += seen.mistakes

    def words(lane: int) -> dict[str, Array]:
        # who is not taught makes no mistakes, nor none
        return {"mistakes": mistakes[lane : lane + 1]} if plan.is_taught else {}

    return group.records(program.weights, words=words)


def _taught(group: _Group, rule: LearningRule, plan: Lesson) -> Left:
    training = learn(group.program, group.program.weights, rule, plan, _plan(group, plan))
    epochs, diverged = training.lane_epochs, training.lane_diverged
    lived = [int(count + burst) for count, burst in zip(epochs, diverged, strict=True)]

    def words(lane: int) -> dict[str, Array]:
        return {
            word: column[: lived[lane] + (word in AT_REST), lane].copy()
            for word, column in training.values.items()
        }

    solved = [bool(one) for one in training.lane_solved]
    records = group.records(
        training.theta,
        words=words,
        epochs=[float(count) if one else np.inf for count, one in zip(epochs, solved, strict=True)],
        solved=solved,
        diverged=[bool(one) for one in diverged],
        training=[training if group.needs.shown is not None else None] * len(lived),
    )
    if training.weight_history is not None:
        history = training.weight_history
        records = [
            replace(record, history=np.ascontiguousarray(history[: lived[lane] + 1, :, lane]))
            for lane, record in enumerate(records)
        ]
    return training.theta, group.begun, records


def _plan(group: _Group, plan: Lesson) -> Plan:
    first, words = group.first, group.needs.words
    asked = (("weights", "history"), ("error", "error"), ("gradient", "gradient"))
    recorded = [word for word, need in asked if need in words]
    size = plan.samples * first.epochs * len(group.program.synapses)
    if group.needs.shown is not None and size >= MOST_HISTORY:
        recorded.remove("weights")
    return Plan(
        epochs=first.epochs,
        order=first.order,
        batch=first.batch,
        average=first.average,
        until=None if first.until is None else _condition(first.until, group.phases),
        bound=first.bound,
        record=Record(recorded),
        seeds=group.seeds,
        ramps={
            name: Ramp(
                _one_or_each([phase.ramps[name].first for phase in group.phases]),
                _one_or_each([phase.ramps[name].last for phase in group.phases]),
                ramp.epochs,
            )
            for name, ramp in first.ramps.items()
        },
        watch=group.keep_lessons if group.seen or group.recorder is not None else None,
    )


def _one_or_each(numbers: Sequence[float]) -> Any:
    return numbers[0] if len(numbers) == 1 else np.array(numbers)


def _descended(group: _Group, plan: Lesson) -> list[PhaseRecord]:
    """Present the lessons one by one, forward and back, and keep the slopes for weights, net inputs and inputs."""
    program, everybody = group.program, np.ones(group.program.lanes, dtype=bool)
    objective = DIVERGENCES[group.first.divergence]
    slopes: dict[str, list[Array]] = {"dw": [], "dz": [], "dx": []}
    for batch in plan.shown(np.arange(plan.samples), 1).batches():
        seen = batch.present(program.weights)
        group.keep_lessons(seen, everybody)
        for word, value in _slopes(seen, objective).items():
            slopes[word].append(value)
    stacked = {word: np.stack(parts) for word, parts in slopes.items()}
    wanted = "gap" in group.needs.words
    gap = _gap(program, plan, objective, stacked["dw"]) if wanted else np.full(program.lanes, np.nan)
    lanes = range(program.lanes)
    return group.records(
        program.weights,
        slopes=[
            {word: np.ascontiguousarray(values[..., lane]) for word, values in stacked.items()}
            for lane in lanes
        ],
        state=[program.names[1:]] * program.lanes,
        gap=gap.tolist(),
    )


def _slopes(seen: Passage, objective: Divergence) -> dict[str, Array]:
    """Return the slopes of one presentation: for weights, for net inputs at the last tick, for inputs."""
    program, way = seen.program, seen.walk_back(objective)
    inputs = slice(1, 1 + len(program.inputs))
    deltas, given = np.zeros(seen.y.shape[1:]), np.zeros((len(program.inputs), program.lanes))
    last = max((step.tick for step in way.steps), default=0)
    for step in way.steps:
        if step.tick == last:
            deltas[seen.layers[step.layer].units] = step.delta[0]
    for part in way.of_outputs:
        given = given if part is None else given + part[0, inputs]
    return {"dw": program.synapse_values(tuple(way.slopes)), "dz": deltas[1:], "dx": given}


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
                total = total + summed(np.where(np.isnan(layer.d), 0.0, error), 1)
        parts.append(total)
    return np.concatenate(parts)


def _in_time(group: _Group) -> Left:
    """Run the trials of a phase tick by tick: one after the other where something learns, or else all at once."""
    first, rule, program = group.first, group.rule, group.program
    x = _lanes([phase.x for phase in group.phases])
    trials, ticks = x.shape[:2]
    batch = 1 if rule is not None else trials
    simulator = _begun(group, rule, batch)
    group.keep_room(trials, ticks)
    wanted = None if rule is None or first.d is None else _wanted(group)
    alone = trials == 1 and first.epochs == 1
    by_tick, by_epoch = group.wants_history and alone, group.wants_history and not alone
    moments: list[tuple[Moment, Weights]] = []
    if by_epoch:
        group.history.append(program.synapse_values(simulator.weights))
    for epoch in range(first.epochs if rule is not None else 1):
        for start in range(0, trials, batch):
            if first.from_rest and (start or epoch):
                simulator.rest()
            some = slice(start, start + batch)
            moments += _trial(group, simulator, x[some], some, by_tick, wanted)[: MOST_MOMENTS - len(moments)]
        if by_epoch:
            group.history.append(program.synapse_values(simulator.weights))
    simulator.finish()
    if by_tick:
        group.history.append(program.synapse_values(simulator.weights))
    records = group.records(
        simulator.weights,
        "tick" if alone else "epoch",
        trace=_trace(group, moments, ticks),
        diverged=[bool(one) for one in ~simulator.learning],
    )
    return simulator.weights, simulator.snapshot(), records


def _trial(
    group: _Group, simulator: Simulator, x: Array, trials: slice, history: bool, wanted: Array | None
) -> list[tuple[Moment, Weights]]:
    """Run some trials at the same time and keep every tick; return those that may be shown, with their weights."""
    shown = []
    for tick, (given, held) in enumerate(driving(simulator.program, x, group.first.driven)):
        before = simulator.weights
        desired = None
        if wanted is not None:
            desired = wanted_of_stages(simulator.program, wanted[trials, tick])
        moment = simulator.advance(given, held, desired)
        group.keep_tick(moment, (trials, tick))
        if history:
            group.history.append(simulator.program.synapse_values(before))
        if group.recorder is not None and tick < MOST_MOMENTS:
            shown.append((moment, before))
    return shown


def _wanted(group: _Group) -> Array:
    """Return what a teacher wants of every unit at every tick, (trials, ticks, units, lanes), NaN where nothing."""
    d = _lanes([phase.d for phase in group.phases if phase.d is not None])
    wanted = np.full((*d.shape[:2], len(group.program.names), group.program.lanes), np.nan)
    wanted[:, :, [group.program.index[unit] for unit in group.first.taught]] = d
    return wanted


def _trace(group: _Group, moments: Sequence[tuple[Moment, Weights]], ticks: int) -> Trace | None:
    """Return the trace of the run that is shown: one trial after the other, though they ran at the same time."""
    if group.recorder is None:
        return None
    for number, (moment, weights) in enumerate(_one_after_the_other(moments)):
        if number == MOST_MOMENTS:
            break
        if number % ticks == 0 and (group.first.from_rest or group.rule is None or not number):
            group.recorder.begin(rested=group.first.from_rest)
        group.recorder.keep(moment, weights)
    return group.recorder.trace()


def _one_after_the_other(moments: Sequence[tuple[Moment, Weights]]) -> Iterator[tuple[Moment, Weights]]:
    batch = len(moments[0][0].y)
    if batch == 1:
        yield from moments
        return
    for trial in range(batch):
        for moment, weights in moments:
            yield _alone(moment, trial), weights


def _cued(group: _Group) -> Left:
    """Run a phase that shows cues: held for a while, then the net is left alone, and its last state is kept."""
    first, program = group.first, group.program
    x = _lanes([phase.x for phase in group.phases])
    trials, cued = x.shape[:2]
    free = max(0, (first.ticks or 0) - cued)
    simulator = _begun(group, None, trials)
    moments: list[tuple[Moment, Weights]] = []
    for given, held in driving(program, x, first.driven):
        moments = moments if group.recorder is not None else []
        moments.append((simulator.advance(given, held), program.weights))
    if group.recorder is None and free:
        moments = [(simulator.settle(free), program.weights)]
    nothing = np.zeros((trials, len(program.inputs), 1))
    for _ in range(free if group.recorder is not None else 0):
        moments.append((simulator.advance(nothing), program.weights))
    group.keep_room(trials)
    group.keep_tick(moments[-1][0])
    wanted = _lanes([phase.d for phase in group.phases if phase.d is not None])
    last = moments[-1][0].y[:, [program.index[unit] for unit in first.taught]]
    mistakes = (np.abs(last - wanted) >= WRONG).any(axis=1).sum(axis=0, dtype=float)
    records = group.records(
        program.weights,
        words=lambda lane: {"mistakes": mistakes[lane : lane + 1]},
        trace=_trace(group, moments, len(moments)),
    )
    return program.weights, simulator.snapshot(), records


def _begun(group: _Group, rule: LearningRule | None, batch: int) -> Simulator:
    """Return a simulator at rest, or where the phase before ended."""
    phase, left = group.first, group.begun
    simulator = Simulator(
        group.program,
        rule=rule,
        batch=batch,
        update=phase.update,
        seed=group.seeds,
        undo=0,
        bound=phase.bound,
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


def _lanes(arrays: Sequence[Array]) -> Array:
    """Put arrays side by side along a last axis; one that all runs share serves every lane."""
    if all(array is arrays[0] for array in arrays):
        return arrays[0][..., None]
    return np.stack(arrays, axis=-1)


def _condition(text: str, phases: Sequence[PreparedPhase]) -> Condition:
    names = phases[0].parameters
    return Condition.read(
        text, {name: _one_or_each([phase.parameters[name] for phase in phases]) for name in names}
    )


def _alone(moment: Moment, row: int) -> Moment:
    """Return one presentation of a batch, or one trial of many at the same tick."""
    if len(moment.y) == 1:
        return moment
    some = slice(row, row + 1)
    return replace(
        moment,
        y=moment.y[some],
        x=tuple(x[some] if len(x) > 1 else x for x in moment.x),
        z=tuple(z[some] for z in moment.z),
        vetoed=tuple(None if veto is None else veto[some] for veto in moment.vetoed),
    )
