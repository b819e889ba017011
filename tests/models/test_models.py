"""The unit models and builders: one suite for all that is registered, and what a broken model is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, cast

import networks as nets
import numpy as np
import pytest
import reference
from annotated_types import Gt
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.registry import builders, units
from allornone.simulator.testing import check_model
from allornone.simulator.units import DifferentiableUnit, SummingUnit

a_few = settings(deadline=None, max_examples=10)


@pytest.mark.parametrize("name", nets.shipped("units"))
def test_every_registered_model_conforms(name: str) -> None:
    """Whatever is registered as a unit model is what the engine relies on, under the name it states."""
    model = units.get(name)()

    assert model.name == name
    check_model(model)


@pytest.mark.parametrize("name", nets.shipped("units"))
@given(data=st.data())
@a_few
def test_every_registered_model_conforms_with_other_parameters(data: st.DataObject, name: str) -> None:
    """Conformance is no matter of the default numbers."""
    cls = nets.model_class(name)

    check_model(cls.from_values(data.draw(nets.parameters(cls))))


@pytest.mark.parametrize("name", reference.ACTIVATE)
@given(data=st.data())
@a_few
def test_formulas_are_those_of_the_interpreter(data: st.DataObject, name: str) -> None:
    """Each formula, written down twice by different hands, gives the same."""
    cls = nets.model_class(name)
    values = data.draw(nets.parameters(cls))
    z = data.draw(st.lists(st.floats(-800, 800), min_size=1, max_size=5))

    found = cls.from_values(values).activate(np.array(z))

    assert found.tolist() == pytest.approx([reference.ACTIVATE[name](x, values) for x in z], rel=1e-12)


def test_defaults_are_as_pinned() -> None:
    """Delay, bias and plasticity of a model where a network says nothing."""
    found = {
        name: (nets.model_class(name).delay, nets.model_class(name).biased) for name in reference.ACTIVATE
    }

    assert found == {
        "mcculloch-pitts": (1, False),
        "threshold": (0, False),
        "perceptron": (0, True),
        "adaline": (0, True),
        "linear": (0, True),
        "logistic": (0, True),
        "tanh": (0, True),
        "relu": (0, True),
        "softplus": (0, True),
        "clipped": (0, True),
        "square": (0, True),
    }


@dataclass(frozen=True)
class Steep(DifferentiableUnit):
    """A sound model, from which the broken ones differ by one thing each."""

    slope: Annotated[float, Gt(0)] = 2.0

    name: ClassVar[str] = "test-steep"

    def activate(self, z: Array) -> Array:
        return np.tanh(self.slope * z)

    def derivative(self, z: Array, y: Array) -> Array:
        slope: Array = self.slope * (1 - y * y)
        return slope


@dataclass(frozen=True)
class Melted(SummingUnit):
    """Not the same slope for every lane."""

    name: ClassVar[str] = "test-melted"

    def activate(self, z: Array) -> Array:
        return z * np.arange(z.shape[-1])


@dataclass(frozen=True)
class Sharing(SummingUnit):
    """Answers together with others, and does not say so."""

    name: ClassVar[str] = "test-sharing"

    def activate(self, z: Array) -> Array:
        share = np.exp(z - z.max(axis=1, keepdims=True))
        together: Array = share / share.sum(axis=1, keepdims=True)
        return together


@dataclass(frozen=True)
class Undecided(SummingUnit):
    """Says that it fires at its threshold, and does so only above it."""

    threshold: float = 1.0

    name: ClassVar[str] = "test-undecided"
    compares: ClassVar[str] = ">="

    def activate(self, z: Array) -> Array:
        return (z > self.threshold).astype(float)


@dataclass(frozen=True)
class Careless(SummingUnit):
    """Changes its argument."""

    name: ClassVar[str] = "test-careless"

    def activate(self, z: Array) -> Array:
        z += 1
        return z


@dataclass(frozen=True)
class Forgetful(SummingUnit):
    """Leaves an axis out."""

    name: ClassVar[str] = "test-forgetful"

    def activate(self, z: Array) -> Array:
        total: Array = z.sum(axis=1)
        return total


@dataclass(frozen=True)
class Endless(SummingUnit):
    """Has no value far from 0."""

    name: ClassVar[str] = "test-endless"

    def activate(self, z: Array) -> Array:
        return np.where(np.abs(z) < 100, z, math.nan)


@dataclass(frozen=True)
class Grey(SummingUnit):
    """Says that it is binary."""

    name: ClassVar[str] = "test-grey"
    binary: ClassVar[bool] = True

    def activate(self, z: Array) -> Array:
        return z


@dataclass(frozen=True)
class Slippery(DifferentiableUnit):
    """Has another's derivative."""

    name: ClassVar[str] = "test-slippery"

    def activate(self, z: Array) -> Array:
        return z * z

    def derivative(self, z: Array, y: Array) -> Array:
        return z


@dataclass(frozen=True)
class Solo(SummingUnit):
    """Takes its parameter for a number when it is an array of them."""

    gain: float = 1.0

    name: ClassVar[str] = "test-solo"

    def activate(self, z: Array) -> Array:
        return z * float(np.ravel(self.gain)[0])


@dataclass(frozen=True)
class Nameless(SummingUnit):
    """Has no name."""

    def activate(self, z: Array) -> Array:
        return z


class Undecorated(SummingUnit):
    """Is no dataclass of its own."""

    name: ClassVar[str] = "test-undecorated"

    def activate(self, z: Array) -> Array:
        return z


def test_a_class_registers_when_it_is_defined_and_takes_nobody_elses_name() -> None:
    """Defined again, as in a notebook's cell, it takes its own place; nets of it then use the newer one."""

    def define(gain: float) -> type[SummingUnit]:
        @dataclass(frozen=True)
        class Louder(SummingUnit):
            name: ClassVar[str] = "test-louder"

            def activate(self, z: Array) -> Array:
                return gain * z

        return Louder

    first = define(2.0)
    net = aon.Network()
    net.add_inputs("X")
    net.add_unit("U", first())
    net.connect("X", "U")
    assert aon.evaluate(net, [[1.0]]).tolist() == [[2.0]]
    second = define(3.0)

    assert units.get("test-louder") is second is not first
    net.add_unit("V", second())
    net.connect("X", "V")
    assert aon.evaluate(net, [[1.0]]).tolist() == [[3.0, 3.0]]
    with pytest.raises(AllornoneError) as caught:

        @dataclass(frozen=True)
        class Impostor(SummingUnit):
            name: ClassVar[str] = "linear"

    assert str(caught.value).endswith(
        "<locals>.Impostor cannot be the unit model 'linear', which is allornone.models.activations:Linear "
        "already: choose another name"
    )


def test_a_sound_model_conforms() -> None:
    """The model that the broken ones are made from has nothing wrong with it."""
    check_model(Steep())
    check_model(Steep(slope=0.25))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Melted(), r"Melted.activate: a lane and it alone: .* and .* at \(0, 0, 0\)"),
        (Sharing(), "Sharing.activate: a unit and it alone, which differ only if vector is True: .* and .*"),
        (
            Undecided(),
            "Undecided says that z >= 1 decides, but its outputs below, at and above are 0, 0 and 1",
        ),
        (Careless(), r"Careless.activate: its argument was changed: .* and .*"),
        (Forgetful(), "Forgetful.activate must return an array of floats shaped like z"),
        (Endless(), r"Endless.activate gave NaN for z = -1000.0"),
        (Grey(), "Grey says that it is binary, but its output is not always 0 or 1"),
        (Slippery(), r"Slippery.pull: it and the central difference: .* and .*"),
        (Solo(), r"Solo\(gain=1.5\): it among others and it alone: .* and .*"),
        (Nameless(), "Nameless.name must be the word for it in files, found None"),
        (Undecorated(), r"Undecorated must be decorated with @dataclass\(frozen=True\)"),
        (Steep(slope=-1.0), "Steep.slope must be more than 0, found -1.0"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, SummingUnit) else "",
)
def test_a_broken_model_is_told_what_is_wrong(model: SummingUnit, message: str) -> None:
    """The kit names the class, the thing, and shows both numbers."""
    with pytest.raises((AssertionError, AllornoneError), match=message):
        check_model(model)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"slope": 0.0}, "Steep.slope must be more than 0, found 0.0"),
        ({"slope": True}, "Steep.slope must be a number, found True"),
        ({"slope": "2"}, "Steep.slope must be a number, found '2'"),
        ({"slope": math.nan}, "Steep.slope must be a number, found NaN"),
        ({"slop": 2.0}, "Steep has no parameter 'slop'. Did you mean 'slope'? It has: slope"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(values: dict[str, Any], message: str) -> None:
    """Bounds stand in the annotation, and hold wherever plain values come in."""
    with pytest.raises(AllornoneError) as caught:
        Steep.from_values(values)

    assert str(caught.value) == message


def test_a_model_is_a_value() -> None:
    """Models are compared by what they say, and cannot be changed."""
    assert aon.Threshold(threshold=2) == aon.Threshold(threshold=2.0) != aon.Threshold(threshold=1)
    assert replace(aon.Threshold(), threshold=2.0) == aon.Threshold(threshold=2.0)
    unit: Any = aon.Threshold()
    with pytest.raises(AttributeError, match="cannot assign to field 'threshold'"):
        unit.threshold = 3.0


@pytest.mark.parametrize("name", nets.shipped("builders"))
def test_every_registered_builder_returns_a_network_that_runs(name: str) -> None:
    """Called with no more than it needs, a builder gives a network that compiles and answers."""
    needed: dict[str, dict[str, Any]] = {
        "boolean": {"formula": "X & ~Y"},
        "cellular": {"rule": 110, "cells": 8},
        "cylinders": {"centres": [[0, 0], [1, 0]]},
        "hopfield": {"size": 5},
        "life": {"rows": 4, "columns": 5},
        "logic": {"lines": "Z(t) = X(t-1)"},
        "parity": {"inputs": 3},
        "polygon": {"sides": 5},
        "polygons": {"shapes": [{"sides": 5}, {"sides": 4, "centre": [2, 0]}]},
        "power": {"exponent": 10},
        "pulses": {"edges": [0.25, 0.5]},
        "rbf": {"centres": [[0, 0], [1, 1]]},
        "sawtooth": {"folds": 3},
        "random": {"units": 4, "seed": 1},
        "regular": {"event": "(ab)*"},
        "turing": {"table": "A0:1RB A1:1LB B0:1LA B1:1RH", "cells": 9},
        "units": {"lines": ["H = X - 2 Z >= 1"]},
    }

    net = builders.get(name)(**needed.get(name, {}))

    assert isinstance(net, aon.Network)
    found = aon.evaluate(net, np.zeros((2, len(net.inputs))), ticks=5 if net.loops else None)
    assert found.shape == (2, len(net.outputs))


@pytest.mark.parametrize("sides", [3, 4, 5, 12])
def test_a_polygon_fires_inside_and_nowhere_else(sides: int) -> None:
    """Its answer is that of plain geometry: within the inradius of every side."""
    random = np.random.default_rng(sides)
    points = random.uniform(-3, 3, size=(400, 2))
    angles = 0.3 + 2 * math.pi * np.arange(sides) / sides
    reach = (points - (0.5, -0.25)) @ np.array([np.cos(angles), np.sin(angles)])

    found = aon.evaluate(aon.polygon(sides, inradius=1.25, centre=(0.5, -0.25), turn=0.3), points)

    assert found.ravel().tolist() == (reach <= 1.25).all(axis=1).astype(float).tolist()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: aon.polygon(2), "polygon: sides must be a whole number from 3, found 2"),
        (lambda: aon.polygon(4, inradius=0), "polygon: inradius must be more than 0, found 0"),
        (lambda: aon.perceptron(0), "perceptron: inputs must be a whole number from 1 up, found 0"),
        (lambda: aon.adaline(2, weights=[1.0]), "adaline: 2 inputs need 2 weights, found 1"),
        (lambda: aon.mlp(2, [0], 1), "mlp: layers need at least one unit each, found [0, 1]"),
        (lambda: aon.mlp(model="logistik"), "no unit model is named 'logistik'. Did you mean 'logistic'?"),
        (lambda: aon.mlp(model="linear", slope=2.0), "Linear has no parameter 'slope'. It has: none"),
        (
            lambda: aon.mlp(model=aon.Tanh(), gain=2.0),
            "mlp: say gain within the model, Tanh(…), not beside it",
        ),
        (
            lambda: aon.mlp(model=cast("Any", aon.Tanh)),
            "mlp: model is a name, or a unit model such as Tanh(), found <class",
        ),
        (
            lambda: aon.mlp(last=cast("Any", "softmax")),
            "mlp: last is the model of the outputs, such as Softmax(), found 'softmax'",
        ),
    ],
)
def test_a_builder_names_what_it_cannot_build(build: Callable[[], object], message: str) -> None:
    """One sentence: the builder, what was found, what would be right."""
    with pytest.raises(AllornoneError) as caught:
        build()

    assert str(caught.value).startswith(message)


def test_an_mlp_is_joined_layer_by_layer() -> None:
    """Each layer to the next, and with `skips` to all that follow."""
    plain, skipping = aon.mlp(2, [3, 2], 1), aon.mlp(2, [3, 2], 1, skips=True, bias=False)

    assert plain.number_of_edges() == 2 * 3 + 3 * 2 + 2
    assert skipping.number_of_edges() == 2 * (3 + 2 + 1) + 3 * (2 + 1) + 2
    assert plain.groups == ["hidden1", "hidden2"]
    assert [unit for unit in plain if "bias" in plain.nodes[unit]] == plain.group("hidden1") + plain.group(
        "hidden2"
    ) + ["out"]
    assert not any("bias" in data for _, data in skipping.nodes(data=True))


def test_the_outputs_of_an_mlp_may_be_of_another_model() -> None:
    """Softmax over hidden tanh: shares of 1, and a slope of y − d under cross-entropy."""
    net = aon.mlp(3, [4, 4], 3, model=aon.Tanh(scale=1.7159), last=aon.Softmax())
    aon.start(net, {"uniform": 0.5}, seed=1)
    X, d = np.random.default_rng(0).normal(size=(5, 3)), np.eye(3)[[0, 1, 2, 1, 0]]

    y = aon.evaluate(net, X)
    slopes = aon.gradient(net, X, d, divergence="cross-entropy").biases

    assert {net.unit(unit) for unit in net.group("hidden")} == {aon.Tanh(scale=1.7159)}
    assert y.sum(axis=1) == pytest.approx(np.ones(5))
    assert [slopes[unit] for unit in net.outputs] == pytest.approx((y - d).sum(axis=0).tolist())


@pytest.mark.parametrize(
    ("builder", "given", "message"),
    [
        ("logic", {"lines": "Z(t) = X(t-1)", "tonic": "no"}, "tonic must be true or false, found 'no'"),
        ("logic", {"lines": "Z(t) = X(t-1)", "relative": []}, "relative must be true or false, found []"),
        ("boolean", {"formula": "X & Y", "exact": 0}, "exact must be true or false, found 0"),
        ("life", {"rows": 4, "columns": 4, "wrap": "no"}, "life: wrap must be true or false, found 'no'"),
        (
            "cellular",
            {"rule": 30, "cells": 9, "wrap": None},
            "cellular: wrap must be true or false, found None",
        ),
        ("random", {"units": 4, "seed": 1, "symmetric": 2}, "symmetric must be true or false, found 2"),
    ],
)
def test_yes_or_no_is_said_as_such(builder: str, given: dict[str, Any], message: str) -> None:
    """A text that says no is not taken for yes."""
    with pytest.raises(AllornoneError) as caught:
        builders.get(builder)(**given)

    assert str(caught.value) == message
