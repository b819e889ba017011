"""Learning rules: how what happened at a tick changes the synapses.

x  what a synapse brought     z  net input     y  output     d  what the teacher wants     w  weight
A sources, U units, S lanes.   x (batch, A, S)   y, z (batch, U, S)   w (A, U, S)
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar, Protocol

import numpy as np

from allornone.simulator.arrays import Array, Index, Truth, mean, summed
from allornone.simulator.errors import AllornoneError
from allornone.simulator.parameters import Parameters
from allornone.simulator.program.blocks import across, up_to
from allornone.simulator.program.passing import Moment
from allornone.simulator.program.program import Program, Stage, Weights
from allornone.simulator.registry import rules

Desired = Sequence[Array | None]
"""What the teacher wants of each stage's units, (batch, units, lanes), NaN where silent; None: not taught."""

Memory = Any

Memories = Sequence[Mapping[str, Array]]
"""What is remembered by name, stage by stage."""


class Presentation(Protocol):
    """A batch of lessons on its way to a network."""

    desired: Desired
    order: Index
    """Which lessons it holds, (T,) or (T, lanes)."""

    def present(self, theta: Weights) -> Moment:
        """Show it to the network, from rest, and return the last tick."""

    def mistakes(self, moment: Moment) -> Array:
        """Return by lane how many of its lessons were answered wrongly."""


@dataclass(frozen=True)
class Course:
    """How an epoch is lived: mean or sum over a batch, the bound of weights, the lanes that still learn."""

    average: bool
    bound: float
    active: Truth
    watch: Callable[[Presentation, Moment, Weights, Truth], None] | None = None


@dataclass(frozen=True)
class Pass:
    """What an epoch left: weights, memory, and by lane the mistakes, the updates and who left the bound."""

    theta: Weights
    memory: Memory
    mistakes: Array
    updates: Array
    diverged: Truth


@dataclass(frozen=True)
class LearningRule(Parameters):
    """A procedure that modifies connections, as two pure functions: `start` makes memory, `step` uses it."""

    name: ClassVar[str]
    teacher: ClassVar[bool] = True
    """Whether it needs a teacher."""

    def __init_subclass__(cls, **words: Any) -> None:
        super().__init_subclass__(**words)
        if "name" in cls.__dict__:
            rules.add(cls.name, cls)

    def start(self, program: Program, weights: Weights) -> Memory:
        """Return what the rule remembers before the first presentation."""
        return None

    @abstractmethod
    def step(
        self,
        program: Program,
        theta: Weights,
        memory: Memory,
        moment: Moment,
        d: Desired,
        average: bool = True,
    ) -> tuple[Weights, Memory]:
        """Return weights and memory after presenting a batch; `average` takes its mean, or else the sum."""

    def epoch(
        self,
        program: Program,
        theta: Weights,
        memory: Memory,
        presentations: Iterable[Presentation],
        course: Course,
    ) -> Pass:
        """Live one epoch: present, count, change. A faster way must give what this loop over `step` gives."""
        mistakes = np.zeros(program.lanes)
        updates = np.zeros(program.lanes)
        active = course.active.copy()
        for presentation in presentations:
            moment = presentation.present(theta)
            if course.watch is not None:
                course.watch(presentation, moment, theta, active)
            mistakes += np.where(active, presentation.mistakes(moment), 0)
            with np.errstate(over="ignore", invalid="ignore"):  # a lane that bursts is caught by its bound
                new, memory = self.step(program, theta, memory, moment, presentation.desired, course.average)
            theta, changed, outside = take(program, theta, new, active, course.bound)
            updates += changed
            active &= ~outside
            if not active.any():
                break
        return Pass(theta, memory, mistakes, updates, course.active & ~active)

    def error(self, z: Array, y: Array, d: Array) -> Array:
        """Return the error of each output that the rule descends: ½ (d − y)² unless it says otherwise."""
        wrong: Array = 0.5 * (d - y) ** 2
        return wrong


@dataclass(frozen=True)
class LocalRule(LearningRule):
    """A rule that changes a synapse by what is seen at its two ends.

    `change` asks by name for what it needs: x, y, z, d, w, `total` (sums over a unit's synapses), `across`
    (sums over a source's plastic synapses to one layer of units), `up_to` (those to this unit and to the units
    before it), and whatever `remember` keeps. The arguments are shaped so that plain multiplication is right.
    Asking for d makes a teacher compulsory.
    """

    @property
    def _wants(self) -> tuple[str, ...]:
        return asked(self.change)

    change: ClassVar[Callable[..., Array]]
    """Return the change of a synapse."""

    remember: ClassVar[Callable[..., Mapping[str, Array]] | None] = None
    """Return what is to be remembered until the next presentation, by name; it is 0 at first."""

    def start(self, program: Program, weights: Weights) -> Memory:
        """Remember 0 under every name that `remember` asks for beyond what is seen."""
        return [dict[str, Array]() for _ in program.stages]

    def step(
        self,
        program: Program,
        theta: Weights,
        memory: Memory,
        moment: Moment,
        d: Desired,
        average: bool = True,
    ) -> tuple[Weights, Memory]:
        """Change every plastic synapse by `change`, then let `remember` keep what it wants."""
        return Applied.to(program, self.change, self.remember).step(theta, memory, moment, d, average)

    def epoch(
        self,
        program: Program,
        theta: Weights,
        memory: Memory,
        presentations: Iterable[Presentation],
        course: Course,
    ) -> Pass:
        """Live one epoch, looking at the bound once a block of presentations; to the bit what stepping gives."""
        applied = Applied.to(program, self.change, self.remember)
        size = min(BLOCK, ROOM // (1 + sum(w.size for w in theta)))
        if size < 2:
            return super().epoch(program, theta, memory, presentations, course)
        none = np.zeros(program.lanes)
        done = Pass(theta, memory, none, none, none > 0)
        coming = iter(presentations)
        while block := list(islice(coming, size)):
            now = replace(course, active=course.active & ~done.diverged)
            if not now.active.any():
                break
            # Where a lane leaves its bound, all of the block is lived again, one presentation at a time.
            part = _block(applied, done, block, now) or super().epoch(
                program, done.theta, done.memory, block, now
            )
            done = Pass(
                part.theta,
                part.memory,
                done.mistakes + part.mistakes,
                done.updates + part.updates,
                done.diverged | part.diverged,
            )
        return done


BLOCK = 64
"""Presentations of a local rule after which the bound of the weights is looked at."""

ROOM = 2**20
"""Numbers that a block may keep; it is shorter where a net has many weights."""


def _block(applied: Applied, begun: Pass, block: Sequence[Presentation], course: Course) -> Pass | None:
    """Live a block of presentations; None, as if nothing had happened, where a weight left the bound."""
    theta, memory = begun.theta, begun.memory
    walked: list[Weights] = [theta]
    moments: list[Moment] = []
    mistakes = np.zeros(applied.program.lanes)
    frozen = not course.active.all()
    taught = any(part is not None for part in block[0].desired)
    with np.errstate(over="ignore", invalid="ignore"):
        for presentation in block:
            moment = presentation.present(theta)
            new, memory = applied.step(theta, memory, moment, presentation.desired, course.average)
            if frozen:
                new = tuple(np.where(course.active, w, old) for old, w in zip(theta, new, strict=True))
            if taught:
                mistakes += presentation.mistakes(moment)
            theta = new
            walked.append(new)
            if course.watch is not None:
                moments.append(moment)
    updates = _changed(applied.program, walked, course)
    if updates is None:
        return None
    if course.watch is not None:
        for presentation, moment, old in zip(block, moments, walked, strict=False):
            course.watch(presentation, moment, old, course.active)
    return Pass(theta, memory, np.where(course.active, mistakes, 0), updates, course.active & False)


def _changed(program: Program, walked: Sequence[Weights], course: Course) -> Array | None:
    """Return by lane how often the weights changed; None if an active lane was ever out of bounds."""
    changed = np.zeros((len(walked) - 1, len(course.active)), dtype=bool)
    for number, stage in enumerate(program.stages):
        path = np.array([theta[number] for theta in walked])
        inner = tuple(range(1, path.ndim - 1))
        inside = _largest(stage, path[1:]) <= course.bound
        if not inside[course.active].all():
            return None
        changed |= (path[1:] != path[:-1]).any(axis=inner)
    updates: Array = changed.sum(axis=0, dtype=float)  # who has stopped keeps its weights
    return updates


def take(
    program: Program, theta: Weights, new: Weights, active: Truth, bound: float
) -> tuple[Weights, Array, Truth]:
    """Return the weights taken on, and by lane whether they changed and whether a plastic one left the bound."""
    changed = np.zeros(active.shape, dtype=bool)
    largest = np.zeros(active.shape)
    for stage, old, w in zip(program.stages, theta, new, strict=True):
        changed |= (w != old).any(axis=tuple(range(w.ndim - 1)))
        largest = np.maximum(largest, _largest(stage, w))
    outside = ~(largest <= bound)
    # A lane that overshot to infinity keeps its last finite weights; one that has stopped keeps them too.
    taken = active & np.isfinite(largest)
    if not taken.all():
        new = tuple(np.where(taken, w, old) for old, w in zip(theta, new, strict=True))
    return new, (changed & active).astype(float), outside & active


def _largest(stage: Stage, w: Array) -> Array:
    """Return by lane the largest plastic weight of a stage, its sign apart."""
    everything = tuple(range(w.ndim - 1))
    if stage.plastic.all():
        return np.asarray(np.abs(w).max(axis=everything, initial=0.0))
    return np.asarray(np.abs(w).max(axis=everything, initial=0.0, where=stage.plastic))


def needs_teacher(rule: LearningRule) -> bool:
    """Return whether a rule cannot work without a teacher.

    >>> from allornone.models.hebb import Hebb
    >>> needs_teacher(Hebb())
    False
    """
    return "d" in rule._wants if isinstance(rule, LocalRule) else rule.teacher


SEEN = ("x", "y", "z", "d", "w", "total")

FANS = ("across", "up_to")


def check_usable(rule: object) -> None:
    """Raise an error unless this is a rule, with numbers that make sense, which asks for what there is."""
    if isinstance(rule, type) and issubclass(rule, LearningRule):
        raise AllornoneError(f"a rule with its parameters is needed, {rule.__name__}(), not the class")
    if not isinstance(rule, LearningRule):
        raise AllornoneError(f"a rule is needed, such as Hebb(eta=0.1), found {rule!r}")
    rule.check()
    if isinstance(rule, LocalRule):
        _check_asks(rule)


def _check_asks(rule: LocalRule) -> None:
    remember = rule.remember
    kept = set(asked(remember)) if remember is not None else set()
    unknown = [name for name in rule._wants if name not in (*SEEN, *FANS, *kept)]
    if unknown:
        raise AllornoneError(
            f"{type(rule).__name__}.change asks for {unknown[0]!r}, which nobody gives; it may ask for "
            f"{', '.join(SEEN)}, or for {' and '.join(FANS)}, or for what its `remember` keeps"
        )


@dataclass(frozen=True)
class Applied:
    """A rule's `change` and `remember` over one program; what does not change is looked up once."""

    program: Program
    change: Callable[..., Array]
    remember: Callable[..., Mapping[str, Array]] | None
    wants: tuple[str, ...]
    keeps: tuple[str, ...]
    learns: tuple[bool, ...]
    all_plastic: tuple[bool, ...]
    shares: bool

    @classmethod
    def to(
        cls,
        program: Program,
        change: Callable[..., Array],
        remember: Callable[..., Mapping[str, Array]] | None,
    ) -> Applied:
        """Look up what a rule asks for, and which stages of a program it can change."""
        return cls(
            program=program,
            change=change,
            remember=remember,
            wants=asked(change),
            keeps=() if remember is None else asked(remember),
            learns=tuple(bool(stage.plastic.any()) for stage in program.stages),
            all_plastic=tuple(bool(stage.plastic.all()) for stage in program.stages),
            shares=bool((program.wiring.shared >= 0).any()),
        )

    def step(
        self, theta: Weights, memory: Memories, moment: Moment, d: Sequence[Array | None], average: bool
    ) -> tuple[Weights, Memories]:
        """Change every plastic synapse by `change`, then let `remember` keep what it wants."""
        changes: list[Array | None] = []
        memories: list[Mapping[str, Array]] = []
        taught = "d" in self.wants
        for number, w in enumerate(theta):
            wanted = d[number]
            if not self.learns[number] or (taught and wanted is None):
                changes.append(None)
                memories.append(memory[number])
                continue
            known = _known(moment, number, w, wanted, memory[number])
            change = self.change(**{name: known(name) for name in self.wants})
            if taught:
                change = np.where(np.isnan(change), 0.0, change)
            kept = memory[number] if self.remember is None else self._kept(self.remember, known)
            memories.append(kept)
            changes.append(self._gathered(change, number, w, moment.y.shape[0], average))
        if self.shares:
            every = [
                np.zeros_like(w) if part is None else part for w, part in zip(theta, changes, strict=True)
            ]
            changes = [*self.program.same_shared(tuple(every))]
        return tuple(
            w if part is None else w + part for w, part in zip(theta, changes, strict=True)
        ), memories

    def _kept(
        self, remember: Callable[..., Mapping[str, Array]], known: Callable[[str], Any]
    ) -> Mapping[str, Array]:
        kept = remember(**{name: known(name) for name in self.keeps})
        return {
            name: value if len(value) == 1 else mean(value, 0, keepdims=True) for name, value in kept.items()
        }

    def _gathered(self, change: Array, number: int, w: Array, batch: int, average: bool) -> Array:
        if change.shape != (batch, *w.shape):
            change = np.broadcast_to(change, (batch, *w.shape))
        gathered = change[0] if batch == 1 else mean(change, 0) if average else summed(change, 0)
        if self.all_plastic[number]:
            return gathered
        return np.where(self.program.stages[number].plastic, gathered, 0.0)


def _known(
    moment: Moment, number: int, w: Array, wanted: Array | None, memory: Mapping[str, Array]
) -> Callable[[str], Any]:
    """Return what is seen at a stage's synapses, or remembered, by name, shaped when asked for; unknown yet: 0."""
    stage = moment.program.stages[number]
    block = stage.block

    def known(name: str) -> Any:
        if name in memory:
            return memory[name]
        match name:
            case "x":
                return block.before(moment.x[number])
            case "y":
                return block.after(moment.stage_outputs(number))
            case "w":
                return w[None]
            case "z":
                return block.after(moment.z[number])
            case "total":
                return block.total
            case "across":
                return lambda values: across(block, np.where(stage.plastic, values, 0.0))
            case "up_to":
                return lambda values: up_to(block, np.where(stage.plastic, values, 0.0))
        return block.after(wanted) if name == "d" and wanted is not None else 0.0

    return known


def asked(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a function's arguments."""
    plain = getattr(function, "__func__", function)
    found = _ASKED.get(plain)
    if found is None:
        found = _ASKED[plain] = tuple(inspect.signature(function).parameters)
    return found


_ASKED: dict[Any, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Layer:
    """Units of one model that are computed together, with all synapses that lead to them, at one moment.

    `d` is what the teacher wants of them, NaN where he is silent, or None. Where no synapse is, `w` is 0.
    """

    stage: Stage
    x: Array
    y: Array
    z: Array
    d: Array | None
    weights: Array

    @cached_property
    def w(self) -> Array:
        """The weights as a table (A, U, S)."""
        block = self.stage.block
        return _table(self.stage, block.values(self.weights))

    @cached_property
    def exists(self) -> Truth:
        """Where a synapse is, (A, U)."""
        ones = np.ones((len(self.stage.block.afferent), 1))
        return _table(self.stage, ones)[..., 0] > 0

    @cached_property
    def plastic(self) -> Truth:
        """Which synapses may change, (A, U)."""
        return _table(self.stage, self.stage.block.values(self.stage.plastic.astype(float)))[..., 0] > 0

    def total(self, table: Array) -> Array:
        """Sum a table over the synapses of each unit, (U, S), in the same way whatever the number of lanes."""
        return summed(np.where(self.exists[..., None], table, 0.0), 0)


@dataclass(frozen=True)
class LayerRule(LearningRule):
    """A rule that changes a layer as a whole: normalising, projecting, whatever is not local to a synapse."""

    def begin(self, sources: int, units: int, lanes: int) -> Any:
        """Return what the rule remembers of a layer before the first presentation."""
        return None

    @abstractmethod
    def learned(self, layer: Layer, memory: Any, average: bool) -> tuple[Array, Any]:
        """Return the table of weights (A, U, S) after a batch, and what is remembered.

        What it says of synapses that do not exist or may not change is left out.
        """

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Begin with every layer."""
        blocks = [stage.block for stage in program.stages]
        return [self.begin(block.afferents, block.units, program.lanes) for block in blocks]

    def step(
        self,
        program: Program,
        theta: Weights,
        memory: Any,
        moment: Moment,
        d: Desired,
        average: bool = True,
    ) -> tuple[Weights, Any]:
        """Let every layer learn in which something is plastic; synapses that share a weight add up their changes."""
        learned: list[Array] = []
        memories: list[Any] = []
        for number, (stage, w) in enumerate(zip(program.stages, theta, strict=True)):
            kept, new = memory[number], w
            if stage.plastic.any():
                y, z = moment.stage_outputs(number), moment.z[number]
                layer = Layer(stage, moment.x[number], y, z, d[number], w)
                table, kept = self.learned(layer, kept, average)
                values = table[stage.block.afferent, stage.block.unit]
                new = np.where(stage.plastic, stage.block.weights(values), w)
            learned.append(new)
            memories.append(kept)
        if not (program.wiring.shared >= 0).any():
            return tuple(learned), memories
        changes = tuple(new - w for new, w in zip(learned, theta, strict=True))
        shared = program.same_shared(changes)
        return tuple(w + change for w, change in zip(theta, shared, strict=True)), memories


def _table(stage: Stage, values: Array) -> Array:
    table = np.zeros((stage.block.afferents, stage.block.units, values.shape[-1]), dtype=values.dtype)
    table[stage.block.afferent, stage.block.unit] = values
    return table
