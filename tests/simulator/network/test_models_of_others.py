"""Mistakes of those who write a model of their own: told where a unit is made of it, and by the conformance kit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

import allornone as aon
from allornone.simulator import registry
from allornone.simulator.errors import AllornoneError
from allornone.simulator.testing import check_model
from allornone.simulator.units import SummingUnit, UnitModel


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the words of these models to this file."""
    monkeypatch.setattr(registry.units, "_objects", dict(registry.units._objects))


def plain() -> UnitModel:
    """Return a model whose author forgot the decorator, and with it the parameter."""

    class Forgetful(SummingUnit):
        gain: float = 2.0
        name: ClassVar[str] = "forgetful"

        def activate(self, z: Any) -> Any:
            return self.gain * z

    return Forgetful()


def nameless() -> UnitModel:
    """Return a model that no file could name."""

    @dataclass(frozen=True)
    class Nameless(SummingUnit):
        def activate(self, z: Any) -> Any:
            return z

    return Nameless()


def silent() -> UnitModel:
    """Return a model that answers nothing."""

    @dataclass(frozen=True)
    class Silent(SummingUnit):
        name: ClassVar[str] = "silent"

    return Silent()  # type: ignore[abstract]


def leaky() -> UnitModel:
    """Return a model that keeps what it was in itself."""

    @dataclass(frozen=True)
    class Leaky(SummingUnit):
        leak: float = 0.5
        name: ClassVar[str] = "leaky"

        def activate(self, z: Any) -> Any:
            self.__dict__["v"] = self.leak * self.__dict__.get("v", 0.0) + z
            return np.array(self.__dict__["v"])

    return Leaky()


def counting() -> UnitModel:
    """Return a model whose answers change in the class."""

    @dataclass(frozen=True)
    class Counting(SummingUnit):
        name: ClassVar[str] = "counting"
        calls: ClassVar[list[int]] = []

        def activate(self, z: Any) -> Any:
            self.calls.append(1)
            return z + len(self.calls)

    return Counting()


STATE = (
    "keeps no state of its own: what it was comes by a synapse on itself, delay=1, whose weight is the leak"
)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (plain, "unit 'u': Forgetful must be decorated with @dataclass(frozen=True)"),
        (nameless, "unit 'u': Nameless has no name: say name: ClassVar[str] ="),
        (silent, "unit 'u': Silent says no activate(self, z)"),
        (leaky, STATE),
        (counting, STATE),
    ],
)
def test_a_model_that_cannot_work_makes_no_unit(made: Any, message: str) -> None:
    """Whatever is forgotten is said in one sentence, and no unit is left."""
    net = aon.Network()
    with pytest.raises(AllornoneError) as caught:
        net.add_unit("u", made())

    assert message in str(caught.value)
    assert "u" not in net


@pytest.mark.parametrize("made", [plain, nameless, leaky, counting])
def test_the_kit_tells_the_same(made: Any) -> None:
    """An author who checks a model hears of it before anyone uses it."""
    with pytest.raises(AssertionError):
        check_model(made())


def test_a_leak_that_does_nothing_is_told() -> None:
    """A parameter which no answer depends on: the state that it was meant for cannot live in a unit."""

    @dataclass(frozen=True)
    class Idle(SummingUnit):
        leak: float = 0.5
        name: ClassVar[str] = "idle"

        def activate(self, z: Any) -> Any:
            return np.array(z)

    with pytest.raises(
        AssertionError, match=r"Idle.leak changes nothing that the unit answers; a unit keeps no state"
    ):
        check_model(Idle())


def test_state_is_built_by_a_synapse_on_the_unit_itself() -> None:
    """As the sentence says: a leaky integrator of a linear unit, weight 0.5, beside its closed form."""
    net = aon.Network()
    net.add_inputs("x")
    net.add_unit("v", aon.Linear(), bias=None)
    net.connect("x", "v")
    net.connect("v", "v", weight=0.5, delay=1)
    trace = aon.simulate(net, {"x": "1000"}, ticks=6)

    assert trace["v"].tolist() == [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]


@pytest.mark.parametrize(
    "build",
    [
        lambda mark: aon.logic(f"{mark}N(t) = A(t-1)"),
        lambda mark: aon.boolean(f"{mark}A & B"),
        lambda mark: aon.regular(f"{mark}(a|b)*a"),
        lambda mark: aon.threshold_units([f"{mark}out = X - Y >= 1"]),
    ],
)
def test_a_mark_of_byte_order_says_nothing(build: Any) -> None:
    """Some editors put it before a text; it is no letter and no sign."""
    assert sorted(build("\ufeff").edges) == sorted(build("").edges)
    with pytest.raises(AllornoneError):
        build("\ufeff\ufeff")
