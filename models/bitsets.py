"""Sets held as whole numbers: bit k stands for member k."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def members(group: int) -> Iterator[int]:
    """Yield the members of a set, the least first.

    >>> list(members(0b1010))
    [1, 3]
    """
    while group:
        yield (group & -group).bit_length() - 1
        group &= group - 1


def turned(rows: Sequence[int]) -> dict[int, int]:
    """Return, for each column, the set of the rows that hold it; a column is named by its own bit.

    >>> turned([0b01, 0b11])
    {1: 3, 2: 2}
    """
    columns: dict[int, int] = {}
    for number, row in enumerate(rows):
        bit = 1 << number
        while row:
            last = row & -row
            columns[last] = columns.get(last, 0) | bit
            row ^= last
    return columns
