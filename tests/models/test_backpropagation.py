"""Backpropagation and gradients beside strangers: autograd, scikit-learn, the PDP book, plain loops."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network

LogisticRegression: Any = import_module("sklearn.linear_model").LogisticRegression
XOR = ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])


def layered(widths: list[int], model: Any, last: Any, seed: int = 0) -> Network:
    """Return layers that are fully connected, their weights drawn."""
    random = np.random.default_rng(seed)
    net = Network()
    net.add_inputs(*(f"X{k}" for k in range(widths[0])))
    before = net.inputs
    for depth, width in enumerate(widths[1:], 1):
        unit = last if depth == len(widths) - 1 else model
        group = net.add_group(f"L{depth}", width, unit, output=depth == len(widths) - 1 or None)
        for target in group:
            net.nodes[target]["bias"] = float(random.normal())
            for source in before:
                net.connect(source, target, weight=float(random.normal()))
        before = group
    return net


def by_the_book(net: Network, x: Array, d: Array) -> dict[tuple[str, str], float]:
    """Return ∂E/∂w of a net of two logistic layers by the lecture's scalar loops, from the last layer to the first."""
    first, second = net.group("L1"), net.group("L2")
    y = dict(zip(net.inputs, x.tolist(), strict=True))
    for unit in (*first, *second):
        z = net.nodes[unit]["bias"] + sum(net.edges[u, unit]["weight"] * y[u] for u in net.predecessors(unit))
        y[unit] = 1 / (1 + np.exp(-z))
    slopes: dict[tuple[str, str], float] = {}
    delta = {unit: (y[unit] - d[k]) * y[unit] * (1 - y[unit]) for k, unit in enumerate(second)}
    for unit in first:
        handed = sum(net.edges[unit, after]["weight"] * delta[after] for after in second)
        delta[unit] = y[unit] * (1 - y[unit]) * handed
    for source, target in net.edges:
        slopes[source, target] = y[source] * delta[target]
    return slopes


def test_the_vector_form_is_the_lectures_scalar_loops() -> None:
    """Layer by layer, weight by weight, to 1e-12."""
    net = layered([3, 4, 2], aon.Logistic(), aon.Logistic())
    x, d = np.array([0.3, -1.0, 0.7]), np.array([0.0, 1.0])

    found = aon.gradient(net, x, d)

    assert found.weights == pytest.approx(by_the_book(net, x, d), abs=1e-12)


def test_the_index_slip_of_the_slides_is_no_gradient() -> None:
    """With W of the layer's own in place of the next, a 3-3-3 net has another first layer."""
    net = layered([3, 3, 3], aon.Logistic(), aon.Logistic(), seed=2)
    x, d = np.array([0.3, -1.0, 0.7]), np.array([0.0, 1.0, 0.0])
    first, second = net.group("L1"), net.group("L2")
    found = aon.gradient(net, x, d)

    delta = {v: found.biases[v] for v in second}
    y = {u: float(aon.simulate(net, x[None])[u][0]) for u in first}
    slipped = {
        u: y[u]
        * (1 - y[u])
        * sum(net.edges[net.inputs[k], u]["weight"] * delta[v] for k, v in enumerate(second))
        for u in first
    }

    assert {u: found.biases[u] for u in first} != pytest.approx(slipped, rel=0.05)


@pytest.mark.parametrize(("z", "d", "wanted"), [(40.0, 1.0, 0.0), (40.0, 0.0, 1.0), (-800.0, 1.0, -1.0)])
def test_a_saturated_logistic_unit_has_the_slope_y_minus_d(z: float, d: float, wanted: float) -> None:
    """Under cross-entropy, where 0/0 would be no number."""
    net = Network()
    net.add_inputs("X")
    net.add_unit("Y", aon.Logistic(), bias=0.0)
    net.connect("X", "Y", weight=z)

    for divergence in ("cross-entropy", "kl"):
        found = aon.gradient(net, [1.0], [d], divergence=divergence)
        assert found.biases["Y"] == pytest.approx(wanted)
        assert np.isfinite(found.error)


def test_a_saturated_softmax_has_the_slope_y_minus_d() -> None:
    """Net inputs of 0 and 800."""
    net = Network()
    net.add_inputs("X")
    for unit, weight in zip(net.add_group("Y", 2, aon.Softmax(), output=True), (0.0, 800.0), strict=True):
        net.connect("X", unit, weight=weight)

    found = aon.gradient(net, [1.0], [1.0, 0.0], divergence="cross-entropy")

    assert list(found.biases.values()) == [-1.0, 1.0]


@pytest.mark.parametrize("classes", [2, 3])
def test_regression_is_scikit_learns(classes: int) -> None:
    """Logistic and softmax regression, descended to the end, with scikit-learn's penalty as decay."""
    random = np.random.default_rng(classes)
    X = random.normal(size=(60, 2))
    label = random.integers(0, classes, size=60)
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(X, label)
    net = Network()
    net.add_inputs("X1", "X2")
    outputs = net.add_group(
        "Y", 1 if classes == 2 else classes, aon.Logistic() if classes == 2 else aon.Softmax()
    )
    for source, target in [(x, y) for x in net.inputs for y in outputs]:
        net.connect(source, target, weight=0.0)
    d = label[:, None] == np.arange(classes) if classes > 2 else label[:, None]

    aon.train(
        net,
        X,
        d.astype(float),
        rule=aon.Backpropagation(eta=2.0, divergence="cross-entropy"),
        epochs=3000,
        batch="all",
        until="gradient < 1e-9",
        record=(),
    )

    p = aon.evaluate(net, X)
    wanted = theirs.predict_proba(X)
    assert p == pytest.approx(wanted[:, 1:] if classes == 2 else wanted, abs=1e-4)


def test_decay_momentum_and_zone_are_those_of_a_plain_loop() -> None:
    """v ← μ v − η ∂E/∂w, w ← (1 − λ) w + v, and no error within the zone."""
    net = layered([2, 2], aon.Logistic(), aon.Logistic(), seed=4)
    W = np.array([[net.edges[x, y]["weight"] for y in net.outputs] for x in net.inputs])
    W = np.vstack([W, [net.nodes[y]["bias"] for y in net.outputs]])
    X, D = np.random.default_rng(1).normal(size=(5, 2)), np.array([[0, 1], [1, 0], [1, 1], [0, 0], [1, 0]])
    eta, mu, decay, zone = 0.7, 0.8, 0.01, 0.2
    v = np.zeros_like(W)
    for _ in range(3):
        for x, d in zip(np.hstack([X, np.ones((5, 1))]), D, strict=True):
            y = 1 / (1 + np.exp(-(x @ W)))
            miss = np.sign(y - d) * np.maximum(np.abs(y - d) - zone, 0)
            v = mu * v - eta * np.outer(x, miss * y * (1 - y))
            W = (1 - decay) * W + v

    aon.train(net, X, D, rule=aon.Backpropagation(eta=eta, momentum=mu, decay=decay, zone=zone), epochs=3)

    found = [[net.edges[x, y]["weight"] for y in net.outputs] for x in net.inputs]
    assert np.vstack([found, [net.nodes[y]["bias"] for y in net.outputs]]) == pytest.approx(W, abs=1e-12)


def test_a_ramp_changes_the_rate_from_epoch_to_epoch() -> None:
    """Three epochs at .5, .3 and .1 are three trainings at these rates."""
    ramped, step_by_step = (layered([2, 1], aon.Linear(), aon.Linear(), seed=1) for _ in range(2))

    aon.train(
        ramped,
        *XOR,
        rule=aon.Backpropagation(),
        epochs=3,
        ramps={"eta": {"from": 0.5, "to": 0.1, "epochs": 3}},
    )
    for eta in (0.5, 0.3, 0.1):
        aon.train(step_by_step, *XOR, rule=aon.Backpropagation(eta=eta), epochs=1)

    for edge in ramped.edges:
        assert ramped.edges[edge]["weight"] == pytest.approx(step_by_step.edges[edge]["weight"], abs=1e-15)


def test_both_stopping_rules_of_the_lecture() -> None:
    """The length of the gradient, and how little the error fell."""
    how: dict[str, Any] = {"rule": aon.Backpropagation(eta=0.1), "epochs": 5000, "batch": "all"}
    steep, falls = (layered([2, 1], aon.Linear(), aon.Linear(), seed=1) for _ in range(2))

    by_gradient = aon.train(steep, *XOR, until="gradient <= 1e-6", record=["error", "gradient"], **how)
    by_fall = aon.train(falls, *XOR, until="fall <= 1e-6", **how)

    assert by_gradient.solved
    assert by_gradient["gradient"][-1] <= 1e-6 < by_gradient["gradient"][-2]
    assert by_fall.solved
    assert 0 <= by_fall["error"][-2] - by_fall["error"][-1] <= 1e-6
    assert by_fall.epochs < by_gradient.epochs


def test_a_jacobian_is_the_slope_of_every_output() -> None:
    """Beside central differences, for one sample and for several."""
    net = layered([3, 4, 2], aon.Tanh(), aon.Softmax(), seed=3)
    X = np.random.default_rng(0).normal(size=(4, 3))
    wanted = np.stack(
        [(aon.evaluate(net, X + step) - aon.evaluate(net, X - step)) / 2e-6 for step in 1e-6 * np.eye(3)],
        axis=-1,
    )

    assert aon.jacobian(net, X) == pytest.approx(wanted, abs=1e-8)
    assert aon.jacobian(net, X[1]) == pytest.approx(wanted[1], abs=1e-8)


def test_steps_show_every_delta_and_every_product() -> None:
    """In the lecture's order, the last layer first."""
    net = aon.mlp(2, [1], 1, weights=0.5)

    text = str(aon.gradient(net, [1, 0], [1], steps=True))

    assert text.splitlines()[0].startswith("E = ")
    assert text.index("layer 2: out") < text.index("layer 1: H1")
    assert "∂E/∂w[H1, out] = y[H1] δ[out] = " in text
    assert "∂E/∂b[H1] = δ[H1] = +1 × " in text


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: aon.gradient(aon.mlp(), [1, 2, 3], [1]), "each sample must have 2 numbers, one an input"),
        (
            lambda: aon.gradient(aon.mlp(), [1, 2], [1, 0]),
            r"d must be \(samples, outputs\) = \(1, 1\), found",
        ),
        (lambda: aon.gradient(aon.mlp(), [1, 2], [1], divergence="l3"), "no divergence is named 'l3'"),
        (
            lambda: aon.gradient(aon.perceptron(2), [1, 2], [1]),
            "unit 'out': a perceptron unit has no derivative",
        ),
        (
            lambda: aon.train(aon.perceptron(2), *XOR, rule=aon.PerceptronRule(), until="gradient < 1"),
            "until 'gradient < 1': the rule 'perceptron' follows no gradient that it could tell",
        ),
        (
            lambda: aon.train(
                aon.mlp(), *XOR, rule=aon.Backpropagation(), ramps={"eta": {"from": 1, "to": 2}}
            ),
            "a ramp of 'eta' is",
        ),
        (
            lambda: aon.train(
                aon.mlp(), *XOR, rule=aon.Backpropagation(), ramps={"eta": {"from": 1, "to": -1, "epochs": 3}}
            ),
            "Backpropagation.eta must be more than 0, found -1",
        ),
    ],
)
def test_what_means_nothing_is_one_sentence(call: Any, message: str) -> None:
    """Which array, which unit, what was found, what would do."""
    with pytest.raises(AllornoneError, match=message):
        call()
