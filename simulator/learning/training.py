"""Training: lessons over and over, with a rule, until a condition is met.

T samples, S lanes.   X (T, inputs)   d (T, outputs)
One value an epoch of error, worst, mistakes, updates, change.
"""

from __future__ import annotations

import ast
import operator
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from allornone.simulator.arrays import Array, Index, Truth, stream, summed
from allornone.simulator.errors import AllornoneError, nearest, whole
from allornone.simulator.learning.presenting import Lesson, lesson, samples
from allornone.simulator.learning.rules import Course, LearningRule, Presentation, check_usable, needs_teacher
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Moment
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.records import Training

ORDERS = ("cyclic", "shuffled")
RECORDABLE = ("weights",)
Watch = Callable[[Presentation, Moment, Weights, Truth], None]

WORDS = ("mistakes", "worst", "error", "gradient", "change", "updates")
"""What a condition may speak of."""

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
LONGEST = 500


@dataclass(frozen=True)
class Condition:
    """A condition over the words of `WORDS` and named numbers.

    >>> Condition.read("mistakes == 0 or error < 0.01").words
    ('mistakes', 'error')
    """

    text: str
    tree: ast.expr
    words: tuple[str, ...]
    numbers: Mapping[str, Any]

    @classmethod
    def read(cls, text: str, numbers: Mapping[str, Any] | None = None) -> Condition:
        """Read a condition; `numbers` gives further names a value, one number or one a lane."""
        known = dict(numbers or {})
        if not isinstance(text, str) or len(text) > LONGEST:
            raise AllornoneError(
                f"until must be a condition such as 'mistakes == 0', found {str(text)[:60]!r}"
            )
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise AllornoneError(
                f"until {text!r} cannot be read, write a condition such as 'mistakes == 0': {error.args[0]}"
            ) from None
        if not isinstance(tree, ast.Compare | ast.BoolOp | ast.UnaryOp):
            raise AllornoneError(f"until {text!r} is no condition; write one such as 'mistakes == 0'")
        words: dict[str, None] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in known:
                if node.id not in WORDS:
                    there = [*WORDS, *known]
                    hint = f"{nearest(node.id, there)} There are: {', '.join(there)}".strip()
                    raise AllornoneError(f"until {text!r}: {node.id!r} is nothing here. {hint}")
                words[node.id] = None
        return cls(text, tree, tuple(words), known)

    def met(self, values: Mapping[str, Array]) -> Truth:
        """Return by lane whether the condition holds; one that speaks of what has no value yet does not."""
        found = np.asarray(self._value(self.tree, values), dtype=bool)
        known = all(word in values for word in self.words)
        return found if known else np.zeros(np.shape(next(iter(values.values()))), dtype=bool)

    def _value(self, node: ast.expr, values: Mapping[str, Array]) -> Any:
        match node:
            case ast.BoolOp(op=ast.And()):
                return np.logical_and.reduce(self._parts(node.values, values))
            case ast.BoolOp():
                return np.logical_or.reduce(self._parts(node.values, values))
            case ast.UnaryOp(op=ast.Not()):
                return np.logical_not(self._value(node.operand, values))
            case ast.UnaryOp(op=ast.USub()):
                return -self._value(node.operand, values)
            case ast.Compare():
                return self._compare(node, values)
            case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
                try:
                    return _ARITHMETIC[type(op)](
                        self._value(node.left, values), self._value(node.right, values)
                    )
                except ZeroDivisionError:
                    raise AllornoneError(
                        f"until {self.text!r}: {ast.unparse(node)!r} divides by zero"
                    ) from None
            case ast.Name(id=name):
                return values.get(name, np.nan) if name in self.words else self.numbers[name]
            case ast.Constant(value=int() | float()):
                return node.value
        raise AllornoneError(f"until {self.text!r}: {ast.unparse(node)!r} is not allowed here")

    def _parts(self, nodes: list[ast.expr], values: Mapping[str, Array]) -> list[Any]:
        return list(np.broadcast_arrays(*(self._value(node, values) for node in nodes)))

    def _compare(self, node: ast.Compare, values: Mapping[str, Array]) -> Any:
        sides = [self._value(part, values) for part in (node.left, *node.comparators)]
        results = []
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
            if type(op) not in _COMPARISONS:
                raise AllornoneError(f"until {self.text!r}: only < <= > >= == != compare here")
            known = ~(np.isnan(left) | np.isnan(right))
            results.append(_COMPARISONS[type(op)](left, right) & known)
        return np.logical_and.reduce(results)


@dataclass(frozen=True)
class Plan:
    """How lessons are taught; the words of the scenario language's [learning]."""

    epochs: int = 1
    order: str = "cyclic"
    batch: int | str = 1
    average: bool = True
    until: Condition | None = None
    bound: float = 1e6
    record: Sequence[str] = ()
    seeds: Sequence[int] = (0,)
    watch: Watch | None = None
    progress: Callable[[int, int], None] | None = None

    def check(self) -> None:
        """Raise an error that names the first word which means nothing."""
        whole("epochs", self.epochs)
        if self.order not in ORDERS:
            raise AllornoneError(
                f"order must be 'cyclic' or 'shuffled', found {self.order!r}. "
                f"{nearest(str(self.order), ORDERS)}".rstrip()
            )
        if self.batch != "all" and (
            isinstance(self.batch, bool) or not isinstance(self.batch, int) or self.batch < 1
        ):
            raise AllornoneError(f'batch must be a whole number from 1, or "all", found {self.batch!r}')
        for word in self.record:
            if word not in RECORDABLE:
                raise AllornoneError(
                    f"record knows {', '.join(RECORDABLE)}, found {word!r}. "
                    f"{nearest(str(word), RECORDABLE)}".rstrip()
                )
        if not isinstance(self.bound, Real) or not self.bound > 0:
            raise AllornoneError(f"bound must be more than 0, found {self.bound!r}")


@dataclass
class _Diary:
    """What is written down, epoch by epoch; lists of one array a lane."""

    epochs: Array
    solved: Truth
    diverged: Truth
    values: dict[str, list[Array]] = field(default_factory=dict)
    weights: list[Array] = field(default_factory=list)

    def note(self, word: str, value: Array) -> None:
        self.values.setdefault(word, []).append(value)


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
    record: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Training:
    """Teach a network, write the learned weights back to it, and return what happened.

    A network or program learns on from where it is, and answers as taught from then on.
    X is (samples, inputs), d (samples, outputs): what the outputs should be, or for a rule that asks for no
    teacher, what they are held at. `batch` is 1, n or "all", of which the mean of the changes
    is taken, or with `average=False` the sum. `until` is a condition such as "mistakes == 0". Beyond `bound`
    the training has diverged and ends, its weights finite. `record=["weights"]` keeps the weights of every
    epoch. When it is interrupted, what was learned so far is written back.

    >>> from allornone.models.perceptron import PerceptronRule, perceptron
    >>> net = perceptron(inputs=2)
    >>> X, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    >>> training = train(net, X, d, rule=PerceptronRule(), epochs=100, until="mistakes == 0")
    >>> training.epochs, training["mistakes"]
    (6, array([1, 3, 3, 2, 1, 0]))
    """
    check_usable(rule)
    program = compile(net)
    inputs = samples(X, "X", len(program.inputs))[..., None]
    desired = None if d is None else samples(d, "d", len(program.output_places))[..., None]
    plan = Plan(
        epochs=epochs,
        order=order,
        batch=batch,
        average=average,
        until=None if until is None else Condition.read(until),
        bound=bound,
        record=record,
        seeds=[seed + lane for lane in range(program.lanes)],
        progress=progress,
    )
    lessons = lesson(program, inputs, desired, ticks=ticks, clamped=not needs_teacher(rule))
    kept: deque[Weights] = deque([program.weights], maxlen=1)
    try:
        return learn(program, program.weights, rule, lessons, plan, kept.append)
    finally:
        program.keep(kept[-1])


def learn(
    program: Program,
    weights: Weights,
    rule: LearningRule,
    lessons: Lesson,
    plan: Plan,
    keep: Callable[[Weights], None] = lambda weights: None,
) -> Training:
    """Teach a program from given weights; `keep` is handed the weights after every epoch."""
    _check(plan, rule, lessons)
    lanes = program.lanes
    again = partial(
        _relive, program, weights, rule, lessons, replace(plan, record=(), watch=None, progress=None)
    )
    diary = _Diary(np.zeros(lanes), np.zeros(lanes, dtype=bool), np.zeros(lanes, dtype=bool))
    streams = [stream(seed, "order") for seed in plan.seeds]
    memory = rule.start(program, weights)
    active = np.ones(lanes, dtype=bool)
    active &= ~_judge(diary, plan, rule, lessons, weights, active, {})
    for done in range(1, plan.epochs + 1):
        if not active.any():
            break
        course = Course(plan.average, plan.bound, active, plan.watch)
        size = lessons.samples if plan.batch == "all" else int(plan.batch)
        after = rule.epoch(
            program, weights, memory, lessons.batches(_order(plan, streams, lessons.samples), size), course
        )
        counted = {"updates": after.updates, "change": _distance(weights, after.theta)}
        if any(part is not None for part in lessons.wanted):  # who is not taught makes no mistakes, nor none
            counted["mistakes"] = after.mistakes
        weights, memory = after.theta, after.memory
        keep(weights)
        diary.epochs += active & ~after.diverged
        diary.diverged |= after.diverged
        for word, value in counted.items():
            diary.note(word, np.where(active, value, np.nan))
        met = _judge(diary, plan, rule, lessons, weights, active & ~after.diverged, counted)
        active = active & ~after.diverged & ~met
        if plan.progress is not None:
            plan.progress(done, plan.epochs)
    return replace(_training(program, rule, plan, diary, weights), relive=again)


def _check(plan: Plan, rule: LearningRule, lessons: Lesson) -> None:
    """Raise an error where plan, rule and lessons do not fit together."""
    plan.check()
    check_usable(rule)
    if needs_teacher(rule) and all(part is None for part in lessons.wanted):
        raise AllornoneError(f"the rule {rule.name!r} needs a teacher: give d, what the outputs should be")
    if plan.until is not None and "gradient" in plan.until.words:
        raise AllornoneError(
            f"until {plan.until.text!r}: the rule {rule.name!r} follows no gradient that it could tell"
        )


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
    counted: dict[str, Array],
) -> Truth:
    """Write down the net with weights at rest, and return by lane whether the condition to stop is met."""
    error, worst = at_rest(rule, lessons, weights, plan.average)
    diary.note("error", np.where(active, error, np.nan))
    diary.note("worst", np.where(active, worst, np.nan))
    if "weights" in plan.record:
        diary.weights.append(lessons.program.synapse_values(weights))
    if plan.until is None:
        return np.zeros(active.shape, dtype=bool)
    met = active & plan.until.met({"error": error, "worst": worst, **counted})
    diary.solved |= met
    return met


def at_rest(rule: LearningRule, lessons: Lesson, weights: Weights, average: bool) -> tuple[Array, Array]:
    """Return by lane the objective and the worst miss over all lessons, with the weights as they are."""
    total = np.zeros(lessons.program.lanes)
    worst = np.zeros(lessons.program.lanes)
    if all(part is None for part in lessons.wanted):
        return total * np.nan, worst * np.nan
    for batch, moment in lessons.everything(weights):
        for number, wanted in enumerate(batch.desired):
            if wanted is not None:
                y = moment.stage_outputs(number)
                missed = rule.error(moment.z[number], y, wanted)
                total += summed(np.where(np.isnan(wanted), 0.0, missed), (0, 1))
                told = np.where(np.isnan(wanted), 0.0, np.abs(y - wanted))
                worst = np.maximum(worst, told.max(axis=(0, 1)))
    return total / lessons.samples if average else total, worst


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
        until=plan.until.text if plan.until is not None else None,
        synapses=program.synapses,
        weight_history=np.array(diary.weights) if diary.weights else None,
        theta=weights,
        program=program,
    )
