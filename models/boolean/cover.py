"""Prime implicants of a Boolean function (Quine 1952, McCluskey 1956), and the fewest that cover it.

A row of the truth table is a number: bit k is the value of variable k. A set of rows is a number too, bit r for
row r. A term is a product of literals; a prime is a term that implies the function and from which no literal can
be dropped.

A row is the set of columns that cover it, a column the set of rows that it covers; sets are numbers, bit k for
member k. Reductions first (McCluskey, Bell Syst. Tech. J. 35, 1956), then branch and bound for what is cyclic, an
integer program for what is large; multipliers where a good answer with a bound is enough.

u  price of a row      s  what a column costs beyond the prices of the rows that it covers
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allornone.models.boolean.bitsets import column as column_of, everything, members, turned, union
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, whole

if TYPE_CHECKING:
    from scipy.sparse import csr_array


EXACT = 10
"""Most variables for which a least cover is sought to the end."""

MOST = 12
"""Most variables at all: their 4,096 rows are one number."""

COUNT = 1 << 24  # what one column costs beside its own cost, so that fewer columns always win
SMALL = 28  # columns up to which branch and bound is quicker than the integer program

NODES = 2000  # of the integer program's tree; hard problems of a thousand columns end here
ROUNDS = 600  # steps of the multipliers
PATIENCE = 15  # steps without a better bound, after which steps are halved
GREEDY = 10  # steps between two covers
CLOSE = 1e-6  # what rounding may have added to a bound


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
    low = [everything(variables) & ~column_of(k, variables) for k in range(variables)]
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


def cover_columns(
    needed: int, columns: Sequence[int], costs: Sequence[int], exact: bool = True
) -> tuple[list[int], int]:
    """Return the columns of a cover of the rows `needed`, and a proven least number of columns.

    `costs` (each below 2²⁴ in sum) decide between covers of as many columns. With `exact` the cover is a best one.

    >>> cover_columns(0b111, [0b011, 0b110, 0b100], [1, 1, 1])
    ([0, 2], 2)
    """
    weight = [COUNT + cost for cost in costs]
    rows = _columns_of_rows(needed, columns)
    chosen, rows = _reduce(rows, weight)
    bound = len(chosen)
    for part in _parts(rows):
        if union(part).bit_count() <= SMALL:
            best = _search(part, weight)
            least = len(best)
        else:
            best, least = _large(part, costs, exact)
        chosen += best
        bound += least
    return sorted(chosen), bound


def _columns_of_rows(needed: int, columns: Sequence[int]) -> list[int]:
    rows = dict.fromkeys(members(needed), 0)
    for k, column in enumerate(columns):
        for row in members(column & needed):
            rows[row] |= 1 << k
    return list(rows.values())


def _reduce(rows: Sequence[int], weight: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the columns that some best cover has, and the rows left: each with several columns, none needless."""
    chosen: list[int] = []
    left = list(dict.fromkeys(rows))
    while True:
        alone = union(row for row in left if not row & (row - 1))
        if alone:
            chosen += members(alone)
            left = [row for row in left if not row & alone]
        before = left
        left = _without_implied(left)
        kept = _columns_kept(left, weight)
        left = list(dict.fromkeys(row & kept for row in left))
        if left == before:
            return chosen, left


def _without_implied(rows: list[int]) -> list[int]:
    """Drop every row that holds all columns of another: whatever covers the other covers it too."""
    columns = turned(rows)
    dropped = 0
    for number, row in enumerate(rows):
        if dropped >> number & 1:
            continue
        above = -1
        while row:
            last = row & -row
            above &= columns[last]
            row ^= last
        dropped |= above & ~(1 << number)
    return [row for number, row in enumerate(rows) if not dropped >> number & 1] if dropped else rows


def _columns_kept(rows: list[int], weight: Sequence[int]) -> int:
    """Return the columns of which no other covers as much for no more."""
    columns = turned(rows)
    kept = sum(columns)
    for column, covered in columns.items():
        as_good = kept & ~column
        while covered and as_good:
            as_good &= rows[(covered & -covered).bit_length() - 1]
            covered &= covered - 1
        mine = weight[column.bit_length() - 1]
        if any(weight[other] <= mine for other in members(as_good)):
            kept &= ~column
    return kept


def _parts(rows: Sequence[int]) -> list[list[int]]:
    """Split the rows into sets that share no column: each is a problem of its own."""
    parts: list[tuple[int, list[int]]] = []
    for row in rows:
        touched = [part for part in parts if part[0] & row]
        parts = [part for part in parts if not part[0] & row]
        together = [row]
        for _, others in touched:
            together = others + together
        parts.append((union([row, *(columns for columns, _ in touched)]), together))
    return [together for _, together in parts]


def _large(rows: list[int], costs: Sequence[int], exact: bool) -> tuple[list[int], int]:

    return by_program(rows, costs) if exact else by_multipliers(rows)


def _search(rows: list[int], weight: Sequence[int]) -> list[int]:
    """Return a best cover by branch and bound: a row of few columns is covered by each of them in turn."""
    best: list[int] = []
    price = sum(weight) + 1

    def descend(left: list[int], picked: list[int], spent: int) -> None:
        nonlocal best, price
        forced, left = _reduce(left, weight)
        picked = picked + forced
        spent += sum(weight[k] for k in forced)
        if not left:
            if spent < price:
                best, price = picked, spent
            return
        if spent + _independent(left, weight) >= price:
            return
        row, barred = min(left, key=int.bit_count), 0
        for k in members(row):
            barred |= 1 << k
            rest = [other & ~barred for other in left if not other >> k & 1]
            # A column tried already is barred from the later branches; a row without columns ends them.
            if all(rest):
                descend(rest, [*picked, k], spent + weight[k])

    descend(rows, [], 0)
    return best


def _independent(rows: Sequence[int], weight: Sequence[int]) -> int:
    """Return what rows that share no column cost at least: no cover costs less."""
    used, total = 0, 0
    for row in sorted(rows, key=int.bit_count):
        if not row & used:
            used |= row
            total += min(weight[k] for k in members(row))
    return total


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
