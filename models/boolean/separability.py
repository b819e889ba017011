"""Separability: a threshold unit or a plane between two classes, or a certificate that there is none.

w  whole weights      θ  threshold      y = 1 if w · x ≥ θ

x  points      d  class of each, 1 or not      w, b  a plane
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import lcm

import numpy as np

from allornone.models.boolean.bitsets import members
from allornone.simulator.arrays import Array, Truth
from allornone.simulator.errors import AllornoneError

DENOMINATOR = 10**6

CLOSE = 1e-7


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


def separable(x: Array, d: Array) -> bool:
    """Return whether one threshold unit can tell the classes apart, for every column of d.

    x is (samples, inputs), d (samples, outputs), a class where d > 0 against the rest. Either answer is certified:
    yes by a plane that is checked against every sample, no by weights of the samples whose two classes have the same
    mean (Gordan's alternative), checked too.

    >>> import numpy as np
    >>> x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    >>> separable(x, np.array([[0], [0], [0], [1]])), separable(x, np.array([[0], [1], [1], [0]]))
    (True, False)
    """
    if d.min() == d.max() and d.shape[1] == 1:
        return True
    samples = np.ascontiguousarray(x, dtype=float)
    return all(_known(samples.tobytes(), samples.shape, (column > 0).tobytes()) for column in d.T)


def plane(x: Array, positive: Truth) -> tuple[Array, float] | None:
    """Return w, b with w·x + b ≥ 1 on the positive samples and ≤ −1 on the others, or None."""
    from scipy.optimize import linprog

    sign = np.where(positive, 1.0, -1.0)
    rows = -sign[:, None] * np.column_stack([x, np.ones(len(x))])
    found = linprog(
        np.zeros(x.shape[1] + 1), A_ub=rows, b_ub=-np.ones(len(x)), bounds=(None, None), method="highs"
    )
    if found.status != 0:
        return None
    solution = np.asarray(found.x)
    return solution[:-1], float(solution[-1])


def certificate(x: Array, positive: Truth) -> Array | None:
    """Return weights of the samples, summing to 1 in each class, under which both classes have the same mean."""
    from scipy.optimize import linprog

    sign = np.where(positive, 1.0, -1.0)
    equal = np.vstack([(sign[:, None] * x).T, positive.astype(float), (~positive).astype(float)])
    wanted = np.concatenate([np.zeros(x.shape[1]), [1.0, 1.0]])
    found = linprog(np.zeros(len(x)), A_eq=equal, b_eq=wanted, bounds=(0, None), method="highs")
    return np.asarray(found.x) if found.status == 0 else None


@lru_cache(maxsize=4096)
def _known(samples: bytes, shape: tuple[int, ...], positive: bytes) -> bool:
    """Return what was found out about these samples and this class, once for all runs that ask."""
    return _one(np.frombuffer(samples).reshape(shape), np.frombuffer(positive, dtype=bool))


def _one(x: Array, positive: Truth) -> bool:
    if positive.all() or not positive.any():
        return True
    line = plane(x, positive)
    if line is not None:
        w, b = line
        side = x @ w + b
        if (side[positive] > 0).all() and (side[~positive] <= 0).all():
            return True
    weights = certificate(x, positive)
    if weights is not None and np.abs(np.where(positive, weights, -weights) @ x).max(initial=0.0) < CLOSE:
        return False
    raise AllornoneError(
        "separable(): neither a plane nor a certificate that there is none could be verified"
    )
