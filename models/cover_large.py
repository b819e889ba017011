"""Large covering problems: an integer program, or Lagrange multipliers (Held & Karp 1971) with a proven bound.

u  price of a row      s  what a column costs beyond the prices of the rows that it covers
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from allornone.models.bitsets import members, union
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NODES = 2000  # of the integer program's tree; hard problems of a thousand columns end here
ROUNDS = 600  # steps of the multipliers
PATIENCE = 15  # steps without a better bound, after which steps are halved
GREEDY = 10  # steps between two covers
CLOSE = 1e-6  # what rounding may have added to a bound


def by_program(rows: Sequence[int], costs: Sequence[int]) -> tuple[list[int], int]:
    """Return a cover of the fewest columns, and of these of the least cost; with it a bound of how few.

    The two are equal unless the program's tree grew beyond its limit; then the cover is the best seen.

    >>> by_program([0b011, 0b110, 0b101], [1, 2, 3])
    ([0, 1], 2)
    """
    names, table = _table(rows)
    few, least = _solved(table, np.ones(len(names)), None)
    if few is None:
        return by_multipliers(rows)
    cheap, _ = _solved(table, np.array([float(costs[k]) for k in names]), int(few.sum()))
    best = few if cheap is None else cheap
    return [names[k] for k in np.flatnonzero(best)], least


def by_multipliers(rows: Sequence[int]) -> tuple[list[int], int]:
    """Return a good cover and a proven bound of how few columns any cover has.

    Prices u ≥ 0 of the rows prove Σu + Σ min(0, s): the prices are raised where a row is not covered, lowered
    where it is covered twice, and the columns that they make cheap are tried first.

    >>> by_multipliers([0b011, 0b110, 0b101])
    ([0, 1], 2)
    """
    from scipy.sparse import csr_array

    names, table = _table(rows)
    turned = csr_array(table.T)
    size = np.asarray(table.sum(axis=0)).ravel()
    u = np.array(
        [min(1 / size[table.indices[a:b]]) for a, b in zip(table.indptr, table.indptr[1:], strict=False)]
    )
    best = _greedy(turned, np.zeros(len(rows)))
    bound, step, stale = -np.inf, 1.0, 0
    for round_ in range(ROUNDS):
        s = 1 - table.T @ u
        taken = s < 0
        proven = float(u.sum() + s[taken].sum())
        stale = 0 if proven > bound else stale + 1
        if stale == PATIENCE:
            step, stale = step / 2, 0
        bound = max(bound, proven)
        if len(best) <= ceil(bound - CLOSE):
            break
        if round_ % GREEDY == 0:
            best = min(best, _greedy(turned, u), key=len)
        slope = 1 - table @ taken.astype(float)
        u = np.maximum(0, u + step * (len(best) - proven) / max(float(slope @ slope), 1) * slope)
    return [names[k] for k in best], ceil(bound - CLOSE)


def _greedy(turned: csr_array[Any], u: Array) -> list[int]:
    """Return a cover that takes at each turn the column that costs least beyond the prices of its new rows."""
    left, taken = np.ones(turned.shape[1]), []
    while left.any():
        fresh = turned @ left
        s = 1 - turned @ (u * left)
        worth = np.where(s > 0, s / np.maximum(fresh, 1), s * fresh)
        worth[fresh == 0] = np.inf
        taken.append(int(worth.argmin()))
        left[_rows_of(turned, taken[-1])] = 0
    return _irredundant(turned, taken)


def _irredundant(turned: csr_array[Any], taken: list[int]) -> list[int]:
    """Leave out, the smallest first, what other columns cover."""
    times = turned[taken].sum(axis=0)
    kept = list(taken)
    for k in sorted(taken, key=lambda k: len(_rows_of(turned, k))):
        mine = _rows_of(turned, k)
        if (times[mine] > 1).all():
            times[mine] -= 1
            kept.remove(k)
    return sorted(kept)


def _rows_of(turned: csr_array[Any], k: int) -> Any:
    return turned.indices[turned.indptr[k] : turned.indptr[k + 1]]


def _solved(table: csr_array[Any], price: Array, count: int | None) -> tuple[Array | None, int]:
    """Return the columns that an integer program takes, none where it found none, and its bound of their price."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    limits = [LinearConstraint(table, lb=1)]
    if count is not None:
        limits.append(LinearConstraint(np.ones(len(price)), ub=count))
    found = milp(
        price,
        constraints=limits,
        integrality=np.ones(len(price), dtype=int),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "node_limit": NODES},
    )
    if found.status not in (0, 1) or found.mip_dual_bound is None:
        raise AllornoneError(f"the integer program of a cover stopped: {found.message}")
    answer = None if found.x is None else np.rint(found.x)
    if answer is not None and not np.all(table @ answer >= 1):
        raise AllornoneError("the integer program of a cover left a row bare")
    return answer, ceil(found.mip_dual_bound - CLOSE)


def _table(rows: Sequence[int]) -> tuple[list[int], csr_array[Any]]:
    """Return the columns that occur, in order, and which of them cover each row."""
    from scipy.sparse import csr_array

    names = list(members(union(rows)))
    place = {name: k for k, name in enumerate(names)}
    inside = [[place[k] for k in members(row)] for row in rows]
    ends = np.cumsum([0, *map(len, inside)])
    indices = np.array([k for row in inside for k in row])
    return names, csr_array((np.ones(len(indices)), indices, ends), shape=(len(rows), len(names)))
