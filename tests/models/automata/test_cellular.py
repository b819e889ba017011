"""Cellular automata of threshold units, held to loops over cells that know no unit and no weight."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import allornone as aon
from allornone.models.automata.cellular import nested_units

Cells = NDArray[np.int64]
ROWS: list[Any] = [3.5]
THREE_UNITS = [105, 107, 109, 121, 150, 151, 158, 182, 214, 233]


def life_by_hand(cells: Cells, wrap: bool) -> Cells:
    """Return the next generation of grids (soups, rows, columns): born with 3 neighbours, alive with 2 or 3."""
    neighbours = np.zeros_like(cells)
    for down, right in itertools.product((-1, 0, 1), repeat=2):
        if down or right:
            if wrap:
                neighbours += np.roll(cells, (down, right), axis=(1, 2))
            else:
                padded = np.pad(cells, ((0, 0), (1, 1), (1, 1)))
                rows, columns = cells.shape[1:]
                neighbours += padded[:, 1 + down : 1 + down + rows, 1 + right : 1 + right + columns]
    born: Cells = ((neighbours == 3) | ((neighbours == 2) & (cells == 1))).astype(np.int64)
    return born


def rule_by_hand(rule: int, cells: Cells, wrap: bool) -> Cells:
    """Return the next states of a line of cells, by looking each neighbourhood up in the rule's binary digits."""
    digits = f"{rule:08b}"[::-1]
    line = [cells[-1] * wrap, *cells, cells[0] * wrap]
    return np.array([int(digits[4 * line[k] + 2 * line[k + 1] + line[k + 2]]) for k in range(len(cells))])


def lived(net: aon.Network, first: Cells, ticks: int) -> Cells:
    """Return the states (soups, ticks, cells) of an automaton whose first states (soups, cells) are forced upon A."""
    trials = []
    program = aon.compile(net)
    for soup in first:
        stimulus = {f"A[{cell}]": {0: int(state)} for cell, state in enumerate(soup)}
        trace = aon.simulate(program, stimulus, ticks=ticks)
        trials.append([trace[unit] for unit in net.group("alive")])
    return np.array(trials, dtype=np.int64).swapaxes(1, 2)


def agrees_with_life(soups: int, rows: int, columns: int, generations: int, wrap: bool) -> int:
    """Compare random soups with the loop over cells; return how many cells were compared."""
    first = np.random.default_rng(rows).integers(0, 2, (soups, rows * columns))
    seen = lived(aon.life(rows, columns, wrap), first, generations + 1)
    expected = first.reshape(soups, rows, columns)
    for generation in range(1, generations + 1):
        expected = life_by_hand(expected, wrap)
        found = seen[:, generation].reshape(expected.shape)
        assert (found == expected).all(), f"generation {generation} differs"
    return seen[:, 1:].size


@pytest.mark.parametrize("wrap", [True, False])
@pytest.mark.parametrize(("rows", "columns"), [(3, 3), (7, 12)])
def test_life_is_conways(rows: int, columns: int, wrap: bool) -> None:
    """Random soups on a torus and within a dead rim, on grids that are and are not square."""
    assert agrees_with_life(3, rows, columns, 40, wrap) == 3 * 40 * rows * columns


@pytest.mark.slow
def test_two_million_cells_of_random_soups_follow_conways_rule() -> None:
    """20 soups of 16 by 16 cells, 400 generations each: 2,048,000 cells, rim and all, none wrong."""
    assert agrees_with_life(20, 16, 16, 400, wrap=True) == 2_048_000


@pytest.mark.slow
def test_640_000_cells_of_random_rings_follow_rule_110() -> None:
    """50 rings of 64 cells, 200 generations each, seam and all."""
    first = np.random.default_rng(110).integers(0, 2, (50, 64))
    seen = lived(aon.cellular(110, 64), first, 201)
    for soup, states in zip(first, seen, strict=True):
        expected = soup
        for generation in range(1, 201):
            expected = rule_by_hand(110, expected, wrap=True)
            assert (states[generation] == expected).all()


@pytest.mark.parametrize("first_rule", range(0, 256, 32))
def test_all_elementary_rules_live_as_their_numbers_say(first_rule: int) -> None:
    """Every rule, on a ring or between dead ends, from a random line."""
    random = np.random.default_rng(first_rule)
    for rule in range(first_rule, first_rule + 32):
        wrap = bool(random.integers(2))
        state = random.integers(0, 2, 7)
        seen = lived(aon.cellular(rule, 7, wrap), state[None], 9)[0]
        for generation in range(9):
            assert (seen[generation] == state).all(), f"rule {rule}, generation {generation}"
            state = rule_by_hand(rule, state, wrap)


def threshold_tables() -> set[tuple[bool, ...]]:
    """Every threshold function of three inputs, from weights in halves, which find no more than whole ones."""
    corners = np.array(list(itertools.product((0, 1), repeat=3)))
    weights = np.array(list(itertools.product(np.arange(-2, 2.5, 0.5), repeat=3)))
    sums = weights @ corners.T
    cuts = np.arange(-6.25, 6.5, 0.5)
    tables = (sums[:, None, :] > cuts[None, :, None]).reshape(-1, 8)
    return set(map(tuple, np.unique(tables, axis=0).tolist()))


def test_no_cell_can_have_fewer_units() -> None:
    """One unit for 104 rules, a nested pair for 142 more, and exactly HISTORY's ten need three."""
    tables = threshold_tables()
    assert len(tables) == 104
    one = tables
    two = {
        tuple(a and not b for a, b in zip(outer, inner, strict=True))
        for outer, inner in itertools.product(tables, repeat=2)
        if all(a >= b for a, b in zip(outer, inner, strict=True))
    }
    found: dict[int, list[int]] = {1: [], 2: [], 3: []}
    for rule in range(256):
        # itertools counts corners 000, 001, …: the rule's digits from the lowest up.
        answers = tuple(digit == "1" for digit in f"{rule:08b}"[::-1])
        fewest = 1 if answers in one else 2 if answers in two else 3
        assert len(nested_units(rule)) == fewest, f"rule {rule}"
        found[fewest].append(rule)
    assert [len(found[k]) for k in (1, 2)] == [104, 142]
    assert found[3] == THREE_UNITS


def test_units_of_a_cell_are_nested() -> None:
    """B fires only where A does, and C only where B does, in every neighbourhood of every rule."""
    for rule, corner in itertools.product(range(256), itertools.product((0, 1), repeat=3)):
        fires = [np.dot(unit.weights, corner) >= unit.threshold for unit in nested_units(rule)]
        assert fires == sorted(fires, reverse=True)


def test_only_a_rule_that_wakes_the_dead_is_restless() -> None:
    """A unit fires at rest only where a dead neighbourhood comes to life, so that other rules rest."""
    for rule in range(256):
        restless = any(unit.threshold <= 0 for unit in nested_units(rule))
        assert restless == bool(rule % 2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: aon.cellular(256, 8), "there are the rules 0 to 255, found 256"),
        (lambda: aon.cellular(-1, 8), "rule must be a whole number from 0 up, found -1"),
        (lambda: aon.cellular(110, 2), "cells must be a whole number from 3 up, found 2"),
        (lambda: aon.life(2, 9), "rows must be a whole number from 3 up, found 2"),
        (lambda: aon.life(9, 2), "columns must be a whole number from 3 up, found 2"),
        (lambda: aon.life(ROWS[0], 4), "rows must be a whole number from 3 up, found 3.5"),
    ],
)
def test_what_is_no_automaton_is_refused(wrong: object, message: str) -> None:
    """The message names what was given and what would be right."""
    assert callable(wrong)
    with pytest.raises(aon.AllornoneError, match=message):
        wrong()
