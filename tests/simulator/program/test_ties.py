"""Ties: whether a threshold is reached does not depend on the order in which a net was declared."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.network.network import Network

MODELS = {"mcculloch-pitts": aon.McCullochPitts, "threshold": aon.Threshold}


def unit_of(weights: dict[str, float], threshold: float, model: str = "mcculloch-pitts") -> Network:
    """Return one unit that hears inputs in the order of the weights."""
    net = Network()
    net.add_inputs(*weights)
    net.add_unit("N", MODELS[model](threshold=threshold))
    for name, weight in weights.items():
        net.connect(name, "N", weight)
    return net


def reaches(weights: dict[str, float], threshold: float, row: dict[str, int]) -> bool:
    """Return what exact arithmetic, rounded once, answers."""
    return float(sum(Fraction(w) * row[name] for name, w in weights.items())) >= threshold


@pytest.mark.parametrize("order", list(permutations((0.6, 0.3, 0.1))))
def test_three_weights_reach_one_in_every_order(order: tuple[float, ...]) -> None:
    """.6 + .3 + .1 is 1 however it is added up, for the engine and for who reads the net."""
    net = unit_of({f"X{w}": w for w in order}, 1.0)

    assert aon.evaluate(net, np.ones((1, 3))).tolist() == [[1.0]]
    assert aon.simulate(net, np.ones((3, 3)), update="one-by-one")["N"].tolist() == [0, 1, 1]
    assert aon.formula(net).split(" = ")[1].count("and") == 2
    trace = aon.simulate(net, np.ones((2, 3)), record=["z"])
    assert trace.of("N", "z").tolist() == [0.0, 1.0]
    assert "≥ 1" in aon.explain(trace, "N", 1)


@pytest.mark.parametrize("block", range(10))
def test_decimal_nets_answer_and_read_alike_in_every_order(block: int) -> None:
    """3,000 nets with decimal weights: simulate, its inputs permuted, formula, and exact arithmetic agree."""
    random = np.random.default_rng(block)
    for _ in range(300):
        count = int(random.integers(2, 6))
        names = [f"X{k}" for k in range(count)]
        weights = {name: int(random.integers(-9, 10)) / 10 for name in names}
        threshold = int(random.integers(1, 16)) / 10
        rows = np.array([[row >> k & 1 for k in range(count)] for row in range(1 << count)])
        wanted = [reaches(weights, threshold, dict(zip(names, row, strict=True))) for row in rows.tolist()]
        shuffled = [names[k] for k in random.permutation(count)]
        other = unit_of({name: weights[name] for name in shuffled}, threshold)

        assert answers(unit_of(weights, threshold), names, rows) == wanted
        assert answers(other, names, rows) == wanted
        assert answers(aon.logic(aon.formula(other)), names, rows) == wanted


def answers(net: Network, names: list[str], rows: Array) -> list[bool]:
    """Return what the unit N answers to each row of inputs, held until the net has settled."""
    places = [names.index(name) for name in net.inputs]
    found = aon.evaluate(net, rows[:, places], ticks=4 if net.loops else None)
    return [bool(y) for y in found[:, 0]]


@pytest.mark.parametrize("rule", ["perceptron", "adaline"])
def test_a_tie_at_zero_is_decided_by_the_exact_sum(rule: str) -> None:
    """.1 + .2 − .3 is a little above 0 in doubles, whatever is added first; a perceptron fires, in every order."""
    for order in permutations((0.1, 0.2, -0.3)):
        net = getattr(aon, rule)(inputs=3, weights=list(order), bias=0)

        assert aon.evaluate(net, np.ones((1, 3))).tolist() == [[1.0]]
