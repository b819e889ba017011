"""Training: lessons over and over, with a rule, until a condition is met.

T samples, S lanes.   X (T, inputs)   d (T, outputs)
One value an epoch of error, worst, mistakes, updates, change.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice, pairwise
from numbers import Real
from typing import Any

import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Index, Truth, stream, summed
from allornone.simulator.errors import AllornoneError, nearest, shown, whole
from allornone.simulator.learning.checks import check_fit, ready, warn_if_idle
from allornone.simulator.learning.presenting import Batch, Lesson, Shown, lesson, samples
from allornone.simulator.learning.rules import (
    Asked,
    Epoch,
    LearningRule,
    Memory,
    largest_plastic,
    learned,
    needs_teacher,
    take,
)
from allornone.simulator.network.network import Network
from allornone.simulator.notation.expression import Evaluation, ParsedExpression
from allornone.simulator.program.passing import Passage
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.records.records import IN_LEARNING, SEEN, Record, Training, seen_at

ORDERS = ("cyclic", "shuffled")
Watch = Callable[[Passage, Truth], None]
BLOCK = 64
"""Presentations after which the bound of the weights is looked at."""
ROOM = 2**20
"""Numbers that a block may keep; it is shorter where a net has many weights."""
STACKED = 4096
"""Weights of a layer up to which those of many steps are looked at together."""

MOST_EPOCHS = 1_000_000_000
"""Epochs that can be asked for."""

WORDS = ("mistakes", "worst", "error", "gradient", "fall", "change", "updates")
"""What a condition may speak of."""


@dataclass(frozen=True)
class Condition:
    """A condition over the words of `WORDS` and named numbers.

    >>> Condition.read("mistakes == 0 or error < 0.01").words
    ('mistakes', 'error')
    """

    expression: ParsedExpression
    words: tuple[str, ...]
    numbers: Mapping[str, Any]

    @classmethod
    def read(cls, text: str, numbers: Mapping[str, Any] | None = None) -> Condition:
        """Read a condition; `numbers` gives further names a value, one number or one a lane.

        Raises ExpressionError with the column of a mistake.
        """
        known = dict(numbers or {})
        if not isinstance(text, str):
            raise AllornoneError(f"until must be a condition such as 'mistakes == 0', found {shown(text)}")
        expression = ParsedExpression.read(text, f"until {shown(text)}")
        expression.check([*WORDS, *known], {})
        if not isinstance(expression.tree, ast.Compare | ast.BoolOp | ast.UnaryOp):
            raise expression.error("this is no condition; write one such as mistakes == 0", expression.tree)
        words = tuple(word for word in WORDS if word in expression.names and word not in known)
        condition = cls(expression, words, known)
        condition.met(dict.fromkeys(words, np.full(1, np.nan)))  # what cannot be computed is told now
        return condition

    def met(self, values: Mapping[str, Array]) -> Truth:
        """Return by lane whether the condition holds, from a value for each of its words; NaN is not yet anything."""
        evaluation = Evaluation(self.expression, {**values, **self.numbers})
        return np.asarray(evaluation.value(self.expression.tree), dtype=bool)


@dataclass(frozen=True)
class Ramp:
    """A number of a rule that goes from one value to another, in equal steps over so many epochs, and stays there.

    >>> [float(Ramp(0.5, 0.1, 3).at(epoch)) for epoch in (1, 2, 3, 4)]
    [0.5, 0.3, 0.1, 0.1]
    """

    first: Any
    last: Any
    epochs: int

    def at(self, epoch: int) -> Any:
        """Return the value in an epoch, counted from 1."""
        share = min(1.0, (epoch - 1) / max(1, self.epochs - 1))
        return np.asarray(self.first) * (1 - share) + np.asarray(self.last) * share


@dataclass(frozen=True)
class Plan:
    """How lessons are taught; the words of the scenario language's [learning]."""

    epochs: int = 1
    order: str = "cyclic"
    batch: int | str = 1
    average: bool = True
    until: Condition | None = None
    bound: float = 1e6
    record: Record = field(default_factory=lambda: Record(["error"]))
    seeds: Sequence[int] = (0,)
    ramps: Mapping[str, Ramp] = field(default_factory=dict)
    watch: Watch | None = None
    progress: Callable[[int, int], None] | None = None

    @property
    def judges(self) -> bool:
        """Whether anybody asks for the error at rest after every epoch."""
        asked = () if self.until is None else self.until.words
        return bool({"error", "worst", "fall"} & {*self.record.words, *asked})

    @property
    def follows(self) -> bool:
        """Whether anybody asks for the length of the gradient at rest after every epoch."""
        return "gradient" in self.record.words or (self.until is not None and "gradient" in self.until.words)

    def check(self) -> None:
        """Raise an error that names the first word which means nothing."""
        whole("epochs", self.epochs, 0, MOST_EPOCHS)
        if self.order not in ORDERS:
            raise AllornoneError(
                f"order must be 'cyclic' or 'shuffled', found {self.order!r}. "
                f"{nearest(str(self.order), ORDERS)}".rstrip()
            )
        if self.batch != "all" and (
            isinstance(self.batch, bool) or not isinstance(self.batch, int) or self.batch < 1
        ):
            raise AllornoneError(f'batch must be a whole number from 1, or "all", found {self.batch!r}')
        self.record.check(IN_LEARNING)
        if not isinstance(self.bound, Real) or not self.bound > 0:
            raise AllornoneError(f"bound must be more than 0, found {self.bound!r}")


@dataclass
class _Diary:
    """What is written down, epoch by epoch; lists of one array a lane."""

    epochs: Array
    solved: Truth
    diverged: Truth
    places: Index
    seen: dict[str, Array]
    values: dict[str, list[Array]] = field(default_factory=dict)
    weights: list[Array] = field(default_factory=list)

    @classmethod
    def of(cls, record: Record, lessons: Lesson) -> _Diary:
        lanes, places = lessons.program.lanes, record.places(lessons.program)
        seen = {
            word: np.zeros((lessons.samples, len(places), lanes)) for word in SEEN if word in record.words
        }
        return cls(np.zeros(lanes), np.zeros(lanes, dtype=bool), np.zeros(lanes, dtype=bool), places, seen)

    def watching(self, watch: Watch | None) -> Watch | None:
        """Return who keeps what lessons leave, beside somebody who watches too; None where nobody has to."""
        if not self.seen:
            return watch

        def both(seen: Passage, active: Truth) -> None:
            self.keep(seen, active)
            if watch is not None:
                watch(seen, active)

        return both

    def keep(self, seen: Passage, active: Truth) -> None:
        """Keep what is seen at the last tick of some presentations, of the lanes that still learn."""
        for word, kept in self.seen.items():
            keep_seen(kept, seen_at(word, seen.moment, self.places), seen.order, active)

    def note(self, word: str, value: Array) -> None:
        self.values.setdefault(word, []).append(value)


def keep_seen(kept: Array, value: Array, order: Index, active: Truth) -> None:
    """Keep values of a batch (batch, units, lanes) at the places of its lessons, of the lanes that are active."""
    if order.ndim == 1:
        kept[order] = np.where(active, value, kept[order])
        return
    lanes, units = np.flatnonzero(active), np.arange(value.shape[1])
    kept[order[:, None, lanes], units[None, :, None], lanes] = value[..., lanes]


@checked
def train(
    net: Network | Program,
    X: Any,
    d: Any = None,
    *,
    rule: LearningRule,
    epochs: int = 1,
    order: str = "cyclic",
    seed: int = 0,
    batch: int | str = 1,
    average: bool = True,
    until: str | None = None,
    bound: float = 1e6,
    ticks: int | None = None,
    ramps: Mapping[str, Mapping[str, float]] | None = None,
    record: Record | Sequence[str] = ("error",),
    progress: Callable[[int, int], None] | None = None,
) -> Training:
    """Teach a network, write the learned weights back to it, and return what happened.

    A network or program learns on from where it is, and answers as taught from then on.
    X is (samples, inputs), d (samples, outputs): what the outputs should be, or for a rule that asks for no
    teacher, what they are held at. `batch` is 1, n or "all", of which the mean of the changes
    is taken, or with `average=False` the sum. `until` is a condition such as "mistakes == 0". Beyond `bound` the
    training has diverged and ends, its weights finite. `ramps` lets numbers of the rule change from epoch to epoch:
    {"eta": {"from": 0.5, "to": 0.1, "epochs": 100}}. `record` may name "error", the error at rest after every epoch and
    the worst miss, "gradient", its length, "weights", those of every epoch, and "y", "z", "vetoed", what each lesson
    left when it was presented last; a Record also says of which units. When it is interrupted, what was
    learned so far is written back.

    >>> from allornone.models.perceptron import PerceptronRule, perceptron
    >>> net = perceptron(inputs=2)
    >>> X, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    >>> training = train(net, X, d, rule=PerceptronRule(), epochs=100, until="mistakes == 0")
    >>> training.epochs, training["mistakes"]
    (6, array([1, 3, 3, 2, 1, 0]))
    """
    program, own = ready(net, rule)
    whole("seed", seed)
    inputs = samples(X, "X", len(program.inputs))[..., None]
    desired = None if d is None else samples(d, "d", len(program.output_places))[..., None]
    plan = Plan(
        epochs=epochs,
        order=order,
        batch=batch,
        average=average,
        until=None if until is None else Condition.read(until),
        bound=bound,
        record=Record.of(record),
        seeds=[seed + lane for lane in range(program.lanes)],
        ramps={name: ramp_of(rule, name, said) for name, said in (ramps or {}).items()},
        progress=progress,
    )
    lessons = lesson(own, inputs, desired, ticks=ticks, clamped=not needs_teacher(rule))
    check_fit(rule, lessons)
    warn_if_idle(rule, lessons, program.weights)
    return replace(learn(own, program.weights, rule, lessons, plan, program.keep), program=program)


def ramp_of(rule: LearningRule, name: str, said: Mapping[str, float]) -> Ramp:
    """Return the ramp of one of a rule's numbers from {"from": a, "to": b, "epochs": n}; both ends must be allowed."""
    if not isinstance(said, Mapping) or {*said} != {"from", "to", "epochs"}:
        raise AllornoneError(f"a ramp of {name!r} is {{'from': a, 'to': b, 'epochs': n}}, found {said!r}")
    for end in ("from", "to"):
        type(rule).from_values({**rule.values(), name: said[end]})
    return Ramp(said["from"], said["to"], whole(f"the epochs of the ramp of {name!r}", said["epochs"], 1))


def learn(
    program: Program,
    weights: Weights,
    rule: LearningRule,
    lessons: Lesson,
    plan: Plan,
    keep: Callable[[Weights], None] = lambda weights: None,
) -> Training:
    """Teach a program from given weights; `keep` is handed what was learned, also when it is interrupted."""
    _check(plan, rule, lessons)
    again = partial(
        _relive, program, weights, rule, lessons, replace(plan, record=Record(), watch=None, progress=None)
    )
    diary = _Diary.of(plan.record, lessons)
    watch = diary.watching(plan.watch)
    streams = [stream(seed, "order") for seed in plan.seeds]
    size = lessons.samples if plan.batch == "all" else int(plan.batch)
    memory = rule.start(program, weights)
    active = np.ones(program.lanes, dtype=bool)
    active &= ~_judge(diary, plan, rule, lessons, weights, active, {})
    going, kept = active, weights
    try:
        for done in range(1, plan.epochs + 1):
            if not active.any():
                break
            shown = lessons.shown(_order(plan, streams, lessons.samples), size)
            asked = Asked(plan.average, plan.bound, active, done, plan.judges, watch)
            now = _ramped(rule, plan, done)
            after = taught(now, program, shown, weights, memory, asked)
            counted = {"updates": after.updates, "change": _distance(weights, after.weights)}
            if lessons.is_taught:  # who is not taught makes no mistakes, nor none
                counted["mistakes"] = after.mistakes
            weights, memory = after.weights, after.memory
            diary.epochs += active & ~after.diverged
            diary.diverged |= after.diverged
            for word, value in counted.items():
                diary.note(word, np.where(active, value, np.nan))
            active = active & ~after.diverged
            active = active & ~_judge(diary, plan, rule, lessons, weights, active, counted, after.error)
            if (going & ~active).any():
                kept = _where(going, rule.finish(weights, memory), kept)
                going = active
            if plan.progress is not None:
                plan.progress(done, plan.epochs)
    finally:
        # A lane that stopped earlier keeps what it had then, whatever the rule remembers of the others.
        weights = _where(going, rule.finish(weights, memory), kept)
        keep(weights)
    found = _training(program, rule, plan, diary, weights)
    stable = _stable(rule, lessons, plan) if diary.diverged.any() else None
    return replace(found, relive=again, bound=plan.bound, largest_eta=stable)


def _ramped(rule: LearningRule, plan: Plan, epoch: int) -> LearningRule:
    """Return the rule with the numbers that it has in an epoch."""
    if not plan.ramps:
        return rule
    now = {name: ramp.at(epoch) for name, ramp in plan.ramps.items()}
    return replace(rule, **{name: float(value) if value.ndim == 0 else value for name, value in now.items()})


def _where(lanes: Truth, some: Weights, others: Weights) -> Weights:
    """Return some weights in the lanes where it is true, and in the rest others."""
    if lanes.all():
        return some
    return tuple(np.where(lanes, one, other) for one, other in zip(some, others, strict=True))


def taught(
    rule: LearningRule, program: Program, shown: Shown, weights: Weights, memory: Memory, asked: Asked
) -> Epoch:
    """Teach one epoch, by the rule's own way where it has one, or else presentation by presentation."""
    found = None if asked.watch is not None else rule.epoch(program, shown, weights, memory, asked)
    return found if found is not None else presented(rule, program, shown, weights, memory, asked)


def presented(
    rule: LearningRule, program: Program, shown: Shown, weights: Weights, memory: Memory, asked: Asked
) -> Epoch:
    """Teach one epoch: present, count, change. What `LearningRule.epoch` does faster must equal this."""
    size = max(1, min(BLOCK, ROOM // (1 + sum(w.size for w in weights))))
    none = np.zeros(program.lanes)
    done = Epoch(weights, memory, none, none, none > 0)
    coming = shown.batches()
    while block := list(islice(coming, size)):
        now = replace(asked, active=asked.active & ~done.diverged)
        if not now.active.any():
            break
        # Where a lane leaves its bound, all of the block is presented again, one after the other.
        part = _block(rule, done, block, now) if size > 1 else None
        part = part or _one_after_the_other(rule, done, block, now)
        done = Epoch(
            part.weights,
            part.memory,
            done.mistakes + part.mistakes,
            done.updates + part.updates,
            done.diverged | part.diverged,
        )
    return done


def _one_after_the_other(rule: LearningRule, begun: Epoch, block: Sequence[Batch], asked: Asked) -> Epoch:
    weights, memory = begun.weights, begun.memory
    mistakes, updates = np.zeros(asked.active.shape), np.zeros(asked.active.shape)
    active = asked.active.copy()
    for batch in block:
        seen = batch.present(weights, asked.number)
        if asked.watch is not None:
            asked.watch(seen, active)
        mistakes += np.where(active, seen.mistakes, 0)
        with np.errstate(over="ignore", invalid="ignore"):  # a lane that bursts is caught by its bound
            new, memory = learned(rule, seen, memory, asked.average)
        weights, changed, outside = take(seen.program, weights, new, active, asked.bound)
        updates += changed
        active &= ~outside
        if not active.any():
            break
    return Epoch(weights, memory, mistakes, updates, asked.active & ~active)


def _block(rule: LearningRule, begun: Epoch, block: Sequence[Batch], asked: Asked) -> Epoch | None:
    """Teach a block of presentations; None, as if nothing had happened, where a weight left the bound."""
    weights, memory = begun.weights, begun.memory
    walked: list[Weights] = [weights]
    seen_so_far: list[Passage] = []
    mistakes = np.zeros(asked.active.shape)
    frozen = not asked.active.all()
    with np.errstate(over="ignore", invalid="ignore"):
        for batch in block:
            seen = batch.present(weights, asked.number)
            new, memory = learned(rule, seen, memory, asked.average)
            if frozen:
                new = tuple(np.where(asked.active, w, old) for old, w in zip(weights, new, strict=True))
            if batch.lesson.is_taught:
                mistakes += seen.mistakes
            weights = new
            walked.append(new)
            if asked.watch is not None:
                seen_so_far.append(seen)
    updates = _changed(block[0].lesson.program, walked, asked)
    if updates is None:
        return None
    if asked.watch is not None:
        for seen in seen_so_far:
            asked.watch(seen, asked.active)
    return Epoch(weights, memory, np.where(asked.active, mistakes, 0), updates, asked.active & False)


def _changed(program: Program, walked: Sequence[Weights], asked: Asked) -> Array | None:
    """Return by lane how often the weights changed; None if an active lane was ever out of bounds."""
    changed = np.zeros((len(walked) - 1, len(asked.active)), dtype=bool)
    for number, stage in enumerate(program.stages):
        moved = []
        for old, new in _steps([weights[number] for weights in walked]):
            inside = largest_plastic(stage, new) <= asked.bound
            if not inside[asked.active].all():
                return None
            moved.append((new != old).any(axis=tuple(range(1, new.ndim - 1))))
        changed |= np.concatenate(moved)
    updates: Array = changed.sum(axis=0, dtype=float)  # who has stopped keeps its weights
    return updates


def _steps(walk: Sequence[Array]) -> Iterator[tuple[Array, Array]]:
    """Yield weights of a layer and what became of them, (steps, …): small ones all at once, large ones as they lie."""
    if walk[0].size <= STACKED:
        path = np.array(walk)
        yield path[:-1], path[1:]
        return
    for old, new in pairwise(walk):
        yield old[None], new[None]


def _check(plan: Plan, rule: LearningRule, lessons: Lesson) -> None:
    """Raise an error where plan, rule and lessons do not fit together."""
    plan.check()
    check_fit(rule, lessons)
    if plan.follows and type(rule).descent is LearningRule.descent:
        asks = f"until {plan.until.expression.text!r}" if plan.until is not None else "record=['gradient']"
        raise AllornoneError(f"{asks}: the rule {rule.name!r} follows no gradient that it could tell")


def _relive(
    program: Program,
    weights: Weights,
    rule: LearningRule,
    lessons: Lesson,
    plan: Plan,
    epochs: int,
    watch: Watch,
    progress: Callable[[int, int], None],
) -> Training:
    """Live the first epochs once more, exactly, with somebody watching."""
    return learn(
        program, weights, rule, lessons, replace(plan, epochs=epochs, watch=watch, progress=progress)
    )


def _order(plan: Plan, streams: Sequence[np.random.Generator], count: int) -> Index:
    if plan.order == "cyclic":
        return np.arange(count)
    return np.stack([draw.permutation(count) for draw in streams], axis=-1)


def _judge(
    diary: _Diary,
    plan: Plan,
    rule: LearningRule,
    lessons: Lesson,
    weights: Weights,
    active: Truth,
    counted: Mapping[str, Array],
    known: tuple[Array, Array] | None = None,
) -> Truth:
    """Write down the net with weights at rest, and return by lane whether the condition to stop is met.

    `known` are the error and the worst miss where the epoch has told them.
    """
    values = dict(counted)
    if plan.judges:
        error, worst = known if known is not None else at_rest(rule, lessons, weights, plan.average)
        before = diary.values["error"][-1] if "error" in diary.values else np.nan
        values |= {"error": error, "worst": worst, "fall": before - error}
        for word in ("error", "worst"):
            diary.note(word, np.where(active, values[word], np.nan))
    if plan.follows:
        values["gradient"] = steepness(rule, lessons, weights, plan.average)
        diary.note("gradient", np.where(active, values["gradient"], np.nan))
    if "weights" in plan.record.words:
        diary.weights.append(lessons.program.synapse_values(weights))
    if plan.until is None or not values.keys() >= {*plan.until.words}:
        return np.zeros(active.shape, dtype=bool)
    met = active & plan.until.met(values)
    diary.solved |= met
    return met


def at_rest(rule: LearningRule, lessons: Lesson, weights: Weights, average: bool) -> tuple[Array, Array]:
    """Return by lane the objective and the worst miss over all lessons, with the weights as they are."""
    total = np.zeros(lessons.program.lanes)
    worst = np.zeros(lessons.program.lanes)
    if not lessons.is_taught:
        return total * np.nan, worst * np.nan
    for seen in lessons.everything(weights):
        for layer in seen.layers:
            if layer.d is not None:
                missed = rule.missed(layer, layer.d)
                total += summed(np.where(np.isnan(layer.d), 0.0, missed), (0, 1))
                told = np.where(np.isnan(layer.d), 0.0, np.abs(layer.y - layer.d))
                worst = np.maximum(worst, told.max(axis=(0, 1)))
    return total / lessons.samples if average else total, worst


def steepness(rule: LearningRule, lessons: Lesson, weights: Weights, average: bool) -> Array:
    """Return by lane the length of the gradient over all lessons, of the weights that may change."""
    total = [np.zeros_like(w) for w in weights]
    for seen in lessons.everything(weights):
        total = [old + more for old, more in zip(total, rule.descent(seen) or (), strict=True)]
    squares = np.zeros(lessons.program.lanes)
    for stage, part in zip(lessons.program.stages, total, strict=True):
        mine = np.where(stage.plastic, part / lessons.samples if average else part, 0.0)
        squares = squares + summed(mine**2, tuple(range(mine.ndim - 1)))
    return np.sqrt(squares)


def _stable(rule: LearningRule, lessons: Lesson, plan: Plan) -> Array | None:
    """Return by lane the largest rate at which a single layer is stable on what its inputs bring, if theory tells."""
    program = lessons.program
    stages = [stage for stage in program.stages if stage.learns]
    if len(stages) != 1 or lessons.ticks != 1 or (stages[0].heard > len(program.inputs)).any():
        return None
    number = program.stages.index(stages[0])
    x = np.concatenate([seen.layers[number].x for seen in lessons.everything(program.weights)])
    found = rule.largest_eta(x, plan.batch)
    whole_sum = plan.batch == "all" and not plan.average
    return found if found is None or not whole_sum else found / lessons.samples


def _distance(old: Weights, new: Weights) -> Array:
    squares = sum(summed((b - a) ** 2, tuple(range(a.ndim - 1))) for a, b in zip(old, new, strict=True))
    return np.asarray(np.sqrt(squares))


def _training(program: Program, rule: LearningRule, plan: Plan, diary: _Diary, weights: Weights) -> Training:
    return Training(
        rule=rule,
        values={word: np.array(column) for word, column in diary.values.items()},
        lane_epochs=diary.epochs.astype(int),
        lane_solved=diary.solved,
        lane_diverged=diary.diverged,
        until=plan.until.expression.text if plan.until is not None else None,
        synapses=program.synapses,
        weight_history=np.array(diary.weights) if diary.weights else None,
        units=tuple(program.names[place] for place in diary.places.tolist()) if diary.seen else (),
        seen=diary.seen,
        theta=weights,
        program=program,
    )
