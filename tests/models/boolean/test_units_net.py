"""Threshold units written out, one a line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.notation.reading import NotationError

X = np.array([[a, b, c, d] for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1)], dtype=float)


def test_two_threshold_units_and_an_and_for_the_lectures_karnaugh_map() -> None:
    """Seven of sixteen rows, by two lines and an and: HISTORY's weights."""
    net = aon.threshold_units(
        ["H1 = -X - Y >= -1", "H2 = -W + X - 2 Z >= -1", "out = H1 + H2 >= 2"], inputs=["W", "X", "Y", "Z"]
    )
    y = aon.evaluate(net, X)[:, 0]
    assert [k for k in range(16) if y[k]] == [0, 2, 4, 5, 8, 10, 12]


@settings(max_examples=60, deadline=None)
@given(
    weights=st.lists(st.integers(-9, 9).filter(bool), min_size=4, max_size=4),
    threshold=st.integers(-9, 9),
    style=st.sampled_from(["{} {}", "{}{}", "{}*{}", "{} · {}"]),
)
def test_a_line_is_the_sum_that_it_writes(weights: list[int], threshold: int, style: str) -> None:
    """Any weights, in any of the spellings, against the sum itself."""
    terms = [
        ("- " if w < 0 else "+ ") + style.format(abs(w), n) for w, n in zip(weights, "abcd", strict=True)
    ]
    net = aon.threshold_units([f"U = {' '.join(terms)} ≥ {threshold}"])
    assert np.array_equal(aon.evaluate(net, X)[:, 0], (X @ weights >= threshold).astype(float))


def test_names_that_no_line_defines_are_inputs_and_last_units_outputs() -> None:
    """In order of appearance; a unit may be used before its line."""
    net = aon.threshold_units(["out = H + .5 B >= 0.5", "H = A >= 1", "also = A - B >= 1"])
    assert (net.inputs, net.outputs, net.depth) == (["B", "A"], ["out", "also"], 2)
    assert net.edges["B", "out"]["weight"] == 0.5


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["H X >= 1"], "'H X >= 1', column 3: expected =, found 'X'"),
        (
            ["H = X >= 1", "U = H + >= 1"],
            "'U = H + >= 1', column 9: expected the name of an input or unit, found '>='",
        ),
        (
            ["H = X >="],
            "'H = X >=', column 9: expected the threshold, a number, found the end of the line",
        ),
        (["H = X Y >= 1"], "'H = X Y >= 1', column 7: expected +, - or >=, found 'Y'"),
        (
            ["H = X + X >= 1"],
            "'H = X + X >= 1', column 9: expected each source once, its weights added up",
        ),
        (["H = X > 1"], "'H = X > 1', column 7: expected a name, a number, + - = or >=, found '>'"),
        (["H = X >= 1 2"], "'H = X >= 1 2', column 12: expected the end of the line, found '2'"),
        (["H = X >= 1", "H = Y >= 1"], "'H = Y >= 1', column 1: 'H' is defined already, in line 1"),
        (
            ["H = 2e3X >= 1"],
            "'H = 2e3X >= 1', column 5: 2e3 may be the weight of X, or 2 that of a unit whose name begins with e: "
            "write a blank or * between",
        ),
        (
            ["H = 2E3 >= 1"],
            "'H = 2E3 >= 1', column 5: 2E3 may be the weight of a unit, or 2 that of a unit whose",
        ),
        (["H = 2e-3X >= 1"], "'H = 2e-3X >= 1', column 5: 2e-3 may be the weight of X"),
        (["H = 1e999 X >= 1"], "'H = 1e999 X >= 1', column 5: expected a finite number, found '1e999'"),
        (["H = X >= 1e400"], "'H = X >= 1e400', column 10: expected a finite number"),
        (["H = X[i] >= 1"], "'H = X[i] >= 1', column 6: expected a name, a number, + - = or >=, found '['"),
        ([], "units: give a list of lines"),
        ([5], "units: give a list of lines"),
        (5, "units: give a list of lines"),
    ],
)
def test_a_slip_is_told_with_its_line_and_column(lines: Any, message: str) -> None:
    """What was expected there, what was found."""
    with pytest.raises(aon.AllornoneError) as caught:
        aon.threshold_units(lines)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("line", "weights", "threshold"),
    [
        ("out = 1e-3 X >= 0", {"X": 0.001}, 0.0),
        ("out = -1.5E+2*X + 2.e1 e >= -1e-3", {"X": -150.0, "e": 20.0}, -0.001),
        ("out = 2e - 3 X >= 0", {"e": 2.0, "X": -3.0}, 0.0),
        ("out = X[0] - 2 X[10] >= .5", {"X[0]": 1.0, "X[10]": -2.0}, 0.5),
    ],
)
def test_numbers_have_exponents_and_names_indices(
    line: str, weights: dict[str, float], threshold: float
) -> None:
    """As numbers are written anywhere; an e with blanks around is a unit."""
    net = aon.threshold_units([line])
    assert {source: net.edges[source, "out"]["weight"] for source in net.predecessors("out")} == weights
    assert net.nodes["out"]["threshold"] == threshold


def test_inputs_given_hold_the_lines_to_them() -> None:
    """An unknown name, and an input that a line defines."""
    with pytest.raises(aon.AllornoneError, match="'Q' is neither an input"):
        aon.threshold_units(["H = Q >= 1"], inputs=["X"])
    with pytest.raises(aon.AllornoneError, match="the input 'H' is defined in line 1 too"):
        aon.threshold_units(["H = X >= 1"], inputs=["X", "H"])
    wrong: Any
    for wrong in (2, 2.5, "X", [1]):
        with pytest.raises(aon.AllornoneError, match="the lines name 1 inputs"):
            aon.threshold_units(["H = X >= 1"], inputs=wrong)


def test_a_slip_knows_its_line_and_column() -> None:
    """A scenario file points at it there."""
    with pytest.raises(NotationError) as caught:
        aon.threshold_units(["H = X >= 1", "U = H >= "])
    assert (caught.value.line, caught.value.column, caught.value.text) == (1, 9, "U = H >= ")
