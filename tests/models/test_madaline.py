"""MADALINE: how often each rule solves exclusive or, and what freezes; ADALINE's closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.rules import LearningRule
from allornone.simulator.program.program import compile
from allornone.simulator.records.records import Training

X, XOR = [[-1, -1], [-1, 1], [1, -1], [1, 1]], [-1, 1, 1, -1]


def taught(rule: LearningRule, hidden: int, gate: Any, epochs: int) -> Training:
    """Return the training of a hundred MADALINEs on exclusive or."""
    networks = [aon.madaline(2, hidden, gate, seed=seed) for seed in range(100)]
    return aon.train(
        compile(networks),
        X,
        XOR,
        rule=rule,
        epochs=epochs,
        order="shuffled",
        until="mistakes == 0",
        record=["weights"] if isinstance(rule, aon.MadalineNearest) else (),
    )


@pytest.mark.parametrize(("gate", "hidden"), [("or", 2), ("and", 2), ("majority", 3)])
def test_rule_one_always_solves_exclusive_or(gate: str, hidden: int) -> None:
    """With steps that correct at once, half of them within five epochs."""
    training = taught(aon.MadalineI(alpha=1.0), hidden, gate, 50)

    assert training.solved.sum() == 100
    assert np.median(training.epochs) <= 5


@pytest.mark.slow
def test_small_steps_lose_reliability() -> None:
    """α = .1 leaves some unsolved: between 70 and 95 of 100."""
    assert 70 <= taught(aon.MadalineI(alpha=0.1), 2, "or", 2000).solved.sum() <= 95


def test_the_lectures_rule_freezes() -> None:
    """Fewer than 20 of 100 are solved, and nothing changes any more where they are not."""
    training = taught(aon.MadalineNearest(alpha=1.0), 2, "or", 100)

    left = ~training.solved
    assert training.solved.sum() < 20
    assert training["updates"][-1][left].sum() == 0
    assert (training["mistakes"][-1][left] >= 1).all()


@pytest.mark.slow
def test_rule_two_teaches_every_layer() -> None:
    """With three hidden units and a trained output about 83 of 100, with two about 64."""
    three = taught(aon.MadalineII(alpha=0.5), 3, "trained", 500).solved.sum()
    two = taught(aon.MadalineII(alpha=0.5), 2, "trained", 500).solved.sum()

    assert 70 <= three <= 95
    assert 48 <= two <= 80


def test_the_gates_are_gates() -> None:
    """An or, an and, a majority of ±1."""
    gates: dict[Any, list[int]] = {"or": [-1, 1, 1, 1], "and": [-1, -1, -1, 1]}
    for gate, wanted in gates.items():
        net = aon.madaline(2, 2, gate)
        for unit, source in (("H1", "X1"), ("H2", "X2")):
            net.nodes[unit]["bias"] = 0.0
            for name in net.inputs:
                net.edges[name, unit]["weight"] = float(name == source)
        assert aon.evaluate(net, X).ravel().tolist() == wanted
    strange: Any = "xor"
    with pytest.raises(AllornoneError, match="gate must be one of or, and, majority, trained, found 'xor'"):
        aon.madaline(2, 2, strange)


@pytest.mark.parametrize(
    ("d", "wanted"), [([-1, -1, -1, 1], [-0.5, 0.5, 0.5]), ([-1, 1, 1, 1], [0.5, 0.5, 0.5]), (XOR, [0, 0, 0])]
)
def test_least_squares_finds_the_wiener_solution(d: list[int], wanted: list[float]) -> None:
    """The closed form, the rule that solves, and where LMS goes."""
    solved, descended = aon.adaline(2), aon.adaline(2)

    aon.train(solved, X, d, rule=aon.LeastSquares(), batch="all")
    aon.train(descended, X, d, rule=aon.LMS(eta=0.01), epochs=3000, record=())

    assert aon.wiener(X, d) == pytest.approx(wanted, abs=1e-9)
    for net, close in ((solved, 1e-9), (descended, 0.02)):
        found = [net.nodes["out"]["bias"], *(net.edges[x, "out"]["weight"] for x in net.inputs)]
        assert found == pytest.approx(wanted, abs=close)


@pytest.mark.parametrize(("share", "bounded"), [(0.99, True), (1.01, False)])
def test_the_largest_stable_rate_is_where_a_batch_bursts(share: float, bounded: bool) -> None:
    """0/1 inputs: 2 / λ = 1.25544; just below LMS converges to 1e-12, just above it passes 1e10."""
    inputs, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    eta = share * aon.largest_eta(inputs)
    net = aon.adaline(2)

    aon.train(net, inputs, d, rule=aon.LMS(eta=eta), epochs=2000, batch="all", bound=1e300, record=())

    found = np.array([net.nodes["out"]["bias"], *(net.edges[x, "out"]["weight"] for x in net.inputs)])
    apart = float(np.linalg.norm(found - aon.wiener(inputs, d)))
    assert aon.largest_eta(inputs) == pytest.approx(1.25544, abs=1e-5)
    assert apart < 1e-12 if bounded else apart > 1e10
    assert aon.largest_eta(X, batch=1) == pytest.approx(2 / 3)


def test_a_normalised_step_with_rate_one_leaves_no_error() -> None:
    """The presentation is answered exactly afterwards."""
    net = aon.adaline(3, weights=[0.3, -2.0, 1.0])
    x = np.array([[0.5, -1.0, 2.0]])

    aon.train(net, x, [0.25], rule=aon.NormalisedLMS(alpha=1.0))

    z = net.nodes["out"]["bias"] + sum(
        net.edges[name, "out"]["weight"] * value for name, value in zip(net.inputs, x[0], strict=True)
    )
    assert z == pytest.approx(0.25)
