"""The trainer of the prompt: one presentation at a time, forwards and back, is what `train` does."""

from __future__ import annotations

from typing import Any

import networks as nets
import pytest

import allornone as aon
from allornone.simulator.errors import AllornoneError

XOR: Any = ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])


@pytest.mark.parametrize("rule", [aon.PerceptronRule(), aon.Backpropagation(eta=0.5, momentum=0.9)])
def test_stepping_is_training(rule: Any) -> None:
    """Three epochs step by step, with wrong turns taken back, end where `train` ends, to the bit."""
    stepped, trained = (aon.mlp(2, [2], 1) for _ in range(2))
    for net in (stepped, trained):
        aon.start(net, {"uniform": 0.5})
    if isinstance(rule, aon.PerceptronRule):
        stepped, trained = aon.perceptron(2), aon.perceptron(2)
    coach = aon.Trainer(stepped, *XOR, rule=rule)

    for _ in range(12):
        coach.step()
        coach.step()
        coach.back()
    aon.train(trained, *XOR, rule=rule, epochs=3)

    assert nets.numbers(stepped) == nets.numbers(trained)
    assert coach.presentations == 12
    coach.back(12)
    assert nets.numbers(stepped) != nets.numbers(trained)


def test_an_epoch_counts_what_train_counts() -> None:
    """Mistakes and weight updates of each epoch."""
    trained = aon.perceptron(2)
    coach = aon.Trainer(aon.perceptron(2), *XOR, rule=aon.PerceptronRule())

    told = [repr(coach.epoch()) for _ in range(3)]
    training = aon.train(trained, *XOR, rule=aon.PerceptronRule(), epochs=3)

    for k, line in enumerate(told):
        mistakes, updates = training["mistakes"][k], training["updates"][k]
        assert line.startswith(f"epoch {k + 1}: 4 presentations, {mistakes} mistake")
        assert f", {updates} weight update" in line


def test_a_step_tells_what_changed_and_why() -> None:
    """What was shown, what should have been, what was; each weight from what to what."""
    coach = aon.Trainer(aon.perceptron(2), [[1, 0]], [1], rule=aon.PerceptronRule(eta=0.5))

    assert coach.step() == (
        "presentation 1, epoch 1: (1, 0), out should be 1, is 0: X1 → out 0 → 0.5, bias of out 0 → 0.5"
    )
    assert coach.step() == "presentation 2, epoch 2: (1, 0), out should be 1, is 1: right, nothing changed"
    assert coach.weight("X1", "out") == 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: aon.Trainer(aon.perceptron(2), *XOR, rule=aon.PerceptronRule()).back(),
            "nothing to take back",
        ),
        (
            lambda: aon.Trainer(aon.perceptron(2), XOR[0], rule=aon.PerceptronRule()),
            "needs a teacher: give d",
        ),
        (
            lambda: aon.Trainer(aon.perceptron(2), *XOR, rule=aon.PerceptronRule()).weight("A", "B"),
            "there is no synapse 'A' → 'B'",
        ),
    ],
)
def test_what_means_nothing_is_one_sentence(call: Any, message: str) -> None:
    """What was found, what would be right."""
    with pytest.raises(AllornoneError, match=message):
        call()
