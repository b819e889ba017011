"""Learning rules: how what happened changes the synapses.

x  what a synapse brought     z  net input     y  output     d  what the teacher wants     w  weight

A rule says what changes and what the new weights are. The mean or the sum over a batch, shared synapses, those that
are not plastic, bounds and lanes that have stopped are the engine's, in `learned` and in the loop of an epoch.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from allornone.simulator.arrays import Array, Truth, summed
from allornone.simulator.errors import AllornoneError
from allornone.simulator.parameters import Parameters
from allornone.simulator.program.passing import Changes, Layer, Passage
from allornone.simulator.program.program import Program, Stage, Weights
from allornone.simulator.program.ties import threshold_of
from allornone.simulator.registry import rules
from allornone.simulator.units import UnitModel

if TYPE_CHECKING:
    from allornone.simulator.learning.presenting import Shown

Memory = Any

IN_CACHE = 2**17
"""Numbers that a local rule's formula is evaluated for at once; a larger batch goes in parts."""
SEEN = ("x", "y", "z", "d", "w", "slope", "total", "plastic")
FANS = ("across", "up_to")


@dataclass(frozen=True)
class Asked:
    """How an epoch is to be taught: mean or sum over a batch, the bound, the lanes that go on, its number.

    `error` says whether anybody wants to know the error at rest when it ends; `watch` is shown every passage, and the
    lanes that still learn.
    """

    average: bool
    bound: float
    active: Truth
    number: int = 1
    error: bool = False
    watch: Callable[[Passage, Truth], None] | None = None


@dataclass(frozen=True)
class Epoch:
    """What an epoch left: weights, memory, and by lane the mistakes, the updates and who left the bound.

    `error` is the error at rest and the worst miss, by lane, where they were asked for and the epoch has them at hand.
    """

    weights: Weights
    memory: Memory
    mistakes: Array
    updates: Array
    diverged: Truth
    error: tuple[Array, Array] | None = None


class RightTargets(NamedTuple):
    """Which targets could be met, (samples, units, lanes), and in words what could be."""

    may: Truth
    words: str


@dataclass(frozen=True)
class LearningRule(Parameters):
    """A procedure that modifies connections, in pure parts, each with a default but `changes`."""

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
    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        """Return what each of `seen.layers` changes by, the sum over the batch, and what is remembered."""

    def update(self, seen: Passage, changes: Changes, memory: Memory) -> tuple[Weights, Memory]:
        """Return the new weights, w + Δw unless a rule does more; they are taken as they are."""
        pairs = zip(seen.weights, changes, strict=True)
        return tuple(w if change is None else w + change for w, change in pairs), memory

    def finish(self, weights: Weights, memory: Memory) -> Weights:
        """Return the weights that are kept when a phase ends or is interrupted."""
        return weights

    def error(self, z: Array, y: Array, d: Array) -> Array:
        """Return the error of each output that the rule descends: ½ (d − y)² unless it says otherwise."""
        wrong: Array = 0.5 * (d - y) ** 2
        return wrong

    def missed(self, layer: Layer, d: Array) -> Array:
        """Return the error of each unit of a layer that is taught d: `error`, unless the model matters to it."""
        return self.error(layer.z, layer.y, d)

    def reach(self, taught: Sequence[Truth]) -> Sequence[Truth]:
        """Return of each stage's units which it may change, from those that the teacher tells anything: all."""
        return [np.ones(len(one), dtype=bool) for one in taught]

    def right_targets(self, model: UnitModel, d: Array) -> RightTargets | None:
        """Return which targets of units of a model could be met, (samples, units, lanes); None: all of them.

        A rule that compares outputs asks of a threshold unit one of its two.
        """
        if not model.compares or not self.compares_outputs:
            return None
        low, high = (model.activate(threshold_of(model) + side) for side in (-np.ones((1, 1, 1)), 1.0))
        first, second = float(low.flat[0]), float(high.flat[0])
        return RightTargets(
            (d == low) | (d == high),
            f"a {model.name} unit answers {first:g} or {second:g}, so the rule {self.name!r} would never be content",
        )

    def why(self, seen: Passage, unit: str, lane: int = 0) -> str:
        """Return why one presentation changed a unit as it did, as a clause; "" where the change says it all."""
        return ""

    def largest_eta(self, x: Array, batch: int | str) -> Array | None:
        """Return by lane the rate up to which it is stable where theory tells: x (samples, sources, lanes)."""
        return None

    @property
    def compares_outputs(self) -> bool:
        """Whether what is desired is compared with outputs, and not with net inputs."""
        return True

    def descent(self, seen: Passage) -> Sequence[Array] | None:
        """Return the gradient that the rule descends, ∂E/∂w summed over the batch; None where there is none."""
        return None

    def epoch(
        self, program: Program, shown: Shown, weights: Weights, memory: Memory, asked: Asked
    ) -> Epoch | None:
        """Teach one epoch at once, from arrays, where there is a faster way than the loop over the parts above.

        It must give what that loop gives. None: there is none for this program and these lessons.
        """
        return None


@dataclass(frozen=True)
class LocalRule(LearningRule):
    """A rule that changes a synapse by what is seen at its two ends.

    `change` asks by name for what it needs: x, y, z, d, w, `slope` (the derivative f'(z)), `plastic`, `total` (sums
    over a unit's synapses), `across` (sums over a source's plastic synapses to one layer of units), `up_to` (those to
    this unit and to the units before it), and whatever `remember` keeps. The arguments are shaped so that plain
    multiplication is right.
    Asking for d makes a teacher compulsory. `limit` asks in the same way, for w, `plastic` and the sums.
    """

    change: ClassVar[Callable[..., Array]]
    """Return the change of a synapse."""

    remember: ClassVar[Callable[..., Mapping[str, Array]] | None] = None
    """Return what is to be remembered until the next presentation, by name; it is 0 at first."""

    limit: ClassVar[Callable[..., Array] | None] = None
    """Return what new weights become, to keep a sum, a length, or limits."""

    @property
    def compares_outputs(self) -> bool:
        """Whether `change` asks for d and y."""
        return {"d", "y"} <= {*asked_by(self.change)}

    def reach(self, taught: Sequence[Truth]) -> Sequence[Truth]:
        """Return the taught units where `change` asks for d, else all."""
        return taught if "d" in asked_by(self.change) else super().reach(taught)

    def start(self, program: Program, weights: Weights) -> Memory:
        """Remember 0 under every name that `remember` asks for beyond what is seen."""
        return [dict[str, Array]() for _ in program.stages]

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        """Evaluate `change` over all synapses and sum it over the batch; let `remember` keep what it wants."""
        changes: list[Array | None] = []
        memories: list[Mapping[str, Array]] = []
        taught = "d" in asked_by(self.change)
        for layer, kept in zip(seen.layers, memory, strict=True):
            if not layer.stage.learns or (taught and layer.d is None):
                changes.append(None)
                memories.append(kept)
            else:
                change, kept = self._changed(layer, kept, taught)
                changes.append(change)
                memories.append(kept)
        return changes, memories

    def update(self, seen: Passage, changes: Changes, memory: Memory) -> tuple[Weights, Memory]:
        """Return w + Δw, within the rule's `limit` if it has one."""
        weights, memory = super().update(seen, changes, memory)
        limit: Callable[..., Array] | None = self.limit
        if limit is None:
            return weights, memory
        wants = asked_by(limit)
        limited = []
        for layer, w, change in zip(seen.layers, weights, changes, strict=True):
            known = _Known(layer, {}, slice(None), w)
            limited.append(w if change is None else limit(**{name: known(name) for name in wants})[0])
        return tuple(limited), memory

    def _changed(
        self, layer: Layer, memory: Mapping[str, Array], taught: bool
    ) -> tuple[Array, Mapping[str, Array]]:
        batch, wants = len(layer.y), asked_by(self.change)
        some = batch if self.remember is not None else max(1, IN_CACHE // (layer.w.size + 1))
        total: Array | None = None
        for start in range(0, batch, some):
            known = _Known(layer, memory, slice(start, start + some), layer.w)
            change = self.change(**{name: known(name) for name in wants})
            if taught:
                change = np.where(np.isnan(change), 0.0, change)
            shape = (min(some, batch - start), *layer.w.shape)
            if change.shape != shape:
                change = np.broadcast_to(change, shape)
            if total is not None:
                change = np.concatenate([total[None], change])
            total = change[0] if len(change) == 1 else summed(change, 0)
        kept = memory if self.remember is None else _kept(self.remember, known)
        return np.zeros_like(layer.w) if total is None else total, kept


@dataclass(frozen=True)
class LayerRule(LearningRule):
    """A rule that looks at all synapses of a layer of units together, as one table (A, U, S), 0 where none is.

    What it says of synapses that do not exist or may not change is left out.
    """

    def begin(self, sources: int, units: int, lanes: int) -> Any:
        """Return what the rule remembers of a layer before the first presentation."""
        return None

    @abstractmethod
    def change(self, layer: Layer, memory: Any) -> tuple[Array, Any]:
        """Return the table of changes, summed over the batch, and what is remembered."""

    def become(self, layer: Layer, change: Array, memory: Any) -> Array:
        """Return the table of new weights: w + Δw unless the rule says otherwise."""
        return layer.w + change

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Begin with every layer."""
        blocks = [stage.block for stage in program.stages]
        return [self.begin(block.afferents, block.units, program.lanes) for block in blocks]

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        """Let every layer learn in which something is plastic."""
        changes: list[Array | None] = []
        memories: list[Any] = []
        for layer, kept in zip(seen.layers, memory, strict=True):
            found: Array | None = None
            if layer.stage.learns:
                table, kept = self.change(layer.as_table(), kept)
                found = _from_table(layer, table)
            changes.append(found)
            memories.append(kept)
        return changes, memories

    def update(self, seen: Passage, changes: Changes, memory: Memory) -> tuple[Weights, Memory]:
        """Return what every layer becomes."""
        weights = []
        for layer, change, kept in zip(seen.layers, changes, memory, strict=True):
            if change is None:
                weights.append(layer.w)
                continue
            table = layer.as_table()
            block, own = table.stage.block, layer.stage.block
            changed = change if block is own else block.weights(own.values(change))
            weights.append(_from_table(layer, self.become(table, changed, kept)))
        return tuple(weights), memory


@np.errstate(over="ignore", invalid="ignore")  # weights that leave all bounds are told as such
def learned(rule: LearningRule, seen: Passage, memory: Memory, average: bool) -> tuple[Weights, Memory]:
    """Return weights and memory after a passage: the rule's parts, and between them what is the engine's alone."""
    program = seen.program
    changes, memory = rule.changes(seen, memory)
    gathered = [
        None
        if change is None or not stage.learns
        else _gathered(change, stage.plastic, stage.all_plastic, seen, average)
        for stage, change in zip(program.stages, changes, strict=True)
    ]
    if program.shares and any(change is not None for change in gathered):
        every = [
            np.zeros_like(w) if part is None else part for w, part in zip(seen.weights, gathered, strict=True)
        ]
        gathered = [*program.same_shared(tuple(every))]
    new, memory = rule.update(seen, gathered, memory)
    kept = tuple(
        w if stage.all_plastic or w is old else np.where(stage.plastic, w, old)
        for stage, old, w in zip(program.stages, seen.weights, new, strict=True)
    )
    return kept, memory


def take(
    program: Program, weights: Weights, new: Weights, active: Truth, bound: float
) -> tuple[Weights, Array, Truth]:
    """Return the weights taken on, and by lane whether they changed and whether a plastic one left the bound."""
    changed = np.zeros(active.shape, dtype=bool)
    largest = np.zeros(active.shape)
    for stage, old, w in zip(program.stages, weights, new, strict=True):
        changed |= (w != old).any(axis=tuple(range(w.ndim - 1)))
        largest = np.maximum(largest, largest_plastic(stage, w))
    outside = ~(largest <= bound)
    # A lane that overshot to infinity keeps its last finite weights; one that has stopped keeps them too.
    taken = active & np.isfinite(largest)
    if not taken.all():
        new = tuple(np.where(taken, w, old) for old, w in zip(weights, new, strict=True))
    return new, (changed & active).astype(float), outside & active


def largest_plastic(stage: Stage, w: Array) -> Array:
    """Return by lane the largest plastic weight of a stage, its sign apart."""
    everything = tuple(range(w.ndim - 1))
    where: Truth | bool = True if stage.all_plastic else stage.plastic
    most = w.max(axis=everything, initial=0.0, where=where)
    return np.asarray(np.maximum(most, -w.min(axis=everything, initial=0.0, where=where)))


def needs_teacher(rule: LearningRule) -> bool:
    """Return whether a rule cannot work without a teacher.

    >>> from allornone.models.hebb import Hebb
    >>> needs_teacher(Hebb())
    False
    """
    return "d" in asked_by(rule.change) if isinstance(rule, LocalRule) else rule.teacher


def check_usable(rule: object) -> None:
    """Raise an error unless this is a rule, with numbers that make sense, which asks for what there is."""
    if isinstance(rule, type) and issubclass(rule, LearningRule):
        raise AllornoneError(f"a rule with its parameters is needed, {rule.__name__}(), not the class")
    if not isinstance(rule, LearningRule):
        raise AllornoneError(f"a rule is needed, such as Hebb(eta=0.1), found {rule!r}")
    rule.check()
    if isinstance(rule, LocalRule):
        _check_asks(rule)


def asked_by(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a function's arguments."""
    plain = getattr(function, "__func__", function)
    found = _ASKED.get(plain)
    if found is None:
        found = _ASKED[plain] = tuple(inspect.signature(function).parameters)
    return found


_ASKED: dict[Any, tuple[str, ...]] = {}


class _Known:
    """What is seen at a layer's synapses, or remembered, by name, shaped when asked for; unknown yet: 0."""

    def __init__(self, layer: Layer, memory: Mapping[str, Array], some: slice, w: Array) -> None:
        self.layer, self.memory, self.some, self.w = layer, memory, some, w

    def __call__(self, name: str) -> Any:
        layer, some = self.layer, self.some
        if name in self.memory:
            return self.memory[name]
        match name:
            case "x":
                return layer.at_sources(layer.x[some])
            case "y":
                return layer.at_units(layer.y[some])
            case "w":
                return self.w[None]
            case "z":
                return layer.at_units(layer.z[some])
            case "slope":
                return layer.at_units(layer.slope[some])
            case "plastic":
                return layer.plastic[None]
            case "total":
                return layer.total
            case "across":
                return lambda values: layer.stage.block.across(np.where(layer.plastic, values, 0.0))
            case "up_to":
                return lambda values: layer.stage.block.up_to(np.where(layer.plastic, values, 0.0))
        return layer.at_units(layer.d[some]) if name == "d" and layer.d is not None else 0.0


def _kept(remember: Callable[..., Mapping[str, Array]], known: _Known) -> Mapping[str, Array]:
    kept = remember(**{name: known(name) for name in asked_by(remember)})
    return {
        name: value if len(value) == 1 else summed(value, 0, keepdims=True) / len(value)
        for name, value in kept.items()
    }


def _gathered(change: Array, plastic: Truth, all_plastic: bool, seen: Passage, average: bool) -> Array:
    """Return the mean or the sum of the changes of a batch, of the synapses that may change."""
    batch = len(seen.y)
    gathered = change / batch if average and batch > 1 else change
    return gathered if all_plastic else np.where(plastic, gathered, 0.0)


def _from_table(layer: Layer, table: Array) -> Array:
    block = layer.stage.block
    return block.weights(table[block.afferent, block.unit])


def _check_asks(rule: LocalRule) -> None:
    kept = set(asked_by(rule.remember)) if rule.remember is not None else set()
    _check_names(rule, "change", asked_by(rule.change), (*SEEN, *kept))
    if rule.limit is not None:
        _check_names(rule, "limit", asked_by(rule.limit), ("w", "total", "plastic"))


def _check_names(rule: LocalRule, part: str, wants: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in wants if name not in (*known, *FANS)]
    if unknown:
        seen = SEEN if part == "change" else known
        more = ", or for what its `remember` keeps" if part == "change" else ""
        raise AllornoneError(
            f"{type(rule).__name__}.{part} asks for {unknown[0]!r}, which nobody gives; it may ask for "
            f"{', '.join(seen)}, or for {' and '.join(FANS)}{more}"
        )
