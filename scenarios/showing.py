"""Showing: the one run of a family that is filmed, lived again with everything recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from allornone.scenarios.limits import Limits
from allornone.scenarios.preparing import Phase, Prepared, prepare
from allornone.scenarios.varying import Run, family
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import lesson
from allornone.simulator.learning.training import Condition, Plan, learn
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Moment
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.records import Recorder, Trace, Training
from allornone.simulator.time.simulation import Simulator, Snapshot, driving

MOST_MOMENTS = 400
"""Ticks or presentations that are recorded for a film."""


@dataclass(frozen=True)
class Shown:
    """The run that is shown: its network as learned, the trace of the phase filmed, the last training."""

    network: Network
    trace: Trace
    training: Training | None


def show(
    raw: Mapping[str, Any], seeds: Sequence[int], overrides: Mapping[str, object], limits: Limits
) -> Shown:
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
            weights, left = _time(lived, left, phase, ready.seed, keep, briefly)
        else:
            weights, learned = _lessons(lived, weights, phase, ready.seed, keep)
            training = learned or training
        if keep is not None:
            then = ready.network.copy()
            program.write(weights, [then])  # later phases may learn more
            trace = replace(_with_lessons(recorder.trace(), phase), network=then)
    program.write(weights, [net])
    if trace is None:
        raise AllornoneError(f"film: no phase is named {wanted!r}")
    return Shown(net, trace, training)


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


def _time(
    program: Program, left: Sequence[Snapshot], phase: Phase, seed: int, keep: Recorder | None, briefly: bool
) -> tuple[Weights, Sequence[Snapshot]]:
    """Live a phase trial by trial; `left` and what is returned are where each trial of a phase ended."""
    learning = phase.rule is not None
    simulator = _begun(program, phase, seed, left[:1])
    ended: list[Snapshot] = []
    kept = 0
    for number in range(len(phase.x) * (phase.epochs if learning else 1)):
        trial = number % len(phase.x)
        if not learning:  # all trials are lived at the same time
            simulator = _begun(program, phase, seed, left[trial : trial + 1])
        elif phase.from_rest:
            simulator.rest()
        if keep is not None and (phase.from_rest or not learning or not number):
            keep.begin(rested=phase.from_rest)
        for given, forced in driving(program, _whole(phase)[trial : trial + 1, ..., None], phase.driven):
            before = simulator.weights
            moment = simulator.advance(given, forced)
            if keep is not None and kept < MOST_MOMENTS:
                keep.keep(moment, before)
                kept += 1
        ended.append(simulator.snapshot())
        if not learning and briefly and (keep is None or kept >= MOST_MOMENTS):
            break
    return simulator.weights, ended[-1:] if learning else ended


def _whole(phase: Phase) -> Array:
    """Return what drives a phase at every tick: a cue is held for a while, then the net is left alone."""
    free = max(0, (phase.ticks or 0) - phase.x.shape[1])
    return np.concatenate([phase.x, np.full((len(phase.x), free, phase.x.shape[2]), np.nan)], axis=1)


def _begun(program: Program, phase: Phase, seed: int, left: Sequence[Snapshot]) -> Simulator:
    simulator = Simulator(
        program, rule=phase.rule, update=phase.update, seed=[seed], undo=0, bound=phase.bound
    )
    if left and not phase.from_rest:
        simulator.resume(left[0])
    return simulator


def _lessons(
    program: Program, weights: Weights, phase: Phase, seed: int, keep: Recorder | None
) -> tuple[Weights, Training | None]:
    d = None if phase.d is None else phase.d[..., None]
    plan = lesson(program, phase.x[..., None], d, phase.taught, phase.ticks, clamped=phase.clamped)
    if keep is not None:
        keep.begin(lessons=True)

    def watch(presentation: Any, moment: Moment, theta: Weights, active: Any) -> None:
        if keep is not None:
            keep.keep(_first(moment), theta)

    if phase.rule is None:
        for number in range(min(plan.samples, MOST_MOMENTS) if keep is not None else 0):
            watch(None, next(plan.batches(np.array([number]), 1)).present(weights), weights, None)
        return weights, None
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
            record=("weights",) if plan.samples * phase.epochs * len(program.synapses) < 10_000_000 else (),
            seeds=[seed],
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


def _with_lessons(trace: Trace, phase: Phase) -> Trace:
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
