"""One by one: the asynchronous life, in which one unit a tick takes its turn and all others keep their output.

A sweep is a permutation of the units that can change, drawn by the seed, in each lane its own. Of a unit whose
turn it is not, z is what it would sum up at that tick; it is not vetoed.

state (batch, N, S)   of one lane (batch, N)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np

from allornone.simulator.program import Gather, Program, Weights
from allornone.simulator.propagation import Moment, Past, gather, remember
from allornone.simulator.streams import stream
from allornone.simulator.units import Array, UnitModel
from allornone.simulator.wiring import Index, Truth

Forced = Sequence[tuple[int, Array]]
"""Of units that the world holds fast: the place in the state, and the values (batch, lanes or 1), NaN where free."""


@dataclass(frozen=True)
class _Part:
    """Some afferents of a unit: their delay, their places in the state, their synapses among the stage's."""

    delay: int
    where: slice | Index
    synapses: slice


@dataclass(frozen=True)
class _Unit:
    """A unit whose turn may come: its stage, its place there, what it hears, and what silences it."""

    stage: int
    local: int
    parts: tuple[_Part, ...]
    silencers: tuple[tuple[int, int], ...]


class OneByOne:
    """The turns that the units of a program take, and what each of them comes to."""

    def __init__(self, program: Program, seeds: Sequence[int]) -> None:
        self.program = program
        self._first = 1 + len(program.inputs)
        self._units = _units(program)
        self._draws = [stream(seed, "update") for seed in seeds]
        self._sweeps: list[Index] = []  # (units, lanes) each
        self._models: dict[tuple[int, int, int], UnitModel] = {}
        self._laid: tuple[Weights, list[Array]] | None = None

    def turn(self, number: int) -> Index:
        """Return the place in the state of the unit whose turn it is, by lane."""
        sweep, place = divmod(number, len(self._units))
        while len(self._sweeps) <= sweep:
            orders = [self._first + draw.permutation(len(self._units)) for draw in self._draws]
            self._sweeps.append(np.stack(orders, axis=-1))
        chosen: Index = self._sweeps[sweep][place]
        return chosen

    def tick(
        self, weights: Weights, past: Past, before: Array, given: Array, forced: Forced, turn: int
    ) -> tuple[Moment, int]:
        """Live one tick and return it with the next turn; a tick that holds every unit is nobody's turn.

        `before` is the state of the tick before, which all but one keep.
        """
        program = self.program
        y = before.copy()
        y[:, 0] = 1.0
        y[:, 1 : self._first] = given
        held = np.zeros(y.shape, dtype=bool)
        for place, values in forced:
            now = np.broadcast_to(values, (len(y), program.lanes))
            held[:, place] = ~np.isnan(now)
            y[:, place] = np.where(held[:, place], now, y[:, place])
        vetoed = [np.zeros(y[:, stage.units].shape, dtype=bool) for stage in program.stages]
        own: list[tuple[_Unit, int, Array]] = []
        if not held[:, self._first :].all():
            for lane, place in enumerate(self.turn(turn).tolist()):
                now, *earlier = (np.ascontiguousarray(state[..., lane]) for state in (y, *past))
                unit, z, out, silenced = self._answer(weights, place, lane, now, earlier)
                own.append((unit, lane, z))
                vetoed[unit.stage][:, unit.local, lane] = silenced
                y[:, place, lane] = np.where(held[:, place, lane], y[:, place, lane], out)
            turn += 1
        x = tuple(gather(stage.sources, y, past, len(y), program.lanes) for stage in program.stages)
        return Moment(program, y, x, _Heard(program, weights, x, own), tuple(vetoed)), turn

    def settle(
        self, weights: Weights, past: Past, before: Array, ticks: int, turn: int
    ) -> tuple[Past, Moment, int]:
        """Live so many ticks, at least one, with nothing given or forced; as a loop over `tick`, but faster."""
        given = np.zeros((len(before), len(self.program.inputs), 1))
        moment, turn = self.tick(weights, past, before, given, (), turn)
        past = remember(self.program, past, moment.y)
        # After its first tick the inputs are at rest too; where no delay is longer than 1, one state is then all.
        quick = max(0, ticks - 2) if self.program.longest_delay <= 1 else 0
        y = moment.y
        if quick:
            y = self._run(weights, range(turn, turn + quick), y)
            past, turn = remember(self.program, past, y), turn + quick
        for _ in range(ticks - 1 - quick):
            moment, turn = self.tick(weights, past, y, given, (), turn)
            y, past = moment.y, remember(self.program, past, moment.y)
        return past, moment, turn

    def _run(self, weights: Weights, turns: range, before: Array) -> Array:
        """Return the state after units took turns, each lane for itself."""
        order = np.array([self.turn(number) for number in turns])
        y = np.empty_like(before)
        for lane in range(self.program.lanes):
            now = before[..., lane].copy(order="C")
            for place in order[:, lane].tolist():
                now[:, place] = self._answer(weights, place, lane, now, (now,))[2]
            y[..., lane] = now
        return y

    def _answer(
        self, weights: Weights, place: int, lane: int, now: Array, past: Sequence[Array]
    ) -> tuple[_Unit, Array, Array, Truth]:
        """Return a unit and by trial its net input, its output, whether it was vetoed.

        `now` and `past` are the states of one lane, (batch, N).
        """
        unit = self._units[place - self._first]
        values = self._lay(weights)[unit.stage][lane]
        model = self._model(unit, lane)
        z = np.zeros(len(now))
        for part in unit.parts:
            x = (past[part.delay - 1] if part.delay else now)[:, part.where]
            w = values[part.synapses]
            z += x @ w if model.summing else model.combine(w, x).sum(axis=1)
        out: Array = model.activate(z[:, None, None])[:, 0, 0]
        silenced: Truth = np.zeros(len(now), dtype=bool)
        for delay, source in unit.silencers:
            silenced |= (past[delay - 1] if delay else now)[:, source] > 0
        return unit, z, np.where(silenced, 0.0, out), silenced & (out > 0)

    def _lay(self, weights: Weights) -> list[Array]:
        """Return the weights of each stage as a list of synapses a lane, (S, K), kept until they change."""
        if self._laid is None or self._laid[0] is not weights:
            stages = zip(self.program.stages, weights, strict=True)
            laid = [np.ascontiguousarray(stage.block.values(w).T) for stage, w in stages]
            self._laid = (weights, laid)
        return self._laid[1]

    def _model(self, unit: _Unit, lane: int) -> UnitModel:
        """Return the model of one unit in one lane, taken from those stacked in its stage."""
        key = (unit.stage, unit.local, lane)
        if key not in self._models:
            stacked = self.program.stages[unit.stage].model
            own: dict[str, Any] = {
                name: float(value[unit.local, lane])
                for name, value in stacked.values().items()
                if isinstance(value, np.ndarray)
            }
            self._models[key] = replace(stacked, **own) if own else stacked
        return self._models[key]


class _Heard(Sequence[Array]):
    """The net inputs of each stage's units, (batch, U, S), summed up when somebody asks."""

    def __init__(
        self,
        program: Program,
        weights: Weights,
        x: tuple[Array, ...],
        own: Sequence[tuple[_Unit, int, Array]],
    ) -> None:
        self.program, self.weights, self.x, self.own = program, weights, x, own

    def __len__(self) -> int:
        return len(self.x)

    @overload
    def __getitem__(self, number: int) -> Array: ...

    @overload
    def __getitem__(self, number: slice) -> list[Array]: ...

    def __getitem__(self, number: int | slice) -> Array | list[Array]:
        if isinstance(number, slice):
            return [self[one] for one in range(len(self))[number]]
        stage = self.program.stages[range(len(self))[number]]
        z = stage.block.net_input(stage.model, self.weights[number], self.x[number])
        for unit, lane, value in self.own:
            if self.program.stages[unit.stage] is stage:
                z[:, unit.local, lane] = value
        return z


def _units(program: Program) -> list[_Unit]:
    """Return the units that may take a turn, in their order in the state: all but the inputs."""
    found: list[_Unit] = []
    for number, stage in enumerate(program.stages):
        delays, places = _laid_out(stage.sources)
        silencers = list(zip(*(part.tolist() for part in _laid_out(stage.veto_sources)), strict=True))
        bounds = np.searchsorted(stage.block.unit, np.arange(stage.block.units + 1)).tolist()
        for local in range(stage.block.units):
            start, stop = bounds[local], bounds[local + 1]
            heard = stage.block.afferent[start:stop]
            parts = _parts(delays[heard], places[heard], start)
            silent = tuple(silencers[k] for k in np.flatnonzero(stage.vetoes[:, local]))
            found.append(_Unit(number, local, tuple(parts), silent))
    return found


def _laid_out(sources: tuple[Gather, ...]) -> tuple[Index, Index]:
    """Return delay and place in the state of each afferent of a stage."""
    delays: list[int] = []
    places: list[int] = []
    for delay, afferents, where in sources:
        places += range(where.start, where.stop) if isinstance(where, slice) else where.tolist()
        delays += [delay] * (afferents.stop - afferents.start)
    return np.array(delays, dtype=np.intp), np.array(places, dtype=np.intp)


def _parts(delays: Index, places: Index, start: int) -> list[_Part]:
    """Cut afferents into parts of one delay; the constant, which is that of the bias, comes last, alone."""
    found: list[_Part] = []
    breaks = np.flatnonzero((np.diff(delays) != 0) | (places[1:] == 0)) + 1
    for part in np.split(np.arange(len(places)), breaks):
        if len(part):
            some = places[part]
            runs_on = bool((np.diff(some) == 1).all())
            where = slice(int(some[0]), int(some[-1]) + 1) if runs_on else some
            first, last = int(part[0]), int(part[-1])
            found.append(_Part(int(delays[first]), where, slice(start + first, start + last + 1)))
    return found
