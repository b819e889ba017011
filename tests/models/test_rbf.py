"""Networks of radial units: centres given, sampled and found; least squares; what history says of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.learning.divergences import L2
from allornone.simulator.program.passing import FREE, Passage

theirs: Any = import_module("sklearn.cluster")

XOR = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])


def weights(net: aon.Network) -> list[float]:
    """Return the weights to `out`, its bias last where it has one."""
    found = [net.edges[unit, "out"]["weight"] for unit in net.group("hidden1")]
    return found + [net.nodes["out"]["bias"] for _ in range("bias" in net.nodes["out"])]


def spirals() -> tuple[Array, Array]:
    """Return Wieland's two spirals of 97 points each, 1 and 0."""
    i = np.arange(97)
    angle, radius = i * math.pi / 16, 6.5 * (104 - i) / 104
    one = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return np.concatenate([one, -one]), np.repeat([[1.0], [0.0]], 97, axis=0)


def clouds(seed: int = 0) -> tuple[Array, Array]:
    """Return three clouds of 40 points about (0, 0), (5, 0) and (0, 5), and their numbers."""
    middles = np.repeat([[0.0, 0], [5, 0], [0, 5]], 40, axis=0)
    noise = np.random.default_rng(seed).normal(size=(120, 2))
    return middles + 0.5 * noise, np.repeat([[0.0], [1], [2]], 40, axis=0)


@pytest.mark.parametrize(
    ("kind", "hidden", "found"),
    [
        ("gaussian", [[1, 0.1353], [0.3679, 0.3679]], [-2.5027, -2.5027, 2.8413]),
        ("exponential", [[1, 0.2431], [0.3679, 0.3679]], [-1.971, -1.971, 2.4502]),
    ],
)
def test_two_centres_tell_exclusive_or(kind: Any, hidden: list[list[float]], found: list[float]) -> None:
    """Centres (0, 0) and (1, 1), Broomhead & Lowe's form and the lecture's: the outputs are 0, 1, 1, 0 exactly."""
    net = aon.rbf([[0, 0], [1, 1]], kind=kind, width=1.0, task=XOR, fit=True)

    assert weights(net) == pytest.approx(found, abs=6e-5)
    assert aon.evaluate(net, XOR[0]).ravel() == pytest.approx([0, 1, 1, 0], abs=1e-12)
    for unit in net.group("hidden1"):
        net.nodes[unit]["output"] = True
    assert aon.evaluate(net, XOR[0][:2])[:, :2] == pytest.approx(np.array(hidden), abs=6e-5)


def test_one_unit_draws_a_cylinder() -> None:
    """e^(−βd) from e^(−β/2) on is the disc r ≤ ½ for any β, no point wrong; sixteen sides still err."""
    random = np.random.default_rng(0)
    points = random.uniform(-1, 1, size=(4000, 2))
    disc = (np.hypot(*points.T) <= 0.5).tolist()

    for beta in (0.5, 3.0, 20.0):
        net = aon.rbf(
            [[0, 0]],
            kind="exponential",
            width=1 / beta,
            weights=1.0,
            model="threshold",
            threshold=math.exp(-beta / 2),
        )
        assert aon.evaluate(net, points).ravel().astype(bool).tolist() == disc

    assert aon.evaluate(aon.polygon(16, 0.5), points).ravel().astype(bool).tolist() != disc


@pytest.mark.parametrize(
    ("kind", "width", "close"),
    [("gaussian", 20**-0.5, 1e-9), ("exponential", 0.2, 1e-12), ("distance", 1.0, 1e-11)],
)
def test_a_centre_on_every_point_goes_through_all_of_them(kind: Any, width: float, close: float) -> None:
    """Micchelli (1986): of distinct points the table is regular; of two that coincide it is not."""
    random = np.random.default_rng(1)
    X, d = random.random((30, 2)), random.normal(size=(30, 1))
    net = aon.rbf(task=(X, d), kind=kind, width=width, fit=True, bias=False)
    twice = np.concatenate([X, X[:1]]), np.concatenate([d, d[:1] + 1])

    assert np.abs(aon.evaluate(net, X) - d).max() < close
    assert len(weights(net)) == 30
    coinciding = aon.rbf(task=twice, kind=kind, width=width, fit=True, bias=False)
    assert np.abs(aon.evaluate(coinciding, twice[0]) - twice[1]).max() == pytest.approx(0.5, abs=1e-6)


def test_two_spirals_are_a_matter_of_architecture() -> None:
    """194 Gaussians at the points, β = 2: none of them wrong, nor of 192 between; 97 drawn ones leave 12 to 31."""
    X, d = spirals()
    between = (X[:96] + X[1:97]) / 2
    between = np.concatenate([between, -between])
    all_points = aon.rbf(task=(X, d), width=2**-0.5, fit=True)

    def wrong(net: aon.Network, points: Array, wanted: Array) -> int:
        return int(((aon.evaluate(net, points)[:, 0] > 0.5) != (wanted > 0.5)).sum())

    assert wrong(all_points, X, d[:, 0]) == 0
    assert wrong(all_points, between, np.repeat([1.0, 0.0], 96)) == 0
    drawn = [
        wrong(aon.rbf({"sample": 97}, width=2**-0.5, task=(X, d), fit=True, seed=seed), X, d[:, 0])
        for seed in range(5)
    ]
    assert 5 <= min(drawn) <= max(drawn) <= 40


@pytest.mark.parametrize("centres", [None, {"sample": 12}, {"k-means": 12}], ids=str)
@pytest.mark.parametrize("kind", ["gaussian", "exponential", "multiquadric", "distance"])
def test_least_squares_is_numpys(centres: Any, kind: Any) -> None:
    """Whatever the centres: the table of what the units say, solved by numpy, has the same rest."""
    random = np.random.default_rng(3)
    X, d = random.normal(size=(40, 3)), random.normal(size=(40, 2))
    net = aon.rbf(centres, kind=kind, width=1.5, task=(X, d), fit=True, seed=4)
    hidden = net.group("hidden1")
    at = np.array([[net.edges[x, unit]["weight"] for x in ("X1", "X2", "X3")] for unit in hidden])
    away = np.sqrt(((X[:, None] - at[None]) ** 2).sum(axis=-1)) / 1.5
    formula: dict[str, Callable[[Array], Array]] = {
        "gaussian": lambda r: np.exp(-(r**2)),
        "exponential": lambda r: np.exp(-r),
        "multiquadric": lambda r: np.sqrt(1 + r**2),
        "distance": lambda r: r,
    }
    table = np.hstack([formula[kind](away), np.ones((40, 1))])

    wanted = table @ np.linalg.lstsq(table, d, rcond=None)[0]

    assert aon.evaluate(net, X) == pytest.approx(wanted, abs=1e-7)


def test_clusters_are_those_that_scikit_learn_finds() -> None:
    """Of three clouds k-means finds the middles, from any draw; started there, the other's do not move away."""
    X, d = clouds()
    judge = theirs.KMeans(n_clusters=3, n_init=10, random_state=0).fit(X).cluster_centers_

    net = aon.rbf({"k-means": 3}, task=(X, d), seed=1)

    found = np.array([[net.edges[x, unit]["weight"] for x in ("X1", "X2")] for unit in net.group("hidden1")])
    apart = np.sqrt(((found[:, None] - judge[None]) ** 2).sum(axis=-1))
    assert apart.min(axis=1).max() < 1e-6
    assert sorted(apart.argmin(axis=1).tolist()) == [0, 1, 2]


def test_centres_are_drawn_by_seed() -> None:
    """The same seed draws the same, another another; drawn points are points of the task, no two alike."""
    X, d = clouds()

    def drawn(seed: int, way: str = "sample") -> list[tuple[float, float]]:
        net = aon.rbf({way: 20}, task=(X, d), seed=seed)
        return [
            (net.edges["X1", unit]["weight"], net.edges["X2", unit]["weight"])
            for unit in net.group("hidden1")
        ]

    for way in ("sample", "k-means"):
        assert drawn(1, way) == drawn(1, way) != drawn(2, way)
    assert len(set(drawn(1))) == 20
    assert set(drawn(1)) <= {(float(a), float(b)) for a, b in X}


def test_widths_are_given_or_lowes() -> None:
    """The largest distance between two centres over the root of their number; or one for all, or one each."""

    def widths(net: aon.Network) -> list[float]:
        return [net.nodes[unit]["width"] for unit in net.group("hidden1")]

    points = [[0, 0], [3, 4], [0, 1], [1, 1]]
    assert widths(aon.rbf(points)) == [2.5] * 4
    assert widths(aon.rbf(points, width=2)) == [2.0] * 4
    assert widths(aon.rbf(points, width=[1, 2, 3, 4])) == [1.0, 2.0, 3.0, 4.0]
    assert widths(aon.rbf([[7, 7]])) == [1.0]
    assert len(aon.rbf(task=(XOR[0], None)).outputs) == 1


def test_only_the_outputs_learn_unless_centres_may() -> None:
    """A rule finds the synapses to `out` plastic; `plastic` lets the centres move too."""
    fixed, moving = aon.rbf([[0, 0], [1, 1]]), aon.rbf([[0, 0], [1, 1]], plastic=True)

    assert {pair for pair in fixed.edges if fixed.plastic(*pair)} == {("H1", "out"), ("H2", "out")}
    assert all(moving.plastic(*pair) for pair in moving.edges)
    training = aon.train(fixed, *XOR, rule=aon.LMS(eta=0.5), epochs=2000)
    assert training["error"][-1] < 1e-6
    assert weights(fixed) == pytest.approx([-2.5027, -2.5027, 2.8413], abs=5e-3)


@pytest.mark.parametrize("kind", ["gaussian", "exponential", "multiquadric", "distance"])
def test_slopes_of_centres_are_those_of_central_differences(kind: Any) -> None:
    """Through the radial units as through any other; a point at its own centre pulls it nowhere."""
    random = np.random.default_rng(5)
    net = aon.rbf(random.normal(size=(4, 2)).tolist(), kind=kind, width=0.8, weights=0.7, plastic=True)
    program = aon.compile(net)
    X, d = random.normal(size=(6, 2)), random.normal(size=(6, 1))

    def loss() -> float:
        return float(0.5 * ((aon.evaluate(net, X) - d) ** 2).sum())

    seen = Passage(program, program.weights, X[:, None, :, None], FREE, ticks=1)
    wanted = np.full(seen.y.shape, np.nan)
    wanted[:, program.output_places] = d[..., None]
    slopes = seen.wanting(wanted).slopes(L2())
    numeric = []
    for x in ("X1", "X2"):
        for unit in net.group("hidden1"):
            at = net.edges[x, unit]["weight"]
            sides = []
            for step in (1e-6, -1e-6):
                net.edges[x, unit]["weight"] = at + step
                sides.append(loss())
            net.edges[x, unit]["weight"] = at
            numeric.append((sides[0] - sides[1]) / 2e-6)
    found = slopes[0]
    assert found is not None
    assert np.ravel(found) == pytest.approx(numeric, abs=1e-7)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: aon.rbf(), "rbf: give centres, or a task whose points they are drawn from"),
        (lambda: aon.rbf([]), "rbf: centres must be one point or more, found none"),
        (lambda: aon.rbf([[0, 0], [1]]), "rbf: centres must be a table of numbers, rows of one length"),
        (lambda: aon.rbf([[0, math.nan]]), "rbf: centres holds a number that is not finite"),
        (lambda: aon.rbf([[0, 0]], inputs=3), "rbf: 3 inputs need centres of 3 numbers, found 2"),
        (lambda: aon.rbf([[0, 0, 0]], task=XOR), "rbf: 2 inputs need centres of 2 numbers, found 3"),
        (
            lambda: aon.rbf([[0, 0]], fit=True),
            "rbf: fit needs a task, the points and what is desired of them",
        ),
        (
            lambda: aon.rbf(task=(XOR[0], None), fit=True),
            "rbf: the task says nothing of what is desired; give it d",
        ),
        (
            lambda: aon.rbf(task=(XOR[0], XOR[1][:3]), fit=True),
            "rbf: each of 4 points needs what is desired of it, found 3",
        ),
        (lambda: aon.rbf(task=XOR, fit=True, outputs=2), "rbf: 2 outputs need a task of as many, found 1"),
        (
            lambda: aon.rbf({"kmeans": 2}, task=XOR),
            "no way to draw centres is named 'kmeans'. Did you mean 'k-means'? There are: sample, k-means",
        ),
        (
            lambda: aon.rbf({"k-means": 2, "sample": 2}, task=XOR),
            "rbf: centres are drawn one way, such as {\"k-means\": 8}, found {'k-means': 2, 'sample': 2}",
        ),
        (
            lambda: aon.rbf({"sample": 5}, task=XOR),
            "rbf: 5 centres need as many different points, found 4",
        ),
        (
            lambda: aon.rbf({"k-means": 0}, task=XOR),
            "rbf: the number of centres by k-means must be a whole number from 1 up, found 0",
        ),
        (lambda: aon.rbf([[0, 0]], width=[1, 2]), "rbf: width is one number, or 1, one a centre; found 2"),
        (lambda: aon.rbf([[0, 0]], width=0), "Radial.width must be more than 0, found 0.0"),
        (
            lambda: aon.rbf([[0, 0]], kind="gauss"),  # type: ignore[arg-type]
            "Radial.kind must be one of 'gaussian', 'exponential', 'multiquadric', 'distance', found 'gauss'. "
            "Did you mean 'gaussian'?",
        ),
    ],
)
def test_what_cannot_be_built_is_named(build: Callable[[], Any], message: str) -> None:
    """One sentence: the builder, which array or number, what was found, what would be right."""
    with pytest.raises(aon.AllornoneError) as told:
        build()

    assert str(told.value) == message
