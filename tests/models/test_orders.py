"""The order of predicates, figures through windows, the Euler net: beside enumeration, networkx and another program."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import linprog

import allornone as aon
from allornone.models.boolean.separability import Certificate
from allornone.models.orders import (
    components,
    connected,
    euler,
    figures,
    four_figures,
    holes,
    mask_form,
    order,
    order_of_counts,
    windows,
)
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError


def mirrors(rows: int, columns: int) -> list[list[int]]:
    """Return the two reflections of a retina, as permutations of its points."""
    points = np.arange(rows * columns).reshape(rows, columns)
    return [points[::-1].ravel().tolist(), points[:, ::-1].ravel().tolist()]


def order_by_margins(d: tuple[int, ...], n: int) -> int:
    """Return the order by other programs: the widest margin of bounded weights of masks as products of points."""
    X = figures(n)
    sign = np.where(np.array(d) > 0, 1.0, -1.0)[:, None]
    for k in range(n + 1):
        sets = [s for size in range(k + 1) for s in itertools.combinations(range(n), size)]
        masks = np.stack([X[:, list(s)].prod(axis=1) for s in sets], axis=1)
        price = np.append(np.zeros(len(sets)), -1.0)
        rows = np.column_stack([-sign * masks, np.ones(len(X))])
        found: Any = linprog(price, A_ub=rows, b_ub=np.zeros(len(X)), bounds=[(-1, 1)] * len(sets) + [(0, 1)])
        if found.x[-1] > 1e-6:
            return k
    raise AssertionError


def grid_pieces(figure: Array, value: int, corners: bool) -> int:
    """Return by networkx how many pieces the points of a value make."""
    graph: nx.Graph[Any] = nx.Graph()
    there = {(int(r), int(c)) for r, c in np.argwhere(figure == value)}
    graph.add_nodes_from(there)
    for r, c in there:
        for dr, dc in [(0, 1), (1, 0), *([(1, 1), (1, -1)] if corners else [])]:
            if (r + dr, c + dc) in there:
                graph.add_edge((r, c), (r + dr, c + dc))
    return nx.number_connected_components(graph)


def euler_number(figure: Array) -> int:
    """Return components less holes, by networkx."""
    background = grid_pieces(np.pad(figure, 1), 0, corners=True)
    return grid_pieces(figure, 1, corners=False) - (background - 1)


@pytest.mark.parametrize(("n", "known"), [(2, {0: 2, 1: 12, 2: 2}), (3, {0: 2, 1: 102, 2: 150, 3: 2})])
def test_all_functions_by_their_order(n: int, known: dict[int, int]) -> None:
    """So many of each, and each as a linear program for the widest margin has it."""
    every = list(itertools.product((0, 1), repeat=2**n))
    found = [order(d, n) for d in every]

    assert Counter(found) == known
    some = range(0, len(every), 1 if n == 2 else 5)
    assert [found[k] for k in some] == [order_by_margins(every[k], n) for k in some]


@pytest.mark.parametrize("n", range(2, 9))
def test_paritys_order_is_the_retina(n: int) -> None:
    """By counts, and over all figures."""
    turns = [[*range(1, n), 0], [1, 0, *range(2, n)]]

    assert order_of_counts(lambda c: c[:, 0] % 2, n) == n
    assert order(lambda X: X.sum(axis=1) % 2, n, turns) == n


@pytest.mark.parametrize("n", [3, 5, 8])
def test_parity_as_an_exact_sum_of_masks(n: int) -> None:
    """(−2)^(|S|−1): 2^n − 1 masks, the largest weight 2^(n−1)."""
    a = mask_form(lambda X: X.sum(axis=1) % 2, n)
    sizes = figures(n).sum(axis=1)

    assert a.tolist() == np.where(sizes, (-2.0) ** (sizes - 1), 0).tolist()
    assert (np.count_nonzero(a), np.abs(a).max()) == (2**n - 1, 2 ** (n - 1))


@pytest.mark.parametrize("seed", range(10))
def test_the_sum_of_masks_is_the_predicate(seed: int) -> None:
    """Masks as products of points, weighted and added, give back what was asked."""
    d = np.random.default_rng(seed).integers(0, 2, 16)
    X = figures([2, 2]).reshape(16, 4)

    a = mask_form(d, [2, 2])

    masks = np.stack([X[:, own > 0].prod(axis=1) for own in X], axis=1)
    assert (masks @ a).tolist() == d.tolist()


@pytest.mark.parametrize(
    ("says", "boxes", "known"),
    [
        (lambda c: c[:, 0] > 2, [5], 1),
        (lambda c: c[:, 0] > 4, [9], 1),
        (lambda c: c[:, 0] == 3, [6], 2),
        (lambda c: c[:, 0] % 3 == 0, [6], 4),
    ],
    ids=["majority of 5", "majority of 9", "3 of 6", "by three"],
)
def test_orders_of_what_counts(says: Callable[[Array], Any], boxes: list[int], known: int) -> None:
    """Majority is of order 1; to count exactly, and by threes, takes more."""
    assert order_of_counts(says, boxes) == known
    assert order(lambda X: says(X.sum(axis=1)[:, None]), boxes) == known


@pytest.mark.parametrize(
    ("boxes", "known"),
    [*(([size] * 2, 2) for size in (2, 4, 8, 16)), ([2] * 3, 2), ([3] * 3, 2), ([4] * 3, 3), ([5] * 3, 3)],
)
def test_one_in_a_box(boxes: list[int], known: int) -> None:
    """Two boxes: order 2 however large; three: order 3 from four points each on."""
    assert order_of_counts(lambda c: c.min(axis=1) > 0, boxes) == known


@pytest.mark.parametrize(
    ("rows", "columns", "pieces", "known"),
    [
        *((1, 3, 7, 1), (1, 4, 11, 2), (1, 5, 16, 2), (1, 6, 22, 2), (2, 2, 14, 2), (2, 3, 41, 2)),
        *((2, 4, 109, 2), (3, 3, 219, 3), (3, 4, 1127, 3)),
    ],
)
def test_the_order_of_connectedness_grows(rows: int, columns: int, pieces: int, known: int) -> None:
    """Figures in one piece, and the order of telling them."""
    assert connected(figures([rows, columns])).sum() == pieces
    assert order(connected, [rows, columns], mirrors(rows, columns)) == known


def test_symmetries_change_the_work_and_not_the_order() -> None:
    """The group invariance theorem, on random predicates that reflections keep."""
    draw = np.random.default_rng(0)
    X, moves = figures([2, 3]), mirrors(2, 3)
    number = 2 ** np.arange(6)
    for _ in range(5):
        said = draw.integers(0, 2, 64)
        images = [(X.reshape(64, 6)[:, move] @ number).astype(int) for move in moves]
        both = images[0][images[1]]
        d = said & said[images[0]] & said[images[1]] & said[both]

        assert order(d, [2, 3], moves) == order(d, [2, 3])


def test_components_and_holes_are_those_of_networkx() -> None:
    """All figures of 3 × 3, and a ring that closes at a corner or does not."""
    X = figures([3, 3])

    assert components(X).tolist() == [grid_pieces(x, 1, corners=False) for x in X]
    assert np.subtract(components(X), holes(X)).tolist() == [euler_number(x) for x in X]
    assert holes(1 - np.eye(3)[None, :, ::-1]).tolist() == [0]


def test_the_four_figures() -> None:
    """2, 1, 1 and 2 components: in one piece where the ends differ."""
    assert components(four_figures(12)).tolist() == [2, 1, 1, 2]
    assert four_figures(12).shape == (4, 5, 12)


@pytest.mark.parametrize("width", [3, 6, 11])
def test_no_window_tells_connectedness(width: int) -> None:
    """With every predicate on every window, figures 00 and 11 together show what 01 and 10 show together."""
    seen = windows(four_figures(12), width)

    found = aon.separable(seen, [0, 1, 1, 0])

    assert (seen[0] + seen[3]).tolist() == (seen[1] + seen[2]).tolist()
    assert isinstance(found, Certificate)
    assert [float(u) for u in found.weights] == [0.5] * 4
    assert found.check()


def test_a_window_on_all_of_the_figure_does() -> None:
    """Twelve columns of twelve."""
    assert aon.separable(windows(four_figures(12), 12), [0, 1, 1, 0])


def test_the_euler_net_on_random_figures() -> None:
    """Points less pairs plus squares are components less holes: 0 wrong of 2000."""
    X = np.random.default_rng(0).integers(0, 2, (2000, 8, 8)).astype(float)

    found = aon.evaluate(euler([8, 8]), X.reshape(2000, 64))[:, 0]

    assert found.tolist() == np.subtract(components(X), holes(X)).tolist()


def test_the_euler_net_as_a_predicate() -> None:
    """All figures of 2 × 4, by networkx; and its order, of masks, is no more than 4."""
    X = figures([2, 4])
    d = [float(euler_number(x) >= 2) for x in X]

    assert aon.evaluate(euler([2, 4], least=2), X.reshape(-1, 8))[:, 0].tolist() == d
    assert order(d, [2, 4]) <= 4


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: order([0, 1, 1], 2),
            r"says yes or no to each of 4 figures, \(figures,\), found the shape \(3,\)",
        ),
        (
            lambda: order(connected, [4, 4]),
            "order looks at all figures of at most 14 points, 2\\^14; found 16",
        ),
        (
            lambda: order([0, 0, 1, 1], 2, [[1, 0]]),
            "the predicate changes under a symmetry that is said to keep",
        ),
        (
            lambda: order([0, 1, 1, 1], 2, [[1, 2]]),
            r"a symmetry is a permutation of the 2 points from 0, found \[1",
        ),
        (
            lambda: order_of_counts(lambda c: c[:, 0] > 1, [99] * 3),
            "order_of_counts takes at most 20000 ways",
        ),
        (lambda: order([0, 1], 0), "a side of the retina must be a whole number from 1 up, found 0"),
        (
            lambda: windows(four_figures(12), 13),
            r"windows of 13 columns need figures .* found the shape \(4, 5, 12\)",
        ),
        (lambda: euler([8]), r"euler: the retina has rows and columns, found \[8\]"),
        (lambda: four_figures(1), "four_figures: length must be a whole number from 2 up, found 1"),
    ],
)
def test_what_cannot_be_answered_is_told_in_one_sentence(ask: Callable[[], object], message: str) -> None:
    """What was found, and what would be right."""
    with pytest.raises(AllornoneError, match=message):
        ask()
