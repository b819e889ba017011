"""Sets held as whole numbers: bit k stands for member k. A truth table is the set of its rows that come out 1.

A row is a number as well: bit k of it is the value of variable k.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_


def members(group: int) -> Iterator[int]:
    """Yield the members of a set, the least first.

    >>> list(members(0b1010))
    [1, 3]
    """
    while group:
        yield (group & -group).bit_length() - 1
        group &= group - 1


def union(groups: Iterable[int]) -> int:
    """Return the set of all that is in any of the sets.

    >>> bin(union([0b001, 0b100]))
    '0b101'
    """
    return reduce(or_, groups, 0)


def everything(variables: int) -> int:
    """Return the set of all rows.

    >>> bin(everything(2))
    '0b1111'
    """
    return (1 << (1 << variables)) - 1


def column(k: int, variables: int) -> int:
    """Return the rows in which variable k is 1, as a set.

    >>> bin(column(1, 2))
    '0b1100'
    """
    half = 1 << k
    block = ((1 << half) - 1) << half
    # The block repeated as often as the table has room: (2^rows − 1) / (2^period − 1) is a row of ones.
    return block * (everything(variables) // ((1 << 2 * half) - 1))


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
