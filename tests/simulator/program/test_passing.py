"""Passages: what a batch left behind, the same again with units held, and slopes beside central differences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import networks as nets
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.divergences import L2, CrossEntropy, Divergence
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Held, Passage
from allornone.simulator.program.program import Program, compile
from allornone.simulator.testing import check_model
from allornone.simulator.units import DifferentiableUnit, UnitModel

STEP = 2e-6
CLOSE = 1e-6
SMOOTH = nets.Kind(("linear", "logistic", "tanh", "softplus", "test-bump"), nets.real, nets.levels)
some_networks = settings(deadline=None, max_examples=25)


@dataclass(frozen=True)
class Bump(DifferentiableUnit):
    """A unit that sums no products: y = 1 / (1 + z²) of z = Σ (x − w)²."""

    name: ClassVar[str] = "test-bump"
    biased: ClassVar[bool] = False

    def combine(self, w: Array, x: Array) -> Array:
        square: Array = (x - w) ** 2
        return square

    def partials(self, w: Array, x: Array) -> tuple[Array, Array]:
        return 2 * (w - x), 2 * (x - w)

    def activate(self, z: Array) -> Array:
        return 1 / (1 + z * z)

    def derivative(self, z: Array, y: Array) -> Array:
        return -2 * z * y * y


@dataclass(frozen=True)
class Tanh(DifferentiableUnit):
    """y = tanh z, and silenced by an inhibitory spike."""

    name: ClassVar[str] = "test-tanh"
    absolute_inhibition: ClassVar[bool] = True

    def activate(self, z: Array) -> Array:
        return np.tanh(z)

    def derivative(self, z: Array, y: Array) -> Array:
        return 1 - y * y


@dataclass(frozen=True)
class Softest(DifferentiableUnit):
    """y_k = exp z_k / Σ exp z, a group together."""

    name: ClassVar[str] = "test-softest"
    vector: ClassVar[bool] = True
    probability: ClassVar[Literal["", "each", "together"]] = "together"

    def activate(self, z: Array) -> Array:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        share: Array = e / e.sum(axis=1, keepdims=True)
        return share

    def derivative(self, z: Array, y: Array) -> Array:
        return y * (1 - y)

    def pull(self, z: Array, y: Array, g: Array) -> Array:
        pulled: Array = y * (g - (g * y).sum(axis=1, keepdims=True))
        return pulled


@dataclass(frozen=True)
class Presented:
    """Samples for a program, what is desired of its outputs, and what is held."""

    program: Program
    x: Array
    d: Array
    ticks: int
    held: Held

    def passage(self, values: Array | None = None) -> Passage:
        """Return the passage with these weights, or with those of the program."""
        program = self.program
        weights = program.weights if values is None else program.with_values(values)
        seen = Passage(program, weights, self.x, self.held, ticks=self.ticks)
        wanted = np.full(seen.y.shape, np.nan)
        wanted[:, program.output_places] = self.d[..., None]
        return seen.wanting(wanted)

    def error(self, values: Array, divergence: Divergence) -> Array:
        """Return E by lane."""
        y = self.passage(values).y[:, self.program.output_places]
        found: Array = divergence.error(self.program.stages[-1].model, y, self.d[..., None]).sum(axis=(0, 1))
        return found


def differences(shown: Presented, divergence: Divergence) -> Array:
    """Return ∂E/∂w of every synapse, (synapses, lanes), by central differences of fourth order.

    Those of second order miss a steep slope through a loop by more than a millionth of it.
    """
    values = shown.program.synapse_values(shown.program.weights)
    slopes = np.zeros_like(values)

    def moved(k: int, step: float) -> Array:
        there = values.copy()
        there[k] += step
        return shown.error(there, divergence)

    for k in range(len(values)):
        near = moved(k, STEP) - moved(k, -STEP)
        far = moved(k, 2 * STEP) - moved(k, -2 * STEP)
        slopes[k] = (8 * near - far) / (12 * STEP)
    return slopes


def drawn(net: Network, seed: int, batch: int = 3, ticks: int = 1, lanes: int = 2) -> Presented:
    """Return samples for copies of a net in lanes, whose numbers differ."""
    random = np.random.default_rng(seed)
    copies = [net.copy() for _ in range(lanes)]
    for one in copies:
        for *_, data in one.edges(data=True):
            data["weight"] = float(random.normal())
    program = compile(copies)
    x = random.normal(size=(batch, 1, len(program.inputs), 1))
    places = np.array([], dtype=np.intp)
    return Presented(
        program,
        x,
        random.uniform(0.1, 0.9, size=(batch, len(program.output_places))),
        ticks,
        Held(places, np.zeros((batch, 0, 1))),
    )


@pytest.mark.parametrize("model", [Bump(), Tanh(), Softest()], ids=lambda model: model.name)
def test_the_units_of_these_tests_conform(model: UnitModel) -> None:
    """A radial unit differentiates without being a sum of products; a softmax answers by groups."""
    check_model(model)


@pytest.mark.parametrize("way", nets.WAYS)
@given(data=st.data())
@some_networks
def test_slopes_are_central_differences(data: st.DataObject, way: str) -> None:
    """Any mix of sums and distances, skips, delays, loops, several outputs, lanes; tables and lists."""
    net = data.draw(nets.networks(SMOOTH, most=5, delays=2))
    ticks = data.draw(st.integers(1, 4)) if net.loops else 1 + compile(net).settling
    with nets.executed(way):
        shown = drawn(net, data.draw(st.integers(0, 99)), ticks=ticks)

        found = shown.program.synapse_values(tuple(shown.passage().slopes(L2())))
        further = shown.program.synapse_values(tuple(shown.passage().walk_back(L2()).slopes))
        wanted = differences(shown, L2())

    scale = max(1.0, float(np.abs(wanted).max(initial=0.0)))
    np.testing.assert_allclose(found, wanted, rtol=CLOSE, atol=CLOSE * scale)
    assert np.array_equal(found, further)  # whether or not the way leads on to the inputs


def test_a_softmax_is_walked_back_by_its_slope_or_by_that_of_the_matching_divergence() -> None:
    """Both are the central difference of the same error, through a layer before."""
    net = Network()
    net.add_inputs("X1", "X2")
    hidden = net.add_group("H", 3, aon.Logistic())
    out = net.add_group("S", 3, Softest(), output=True)
    for pairs in ((net.inputs, hidden), (hidden, out)):
        for source, target in [(u, v) for u in pairs[0] for v in pairs[1]]:
            net.connect(source, target)
    shown = drawn(net, 5)
    shown = replace(shown, d=shown.d / shown.d.sum(axis=1, keepdims=True))

    for divergence in (L2(), CrossEntropy()):
        found = shown.program.synapse_values(tuple(shown.passage().slopes(divergence)))
        np.testing.assert_allclose(found, differences(shown, divergence), rtol=CLOSE, atol=CLOSE)


def test_no_slope_leads_through_what_is_held_or_silenced() -> None:
    """A unit that does as the world says, or is forbidden to answer, depends on no weight."""
    net = Network()
    net.add_inputs("X", "V")
    for name in ("A", "B", "C"):
        net.add_unit(name, Tanh())
        net.connect("X", name)
    net.inhibit("V", "B")
    net.add_unit("Y", aon.Linear(), output=True)
    for name in ("A", "B", "C"):
        net.connect(name, "Y")
    program = compile(net)
    x = np.array([[[[0.5], [0.0]]], [[[0.7], [1.0]]]])
    held = Held(program.places(["C"]), np.array([[[np.nan]], [[0.25]]]))
    shown = Presented(program, x, np.array([[0.3], [0.6]]), 1, held)

    found = shown.program.synapse_values(tuple(shown.passage().slopes(L2())))
    np.testing.assert_allclose(found, differences(shown, L2()), rtol=CLOSE, atol=CLOSE)
    alone = Presented(program, x[1:], np.array([[0.6]]), 1, Held(held.places, held.values[1:]))
    slopes = dict(
        zip(program.synapses, program.synapse_values(tuple(alone.passage().slopes(L2())))[:, 0], strict=True)
    )
    assert slopes["X", "B"] == slopes["X", "C"] == 0.0 != slopes["X", "A"]


def test_a_unit_without_a_derivative_on_the_way_is_named() -> None:
    """And those that have one."""
    net = aon.boolean("X & ~Y | Z")
    seen = Passage(compile(net), compile(net).weights, np.ones((1, 1, 3, 1)))

    with pytest.raises(AllornoneError, match="unit 'out': a threshold unit has no derivative") as told:
        seen.wanting(np.zeros(seen.y.shape)).slopes(L2())

    assert "linear, logistic" in str(told.value)


@given(data=st.data())
@some_networks
def test_again_is_the_same_presentation_with_units_held(data: st.DataObject) -> None:
    """In whatever layer they are, in some presentations or in all, at every tick; what was held before stays so."""
    net = data.draw(nets.networks(nets.mixed, most=6, delays=data.draw(st.integers(0, 2))))
    shown = drawn(net, data.draw(st.integers(0, 99)), ticks=3 if net.loops else 1 + compile(net).settling)
    random = np.random.default_rng(1)
    seen = shown.passage()
    state = np.full(seen.y.shape, np.nan)
    units = slice(1 + len(shown.program.inputs), None)
    chosen = random.random(state[:, units].shape) < 0.3
    state[:, units][chosen] = random.normal(size=int(chosen.sum()))

    again = seen.again(state)

    places = np.arange(units.start, len(shown.program.names))
    fresh = Passage(
        shown.program, shown.program.weights, shown.x, Held(places, state[:, units]), ticks=shown.ticks
    )
    assert np.array_equal(again.y, fresh.y)
    for one, other in zip(again.layers, fresh.layers, strict=True):
        assert np.array_equal(one.z, other.z)
    assert np.array_equal(again.again(np.full(state.shape, np.nan)).y, again.y)
    assert np.array_equal(again.d, seen.d, equal_nan=True)


def test_targets_are_read_by_place_and_count_mistakes() -> None:
    """Other targets leave what was answered as it is."""
    net = aon.perceptron(inputs=2, weights=[1, 1], bias=-1)
    program = compile(net)
    seen = Passage(program, program.weights, np.array([[[[1.0], [1.0]]], [[[0.0], [1.0]]]]))
    wanted = np.full(seen.y.shape, np.nan)
    wanted[:, program.output_places] = 0.0

    other = seen.wanting(wanted)

    assert seen.mistakes.tolist() == [0.0]
    assert other.mistakes.tolist() == [1.0]
    assert np.array_equal(other.y, seen.y)
    assert np.array_equal(other.d, wanted, equal_nan=True)
    assert other.layers[0].d is not None
    assert seen.layers[0].d is None


@pytest.mark.parametrize("way", nets.WAYS)
def test_a_layer_sums_up_both_ways(way: str) -> None:
    """`outer` and `back` are the two products, over the synapses that exist."""
    random = np.random.default_rng(2)
    net = Network()
    net.add_inputs(*(f"X{k}" for k in range(6)))
    for j in range(4):
        net.add_unit(f"Y{j}", aon.Linear(), output=True)
        for k in range(j, 6):
            net.connect(f"X{k}", f"Y{j}", weight=float(random.normal()))
    with nets.executed(way):
        program = compile(net)
        seen = Passage(program, program.weights, random.normal(size=(5, 1, 6, 1)))
        layer = seen.layers[0]
        delta = random.normal(size=(5, 4, 1))
        outer, back = layer.outer(delta), layer.back(delta)
        table: Any = layer.as_table()

    wanted = np.where(table.exists, np.einsum("bas,bus->aus", layer.x, delta), 0.0)
    np.testing.assert_allclose(table.stage.block.weights(layer.stage.block.values(outer)), wanted, atol=1e-12)
    np.testing.assert_allclose(back, np.einsum("aus,bus->bas", table.w, delta), atol=1e-12)
