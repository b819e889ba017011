"""Columns: how far to the right each unit of a network stands.

Longest path from the inputs; inside a cycle, breadth first from the one unit that is excited from outside.
Units are the numbers 0 … n−1 throughout, an edge is (source, target).
"""

from collections import deque
from collections.abc import Iterable, Sequence

import networkx as nx

Edge = tuple[int, int]


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
