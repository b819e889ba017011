"""Showing: the one run of a family that is filmed, lived again with everything recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from allornone.scenarios.limits import Limits
from allornone.scenarios.preparing import Phase, Prepared, prepare
from allornone.scenarios.varying import Run, family
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network import Network
from allornone.simulator.presenting import lesson
from allornone.simulator.program import Program, Weights, compile
from allornone.simulator.propagation import Moment
from allornone.simulator.recording import Recorder
from allornone.simulator.records import Trace, Training
from allornone.simulator.simulation import Simulator, driving
from allornone.simulator.stopping import Condition
from allornone.simulator.training import Plan, learn

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
    for phase in ready.phases:
        lived = program.plastic_only(phase.plastic)
        recorder = Recorder(lived, ["weights"] if phase.rule is not None else [])
        keep = recorder if phase.name == wanted else None
        if phase.timed:
            weights = _time(lived, weights, phase, keep)
        else:
            weights, learned = _lessons(lived, weights, phase, ready.seed, keep)
            training = learned or training
        if keep is not None:
            trace = _with_lessons(recorder.trace(), phase)
    program.write(weights, [net])
    if trace is None:
        raise AllornoneError(f"film: no phase is named {wanted!r}")
    return Shown(net, replace(trace, network=net), training)


def chosen_run(
    raw: Mapping[str, Any], seeds: Sequence[int], overrides: Mapping[str, object], limits: Limits
) -> Prepared:
    """Return the run that the film of a scenario names, the first of each axis where it names none."""
    at = dict(raw.get("interpretation", {}).get("film", {}).get("at", {}))
    run = _chosen(
        family(dict(raw), None, overrides).runs, {key: value for key, value in at.items() if key != "seed"}
    )
    return prepare(run.raw, int(at.get("seed", seeds[0])), limits)


def _chosen(runs: Sequence[Run], at: Mapping[str, Any]) -> Run:
    for run in runs:
        if all(run.labels.get(axis, value) == value for axis, value in at.items()):
            return run
    raise AllornoneError(
        f"film: no run is at {', '.join(f'{axis} = {value!r}' for axis, value in at.items())}"
    )


def _filmed(ready: Prepared) -> str:
    return ready.phases[0].name


def _time(program: Program, weights: Weights, phase: Phase, keep: Recorder | None) -> Weights:
    simulator = Simulator(replace(program, weights=weights), rule=phase.rule, update=phase.update)
    kept = 0
    for epoch in range(phase.epochs if phase.rule is not None else 1):
        for trial in range(len(phase.x)):
            if trial or epoch:
                simulator.rest()
            for given, forced in driving(program, phase.x[trial : trial + 1, ..., None], phase.driven):
                before = simulator.weights
                moment = simulator.advance(given, forced)
                if keep is not None and kept < MOST_MOMENTS:
                    keep.keep(moment, before)
                    kept += 1
            if phase.rule is None and (keep is None or kept >= MOST_MOMENTS):
                return simulator.weights
    return simulator.weights


def _lessons(
    program: Program, weights: Weights, phase: Phase, seed: int, keep: Recorder | None
) -> tuple[Weights, Training | None]:
    d = None if phase.d is None else phase.d[..., None]
    plan = lesson(program, phase.x[..., None], d, phase.taught, phase.ticks)
    kept = 0

    def watch(presentation: Any, moment: Moment, theta: Weights, active: Any) -> None:
        nonlocal kept
        if keep is not None and kept < MOST_MOMENTS:
            keep.keep(_first(moment), theta)
            kept += 1

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
    if phase.d is None or phase.timed or phase.order != "cyclic" or phase.batch != 1:
        return trace
    count = trace.ticks
    outputs = trace.network.outputs
    wanted = np.full((count, 1, len(outputs), 1), np.nan)
    for column, unit in enumerate(phase.taught):
        if unit in outputs:
            wanted[:, 0, outputs.index(unit), 0] = phase.d[np.arange(count) % len(phase.d), column]
    return replace(trace, recorded={**trace.recorded, "d": wanted})
