"""Prime implicants and covers, held to exhaustive search, to sympy, and to an integer program of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from allornone.models.boolean.bitsets import members, turned
from allornone.models.boolean.cover import (
    Term,
    by_multipliers,
    by_program,
    cover_columns,
    least_cover,
    primes,
    rows_of,
)
from allornone.simulator.errors import AllornoneError

Solve = Callable[[Sequence[int]], tuple[list[int], int]]


def all_terms(variables: int) -> list[tuple[Term, set[int]]]:
    """Every product of literals, with its rows counted one by one."""
    found = []
    for signs in product((None, True, False), repeat=variables):
        term = Term(
            sum(1 << k for k, sign in enumerate(signs) if sign),
            sum(1 << k for k, sign in enumerate(signs) if sign is False),
        )
        rows = {
            row
            for row in range(1 << variables)
            if all(sign is None or bool(row >> k & 1) == sign for k, sign in enumerate(signs))
        }
        found.append((term, rows))
    return found


def primes_by_search(ones: set[int], free: set[int], variables: int) -> set[Term]:
    """Implicants of which no literal can be dropped."""
    inside = [(term, rows) for term, rows in all_terms(variables) if rows <= ones | free]
    return {term for term, rows in inside if rows & ones and not any(rows < others for _, others in inside)}


def holds(term: Term, row: int) -> bool:
    """Whether every literal of a term is true in a row."""
    return row & term.positive == term.positive and not row & term.negative


def least_costs(variables: int) -> NDArray[np.int64]:
    """For every function, 1000 × terms + literals of its cheapest sum of products, by relaxing sums of all terms."""
    functions = np.arange(1 << (1 << variables))
    cost = np.full(len(functions), 10**9)
    cost[0] = 0
    while True:
        new = cost.copy()
        for term, rows in all_terms(variables):
            literals = term.positive.bit_count() + term.negative.bit_count()
            np.minimum.at(new, functions | sum(1 << row for row in rows), cost + 1000 + literals)
        if np.array_equal(new, cost):
            return cost
        cost = new


def cost_of(terms: tuple[Term, ...]) -> int:
    """As `least_costs` counts."""
    return 1000 * len(terms) + sum(t.positive.bit_count() + t.negative.bit_count() for t in terms)


def union(terms: tuple[Term, ...], variables: int) -> int:
    """The function that terms sum to."""
    total = 0
    for term in terms:
        total |= rows_of(term, variables)
    return total


def test_every_function_of_three_variables_has_the_primes_that_a_search_finds() -> None:
    """Quine's primes against all 27 products."""
    for function in range(256):
        ones = set(members(function))
        found = primes(ones, 3)
        assert len(found) == len(set(found))
        assert set(found) == primes_by_search(ones, set(), 3)


def test_primes_use_free_rows_and_serve_a_one() -> None:
    """A free row may widen a prime, and a prime of free rows alone is none."""
    draw = random.Random(1)
    for _ in range(60):
        values = [draw.choice("01-") for _ in range(16)]
        ones = {row for row, value in enumerate(values) if value == "1"}
        free = {row for row, value in enumerate(values) if value == "-"}
        assert set(primes(ones, 4, free)) == primes_by_search(ones, free, 4)


def test_every_cover_of_three_variables_is_a_least_one() -> None:
    """Fewest terms, then fewest literals, against sums of all products."""
    cost = least_costs(3)
    for function in range(256):
        cover = least_cover(list(members(function)), 3)
        assert union(cover.terms, 3) == function
        assert cost_of(cover.terms) == cost[function]
        assert cover.proven
        assert cover.bound == len(cover.terms)


@pytest.mark.slow
def test_every_cover_of_four_variables_is_a_least_one() -> None:
    """All 65,536 functions against an exhaustive relaxation over the 81 products."""
    cost = least_costs(4)
    for function in range(1 << 16):
        terms = least_cover(list(members(function)), 4).terms
        assert union(terms, 4) == function
        assert cost_of(terms) == cost[function]


@pytest.mark.parametrize(("variables", "share"), [(5, 0.6), (6, 0.75), (7, 0.8), (8, 0.7)])
def test_covers_of_more_variables_equal_those_of_one_integer_program(variables: int, share: float) -> None:
    """The same problem put whole, unreduced, to scipy."""
    from scipy.optimize import Bounds, milp

    draw = random.Random(variables)
    ones = [row for row in range(1 << variables) if draw.random() < share]
    free = [row for row in range(1 << variables) if row not in ones and draw.random() < 0.2]
    cover = least_cover(ones, variables, free)

    columns = primes(ones, variables, free)
    table = np.array([[holds(term, row) for term in columns] for row in ones], dtype=float)
    found = milp(
        np.ones(len(columns)),
        constraints=(table, 1, np.inf),
        integrality=np.ones(len(columns), dtype=int),
        bounds=Bounds(0, 1),
    )
    assert cover.proven
    assert found.fun is not None
    assert len(cover.terms) == round(found.fun)
    assert all(any(holds(term, row) for term in cover.terms) for row in ones)
    assert not any(
        holds(term, row) for term in cover.terms for row in set(range(1 << variables)) - set(ones) - set(free)
    )


def test_sympy_never_finds_fewer_terms() -> None:
    """Its simplified sums of products on functions of four variables."""
    sympy = import_module("sympy")
    names = sympy.symbols("a b c d")
    draw = random.Random(7)
    for _ in range(12):
        ones = [row for row in range(16) if draw.random() < 0.5]
        theirs = sympy.SOPform(names, [[row >> k & 1 for k in range(4)] for row in ones])
        count = len(theirs.args) if isinstance(theirs, sympy.Or) else 1
        assert len(least_cover(ones, 4).terms) <= count


def test_a_cyclic_core_is_solved_to_the_end() -> None:
    """Six rows in a ring, each pair of neighbours a prime: every greedy start is as good, three terms are least."""
    ring = [0b001, 0b011, 0b010, 0b110, 0b100, 0b101]
    assert len(primes(ring, 3)) == 6
    assert len(least_cover(ring, 3).terms) == 3


def test_constants_and_parity() -> None:
    """No term, the empty term, and the checkerboard that no two rows of share a prime."""
    assert least_cover([], 3).terms == ()
    assert least_cover(range(8), 3).terms == (Term(0, 0),)
    odd = [row for row in range(16) if row.bit_count() % 2]
    assert len(primes(odd, 4)) == len(least_cover(odd, 4).terms) == 8
    assert least_cover([0], 0).terms == (Term(0, 0),)


def of_equal_costs(rows: Sequence[int]) -> tuple[list[int], int]:
    """The integer program, every column as dear as the others."""
    return by_program(rows, [1] * max(row.bit_length() for row in rows))


@pytest.mark.parametrize("solve", [of_equal_costs, by_multipliers])
def test_large_problems_get_a_cover_and_an_honest_bound(solve: Solve) -> None:
    """Random covering problems: the cover covers, the bound never exceeds the best."""
    draw = random.Random(3)
    for _ in range(15):
        columns = [sum(1 << row for row in range(12) if draw.random() < 0.3) for _ in range(14)]
        rows = [sum(1 << k for k, column in enumerate(columns) if column >> row & 1) for row in range(12)]
        rows = [row for row in rows if row]
        chosen, bound = solve(rows)
        assert all(any(row >> k & 1 for k in chosen) for row in rows)
        best = min(mask.bit_count() for mask in range(1 << 14) if all(row & mask for row in rows))
        assert bound <= best <= len(chosen)
        assert solve is by_multipliers or bound == best == len(chosen)


def test_beyond_ten_variables_a_good_cover_comes_with_its_bound() -> None:
    """Eleven variables: right on every row, and no fewer than the bound."""
    draw = random.Random(5)
    ones = [row for row in range(1 << 11) if draw.random() < 0.4]
    cover = least_cover(ones, 11, exact=False)
    assert union(cover.terms, 11) == sum(1 << row for row in ones)
    assert 0.9 * len(cover.terms) < cover.bound <= len(cover.terms)


def test_costs_decide_between_covers_of_as_many_columns() -> None:
    """Two columns could pair with the first: the cheaper is taken."""
    assert cover_columns(0b111, [0b011, 0b110, 0b100], [1, 5, 1]) == ([0, 2], 2)


def test_turned_names_a_column_by_its_bit() -> None:
    """Rows of columns become columns of rows."""
    assert turned([0b01, 0b11]) == {1: 0b11, 2: 0b10}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: primes([4], 2), "rows of 2 variables are numbered 0 to 3, found 4"),
        (lambda: primes([1], 2, [1]), "row 1 is both a one and free: a row is one or the other"),
        (lambda: primes([0], 13), "truth tables are written out to 12 variables, found 13"),
        (
            lambda: least_cover([0], 11),
            "a least cover is exact to 10 variables, found 11: say exact=False for a good one and a bound of the least",
        ),
    ],
)
def test_bad_tables_are_refused(call: Callable[[], object], message: str) -> None:
    """What was found and what would be right."""
    with pytest.raises(AllornoneError) as caught:
        call()
    assert str(caught.value) == message
