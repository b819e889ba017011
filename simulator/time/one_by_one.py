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

from allornone.simulator.arrays import Array, Index, Truth, stream
from allornone.simulator.errors import AllornoneError
from allornone.simulator.program.passing import FREE, Held, Moment, Past, gather, remember
from allornone.simulator.program.program import Gather, Program, Weights
from allornone.simulator.program.ties import EPSILON, threshold_of, total
from allornone.simulator.units import UnitModel


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
        for stage in program.stages:
            if stage.model.vector:
                raise AllornoneError(
                    f"unit {program.names[stage.units.start]!r} is a {stage.model.name} unit, which answers together "
                    "with others, so it cannot be updated one by one"
                )
        self.program = program
        self._first = 1 + len(program.inputs)
        self._units = _units(program)
        self._draws = [stream(seed, "update") for seed in seeds]
        self._sweeps: list[Index] = []  # (units, lanes) each
        self._laid: tuple[Weights, list[Array], dict[tuple[int, int], _Ready]] | None = None

    def turn(self, number: int) -> Index:
        """Return the place in the state of the unit whose turn it is, by lane."""
        sweep, place = divmod(number, len(self._units))
        while len(self._sweeps) <= sweep:
            orders = [self._first + draw.permutation(len(self._units)) for draw in self._draws]
            self._sweeps.append(np.stack(orders, axis=-1))
        chosen: Index = self._sweeps[sweep][place]
        return chosen

    def tick(
        self, weights: Weights, past: Past, before: Array, given: Array, held: Held, turns: Index
    ) -> tuple[Moment, Index]:
        """Live one tick and return it with the turns taken, by lane; one that holds every unit is nobody's turn.

        `before` is the state of the tick before, which all but one keep.
        """
        program = self.program
        y = before.copy()
        y[:, 0] = 1.0
        y[:, 1 : self._first] = given
        fixed = np.zeros(y.shape, dtype=bool)
        if len(held.places):
            fixed[:, held.places] = ~np.isnan(held.values)
            y[:, held.places] = np.where(fixed[:, held.places], held.values, y[:, held.places])
        vetoed = [np.zeros(y[:, stage.units].shape, dtype=bool) for stage in program.stages]
        own: list[tuple[_Unit, int, Array]] = []
        free = ~fixed[:, self._first :].all(axis=(0, 1))
        for lane in np.flatnonzero(free).tolist():
            place = int(self.turn(int(turns[lane]))[lane])
            now, *earlier = (np.ascontiguousarray(state[..., lane]) for state in (y, *past))
            unit, z, out, silenced = self._answer(weights, place, lane, now, earlier)
            own.append((unit, lane, z))
            if silenced is not None:
                vetoed[unit.stage][:, unit.local, lane] = silenced
            y[:, place, lane] = np.where(fixed[:, place, lane], y[:, place, lane], out)
        x = tuple(gather(stage.sources, y, past, len(y), program.lanes) for stage in program.stages)
        return Moment(program, y, x, _Heard(program, weights, x, own), tuple(vetoed)), turns + free

    def settle(
        self, weights: Weights, past: Past, before: Array, ticks: int, turns: Index
    ) -> tuple[Past, Moment, Index]:
        """Live so many ticks, at least one, with nothing given or forced; as a loop over `tick`, but faster."""
        given = np.zeros((len(before), len(self.program.inputs), 1))
        moment, turns = self.tick(weights, past, before, given, FREE, turns)
        past = remember(self.program, past, moment.y)
        # After its first tick the inputs are at rest too; where no delay is longer than 1, one state is then all.
        quick = max(0, ticks - 2) if self.program.longest_delay <= 1 else 0
        y = moment.y
        if quick:
            y = self._run(weights, turns, quick, y)
            past, turns = remember(self.program, past, y), turns + quick
        for _ in range(ticks - 1 - quick):
            moment, turns = self.tick(weights, past, y, given, FREE, turns)
            y, past = moment.y, remember(self.program, past, moment.y)
        return past, moment, turns

    def _run(self, weights: Weights, turns: Index, ticks: int, before: Array) -> Array:
        """Return the state after so many more turns, each lane for itself."""
        y = np.empty_like(before)
        for lane, first in enumerate(turns.tolist()):
            now = before[..., lane].copy(order="C")
            for place in [int(self.turn(number)[lane]) for number in range(first, first + ticks)]:
                now[:, place] = self._answer(weights, place, lane, now, (now,))[2]
            y[..., lane] = now
        return y

    def _answer(
        self, weights: Weights, place: int, lane: int, now: Array, past: Sequence[Array]
    ) -> tuple[_Unit, Array, Array, Truth | None]:
        """Return a unit and by trial its net input, its output, whether it was vetoed (None: by nobody).

        `now` and `past` are the states of one lane, (batch, N).
        """
        unit, model, parts = self._ready(weights, place, lane)
        z: Array = np.zeros(len(now))
        terms: list[Array] = []
        for delay, where, w in parts:
            x = (past[delay - 1] if delay else now)[:, where]
            z = z + (x @ w if model.summing else model.combine(w, x).sum(axis=1))
            terms.append(w * x)
        out: Array = model.activate(z[:, None, None])[:, 0, 0]
        if model.compares and terms:
            z, out = _decided(model, np.hstack(terms), z, out)
        if not unit.silencers:
            return unit, z, out, None
        silenced: Truth = np.zeros(len(now), dtype=bool)
        for delay, source in unit.silencers:
            silenced |= (past[delay - 1] if delay else now)[:, source] > 0
        return unit, z, np.where(silenced, 0.0, out), silenced & (out > 0)

    def _ready(self, weights: Weights, place: int, lane: int) -> _Ready:
        """Return one unit of one lane with its model and its weights, kept until the weights change."""
        if self._laid is None or self._laid[0] is not weights:
            stages = zip(self.program.stages, weights, strict=True)
            self._laid = (
                weights,
                [np.ascontiguousarray(stage.block.values(w).T) for stage, w in stages],
                {},
            )
        _, laid, known = self._laid
        found = known.get((place, lane))
        if found is None:
            unit = self._units[place - self._first]
            values = laid[unit.stage][lane]
            parts = [(part.delay, part.where, values[part.synapses]) for part in unit.parts]
            found = known[place, lane] = (unit, _alone(self.program, unit, lane), parts)
        return found


def _decided(model: UnitModel, terms: Array, z: Array, y: Array) -> tuple[Array, Array]:
    """Return z and y, (batch,), as the exactly rounded sums of the terms, (batch, K), decide."""
    reach = (terms.shape[1] + 1) * EPSILON * np.abs(terms).sum(axis=1)
    near = np.abs(z - threshold_of(model)) <= reach
    if not near.any():
        return z, y
    rounded = total(terms.T)
    decided = model.activate(rounded[:, None, None])[:, 0, 0]
    other = near & (decided != y)
    return np.where(other, rounded, z), np.where(other, decided, y)


_Ready = tuple[_Unit, UnitModel, list[tuple[int, slice | Index, Array]]]
"""A unit of one lane, its model, and of each part of what it hears the delay, the places, the weights."""


def _alone(program: Program, unit: _Unit, lane: int) -> UnitModel:
    """Return the model of one unit in one lane, taken from those stacked in its stage."""
    stacked = program.stages[unit.stage].model
    own: dict[str, Any] = {
        name: float(value[unit.local, lane])
        for name, value in stacked.values().items()
        if isinstance(value, np.ndarray)
    }
    return replace(stacked, **own) if own else stacked


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
        vetoes = stage.vetoes
        vetoing = np.searchsorted(vetoes.unit, np.arange(stage.block.units + 1)).tolist()
        for local in range(stage.block.units):
            start, stop = bounds[local], bounds[local + 1]
            heard = stage.block.afferent[start:stop]
            parts = _parts(delays[heard], places[heard], start)
            silent = tuple(silencers[k] for k in vetoes.afferent[vetoing[local] : vetoing[local + 1]])
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
