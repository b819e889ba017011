"""Simulation: a network living through time, tick by tick, with or without plasticity."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Index, Truth, stream
from allornone.simulator.errors import (
    AllornoneError,
    Diverged,
    LimitExceeded,
    UnknownName,
    finite,
    shown,
    whole,
)
from allornone.simulator.learning.checks import ready
from allornone.simulator.learning.rules import (
    LearningRule,
    Memory,
    learned,
    needs_teacher,
    take,
)
from allornone.simulator.network.network import Network
from allornone.simulator.notation.stimuli import stimulus_arrays
from allornone.simulator.program.passing import (
    FREE,
    Desired,
    Held,
    Moment,
    Passage,
    Past,
    propagate,
    remember,
    rest,
)
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.records import Record, Recorder, Trace
from allornone.simulator.time.one_by_one import OneByOne

BACK = 1000
"""Ticks that `back` can undo."""
MOST_TICKS = 5_000_000
"""Ticks that are simulated at once: some minutes of a small net, and less than a gigabyte of its record."""
MOST_KEPT = 5_000_000
"""Trials side by side, and ticks that can be kept to be taken back."""


@dataclass(frozen=True)
class Snapshot:
    """The whole state of a simulation at one moment; immutable, so keeping one costs nothing."""

    tick: int
    past: Past
    weights: Weights
    memory: Memory
    moment: Moment | None
    turns: Index
    """Turns that units have taken, by lane, where they are updated one by one."""
    learning: Truth
    """The lanes that still learn: whose weights have never left the bound."""


class Simulator:
    """A network at one moment of its life: step it forwards, take steps back, look at any unit.

    With a `rule` it learns at every tick; a lane whose plastic weights leave the `bound` then learns no more.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> net = Network()
    >>> net.add_inputs("S")
    >>> net.add_unit("Q", McCullochPitts())
    >>> net.connect("S", "Q")
    >>> sim = Simulator(net)
    >>> sim.step({"S": 1}); sim.step()
    >>> sim.state["Q"]
    1.0
    >>> sim.back(); sim.state["Q"]
    0.0
    """

    @checked
    def __init__(
        self,
        net: Network | Program,
        *,
        rule: LearningRule | None = None,
        batch: int = 1,
        update: str = "together",
        seed: int | Sequence[int] = 0,
        undo: int = BACK,
        bound: float | None = None,
    ) -> None:
        if update not in ("together", "one-by-one"):
            raise AllornoneError(f"update must be 'together' or 'one-by-one', found {update!r}")
        self.program = compile(net) if rule is None else ready(net, rule)[1]
        self.rule, self.batch, self.bound = rule, whole("batch", batch, 1, MOST_KEPT), bound
        self._one_by_one: OneByOne | None = None
        if update == "one-by-one":
            lanes = range(self.program.lanes)
            self._one_by_one = OneByOne(
                self.program, [seed + lane for lane in lanes] if isinstance(seed, int) else seed
            )
        self._undo: deque[Snapshot] = deque(maxlen=whole("undo", undo, 0, MOST_KEPT))
        self.reset()

    def reset(self) -> None:
        """Go back to rest before tick 0, with the weights of the network."""
        program, lanes = self.program, self.program.lanes
        self._now = Snapshot(
            0,
            rest(program, self.batch),
            program.weights,
            None if self.rule is None else self.rule.start(program, program.weights),
            None,
            np.zeros(lanes, dtype=np.intp),
            np.ones(lanes, dtype=bool),
        )
        self._undo.clear()

    def rest(self) -> None:
        """Let all activity die away; weights stay."""
        self._now = replace(self._now, past=rest(self.program, self.batch), moment=None)

    def resume(self, ended: Snapshot) -> None:
        """Go on from the activity in which another life of as many trials ended; the weights stay one's own."""
        self.restore(replace(self._now, past=ended.past, moment=ended.moment, turns=ended.turns))

    @checked
    def step(
        self, given: Mapping[str, float] | None = None, teacher: Mapping[str, float] | None = None
    ) -> None:
        """Live one tick. `given` sets inputs, and forces other units; what is not named rests or is free."""
        named = dict(given or {})
        values = np.array([number(name, value) for name, value in named.items()])
        table = np.broadcast_to(values[None, None, :, None], (self.batch, 1, len(named), 1))
        for brought, held in driving(self.program, table, list(named)):
            self.advance(brought, held, taught(self.program, self.batch, teacher or {}))

    def advance(
        self,
        given: Array,
        held: Held = FREE,
        desired: Desired | None = None,
    ) -> Moment:
        """Live one tick from arrays; without a bound, weights that are no numbers any more are an error."""
        now = self._now
        moment, turns = self._lived(given, held)
        weights, memory, learning = now.weights, now.memory, now.learning
        if self.rule is not None:
            wanted = desired if desired is not None else [None] * len(self.program.stages)
            if needs_teacher(self.rule) and all(part is None for part in wanted):
                raise AllornoneError(
                    f"the rule {self.rule.name!r} needs a teacher: say what the units should do"
                )
            seen = Passage(
                self.program, now.weights, given[:, None], held, wanted, past=now.past, moment=moment
            )
            weights, memory = learned(self.rule, seen, now.memory, average=True)
            if self.bound is not None:
                weights, _, outside = take(self.program, now.weights, weights, learning, self.bound)
                learning = learning & ~outside
            elif not all(np.isfinite(w).all() for w in weights):
                raise Diverged(f"the weights left every bound at tick {now.tick}; choose a smaller eta")
        self._undo.append(now)
        past = remember(self.program, now.past, moment.y)
        self._now = Snapshot(now.tick + 1, past, weights, memory, moment, turns, learning)
        return moment

    @checked
    def settle(self, ticks: int) -> Moment:
        """Live some ticks with nothing given, and return the last; `back` takes them back together.

        It leaves what a loop of steps leaves, faster where units are updated one by one and nothing is learned.
        """
        begun, ticks = self._now, _ticks(ticks, 1)
        if self._one_by_one is not None and self.rule is None:
            past, moment, turns = self._one_by_one.settle(
                begun.weights, begun.past, self._outputs(begun), ticks, begun.turns
            )
            self._now = replace(begun, tick=begun.tick + ticks, past=past, moment=moment, turns=turns)
        else:
            nothing = np.zeros((self.batch, len(self.program.inputs), 1))
            undo, self._undo = self._undo, deque(maxlen=1)
            for _ in range(ticks):
                moment = self.advance(nothing)
            self._undo = undo
        self._undo.append(begun)
        return moment

    def finish(self) -> Weights:
        """Let the rule have its last word about the weights, and return them."""
        if self.rule is not None:
            self._now = replace(self._now, weights=self.rule.finish(self._now.weights, self._now.memory))
        return self._now.weights

    def back(self, ticks: int = 1) -> None:
        """Take back the last ticks; beyond the first, or the oldest that is remembered, is an error."""
        for _ in range(whole("ticks", ticks)):
            if not self._undo:
                raise AllornoneError(
                    f"there is nothing to take back before tick {self._now.tick} "
                    f"({self._undo.maxlen} ticks are remembered)"
                )
            self._now = self._undo.pop()

    def snapshot(self) -> Snapshot:
        """Return the whole present; `restore` brings it back."""
        return self._now

    def restore(self, snapshot: Snapshot) -> None:
        """Make a snapshot the present again."""
        self._undo.append(self._now)
        self._now = snapshot

    def __repr__(self) -> str:
        names = self.program.names[1:]
        return f"Simulator at tick {self.tick}: {', '.join(names[:8])}{' …' * (len(names) > 8)}"

    @property
    def tick(self) -> int:
        """Ticks lived so far."""
        return self._now.tick

    @property
    def weights(self) -> Weights:
        """The weights as they are now."""
        return self._now.weights

    @property
    def learning(self) -> Truth:
        """The lanes that still learn, none of whose plastic weights has left the bound."""
        return self._now.learning

    @property
    def state(self) -> dict[str, Any]:
        """Output of every unit after the last tick, by name; a number for one batch and one lane."""
        moment = self._now.moment
        if moment is None:
            return dict.fromkeys(self.program.index, 0.0)
        single = moment.y.shape[0] == 1 and self.program.lanes == 1
        return {
            name: float(moment.y[0, place, 0]) if single else moment.y[:, place].copy()
            for name, place in self.program.index.items()
        }

    def _lived(self, given: Array, held: Held) -> tuple[Moment, Index]:
        now = self._now
        if self._one_by_one is None:
            return propagate(self.program, now.weights, now.past, given, held), now.turns
        return self._one_by_one.tick(now.weights, now.past, self._outputs(now), given, held, now.turns)

    def _outputs(self, now: Snapshot) -> Array:
        if now.moment is not None:
            return now.moment.y
        return np.zeros((self.batch, len(self.program.names), self.program.lanes))


@checked
def simulate(
    net: Network | Program,
    stimulus: Any,
    ticks: int | None = None,
    *,
    rule: LearningRule | None = None,
    teacher: Mapping[str, Any] | None = None,
    record: Record | Sequence[str] = (),
    every: int = 1,
    update: str = "together",
    seed: int = 0,
) -> Trace:
    """Let a network live through a stimulus and return what happened.

    `stimulus` names units: texts such as "1101", lists, {tick: value}, numbers held throughout, {"chance": p};
    or an array (ticks, inputs) or (batch, ticks, inputs). `record` may name "z", "vetoed" and "weights", or be a Record
    that also says of which units; `every` keeps each n-th tick. With a rule, the weights learned are written back to
    the network.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> net = Network()
    >>> net.add_inputs("N1", "N2")
    >>> net.add_unit("N3", McCullochPitts(threshold=2))
    >>> net.connect("N1", "N3"); net.connect("N2", "N3")
    >>> simulate(net, {"N1": "1101", "N2": [1, 0, 1, 1]}, ticks=6)["N3"]
    array([0, 1, 0, 0, 1, 0], dtype=int8)
    """
    program = compile(net)
    if teacher and rule is None:
        raise AllornoneError("a teacher needs a rule that listens to him: give rule=")
    if ticks is not None:
        ticks = _ticks(ticks)
    draw = stream(seed, "stimulus")
    names, inputs = list(program.index), list(program.inputs)
    values, driven, length = stimulus_arrays(stimulus, names, inputs, ticks, random=draw)
    if not length:
        raise AllornoneError(
            "nothing is given and no ticks are said: give a stimulus, or say how many ticks="
        )
    simulator = Simulator(program, rule=rule, batch=values.shape[0], update=update, seed=seed, undo=0)
    kept = Record.of(record)
    recorder = Recorder(program, kept if every == 1 else replace(kept, every=whole("every", every, 1)))
    lessons = teaching(program, teacher, length)
    try:
        for given, held in driving(program, values[..., None], driven):
            desired = lessons(simulator.tick) if lessons is not None else None
            before = simulator.weights
            moment = simulator.advance(given, held, desired)
            recorder.keep(moment, before)
    finally:
        if rule is not None:
            program.keep(simulator.finish())
    return recorder.trace()


def _ticks(value: object, least: int = 0) -> int:
    """Return how many ticks are to be simulated at once, if they may be so many."""
    ticks = whole("ticks", value, least)
    if ticks > MOST_TICKS:
        raise LimitExceeded(
            f"{shown(ticks)} ticks are more than are simulated at once, {MOST_TICKS}: "
            "take them in parts, with a Simulator"
        )
    return ticks


def driving(program: Program, values: Array, driven: Sequence[str]) -> Iterator[tuple[Array, Held]]:
    """Yield, tick by tick, what the inputs bring and which other units are held.

    `values` is (batch, ticks, units driven, lanes or 1), NaN where a unit is left free; a free input rests.
    """
    batch, ticks, _, lanes = values.shape
    places, count = program.places(driven), len(program.inputs)
    inputs, others = np.flatnonzero(places <= count), np.flatnonzero(places > count)
    others = others[np.argsort(places[others])]
    for tick in range(ticks):
        given = np.zeros((batch, count, lanes))
        if len(inputs):
            now = values[:, tick, inputs]
            given[:, places[inputs] - 1] = np.where(np.isnan(now), 0.0, now)
        yield given, Held(places[others], values[:, tick, others]) if len(others) else FREE


def number(name: str, value: Any) -> float:
    """Return what a unit is given, a finite number, or NaN where it is free."""
    if isinstance(value, float) and math.isnan(value):
        return math.nan
    if not isinstance(value, np.bool_) and not finite(value):
        raise AllornoneError(f"unit {name!r} is given a finite number, found {shown(value)}")
    return float(value)


def taught(program: Program, batch: int, teacher: Mapping[str, float]) -> Desired:
    """Return what a teacher wants of each stage, from wishes by name."""
    for name in teacher:
        if name not in program.index:
            raise UnknownName("unit", name, program.index)
    desired: list[Array | None] = []
    for stage in program.stages:
        members = program.names[stage.units]
        if not any(name in teacher for name in members):
            desired.append(None)
            continue
        column = [number(name, teacher.get(name, math.nan)) for name in members]
        desired.append(np.broadcast_to(np.array(column)[None, :, None], (batch, len(members), program.lanes)))
    return desired


def teaching(
    program: Program, teacher: Mapping[str, Any] | None, ticks: int
) -> Callable[[int], Desired] | None:
    """Return what a teacher wants at each tick, from stimuli by name; None where there is none."""
    if not teacher:
        return None
    table, named, _ = stimulus_arrays(teacher, list(program.index), list(program.inputs), ticks)
    if len(table) > 1:
        raise AllornoneError("a teacher wants one thing at a time: no ? may stand in what he says")

    def at(tick: int) -> Desired:
        return taught(program, 1, dict(zip(named, table[0, tick], strict=True)))

    return at
