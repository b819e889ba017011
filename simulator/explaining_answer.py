"""The answer of one unit at one tick: what each of its synapses brought, what it came to, who forbade it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from allornone.simulator.errors import AllornoneError, whole
from allornone.simulator.program import Program, Weights, compile
from allornone.simulator.propagation import propagate
from allornone.simulator.records import Origin, Trace
from allornone.simulator.units import Array, UnitModel


@dataclass(frozen=True)
class Heard:
    """What one synapse brought: `source` is None for a bias; `x` was its output at tick `at`."""

    source: str | None
    at: int
    x: float
    weight: float
    adds: float
    inhibitory: bool


@dataclass(frozen=True)
class Answer:
    """One unit at one tick, in one trial and lane.

    `y` is what was recorded, `own` what its synapses would have it do; `silenced` where it would have fired and was
    forbidden; `before` its output a tick earlier; `changed` the weights that this tick changed, (source, old, new);
    `begin` the tick at which this life began; `sure` where the network is known as it was then.
    """

    unit: str
    when: int
    y: float
    own: float
    silenced: bool
    z: float
    threshold: float | None
    binary: bool
    heard: tuple[Heard, ...]
    before: float | None
    changed: tuple[tuple[str | None, float, float], ...]
    begin: int
    lessons: bool
    sure: bool

    @property
    def fires(self) -> bool:
        """Whether it is a unit of all or none, and fired."""
        return self.binary and self.y == 1

    @property
    def active(self) -> list[Heard]:
        """What added to the sum."""
        return [one for one in self.heard if one.adds != 0 and not one.inhibitory]

    @property
    def silent(self) -> list[Heard]:
        """What rested."""
        return [one for one in self.heard if one.x == 0 and one.adds == 0 and not one.inhibitory]

    @property
    def forbidding(self) -> list[Heard]:
        """What forbade it to fire."""
        return [one for one in self.heard if one.inhibitory and one.x > 0]

    @property
    def permitting(self) -> list[Heard]:
        """What could have forbidden it and did not."""
        return [one for one in self.heard if one.inhibitory and not one.x > 0]

    @property
    def sole(self) -> Heard | None:
        """The one thing that drove it, if there was just one."""
        return self.active[0] if len(self.active) == 1 else None


def checked(trace: Trace, when: Any, trial: Any, lane: Any) -> tuple[int, int, int]:
    """Return tick, trial and lane if they were recorded, or raise an error that says what was."""
    rows, trials, _, lanes = trace.recorded["y"].shape
    when, trial, lane = whole("a tick", when), whole("trial", trial), whole("lane", lane)
    last = (rows - 1) * trace.every
    if when > last:
        raise AllornoneError(f"tick {when} was not lived: the trace ends with tick {last}")
    if when % trace.every:
        kept = ", ".join(str(k * trace.every) for k in range(min(rows, 3)))
        raise AllornoneError(f"tick {when} was not kept: with every={trace.every} the trace has {kept}, …")
    for name, value, count in (("trial", trial, trials), ("lane", lane, lanes)):
        if value >= count:
            raise AllornoneError(
                f"there is no {name} {value}: they are counted from 0, and there are {count}"
            )
    return when, trial, lane


def answer(trace: Trace, unit: str, when: int, trial: int, lane: int) -> Answer:
    """Return what a unit heard and did at a tick."""
    origin = trace.origin or Origin(compile(trace.network))
    program = origin.program
    if lane >= program.lanes:
        raise AllornoneError(
            f"only the network of lane 0 was saved with this trace: lane {lane} has no weights"
        )
    if program.lanes < trace.recorded["y"].shape[-1]:
        trace = replace(trace, recorded={word: kept[..., :1] for word, kept in trace.recorded.items()})
    weights = _weights(trace, origin, unit, when)
    past = _Past(trace, origin, trial)
    number = program.wiring.names.index(unit)
    model = _model(program, number, lane)
    heard = tuple(_heard(program, weights, past, number, when, lane, model))
    z, own, silenced = _lived_again(program, weights, past, unit, when, lane)
    return Answer(
        unit=unit,
        when=when,
        y=past.output(unit, when, lane),
        own=own,
        silenced=silenced,
        z=z,
        threshold=_threshold(model),
        binary=model.binary,
        heard=heard,
        before=past.output(unit, when - 1, lane) if past.goes_on(when) else None,
        changed=_changed(trace, unit, when, lane),
        begin=past.begin(when),
        lessons=origin.lessons,
        sure=trace.origin is not None,
    )


class _Past:
    """What was recorded of one trial: the state at any tick, resting before its life began."""

    def __init__(self, trace: Trace, origin: Origin, trial: int) -> None:
        self.trace, self.origin, self.trial = trace, origin, trial

    def begin(self, when: int) -> int:
        """Return the tick at which the life began that goes through a tick."""
        row = when // self.trace.every
        return max((b for b in self.origin.begins if b <= row), default=0) * self.trace.every

    def goes_on(self, when: int) -> bool:
        """Return whether the tick before belongs to the same life and was kept."""
        return not self.origin.lessons and when > self.begin(when) and self.trace.every == 1

    def seen_from(self, when: int, delay: int, unit: str) -> int:
        """Return the tick that a synapse of this delay looks at, or raise an error if nobody kept it."""
        at = when - delay
        if self.origin.lessons:
            if delay and self.origin.program.has_loops:
                raise AllornoneError(
                    f"only the last tick of each lesson was kept: what {unit!r} heard {delay} before is lost, "
                    "and in a net with loops it may differ"
                )
            return when  # the input was held until the net had settled
        if at < self.begin(when):
            if not self.origin.rested:
                raise AllornoneError(
                    f"{unit!r} at tick {when} hears tick {at}, of an earlier phase, which was not kept"
                )
        elif at % self.trace.every:
            raise AllornoneError(
                f"{unit!r} at tick {when} hears tick {at}, which every={self.trace.every} left out: "
                "simulate with every=1"
            )
        return at

    def state(self, when: int, from_tick: int) -> Array:
        """Return the state (1, N, S) at a tick as seen from another; rest before its life began."""
        kept = self.trace.recorded["y"]
        if when < self.begin(from_tick) or when % self.trace.every:
            return np.zeros((1, kept.shape[2] + 1, kept.shape[3]))
        row = kept[when // self.trace.every, self.trial].astype(float)
        return np.concatenate([np.ones_like(row[:1]), row])[None]

    def output(self, unit: str, when: int, lane: int) -> float:
        """Return what was recorded of a unit."""
        place = self.trace.units.index(unit)
        return float(self.trace.recorded["y"][when // self.trace.every, self.trial, place, lane])


def _weights(trace: Trace, origin: Origin, unit: str, when: int) -> Weights:
    program = origin.program
    if "weights" in trace.recorded:
        return program.with_values(trace.recorded["weights"][when // trace.every])
    if origin.learned:
        stage, column = _place(program, unit)
        block = program.stages[stage].block
        one = np.arange(block.units) == column
        if (program.stages[stage].plastic & (block.after(one[None, :, None])[0] > 0)).any():
            raise AllornoneError(
                f"the weights of {unit!r} changed as it lived and were not recorded: "
                "simulate again with record=['weights']"
            )
    return program.weights


def _place(program: Program, unit: str) -> tuple[int, int]:
    place = program.index[unit]
    for number, stage in enumerate(program.stages):
        if stage.units.start <= place < stage.units.stop:
            return number, place - stage.units.start
    raise AllornoneError(f"{unit!r} is an input: it has no net input")


def _model(program: Program, number: int, lane: int) -> UnitModel:
    kind = program.wiring.classes[number]
    if kind is None:
        raise AllornoneError(f"{program.wiring.names[number]!r} is an input: it has no model")
    return kind(**program.wiring.fields[number][lane])


def _threshold(model: UnitModel) -> float | None:
    value = model.values().get("threshold")
    return None if value is None else float(value)


def _heard(
    program: Program, weights: Weights, past: _Past, number: int, when: int, lane: int, model: UnitModel
) -> list[Heard]:
    wiring = program.wiring
    every = np.ones(len(wiring.target))
    every[~wiring.inhibitory] = program.synapse_values(weights)[:, lane]
    found = []
    for k in np.flatnonzero(wiring.target == number):
        w, inhibitory = float(every[k]), bool(wiring.inhibitory[k])
        if not wiring.source[k]:
            found.append(Heard(None, when, 1.0, w, _adds(model, w, 1.0), False))
            continue
        source, target = wiring.names[wiring.source[k]], wiring.names[number]
        at = past.seen_from(when, int(wiring.delay[k]), target)
        x = past.output(source, at, lane) if at >= past.begin(when) else 0.0
        adds = 0.0 if inhibitory else _adds(model, w, x)
        found.append(Heard(source, at, x, w, adds, inhibitory))
    return found


def _adds(model: UnitModel, w: float, x: float) -> float:
    return float(model.combine(np.array(w), np.array(x)))


def _lived_again(
    program: Program, weights: Weights, past: _Past, unit: str, when: int, lane: int
) -> tuple[float, float, bool]:
    """Return z, the output that the synapses ask for, and whether it was silenced, as the engine has them."""
    here = past.state(when, when)
    lessons = past.origin.lessons
    earlier = tuple(
        here if lessons else past.state(when - k, when) for k in range(1, program.longest_delay + 1)
    )
    at_once = set(program.networks[0].predecessors(unit)) - set(program.inputs) - {unit}
    forced = [(program.index[u], here[:, program.index[u]]) for u in at_once]
    moment = propagate(program, weights, earlier, here[:, 1 : 1 + len(program.inputs)], forced)
    stage, column = _place(program, unit)
    vetoed = moment.vetoed[stage]
    silenced = vetoed is not None and bool(vetoed[0, column, lane])
    return float(moment.z[stage][0, column, lane]), float(moment.y[0, program.index[unit], lane]), silenced


def _changed(trace: Trace, unit: str, when: int, lane: int) -> tuple[tuple[str | None, float, float], ...]:
    kept = trace.recorded.get("weights")
    row = when // trace.every
    if kept is None or trace.every > 1 or row + 1 >= len(kept):
        return ()
    mine = [(k, source) for k, (source, target) in enumerate(trace.synapses) if target == unit]
    return tuple(
        (source, float(kept[row, k, lane]), float(kept[row + 1, k, lane]))
        for k, source in mine
        if kept[row, k, lane] != kept[row + 1, k, lane]
    )
