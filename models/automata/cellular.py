"""Cellular automata of threshold units: a few units a cell, one tick a generation.

s  a cell's state, A − B (+ C): nested units, B fires only where A does      l c r  left neighbour, cell, right
n  live neighbours of a cell of Life

A unit reads a cell's state by weights +w from A, −w from B, +w from C, so one tick serves one generation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from math import prod
from typing import NamedTuple

from allornone.models.mcculloch_pitts import McCullochPitts, Threshold
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, flag, whole
from allornone.simulator.network.network import Network, foresee

RULES = 256
_NEIGHBOURHOODS = range(8)
_WEIGHTS = range(-2, 3)  # enough for each of the 104 threshold functions of three inputs
_LETTERS = "ABC"


@checked
def life(rows: int, columns: int, wrap: bool = True) -> Network:
    """Return Conway's Life on a grid of cells, two units a cell and one that reads them.

    A = [2n + s ≥ 5] and B = [2n + s ≥ 8] are McCulloch–Pitts units: born with 3 neighbours (6), alive with 2 or 3
    (5, 7). Groups `A`, `B` and the outputs `alive` have the shape [rows, columns]; cell (i, j) is number
    i · columns + j. A seed is forced upon A at tick 0. The grid is a torus, or with `wrap` false has a dead rim.
    J. H. Conway, in M. Gardner, Scientific American 223, October 1970; the two units are ours.

    >>> net = life(16, 16)
    >>> len(net.group("A")) + len(net.group("B"))
    512
    """
    flag("life: wrap", wrap)
    least = 3 if wrap else 1  # a cell of a narrower torus would be its own neighbour, or one twice over
    rows, columns = whole("life: rows", rows, least), whole("life: columns", columns, least)
    net = Network(name="life")
    _cells(net, [rows, columns], thresholds=(5, 8))
    for row, column in product(range(rows), range(columns)):
        for down, right in product((-1, 0, 1), repeat=2):
            i, j = row + down, column + right
            if wrap or (0 <= i < rows and 0 <= j < columns):
                source, target = i % rows * columns + j % columns, row * columns + column
                weight = 2 if down or right else 1
                _read(net, source, (f"A[{target}]", f"B[{target}]"), "AB", weight)
    return net


@checked
def cellular(rule: int, cells: int, wrap: bool = True) -> Network:
    """Return an elementary cellular automaton: one of the 256 rules on a line of cells.

    A cell is the fewest nested threshold units that can be: one (104 rules), two (142), three (10). They are the
    groups `A`, `B`, `C`, and the outputs `alive` read their state A − B + C; first states are forced upon A at
    tick 0. The line is a ring, or with `wrap` false has a dead cell at each end. A unit whose threshold is 0 or
    less fires at rest, as a rule must that brings a cell to life among dead ones.
    S. Wolfram, Reviews of Modern Physics 55 (1983), for the rules' numbers; the nested units are ours.

    >>> net = cellular(110, 8)
    >>> net.nodes["A[0]"]["threshold"], net.nodes["B[0]"]["threshold"], net.in_degree("A[0]")
    (1, 3, 4)
    """
    rule = whole("cellular: rule", rule)
    if rule >= RULES:
        raise AllornoneError(f"cellular: there are the rules 0 to 255, found {rule}")
    cells = whole("cellular: cells", cells, 3 if flag("cellular: wrap", wrap) else 1)
    units = nested_units(rule)
    letters = _LETTERS[: len(units)]
    net = Network(name=f"rule {rule}")
    _cells(net, [1, cells], [unit.threshold for unit in units])
    for target, (letter, unit) in product(range(cells), zip(letters, units, strict=True)):
        for offset, weight in zip((-1, 0, 1), unit.weights, strict=True):
            source = target + offset
            if weight and (wrap or 0 <= source < cells):
                _read(net, source % cells, (f"{letter}[{target}]",), letters, weight)
    return net


class NestedUnit(NamedTuple):
    """A threshold unit of a cell: it fires where weights · (l, c, r) reaches the threshold."""

    weights: tuple[int, int, int]
    threshold: int


def nested_units(rule: int) -> tuple[NestedUnit, ...]:
    """Return the fewest threshold units A, B, C, each within the one before, with A − B + C the rule's answer.

    Of several such nets the one that is quietest at rest, then the one with the smallest weights. Found by trying
    all chains of the 104 threshold functions of three inputs, so that no shorter chain exists.

    >>> nested_units(110)
    (NestedUnit(weights=(0, 1, 1), threshold=1), NestedUnit(weights=(1, 1, 1), threshold=3))
    """
    functions = _threshold_functions()
    for length in range(1, len(_LETTERS) + 1):
        chains = list(_chains(rule, length))
        if chains:
            best = min(chains, key=lambda chain: _cost([functions[table] for table in chain]))
            return tuple(functions[table] for table in best)
    raise AllornoneError(f"rule {rule} is no chain of {len(_LETTERS)} nested threshold units")


def _chains(rule: int, length: int, within: int = RULES - 1) -> Iterator[tuple[int, ...]]:
    """Yield chains of tables, each a part of the one before, whose alternating sum is the rule.

    What a chain leaves out of its first table is the alternating sum of the rest.
    """
    for table in _threshold_functions():
        if table & ~within or rule & ~table:
            continue
        if length == 1 and table == rule:
            yield (table,)
        elif length > 1:
            yield from ((table, *rest) for rest in _chains(table & ~rule, length - 1, table))


def _cost(units: Sequence[NestedUnit]) -> tuple[int, int, int]:
    restless = sum(unit.threshold <= 0 for unit in units)
    size = sum(abs(weight) for unit in units for weight in unit.weights)
    return restless, size, sum(abs(unit.threshold) for unit in units)


@cache
def _threshold_functions() -> dict[int, NestedUnit]:
    """Return each threshold function's table, bit 4l + 2c + r its answer, and its smallest unit."""
    found: dict[int, NestedUnit] = {}
    most = 3 * max(_WEIGHTS) + 1
    units = [
        NestedUnit(weights, threshold)
        for weights in product(_WEIGHTS, _WEIGHTS, _WEIGHTS)
        for threshold in range(1 - most, most + 1)
    ]
    for unit in sorted(units, key=lambda unit: _cost([unit])):
        found.setdefault(_table(unit), unit)
    return found


def _table(unit: NestedUnit) -> int:
    left, centre, right = unit.weights
    sums = ((k >> 2 & 1) * left + (k >> 1 & 1) * centre + (k & 1) * right for k in _NEIGHBOURHOODS)
    return sum(1 << k for k, z in enumerate(sums) if z >= unit.threshold)


def _cells(net: Network, shape: Sequence[int], thresholds: Sequence[int]) -> None:
    """Add the units of all cells, and the readers that show their states."""
    foresee("units", prod(shape) * (len(thresholds) + 1))
    letters = _LETTERS[: len(thresholds)]
    for letter, threshold in zip(letters, thresholds, strict=True):
        net.add_group(letter, shape, McCullochPitts(threshold=threshold))
    for cell, reader in enumerate(net.add_group("alive", shape, Threshold(threshold=1), output=True)):
        _read(net, cell, (reader,), letters, 1)


def _read(net: Network, cell: int, targets: Sequence[str], letters: str, weight: int) -> None:
    """Let units read a cell's state, A − B + C, by a weight."""
    for place, letter in enumerate(letters):
        for target in targets:
            net.connect(f"{letter}[{cell}]", target, weight=-weight if place % 2 else weight)
