"""Units that answer together: each group of a vector model is one layer, computed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, NetworkError
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import compile
from allornone.simulator.units import SummingUnit


@dataclass(frozen=True)
class Share(SummingUnit):
    """A unit whose output is its share of its group's: softmax."""

    name: ClassVar[str] = "test-share"
    vector: ClassVar[bool] = True

    def activate(self, z: Array) -> Array:
        """Return eᶻ over the sum of it."""
        return softmax(z, 1)


@dataclass(frozen=True)
class Surplus(SummingUnit):
    """A unit whose output is what it has more than its group on average."""

    name: ClassVar[str] = "test-surplus"
    vector: ClassVar[bool] = True

    def activate(self, z: Array) -> Array:
        """Return z less its mean."""
        surplus: Array = z - z.mean(axis=1, keepdims=True)
        return surplus


def softmax(z: Array, axis: int) -> Array:
    """Return eᶻ over its sum."""
    e = np.exp(z)
    share: Array = e / e.sum(axis=axis, keepdims=True)
    return share


X = np.random.default_rng(0).normal(size=(5, 4))


def wired(net: Network, sources: list[str], targets: list[str], seed: int) -> Array:
    """Connect every source with every target, without delay, and return the weights."""
    w = np.random.default_rng(seed).normal(size=(len(sources), len(targets)))
    for i, u in enumerate(sources):
        for j, v in enumerate(targets):
            net.connect(u, v, weight=w[i, j], delay=0)
    return w


def test_each_group_is_one_layer() -> None:
    """Two groups at one level share nothing; whoever hears them comes later."""
    net = Network()
    inputs = net.add_group("X", 4)
    first, second = net.add_group("A", 3, Share()), net.add_group("B", 2, Share())
    reader = net.add_group("R", 1, aon.Linear())
    v, w = wired(net, inputs, first, 1), wired(net, inputs, second, 2)
    r = wired(net, first + second, reader, 3)

    program = compile(net)

    a, b = softmax(X @ v, 1), softmax(X @ w, 1)
    assert [program.names[stage.units] for stage in program.stages] == [
        tuple(first),
        tuple(second),
        tuple(reader),
    ]
    assert np.allclose(aon.evaluate(program, X), np.hstack([a, b]) @ r, atol=1e-12)


def test_a_group_waits_for_all_that_any_of_its_units_waits_for() -> None:
    """One unit of the group hears the inputs, another a hidden layer: both answer after it."""
    net = Network()
    inputs = net.add_group("X", 4)
    early = net.add_group("E", 1, aon.Linear())
    net.add_unit("S[0]", Share(), group="S", output=True)
    hidden = net.add_group("H", 3, aon.Logistic())
    net.add_unit("S[1]", Share(), group="S", output=True)
    late = net.add_group("L", 1, aon.Linear(), output=True)
    v, h = wired(net, inputs, ["S[0]"], 1), wired(net, inputs, hidden, 2)
    s, e = wired(net, hidden, ["S[1]"], 3), wired(net, ["S[0]"], late, 4)
    wired(net, inputs, early, 5)

    program = compile(net)

    z = np.hstack([X @ v, 1 / (1 + np.exp(-X @ h)) @ s])
    share = softmax(z, 1)
    stages = [program.names[stage.units] for stage in program.stages]
    assert stages[-2:] == [("S[0]", "S[1]"), ("L[0]",)]
    assert np.allclose(aon.evaluate(program, X), np.hstack([share, share[:, :1] @ e]), atol=1e-12)


def test_units_without_a_group_are_one_and_models_are_apart() -> None:
    """No group counts as a group; a group of two models is two."""
    net = Network()
    inputs = net.add_group("X", 4)
    for k in range(6):
        model = Surplus() if k % 3 == 2 else Share()
        net.add_unit(f"U{k}", model, group="G" if k > 2 else None)
    w = wired(net, inputs, [f"U{k}" for k in range(6)], 1)

    program = compile([net, net])

    assert [program.names[stage.units] for stage in program.stages] == [
        ("U0", "U1"),
        ("U3", "U4"),
        ("U2",),
        ("U5",),
    ]
    z = X @ w
    wanted = np.hstack([softmax(z[:, :2], 1), z[:, [2]] * 0, softmax(z[:, 3:5], 1), z[:, [5]] * 0])
    assert np.allclose(aon.evaluate(program, X), np.stack([wanted] * 2, axis=-1), atol=1e-12)


def test_a_group_settles_when_the_last_of_its_units_does() -> None:
    """What one unit hears late changes the answer of all."""
    net = Network()
    net.add_inputs("A", "B")
    share = net.add_group("S", 2, Share())
    net.connect("A", share[0], delay=0)
    net.connect("B", share[1], delay=3)
    net.add_unit("R", aon.Linear())
    net.connect(share[0], "R", delay=1)

    assert compile(net).settling == 4
    net.connect("R", share[1], delay=1)
    assert compile(net).has_loops


@pytest.mark.parametrize(
    ("synapses", "loop"),
    [
        ([("S[0]", "S[1]")], "S[0] → S[1] (together with S[0])"),
        ([("S[1]", "S[1]")], "S[1] → S[1]"),
        ([("S[0]", "H"), ("H", "S[1]")], "S[0] → H → S[1] (together with S[0])"),
        ([("S[0]", "H"), ("H", "S[0]")], "S[0] → H → S[0]"),
    ],
)
def test_a_group_that_waits_for_itself_is_a_loop(synapses: list[tuple[str, str]], loop: str) -> None:
    """The error names the loop, and where it goes from one unit of a group to another."""
    net = Network()
    net.add_inputs("X")
    net.add_group("S", 2, Share())
    net.add_unit("H", aon.Linear())
    for source, target in [("X", "S[0]"), *synapses]:
        net.connect(source, target)

    with pytest.raises(NetworkError) as caught:
        compile(net)

    assert str(caught.value) == (f"synapses without delay form a loop: {loop}. Give one of them a delay")


def test_units_that_answer_together_are_not_updated_one_by_one() -> None:
    """A turn belongs to one unit; a softmax has none of its own."""
    net = Network()
    net.add_inputs("X")
    net.add_group("S", 2, Share())
    net.connect("X", "S[0]")

    with pytest.raises(AllornoneError) as caught:
        aon.simulate(net, {"X": "1"}, ticks=2, update="one-by-one")

    assert str(caught.value) == (
        "unit 'S[0]' is a test-share unit, which answers together with others, so it cannot be updated one by one"
    )
