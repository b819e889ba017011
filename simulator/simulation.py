"""Simulation: a network living through time, tick by tick, with or without plasticity."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.driving import driving, number, taught, teaching
from allornone.simulator.errors import AllornoneError, Diverged, whole
from allornone.simulator.network import Network
from allornone.simulator.program import Program, Weights, compile
from allornone.simulator.propagation import Moment, Past, propagate, remember, rest
from allornone.simulator.recording import Recorder
from allornone.simulator.records import Trace
from allornone.simulator.rules import Desired, LearningRule, Memory, check_usable, needs_teacher
from allornone.simulator.stimulus import stimulus_arrays
from allornone.simulator.streams import stream
from allornone.simulator.units import Array
from allornone.simulator.wiring import Truth

BACK = 1000
"""Ticks that `back` can undo."""


@dataclass(frozen=True)
class Snapshot:
    """The whole state of a simulation at one moment; immutable, so keeping one costs nothing."""

    tick: int
    past: Past
    weights: Weights
    memory: Memory
    moment: Moment | None


class Simulator:
    """A network at one moment of its life: step it forwards, take steps back, look at any unit.

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

    def __init__(
        self,
        net: Network | Program,
        *,
        rule: LearningRule | None = None,
        batch: int = 1,
        update: str = "together",
        seed: int | Sequence[int] = 0,
    ) -> None:
        if update not in ("together", "one-by-one"):
            raise AllornoneError(f"update must be 'together' or 'one-by-one', found {update!r}")
        self.program = compile(net)
        self.rule, self.batch = rule, whole("batch", batch, 1)
        if rule is not None:
            check_usable(rule)
        self._one_by_one = _order(self.program, seed) if update == "one-by-one" else None
        self._undo: deque[Snapshot] = deque(maxlen=BACK)
        self.reset()

    def reset(self) -> None:
        """Go back to rest before tick 0, with the weights of the network."""
        self._now = Snapshot(0, rest(self.program, self.batch), self.program.weights, None, None)
        if self.rule is not None:
            self._now = Snapshot(
                0, self._now.past, self._now.weights, self.rule.start(self.program, self._now.weights), None
            )
        self._undo.clear()

    def rest(self) -> None:
        """Let all activity die away; weights stay."""
        now = self._now
        self._now = Snapshot(now.tick, rest(self.program, self.batch), now.weights, now.memory, None)

    def step(
        self, given: Mapping[str, float] | None = None, teacher: Mapping[str, float] | None = None
    ) -> None:
        """Live one tick. `given` sets inputs, and forces other units; what is not named rests or is free."""
        values = np.zeros((self.batch, len(self.program.inputs), 1))
        forced: list[tuple[int, Array]] = []
        for name, value in (given or {}).items():
            place = int(self.program.places([name])[0])
            now = number(name, value)
            if place > len(self.program.inputs):
                forced.append((place, np.full((self.batch, 1), now)))
            elif not math.isnan(now):
                values[:, place - 1] = now
        self.advance(values, forced, taught(self.program, self.batch, teacher or {}))

    def advance(
        self,
        given: Array,
        forced: Sequence[tuple[int, Array]] = (),
        desired: Desired | None = None,
        active: Truth | None = None,
    ) -> Moment:
        """Live one tick from arrays; `active` (lanes,) says which lanes may still learn."""
        now = self._now
        moment = propagate(self.program, now.weights, now.past, given, forced)
        if self._one_by_one is not None:
            moment = self._only_one(moment, now, forced)
        weights, memory = now.weights, now.memory
        if self.rule is not None:
            wanted = desired if desired is not None else [None] * len(self.program.stages)
            if needs_teacher(self.rule) and all(part is None for part in wanted):
                raise AllornoneError(
                    f"the rule {self.rule.name!r} needs a teacher: say what the units should do"
                )
            weights, memory = self.rule.step(self.program, now.weights, now.memory, moment, wanted)
            if not all(np.isfinite(w).all() for w in weights):
                raise Diverged(f"the weights left every bound at tick {now.tick}; choose a smaller eta")
            if active is not None and not active.all():
                weights = tuple(
                    np.where(active, new, old) for new, old in zip(weights, now.weights, strict=True)
                )
        self._undo.append(now)
        self._now = Snapshot(
            now.tick + 1, remember(self.program, now.past, moment.y), weights, memory, moment
        )
        return moment

    def back(self, ticks: int = 1) -> None:
        """Take back the last ticks; beyond the first, or the oldest that is remembered, is an error."""
        for _ in range(whole("ticks", ticks)):
            if not self._undo:
                raise AllornoneError(
                    f"there is nothing to take back before tick {self._now.tick} "
                    f"({BACK} ticks are remembered)"
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

    def _only_one(self, moment: Moment, now: Snapshot, forced: Sequence[tuple[int, Array]]) -> Moment:
        # All but one, and those that are forced, keep the output they had: Hopfield's asynchronous life.
        assert self._one_by_one is not None
        previous = now.moment.y if now.moment is not None else moment.y * 0
        chosen = self._one_by_one(now.tick)
        y = previous.copy()
        y[:, : 1 + len(self.program.inputs)] = moment.y[:, : 1 + len(self.program.inputs)]
        lanes = np.arange(self.program.lanes)
        y[:, chosen, lanes] = moment.y[:, chosen, lanes]
        for place, values in forced:
            y[:, place] = np.where(np.isnan(values), y[:, place], moment.y[:, place])
        return Moment(moment.program, y, moment.x, moment.z, moment.vetoed)


def simulate(
    net: Network | Program,
    stimulus: Any,
    ticks: int | None = None,
    *,
    rule: LearningRule | None = None,
    teacher: Mapping[str, Any] | None = None,
    record: Sequence[str] = (),
    every: int = 1,
    update: str = "together",
    seed: int = 0,
) -> Trace:
    """Let a network live through a stimulus and return what happened.

    `stimulus` names units: texts such as "1101", lists, {tick: value} or numbers held throughout; or an array
    (ticks, inputs) or (batch, ticks, inputs). `record` may name "z", "vetoed" and "weights"; `every` keeps
    each n-th tick. With a rule, the weights learned are written back to the network.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> net = Network()
    >>> net.add_inputs("N1", "N2")
    >>> net.add_unit("N3", McCullochPitts(threshold=2))
    >>> net.connect("N1", "N3"); net.connect("N2", "N3")
    >>> simulate(net, {"N1": "1101", "N2": [1, 0, 1, 1]}, ticks=6)["N3"]
    array([0, 1, 0, 0, 1, 0], dtype=int8)
    """
    program = compile(net)
    if ticks is not None:
        ticks = whole("ticks", ticks)
    values, driven, length = stimulus_arrays(stimulus, list(program.index), list(program.inputs), ticks)
    if not length:
        raise AllornoneError(
            "nothing is given and no ticks are said: give a stimulus, or say how many ticks="
        )
    simulator = Simulator(program, rule=rule, batch=values.shape[0], update=update, seed=seed)
    recorder = Recorder(program, record, every)
    lessons = teaching(program, teacher, length)
    try:
        for given, forced in driving(program, values[..., None], driven):
            desired = lessons(simulator.tick) if lessons is not None else None
            before = simulator.weights
            moment = simulator.advance(given, forced, desired)
            recorder.keep(moment, before)
    finally:
        if rule is not None:
            program.write(simulator.weights)
    return recorder.trace()


def _order(program: Program, seed: int | Sequence[int]) -> Any:
    first = 1 + len(program.inputs)
    seeds = [seed + lane for lane in range(program.lanes)] if isinstance(seed, int) else seed
    streams = [stream(one, "update") for one in seeds]
    drawn: dict[int, Any] = {}

    def chosen(tick: int) -> Any:
        if tick not in drawn:
            drawn[tick] = np.array([draw.integers(first, len(program.names)) for draw in streams])
        return drawn[tick]

    return chosen
