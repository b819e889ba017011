"""Prime implicants of a Boolean function (Quine 1952, McCluskey 1956), by sets of rows held as numbers.

A row of the truth table is a number: bit k is the value of variable k. A set of rows is a number too, bit r for
row r. A term is a product of literals; a prime is a term that implies the function and from which no literal can
be dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from allornone.models.bitsets import column, everything
from allornone.models.cover import cover_columns
from allornone.simulator.errors import AllornoneError, whole

EXACT = 10
"""Most variables for which a least cover is sought to the end."""

MOST = 12
"""Most variables at all: their 4,096 rows are one number."""


class Term(NamedTuple):
    """A product of literals: bit k of `positive` is variable k, bit k of `negative` is its negation."""

    positive: int
    negative: int

    @property
    def literals(self) -> int:
        """How many variables it names."""
        return self.positive.bit_count() + self.negative.bit_count()


@dataclass(frozen=True)
class Cover:
    """Terms whose sum is a function; `bound` terms at least are needed, and `proven` says that fewer cannot do."""

    terms: tuple[Term, ...]
    proven: bool
    bound: int


def primes(ones: Iterable[int], variables: int, free: Iterable[int] = ()) -> list[Term]:
    """Return the prime implicants that hold on at least one of the rows `ones`, those of few literals first.

    Rows in `free` may come out either way. Raises AllornoneError for a row that does not exist or is in both.
    W. V. Quine, Amer. Math. Monthly 59 (1952); E. J. McCluskey, Bell Syst. Tech. J. 35 (1956).

    >>> primes([0b01, 0b11], 2)
    [Term(positive=1, negative=0)]
    """
    needed, allowed = _rows(ones, variables, free)
    return [term for term, _ in _primes(needed, allowed, variables)]


def least_cover(ones: Iterable[int], variables: int, free: Iterable[int] = (), exact: bool = True) -> Cover:
    """Return the fewest terms whose sum holds on every row of `ones`, and of these covers one of fewest literals.

    Up to 10 variables the answer is exact. Beyond, say `exact=False`: a good cover, and a proven bound of what
    any cover needs. Raises AllornoneError for rows as in `primes`, and for too many variables.

    >>> least_cover([0b01, 0b10, 0b11], 2).terms
    (Term(positive=1, negative=0), Term(positive=2, negative=0))
    """
    needed, allowed = _rows(ones, variables, free)
    if exact and variables > EXACT:
        raise AllornoneError(
            f"a least cover is exact to {EXACT} variables, found {variables}: "
            "say exact=False for a good one and a bound of the least"
        )
    found = _primes(needed, allowed, variables)
    # Longer covers first lose by terms, then by literals: one number says both.
    chosen, bound = cover_columns(
        needed, [rows for _, rows in found], [term.literals for term, _ in found], exact=exact
    )
    terms = tuple(found[k][0] for k in chosen)
    return Cover(terms, bound == len(terms), bound)


def rows_of(term: Term, variables: int) -> int:
    """Return the set of rows on which a term holds.

    >>> bin(rows_of(Term(0b01, 0b00), 2))
    '0b1010'
    """
    rows = 1 << term.positive
    for k in range(variables):
        if not (term.positive | term.negative) >> k & 1:
            rows |= rows << (1 << k)
    return rows


def _rows(ones: Iterable[int], variables: int, free: Iterable[int]) -> tuple[int, int]:
    """Return the rows that must come out 1, and these with those that may, as sets."""
    variables = whole("variables", variables)
    if variables > MOST:
        raise AllornoneError(f"truth tables are written out to {MOST} variables, found {variables}")
    sets = []
    for rows in (ones, free):
        total = 0
        for row in rows:
            if not 0 <= row < 1 << variables:
                raise AllornoneError(
                    f"rows of {variables} variables are numbered 0 to {(1 << variables) - 1}, found {row!r}"
                )
            total |= 1 << row
        sets.append(total)
    needed, either = sets
    if needed & either:
        row = (needed & either).bit_length() - 1
        raise AllornoneError(f"row {row} is both a one and free: a row is one or the other")
    return needed, needed | either


def _primes(needed: int, allowed: int, variables: int) -> list[tuple[Term, int]]:
    """Return the primes with the needed rows that each covers.

    `inside[free]` is the set of first rows, those variables 0, of the cubes that lie in the function: a cube of
    one variable more is two neighbours. A cube that is no half of a larger one is prime.
    """
    size = 1 << variables
    low = [everything(variables) & ~column(k, variables) for k in range(variables)]
    inside = [0] * size
    inside[0] = allowed
    for cube in range(1, size):
        k = cube.bit_length() - 1
        smaller = inside[cube ^ 1 << k]
        inside[cube] = smaller and smaller & smaller >> (1 << k) & low[k]
    found = []
    for cube in sorted(range(size), key=lambda cube: (-cube.bit_count(), -cube)):
        first = inside[cube]
        for k in range(variables) if first else ():
            if not cube >> k & 1:
                larger = inside[cube | 1 << k]
                first &= ~(larger | larger << (1 << k))
        while first:
            row = (first & -first).bit_length() - 1
            first &= first - 1
            term = Term(row, (size - 1) & ~cube & ~row)
            covered = rows_of(term, variables) & needed
            if covered:
                found.append((term, covered))
    return found
