"""The activations: their derivatives, judged by differences and by complex steps, and what history says of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.testing import check_model
from allornone.simulator.units import DifferentiableUnit

SCALAR = [
    *(aon.Linear(), aon.Square(), aon.Clipped(), aon.Clipped(low=-1.5, high=2.5), aon.ReLU(), aon.Softplus()),
    *(aon.Logistic(), aon.Logistic(gain=2.5), aon.Tanh(), aon.Tanh(scale=1.7159, gain=2 / 3)),
]
KINDS: list[Any] = ["gaussian", "exponential", "multiquadric", "distance"]
RADIAL = [aon.Radial(kind=kind, width=width) for kind in KINDS for width in (0.5, 1.0, 2.0)]
POINTS = np.linspace(-6, 6, 2401)[np.linspace(-6, 6, 2401) != 0]
STEP = 1e-5


def sides(model: DifferentiableUnit, z: Array) -> Array:
    """Return the slope between the points at both sides of each z."""
    return (model.activate(z + STEP) - model.activate(z - STEP)) / (2 * STEP)


def slope(model: DifferentiableUnit, z: Array) -> Array:
    """Return the model's own derivative."""
    return model.derivative(z, model.activate(z))


@pytest.mark.parametrize("model", SCALAR, ids=repr)
def test_a_derivative_is_the_slope_between_both_sides(model: DifferentiableUnit) -> None:
    """The table of the lecture, at 2,400 points that leave the corners out."""
    z = POINTS[np.all([np.abs(POINTS - corner) > STEP for corner in (-1.5, 0, 1, 2.5)], axis=0)]
    rounding = 1e-10 * max(1.0, float(np.abs(model.activate(z)).max()))

    assert np.abs(slope(model, z) - sides(model, z)).max() < rounding


@pytest.mark.parametrize(
    "model", [aon.Linear(), aon.Square(), aon.Tanh(), aon.Tanh(scale=1.7159, gain=2 / 3)]
)
def test_a_derivative_is_what_a_complex_step_finds(model: Any) -> None:
    """f(z + ih) has no difference in it, so it tells the slope to the last digits."""
    found = model.activate(POINTS + 1e-30j).imag / 1e-30

    assert slope(model, POINTS) == pytest.approx(found, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("model", [*SCALAR, *RADIAL, aon.Softmax()], ids=repr)
def test_nothing_overflows_far_out(model: DifferentiableUnit) -> None:
    """Neither the function nor its derivative warns or gives NaN at ±1000; underflow to 0 is the right answer."""
    z = np.array([-1000.0, -1.0, -0.0, 0.0, 1e-300, 1.0, 1000.0])[:, None, None].repeat(3, axis=1)

    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = model.activate(z)
        found = [y, model.derivative(z, y), model.pull(z, y, np.ones_like(y))]

    assert all(np.isfinite(values).all() for values in found)
    check_model(model)


def test_the_derivatives_at_zero_and_their_largest_are_those_of_the_lecture() -> None:
    """Sigmoid .25 and .25, tanh 1 and 1, ReLU 1 and 1 (at the corner by convention), softplus .5 and towards 1."""
    found = [
        (float(slope(model, np.zeros(1))[0]), round(float(slope(model, np.linspace(-40, 40, 801)).max()), 12))
        for model in (aon.Logistic(), aon.Tanh(), aon.ReLU(), aon.Softplus())
    ]

    assert found == [(0.25, 0.25), (1.0, 1.0), (1.0, 1.0), (0.5, 1.0)]
    assert sides(aon.ReLU(), np.zeros(1))[0] == pytest.approx(0.5)  # which no convention is


def test_the_activations_are_relatives() -> None:
    """softplus(0) = log 2; tanh z = 2σ(2z) − 1; LeCun's is 1 at 1, with slope 1.1439 at 0; the gain goes with z."""
    lecun = aon.Tanh(scale=1.7159, gain=2 / 3)

    assert aon.Softplus().activate(np.zeros(1))[0] == math.log(2)
    assert np.abs(np.tanh(POINTS) - (2 * aon.Logistic().activate(2 * POINTS) - 1)).max() < 4e-16
    assert lecun.activate(np.ones(1))[0] == pytest.approx(1.0, abs=5e-6)
    assert slope(lecun, np.zeros(1))[0] == pytest.approx(1.1439, abs=5e-5)
    assert aon.Logistic(gain=3.0).activate(POINTS).tolist() == aon.Logistic().activate(3 * POINTS).tolist()


def test_a_gain_of_one_is_no_gain() -> None:
    """To the bit: 1 / (1 + e^−z) as it always was."""
    z = np.random.default_rng(0).normal(size=10_000) * 20
    small = np.exp(-np.abs(z))
    y = np.where(z >= 0, 1.0, small) / (1.0 + small)

    assert aon.Logistic().activate(z).tolist() == y.tolist()
    assert slope(aon.Logistic(), z).tolist() == (y * (1 - y)).tolist()


def test_a_steep_sigmoid_is_nearly_a_step() -> None:
    """Mean |σ(kz) − step(z)| over ±1 falls as log 2 / k: .380, .137, .0693, .01386, .00693."""
    z = (np.arange(20_000) + 0.5) / 10_000 - 1

    found = [
        float(np.abs(aon.Logistic(gain=k).activate(z) - (z > 0)).mean())
        for k in (1.0, 5.0, 10.0, 50.0, 100.0)
    ]

    assert found == pytest.approx([0.380, 0.137, 0.0693, 0.01386, 0.00693], rel=3e-3)


def test_softmax_has_the_derivatives_of_the_lecture() -> None:
    """The Jacobian is diag(y) − y yᵀ: numeric, rows that sum to 0, rank 4 of 5; a shift by 1000 changes nothing."""
    model, z = aon.Softmax(), np.random.default_rng(1).normal(size=(5, 1))
    y = model.activate(z)
    columns = np.eye(5)[:, :, None]

    found = np.array([model.pull(z, y, one)[:, 0] for one in columns])
    numeric = np.array(
        [((model.activate(z + STEP * e) - model.activate(z - STEP * e)) / (2 * STEP))[:, 0] for e in columns]
    )

    assert found == pytest.approx(np.diagflat(y) - y @ y.T, abs=1e-16)
    assert np.abs(found - numeric.T).max() < 1e-10
    assert np.abs(found.sum(axis=1)).max() < 1e-15
    assert np.linalg.matrix_rank(found) == 4
    assert np.abs(model.activate(z + 1000) - y).max() < 1e-13
    assert model.derivative(z, y)[:, 0] == pytest.approx(np.diag(found))


def test_softmax_shares_out_alike_alone_and_among_other_seeds() -> None:
    """A sum over the group does not depend on how many lanes there are, so a seed alone is what it is among others."""
    model, z = aon.Softmax(), np.random.default_rng(3).normal(size=(50, 12, 4))
    y, g = model.activate(z), np.random.default_rng(4).normal(size=z.shape)

    for lane in range(z.shape[-1]):
        alone = model.activate(z[..., [lane]])

        assert np.array_equal(alone, y[..., [lane]])
        assert np.array_equal(
            model.pull(z[..., [lane]], alone, g[..., [lane]]), model.pull(z, y, g)[..., [lane]]
        )


def test_softmax_of_two_is_the_logistic_of_their_difference() -> None:
    """In a net: two units of one group share out what one unit would say."""
    net = aon.mlp(1, [], 2, model="softmax")
    net.edges["X1", "out1"]["weight"], net.edges["X1", "out2"]["weight"] = 2.0, 0.5
    X = np.linspace(-600, 600, 41)[:, None]

    found = aon.evaluate(net, X)

    assert found[:, 0] == pytest.approx(aon.Logistic(gain=1.5).activate(X[:, 0]), abs=1e-15)
    assert found.sum(axis=1) == pytest.approx(np.ones(41))


@pytest.mark.parametrize("model", RADIAL, ids=repr)
def test_a_radial_unit_answers_by_distance(model: aon.Radial) -> None:
    """Its output is the formula of the distance in widths, and falls or rises with it alone."""
    formulas: dict[str, Callable[[Array], Array]] = {
        "gaussian": lambda r: np.exp(-(r**2)),
        "exponential": lambda r: np.exp(-r),
        "multiquadric": lambda r: np.sqrt(1 + r**2),
        "distance": lambda r: r,
    }
    net = aon.Network()
    net.add_inputs("X1", "X2")
    net.add_unit("H", model, output=True)
    net.connect("X1", "H", weight=0.5)
    net.connect("X2", "H", weight=-1.0)
    points = np.random.default_rng(2).normal(size=(50, 2))

    found = aon.evaluate(net, points)[:, 0]

    away = np.hypot(*(points - (0.5, -1.0)).T)
    assert "bias" not in net.nodes["H"]
    assert found == pytest.approx(formulas[model.kind](away / model.width), abs=1e-12)
    z = np.array([0.01, 0.3, 1.0, 4.0])
    assert slope(model, z) == pytest.approx(sides(model, z), rel=1e-6)


@pytest.mark.parametrize("model", RADIAL, ids=repr)
def test_a_radial_unit_is_at_rest_at_its_centre(model: aon.Radial) -> None:
    """There the slope is 0, not NaN, for the weights as for the inputs; a hair away it is that of the formula."""
    w, x = np.array([0.5, 0.5]), np.array([0.5, 0.5 + 1e-9])
    z = model.combine(w, x)

    found = slope(model, z) * model.partials(w, x)[0]

    assert found[0] == 0.0
    wanted = {
        "gaussian": 0.0,
        "exponential": 1 / model.width,
        "multiquadric": 0.0,
        "distance": -1 / model.width,
    }
    assert found[1] == pytest.approx(wanted[model.kind], abs=1e-7)


def test_units_of_one_kind_may_differ_in_width() -> None:
    """Widths stack as any number does; two kinds in one layer are refused, for their formula is one."""
    net = aon.Network()
    net.add_inputs("X")
    for name, width in (("A", 1.0), ("B", 2.0)):
        net.add_unit(name, aon.Radial(width=width), output=True)
        net.connect("X", name, weight=0.0)

    assert aon.evaluate(net, [[2.0]])[0] == pytest.approx([math.exp(-4), math.exp(-1)])
    net.nodes["B"]["kind"] = "exponential"
    with pytest.raises(aon.AllornoneError, match="all radial units of a net must agree in 'kind'"):
        aon.evaluate(net, [[2.0]])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: aon.Logistic.from_values({"gain": 0}), "Logistic.gain must be more than 0, found 0"),
        (lambda: aon.Radial.from_values({"width": -1.0}), "Radial.width must be more than 0, found -1.0"),
        (
            lambda: aon.Radial.from_values({"kind": "gausian"}),
            "Radial.kind must be one of 'gaussian', 'exponential', 'multiquadric', 'distance', found 'gausian'. "
            "Did you mean 'gaussian'?",
        ),
        (lambda: aon.Clipped.from_values({"low": 1}), "Clipped.low must be at most 0, found 1"),
    ],
)
def test_a_number_that_makes_no_unit_is_named(make: Any, message: str) -> None:
    """One sentence: which parameter, what would be right, what was found."""
    with pytest.raises(aon.AllornoneError) as told:
        make()

    assert str(told.value) == message
