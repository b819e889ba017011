"""Columns: how far to the right each unit of a network stands, and who stands above whom.

Longest path from the inputs; inside a cycle, breadth first from the one unit that is excited from outside.
Units are the numbers 0 … n−1 throughout, an edge is (source, target).

An item is a unit (0 … n−1) or a way point (n, n+1, …); a segment joins items of neighbouring columns.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np

Edge = tuple[int, int]

SWEEPS = 8


def columns(
    count: int,
    edges: Sequence[Edge],
    inputs: Iterable[int] = (),
    inhibitory: Iterable[Edge] = (),
) -> list[int]:
    """Return the column of each unit, from 0; inputs stand in column 0.

    `inhibitory` edges never make an entrance of a cycle: a ring starts where it is excited.

    >>> columns(4, [(0, 1), (1, 2), (2, 3), (3, 1)], inputs=[0])
    [0, 1, 2, 3]
    """
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from((u, v) for u, v in edges if u != v)
    at_left, silent = set(inputs), set(inhibitory)
    first = 1 if at_left else 0
    found: dict[int, int] = {}
    for members in _components(graph):
        if members[0] in at_left:
            found[members[0]] = 0
            continue
        offsets = _offsets(graph, members, silent)
        start = max((_needed(graph, unit, offsets, found) for unit in members), default=first)
        for unit in members:
            found[unit] = max(start, first) + offsets[unit]
    return _dense([found[unit] for unit in range(count)])


def cycles(count: int, edges: Sequence[Edge]) -> list[int]:
    """Return for each unit the number of its cycle (strongly connected component), −1 if it is in none.

    A self-synapse alone makes a cycle of one.

    >>> cycles(4, [(0, 1), (1, 2), (2, 1), (3, 3)])
    [-1, 0, 0, 1]
    """
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(edges)
    found = [-1] * count
    parts = sorted(sorted(part) for part in nx.strongly_connected_components(graph))
    looped = [part for part in parts if len(part) > 1 or graph.has_edge(part[0], part[0])]
    for number, part in enumerate(looped):
        for unit in part:
            found[unit] = number
    return found


def _components(graph: "nx.DiGraph[int]") -> list[list[int]]:
    """Strongly connected components, sources first, ties by the first unit."""
    whole = nx.condensation(graph)
    members = {part: sorted(whole.nodes[part]["members"]) for part in whole}
    order = nx.lexicographical_topological_sort(whole, key=lambda part: members[part][0])
    return [members[part] for part in order]


def _offsets(graph: "nx.DiGraph[int]", members: Sequence[int], silent: set[Edge]) -> dict[int, int]:
    """Steps from the entrance of a cycle to each of its units."""
    inside = set(members)

    def excited(unit: int) -> bool:
        return any(p not in inside and (p, unit) not in silent for p in graph.predecessors(unit))

    entrance = next((unit for unit in members if excited(unit)), members[0])
    steps, waiting = {entrance: 0}, deque([entrance])
    while waiting:
        unit = waiting.popleft()
        for target in sorted(graph.successors(unit)):
            if target in inside and target not in steps:
                steps[target] = steps[unit] + 1
                waiting.append(target)
    return steps


def _needed(graph: "nx.DiGraph[int]", unit: int, offsets: dict[int, int], found: dict[int, int]) -> int:
    """First column at which the cycle may start so that this unit stands right of what drives it."""
    return max((found[p] + 1 - offsets[unit] for p in graph.predecessors(unit) if p in found), default=0)


def _dense(values: Sequence[int]) -> list[int]:
    """The same order, without empty columns."""
    rank = {value: k for k, value in enumerate(sorted(set(values)))}
    return [rank[value] for value in values]


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
