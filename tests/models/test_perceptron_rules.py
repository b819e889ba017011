"""The pocket and the averaged perceptron, beside naive loops, brute force and scikit-learn."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array, Index, stream
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import compile

theirs: Any = import_module("sklearn.linear_model")
ROWS = np.array(list(itertools.product((0.0, 1.0), repeat=2)))
AND, OR, XOR = ([0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0])


def walk(x: Array, d: Array, orders: Iterator[Index]) -> Iterator[tuple[Array, bool]]:
    """Yield the weights (bias last) that met each presentation, and whether they answered it."""
    w = np.zeros(x.shape[1] + 1)
    with_bias = np.column_stack([x, np.ones(len(x))])
    for k in itertools.chain.from_iterable(orders):
        y = float(with_bias[k] @ w > 0)
        yield w.copy(), y == d[k]
        w = w + (d[k] - y) * with_bias[k]


def shuffled(count: int, epochs: int, seed: int) -> Iterator[Index]:
    """Yield the orders in which the engine shows lessons."""
    draw = stream(seed, "order")
    return (draw.permutation(count) for _ in range(epochs))


def learned(net: Network) -> list[float]:
    """Return the weights of a single unit, its bias last."""
    return [*(net.edges[name, "out"]["weight"] for name in net.inputs), net.nodes["out"]["bias"]]


def noisy(seed: int) -> tuple[Array, Array]:
    """Return lessons that no plane fits."""
    draw = np.random.default_rng(seed)
    x = draw.integers(-4, 5, (30, 3)) / 4
    return x, ((x @ [1.0, -1.0, 0.5] > 0) ^ (draw.random(30) < 0.2)).astype(float)


@pytest.mark.parametrize("seed", range(5))
def test_the_pocket_holds_the_best_weights(seed: int) -> None:
    """A loop that judges every weight vector on all lessons finds the same weights."""
    x, d = noisy(seed)
    net, fewest, pocket = aon.perceptron(3), 31, np.zeros(4)
    for w, _ in walk(x, d, shuffled(30, 15, seed)):
        mistakes = int(((x @ w[:3] + w[3] > 0) != d).sum())
        if mistakes < fewest:
            fewest, pocket = mistakes, w

    aon.train(net, x, d, rule=aon.PocketRule(), epochs=15, order="shuffled", seed=seed)

    assert learned(net) == pocket.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_average_is_that_of_all_weights_that_met_a_presentation(seed: int) -> None:
    """A plain mean over the walk."""
    x, d = noisy(seed)
    net = aon.perceptron(3)

    aon.train(net, x, d, rule=aon.AveragedPerceptron(), epochs=15, order="shuffled", seed=seed)

    met = [w for w, _ in walk(x, d, shuffled(30, 15, seed))]
    assert learned(net) == pytest.approx(np.mean(met, axis=0), abs=1e-12)


@pytest.mark.parametrize("seed", range(21))
def test_the_pocket_finds_the_best_single_unit_for_xor(seed: int) -> None:
    """1 wrong of 4, the least of all units with small whole weights, on 21 of 21 seeds."""
    net = aon.perceptron(2)
    fewest = min(
        int(((ROWS @ w[:2] + w[2] > 0) != np.array(XOR, dtype=bool)).sum())
        for w in itertools.product(range(-3, 4), repeat=3)
    )

    aon.train(net, ROWS, XOR, rule=aon.PocketRule(), epochs=100, order="shuffled", seed=seed)

    assert int((aon.evaluate(net, ROWS)[:, 0] != XOR).sum()) == fewest == 1


@pytest.mark.parametrize("seed", range(20))
def test_weights_that_answer_a_whole_epoch_are_kept(seed: int) -> None:
    """Were other weights luckier for longer, the training would be solved and the unit wrong."""
    draw = np.random.default_rng(seed)
    x = draw.integers(-2, 3, (6, 2)).astype(float)
    d = (x @ [2.0, 1.0] > 0.5).astype(float)
    net = aon.perceptron(2)

    training = aon.train(
        net, x, d, rule=aon.PocketRule(), epochs=300, order="shuffled", seed=seed, until="mistakes == 0"
    )

    assert training.solved
    assert aon.evaluate(net, x)[:, 0].tolist() == d.tolist()


@pytest.mark.parametrize("rule", [aon.PocketRule(), aon.AveragedPerceptron()], ids=["pocket", "averaged"])
@pytest.mark.parametrize("d", [AND, OR], ids=["and", "or"])
def test_what_is_kept_is_taken_when_learning_ends_and_not_before(rule: Any, d: list[int]) -> None:
    """The walk and its mistakes are those of the perceptron's rule."""
    plain = aon.train(aon.perceptron(2), ROWS, d, rule=aon.PerceptronRule(), epochs=8, record=["weights"])

    kept = aon.train(aon.perceptron(2), ROWS, d, rule=rule, epochs=8, record=["weights"])

    assert kept["mistakes"].tolist() == plain["mistakes"].tolist()
    assert kept.weights("X1", "out").tolist() == plain.weights("X1", "out").tolist()


def test_a_lane_that_is_done_keeps_what_it_had() -> None:
    """Learning that goes on beside it adds nothing to its mean, and nothing to its pocket."""
    rules: list[Any] = [aon.AveragedPerceptron(), aon.PocketRule()]
    for rule in rules:
        nets = [aon.perceptron(2, weights=w) for w in (0.0, 3.0)]
        copies = [net.copy() for net in nets]
        how: dict[str, Any] = {"rule": rule, "epochs": 50, "until": "mistakes == 0"}

        together = aon.train(compile(nets), ROWS, AND, **how)
        alone = [aon.train(net, ROWS, AND, **how) for net in copies]

        assert together.lane_epochs.tolist() == [one.epochs for one in alone] == [6, 2]
        assert [learned(net) for net in nets] == [learned(net) for net in copies]


@pytest.mark.parametrize("seed", range(5))
def test_weights_are_those_of_scikit_learn(seed: int) -> None:
    """Its Perceptron makes the same walk over lessons of which none lies on the plane."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(40, 4))
    d = (x @ draw.normal(size=4) + 0.3 * draw.normal(size=40) > 0).astype(float)
    start = draw.normal(size=5)
    net = aon.perceptron(4, weights=start[:4].tolist(), bias=float(start[4]))

    aon.train(net, x, d, rule=aon.PerceptronRule(), epochs=20)
    judge = theirs.Perceptron(max_iter=20, tol=None, shuffle=False)
    judge.fit(x, d, coef_init=start[None, :4], intercept_init=start[4:])

    assert learned(net) == pytest.approx([*judge.coef_[0], *judge.intercept_], abs=1e-9)


GATES = {
    "and": (AND, 6, 10, (-2, 2, 1)),
    "or": (OR, 4, 4, (0, 1, 1)),
    "nand": ([1, 1, 1, 0], 6, 11, (3, -2, -1)),
    "nor": ([1, 0, 0, 0], 4, 5, (1, -1, -1)),
    "x and not y": ([0, 0, 1, 0], 5, 6, (0, 1, -2)),
}


@pytest.mark.parametrize(("d", "epochs", "updates", "final"), GATES.values(), ids=GATES)
@pytest.mark.parametrize("eta", [0.125, 1.0, 7.0])
def test_gates_take_so_many_epochs_whatever_the_rate(
    d: list[int], epochs: int, updates: int, final: tuple[int, ...], eta: float
) -> None:
    """From 0, a rate scales the weights and changes no mistake."""
    net = aon.perceptron(2)

    training = aon.train(net, ROWS, d, rule=aon.PerceptronRule(eta=eta), epochs=50, until="mistakes == 0")

    w1, w2, b = learned(net)
    assert (training.epochs, training["updates"].sum()) == (epochs, updates)
    assert (b / eta, w1 / eta, w2 / eta) == final


def test_on_xor_the_rule_walks_in_a_circle() -> None:
    """Mistakes 2, 3, 4, 4, … and from the third epoch on four states, of a squared length of at most 5."""
    d = np.array(XOR)
    walked = [tuple(w[[2, 0, 1]]) for w, _ in walk(ROWS, d, (np.arange(4) for _ in range(12)))]

    training = aon.train(aon.perceptron(2), ROWS, XOR, rule=aon.PerceptronRule(), epochs=11)

    assert training["mistakes"].tolist() == [2, 3, *[4] * 9]
    assert walked[9:13] == [(0, -1, 0), (1, -1, 1), (2, 0, 1), (1, -1, 0)]
    assert walked[9:13] * 9 == walked[9:45]
    assert max(sum(value**2 for value in w) for w in walked) <= 5
