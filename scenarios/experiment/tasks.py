"""Tasks: data that the phases of a scenario share, by name in [tasks].

x  inputs, (samples, inputs)      d  what is desired, (samples, outputs)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from keyword import iskeyword
from typing import Any, Literal

import numpy as np

from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.expressions.expression import Numbers
from allornone.scenarios.expressions.labelled import Labelled, Value
from allornone.simulator.arrays import Array, stream
from allornone.simulator.errors import AllornoneError
from allornone.simulator.registry import tasks as registered

MOST_INPUTS = 20

SMALL = 1e-9
"""How far below 0 rounding may take a variance that is 0, as a share of the largest."""


@dataclass(frozen=True)
class Task:
    """Samples; `cell` is the area that one of them stands for, where they are points of a grid.

    >>> X, d = Task(np.zeros((4, 2)), np.ones((4, 1)))
    """

    x: Array
    d: Array | None
    cell: float | None = None

    def __iter__(self) -> Iterator[Array | None]:
        yield from (self.x, self.d)


@dataclass(frozen=True)
class TaskContext:
    """What a task may draw on: the run's numbers, its random stream, and the limits that it keeps."""

    numbers: Numbers
    random: np.random.Generator
    limits: Limits = field(default_factory=Limits)

    def count(self, value: Any, what: str) -> int:
        """Return how many samples are wanted, if there may be so many."""
        found = self.numbers.whole(value, what)
        if found < 1:
            raise AllornoneError(f"{what} must be at least 1, found {found}")
        self.limits.need("trials", found)
        return found

    def column(self, text: str, names: Mapping[str, Value], samples: int) -> Array:
        """Return what an expression is at each sample."""
        value = self.numbers.evaluate(text, names)
        if isinstance(value, str):
            raise AllornoneError(f"{text!r} is text where numbers are needed")
        if isinstance(value, Labelled):
            if value.axes != ("trial",):
                raise AllornoneError(
                    f"{text!r} has the axes {', '.join(value.axes)}; one number a sample is needed"
                )
            return value.values.astype(float)
        return np.full(samples, float(value))


def make(
    raw: Mapping[str, Any], numbers: Numbers, seed: int, limits: Limits | None = None
) -> dict[str, Task]:
    """Make every task of a scenario; `NAME.held_out` stands beside one that holds samples out."""
    made: dict[str, Task] = {}
    for name, given in raw.get("tasks", {}).items():
        # `from` is a word of Python's, so the function that makes a grid spells it `from_`.
        parameters = {
            key + "_" * iskeyword(key): value
            for key, value in given.items()
            if key not in ("data", "hold_out")
        }
        maker: Callable[..., Task] = registered.get(given["data"])
        try:
            task = maker(
                TaskContext(numbers, stream(seed, "tasks", name if made else ""), limits or Limits()),
                **parameters,
            )
        except AllornoneError as error:
            raise AllornoneError(f"tasks.{name}: {error}") from None
        made[name] = task
        if "hold_out" in given:
            made[name], made[f"{name}.held_out"] = _split(
                task, numbers.whole(given["hold_out"], "hold_out"), seed, name
            )
    return made


def table(
    context: TaskContext,
    *,
    inputs: int | str,
    ones: Sequence[str] | None = None,
    d: str | Sequence[str] | None = None,
    number: int | str | None = None,
    coding: str = "binary",
) -> Task:
    """Return a truth table: all 2^inputs rows, 00…0 first, and what is desired of each.

    `ones` lists the rows that are true; `d` is an expression over x1, x2, … or a list of them; `number` is the
    function's number, whose bit k is row k. `coding` is "binary", 0 and 1, or "bipolar", −1 and +1.
    """
    count = context.numbers.whole(inputs, "inputs")
    if not 1 <= count <= MOST_INPUTS:
        raise AllornoneError(f"inputs must be from 1 to {MOST_INPUTS}, found {count}")
    context.count(2**count, "rows")
    _one_of("coding", coding, ("binary", "bipolar"))
    rows = np.array(list(itertools.product((0.0, 1.0), repeat=count)))
    desired = _desired(context, rows, ones, d, number)
    if coding == "bipolar":
        rows = 2 * rows - 1
        desired = None if desired is None else 2 * desired - 1
    return Task(rows, desired)


def sample(
    context: TaskContext,
    *,
    count: int | str,
    inputs: int | str = 1,
    outputs: int | str = 1,
    x: str | Sequence[str] = "uniform",
    d: str | Sequence[str] | None = None,
) -> Task:
    """Return random samples: `x` and `d` are expressions, one for all columns or a list of one each.

    They may use coin (0 or 1), noise (standard normal), uniform (0 to 1) and i, the sample's number; each entry has
    draws of its own. `d` may also use x1, x2, … and x.
    """
    samples = context.count(count, "count")
    width, height = context.numbers.whole(inputs, "inputs"), context.numbers.whole(outputs, "outputs")
    columns = [
        context.column(text, random_words(context, samples), samples) for text in one_each(x, width, "x")
    ]
    values = np.stack(columns, axis=1)
    if d is None:
        return Task(values, None)
    wanted = [
        context.column(text, {**random_words(context, samples), **input_names(values)}, samples)
        for text in one_each(d, height, "d")
    ]
    return Task(values, np.stack(wanted, axis=1))


def grid(
    context: TaskContext,
    *,
    cells: int | str,
    from_: float | str = -1.0,
    to: float | str = 1.0,
    d: str | Sequence[str] | None = None,
) -> Task:
    """Return the centres of cells × cells squares that cover a square of the plane, row by row.

    `d` may use x1, x2 and r, the distance from 0.
    """
    count = context.numbers.whole(cells, "cells")
    low, high = float(context.numbers.number(from_)), float(context.numbers.number(to))
    if count < 1 or not high > low:
        raise AllornoneError(
            f"a grid needs cells ≥ 1 and to > from, found {count} cells from {low:g} to {high:g}"
        )
    context.count(count**2, "cells")
    width = (high - low) / count
    centres = low + width * (np.arange(count) + 0.5)
    x2, x1 = np.meshgrid(centres, centres, indexing="ij")
    points = np.stack([x1.ravel(), x2.ravel()], axis=1)
    if d is None:
        return Task(points, None, width**2)
    names = {**input_names(points), "r": Labelled(np.hypot(*points.T), ("trial",))}
    wanted = [context.column(text, names, len(points)) for text in ([d] if isinstance(d, str) else d)]
    return Task(points, np.stack(wanted, axis=1), width**2)


def rows(
    context: TaskContext,
    *,
    x: Sequence[Any],
    d: Sequence[Any] | None = None,
    coding: str = "binary",
) -> Task:
    """Return samples given one by one: numbers, or pictures such as ".#. ###", ink 1 and blank 0 (−1 if bipolar)."""
    _one_of("coding", coding, ("binary", "bipolar"))
    samples = [_row(context, given, coding) for given in x]
    if not samples or len({len(one) for one in samples}) > 1:
        raise AllornoneError("x must be rows of one length, at least one")
    if d is not None and len(d) != len(samples):
        raise AllornoneError(f"{len(samples)} rows of x need as many of d, found {len(d)}")
    wanted = None if d is None else np.array([_row(context, given, "binary") for given in d])
    return Task(np.array(samples), wanted)


def input_names(values: Array) -> dict[str, Value]:
    """Return what an expression for `d` may use: x, all inputs of a sample, and x1, x2, …"""
    labels = {"unit": tuple(f"x{k + 1}" for k in range(values.shape[1]))}
    columns: dict[str, Value] = {
        f"x{k + 1}": Labelled(values[:, k], ("trial",)) for k in range(values.shape[1])
    }
    return {"x": Labelled(values, ("trial", "unit"), labels), **columns}


def random_words(context: TaskContext, samples: int) -> dict[str, Value]:
    """Return fresh draws for one expression: coin, noise, uniform; and i, the sample's number."""
    draw = context.random
    return {
        "coin": Labelled(draw.integers(0, 2, samples), ("trial",)),
        "noise": Labelled(draw.standard_normal(samples), ("trial",)),
        "uniform": Labelled(draw.random(samples), ("trial",)),
        "i": Labelled(np.arange(samples), ("trial",)),
    }


def one_each(texts: str | Sequence[str], width: int, name: str) -> list[str]:
    """Return one text a column, from one for all or from a list."""
    if isinstance(texts, str):
        return [texts] * width
    if len(texts) != width:
        raise AllornoneError(f"{name} must be one text, or {width}, one a column; found {len(texts)}")
    return list(texts)


def _row(context: TaskContext, given: Any, coding: str) -> list[float]:
    if isinstance(given, str) and set(given) <= set("#. "):
        blank = 0.0 if coding == "binary" else -1.0
        return [1.0 if mark == "#" else blank for mark in given if mark != " "]
    entries = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    return [float(context.numbers.number(entry)) for entry in entries]


def _desired(context: TaskContext, rows: Array, ones: Any, d: Any, number: Any) -> Array | None:
    if ones is not None:
        names = ["".join(str(int(bit)) for bit in row) for row in rows]
        for row in ones:
            if row not in names:
                raise AllornoneError(
                    f"ones: {row!r} is no row of {rows.shape[1]} inputs; one is {names[-1]!r}"
                )
        return np.array([[float(name in ones)] for name in names])
    if number is not None:
        value = context.numbers.whole(number, "number")
        if not 0 <= value < 2 ** len(rows):
            raise AllornoneError(f"number must be from 0 to {2 ** len(rows) - 1}, found {value}")
        return np.array([[float(value >> row & 1)] for row in range(len(rows))])
    if d is None:
        return None
    texts = [d] if isinstance(d, str) else list(d)
    return np.stack([context.column(text, input_names(rows), len(rows)) for text in texts], axis=1)


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise AllornoneError(f"{name} must be {' or '.join(map(repr, known))}, found {value!r}")


def _split(task: Task, count: int, seed: int, name: str) -> tuple[Task, Task]:
    if not 0 < count < len(task.x):
        raise AllornoneError(f"tasks.{name}: hold_out must be from 1 to {len(task.x) - 1}, found {count}")
    order = stream(seed, "split").permutation(len(task.x))
    parts = (np.sort(order[count:]), np.sort(order[:count]))
    first, second = (
        replace(task, x=task.x[part], d=None if task.d is None else task.d[part]) for part in parts
    )
    return first, second


def gaussian(
    context: TaskContext,
    *,
    count: int | str,
    variances: Sequence[float | str] | None = None,
    angle: float | str = 0.0,
    covariance: Sequence[Sequence[float | str]] | None = None,
    mean: Sequence[float | str] | float | str = 0.0,
    outputs: int | str = 1,
    d: str | Sequence[str] | None = None,
) -> Task:
    """Return points drawn from a normal distribution, (count, dimensions).

    `variances` are those along the axes; two of them may be turned by `angle`, in degrees, so that the first lies
    along it. Or a whole `covariance` is given, row by row. `mean` is one number for all inputs or one for each. `d` is
    an expression over x, x1, x2, … and the random words of `sample`, or a list of them.
    """
    samples = context.count(count, "count")
    root = _root(context, variances, angle, covariance)
    centre = _numbers(context, mean) if not isinstance(mean, str | int | float) else [_number(context, mean)]
    if len(centre) not in (1, len(root)):
        raise AllornoneError(f"mean must be one number, or {len(root)}, one an input; found {len(centre)}")
    x = np.array(centre) + context.random.standard_normal((samples, len(root))) @ root
    if d is None:
        return Task(x, None)
    width = context.numbers.whole(outputs, "outputs")
    wanted = [
        context.column(text, {**random_words(context, samples), **input_names(x)}, samples)
        for text in one_each(d, width, "d")
    ]
    return Task(x, np.stack(wanted, axis=1))


def patterns(
    context: TaskContext,
    *,
    count: int | str,
    inputs: int | str,
    active: int | str | None = None,
    bipolar: bool = False,
    orthogonal: bool = False,
    outputs: int | str | None = None,
    d: Literal["apart", "own"] = "apart",
) -> Task:
    """Return random patterns: 0 and 1 with `active` ones in each, anywhere; or −1 and 1 with equal chance if `bipolar`.

    Bipolar inputs may be `orthogonal`, no two overlapping: their number is then a power of 2, that of the patterns
    no more. With `outputs`, as many patterns of that width are drawn apart, to be desired of them. With d = "own"
    each pattern has an output of its own instead, 1 there and 0 (or −1) elsewhere.
    """
    samples = context.count(count, "count")
    if (active is None) is not bipolar:
        raise AllornoneError("patterns need either active, the number of ones in each, or bipolar = true")
    ones = None if active is None else context.numbers.whole(active, "active")
    width = context.numbers.whole(inputs, "inputs")
    x = (
        _apart(context, samples, width, ones)
        if orthogonal
        else _drawn(context, samples, width, ones, "inputs")
    )
    if d == "own":
        if outputs is not None and context.numbers.whole(outputs, "outputs") != samples:
            raise AllornoneError(
                f"{samples} patterns with an output each need as many outputs, found {outputs}"
            )
        own = np.eye(samples)
        return Task(x, 2 * own - 1 if bipolar else own)
    if outputs is None:
        return Task(x, None)
    return Task(x, _drawn(context, samples, context.numbers.whole(outputs, "outputs"), ones, "outputs"))


def _root(
    context: TaskContext,
    variances: Sequence[float | str] | None,
    angle: float | str,
    covariance: Sequence[Sequence[float | str]] | None,
) -> Array:
    """Return a matrix R with R'R the covariance, so that standard normal rows times R have it."""
    if (variances is None) is (covariance is None):
        raise AllornoneError("a normal distribution needs either variances, one an axis, or a covariance")
    turn = math.radians(_number(context, angle))
    if covariance is not None:
        if turn:
            raise AllornoneError("angle turns variances; a covariance says itself how it lies")
        return _symmetric_root([_numbers(context, row) for row in covariance])
    each = _numbers(context, variances or ())
    if not each or min(each) < 0:
        raise AllornoneError(f"variances must be one or more, none below 0, found {each}")
    root = np.diag(np.sqrt(each))
    if turn and len(each) != 2:
        raise AllornoneError(f"angle turns two variances, found {len(each)}")
    if turn:
        cos, sin = math.cos(turn), math.sin(turn)
        root = root @ np.array([[cos, sin], [-sin, cos]])
    return root


def _symmetric_root(rows: Sequence[Sequence[float]]) -> Array:
    size = len(rows)
    if not size or any(len(row) != size for row in rows):
        raise AllornoneError(
            f"covariance must have as many columns as rows, found rows of {[len(row) for row in rows]}"
        )
    table = np.array(rows)
    if not np.array_equal(table, table.T):
        raise AllornoneError("covariance must be symmetric: what i has with j, j has with i")
    # This root is the one that does not depend on which way the eigenvectors are written.
    values, vectors = np.linalg.eigh(table)
    if values.min() < -SMALL * max(1.0, values.max()):
        raise AllornoneError(
            f"covariance must not be negative in any direction, found a variance of {values.min():.4g}"
        )
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T, dtype=np.float64)


def _drawn(context: TaskContext, samples: int, width: int, ones: int | None, what: str) -> Array:
    if width < 1:
        raise AllornoneError(f"{what} must be at least 1, found {width}")
    context.limits.need("bytes", 8 * samples * width)
    if ones is None:
        return np.where(context.random.integers(0, 2, (samples, width)) > 0, 1.0, -1.0)
    if not 0 <= ones <= width:
        raise AllornoneError(f"active must be from 0 to the number of {what}, {width}; found {ones}")
    places = np.argsort(context.random.random((samples, width)), axis=1)[:, :ones]
    table = np.zeros((samples, width))
    np.put_along_axis(table, places, 1.0, axis=1)
    return table


def _apart(context: TaskContext, samples: int, width: int, ones: int | None) -> Array:
    """Return rows of Walsh's functions (1923), no two alike, each input with a sign of its own."""
    if ones is not None:
        raise AllornoneError("orthogonal patterns are bipolar")
    if width < 1 or width & (width - 1):
        raise AllornoneError(f"orthogonal patterns need a power of 2 as inputs, found {width}")
    if samples > width:
        raise AllornoneError(
            f"of {width} inputs no more than {width} patterns are orthogonal, found {samples}"
        )
    context.limits.need("bytes", 8 * samples * width)
    chosen = context.random.permutation(width)[:samples]
    shared = np.bitwise_count(chosen[:, None] & np.arange(width)[None])
    signs: Array = (1.0 - 2.0 * (shared % 2)) * (2.0 * context.random.integers(0, 2, width) - 1.0)
    return signs


def _numbers(context: TaskContext, values: Sequence[float | str]) -> list[float]:
    return [_number(context, value) for value in values]


def _number(context: TaskContext, value: float | str) -> float:
    return float(context.numbers.number(value))
