"""Passing: one tick of a program, stage by stage, and what a batch of presentations leaves behind.

A unit at tick t sees its source at tick t − delay; an inhibitory spike silences its target; before tick 0 all
rests.

N units with the constant 1 in front, A sources and U units of a layer, S lanes
x (batch, A, S)   z, y, d, δ (batch, U, S)   w (A, U, S), or (K, S) of a sparse layer   state (batch, N, S)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple, Protocol, overload

import numpy as np

from allornone.simulator.arrays import Array, Index, Truth
from allornone.simulator.errors import AllornoneError
from allornone.simulator.program.blocks import block_of
from allornone.simulator.program.program import Gather, Program, Stage, Weights
from allornone.simulator.program.ties import Reach, decide
from allornone.simulator.registry import units as unit_models
from allornone.simulator.units import DifferentiableUnit, UnitModel

Past = Sequence[Array]
"""States of the latest ticks, the latest first; as many as the longest delay."""
Desired = Sequence[Array | None]
"""What the teacher wants of each stage's units, (batch, U, S or 1), NaN where silent; None: not taught."""
Changes = Sequence[Array | None]
"""What each layer's weights change by, shaped as its weights; None: nothing."""
WRONG = 0.5
"""An output that misses what is desired by this much or more is a mistake."""


class Held(NamedTuple):
    """Units that the world holds: their places in the state, ascending, and values (batch, places, S or 1).

    NaN leaves a unit free.
    """

    places: Index
    values: Array

    def and_also(self, state: Array) -> Held:
        """Return these and what is not NaN in a state, (batch, N, S), which wins where both hold a unit."""
        more = np.flatnonzero(~np.isnan(state).all(axis=(0, 2)))
        if not len(self.places):
            return Held(more, state[:, more])
        places = np.union1d(self.places, more)
        values = np.full((len(state), len(places), state.shape[-1]), np.nan)
        values[:, np.searchsorted(places, self.places)] = self.values
        column = np.searchsorted(places, more)
        values[:, column] = np.where(np.isnan(state[:, more]), values[:, column], state[:, more])
        return Held(places, values)


FREE = Held(np.zeros(0, dtype=np.intp), np.zeros((1, 0, 1)))
"""No unit is held."""


class _Log(Sequence[Array]):
    """A past as the end of a list that grows: one tick more costs the same whatever the longest delay is.

    Every past looks at the list up to its own end, so that none sees what came later.
    """

    def __init__(self, states: list[Array], end: int, longest: int, resting: Array) -> None:
        self.states, self.end, self.longest, self.resting = states, end, longest, resting

    def __len__(self) -> int:
        return self.longest

    @overload
    def __getitem__(self, ago: int) -> Array: ...

    @overload
    def __getitem__(self, ago: slice) -> list[Array]: ...

    def __getitem__(self, ago: int | slice) -> Array | list[Array]:
        if isinstance(ago, slice):
            return [self[one] for one in range(self.longest)[ago]]
        if not 0 <= ago < self.longest:
            raise IndexError(ago)
        return self.states[self.end - 1 - ago] if ago < self.end else self.resting

    def followed_by(self, y: Array) -> _Log:
        """Return the past one tick later."""
        states, end = self.states, self.end
        if end < len(states) or end > 2 * self.longest:
            states = states[max(0, end - self.longest) : end]
            end = len(states)
        states.append(y)
        return _Log(states, end + 1, self.longest, self.resting)


@dataclass(frozen=True)
class Moment:
    """What one tick left: the state y (batch, N, S); what each stage's units saw (x) and summed up (z)."""

    program: Program
    y: Array
    x: tuple[Array, ...]
    z: Sequence[Array]
    vetoed: tuple[Truth | None, ...]

    def stage_outputs(self, stage: int) -> Array:
        """Return y of one stage's units, (batch, units, lanes)."""
        return self.y[:, self.program.stages[stage].units]

    def net_inputs(self) -> Array:
        """Return z over all units, (batch, N, S); inputs have none and stay 0."""
        z = np.zeros_like(self.y)
        for stage, part in zip(self.program.stages, self.z, strict=True):
            z[:, stage.units] = part
        return z

    def vetoes(self) -> Truth:
        """Return which units would have fired but were silenced, (batch, N, S)."""
        silenced = np.zeros(self.y.shape, dtype=bool)
        for stage, part in zip(self.program.stages, self.vetoed, strict=True):
            if part is not None:
                silenced[:, stage.units] = part
        return silenced


class Objective(Protocol):
    """What a gradient descends: its derivatives for the outputs, or for the net inputs where these are simpler."""

    def slope(self, model: UnitModel, y: Array, d: Array) -> Array:
        """Return ∂E/∂y."""

    def slope_of_net_input(self, model: UnitModel, y: Array, d: Array) -> Array | None:
        """Return ∂E/∂z for the activation that matches the objective, None for others."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Units of one model that are computed together, with all synapses that lead to them, at one moment.

    `units` are their places in the state; `d` is what the teacher wants of them, NaN where he is silent, or None.
    `w`, `exists` and `plastic` broadcast over one another, as a rule's changes must; of a layer with few of its
    possible synapses they are lists, and `at_sources` and `at_units` shape other values to fit.
    """

    stage: Stage
    x: Array
    y: Array
    z: Array
    d: Array | None
    w: Array

    @property
    def model(self) -> UnitModel:
        """The model of its units, with their parameters."""
        return self.stage.model

    @property
    def units(self) -> slice:
        """Places of its units in the state."""
        return self.stage.units

    @property
    def slope(self) -> Array:
        """The derivative dy/dz of its units, (batch, U, S); an error where they have none."""
        return differentiable(self.model, "its units").derivative(self.z, self.y)

    @property
    def exists(self) -> Truth:
        """Where a synapse is."""
        return self.stage.block.there

    @property
    def plastic(self) -> Truth:
        """Which synapses may change."""
        return self.stage.plastic

    def at_sources(self, values: Array) -> Array:
        """Shape values of the sources, (batch, A, S), to broadcast over the weights, batch in front."""
        return self.stage.block.before(values)

    def at_units(self, values: Array) -> Array:
        """Shape values of the units, (batch, U, S), to broadcast over the weights, batch in front."""
        return self.stage.block.after(values)

    def total(self, values: Array) -> Array:
        """Sum over the synapses of each unit, batch in front, shaped so that it broadcasts over the weights."""
        return self.stage.block.total(values)

    def outer(self, delta: Array) -> Array:
        """Return Σ δ ∂z/∂w over the batch, shaped as the weights: Σ x δ where net inputs are weighted sums."""
        return self.stage.block.outer(self.model, self.w, self.x, delta)

    def back(self, delta: Array) -> Array:
        """Return Σ δ ∂z/∂x over the units, (batch, A, S): Σ w δ where net inputs are weighted sums."""
        return self.stage.block.back(self.model, self.w, self.x, delta)

    def as_table(self) -> Layer:
        """Return the same layer with its weights as a table (A, U, S), 0 where no synapse is."""
        block, sparse = self.stage.block.as_table(), self.stage.block
        if block is sparse:
            return self
        plastic = block.weights(sparse.values(self.stage.plastic.astype(float))) > 0
        stage = replace(self.stage, block=block, plastic=plastic)
        return replace(self, stage=stage, w=block.weights(sparse.values(self.w)))


@dataclass(frozen=True, eq=False)
class StepBack:
    """One layer at one tick on the way back: what it saw, ∂E/∂y if it was asked for, δ = ∂E/∂z, (batch, U, S)."""

    tick: int
    layer: int
    moment: Moment
    of_outputs: Array | None
    delta: Array


@dataclass(frozen=True, eq=False)
class WayBack:
    """What the way back through a passage gave: ∂E/∂w by layer, ∂E/∂y of the state at each tick, and its steps."""

    slopes: list[Array]
    of_outputs: list[Array | None]
    steps: list[StepBack]


class Passage:
    """What a batch of presentations left behind: every layer at the last tick, and the way to run it again.

    The inputs bring `given`, (batch, ticks, inputs, S or 1), the last of them held for as many `ticks` as it takes;
    it begins at rest, or with one tick after a `past`. `order` says which lessons the batch holds, `epoch` when;
    `lessons` shows all of them to a net with some weights, in parts, without learning; None: there are no lessons.
    """

    def __init__(
        self,
        program: Program,
        weights: Weights,
        given: Array,
        held: Held = FREE,
        desired: Desired | None = None,
        *,
        ticks: int = 1,
        past: Past | None = None,
        order: Index | None = None,
        epoch: int = 0,
        moment: Moment | None = None,
        lessons: Callable[[Weights], Iterable[Passage]] | None = None,
    ) -> None:
        self.program, self.weights = program, weights
        self.given, self.held, self.ticks, self.past = given, held, ticks, past
        self.desired: Desired = desired if desired is not None else [None] * len(program.stages)
        self.order, self.epoch = order if order is not None else np.arange(len(given)), epoch
        self.lessons = lessons
        self.moment = moment if moment is not None else self._present()[-1]

    @property
    def y(self) -> Array:
        """The state at the last tick, (batch, N, S)."""
        return self.moment.y

    @property
    def d(self) -> Array:
        """What the teacher wants, (batch, N, S), NaN where he is silent."""
        wanted = np.full(self.y.shape, np.nan)
        for stage, part in zip(self.program.stages, self.desired, strict=True):
            if part is not None:
                wanted[:, stage.units] = part
        return wanted

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer, in the order of computing."""
        moment = self.moment
        return tuple(
            Layer(stage, moment.x[k], moment.stage_outputs(k), moment.z[k], self.desired[k], self.weights[k])
            for k, stage in enumerate(self.program.stages)
        )

    @property
    def mistakes(self) -> Array:
        """How many presentations were answered wrongly by any taught unit, by lane."""
        wrong: Truth | None = None
        for number, wanted in enumerate(self.desired):
            if wanted is not None:
                far: Truth = np.abs(self.moment.stage_outputs(number) - wanted) >= WRONG
                missed = np.asarray(far.any(axis=1))
                wrong = missed if wrong is None else wrong | missed
        counted: Array = np.zeros(self.y.shape[-1]) if wrong is None else wrong.sum(axis=0, dtype=float)
        return counted

    def again(self, held: Array) -> Passage:
        """Return the same presentations with units held at every tick: (batch, N, S), NaN where free."""
        together = self.held.and_also(held)
        if self.ticks > 1 or (self.past is None and self.program.longest_delay):
            return self._like(held=together, moment=None)
        moment = propagate(
            self.program, self.weights, self.past or (), self.given[:, 0], together, like=(self.moment, held)
        )
        return self._like(held=together, moment=moment)

    def wanting(self, d: Array) -> Passage:
        """Return the same passage with other targets: (batch, N, S), NaN where nothing is wanted."""
        return self._like(desired=wanted_of_stages(self.program, d))

    def slopes(self, objective: Objective) -> list[Array]:
        """Return ∂E/∂w of every layer, summed over the batch: walked back once, through layers, delays and ticks.

        Raises AllornoneError where the way leads through a unit whose output has no derivative.
        """
        return self.walk_back(objective, to_inputs=False).slopes

    def walk_back(self, objective: Objective, *, to_inputs: bool = True) -> WayBack:
        """Walk from the last tick to the first and from the outputs to the inputs: the chain rule, once for all.

        Unless it goes on `to_inputs`, a layer that hears nothing else hands nothing back.
        """
        moments = [self.moment] if self.ticks == 1 or self.past is not None else self._present()
        slopes = [np.zeros_like(w) for w in self.weights]
        of_outputs: list[Array | None] = [None] * len(moments)
        steps: list[StepBack] = []
        for tick in reversed(range(len(moments))):
            for number in reversed(range(len(self.program.stages))):
                g, delta = self._delta(moments, tick, number, of_outputs[tick], objective)
                if delta is None:
                    continue
                moment, stage = moments[tick], self.program.stages[number]
                block, w, x = stage.block, self.weights[number], moment.x[number]
                slopes[number] = slopes[number] + block.outer(stage.model, w, x, delta)
                steps.append(StepBack(tick, number, moment, g, delta))
                if to_inputs or self.program.hears_units[number]:
                    _hand_back(of_outputs, tick, stage, block.back(stage.model, w, x, delta), moment.y)
        return WayBack(slopes, of_outputs, steps)

    def _delta(
        self,
        moments: Sequence[Moment],
        tick: int,
        number: int,
        waiting: Array | None,
        objective: Objective,
    ) -> tuple[Array | None, Array | None]:
        """Return ∂E/∂y and δ = ∂E/∂z of one stage at one tick, None where nothing depends on it.

        Where the objective gives δ of an output by itself, ∂E/∂y is that of what comes after it.
        """
        stage, moment = self.program.stages[number], moments[tick]
        y, z = moment.stage_outputs(number), moment.z[number]
        g = None if waiting is None else waiting[:, stage.units]
        delta: Array | None = None
        d = self.desired[number] if tick == len(moments) - 1 else None
        if d is not None:
            delta = objective.slope_of_net_input(stage.model, y, d)
            if delta is None:
                own = np.where(np.isnan(d), 0.0, objective.slope(stage.model, y, d))
                g = own if g is None else g + own
            else:
                delta = np.where(np.isnan(d), 0.0, delta)
        if g is not None and g.any():
            unit = f"unit {self.program.names[stage.units.start]!r}"
            pulled = differentiable(stage.model, unit).pull(z, y, g)
            delta = pulled if delta is None else delta + pulled
        if delta is not None and (len(self.held.places) or stage.veto_sources):
            delta = np.where(self._fixed(moments, tick, stage), 0.0, delta)
        return g, delta

    def _fixed(self, moments: Sequence[Moment], tick: int, stage: Stage) -> Truth:
        """Return which units of a stage were held or silenced, so that their net input changed nothing."""
        y = moments[tick].y
        fixed = np.zeros((len(y), stage.units.stop - stage.units.start, y.shape[-1]), dtype=bool)
        inside = slice(*np.searchsorted(self.held.places, [stage.units.start, stage.units.stop]))
        fixed[:, self.held.places[inside] - stage.units.start] = ~np.isnan(self.held.values[:, inside])
        if stage.veto_sources:
            past = self.past if self.past is not None else _past_of(self.program, moments, tick)
            fixed |= _veto(stage, y, past, len(y), y.shape[-1])
        return fixed

    def _present(self) -> list[Moment]:
        """Return every tick of the presentation, from rest, or the one after a past."""
        program, ticks = self.program, self.ticks
        if self.past is not None or (ticks == 1 and not program.longest_delay):
            return [propagate(program, self.weights, self.past or (), self.given[:, 0], self.held)]
        past = rest(program, len(self.given))
        moments = []
        for tick in range(ticks):
            now = self.given[:, min(tick, self.given.shape[1] - 1)]
            moments.append(propagate(program, self.weights, past, now, self.held))
            past = remember(program, past, moments[-1].y)
        return moments

    def _like(
        self, *, held: Held | None = None, desired: Desired | None = None, **other: Moment | None
    ) -> Passage:
        return Passage(
            self.program,
            self.weights,
            self.given,
            self.held if held is None else held,
            self.desired if desired is None else desired,
            ticks=self.ticks,
            past=self.past,
            order=self.order,
            epoch=self.epoch,
            moment=other.get("moment", self.moment),
            lessons=self.lessons,
        )


def differentiable(model: UnitModel, unit: str) -> DifferentiableUnit:
    """Return a model that has a derivative; an error names the unit that has none, and those that would do."""
    if isinstance(model, DifferentiableUnit):
        return model
    known = [name for name in unit_models.names() if issubclass(unit_models.get(name), DifferentiableUnit)]
    raise AllornoneError(
        f"{unit}: a {model.name} unit has no derivative, so no gradient leads through it; these have one: "
        f"{', '.join(known)}"
    )


def wanted_of_stages(program: Program, d: Array) -> Desired:
    """Return what is wanted of each stage, from what is wanted of every unit, (batch, N, S), NaN where nothing."""
    parts = [d[:, stage.units] for stage in program.stages]
    return [None if np.isnan(part).all() else part for part in parts]


def rest(program: Program, batch: int) -> Past:
    """Return the past before tick 0: nothing has fired."""
    return _Log([], 0, program.longest_delay, np.zeros((batch, len(program.names), program.lanes)))


@np.errstate(over="ignore", invalid="ignore")  # what left all bounds is told by whoever reads it
def propagate(
    program: Program,
    weights: Weights,
    past: Past,
    given: Array,
    held: Held = FREE,
    like: tuple[Moment, Array] | None = None,
) -> Moment:
    """Compute one tick. `given` is what the inputs bring, (batch, inputs, lanes or 1).

    `like` is the same tick as it was, and the state of the units that are held now: what comes before the first of
    them is taken over.
    """
    batch, lanes = given.shape[0], program.lanes
    first = 0
    xs: list[Array] = []
    zs: list[Array] = []
    vetoed: list[Truth | None] = []
    if like is None:
        y = np.empty((batch, len(program.names), lanes))
        y[:, 0] = 1.0
        y[:, 1 : 1 + given.shape[1]] = given
    else:
        before, changed = like
        y = before.y.copy()
        first = _first_stage(program, changed)
        xs, zs, vetoed = list(before.x[:first]), list(before.z[:first]), list(before.vetoed[:first])
    if len(held.places):
        _hold(y, held, slice(0, int(np.searchsorted(held.places, 1 + given.shape[1]))))
    for stage, w in zip(program.stages[first:], weights[first:], strict=True):
        x = gather(stage.sources, y, past, batch, lanes)
        z = stage.block.net_input(stage.model, w, x)
        out = stage.model.activate(z)
        if stage.model.compares:
            reach = stage.latest.of(w, "reach", partial(Reach.of, stage.model, stage.block, w))
            decide(stage.model, stage.block, reach, x, z, out)
        if stage.veto_sources:
            veto = _veto(stage, y, past, batch, lanes)
            vetoed.append(veto & (out > 0))
            out = np.where(veto, 0.0, out)
        else:
            vetoed.append(None)
        y[:, stage.units] = out
        if len(held.places):
            _hold(y, held, slice(*np.searchsorted(held.places, [stage.units.start, stage.units.stop])))
        xs.append(x)
        zs.append(z)
    return Moment(program, y, tuple(xs), tuple(zs), tuple(vetoed))


def alone(model: UnitModel, units: int, heard: Array) -> tuple[list[float], list[float]]:
    """Return z and y of a few units by themselves, as a tick has them where nothing silences or holds them.

    Each row of `heard`, (K, 3), is a synapse in the order of adding up: its unit, its weight, and what it brings.
    """
    unit, w, x = heard.T
    block, order = block_of(np.arange(len(heard)), unit.astype(np.intp), len(heard), units)
    weights, brought = block.weights(w[order, None]), x[None, :, None]
    z = block.net_input(model, weights, brought)
    y = model.activate(z)
    if model.compares:
        decide(model, block, Reach.of(model, block, weights), brought, z, y)
    return z[0, :, 0].tolist(), y[0, :, 0].tolist()


def remember(program: Program, past: Past, y: Array) -> Past:
    """Return the past after a tick whose state was y."""
    if not program.longest_delay:
        return past
    return past.followed_by(y) if isinstance(past, _Log) else (y, *past)[: program.longest_delay]


def gather(sources: tuple[Gather, ...], y: Array, past: Past, batch: int, lanes: int) -> Array:
    """Return what the afferents of a stage bring at this tick, (batch, A, S)."""
    if len(sources) == 1:
        delay, _, where = sources[0]
        return (past[delay - 1] if delay else y)[:, where]
    count = sources[-1][1].stop if sources else 0
    x = np.empty((batch, count, lanes))
    for delay, afferents, where in sources:
        x[:, afferents] = (past[delay - 1] if delay else y)[:, where]
    return x


def _hold(y: Array, held: Held, some: slice) -> None:
    """Hold units of a state, (batch, N, S), in place."""
    places = held.places[some]
    if len(places):
        values = held.values[:, some]
        y[:, places] = np.where(np.isnan(values), y[:, places], values)


def _first_stage(program: Program, held: Array) -> int:
    """Return the first stage that has a unit which is held, or comes after an input that is."""
    places = np.flatnonzero(~np.isnan(held).all(axis=(0, 2)))
    first = int(places[0]) if len(places) else held.shape[1]
    return next(
        (k for k, stage in enumerate(program.stages) if first < stage.units.stop), len(program.stages)
    )


def _hand_back(waiting: list[Array | None], tick: int, stage: Stage, back: Array, like: Array) -> None:
    """Add what a stage hands back to the outputs that its sources had, each at its own tick."""
    for delay, afferents, where in stage.sources:
        then = tick - delay
        if then < 0:
            continue
        found = waiting[then]
        if found is None:
            found = waiting[then] = np.zeros_like(like)
        found[:, where] += back[:, afferents]


def _past_of(program: Program, moments: Sequence[Moment], tick: int) -> Past:
    """Return the states before a tick of a presentation, the latest first, those before its first tick at rest."""
    earlier = tuple(moment.y for moment in moments[max(0, tick - program.longest_delay) : tick][::-1])
    return (*earlier, *rest(program, len(moments[0].y)))[: program.longest_delay]


def _veto(stage: Stage, y: Array, past: Past, batch: int, lanes: int) -> Truth:
    active: Truth = gather(stage.veto_sources, y, past, batch, lanes) > 0
    vetoes = stage.vetoes
    silenced = np.zeros((batch, stage.units.stop - stage.units.start, lanes), dtype=bool)
    silenced[:, vetoes.silenced] = np.logical_or.reduceat(active[:, vetoes.afferent], vetoes.starts, axis=1)
    return silenced
