"""Starting weights: drawn as said, by seed, and Nguyen and Widrow's lengths."""

from __future__ import annotations

from typing import Any

import networks as nets
import numpy as np
import pytest

import allornone as aon
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network


def drawn(how: Any, seed: int = 0, hidden: int = 40) -> Network:
    """Return a net with four inputs, whose weights and biases were started."""
    net = aon.mlp(4, [hidden], 1)
    aon.start(net, how, seed=seed)
    return net


def weights(net: Network, unit: str) -> list[float]:
    """Return the weights of a unit."""
    return [net.edges[source, unit]["weight"] for source in net.predecessors(unit)]


def test_a_start_is_drawn_by_seed_within_its_width() -> None:
    """Uniform within ±a, normal with its standard deviation, over the fan-in, or one number."""
    uniform, normal = drawn({"uniform": 0.5}), drawn({"normal": 2.0})
    over_n = drawn({"uniform": lambda n: 1 / n})
    every = np.array([w for k in range(1, 41) for w in weights(normal, f"H{k}")])

    assert max(map(abs, nets.numbers(uniform))) <= 0.5
    assert np.std(every) == pytest.approx(2.0, rel=0.25)
    assert max(map(abs, weights(over_n, "H1"))) <= 0.25
    assert max(map(abs, weights(over_n, "out"))) <= 1 / 40
    assert nets.numbers(drawn({"uniform": 0.5})) == nets.numbers(uniform)
    assert nets.numbers(drawn({"uniform": 0.5}, seed=1)) != nets.numbers(uniform)
    assert set(nets.numbers(drawn(0.25))) == {0.25}


def test_nguyen_and_widrow_spread_a_layer_over_its_inputs() -> None:
    """Every hidden unit's weights have the length 0.7 H^(1/n), its bias lies within it."""
    net = drawn("nguyen-widrow", hidden=16)
    beta = 0.7 * 16 ** (1 / 4)

    for k in range(1, 17):
        assert np.linalg.norm(weights(net, f"H{k}")) == pytest.approx(beta)
        assert abs(net.nodes[f"H{k}"]["bias"]) <= beta
    assert np.linalg.norm(weights(net, "out")) == pytest.approx(0.7)


def test_what_may_not_change_is_not_drawn_and_what_is_shared_is_one_number() -> None:
    """A fixed synapse keeps its weight."""
    net = aon.mlp(2, [2], 1, weights=9.0)
    net.edges["X1", "H1"]["plastic"] = False
    net.edges["X2", "H1"]["shared"] = net.edges["X1", "H2"]["shared"] = "k"

    aon.start(net, {"normal": 1.0})

    assert net.edges["X1", "H1"]["weight"] == 9.0 != net.edges["X2", "H2"]["weight"]
    assert net.edges["X2", "H1"]["weight"] == net.edges["X1", "H2"]["weight"]


@pytest.mark.parametrize("how", ["xavier", {"uniform": 1, "normal": 1}, {"gauss": 1}, True, {}])
def test_a_start_that_means_nothing_is_told(how: Any) -> None:
    """And what would be right."""
    with pytest.raises(AllornoneError, match="a start is a number,"):
        aon.start(aon.mlp(), how)
