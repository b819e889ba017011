"""Random tasks: points of a normal distribution, and patterns to remember.

x  inputs, (samples, inputs)      d  what is desired, (samples, outputs)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from allornone.scenarios.tasks import Source, Task, input_names, one_each, random_words
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError

SMALL = 1e-9
"""How far below 0 rounding may take a variance that is 0, as a share of the largest."""


def gaussian(
    source: Source,
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
    samples = source.count(count, "count")
    root = _root(source, variances, angle, covariance)
    centre = _numbers(source, mean) if not isinstance(mean, str | int | float) else [_number(source, mean)]
    if len(centre) not in (1, len(root)):
        raise AllornoneError(f"mean must be one number, or {len(root)}, one an input; found {len(centre)}")
    x = np.array(centre) + source.random.standard_normal((samples, len(root))) @ root
    if d is None:
        return Task(x, None)
    width = source.numbers.whole(outputs, "outputs")
    wanted = [
        source.column(text, {**random_words(source, samples), **input_names(x)}, samples)
        for text in one_each(d, width, "d")
    ]
    return Task(x, np.stack(wanted, axis=1))


def patterns(
    source: Source,
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
    samples = source.count(count, "count")
    if (active is None) is not bipolar:
        raise AllornoneError("patterns need either active, the number of ones in each, or bipolar = true")
    ones = None if active is None else source.numbers.whole(active, "active")
    width = source.numbers.whole(inputs, "inputs")
    x = _apart(source, samples, width, ones) if orthogonal else _drawn(source, samples, width, ones, "inputs")
    if d == "own":
        if outputs is not None and source.numbers.whole(outputs, "outputs") != samples:
            raise AllornoneError(
                f"{samples} patterns with an output each need as many outputs, found {outputs}"
            )
        own = np.eye(samples)
        return Task(x, 2 * own - 1 if bipolar else own)
    if outputs is None:
        return Task(x, None)
    return Task(x, _drawn(source, samples, source.numbers.whole(outputs, "outputs"), ones, "outputs"))


def _root(
    source: Source,
    variances: Sequence[float | str] | None,
    angle: float | str,
    covariance: Sequence[Sequence[float | str]] | None,
) -> Array:
    """Return a matrix R with R'R the covariance, so that standard normal rows times R have it."""
    if (variances is None) is (covariance is None):
        raise AllornoneError("a normal distribution needs either variances, one an axis, or a covariance")
    turn = math.radians(_number(source, angle))
    if covariance is not None:
        if turn:
            raise AllornoneError("angle turns variances; a covariance says itself how it lies")
        return _symmetric_root([_numbers(source, row) for row in covariance])
    each = _numbers(source, variances or ())
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


def _drawn(source: Source, samples: int, width: int, ones: int | None, what: str) -> Array:
    if width < 1:
        raise AllornoneError(f"{what} must be at least 1, found {width}")
    source.limits.need("bytes", 8 * samples * width)
    if ones is None:
        return np.where(source.random.integers(0, 2, (samples, width)) > 0, 1.0, -1.0)
    if not 0 <= ones <= width:
        raise AllornoneError(f"active must be from 0 to the number of {what}, {width}; found {ones}")
    places = np.argsort(source.random.random((samples, width)), axis=1)[:, :ones]
    table = np.zeros((samples, width))
    np.put_along_axis(table, places, 1.0, axis=1)
    return table


def _apart(source: Source, samples: int, width: int, ones: int | None) -> Array:
    """Return rows of Walsh's functions (1923), no two alike, each input with a sign of its own."""
    if ones is not None:
        raise AllornoneError("orthogonal patterns are bipolar")
    if width < 1 or width & (width - 1):
        raise AllornoneError(f"orthogonal patterns need a power of 2 as inputs, found {width}")
    if samples > width:
        raise AllornoneError(
            f"of {width} inputs no more than {width} patterns are orthogonal, found {samples}"
        )
    source.limits.need("bytes", 8 * samples * width)
    chosen = source.random.permutation(width)[:samples]
    shared = np.bitwise_count(chosen[:, None] & np.arange(width)[None])
    signs: Array = (1.0 - 2.0 * (shared % 2)) * (2.0 * source.random.integers(0, 2, width) - 1.0)
    return signs


def _numbers(source: Source, values: Sequence[float | str]) -> list[float]:
    return [_number(source, value) for value in values]


def _number(source: Source, value: float | str) -> float:
    return float(source.numbers.number(value))
