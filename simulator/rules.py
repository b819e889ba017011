"""Learning rules: how what happened at a tick changes the synapses.

x  what a synapse brought     z  net input     y  output     d  what the teacher wants     w  weight
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from allornone.simulator.errors import AllornoneError
from allornone.simulator.parameters import Parameters
from allornone.simulator.program import Program, Weights
from allornone.simulator.propagation import Moment
from allornone.simulator.sums import mean, summed
from allornone.simulator.units import Array
from allornone.simulator.wiring import Truth

Desired = Sequence[Array | None]
"""What the teacher wants of each stage's units, (batch, units, lanes), NaN where silent; None: not taught."""

Memory = Any


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


class Presentation(Protocol):
    """A batch of lessons on its way to a network."""

    desired: Desired

    def present(self, theta: Weights) -> Moment:
        """Show it to the network, from rest, and return the last tick."""

    def mistakes(self, moment: Moment) -> Array:
        """Return by lane how many of its lessons were answered wrongly."""


@dataclass(frozen=True)
class LearningRule(Parameters):
    """A procedure that modifies connections, as two pure functions: `start` makes memory, `step` uses it."""

    name: ClassVar[str]
    teacher: ClassVar[bool] = True
    """Whether it needs a teacher."""

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
            theta, changed, outside = _take(theta, new, active, course.bound)
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

    `change` asks by name for what it needs: x, y, z, d, w, `total` (sums over a unit's synapses), and
    whatever `remember` keeps. The arguments are shaped so that plain multiplication is right. Asking for d
    makes a teacher compulsory.
    """

    @property
    def _wants(self) -> tuple[str, ...]:
        return _argument_names(self.change)

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
        changes: list[Array] = []
        memories: list[dict[str, Array]] = []
        for number, stage in enumerate(program.stages):
            w, wanted = theta[number], d[number]
            if not stage.plastic.any() or ("d" in self._wants and wanted is None):
                changes.append(np.zeros_like(w))
                memories.append(memory[number])
                continue
            seen = _seen(moment, number, w, wanted)
            change, kept = self._local(seen, memory[number])
            if wanted is not None and "d" in self._wants:
                change = np.where(np.isnan(change), 0.0, change)
            change = np.broadcast_to(change, (moment.y.shape[0], *w.shape))
            gathered = change[0] if len(change) == 1 else mean(change, 0) if average else summed(change, 0)
            changes.append(np.where(stage.plastic, gathered, 0.0))
            memories.append(kept)
        shared = program.same_shared(tuple(changes))
        return tuple(w + change for w, change in zip(theta, shared, strict=True)), memories

    def _local(self, seen: dict[str, Any], memory: dict[str, Array]) -> tuple[Array, dict[str, Array]]:
        known = {**seen, **memory}
        change = self.change(**{name: known.get(name, 0.0) for name in self._wants})
        remember = self.remember
        if remember is None:
            return change, memory
        kept = remember(**{name: known.get(name, 0.0) for name in _argument_names(remember)})
        return change, {name: mean(value, 0, keepdims=True) for name, value in kept.items()}


def _take(theta: Weights, new: Weights, active: Truth, bound: float) -> tuple[Weights, Array, Truth]:
    """Return the weights taken on, and by lane whether they changed and whether they left the bound."""
    changed = np.zeros(active.shape, dtype=bool)
    largest = np.zeros(active.shape)
    for old, w in zip(theta, new, strict=True):
        changed |= (w != old).any(axis=tuple(range(w.ndim - 1)))
        largest = np.maximum(largest, np.abs(w).max(axis=tuple(range(w.ndim - 1)), initial=0.0))
    outside = ~(largest <= bound)
    # A lane that overshot to infinity keeps its last finite weights; one that has stopped keeps them too.
    taken = active & np.isfinite(largest)
    if not taken.all():
        new = tuple(np.where(taken, w, old) for old, w in zip(theta, new, strict=True))
    return new, (changed & active).astype(float), outside & active


def needs_teacher(rule: LearningRule) -> bool:
    """Return whether a rule cannot work without a teacher.

    >>> from allornone.models.hebb import Hebb
    >>> needs_teacher(Hebb())
    False
    """
    return "d" in rule._wants if isinstance(rule, LocalRule) else rule.teacher


SEEN = ("x", "y", "z", "d", "w", "total")


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
    kept = set(_argument_names(remember)) if remember is not None else set()
    unknown = [name for name in rule._wants if name not in SEEN and name not in kept]
    if unknown:
        raise AllornoneError(
            f"{type(rule).__name__}.change asks for {unknown[0]!r}, which nobody gives; it may ask for "
            f"{', '.join(SEEN)}, or for what its `remember` keeps"
        )


def _argument_names(function: Callable[..., Any]) -> tuple[str, ...]:
    found = _ARGUMENTS.get(getattr(function, "__func__", function))
    if found is None:
        found = tuple(inspect.signature(function).parameters)
        _ARGUMENTS[getattr(function, "__func__", function)] = found
    return found


_ARGUMENTS: dict[Any, tuple[str, ...]] = {}


def _seen(moment: Moment, number: int, w: Array, wanted: Array | None) -> dict[str, Any]:
    block = moment.program.stages[number].block
    seen: dict[str, Any] = {
        "x": block.before(moment.x[number]),
        "y": block.after(moment.stage_outputs(number)),
        "z": block.after(moment.z[number]),
        "w": w[None],
        "total": block.total,
    }
    if wanted is not None:
        seen["d"] = block.after(wanted)
    return seen
