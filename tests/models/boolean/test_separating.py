"""Separability: beside brute force, a theorem about four points, and a count that is known."""

from __future__ import annotations

import itertools
from dataclasses import replace
from importlib import import_module
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog

import allornone as aon
from allornone.models.boolean.separability import Certificate, Line, separable
from allornone.simulator.errors import AllornoneError

theirs: Any = import_module("sklearn.linear_model")
svm: Any = import_module("sklearn.svm")

Point = tuple[int, int]
few = settings(deadline=None, max_examples=60)
points = st.tuples(st.integers(-4, 4), st.integers(-4, 4))
lessons = st.lists(st.tuples(points, st.booleans()), min_size=1, max_size=9)


def turn(a: Point, b: Point, c: Point) -> int:
    """Return twice the area of a triangle, negative where it is walked clockwise."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def on_segment(p: Point, a: Point, b: Point) -> bool:
    """Return whether a point lies on a segment, its ends included."""
    return turn(a, b, p) == 0 and all(min(a[i], b[i]) <= p[i] <= max(a[i], b[i]) for i in (0, 1))


def in_triangle(p: Point, a: Point, b: Point, c: Point) -> bool:
    """Return whether a point lies in a triangle, its edges included."""
    if any(on_segment(p, *side) for side in itertools.combinations((a, b, c), 2)):
        return True
    signs = {np.sign(turn(a, b, p)), np.sign(turn(b, c, p)), np.sign(turn(c, a, p))}
    return len(signs) == 1 and turn(a, b, c) != 0


def cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Return whether two segments have a point in common."""
    if any(on_segment(p, *s) for p, s in ((a, (c, d)), (b, (c, d)), (c, (a, b)), (d, (a, b)))):
        return True
    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def kirchberger(positive: list[Point], negative: list[Point]) -> bool:
    """Return whether a line can tell two sets of the plane apart: it can if it can for every four points."""
    for own, other in ((positive, negative), (negative, positive)):
        for p in own:
            if p in other or any(on_segment(p, *s) for s in itertools.combinations(other, 2)):
                return False
            if any(in_triangle(p, *t) for t in itertools.combinations(other, 3)):
                return False
    pairs = itertools.product(itertools.combinations(positive, 2), itertools.combinations(negative, 2))
    return not any(cross(*s, *t) for s, t in pairs)


def columns(told: list[tuple[Point, bool]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return lessons as arrays."""
    return np.array([p for p, _ in told], dtype=float), np.array([[float(d)] for _, d in told])


@given(lessons)
@few
def test_a_line_is_found_exactly_where_there_is_one(told: list[tuple[Point, bool]]) -> None:
    """Kirchberger's theorem, in whole numbers, judges the linear program."""
    x, d = columns(told)

    expected = kirchberger([p for p, yes in told if yes], [p for p, yes in told if not yes])

    assert bool(separable(x, d)) is expected


@given(lessons, st.booleans())
@few
def test_either_answer_comes_with_its_proof(told: list[tuple[Point, bool]], bias: bool) -> None:
    """A plane with every lesson on its side, or weights of the lessons that none survives: both checked exactly."""
    x, d = columns(told)

    assert separable(x, d, bias).check()


@given(lessons, st.booleans())
@few
def test_a_proof_of_something_else_is_no_proof(told: list[tuple[Point, bool]], bias: bool) -> None:
    """Turn the line around, or move the weight of one sample: the check fails."""
    x, d = columns(told)
    found = separable(x, d, bias)

    if isinstance(found, Line):
        broken: Any = replace(found, w=-found.w, b=-found.b)
    else:
        assert isinstance(found, Certificate)
        broken = replace(found, weights=tuple(-u for u in found.weights))

    assert not broken.check()


@pytest.mark.parametrize("seed", range(8))
def test_the_margin_is_the_widest(seed: int) -> None:
    """A support vector machine of scikit-learn, its bias made a weight, finds the same line."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(30, 3))
    x = x[np.abs(x @ [1, 2, -1] - 0.5) > 0.3]
    d = x @ [1, 2, -1] > 0.5
    judge = svm.SVC(kernel="linear", C=1e9, tol=1e-9)

    found = separable(x, d)
    # a kernel machine has a free bias; with (1, x) and its mirror image, each class is the other's and it is 0
    ones = np.column_stack([np.ones(len(x)), x])
    judge.fit(np.vstack([ones, -ones]), np.concatenate([d, ~d]))

    assert isinstance(found, Line)
    assert [found.b, *found.w] == pytest.approx(judge.coef_[0].tolist(), rel=1e-3, abs=1e-3)
    assert found.margin == pytest.approx(1 / np.linalg.norm(judge.coef_), rel=1e-4)


def walk(x: Any, d: Any, bias: bool = True, epochs: int = 5000) -> Any:
    """Train a perceptron from 0 until it makes no mistake."""
    net = aon.perceptron(np.shape(x)[1])
    if not bias:
        del net.nodes["out"]["bias"]
    return aon.train(net, x, d, rule=aon.PerceptronRule(), epochs=epochs, until="mistakes == 0", record=())


@pytest.mark.parametrize(
    ("d", "margin", "bound", "mistakes"), [([0, 0, 0, 1], 0.24254, 51, 10), ([0, 1, 1, 1], 1 / 3, 27, 4)]
)
def test_novikoffs_bound_of_and_and_or(d: list[int], margin: float, bound: int, mistakes: int) -> None:
    """R² = 3; AND: 10 updates ≤ 51; OR: 4 ≤ 27."""
    rows = list(itertools.product((0, 1), repeat=2))

    found = separable(rows, d)

    assert isinstance(found, Line)
    assert (found.radius**2, found.margin, found.bound) == pytest.approx((3, margin, bound), abs=1e-5)
    assert walk(rows, d)["mistakes"].sum() == mistakes


@pytest.mark.parametrize("n", [2, 4, 8, 16, 64])
def test_the_bound_is_attained(n: int) -> None:
    """The n unit vectors, all in one class: n mistakes, and the bound is n."""
    found = separable(np.eye(n), np.ones(n), bias=False)

    assert isinstance(found, Line)
    assert (found.radius, found.margin, found.bound) == pytest.approx((1, n**-0.5, n))
    assert walk(np.eye(n), np.ones(n), bias=False)["mistakes"].sum() == n


@pytest.mark.parametrize("g", [0.5, 0.25, 0.1, 0.05, 0.01])
def test_the_bound_can_be_idle(g: float) -> None:
    """(g, s) and (g, −s) of length 1, one class: 2 mistakes, while the bound grows from 4 to 10,000."""
    s = np.sqrt(1 - g * g)
    x = np.array([[g, s], [g, -s]])

    found = separable(x, [1, 1], bias=False)

    assert isinstance(found, Line)
    assert found.bound == pytest.approx(1 / g**2)
    assert walk(x, [1, 1], bias=False)["mistakes"].sum() == 2


def test_no_walk_breaks_the_bound() -> None:
    """21 seeds, 100 unit vectors in five dimensions, a gap of 0.1 on either side: no violation, ratios below .35."""
    mistakes, bounds, margins = [], [], []
    for seed in range(21):
        draw = np.random.default_rng(seed)
        u = draw.normal(size=5)
        x = draw.normal(size=(400, 5))
        x /= np.linalg.norm(x, axis=1)[:, None]
        side = x @ (u / np.linalg.norm(u))
        x, side = x[np.abs(side) > 0.1][:100], side[np.abs(side) > 0.1][:100]
        found = separable(x, side, bias=False)
        assert isinstance(found, Line)
        bounds.append(found.bound)
        margins.append(found.margin)
        mistakes.append(walk(x, side > 0, bias=False)["mistakes"].sum())

    ratios = np.array(mistakes) / bounds
    assert 10 <= np.mean(mistakes) <= 16
    assert min(margins) > 0.1
    assert min(bounds) > 30
    assert max(bounds) < 100
    assert ratios.max() < 0.35


def odd_max_bit(rows: Any) -> list[int]:
    """Return 1 where the position of the first 1, counted from 1, is odd."""
    return [int((1 + row.index(1)) % 2) if 1 in row else 0 for row in rows]


@pytest.mark.parametrize(("n", "updates"), [(3, 7), (5, 42), (7, 87), (9, 188)])
def test_majority_is_slow_but_sure(n: int, updates: int) -> None:
    """So many updates, below the bound."""
    rows = list(itertools.product((0, 1), repeat=n))
    d = [int(sum(row) > n / 2) for row in rows]
    found = separable(rows, d)

    assert isinstance(found, Line)
    assert walk(rows, d)["updates"].sum() == updates <= found.bound


@pytest.mark.parametrize(
    ("n", "updates", "epochs"),
    [
        (3, 10, 5),
        (5, 50, 13),
        (7, 254, 48),
        (9, 1372, 227),
        pytest.param(11, 9052, 1465, marks=pytest.mark.slow),
    ],
)
def test_odd_max_bit_is_slower_by_a_factor_each_time(n: int, updates: int, epochs: int) -> None:
    """Separable, and five to seven times as many updates for every two inputs more."""
    rows = list(itertools.product((0, 1), repeat=n))
    d = odd_max_bit(rows)
    found = separable(rows, d)

    training = walk(rows, d)

    assert isinstance(found, Line)
    assert (training["updates"].sum(), training.epochs) == (updates, epochs)
    assert updates <= found.bound


@pytest.mark.parametrize(
    ("n", "samples", "known"),
    [
        *((5, 8, 0.773), (5, 10, 0.5), (5, 12, 0.274), (5, 15, 0.090)),
        *(
            pytest.param(20, size, p, marks=pytest.mark.slow)
            for size, p in ((30, 0.969), (40, 0.5), (50, 0.076))
        ),
    ],
)
def test_covers_count(n: int, samples: int, known: float) -> None:
    """Of random points in general position, 2^(1−N) Σ C(N−1, k) of all ways to class them are separable."""
    p = 2.0 ** (1 - samples) * sum(comb(samples - 1, k) for k in range(n))
    draw = np.random.default_rng(n * samples)
    trials = 400

    found = sum(
        bool(separable(draw.normal(size=(samples, n)), draw.random(samples) - 0.5, bias=False))
        for _ in range(trials)
    )

    assert p == pytest.approx(known, abs=5e-4)
    assert found / trials == pytest.approx(p, abs=0.07)


@pytest.mark.parametrize(
    ("X", "d", "message"),
    [
        ([[0, 1], [1]], [0, 1], "separable: X must be rows of numbers, all equally long"),
        ([0, 1], [0, 1], r"separable: X must be \(samples, inputs\), found the shape \(2,\)"),
        ([[0], [1]], [0, 1, 1], "separable: X has 2 samples, but d 3: one row each"),
        ([[0], [np.nan]], [0, 1], "separable: X must be finite numbers, found nan"),
        ([[0], [1]], ["yes", "no"], "separable: d must be rows of numbers, all equally long"),
    ],
)
def test_bad_samples_are_told_what_would_be_right(X: Any, d: Any, message: str) -> None:
    """One clear sentence each."""
    with pytest.raises(AllornoneError, match=message):
        separable(X, d)


def test_what_is_printed_can_be_read() -> None:
    """The line as a formula, the certificate as two mixtures."""
    rows = list(itertools.product((0, 1), repeat=2))

    assert str(aon.separable(rows, [0, 1, 1, 1])).startswith("separable: 2 x1 +2 x2 -1 > 0 where d > 0")
    assert str(aon.separable(2 * np.array(rows) - 1, [0, 1, 1, 0], bias=False)).startswith(
        "not separable through the origin: the samples times their signs add up to 0"
    )


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e5])
@pytest.mark.parametrize("seed", range(20))
def test_the_unit_of_the_inputs_does_not_matter(scale: float, seed: int) -> None:
    """The answer is that for whole numbers, and so is its proof."""
    draw = np.random.default_rng(seed)
    x, d = draw.integers(-9, 10, (12, 3)).astype(float), draw.random(12) > 0.5

    found = separable(x * scale, d)

    assert bool(found) is bool(separable(x, d))
    assert found.check()


def test_exact_where_no_short_fraction_is() -> None:
    """Real numbers in twenty dimensions: the weights of the certificate are solved for in fractions."""
    draw = np.random.default_rng(3)
    x, d = draw.normal(size=(60, 20)), draw.random(60) > 0.5
    found = separable(x, d)

    assert not found
    assert found.check()


@pytest.mark.parametrize(("inputs", "known"), [(1, 4), (2, 14), (3, 104)])
def test_so_many_boolean_functions_are_threshold_functions(inputs: int, known: int) -> None:
    """Exactly those that some small whole weights make; 4, 14, 104 of them."""
    rows = np.array(list(itertools.product((0.0, 1.0), repeat=inputs)))
    made = {
        tuple(rows @ w > t - 0.5)
        for w in itertools.product(range(-2, 3), repeat=inputs)
        for t in range(-2 * inputs, 2 * inputs + 2)
    }

    found = {
        bits
        for bits in itertools.product((False, True), repeat=len(rows))
        if separable(rows, np.array(bits, dtype=float)[:, None])
    }

    assert found == {tuple(map(bool, bits)) for bits in made}
    assert len(found) == known


def test_several_outputs_must_each_have_their_plane() -> None:
    """One that has none is enough; so is bipolar coding as good as binary."""
    rows = np.array(list(itertools.product((0.0, 1.0), repeat=2)))
    both, xor = np.array([0.0, 0, 0, 1]), np.array([0.0, 1, 1, 0])

    assert separable(rows, np.column_stack([both, 1 - both]))
    assert not separable(rows, np.column_stack([both, xor]))
    assert separable(2 * rows - 1, 2 * both[:, None] - 1)
    assert not separable(2 * rows - 1, 2 * xor[:, None] - 1)


@pytest.mark.parametrize("constant", [0.0, 1.0, -1.0])
def test_where_there_is_one_class_there_is_a_plane(constant: float) -> None:
    """All yes, or all no."""
    assert separable(np.zeros((3, 2)), np.full((3, 1), constant))


@pytest.mark.parametrize("seed", range(5))
def test_what_a_perceptron_learns_was_separable(seed: int) -> None:
    """In twenty dimensions: where scikit-learn's perceptron ends without a mistake, there is a plane."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(30 + 15 * seed, 20))
    d = (random.random(len(x)) > 0.5).astype(float)

    learned = theirs.Perceptron(max_iter=3000, tol=None, shuffle=False).fit(x, d).score(x, d) == 1.0

    sign = np.where(d > 0, 1.0, -1.0)[:, None]
    program = linprog(
        np.zeros(21),
        A_ub=-sign * np.column_stack([x, np.ones(len(x))]),
        b_ub=-np.ones(len(x)),
        bounds=(None, None),
    )

    found = separable(x, d[:, None])

    assert bool(found) is (program.status == 0)
    assert bool(found) or not learned
    assert found.check()
