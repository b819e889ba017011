"""Ordering: way points for long synapses, and who stands above whom in each column.

An item is a unit (0 … n−1) or a way point (n, n+1, …); a segment joins items of neighbouring columns.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Edge = tuple[int, int]

SWEEPS = 8


@dataclass(frozen=True)
class Grid:
    """Columns of items in order from top to bottom, and what joins them.

    `chains`: for each forward edge the items it passes, both ends included.
    """

    count: int
    columns: tuple[tuple[int, ...], ...]
    segments: tuple[Edge, ...]
    chains: Mapping[int, tuple[int, ...]]

    @property
    def items(self) -> int:
        """Number of units and way points together."""
        return sum(len(column) for column in self.columns)


def grid(column: Sequence[int], edges: Sequence[Edge], trunks: Sequence[Hashable | None]) -> Grid:
    """Return the ordered grid of units in given columns; edges that do not run forward are left out.

    `trunks`: per edge a key or None; edges of one key from one source share their way points, so that one
    axon that reaches many targets is drawn as one line with branches.

    >>> grid([0, 1, 2], [(0, 2), (0, 1), (1, 2)], [None, None, None]).columns
    ((0,), (1, 3), (2,))
    """
    count = len(column)
    rows: list[list[int]] = [[] for _ in range(max(column, default=-1) + 1)]
    for unit, place in enumerate(column):
        rows[place].append(unit)
    chains: dict[int, tuple[int, ...]] = {}
    known: dict[tuple[Hashable, int], int] = {}
    total = count
    for number, (source, target) in enumerate(edges):
        chain = [source]
        for place in range(column[source] + 1, column[target]):
            trunk = trunks[number]
            key = (number if trunk is None else ("trunk", trunk, source), place)
            if key not in known:
                known[key] = total
                rows[place].append(total)
                total += 1
            chain.append(known[key])
        if column[target] > column[source]:
            chains[number] = (*chain, target)
    pairs = {pair for chain in chains.values() for pair in pairwise(chain)}
    segments = tuple(sorted(pairs))
    return Grid(count, _order(rows, segments), segments, chains)


def crossings(columns: Sequence[Sequence[int]], segments: Sequence[Edge]) -> int:
    """Return how many pairs of segments cross.

    >>> crossings([[0, 1], [2, 3]], [(0, 3), (1, 2)])
    1
    """
    place = {item: (c, k) for c, column in enumerate(columns) for k, item in enumerate(column)}
    total = 0
    for c in range(len(columns)):
        ends = np.array([(place[a][1], place[b][1]) for a, b in segments if place[a][0] == c]).reshape(-1, 2)
        left = np.sign(ends[:, None, 0] - ends[None, :, 0])
        right = np.sign(ends[:, None, 1] - ends[None, :, 1])
        total += int(np.count_nonzero(left * right < 0)) // 2
    return total


def _order(rows: Sequence[Sequence[int]], segments: Sequence[Edge]) -> tuple[tuple[int, ...], ...]:
    """Barycentre sweeps to and fro; the order with the fewest crossings is kept, the first one on a tie."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for a, b in segments:
        after.setdefault(a, []).append(b)
        before.setdefault(b, []).append(a)
    best = [list(row) for row in rows]
    fewest = crossings(best, segments)
    current = [list(row) for row in rows]
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for c in range(len(current)) if forward else reversed(range(len(current))):
            current[c] = _sorted(current[c], current, before if forward else after)
        number = crossings(current, segments)
        if number < fewest:
            best, fewest = [list(row) for row in current], number
    return tuple(tuple(row) for row in best)


def _sorted(row: list[int], rows: Sequence[Sequence[int]], beside: Mapping[int, list[int]]) -> list[int]:
    """One column by the mean place of its neighbours; who has none keeps its own place."""
    place = {item: k - (len(column) - 1) / 2 for column in rows for k, item in enumerate(column)}

    def centre(item: int) -> float:
        near = beside.get(item, [item])
        return round(sum(place[other] for other in near) / len(near), 9)

    return sorted(row, key=centre)
