"""What one McCulloch–Pitts unit can say (1943): decided exactly, with the least weights that say it.

A function of n variables is a set of truth-table rows (bit r for row r; bit k of r is variable k). One unit with
absolute inhibition says it exactly when, where no vetoing variable is active, it is a threshold function of
weights that are not negative; with relative inhibition, when it is a threshold function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from allornone.models.bitsets import column, everything
from allornone.models.peeling import fixed, restricted
from allornone.models.threshold_logic import threshold_unit

SMALL = 4
"""Up to so many variables, weights of at most 3 say whatever weights can (Muroga, 1971)."""


@dataclass(frozen=True)
class OneUnit:
    """A threshold, a weight for each variable, and the variables that veto (bit k for variable k)."""

    threshold: int
    weights: tuple[int, ...]
    vetoes: int = 0

    @property
    def heard(self) -> list[int]:
        """Return the variables that make a difference to it."""
        return [k for k, weight in enumerate(self.weights) if weight or self.vetoes >> k & 1]

    def fires(self, row: int) -> bool:
        """Return what it answers to one row.

        >>> OneUnit(2, (1, 1, 0), vetoes=0b100).fires(0b011)
        True
        """
        z = sum(weight for k, weight in enumerate(self.weights) if row >> k & 1)
        return not row & self.vetoes and z >= self.threshold

    @property
    def rows(self) -> int:
        """Return the set of rows that it fires at."""
        return sum(1 << row for row in range(1 << len(self.weights)) if self.fires(row))

    def widened(self, places: Sequence[int], variables: int) -> OneUnit:
        """Return the unit among more variables: its k-th is now that at the k-th of the places.

        >>> OneUnit(1, (1, 0), vetoes=0b10).widened([2, 0], 3)
        OneUnit(threshold=1, weights=(0, 0, 1), vetoes=1)
        """
        weights, vetoes = [0] * variables, 0
        for k, place in enumerate(places):
            weights[place] = self.weights[k]
            vetoes |= (self.vetoes >> k & 1) << place
        return OneUnit(self.threshold, tuple(weights), vetoes)


@lru_cache(maxsize=4096)
def one_unit(ones: int, variables: int, free: int = 0, relative: bool = False) -> OneUnit | None:
    """Return the unit that fires at the rows `ones` and at no other but perhaps those in `free`, or None.

    Its threshold is at least 1 unless it must fire at row 0. With `relative`, weights may be negative. Only up to
    four variables that excite may rows be free.
    W. S. McCulloch and W. Pitts, Bull. Math. Biophys. 5 (1943).

    >>> one_unit(0b0010, 2)
    OneUnit(threshold=1, weights=(1, 0), vetoes=2)
    >>> one_unit(0b0110, 2) is None
    True
    """
    zeros = forbidden = everything(variables) & ~(ones | free)
    vetoes = sum(1 << k for k in range(variables) if not ones & column(k, variables))
    for k in range(variables):
        if vetoes >> k & 1:
            zeros &= ~column(k, variables)
    excited = [k for k in range(variables) if not vetoes >> k & 1]
    # Of the variables that may excite alone; the others are not active in any row that is left.
    found = _weighed(restricted(ones, excited), restricted(zeros, excited), len(excited), relative)
    if found is None:
        return None
    unit = replace(found.widened(excited, variables), vetoes=vetoes)
    # A veto that forbids nothing which the sum would allow is no synapse.
    for k in range(variables):
        fewer = replace(unit, vetoes=unit.vetoes & ~(1 << k))
        if unit.vetoes >> k & 1 and not fewer.rows & forbidden:
            unit = fewer
    return unit


def _weighed(on: int, off: int, variables: int, relative: bool) -> OneUnit | None:
    """Return the lightest unit without vetoes that divides ones from zeros, or None."""
    if variables <= SMALL:
        for rows, threshold, weights in small_units(variables, relative):
            if not on & ~rows and not off & rows:
                return OneUnit(threshold, weights)
        return None
    if not _comparable(on, variables, relative):
        return None
    found = threshold_unit(on, off, variables)
    # What a variable does is what the sign of its weight says, so no other weights would have other signs.
    if found is None or (not relative and min(found[0]) < 0):
        return None
    return OneUnit(found[1], tuple(found[0]))


def _comparable(rows: int, variables: int, relative: bool) -> bool:
    """Return whether one way of setting one variable, or two, always helps more than another, as weights have it."""
    for k in range(variables):
        on, off = fixed(rows, k, True, variables), fixed(rows, k, False, variables)
        if off & ~on and (not relative or on & ~off):
            return False
        for j in range(k):
            for value in (True, False):
                one = fixed(on, j, value, variables)
                two = fixed(off, j, not value, variables)
                if one & ~two and two & ~one:
                    return False
    return True


@lru_cache(maxsize=2 * SMALL + 2)
def small_units(variables: int, relative: bool = False) -> tuple[tuple[int, int, tuple[int, ...]], ...]:
    """Return every function that small weights say: rows, threshold, weights, the lightest first.

    Weights go from 0 to 3, or from −3 to 3.

    >>> small_units(1)
    ((3, 0, (0,)), (0, 1, (0,)), (2, 1, (1,)))
    """
    found: dict[int, tuple[int, tuple[int, ...]]] = {}
    every = product(range(-3 if relative else 0, 4), repeat=variables)
    for weights in sorted(every, key=lambda w: (sum(map(abs, w)), w[::-1])):
        sums = [0]
        for weight in weights:
            sums += [z + weight for z in sums]
        for threshold in {*sums, 1 + max(sums)}:
            rows = sum(1 << row for row, z in enumerate(sums) if z >= threshold)
            found.setdefault(rows, (threshold, weights))
    return tuple((rows, threshold, weights) for rows, (threshold, weights) in found.items())
