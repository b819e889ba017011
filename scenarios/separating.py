"""Separability: a plane between two classes, or a certificate that there is none.

x  points      d  class of each, 1 or not      w, b  a plane
"""

from __future__ import annotations

import numpy as np

from allornone.simulator.arrays import Array, Truth
from allornone.simulator.errors import AllornoneError

CLOSE = 1e-7


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
    return all(_one(x, column > 0) for column in d.T)


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
