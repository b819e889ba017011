"""The covering problem: the fewest columns that cover every row, and of these the cheapest.

A row is the set of columns that cover it, a column the set of rows that it covers; sets are numbers, bit k for
member k. Reductions first (McCluskey, Bell Syst. Tech. J. 35, 1956), then branch and bound for what is cyclic, an
integer program for what is large; multipliers where a good answer with a bound is enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from allornone.models.bitsets import members, turned, union

COUNT = 1 << 24  # what one column costs beside its own cost, so that fewer columns always win
SMALL = 28  # columns up to which branch and bound is quicker than the integer program


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
    from allornone.models.cover_large import by_multipliers, by_program  # scipy is slow to load

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
