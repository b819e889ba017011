"""Tasks: data that the phases of a scenario share, by name in [tasks].

x  inputs, (samples, inputs)      d  what is desired, (samples, outputs)
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from allornone.scenarios.document.change import TASK_KEYS
from allornone.scenarios.document.document import Connectivity, TaskSettings
from allornone.scenarios.document.names import parameters_of
from allornone.scenarios.experiment.causes import caused_by
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.expressions.expression import Numbers
from allornone.scenarios.expressions.labelled import Labelled, Value
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Index, stream
from allornone.simulator.errors import AllornoneError, finite, nearest, shown
from allornone.simulator.files import regular
from allornone.simulator.registry import tasks as registered

MOST_INPUTS = 40
"""Of a truth table; how many rows there may be, the limit of trials decides."""

DIGITS = Path(__file__).parents[1] / "data" / "digits.npz"
DARKEST = 16
"""Cells of 4 × 4 points that are ink, at most, in a pixel of the digits."""

DEEPEST = 32
"""Lists in lists that a parameter may have."""

SMALL = 1e-9
"""How far below 0 rounding may take a variance that is 0, as a share of the largest."""


@dataclass(frozen=True)
class Task:
    """Samples, which unpack as X, d; `cell` is the area that one of them stands for, where they are points of a grid.

    `names` are those of the inputs, where they have any: then columns meet a net's inputs by name.

    >>> X, d = Task(np.zeros((4, 2)), np.ones((4, 1)))
    >>> Task(X, d)
    Task: 4 samples, 2 inputs, 1 output
    """

    x: Array
    d: Array | None
    cell: float | None = None
    held_out: Task | None = None
    names: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Any]:
        yield from (self.x, self.d)

    def __repr__(self) -> str:
        outputs = 0 if self.d is None else self.d.shape[1]
        counts = ((len(self.x), "sample"), (self.x.shape[1], "input"), (outputs, "output"))
        parts = [f"{count} {word}{'s' * (count != 1)}" for count, word in counts if count or word != "output"]
        if self.held_out is not None:
            parts.append(f"{len(self.held_out.x)} more held out")
        return f"Task: {', '.join(parts)}"


@dataclass(frozen=True)
class TaskContext:
    """What a task may draw on: the run's numbers, its random stream, and the limits that it keeps."""

    numbers: Numbers
    random: np.random.Generator
    limits: Limits = field(default_factory=Limits)
    retina: tuple[int, int] | None = None
    """Rows and columns of the net's input group, where it is one that lies in rows and columns."""
    net_inputs: Callable[[], int] | None = None
    """How many numbers a sample for the net has; None where there is no net."""
    wanted: int | str | list[str] | None = None
    """How many inputs the file asks for, or their names."""

    def count(self, value: Any, what: str) -> int:
        """Return how many samples are wanted, if there may be so many."""
        found = self.numbers.whole(value, what)
        if found < 1:
            raise AllornoneError(f"{what} must be at least 1, found {found}")
        self.limits.need("trials", found)
        return found

    def room(self, samples: int, width: int) -> None:
        """Ask whether there may be a table of so many samples and columns, before any of it is made."""
        self.limits.need("bytes", 2 * 8 * samples * width)  # once by column, once as a whole

    def columns(
        self,
        texts: str | Sequence[str],
        samples: int,
        names: Callable[[], Mapping[str, Value]],
        what: str,
        width: int | None = None,
    ) -> Array:
        """Return a column for each expression, (samples, columns), or for one expression in all `width` of them.

        `names` gives what an expression may use; what is drawn there is drawn for each one anew.
        """
        each = one_each(texts, 1 if isinstance(texts, str) and width is None else width or len(texts), what)
        if not each:
            raise AllornoneError(f"{what} needs at least one expression, found none")
        self.room(samples, len(each))
        return np.stack([self.column(text, names(), samples) for text in each], axis=1)

    def inputs(self) -> int:
        """Return how many inputs are wanted; as many as the net has where nothing is said."""
        if self.wanted is not None:
            count = len(self.names) or self.numbers.whole(self.wanted, "inputs")
            if count < 1:
                raise AllornoneError(f"inputs must be at least 1, found {count}")
            self.limits.need("units", count)
            return count
        if self.net_inputs is None:
            raise AllornoneError("inputs is missing: how many numbers a sample has, which no net says here")
        return self.net_inputs()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, where the file gives any."""
        if not isinstance(self.wanted, list):
            return ()
        if not self.wanted or len(set(self.wanted)) < len(self.wanted):
            raise AllornoneError(f"inputs is a number or a list of different names, found {self.wanted!r}")
        return tuple(self.wanted)

    def column(self, text: str, names: Mapping[str, Value], samples: int) -> Array:
        """Return what an expression is at each sample."""
        value = self.numbers.of_examples(text, names)
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
    settings: Mapping[str, TaskSettings],
    numbers: Numbers,
    seed: int,
    limits: Limits | None = None,
    connectivity: Connectivity | None = None,
    net_inputs: Callable[[], int] | None = None,
) -> dict[str, Task]:
    """Make every task of a scenario; `NAME.held_out` stands beside one that holds samples out.

    `net_inputs` gives the number of inputs of the net, for tasks that say none.
    """
    made: dict[str, Task] = {}
    retina = None if connectivity is None else _retina(connectivity, numbers)
    for name, given in settings.items():
        # `from` is a word of Python's, so the function that makes a grid spells it `from_`.
        parameters = {key + "_" * iskeyword(key): value for key, value in given.parameters.items()}
        maker: Callable[..., Task] = registered.get(given.data)
        with caused_by("tasks", name, owner=f"tasks.{name}: "):
            random = stream(seed, "tasks", name if made else "")
            context = TaskContext(numbers, random, limits or Limits(), retina, net_inputs, given.inputs)
            task = _finite(_named(maker(context, **parameters), context))
        made[name] = task
        if given.hold_out is not None:
            kept, apart = _split(task, numbers.whole(given.hold_out, "hold_out"), seed, name)
            made[name], made[f"{name}.held_out"] = replace(kept, held_out=apart), apart
    return made


def _finite(task: Task) -> Task:
    """Return a task all of whose numbers are finite: inside, NaN would mean that nothing is asked."""
    for name, values in (("x", task.x), ("d", task.d)):
        if values is not None and not np.isfinite(values).all():
            sample, column = np.argwhere(~np.isfinite(values))[0].tolist()
            raise AllornoneError(
                f"{name} of sample {sample} must be finite, found {shown(float(values[sample, column]))}"
            )
    return task


def _named(task: Task, context: TaskContext) -> Task:
    """Return a task whose inputs have the names that the file gives, if it has as many as the file says."""
    width = task.x.shape[1]
    if context.wanted is not None and context.inputs() != width:
        raise AllornoneError(f"inputs says {context.inputs()}, and a sample has {width} numbers")
    return replace(task, names=context.names) if context.names else task


@checked
def task(data: str, seed: int = 0, **parameters: Any) -> Task:
    """Return the samples of a registered task, as a scenario file would have them: they unpack as X, d.

    Parameters are those of the task, as in [tasks] of a file; with `hold_out=n` the others are its `held_out`. In
    place of `from`, a word of Python's, say `from_`.

    >>> X, d = task("table", inputs=2, ones=["01", "10"])
    >>> d.ravel()
    array([0., 1., 1., 0.])
    >>> task("digits", hold_out=450)
    Task: 1347 samples, 64 inputs, 10 outputs, 450 more held out
    """
    signature = inspect.signature(registered.get(data)).parameters.values()
    known = {one.name: one.default is one.empty for one in signature if one.kind is one.KEYWORD_ONLY}
    for name in parameters:
        if name not in known and name not in TASK_KEYS[1:]:
            hint = nearest(name, known) or f"It has: {', '.join(known) or 'none'}"
            raise AllornoneError(f"the task {data!r} has no parameter {name!r}. {hint}")
    for name, needed in known.items():
        if needed and parameters.get(name) is None:
            raise AllornoneError(f"the task {data!r} needs {name!r}")
    plain = {
        name.rstrip("_"): _as_written(name, value) for name, value in parameters.items() if value is not None
    }
    kinds = parameters_of(registered.get(data))
    for name, value in plain.items():
        fault = kinds[name][0].check(value, ()) if name in kinds else None
        if fault is not None:
            raise AllornoneError(f"the task {data!r}: {name}: {fault.message}")
    try:
        settings = TaskSettings.model_validate({"data": data, **plain}, context={"names": ()})
    except ValidationError as error:
        wrong = error.errors()[0]
        raise AllornoneError(
            f"the task {data!r}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
        ) from None
    return make({data: settings}, Numbers({}), seed)[data]


def _as_written(name: str, value: Any, depth: int = 0) -> Any:
    """Return what Python has as a file has it: arrays and tuples as lists."""
    if depth > DEEPEST:
        raise AllornoneError(f"{name} is nested deeper than {DEEPEST} levels")
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return (
        [_as_written(name, part, depth + 1) for part in value] if isinstance(value, tuple | list) else value
    )


def table(
    context: TaskContext,
    *,
    ones: Sequence[str] | None = None,
    d: str | Sequence[str] | None = None,
    number: int | str | None = None,
    coding: str = "binary",
) -> Task:
    """Return a truth table: all 2^inputs rows, 00…0 first, and what is desired of each.

    `ones` lists the rows that are true; `d` is an expression over x1, x2, … or a list of them; `number` is the
    function's number, whose bit k is row k. There are as many inputs as the net has where nothing is said. `coding` is
    "binary", 0 and 1, or "bipolar", −1 and +1.
    """
    count = context.inputs()
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
    outputs: int | str = 1,
    x: str | Sequence[str] = "uniform",
    d: str | Sequence[str] | None = None,
) -> Task:
    """Return random samples, one input where nothing is said; `x` and `d` are expressions, one for all columns or each.

    They may use coin (0 or 1), noise (standard normal), uniform (0 to 1) and i, the sample's number; each entry has
    draws of its own. `d` may also use x1, x2, … and x.
    """
    samples = context.count(count, "count")
    width = 1 if context.wanted is None else context.inputs()
    height = context.numbers.whole(outputs, "outputs")
    if height < 1:
        raise AllornoneError(f"outputs must be at least 1, found {height}")
    context.room(samples, width)
    values = context.columns(x, samples, lambda: random_words(context, samples), "x", width)
    if d is None:
        return Task(values, None)
    known = input_names(values)
    wanted = context.columns(d, samples, lambda: {**random_words(context, samples), **known}, "d", height)
    return Task(values, wanted)


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
    return Task(points, context.columns(d, len(points), lambda: names, "d"), width**2)


def rows(
    context: TaskContext,
    *,
    x: Sequence[Any],
    d: Sequence[Any] | None = None,
    coding: str = "binary",
) -> Task:
    """Return samples given one by one: numbers, or pictures such as ".#. ###", ink 1 and blank 0 (−1 if bipolar)."""
    _one_of("coding", coding, ("binary", "bipolar"))
    samples = _rows(context, x, coding, "x")
    if d is not None and len(d) != len(samples):
        raise AllornoneError(f"{len(samples)} rows of x need as many of d, found {len(d)}")
    wanted = None if d is None else np.array(_rows(context, d, "binary", "d"))
    return Task(np.array(samples), wanted)


def bars(
    context: TaskContext,
    *,
    size: Sequence[int | str] | None = None,
    width: int | str = 1,
    wrap: bool = False,
    upright: int | str | None = None,
    level: int | str | None = None,
    outputs: int | str = 1,
    coding: Literal["binary", "bipolar"] = "binary",
) -> Task:
    """Return pictures of one bar each, as long as the picture, upright or level: what is desired is 1 where upright.

    `size` is the rows and columns of the picture, by default those of the net's input group. Every place is shown
    once, uprights first, from left to right and from top to bottom; with `wrap` also those where a bar of some `width`
    leaves at one edge and comes in at the other. `upright` and `level` draw so many of either at random instead. With
    two outputs each kind has its own. `coding` "bipolar" writes −1 for 0, in the pictures and in what is desired.
    """
    if size is None and context.retina is None:
        raise AllornoneError("bars need size = [rows, columns], for the net has no input group that says it")
    sides = [context.numbers.whole(side, "size") for side in (context.retina if size is None else size) or ()]
    if len(sides) != 2 or min(sides) < 1:
        raise AllornoneError(f"size must be [rows, columns], each at least 1, found {sides}")
    thick, kinds = context.numbers.whole(width, "width"), context.numbers.whole(outputs, "outputs")
    if not 1 <= thick <= min(sides):
        raise AllornoneError(f"width must be from 1 to {min(sides)}, the shorter side, found {thick}")
    if kinds not in (1, 2):
        raise AllornoneError(f"outputs must be 1, or 2, one a kind; found {kinds}")
    _one_of("coding", coding, ("binary", "bipolar"))
    rows, columns = sides
    context.limits.need("units", rows * columns)
    places = [
        _places(context, across, thick, wrap, drawn) for across, drawn in ((columns, upright), (rows, level))
    ]
    if (upright is None) is not (level is None):
        raise AllornoneError("bars that are drawn need both upright and level, how many of each")
    context.limits.need("bytes", 8 * sum(map(len, places)) * rows * columns)
    standing, lying = (
        ((np.arange(across)[None] - begin[:, None]) % across < thick).astype(float)
        for begin, across in zip(places, (columns, rows), strict=True)
    )
    x = np.concatenate([np.tile(standing, (1, rows)), np.repeat(lying, columns, axis=1)])
    kind = np.repeat([1.0, 0.0], [len(standing), len(lying)])[:, None]
    return _coded(Task(x, kind if kinds == 1 else np.hstack([kind, 1 - kind])), coding)


def spirals(
    context: TaskContext,
    *,
    count: int | str = 97,
    between: bool = False,
    coding: Literal["binary", "bipolar"] = "binary",
) -> Task:
    """Return the points of two spirals in each other, three times round, by turns of the one, 1, and of the other, 0.

    Point i of `count` is at the angle iπ/16 and the radius 6.5 (104 − i)/104; its negative is the other's. With
    `between` the points halfway along the spirals, one fewer each, are shown instead. With `coding` "bipolar" what is
    desired of the other is −1. A. Wieland's task; K. Lang & M. Witbrock, Learning to tell two spirals apart (1988).
    """
    points = context.count(count, "count")
    if not 2 <= points <= 104:
        raise AllornoneError(f"count must be from 2 to 104, where the spirals meet, found {points}")
    _one_of("coding", coding, ("binary", "bipolar"))
    i = np.arange(points - between) + between / 2
    angle, radius = i * math.pi / 16, 6.5 * (104 - i) / 104
    one = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    other = 0.0 if coding == "binary" else -1.0
    return Task(np.stack([one, -one], axis=1).reshape(-1, 2), np.tile([[1.0], [other]], (len(one), 1)))


def digits(
    context: TaskContext,
    *,
    d: str | Sequence[str] | None = None,
    coding: Literal["binary", "bipolar"] = "binary",
) -> Task:
    """Return 1,797 handwritten digits, 8 × 8 pixels from 0 to 1 row by row, and ten outputs, 1 for the digit's own.

    `d` is an expression over `digit`, x1, x2, … and x instead, or a list of them: d = "digit == 2" has one output.
    With `coding` "bipolar" the outputs that are not the digit's own are −1.

    The test set of the Optical Recognition of Handwritten Digits, E. Alpaydin & C. Kaynak (1998), UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49, by licence CC BY 4.0, as scikit-learn passes it on; a pixel counts the
    inked points of a cell of 4 × 4. Here it is divided by 16.
    """
    context.count(len(_digits()[1]), "digits")
    _one_of("coding", coding, ("binary", "bipolar"))
    images, labels = _digits()
    x = images / DARKEST
    if d is None:
        own = np.eye(10)[labels]
        return Task(x, own if coding == "binary" else 2 * own - 1)
    names = {**input_names(x), "digit": Labelled(labels.astype(float), ("trial",))}
    return Task(x, context.columns(d, len(x), lambda: names, "d"))


def file(
    context: TaskContext,
    *,
    path: str,
    outputs: int | str = 1,
) -> Task:
    """Return the samples of a text file in the scenario's folder: a row each, its last `outputs` numbers are desired.

    Numbers are parted by commas or spaces; empty lines, a first line of names, and what stands behind # are left out.
    """
    wanted = context.numbers.whole(outputs, "outputs")
    rows: list[list[float]] = []
    for number, line in enumerate(_text(context, path).splitlines(), start=1):
        words = line.partition("#")[0].replace(",", " ").split()
        try:
            row = [float(word) for word in words]
        except ValueError:
            if not rows:  # names of the columns
                continue
            raise AllornoneError(
                f"{path}, line {number}: {line.strip()[:40]!r} is no row of numbers"
            ) from None
        if row and rows and len(row) != len(rows[0]):
            raise AllornoneError(
                f"{path}, line {number}: {len(row)} numbers, where the rows before have {len(rows[0])}"
            )
        if not all(map(math.isfinite, row)):
            raise AllornoneError(f"{path}, line {number}: a number is not finite")
        rows += [row] if row else []
    if not rows:
        raise AllornoneError(f"{path} has no row of numbers")
    context.count(len(rows), "rows")
    if not 0 <= wanted < len(rows[0]):
        raise AllornoneError(f"outputs must be from 0 to {len(rows[0]) - 1}, found {wanted}")
    samples = np.array(rows)
    cut = len(rows[0]) - wanted
    return Task(samples[:, :cut], samples[:, cut:] if wanted else None)


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


def _rows(context: TaskContext, given: Sequence[Any], coding: str, what: str) -> list[list[float]]:
    """Return rows of numbers, all of one length; an error names the first that is none."""
    found: list[list[float]] = []
    for place, row in enumerate(given):
        try:
            found.append(_row(context, row, coding))
        except AllornoneError as error:
            raise AllornoneError(f"row {place} of {what}: {error}") from None
        if len(found[-1]) != len(found[0]) or not found[0]:
            raise AllornoneError(
                f"{what} must be rows of one length, at least 1: row {place} has {len(found[-1])}, "
                f"row 0 has {len(found[0])}"
            )
    if not found:
        raise AllornoneError(f"{what} must be rows of one length, at least one")
    return found


def _row(context: TaskContext, given: Any, coding: str) -> list[float]:
    if isinstance(given, str) and set(given) <= set("#. "):
        blank = 0.0 if coding == "binary" else -1.0
        return [1.0 if mark == "#" else blank for mark in given if mark != " "]
    entries = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    return [_number(context, entry) for entry in entries]


def _desired(context: TaskContext, rows: Array, ones: Any, d: Any, number: Any) -> Array | None:
    if ones is not None:
        names = ["".join(str(int(bit)) for bit in row) for row in rows]
        there, true = {*names}, {*ones}
        for row in ones:
            if row not in there:
                raise AllornoneError(
                    f"ones: {shown(row)} is no row of {rows.shape[1]} inputs; one is {names[-1]!r}"
                )
        return np.array([[float(name in true)] for name in names])
    if number is not None:
        value = context.numbers.whole(number, "number")
        if not 0 <= value < 2 ** len(rows):
            most = f"2^{len(rows)} − 1" if len(rows) > 64 else 2 ** len(rows) - 1
            raise AllornoneError(f"number must be from 0 to {most}, found {shown(value)}")
        return np.array([[float(value >> row & 1)] for row in range(len(rows))])
    if d is None:
        return None
    known = input_names(rows)
    return context.columns(d, len(rows), lambda: known, "d")


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
    context.room(samples, len(root))
    x = np.array(centre) + context.random.standard_normal((samples, len(root))) @ root
    if d is None:
        return Task(x, None)
    width, known = context.numbers.whole(outputs, "outputs"), input_names(x)
    wanted = context.columns(d, samples, lambda: {**random_words(context, samples), **known}, "d", width)
    return Task(x, wanted)


def patterns(
    context: TaskContext,
    *,
    count: int | str,
    active: int | str | None = None,
    coding: Literal["binary", "bipolar"] = "binary",
    orthogonal: bool = False,
    outputs: int | str | None = None,
    d: Literal["apart", "own"] = "apart",
) -> Task:
    """Return random patterns: 0 and 1 with `active` ones in each, anywhere; or, "bipolar", −1 and 1, as likely.

    There are as many inputs as the net has, or as it has outputs where it has no inputs, if nothing is said.
    Bipolar inputs may be `orthogonal`, no two overlapping: their number is then a power of 2, that of the patterns
    no more. With `outputs`, as many patterns of that width are drawn apart, to be desired of them. With d = "own"
    each pattern has an output of its own instead, 1 there and 0 (or −1) elsewhere.
    """
    samples = context.count(count, "count")
    _one_of("coding", coding, ("binary", "bipolar"))
    bipolar = coding == "bipolar"
    if (active is None) is not bipolar:
        raise AllornoneError('patterns need either active, the number of ones in each, or coding = "bipolar"')
    ones = None if active is None else context.numbers.whole(active, "active")
    width = context.inputs()
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
        context.room(samples, samples)
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
    context.room(len(each), len(each))
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
    context.limits.need("bytes", 4 * 8 * samples * width)  # with the order of the draws, and its places
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
    found = context.numbers.number(value)
    if isinstance(found, bool) or not finite(found):
        raise AllornoneError(f"a finite number is needed, found {shown(found)}")
    return float(found)


def _retina(connectivity: Connectivity, numbers: Numbers) -> tuple[int, int] | None:
    """Return the rows and columns of the first input group that lies so."""
    for name in connectivity.inputs or ():
        size = connectivity.groups.get(name)
        if isinstance(size, list) and len(size) == 2:
            return numbers.whole(size[0], "rows"), numbers.whole(size[1], "columns")
    return None


def _places(context: TaskContext, across: int, width: int, wrap: bool, drawn: int | str | None) -> Index:
    """Return where bars begin: everywhere, or at places that are drawn."""
    count = across if wrap else across - width + 1
    if drawn is None:
        return np.arange(count)
    found = context.numbers.whole(drawn, "the number of bars")
    if found < 0:
        raise AllornoneError(f"the number of bars must be at least 0, found {found}")
    context.limits.need("trials", found)
    return context.random.integers(0, count, found)


def _coded(task: Task, coding: str) -> Task:
    if coding == "binary":
        return task
    return replace(task, x=2 * task.x - 1, d=None if task.d is None else 2 * task.d - 1)


@cache
def _digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the images, (1797, 64), and which digit each is."""
    with np.load(DIGITS, allow_pickle=False) as held:
        return held["images"], held["labels"]


def _text(context: TaskContext, path: str) -> str:
    """Return a file's text; one that a scenario names must lie in its folder."""
    folder = context.limits.folder
    place = Path(path) if folder is None else folder / path
    if folder is not None and not place.resolve().is_relative_to(folder.resolve()):
        raise AllornoneError(f"{path!r} lies outside the scenario's folder, where its data files must be")
    try:
        context.limits.need("bytes", 8 * place.stat().st_size)
        return regular(place).read_text(encoding="utf-8")
    except OSError as error:
        raise AllornoneError(f"{path!r} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise AllornoneError(f"{path!r} is no text of numbers") from None
