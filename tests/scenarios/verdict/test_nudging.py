"""Nudging: which numbers of a claim decide, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from allornone.scenarios.expressions.expression import Scope, compile_expression
from allornone.scenarios.expressions.labelled import Labelled, Value
from allornone.scenarios.verdict.judging import Nudge, nudges

ETA = (0.01, 0.05, 0.1)
NAMES: dict[str, Value] = {
    "distance": Labelled(np.array([0.011, 0.05, 0.12]), ("eta",), {"eta": ETA}),
    "eta": Labelled.along("eta", ETA),
    "rounds": Labelled(np.array([3.0, 4.0, 9.0]), ("seed",), {"seed": (0, 1, 2)}),
    "never": Labelled(np.array([2.0, np.inf]), ("net",), {"net": ("a", "b")}),
    "heat_at": Labelled(np.array([3.0, 4.0, 5.0]), ("L",), {"L": (1, 2, 3)}),
    "L": Labelled.along("L", [1, 2, 3]),
    "y": Labelled(np.array([0.0, 1.0, 1.0]), ("tick",)),
    "solved": Labelled(np.array([True, True, False]), ("seed",), {"seed": (0, 1, 2)}),
    "heats": 4.0,
    "p": 2,
}
MEASURES = frozenset(NAMES) - {"eta", "L", "p"}


def nudged(that: str) -> list[Nudge]:
    """Nudge a claim about the measures above."""
    return nudges(compile_expression(that), Scope(NAMES), MEASURES)


def outcomes(that: str) -> list[tuple[str, bool]]:
    """Return what was nudged, and whether the claim fell."""
    return [(nudge.original, nudge.falls) for nudge in nudged(that)]


@pytest.mark.parametrize(
    ("that", "replaced"),
    [
        ("heats == 4", ["3", "5"]),
        ("4 == heats", ["3", "5"]),
        ("heats == 2 * p", ["2 * p - 1", "2 * p + 1"]),
        ("all(heat_at == L + 2)", ["L + 2 - 1", "L + 2 + 1"]),
        ("rounds(seed=0) == 3", ["2", "4"]),
        ("count(solved) == 2 and not all(solved)", ["1", "3"]),
        ("heats ** 2 == 16", ["15", "17"]),
        ("heats - 8 == -4", ["-5", "-3"]),
        ("all(y == [0, 1, 1])", ["-1", "1", "0", "2", "0", "2"]),
    ],
)
def test_a_whole_number_becomes_each_neighbour(that: str, replaced: list[str]) -> None:
    """After or before ==, a number, a formula of parameters and every element of a list is moved by one."""
    found = nudged(that)

    assert [nudge.replaced for nudge in found] == replaced
    assert all(nudge.falls for nudge in found)


@pytest.mark.parametrize(
    ("that", "replaced"),
    [
        ("all(rounds < 10)", ["8.99999999"]),
        ("any(rounds < 5)", ["2.999999991"]),
        ("not any(rounds > 10)", ["8.99999999"]),
        ("not any(10 < rounds)", ["8.99999999"]),
        ("3 <= heats <= 5", ["4.000000004", "3.999999995"]),
        ("all(0.5 * eta < distance < 2 * eta)", ["0.5 * eta + 0.00600000012", "2 * eta - 0.0090000002"]),
        ("all(never > 1)", ["2.000000002"]),
        ("any(never > 1)", ["inf"]),
        ("any(never < inf)", ["1.999999998"]),
        ("quantile(rounds, 0.5) > 3", ["4.000000004"]),
        ("all(rounds > p)", ["p + 1.000000009"]),
    ],
)
def test_an_edge_moves_just_past_the_measured_extreme(that: str, replaced: list[str]) -> None:
    """The nearest place at which the claim falls is told, for all, any, not any and infinite values."""
    found = nudged(that)

    assert [nudge.replaced for nudge in found] == replaced
    assert all(nudge.falls for nudge in found)


@pytest.mark.parametrize(
    ("that", "dead"),
    [
        ("all(rounds > 1) or heats == 4", [("1", False), ("4", False), ("4", False)]),
        ("all(rounds > 1) or 1 == 1", [("1", False)]),
        ("not any(rounds == 5)", [("5", True), ("5", False)]),
        ("not any(rounds == 6)", [("6", False), ("6", False)]),
        ("never(net='b') >= 2", [("2", False)]),
        ("any(rounds > 1) and any(rounds > -1 or heats > 0)", [("1", True), ("-1", False), ("0", False)]),
    ],
)
def test_a_number_that_cannot_decide_is_dead(that: str, dead: list[tuple[str, bool]]) -> None:
    """In a disjunction that holds anyway, or with a neighbour that was not measured either, nothing falls."""
    assert outcomes(that) == dead


@pytest.mark.parametrize(
    "that",
    [
        "all(solved[[0, 1]])",
        "all(solved(seed=[0, 1]))",
        "all(solved[rounds < 5])",
        "all(rounds != 5)",
        "heats / 8 == 0.5",
        "p == 2 or 1 < 2 < 3",
        "all(rounds[rounds == 3] == rounds(seed=0))",
        "heats == max(rounds) - 5",
        "not all(solved)",
        "rounds(seed=0) < heats < max(rounds)",
    ],
)
def test_what_selects_is_left_alone(that: str) -> None:
    """Indices, masks, labels, exponents, arguments, fractions, and comparisons without a measured side."""
    assert outcomes(that) == []


def test_a_claim_that_does_not_hold_is_not_nudged() -> None:
    """There is nothing to fell."""
    assert outcomes("heats == 5") == []


def test_without_names_of_measures_only_axes_are_not_measured() -> None:
    """A plain number may be a measure of the only run, so it is taken for one."""
    found = nudges(compile_expression("all(heat_at == L + p) and heats == 4"), Scope(NAMES))

    assert [(nudge.original, nudge.column) for nudge in found] == [("4", 36), ("4", 36)]


def test_columns_and_originals_are_those_of_the_text() -> None:
    """A nudge says where its number stands."""
    found = nudged("  all(rounds > 1) and  1.5 * p < heats")

    assert [(nudge.column, nudge.original) for nudge in found] == [(16, "1"), (24, "1.5 * p")]


@settings(deadline=None, max_examples=60)
@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6),
    room=st.floats(0, 1e3),
    sign=st.sampled_from(["<=", "<"]),
)
def test_every_edge_of_a_band_around_all_values_decides(values: list[float], room: float, sign: str) -> None:
    """However wide, a band that all values lie in falls when an edge moves past them; so it does with any."""
    margin = room + 1e-3
    names: dict[str, Value] = {
        "m": Labelled(np.array(values), ("seed",), {"seed": tuple(range(len(values)))}),
        "low": min(values) - margin,
        "high": max(values) + margin,
    }
    for word in ("all", "any"):
        found = nudges(compile_expression(f"{word}(low {sign} m {sign} high)"), Scope(names), {"m"})

        assert [nudge.original for nudge in found] == ["low", "high"]
        assert all(nudge.falls for nudge in found)
