"""The fast epochs of the perceptron's rule and of LMS are the loop over their formulas, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.learning.presenting import Shown, lesson
from allornone.simulator.learning.rules import Asked, Epoch, LocalRule
from allornone.simulator.learning.training import presented
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import Program, compile

UNITS: dict[str, Any] = {
    "perceptron": aon.Perceptron(),
    "adaline": aon.Adaline(),
    "linear": aon.Linear(),
    "threshold": aon.Threshold(threshold=0.25),
}
RULES: dict[str, LocalRule] = {"perceptron": aon.PerceptronRule(eta=0.1), "lms": aon.LMS(eta=0.07)}


def program_of(model: Any, inputs: int, lanes: int, decimals: int) -> Program:
    """Return one unit in lanes, its weights drawn, with few decimals or many."""
    networks = []
    for seed in range(lanes):
        draw = np.random.default_rng([seed, 1])
        net = Network()
        net.add_inputs(*(f"X{k}" for k in range(inputs)))
        net.add_unit("Y", model, output=True, plastic=True)
        for name in net.inputs:
            net.connect(name, "Y", weight=round(float(draw.normal()), decimals), plastic=True)
        networks.append(net)
    return compile(networks)


def lessons_for(program: Program, model: Any, decimals: int, lanes: int) -> Shown:
    """Return lessons in an order of each lane's own, some of them with a teacher who says nothing."""
    draw = np.random.default_rng(5)
    X = np.round(draw.normal(size=(200, len(program.inputs), lanes)), decimals)
    low = -1.0 if isinstance(model, aon.Adaline) else 0.0
    d = np.where(draw.random((200, 1, 1)) < 0.5, low, 1.0)
    d[::17] = np.nan
    order = np.stack([draw.permutation(200) for _ in range(program.lanes)], axis=-1)
    return lesson(program, X, d).shown(order, 1)


def both(rule: LocalRule, shown: Shown, asked: Asked) -> tuple[Epoch, Epoch]:
    """Return the fast epoch and the loop."""
    program = shown.lesson.program
    memory = rule.start(program, program.weights)
    fast = rule.epoch(program, shown, program.weights, memory, asked)
    assert fast is not None
    return fast, presented(rule, program, shown, program.weights, memory, asked)


@pytest.mark.parametrize("part", [4096, 16], ids=["at once", "in parts"])
@pytest.mark.parametrize("bound", [1e6, 1.5])
@pytest.mark.parametrize("decimals", [0, 1, 15])
@pytest.mark.parametrize(("inputs", "lanes"), [(1, 1), (3, 4), (40, 2)])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("unit", UNITS)
def test_an_epoch_in_plain_floats_is_the_loop_to_the_bit(
    unit: str,
    rule: LocalRule,
    inputs: int,
    lanes: int,
    decimals: int,
    bound: float,
    part: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ties, lanes, orders, silent teachers, lanes that leave the bound or have stopped."""
    monkeypatch.setattr("allornone.models.delta_rule.AT_ONCE", part)
    monkeypatch.setattr("allornone.models.delta_rule.SELDOM", 1.0 if part == 16 else 0.0)
    monkeypatch.setattr("allornone.models.delta_rule.AHEAD", 7)
    program = program_of(UNITS[unit], inputs, lanes, decimals)
    active = np.ones(lanes, dtype=bool)
    active[1::3] = False

    fast, slow = both(rule, lessons_for(program, UNITS[unit], decimals, lanes), Asked(True, bound, active))

    assert np.array_equal(fast.weights[0], slow.weights[0])
    assert np.array_equal(fast.mistakes, slow.mistakes)
    assert np.array_equal(fast.updates, slow.updates)
    assert np.array_equal(fast.diverged, slow.diverged)


def test_a_training_that_overflows_ends_with_the_last_finite_weights() -> None:
    """An eta of 1e200 leaves every bound in one step."""
    program = program_of(aon.Linear(), 2, 1, 15)
    shown = lessons_for(program, aon.Linear(), 15, 1)

    fast, slow = both(aon.LMS(eta=1e200), shown, Asked(True, 1e300, np.ones(1, dtype=bool)))

    assert fast.diverged.tolist() == slow.diverged.tolist() == [True]
    assert np.array_equal(fast.weights[0], slow.weights[0])


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_what_is_no_single_unit_is_left_to_the_loop(rule: LocalRule) -> None:
    """Two units, batches, a synapse that may not change."""
    two = program_of(aon.Perceptron(), 2, 1, 1).networks[0].copy()
    two.add_unit("Z", aon.Perceptron(), output=True)
    two.connect("X0", "Z")
    fixed = program_of(aon.Perceptron(), 2, 1, 1).networks[0].copy()
    fixed.edges["X0", "Y"]["plastic"] = False
    for net, size in ((two, 1), (fixed, 1), (aon.perceptron(inputs=2), 2)):
        program = compile(net)
        shown = lesson(program, np.ones((4, 2, 1)), np.ones((4, len(net.outputs), 1))).shown(
            np.arange(4), size
        )
        asked = Asked(True, 1e6, np.ones(1, dtype=bool))

        assert (
            rule.epoch(program, shown, program.weights, rule.start(program, program.weights), asked) is None
        )
