"""What a rule cannot reach or never get right is refused, what learns nothing is warned of."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.errors import AllornoneError, LearningWarning

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
BOTH = [0, 0, 0, 1]
NOTHING: Any = None
MANY: Any = np.array([1.0, 2.0, 3.0])
SIGNS = [[-1, -1], [-1, 1], [1, -1], [1, 1]]


def softmax() -> aon.Network:
    """Return three softmax units on two inputs."""
    net = aon.Network()
    net.add_inputs("A", "B")
    for unit in net.add_group("Y", 3, aon.Softmax(), output=True):
        net.connect("A", unit, weight=0.0)
        net.connect("B", unit, weight=0.0)
    return net


@pytest.mark.parametrize(
    ("net", "X", "d", "rule", "words"),
    [
        (
            lambda: aon.mlp(2, 3, 1),
            X,
            BOTH,
            aon.PerceptronRule(),
            ["changes only what leads to out", "X1 → H1", "and 5 more", "plastic=False"],
        ),
        (lambda: aon.mlp(2, 3, 1), X, BOTH, aon.LMS(), ["X1 → H1", "plastic=False"]),
        (lambda: aon.mlp(2, 3, 1), X, BOTH, aon.LeastSquares(), ["X1 → H1", "plastic=False"]),
        (
            lambda: aon.madaline(2, 3, "trained"),
            SIGNS,
            [-1, 1, 1, -1],
            aon.MadalineI(),
            ["changes only what leads to H1, H2 and H3", "H1 → out", "the bias of out"],
        ),
        (
            lambda: aon.perceptron(2),
            X,
            [-1, 1, 1, 1],
            aon.PerceptronRule(),
            ["d of 'out' in sample 0 is -1", "0 or 1"],
        ),
        (lambda: aon.perceptron(2), X, [0, 1, 1, 0.9], aon.PocketRule(), ["sample 3 is 0.9", "0 or 1"]),
        (lambda: aon.adaline(2), X, [-1, 1, 1, 0], aon.PerceptronRule(), ["sample 3 is 0", "-1 or 1"]),
        (
            lambda: aon.madaline(2, 2),
            SIGNS,
            [0, 1, 1, 0],
            aon.MadalineI(),
            ["sample 0 is 0", "-1 or 1"],
        ),
        (
            lambda: aon.mlp(2, 2, 1),
            X,
            [0, 1, 2, 0],
            aon.Backpropagation(divergence="cross-entropy"),
            ["d of 'out' in sample 2 is 2", "from 0 to 1"],
        ),
        (
            softmax,
            X,
            [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 0]],
            aon.Backpropagation(divergence="kl"),
            ["d of 'Y[0]' in sample 1 is 1", "must sum to 1"],
        ),
    ],
)
def test_what_could_never_be_learned_is_refused(
    net: Callable[[], aon.Network], X: Any, d: Any, rule: aon.LearningRule, words: list[str]
) -> None:
    """The synapses or the sample are named, and what would be right; `Trainer` says the same."""
    for teach in (aon.train, aon.Trainer):
        with pytest.raises(AllornoneError) as caught:
            teach(net(), X, d, rule=rule)
        assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("net", "d", "rule"),
    [
        (lambda: aon.adaline(2), [60, 1, 1, 1], aon.LMS(eta=0.01)),
        (lambda: aon.madaline(2, 2), [-1, 1, 1, -1], aon.MadalineI()),
        (softmax, [[0.5, 0.25, 0.25]] * 4, aon.Backpropagation(divergence="cross-entropy")),
        (softmax, [[1, 1, 0]] * 4, aon.Backpropagation(divergence="l2")),
    ],
)
def test_what_can_be_met_is_taught(net: Callable[[], aon.Network], d: Any, rule: aon.LearningRule) -> None:
    """A sum may be 60, a gate before which only ADALINEs learn is fixed by its builder."""
    assert aon.train(net(), SIGNS, d, rule=rule, epochs=2).epochs == 2


def test_a_hidden_layer_that_is_fixed_leaves_the_last_to_the_perceptron() -> None:
    """plastic=False is what the message asks for, and it is enough."""
    net = aon.mlp(2, 2, 1, model="logistic", weights=1.0)
    for unit in ("H1", "H2"):
        net.nodes[unit]["plastic"] = False
        for source in ("X1", "X2"):
            net.edges[source, unit]["plastic"] = False

    aon.train(net, X, BOTH, rule=aon.PerceptronRule(), epochs=1)

    assert net.edges["X1", "H1"]["weight"] == 1.0
    assert net.nodes["out"]["bias"] != 0.0


def test_a_gradient_may_be_asked_for_any_targets() -> None:
    """A softmax that is told 1 twice: y Σ d − d, whatever the sum."""
    found = aon.gradient(softmax(), [1.0, 0.0], [1, 1, 0], divergence="cross-entropy")

    assert [found.biases[f"Y[{k}]"] for k in range(3)] == pytest.approx([2 / 3 - 1, 2 / 3 - 1, 2 / 3])


def grown(plastic: bool | None, how: str) -> tuple[float, float]:
    """Return weight and bias of a linear unit after Hebb's rule, by some way to teach it."""
    net = aon.Network()
    net.add_inputs("A")
    net.add_unit("U", aon.Linear(), bias=0.5, plastic=plastic, output=True)
    net.connect("A", "U", weight=1.0)
    rule = aon.Hebb(eta=0.1)
    match how:
        case "train":
            aon.train(net, [[1.0]], rule=rule, epochs=5)
        case "program":
            aon.train(aon.compile(net), [[1.0]], rule=rule, epochs=5)
        case "simulate":
            aon.simulate(net, {"A": [1.0] * 5}, rule=rule)
        case "trainer":
            coach = aon.Trainer(net, [[1.0]], rule=rule)
            for _ in range(5):
                coach.step()
    return net.edges["A", "U"]["weight"], net.nodes["U"]["bias"]


@pytest.mark.parametrize("how", ["train", "program", "simulate", "trainer"])
def test_hebb_changes_a_bias_only_where_it_is_named(how: str) -> None:
    """Δw = η x y: with the bias at ½ y is w + ½; with both plastic it is w + b, as b starts half behind."""
    w, b = 1.0, 0.5
    for _ in range(5):
        w, b = w + 0.1 * (w + b), b
    assert grown(None, how) == pytest.approx((w, 0.5))

    w, b = 1.0, 0.5
    for _ in range(5):
        w, b = w + 0.1 * (w + b), b + 0.1 * (w + b)
    assert grown(True, how) == pytest.approx((w, b))


def test_units_that_begin_alike_are_warned_of_and_stay_alike() -> None:
    """All weights 0 or ½: the gradient is one for all hidden units; drawn ones, or a single unit, are silent."""
    rule = aon.Backpropagation(eta=0.5)
    for weights in (0.0, 0.5):
        net = aon.mlp(2, 3, 1, weights=weights)
        with pytest.warns(LearningWarning, match="H1, H2 and H3 begin alike"):
            aon.train(net, X, BOTH, rule=rule, epochs=20)
        assert net.edges["X1", "H1"]["weight"] == net.edges["X1", "H3"]["weight"]

    drawn, outer = aon.mlp(2, 3, 1), aon.mlp(2, 3, 1, weights=0.5)
    aon.start(drawn, {"uniform": 0.5})
    outer.edges["H2", "out"]["weight"] = 0.25
    outer.edges["H3", "out"]["weight"] = 0.75
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for net in (drawn, outer, aon.mlp(2, 1, 1)):
            aon.train(net, X, BOTH, rule=rule, epochs=1)


def test_a_presentation_that_no_synapse_outlasts_is_warned_of() -> None:
    """A Hopfield net hears itself a tick later: taught with ticks=1 it stays as it was, with 2 it learns."""
    pattern = [[1, -1, 1, -1]]
    for ticks, learns in ((1, False), (2, True)):
        net = aon.hopfield(4)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            aon.train(net, np.zeros((1, 0)), pattern, rule=aon.Hebb(eta=0.25), ticks=ticks)
        assert net.edges["units[0]", "units[2]"]["weight"] == (0.25 if learns else 0.0)
        assert [str(one.message) for one in said] == (
            []
            if learns
            else [
                "nothing can be learned: a presentation of ticks=1 is over before anything has come through a "
                "synapse of delay 1; say ticks=2"
            ]
        )


@pytest.mark.parametrize("batch", [1, "all"])
@pytest.mark.parametrize("average", [True, False])
def test_divergence_tells_the_rate_up_to_which_it_is_stable(batch: int | str, average: bool) -> None:
    """Just below the told rate LMS stays, just above it diverges; it says at which epoch, and how it was judged."""
    given = [[3.0]]  # one sample, so that one by one the number is exact too
    many = [[1.0], [-2.0], [0.5], [3.0]]
    samples, d = (given, [1]) if batch == 1 else (many, [1, 1, -1, 1])

    def taught(eta: float) -> aon.Training:
        return aon.train(
            aon.adaline(1), samples, d, rule=aon.LMS(eta=eta), epochs=3000, batch=batch, average=average
        )

    wild = taught(50.0)
    assert wild.largest_eta is not None
    told = float(wild.largest_eta[0])

    assert f"diverged in epoch {wild.epochs + 1}, a weight left ±1e+06" in str(wild)
    assert f"stable up to eta = {told:.4g} here" in str(wild)
    assert not taught(0.99 * told).diverged
    assert taught(1.01 * told).diverged


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: aon.train(aon.perceptron(2), X, BOTH, rule=aon.PerceptronRule(), seed=NOTHING),
            "seed must be a whole",
        ),
        (lambda: aon.perceptron(2, bias=10**400), "bias of unit 'out' must be a finite number, found 1000"),
        (lambda: aon.perceptron(2, weights=10**400), "'X1' → 'out' must be a finite number, found 1000"),
        (lambda: aon.mlp(2, 2, 1, weights=10**400), "must be a finite number, found 1000"),
        (
            lambda: aon.train(aon.perceptron(2), X, BOTH, rule=aon.PerceptronRule(eta=10**400)),
            "eta must be a number",
        ),
        (
            lambda: aon.train(aon.perceptron(2), X, BOTH, rule=aon.PerceptronRule(eta=MANY)),
            "PerceptronRule.eta must be one number, found an array of shape (3,)",
        ),
        (
            lambda: aon.Network().add_unit("N", aon.McCullochPitts(threshold=MANY[:2])),
            "unit 'N': McCullochPitts.threshold must be one number, found an array of shape (2,)",
        ),
        (
            lambda: aon.Network().add_unit("N", aon.McCullochPitts(threshold=10**400)),
            "unit 'N': McCullochPitts.threshold must be a number, found 1000",
        ),
        (lambda: aon.simulate(aon.perceptron(2), {"X1": 10**400}, ticks=2), "a finite number"),
    ],
)
def test_numbers_that_are_none_get_one_sentence(call: Callable[[], Any], words: str) -> None:
    """No traceback from the depths, no number of four hundred digits."""
    with pytest.raises(AllornoneError) as caught:
        call()
    assert words in str(caught.value)
    assert len(str(caught.value)) < 200
