"""Separability: a threshold unit or a plane between two classes, or a certificate that there is none.

w  whole weights      θ  threshold      y = 1 if w · x ≥ θ

x  points, (1, x) with the bias's input      d  class of each      s  its sign, +1 where d > 0, else −1
w, b  a plane      γ  margin, the least s (w · x + b) / |(w, b)|      R  largest |(1, x)|
u  weights of the points in a certificate: u ≥ 0 and Σ u s (1, x) = 0
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

import numpy as np

from allornone.models.boolean.bitsets import members
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Truth, as_numbers
from allornone.simulator.errors import AllornoneError, flag

DENOMINATOR = 10**6

CLOSE = 1e-7
ROUNDS = 200
"""Sets of samples for which the widest margin is looked for."""
SURE = 1e-9
"""How far a margin may be from the widest, as a share of it."""
ALIKE = 100.0
"""Ratio of the sizes of inputs from which on they are made alike to look for a certificate."""
EXACT = 80
"""Samples in a certificate that are solved for in fractions."""
SHOWN = 6
"""Inputs of a sample, terms of a line, or samples of a class that are printed."""


def threshold_unit(ones: int, zeros: int, variables: int) -> tuple[list[int], int] | None:
    """Return whole weights and a threshold that fire on the rows `ones` and not on `zeros`, or None: none exist.

    Rows are sets held as numbers, bit r for row r. A linear program finds the weights of least sum; they, or the
    certificate that there are none (a mixture of ones that is also one of zeros), are then checked in whole numbers
    on every row. Raises AllornoneError where neither could be.

    >>> threshold_unit(0b1000, 0b0111, 2), threshold_unit(0b0110, 0b1001, 2)
    (([1, 1], 2), None)
    """
    if not ones:
        return [0] * variables, 1
    if not zeros:
        return [0] * variables, 0
    on, off = _points(ones, variables), _points(zeros, variables)
    found = _weights(on, off)
    if found is not None:
        return found
    if not _mixed(on, off):
        raise AllornoneError(
            f"whether one unit of {variables} inputs serves stayed open: rounding was too coarse"
        )
    return None


def _points(rows: int, variables: int) -> Array:
    return np.array([[row >> k & 1 for k in range(variables)] for row in members(rows)], dtype=float)


def _weights(on: Array, off: Array) -> tuple[list[int], int] | None:
    """Return the weights of least sum with w·x ≥ θ on the ones and w·x ≤ θ − 1 on the zeros, made whole."""
    from scipy.optimize import linprog

    wide = on.shape[1]
    # w = a − b with a, b ≥ 0, so that the sum of both is the sum of sizes; the last variable is θ
    rows = np.vstack(
        [np.hstack([-on, on, np.ones((len(on), 1))]), np.hstack([off, -off, -np.ones((len(off), 1))])]
    )
    limits = np.concatenate([np.zeros(len(on)), -np.ones(len(off))])
    price = np.concatenate([np.ones(2 * wide), [0]])
    found = linprog(price, A_ub=rows, b_ub=limits, bounds=[(0, None)] * (2 * wide) + [(None, None)])
    if found.x is None:
        return None
    exact = [Fraction(float(v)).limit_denominator(DENOMINATOR) for v in found.x[:wide] - found.x[wide:-1]]
    common = lcm(*(value.denominator for value in exact))
    w = [int(value * common) for value in exact]
    whole = np.array(w, dtype=object)
    least = min(int(point) for point in on.astype(int) @ whole)
    return (w, least) if all(point < least for point in off.astype(int) @ whole) else None


def _mixed(on: Array, off: Array) -> bool:
    """Return whether a mixture of the ones equals a mixture of the zeros, so that no plane parts them."""
    from scipy.optimize import linprog

    both = np.vstack([on, -off]).T
    sums = np.vstack([np.repeat([1.0, 0.0], [len(on), len(off)]), np.repeat([0.0, 1.0], [len(on), len(off)])])
    equal = np.vstack([both, sums])
    right = np.concatenate([np.zeros(on.shape[1]), [1, 1]])
    found = linprog(np.zeros(equal.shape[1]), A_eq=equal, b_eq=right, bounds=(0, None))
    if found.x is None:
        return False
    shares = [Fraction(float(v)).limit_denominator(DENOMINATOR) for v in found.x]
    lines = zip(equal, right, strict=True)
    return all(
        sum(int(each) * share for each, share in zip(line, shares, strict=True)) == total
        for line, total in lines
    )


@dataclass(frozen=True, eq=False)
class Separation:
    """Whether a plane parts two classes, with what proves it: true for a `Line`, false for a `Certificate`."""

    x: Array
    positive: Truth
    bias: bool
    output: int

    @abstractmethod
    def __bool__(self) -> bool: ...

    @abstractmethod
    def check(self) -> bool:
        """Return whether the proof holds, in exact arithmetic."""

    @abstractmethod
    def __str__(self) -> str: ...

    def __repr__(self) -> str:
        return str(self)

    def points(self) -> Iterator[tuple[int, list[Fraction]]]:
        """Yield the sign of every sample and (1, x), or x alone where planes lead through the origin, exactly."""
        for yes, row in zip(self.positive.tolist(), self.x.tolist(), strict=True):
            yield (1 if yes else -1), [Fraction(1)] * self.bias + [Fraction(value) for value in row]


@dataclass(frozen=True, eq=False, repr=False)
class Line(Separation):
    """A plane with every sample on its side: s (w · x + b) > 0."""

    w: Array
    b: float

    def __bool__(self) -> bool:
        return True

    @property
    def margin(self) -> float:
        """γ, the least s (w · x + b) of a sample, for (w, b) of length 1."""
        side = np.where(self.positive, 1.0, -1.0) * (self.x @ self.w + self.b)
        return float(side.min() / np.sqrt(self.w @ self.w + self.b**2))

    @property
    def radius(self) -> float:
        """R, the length of the longest sample, its constant 1 for the bias counted."""
        return float(np.sqrt((self.x**2).sum(axis=1) + self.bias).max())

    @property
    def bound(self) -> float:
        """The most mistakes that the perceptron's rule makes from weights of 0, in any order: R² / γ².

        A. Novikoff, On convergence proofs for perceptrons (1962); H. D. Block, Rev. Mod. Phys. 34 (1962).
        """
        return (self.radius / self.margin) ** 2

    def check(self) -> bool:
        """Return whether every sample is on its side, in exact arithmetic."""
        v = [Fraction(value) for value in ([self.b] * self.bias + self.w.tolist())]
        return all(
            sign * sum(a * value for a, value in zip(v, point, strict=True)) > 0
            for sign, point in self.points()
        )

    def __str__(self) -> str:
        terms = [f"{value:+.4g} x{k + 1}" for k, value in enumerate(self.w.tolist()) if value]
        more = [f"+ … ({len(terms)} terms)"] if len(terms) > SHOWN else []
        constant = [f"{self.b:+.4g}"] if self.b or not terms else []
        sum_ = " ".join([*terms[:SHOWN], *more, *constant]).removeprefix("+")
        return (
            f"separable: {sum_} > 0 where d > 0, < 0 elsewhere\n"
            f"  margin γ = {self.margin:.4g}, R² = {self.radius**2:.4g}: the perceptron's rule makes at most "
            f"R²/γ² = {int(self.bound * (1 + SURE))} mistakes (Novikoff 1962)"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Certificate(Separation):
    """Weights of the samples that no plane survives: what it says of them, weighted, is more than 0 and is 0.

    Under them both classes have the same mean; through the origin, the samples times their signs add up to 0. `check`
    is false where they hold only as far as floats tell: samples in line by their decimals, as tenths, not exactly.
    """

    weights: tuple[Fraction, ...]

    def __bool__(self) -> bool:
        return False

    def check(self) -> bool:
        """Return whether u ≥ 0, not all 0, and Σ u s (1, x) = 0, in exact arithmetic."""
        if min(self.weights) < 0 or not sum(self.weights):
            return False
        totals = [Fraction(0)] * (self.x.shape[1] + self.bias)
        for u, (sign, point) in zip(self.weights, self.points(), strict=True):
            if u:
                totals = [total + u * sign * value for total, value in zip(totals, point, strict=True)]
        return not any(totals)

    def __str__(self) -> str:
        yes, no = (self._mixture(positive) for positive in (True, False))
        if not self.bias:
            return (
                f"not separable through the origin: the samples times their signs add up to 0\n  {yes} = {no}"
            )
        return f"not separable: both classes have the same mean\n  {yes}   where d > 0\n= {no}   elsewhere"

    def _mixture(self, positive: bool) -> str:
        terms = []
        for number, (u, yes) in enumerate(zip(self.weights, self.positive.tolist(), strict=True)):
            if u and yes is positive:
                row = self.x[number].tolist()
                point = (
                    f"({', '.join(f'{value:g}' for value in row)})" if len(row) <= SHOWN else f"x[{number}]"
                )
                terms.append(f"{u if u.denominator < DENOMINATOR else f'{float(u):.6g}'}·{point}")
        more = [f"… ({len(terms)} samples)"] if len(terms) > SHOWN else []
        return " + ".join([*terms[:SHOWN], *more]) or "0"


@checked
def separable(X: Any, d: Any, bias: bool = True) -> Separation:
    """Return a line that tells the classes apart, or a certificate that there is none; as a truth value, which.

    X is (samples, inputs), d (samples,) or (samples, outputs), a class where d > 0 against the rest. The line has the
    widest margin, its bias counted as a weight, as the perceptron's rule does; `bias=False` leads it through the
    origin. The certificate is Gordan's alternative: weights of the samples under which both classes have the same mean.
    Of several outputs, each of which needs its own line, the first is told that has none, or else that of least margin.

    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> separable(X, [0, 0, 0, 1])
    separable: 2 x1 +2 x2 -3 > 0 where d > 0, < 0 elsewhere
      margin γ = 0.2425, R² = 3: the perceptron's rule makes at most R²/γ² = 51 mistakes (Novikoff 1962)
    >>> separable(X, [0, 1, 1, 0])
    not separable: both classes have the same mean
      1/2·(0, 1) + 1/2·(1, 0)   where d > 0
    = 1/2·(0, 0) + 1/2·(1, 1)   elsewhere
    >>> bool(separable(X, [0, 1, 1, 0])), separable(X, [0, 1, 1, 0]).check()
    (False, True)
    """
    samples = _numbers("X", X)
    columns = _numbers("d", d)
    if len(columns) != len(samples):
        raise AllornoneError(f"separable: X has {len(samples)} samples, but d {len(columns)}: one row each")
    found = []
    for number, column in enumerate(columns.T):
        one = _known(samples.tobytes(), samples.shape, (column > 0).tobytes(), flag("bias", bias), number)
        if not isinstance(one, Line):
            return one
        found.append(one)
    return min(found, key=lambda line: line.margin)


def _numbers(name: str, given: Any) -> Array:
    """Return samples as rows, or raise an error that says what was found."""
    array = as_numbers(given)
    if array is None:
        raise AllornoneError(f"separable: {name} must be rows of numbers, all equally long")
    if array.ndim == 1 and name == "d":
        array = array[:, None]
    if array.ndim != 2 or not array.size:
        inner = "inputs" if name == "X" else "outputs"
        raise AllornoneError(f"separable: {name} must be (samples, {inner}), found the shape {array.shape}")
    if not np.isfinite(array).all():
        raise AllornoneError(
            f"separable: {name} must be finite numbers, found {array[~np.isfinite(array)][0]}"
        )
    return array


@lru_cache(maxsize=4096)
def _known(samples: bytes, shape: tuple[int, ...], positive: bytes, bias: bool, output: int) -> Separation:
    """Return what was found out about these samples and this class, once for all runs that ask."""
    return _found(np.frombuffer(samples).reshape(shape), np.frombuffer(positive, dtype=bool), bias, output)


def _found(x: Array, positive: Truth, bias: bool, output: int) -> Separation:
    sign = np.where(positive, 1.0, -1.0)[:, None]
    g = sign * (np.column_stack([np.ones(len(x)), x]) if bias else x)
    v, u = _widest(g)
    size = np.abs(g).max(axis=0)
    size[size == 0] = 1.0
    if v is None and (u is None or size.max() > ALIKE * size.min()):
        # Inputs of very different sizes hide each other's rounding; made alike, they have other margins.
        v, u = _widest(g / size)
        if v is None and u is None:
            v, u = _by_programs(g / size)
        v = None if v is None else v / size
    if v is not None and (g @ v > 0).all():
        return Line(x, positive, bias, output, v[bias:], float(v[0]) if bias else 0.0)
    if u is not None and np.abs(u @ (g / size)).max() < CLOSE:
        return Certificate(x, positive, bias, output, _exactly(g, u, 2 if bias else 1))
    raise AllornoneError(
        "separable: neither a line nor a certificate that there is none could be verified: rounding was too coarse"
    )


def _widest(g: Array) -> tuple[Array | None, Array | None]:
    """Return the shortest v with G v ≥ 1, or u ≥ 0 with Σ u = 1 and u G = 0; None twice if rounding hides which.

    The rows that v breaks most join those that it was made for until it breaks none.
    """
    scale = float(np.abs(g).max()) or 1.0
    some = np.zeros(0, dtype=int)
    v = np.zeros(g.shape[1])
    for _ in range(ROUNDS):
        short = g @ v < 1 - SURE
        if not short.any():
            return v, None
        worst = np.argsort(g @ v, kind="stable")[: g.shape[1] + 1]
        joined = np.union1d(some, worst[short[worst]])
        if len(joined) == len(some):
            break
        some = joined
        found, u = _shortest(g[some] / scale)
        if found is None:
            every = np.zeros(len(g))
            every[some] = u
            return None, every if np.abs(u @ g[some]).max() < CLOSE * scale else None
        v = found / scale
    return None, None


def _shortest(g: Array) -> tuple[Array | None, Array]:
    """Return the shortest v with G v ≥ 1, None if there is none, and the multipliers u, which then prove it.

    Least distance programming: with r the residual of the nearest that u ≥ 0 brings (u G, Σ u) to (0, 1),
    v = −r / r_last. C. L. Lawson & R. J. Hanson, Solving Least Squares Problems (1974), ch. 23.
    """
    from scipy.optimize import nnls

    left = np.vstack([g.T, np.ones(len(g))])
    right = np.append(np.zeros(g.shape[1]), 1.0)
    try:
        u, _ = nnls(left, right)
    except RuntimeError:  # too many turns: a linear program decides
        return None, np.full(len(g), np.nan)
    r = left @ u - right
    if not r[-1] < -SURE * SURE:
        return None, u / u.sum()
    v = -r[:-1] / r[-1]
    return (v, u) if (g @ v >= 1 - CLOSE).all() else (None, u / max(u.sum(), SURE))


def _by_programs(g: Array) -> tuple[Array | None, Array | None]:
    """Return v with G v ≥ 1, or u ≥ 0 with Σ u = 1 and u G = 0, by two linear programs."""
    from scipy.optimize import linprog

    line = linprog(np.zeros(g.shape[1]), A_ub=-g, b_ub=-np.ones(len(g)), bounds=(None, None), method="highs")
    if line.status == 0:
        return np.asarray(line.x), None
    equal = np.vstack([g.T, np.ones(len(g))])
    wanted = np.append(np.zeros(g.shape[1]), 1.0)
    proof = linprog(np.zeros(len(g)), A_eq=equal, b_eq=wanted, bounds=(0, None), method="highs")
    return None, np.asarray(proof.x) if proof.status == 0 else None


def _exactly(g: Array, u: Array, total: int) -> tuple[Fraction, ...]:
    """Return weights with u G = 0 and Σ u = `total` exactly, near those given; those, where too many are needed."""
    some = np.flatnonzero(u > SURE)
    near = [Fraction(float(value) * total / float(u.sum())) for value in u[some]]
    rows = [[Fraction(value) for value in row] for row in [*g[some].T.tolist(), [1.0] * len(some)]]
    right = [Fraction(0)] * g.shape[1] + [Fraction(total)]
    short = [value.limit_denominator(DENOMINATOR) for value in near]
    found: Sequence[Fraction] | None = short if _solves(rows, right, short) else None
    if found is None and len(some) <= EXACT:
        found = _solved(rows, right, near)
    every = [Fraction(0)] * len(u)
    for k, value in zip(some.tolist(), near if found is None else found, strict=True):
        every[k] = value
    return tuple(every)


def _solves(rows: list[list[Fraction]], right: list[Fraction], u: Sequence[Fraction]) -> bool:
    return all(
        sum(a * value for a, value in zip(row, u, strict=True)) == wanted
        for row, wanted in zip(rows, right, strict=True)
    )


def _solved(
    rows: list[list[Fraction]], right: list[Fraction], near: Sequence[Fraction]
) -> list[Fraction] | None:
    """Return the solution whose free unknowns are as given, by elimination; None unless all of it is ≥ 0."""
    table = [[*row, wanted] for row, wanted in zip(rows, right, strict=True)]
    pivots: list[int] = []
    for column in range(len(near)):
        at = next((k for k in range(len(pivots), len(table)) if table[k][column]), None)
        if at is None:
            continue
        top = len(pivots)
        table[top], table[at] = table[at], table[top]
        lead = table[top][column]
        table[top] = [value / lead for value in table[top]]
        for k, row in enumerate(table):
            if k != top and row[column]:
                table[k] = [value - row[column] * one for value, one in zip(row, table[top], strict=True)]
        pivots.append(column)
    u = [Fraction(0) if k in pivots else value.limit_denominator(DENOMINATOR) for k, value in enumerate(near)]
    for row, column in zip(table, pivots, strict=False):
        u[column] = row[-1] - sum(a * value for a, value in zip(row[:-1], u, strict=True) if a)
    return u if min(u) >= 0 and _solves(rows, right, u) else None
