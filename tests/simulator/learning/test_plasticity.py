"""Plasticity in time: closed forms, eigenvectors, and loops written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.rules import LearningRule
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import compile
from allornone.simulator.testing import check_rule

Rows = list[list[float]]

PARAMETERS: list[LearningRule] = [
    *(aon.Oja(eta=eta) for eta in (0.001, 0.25)),
    *(aon.Sanger(eta=eta) for eta in (0.001, 0.25)),
    *(aon.Subspace(eta=eta) for eta in (0.001, 0.25)),
    *(aon.BCM(eta=0.25, rate=rate, threshold=threshold) for rate in (0.0, 0.5) for threshold in (0.0, 1.5)),
    *(aon.HebbDecay(eta=0.5, gamma=gamma) for gamma in (0.0, 0.25, 1.0)),
    aon.Instar(eta=0.5),
    *(aon.Covariance(eta=0.5, rate=rate, mean_x=-1.0) for rate in (0.0, 0.5, 1.0)),
    aon.AntiHebb(eta=0.5),
    *(aon.HebbTrace(eta=0.5, decay=decay) for decay in (0.0, 0.5, 1.0)),
    *(aon.Divisive(eta=0.5, length=length) for length in (0.5, 3.0)),
    *(aon.Subtractive(eta=0.5, low=low) for low in (0.0, -2.0, -float("inf"))),
]


def layer(inputs: int, units: int, seed: int = 0) -> Network:
    """Return linear units that hear all inputs, with weights from 0 to 1."""
    random = np.random.default_rng(seed)
    net = Network()
    net.add_inputs(*(f"X{k}" for k in range(inputs)))
    for j in range(units):
        net.add_unit(f"Y{j}", aon.Linear(), output=True, plastic=False)
        for k in range(inputs):
            net.connect(f"X{k}", f"Y{j}", weight=float(random.random()))
    return net


def weights(net: Network, inputs: int, units: int) -> Rows:
    """Return the weights of such a layer, a row a unit."""
    return [[net.edges[f"X{k}", f"Y{j}"]["weight"] for k in range(inputs)] for j in range(units)]


def correlated(*rows: tuple[float, float]) -> list[list[float]]:
    """Return samples of two inputs."""
    return [list(row) for row in rows]


@pytest.mark.parametrize("rule", PARAMETERS, ids=repr)
def test_every_rule_of_plasticity_conforms_whatever_its_parameters(rule: LearningRule) -> None:
    """Pure, plastic synapses only, lanes apart, a batch the mean of its trials."""
    check_rule(rule)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: aon.Oja(eta=0), r"Oja.eta must be more than 0, found 0"),
        (lambda: aon.Sanger(eta=-1), r"Sanger.eta must be more than 0, found -1"),
        (lambda: aon.Subspace(eta=float("nan")), r"Subspace.eta must be a number, found NaN"),
        (lambda: aon.BCM(rate=1.5), r"BCM.rate must be at most 1, found 1.5"),
        (lambda: aon.BCM(rate=-0.5), r"BCM.rate must be at least 0, found -0.5"),
        (lambda: aon.HebbDecay(gamma=2), r"HebbDecay.gamma must be at most 1, found 2"),
        (lambda: aon.Instar(eta=0), r"Instar.eta must be more than 0, found 0"),
        (lambda: aon.Covariance(rate=-1), r"Covariance.rate must be at least 0, found -1"),
        (lambda: aon.AntiHebb(eta=-0.1), r"AntiHebb.eta must be more than 0, found -0.1"),
        (lambda: aon.HebbTrace(decay=1.01), r"HebbTrace.decay must be at most 1, found 1.01"),
        (lambda: aon.Divisive(length=0), r"Divisive.length must be more than 0, found 0"),
        (lambda: aon.Subtractive(low=float("nan")), r"Subtractive.low must be a number, found NaN"),
        (lambda: aon.Subtractive.from_values({"high": "1"}), r"Subtractive.high must be a number, found '1'"),
    ],
)
def test_a_rule_with_senseless_parameters_is_refused(make: Callable[[], Any], message: str) -> None:
    """The error names the field, what was found and what would be right."""
    with pytest.raises(AllornoneError, match=message):
        aon.train(layer(2, 1), [[1, 0]], rule=make())


def hebb_decay(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """η = 1/10, γ = 1/20."""
    return [
        [w_jk + 0.1 * x_k * y_j - 0.05 * w_jk for w_jk, x_k in zip(row, x, strict=True)]
        for row, y_j in zip(w, y, strict=True)
    ]


def oja(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """η = 1/10."""
    return [
        [w_jk + 0.1 * y_j * (x_k - y_j * w_jk) for w_jk, x_k in zip(row, x, strict=True)]
        for row, y_j in zip(w, y, strict=True)
    ]


def sanger(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """Each unit sees the input less what the units up to it make of it."""
    new = [list(row) for row in w]
    left = list(x)
    for j, y_j in enumerate(y):
        for k in range(len(x)):
            left[k] -= y_j * w[j][k]
            new[j][k] += 0.1 * y_j * left[k]
    return new


def subspace(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """Every unit sees the input less what all units make of it."""
    left = [x_k - sum(y_j * row[k] for y_j, row in zip(y, w, strict=True)) for k, x_k in enumerate(x)]
    return [[w_jk + 0.1 * y_j * left[k] for k, w_jk in enumerate(row)] for row, y_j in zip(w, y, strict=True)]


def bcm(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """η = 1/100, the threshold from 1/2 on, a quarter of the way to y² a step."""
    theta = kept.setdefault("theta", [0.5] * len(y))
    new = [
        [w_jk + 0.01 * y_j * (y_j - theta_j) * x_k for w_jk, x_k in zip(row, x, strict=True)]
        for row, y_j, theta_j in zip(w, y, theta, strict=True)
    ]
    kept["theta"] = [0.75 * theta_j + 0.25 * y_j * y_j for theta_j, y_j in zip(theta, y, strict=True)]
    return new


def covariance(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """η = 1/10, means from 1/2 on, a quarter of the way a step."""
    mean_x, mean_y = kept.setdefault("x", [0.5] * len(x)), kept.setdefault("y", [0.5] * len(y))
    new = [
        [w_jk + 0.1 * (x[k] - mean_x[k]) * (y_j - m) for k, w_jk in enumerate(row)]
        for row, y_j, m in zip(w, y, mean_y, strict=True)
    ]
    kept["x"] = [0.75 * m + 0.25 * x_k for m, x_k in zip(mean_x, x, strict=True)]
    kept["y"] = [0.75 * m + 0.25 * y_j for m, y_j in zip(mean_y, y, strict=True)]
    return new


def trace(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """η = 1/10, half of a trace is left a step later."""
    kept["trace"] = [x_k + old / 2 for x_k, old in zip(x, kept.get("trace", [0.0] * len(x)), strict=True)]
    return [
        [w_jk + 0.1 * kept["trace"][k] * y_j for k, w_jk in enumerate(row)]
        for row, y_j in zip(w, y, strict=True)
    ]


def divisive(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """Hebb, then every unit's weights at length 2."""
    grown = [
        [w_jk + 0.1 * x_k * y_j for w_jk, x_k in zip(row, x, strict=True)]
        for row, y_j in zip(w, y, strict=True)
    ]
    return [[2 * v / sum(u * u for u in row) ** 0.5 for v in row] for row in grown]


def subtractive(w: Rows, x: list[float], y: list[float], kept: dict[str, Any]) -> Rows:
    """Hebb less the mean change, then from 0 to 1."""
    mean = sum(x) / len(x)
    return [
        [min(1.0, max(0.0, w_jk + 0.1 * y_j * (x_k - mean))) for w_jk, x_k in zip(row, x, strict=True)]
        for row, y_j in zip(w, y, strict=True)
    ]


LOOPS: list[tuple[LearningRule, Callable[..., Rows]]] = [
    (aon.HebbDecay(eta=0.1, gamma=0.05), hebb_decay),
    (aon.Oja(eta=0.1), oja),
    (aon.Sanger(eta=0.1), sanger),
    (aon.Subspace(eta=0.1), subspace),
    (aon.BCM(eta=0.01, rate=0.25, threshold=0.5), bcm),
    (aon.Covariance(eta=0.1, rate=0.25), covariance),
    (aon.HebbTrace(eta=0.1, decay=0.5), trace),
    (aon.Divisive(eta=0.1, length=2.0), divisive),
    (aon.Subtractive(eta=0.1), subtractive),
]


@pytest.mark.parametrize(("rule", "loop"), LOOPS, ids=lambda part: getattr(part, "name", ""))
@pytest.mark.parametrize("seed", range(3))
def test_a_rule_does_what_a_loop_written_out_does(
    rule: LearningRule, loop: Callable[..., Rows], seed: int
) -> None:
    """Three units, four inputs, twenty lessons, number by number."""
    net = layer(4, 3, seed)
    X = np.random.default_rng(100 + seed).normal(size=(20, 4)).tolist()
    w, kept = weights(net, 4, 3), dict[str, Any]()

    aon.train(net, X, rule=rule)
    for x in X:
        y = [sum(w_jk * x_k for w_jk, x_k in zip(row, x, strict=True)) for row in w]
        w = loop(w, x, y, kept)

    np.testing.assert_allclose(weights(net, 4, 3), w, rtol=1e-10, atol=1e-12)


def test_decay_comes_to_rest_where_growth_and_fading_meet() -> None:
    """x = y = 1: w(n) = η/γ (1 − (1 − γ)^n), which ends at 2."""
    net = layer(1, 1)
    net.edges["X0", "Y0"]["weight"] = 0.0

    aon.simulate(net, {"X0": [1.0] * 400, "Y0": [1.0] * 400}, rule=aon.HebbDecay(eta=0.1, gamma=0.05))

    assert net.edges["X0", "Y0"]["weight"] == pytest.approx(2 * (1 - 0.95**400), abs=1e-12)


def test_an_instar_becomes_its_input_by_a_tenth_of_the_way_a_step() -> None:
    """y = 1: w(20) / x = 1 − 0.9^20."""
    net = layer(3, 1)
    for k in range(3):
        net.edges[f"X{k}", "Y0"]["weight"] = 0.0

    given = {"X0": [2.0] * 20, "X1": [-1.0] * 20, "X2": [0.5] * 20, "Y0": [1.0] * 20}
    aon.simulate(net, given, rule=aon.Instar(eta=0.1))

    assert weights(net, 3, 1)[0] == pytest.approx([part * (1 - 0.9**20) for part in (2, -1, 0.5)], abs=1e-12)


def test_a_trace_halves_what_each_tick_of_distance_leaves() -> None:
    """Ten pairings at lag 0 … 4, far apart: 0.2 λ^lag, and the rest of every former trace, geometrically."""
    for lag in range(5):
        net = layer(1, 1)
        net.edges["X0", "Y0"]["weight"] = 0.0
        period, pairings = 64, 10
        x = ([1.0] + [0.0] * (period - 1)) * pairings
        y = ([0.0] * lag + [1.0] + [0.0] * (period - 1 - lag)) * pairings

        aon.simulate(net, {"X0": x, "Y0": y}, rule=aon.HebbTrace(eta=0.02, decay=0.5))

        assert net.edges["X0", "Y0"]["weight"] == pytest.approx(0.2 * 0.5**lag, rel=1e-12)


def principal(X: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the eigenvectors of X'X as rows, that of the largest eigenvalue first."""
    vectors: np.ndarray[Any, Any] = np.linalg.eigh(X.T @ X / len(X))[1].T[::-1]
    return vectors


def cloud(inputs: int) -> np.ndarray[Any, Any]:
    """Return 40 samples whose main directions lie askew."""
    random = np.random.default_rng(7)
    turned = np.linalg.qr(random.normal(size=(inputs, inputs)))[0]
    points: np.ndarray[Any, Any] = random.normal(size=(40, inputs)) * 2.0 ** -np.arange(inputs) @ turned
    return points


def test_oja_finds_the_first_eigenvector() -> None:
    """With the mean over all samples it ends at ± the eigenvector, at length 1."""
    X, net = cloud(4), layer(4, 1)

    aon.train(net, X, rule=aon.Oja(eta=0.2), batch="all", epochs=400)

    w = np.array(weights(net, 4, 1)[0])
    assert np.abs(principal(X)[0] @ w) == pytest.approx(1, abs=1e-9)
    assert np.linalg.norm(w) == pytest.approx(1, abs=1e-9)


def test_sanger_finds_the_eigenvectors_in_their_order_and_subspace_only_their_plane() -> None:
    """Sanger's weights are ± the eigenvectors; those of the subspace rule span the same space, turned."""
    X, ordered, free = cloud(4), layer(4, 2), layer(4, 2)

    aon.train(ordered, X, rule=aon.Sanger(eta=0.2), batch="all", epochs=2000)
    aon.train(free, X, rule=aon.Subspace(eta=0.2), batch="all", epochs=2000)

    vectors = principal(X)[:2]
    one, other = np.array(weights(ordered, 4, 2)), np.array(weights(free, 4, 2))
    np.testing.assert_allclose(np.abs(vectors @ one.T), np.eye(2), atol=1e-6)
    np.testing.assert_allclose(other.T @ other, vectors.T @ vectors, atol=1e-6)
    assert np.abs(vectors @ other.T).max() < 0.999


def test_sanger_is_oja_for_the_first_unit() -> None:
    """Nothing stands before it."""
    X, three, alone = cloud(3), layer(3, 3), layer(3, 1)
    for k in range(3):
        alone.edges[f"X{k}", "Y0"]["weight"] = three.edges[f"X{k}", "Y0"]["weight"]

    aon.train(three, X, rule=aon.Sanger(eta=0.1))
    aon.train(alone, X, rule=aon.Oja(eta=0.1))

    assert weights(three, 3, 1) == weights(alone, 3, 1)


def test_units_that_do_not_learn_explain_nothing_away() -> None:
    """The sums of Sanger and of the subspace rule run over plastic synapses alone."""
    X, two, alone = cloud(3), layer(3, 2), layer(3, 1)
    for k in range(3):
        two.edges[f"X{k}", "Y0"]["plastic"] = False
        alone.edges[f"X{k}", "Y0"]["weight"] = two.edges[f"X{k}", "Y1"]["weight"]

    aon.train(two, X, rule=aon.Sanger(eta=0.1))
    aon.train(alone, X, rule=aon.Oja(eta=0.1))

    assert weights(two, 3, 2)[1] == weights(alone, 3, 1)[0]


@pytest.mark.parametrize("sign", [1, -1])
def test_divisive_keeps_the_direction_that_varies_most_and_subtractive_lets_one_win(sign: int) -> None:
    """Correlation ±1/2: (1, ±1)/√2 against (1, 0), whatever the sign."""
    X = correlated((1, sign), (1, sign), (1, sign), (1, -sign))
    shared, won = layer(2, 1), layer(2, 1)
    for net in (shared, won):
        net.edges["X0", "Y0"]["weight"], net.edges["X1", "Y0"]["weight"] = 0.55, 0.45

    aon.train(shared, X, rule=aon.Divisive(eta=0.05), batch="all", epochs=600)
    aon.train(won, X, rule=aon.Subtractive(eta=0.05), batch="all", epochs=600)

    assert weights(shared, 2, 1)[0] == pytest.approx([0.5**0.5, sign * 0.5**0.5], abs=1e-6)
    assert weights(won, 2, 1)[0] == [1.0, 0.0]


def test_subtractive_without_limits_keeps_the_sum_and_runs_away() -> None:
    """The difference grows by 1 + η (1 − c) a step, the sum not at all."""
    X = correlated((1, 1), (1, 1), (1, 1), (1, -1))
    net = layer(2, 1)
    net.edges["X0", "Y0"]["weight"], net.edges["X1", "Y0"]["weight"] = 0.55, 0.45

    aon.train(
        net, X, rule=aon.Subtractive(eta=0.01, low=-float("inf"), high=float("inf")), batch="all", epochs=3000
    )

    a, b = weights(net, 2, 1)[0]
    assert a + b == pytest.approx(1, abs=1e-9)
    assert a - b == pytest.approx(0.1 * 1.005**3000, rel=1e-9)


def test_synapses_that_share_a_weight_are_not_normalised() -> None:
    """Whose length would be kept is not settled, so it is refused."""
    net = layer(2, 2)
    for j in range(2):
        net.edges["X0", f"Y{j}"].update(shared="k", weight=0.5)

    for rule in (aon.Divisive(), aon.Subtractive()):
        with pytest.raises(AllornoneError, match="none of them may share a weight"):
            aon.train(net, [[1, 0]], rule=rule)


def test_anti_hebb_on_the_way_to_one_unit_ends_at_minus_the_correlation() -> None:
    """y2 = x2 + v y1: E(y1 y2) = c + v, which is gone at v = −c."""
    net = Network()
    net.add_inputs("X1", "X2")
    net.add_unit("Y1", aon.Linear(), output=True, plastic=False)
    net.add_unit("Y2", aon.Linear(), output=True, plastic=False)
    net.connect("X1", "Y1", plastic=False)
    net.connect("X2", "Y2", plastic=False)
    net.connect("Y1", "Y2", weight=0.0)

    aon.train(net, [[1, 1]] * 9 + [[1, -1]], rule=aon.AntiHebb(eta=0.1), batch="all", epochs=400)

    assert net.edges["Y1", "Y2"]["weight"] == pytest.approx(-0.8, abs=1e-9)


def test_bcm_ends_with_one_pattern_answered_and_the_other_not() -> None:
    """Two patterns in turn: the winner's y is the threshold it meets, (1 − r) / (2 − r) of y²; the other's is 0."""
    net = layer(2, 1)
    net.edges["X0", "Y0"]["weight"], net.edges["X1", "Y0"]["weight"] = 0.5, 0.4
    X = [[1.0, 0.2], [0.2, 1.0]]

    aon.train(net, X, rule=aon.BCM(eta=0.01, rate=0.02), epochs=4000)

    assert aon.evaluate(net, X)[:, 0] == pytest.approx([1.98 / 0.98, 0], abs=1e-9)


def test_a_frozen_threshold_makes_bcm_burst_above_it_and_die_below() -> None:
    """x = 1, w = 1: above θ = 1/2 it grows without end, below θ = 2 it dies."""
    for threshold, bursts in ((0.5, True), (2.0, False)):
        net = layer(1, 1)
        net.edges["X0", "Y0"]["weight"] = 1.0
        rule = aon.BCM(eta=0.01, rate=0.0, threshold=threshold)

        training = aon.train(net, [[1.0]], rule=rule, epochs=2000)

        assert bool(training.lane_diverged[0]) == bursts
        assert bursts or net.edges["X0", "Y0"]["weight"] < 1e-9


def test_a_rule_asks_for_sums_over_a_source_on_sparse_nets_too() -> None:
    """Many units, each hearing its own few of many inputs: Sanger's sum, synapse by synapse."""
    random = np.random.default_rng(3)
    net = Network()
    net.add_inputs(*(f"X{k}" for k in range(80)))
    heard = {j: sorted(random.permutation(80)[:6].tolist()) for j in range(60)}
    for j, sources in heard.items():
        net.add_unit(f"Y{j}", aon.Linear(), output=True, plastic=False)
        for k in sources:
            net.connect(f"X{k}", f"Y{j}", weight=float(random.normal()))
    w = {(k, j): net.edges[f"X{k}", f"Y{j}"]["weight"] for j, sources in heard.items() for k in sources}
    x = random.normal(size=80)
    assert compile(net).stages[0].block.__class__.__name__ == "SparseBlock"

    aon.train(net, [x.tolist()], rule=aon.Sanger(eta=0.5))

    y = [sum(w[k, j] * x[k] for k in sources) for j, sources in heard.items()]
    for (k, j), old in w.items():
        explained = sum(y[i] * w[k, i] for i in range(j + 1) if (k, i) in w)
        new = old + 0.5 * y[j] * (x[k] - explained)
        assert net.edges[f"X{k}", f"Y{j}"]["weight"] == pytest.approx(new, rel=1e-10)


def test_what_is_remembered_of_a_batch_is_the_mean_of_its_trials() -> None:
    """y = 1 and 3 with x = y, w = 1: θ = ½ (1 + 9) / 2 = 5/2, so then Δw = ½ (1·(1 − 5/2)·1 + 3·(3 − 5/2)·3) η."""
    net = layer(1, 1)
    net.edges["X0", "Y0"]["weight"] = 1.0
    rule = aon.BCM(eta=0.125, rate=0.5)

    aon.train(net, [[0.0], [0.0]], rule=rule, batch="all")
    assert net.edges["X0", "Y0"]["weight"] == 1.0
    aon.train(net, [[1.0], [3.0], [1.0], [3.0]], rule=rule, batch=2)

    first = 1 + 0.125 * (1 + 27) / 2  # θ was 0
    y = (first, 3 * first)
    wanted = first + 0.125 * (y[0] * (y[0] - 2.5) + 3 * y[1] * (y[1] - 2.5)) / 2
    assert net.edges["X0", "Y0"]["weight"] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("rule", [aon.Divisive(eta=0.1, length=2.0), aon.Subtractive(eta=0.1)], ids=repr)
def test_a_budget_is_that_of_the_plastic_synapses(rule: LearningRule) -> None:
    """A synapse that may not change neither shares in it nor counts."""
    net, alone = layer(3, 1), layer(2, 1)
    net.edges["X2", "Y0"].update(plastic=False, weight=7.0)
    for k in range(2):
        alone.edges[f"X{k}", "Y0"]["weight"] = net.edges[f"X{k}", "Y0"]["weight"]

    aon.train(net, [[1.0, 0.5, 0.0], [-0.5, 1.0, 0.0]], rule=rule)
    aon.train(alone, [[1.0, 0.5], [-0.5, 1.0]], rule=rule)

    assert weights(net, 3, 1)[0] == pytest.approx([*weights(alone, 2, 1)[0], 7.0], rel=1e-12)
