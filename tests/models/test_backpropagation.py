"""Backpropagation and gradients beside strangers: autograd, scikit-learn, the PDP book, plain loops."""

from __future__ import annotations

import math
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network

anp: Any = import_module("autograd.numpy")
grad: Any = import_module("autograd").grad
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


Layers = list[tuple[Any, Any]]
"""Weights (from, to) and biases of layers 1 to N."""
Slopes = tuple[Layers, Any]
"""The derivatives of E for all of them, and for the inputs."""


class OnSlides(NamedTuple):
    """A net of layers as the slides write it: f_1 to f_N, what it is shown, what it should answer."""

    net: Network
    layers: Layers
    f: list[str]
    x: Array
    d: Array

    @classmethod
    def drawn(cls, widths: list[int], seed: int) -> OnSlides:
        """Return a net with tanh in the hidden layers and logistic outputs."""
        net = layered(widths, aon.Tanh(), aon.Logistic(), seed=seed)
        names = [net.inputs, *(net.group(f"L{k}") for k in range(1, len(widths)))]
        layers = [
            (
                np.array([[net.edges[u, v]["weight"] for v in after] for u in before]),
                np.array([net.nodes[v]["bias"] for v in after]),
            )
            for before, after in pairwise(names)
        ]
        draw = np.random.default_rng([seed, 1])
        f = ["tanh"] * (len(layers) - 1) + ["logistic"]
        return cls(net, layers, f, draw.normal(size=widths[0]), draw.random(widths[-1]))

    def error(self, layers: Layers, x: Any) -> Any:
        """Return E = ½ Σ (y − d)², written for autograd."""
        y = x
        for (w, b), f in zip(layers, self.f, strict=True):
            z = anp.dot(y, w) + b
            y = anp.tanh(z) if f == "tanh" else 1 / (1 + anp.exp(-z))
        return 0.5 * anp.sum((y - self.d) ** 2)

    def by_autograd(self) -> Slopes:
        """Return what a stranger finds."""
        return grad(self.error, 0)(self.layers, self.x), grad(self.error, 1)(self.layers, self.x)

    def by_gradient(self) -> Slopes:
        """Return what `gradient` finds, with every step of the way back."""
        found = aon.gradient(self.net, self.x, self.d, steps=True)
        names = [self.net.inputs, *(self.net.group(f"L{k}") for k in range(1, len(self.f) + 1))]
        layers = [
            (
                np.array([[found.weights[u, v] for v in after] for u in before]),
                np.array([found.biases[v] for v in after]),
            )
            for before, after in pairwise(names)
        ]
        assert [step.layer for step in found.way.steps] == list(reversed(range(len(self.f))))
        for step, (_, delta) in zip(found.way.steps, reversed(layers), strict=True):
            assert np.array_equal(step.delta[0, :, 0], delta)
        return layers, np.array([found.inputs[u] for u in self.net.inputs])

    def by_the_slides(self, slip: str = "") -> Slopes:
        """Return what the slides' scalar loops find, from N down to 1; a slip is made as it stands there.

        "b": ∂E/∂w_ij of layer 1 has y_i of layer 1, for y_i of layer 0. "c": the loop runs down to 0, as if the inputs
        had an activation; with that of layer 1, at z = x. "d": f' at z of layer N is that of another layer k.
        """
        slope: dict[str, Any] = {
            "tanh": lambda z: 1 - math.tanh(z) ** 2,
            "logistic": lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
        }
        value: dict[str, Any] = {"tanh": math.tanh, "logistic": lambda z: 1 / (1 + math.exp(-z))}
        y, z, last = [self.x.tolist()], [self.x.tolist()], len(self.layers)
        for k in range(1, last + 1):
            w, b = self.layers[k - 1]
            z.append([b[j] + sum(w[i, j] * y[-1][i] for i in range(len(w))) for j in range(len(b))])
            y.append([value[self.f[k - 1]](one) for one in z[-1]])
        of_y = [y[-1][j] - self.d[j] for j in range(len(self.d))]
        found: Layers = []
        for k in range(last, 0, -1):
            w, _ = self.layers[k - 1]
            f = self.f[0] if slip == "d" and k == last else self.f[k - 1]
            of_z = [slope[f](z[k][j]) * of_y[j] for j in range(len(of_y))]
            seen = y[1] if slip == "b" and k == 1 else y[k - 1]
            of_w = [[seen[i] * of_z[j] for j in range(len(of_z))] for i in range(len(w))]
            found.insert(0, (np.array(of_w), np.array(of_z)))
            of_y = [sum(w[i, j] * of_z[j] for j in range(len(of_z))) for i in range(len(w))]
        if slip == "c":
            of_y = [slope[self.f[0]](z[0][i]) * of_y[i] for i in range(len(of_y))]
        return found, np.array(of_y)


def apart(mine: Slopes, others: Slopes) -> dict[str, float]:
    """Return how far slopes are from others, relative to their length: by layer, and of the inputs."""
    of_w = zip(mine[0], others[0], strict=True)
    far = {
        f"{letter}{k}": float(np.linalg.norm(a - b) / np.linalg.norm(b))
        for k, pairs in enumerate(of_w, 1)
        for letter, a, b in zip("wb", *pairs, strict=True)
    }
    return {**far, "x": float(np.linalg.norm(mine[1] - others[1]) / np.linalg.norm(others[1]))}


@pytest.mark.parametrize("widths", [[3, 3, 3], [3, 4, 2], [2, 3, 4, 2]], ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_the_slides_without_their_slips_are_autograds(widths: list[int], seed: int) -> None:
    """So is `gradient`, step by step: layer by layer from N to 1, and then the slopes of the inputs."""
    drawn = OnSlides.drawn(widths, seed)
    wanted = drawn.by_autograd()

    for found in (drawn.by_the_slides(), drawn.by_gradient()):
        assert max(apart(found, wanted).values()) < 1e-12


@pytest.mark.parametrize(
    ("slip", "spoils"),
    [("b", ["w1"]), ("c", ["x"]), ("d", ["w1", "b1", "w2", "b2", "x"])],
)
@pytest.mark.parametrize("seed", range(5))
def test_an_index_slip_of_the_slides_spoils_what_it_touches(slip: str, spoils: list[str], seed: int) -> None:
    """By more than a tenth, and nothing else, in a net of 3-3-3 units, where no shapes clash."""
    drawn = OnSlides.drawn([3, 3, 3], seed)

    far = apart(drawn.by_the_slides(slip), drawn.by_autograd())

    assert [name for name, distance in far.items() if distance > 0.1] == spoils
    assert max((distance for name, distance in far.items() if name not in spoils), default=0.0) < 1e-12


def test_outputs_in_the_place_of_inputs_clash_where_a_layer_is_narrower() -> None:
    """The second slip asks for the third output of two units."""
    with pytest.raises(IndexError):
        OnSlides.drawn([3, 2, 2], 0).by_the_slides("b")


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
