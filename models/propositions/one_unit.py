"""What one McCulloch–Pitts unit can say (1943): peeled and decided exactly, by the least weights.

A function of n variables is a set of truth-table rows (bit r for row r; bit k of r is variable k). One unit with
absolute inhibition says it exactly when, where no vetoing variable is active, it is a threshold function of
weights that are not negative; with relative inhibition, when it is a threshold function.

A function of n variables is a set of truth-table rows (bit r for row r; bit k of r is variable k). S. Kauffman
called functions that peel off wholly nested canalyzing (1993); one threshold unit says each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from allornone.models.boolean.bitsets import column, everything
from allornone.models.boolean.separability import threshold_unit

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
        if not all(_pair_comparable(on, off, j, variables) for j in range(k)):
            return False
    return True


def _pair_comparable(on: int, off: int, j: int, variables: int) -> bool:
    """Return whether of two opposite ways of setting two variables one always helps at least as much.

    `on` and `off` are the rows where the function holds once the first of the two is set; `j` is the second.
    """
    for value in (True, False):
        one, two = fixed(on, j, value, variables), fixed(off, j, not value, variables)
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


class LiteralStep(NamedTuple):
    """A literal, and how it joins what is inside: "and" (nothing holds without it), "or" (it is enough)."""

    join: str
    variable: int
    positive: bool


@dataclass(frozen=True)
class Peeled:
    """Steps from the outermost on, and the rows of the core, which depends on none of their variables."""

    steps: tuple[LiteralStep, ...]
    core: int


def fixed(rows: int, k: int, value: bool, variables: int) -> int:
    """Return the rows where the function holds once variable k is what it is given to be.

    >>> bin(fixed(0b1000, 0, True, 2))
    '0b1100'
    """
    chosen = rows & (column(k, variables) if value else ~column(k, variables))
    return chosen | (chosen >> (1 << k) if value else chosen << (1 << k))


def depends_on(rows: int, variables: int) -> list[int]:
    """Return the variables that make a difference.

    >>> depends_on(0b1010, 2)
    [0]
    """
    return [
        k for k in range(variables) if fixed(rows, k, True, variables) != fixed(rows, k, False, variables)
    ]


def restricted(rows: int, kept: Sequence[int]) -> int:
    """Return the same function of the kept variables alone, where all others rest.

    >>> bin(restricted(0b11110000, [2]))
    '0b10'
    """
    found = 0
    for row in range(1 << len(kept)):
        place = sum((row >> j & 1) << k for j, k in enumerate(kept))
        found |= (rows >> place & 1) << row
    return found


def peel(rows: int, variables: int, excited_only: bool = False) -> Peeled:
    """Take off literals that decide the function, as long as there are any.

    With `excited_only`, negative literals come off only as outermost "and": the steps that one unit with
    absolute inhibition can have.

    >>> peel(0b11101010, 3).steps
    (LiteralStep(join='or', variable=0, positive=True), LiteralStep(join='and', variable=1, positive=True), \
LiteralStep(join='and', variable=2, positive=True))
    """
    steps: list[LiteralStep] = []
    while found := next(_decisive(rows, variables, steps, excited_only), None):
        steps.append(found)
        rows = fixed(rows, found.variable, found.positive == (found.join == "and"), variables)
    return Peeled(tuple(steps), rows)


def _decisive(
    rows: int, variables: int, steps: list[LiteralStep], excited_only: bool
) -> Iterator[LiteralStep]:
    outermost = all(step.join == "and" for step in steps)
    whole = everything(variables)
    for k in range(variables):
        on, off = fixed(rows, k, True, variables), fixed(rows, k, False, variables)
        if on == off:
            continue
        if off == 0:
            yield LiteralStep("and", k, True)
        if on == 0 and (outermost or not excited_only):
            yield LiteralStep("and", k, False)
        if on == whole:
            yield LiteralStep("or", k, True)
        if off == whole and not excited_only:
            yield LiteralStep("or", k, False)


def threshold_of(rows: int, variables: int) -> tuple[int, int] | None:
    """Return how many of its literals a function asks for, and which of them are negative (bit k), or None.

    >>> threshold_of(0b11101000, 3)
    (2, 0)
    """
    kept = depends_on(rows, variables)
    negative = 0
    for k in kept:
        on, off = fixed(rows, k, True, variables), fixed(rows, k, False, variables)
        if on & ~off and off & ~on:
            return None
        negative |= (on & ~off == 0) << k
    few = restricted(rows, kept)
    against = sum((negative >> k & 1) << j for j, k in enumerate(kept))
    counts: dict[int, set[int]] = {}
    for row in range(1 << len(kept)):
        counts.setdefault((row ^ against).bit_count(), set()).add(few >> row & 1)
    if any(len(answers) > 1 for answers in counts.values()):
        return None
    least = min((count for count, answers in counts.items() if answers == {1}), default=len(kept) + 1)
    return least, negative
