"""Random nets: whole numbers from a range, joined both ways alike if asked, the same for the same seed."""

from __future__ import annotations

from typing import Any

import pytest

import allornone as aon
from allornone.models.automata.random_net import random_net


def weights(net: aon.Network) -> dict[tuple[str, str], float]:
    """Return the weight of every synapse."""
    return {(u, v): data["weight"] for u, v, data in net.edges(data=True)}


def test_everything_is_joined_to_everything_by_whole_numbers() -> None:
    """Every value of both ranges comes, and none beyond."""
    net = random_net(30, weights=[-2, 2], thresholds=[0, 3], seed=1)

    assert net.number_of_edges() == 900
    assert set(weights(net).values()) == {-2, -1, 0, 1, 2}
    assert {net.nodes[unit]["threshold"] for unit in net} == {0, 1, 2, 3}
    assert {net.nodes[unit]["model"] for unit in net} == {"mcculloch-pitts"}
    assert net.outputs == list(net)


def test_symmetric_nets_are_symmetric_and_others_are_not() -> None:
    """In every pair."""
    for symmetric in (True, False):
        w = weights(random_net(12, symmetric=symmetric, seed=3))

        assert all(w[u, v] == w[v, u] for u, v in w) is symmetric


def test_a_seed_is_a_net() -> None:
    """The same seed gives the same, another another; symmetry does not change the thresholds."""
    one, again, other = random_net(8, seed=5), random_net(8, seed=5), random_net(8, seed=6)

    assert weights(one) == weights(again) != weights(other)
    assert [one.nodes[u]["threshold"] for u in one] == [again.nodes[u]["threshold"] for u in again]


def test_symmetric_nets_end_at_rest_or_blinking() -> None:
    """Goles and Olivos: under synchronous update only the periods 1 and 2; the asymmetric ones have longer."""
    periods = {
        symmetric: {
            int(period)
            for seed in range(40)
            for period in aon.attractors(random_net(8, symmetric=symmetric, seed=seed)).periods
        }
        for symmetric in (True, False)
    }

    assert periods[True] == {1, 2}
    assert max(periods[False]) > 4


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"units": 0}, "units must be a whole number from 1 up, found 0"),
        ({"weights": [2, -2]}, "weights are two whole numbers, the least and the most, found [2, -2]"),
        ({"weights": [0.5, 2]}, "weights are two whole numbers, the least and the most, found [0.5, 2]"),
        ({"units": 2001}, "a random net has at most 2000 units, each joined to all, found 2001"),
        ({"weights": 3}, "weights are two whole numbers, the least and the most, found 3"),
        (
            {"weights": [0, float("inf")]},
            "weights are two whole numbers, the least and the most, found [0, inf]",
        ),
        ({"thresholds": [1]}, "thresholds are two whole numbers, the least and the most, found [1]"),
        ({"symmetric": "yes"}, "symmetric must be true or false, found 'yes'"),
    ],
)
def test_what_is_no_range_is_told(given: dict[str, Any], sentence: str) -> None:
    """By name, with what was found."""
    with pytest.raises(aon.AllornoneError) as error:
        random_net(**{"units": 3, **given})

    assert str(error.value) == sentence
