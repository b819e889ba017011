"""Parity, shallow and deep: every net right on every row, and of the size that closed forms say."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, log2

import numpy as np
import pytest

import allornone as aon

# hidden units, connections and depth of each net of N inputs, N ≥ 2
SIZES: dict[str, Callable[[int], tuple[int, int, int]]] = {
    "terms": lambda n: (2 ** (n - 1), (n + 1) * 2 ** (n - 1), 2),
    "chain": lambda n: (3 * (n - 1) - 1, 6 * (n - 1), 2 * (n - 1)),
    "tree": lambda n: (3 * (n - 1) - 1, 6 * (n - 1), 2 * ceil(log2(n))),
    "counters": lambda n: (n, n * (n + 1), 2),
    "skips": lambda n: (n // 2, (n // 2 + 1) * n + n // 2, 2),
    "pairs": lambda n: (2 * (n - 1) - 1, 5 * (n - 1), 2 * (n - 1)),
}


@pytest.mark.parametrize("by", SIZES)
@pytest.mark.parametrize("inputs", range(1, 9))
def test_parity_is_right_on_every_row(by: str, inputs: int) -> None:
    """An odd number of ones."""
    x = np.array([[r >> k & 1 for k in range(inputs)] for r in range(1 << inputs)], dtype=float)
    y = aon.evaluate(aon.parity(inputs, by), x)[:, 0]
    assert np.array_equal(y, x.sum(axis=1) % 2)


@pytest.mark.parametrize("by", SIZES)
@pytest.mark.parametrize("inputs", range(2, 9))
def test_sizes_follow_their_formulae(by: str, inputs: int) -> None:
    """Hidden units, connections, depth."""
    net = aon.parity(inputs, by)
    assert (len(net.group("hidden")), net.parameters, net.depth) == SIZES[by](inputs)
    assert net.outputs == ["out"]


def test_groups_are_the_depths_of_units() -> None:
    """A tree of four has two exclusive ors a level, the last of them in `out`."""
    net = aon.parity(4, "tree")
    assert {group: len(net.group(group)) for group in net.groups} == {
        "hidden1": 4,
        "hidden2": 2,
        "hidden3": 2,
    }


def test_an_unknown_way_is_told_with_the_nearest() -> None:
    """The word, and those there are."""
    with pytest.raises(aon.AllornoneError, match="no way to parity is named 'trees'"):
        aon.parity(4, "trees")
    with pytest.raises(aon.AllornoneError, match=r"2\^\(N−1\) odd rows: to 16 inputs, found 40; by counters"):
        aon.parity(40)
    assert len(aon.parity(40, "counters")) == 81
    with pytest.raises(aon.AllornoneError, match="inputs must be a whole number from 1 up, found 0"):
        aon.parity(0)
