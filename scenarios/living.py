"""Living: prepared runs of equal structure, side by side in lanes, phase by phase.

What each phase leaves for the measures is kept a run at a time, so that a run alone and one among others are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from allornone.scenarios.preparing import Phase, Prepared
from allornone.scenarios.recording import (
    Life,
    Needs,
    Notes,
    Record,
    Weighed,
    note,
    note_tick,
    notes_for,
    record_of,
    weighed,
)
from allornone.simulator.arrays import Array, Truth
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import Lesson, lesson
from allornone.simulator.learning.rules import LearningRule
from allornone.simulator.learning.training import Condition, Plan, learn
from allornone.simulator.parameters import stack
from allornone.simulator.program.passing import Moment
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.records import Training
from allornone.simulator.time.simulation import Simulator, Snapshot, driving

MOST_LANES = 512


def live(runs: Sequence[Prepared], needs: Needs) -> list[Life]:
    """Live runs of one key together and return what each left; `needs` names what measures ask for."""
    lives: list[Life] = []
    for start in range(0, len(runs), MOST_LANES):
        lives += _live(runs[start : start + MOST_LANES], needs)
    return lives


def _live(runs: Sequence[Prepared], needs: Needs) -> list[Life]:
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
        Life(run.network, tuple(record), dict(run.parameters), run.seed)
        for record, run in zip(records, runs, strict=True)
    ]


def _stacked_rule(phases: Sequence[Phase]) -> LearningRule | None:
    first = phases[0].rule
    if first is None:
        return None
    return stack([phase.rule for phase in phases if phase.rule is not None])


Found = tuple[Weights, Snapshot | None, list[Record]]


def _lessons(
    program: Program,
    left: Snapshot | None,
    phases: Sequence[Phase],
    seeds: Sequence[int],
    needs: Needs,
) -> Found:
    first = phases[0]
    x = _lanes([phase.x for phase in phases])
    d = None if first.d is None else _lanes([phase.d for phase in phases if phase.d is not None])
    plan = lesson(program, x, d, first.taught, first.ticks, clamped=first.clamped)
    rule = _stacked_rule(phases)
    notes = notes_for(program, needs, (plan.samples,))
    if rule is None:
        return program.weights, left, _shown(program, phases, plan, notes)
    training = learn(program, program.weights, rule, plan, _plan(phases, seeds, needs, notes))
    if training.weight_history is not None:
        notes.history = list(training.weight_history)
    weights = weighed(program, training.theta)
    records = [_learned(program, phase, training, weights, notes, lane) for lane, phase in enumerate(phases)]
    return training.theta, left, records


def _shown(program: Program, phases: Sequence[Phase], plan: Lesson, notes: Notes) -> list[Record]:
    mistakes = np.zeros(program.lanes)
    for batch, moment in plan.everything(program.weights):
        note(notes, batch, moment, np.ones(program.lanes, dtype=bool))
        mistakes += batch.mistakes(moment)
    judged = any(part is not None for part in plan.wanted)  # who is not taught makes no mistakes, nor none
    words = [{"mistakes": mistakes[lane : lane + 1]} if judged else {} for lane in range(program.lanes)]
    weights = weighed(program, program.weights)
    return [
        record_of(program, phase, weights, notes, lane, words[lane], "epoch")
        for lane, phase in enumerate(phases)
    ]


def _plan(phases: Sequence[Phase], seeds: Sequence[int], needs: Needs, notes: Notes) -> Plan:
    def watch(presentation: Any, moment: Moment, theta: Weights, active: Truth) -> None:
        note(notes, presentation, moment, active)

    first = phases[0]
    return Plan(
        epochs=first.epochs,
        order=first.order,
        batch=first.batch,
        average=first.average,
        until=None if first.until is None else _condition(first.until, phases),
        bound=first.bound,
        record=("weights",) if "history" in needs.words else (),
        seeds=seeds,
        watch=watch if notes.kept else None,
    )


def _learned(
    program: Program, phase: Phase, training: Training, weights: Weighed, notes: Notes, lane: int
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
    phases: Sequence[Phase],
    seeds: Sequence[int],
    needs: Needs,
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
    for epoch in range(first.epochs if rule is not None else 1):
        for start in range(0, trials, batch):
            if first.from_rest and (start or epoch):
                simulator.rest()
            for tick, (given, forced) in enumerate(driving(program, x[start : start + batch], first.driven)):
                if alone and "history" in needs.words:
                    notes.history.append(program.synapse_values(simulator.weights))
                moment = simulator.advance(given, forced)
                note_tick(notes, moment, (slice(start, start + batch), tick))
        by_epoch.end(alone)
    if alone and "history" in needs.words:
        notes.history.append(program.synapse_values(simulator.weights))
    axis, weights = "tick" if alone else "epoch", weighed(program, simulator.weights)
    diverged = ~simulator.learning
    records = [
        record_of(program, phase, weights, notes, lane, {}, axis, diverged=bool(diverged[lane]))
        for lane, phase in enumerate(phases)
    ]
    return simulator.weights, simulator.snapshot(), records


def _cued(
    program: Program,
    left: Snapshot | None,
    phases: Sequence[Phase],
    seeds: Sequence[int],
    needs: Needs,
) -> Found:
    """Live a phase that shows cues: held for a while, then the net is left alone, and its last state is kept."""
    first = phases[0]
    x = _lanes([phase.x for phase in phases])
    trials, held = x.shape[:2]
    simulator = _begun(program, left, first, None, trials, seeds)
    for given, forced in driving(program, x, first.driven):
        moment = simulator.advance(given, forced)
    if (first.ticks or 0) > held:
        moment = simulator.settle((first.ticks or 0) - held)
    notes = notes_for(program, needs, (trials,))
    note_tick(notes, moment, ())
    weights = weighed(program, program.weights)
    records = [
        record_of(program, phase, weights, notes, lane, {}, "epoch") for lane, phase in enumerate(phases)
    ]
    return program.weights, simulator.snapshot(), records


def _begun(
    program: Program,
    left: Snapshot | None,
    phase: Phase,
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


def _condition(text: str, phases: Sequence[Phase]) -> Condition:
    names = phases[0].parameters
    return Condition.read(
        text, {name: np.array([phase.parameters[name] for phase in phases]) for name in names}
    )
