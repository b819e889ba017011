"""Separability: beside brute force, a theorem about four points, and a count that is known."""

from __future__ import annotations

import itertools
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from allornone.models.boolean.separability import certificate, plane, separable

theirs: Any = import_module("sklearn.linear_model")

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

    assert separable(x, d) is kirchberger([p for p, yes in told if yes], [p for p, yes in told if not yes])


@given(lessons.filter(lambda told: len({yes for _, yes in told}) == 2))
@few
def test_either_answer_comes_with_its_proof(told: list[tuple[Point, bool]]) -> None:
    """A plane with every lesson on its side, or a point that both classes have in common; never both."""
    x, d = columns(told)
    positive = d[:, 0] > 0

    line, weights = plane(x, positive), certificate(x, positive)

    assert (line is None) != (weights is None)
    if line is not None:
        w, b = line
        assert (np.where(positive, 1, -1) * (x @ w + b) >= 1 - 1e-6).all()
    if weights is not None:
        assert (weights >= 0).all()
        assert weights[positive] @ x[positive] == pytest.approx(weights[~positive] @ x[~positive], abs=1e-7)
        assert weights[positive].sum() == pytest.approx(1)


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

    if learned:
        assert separable(x, d[:, None])
    assert separable(x, d[:, None]) is (plane(x, d > 0) is not None)
